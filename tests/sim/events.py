# SPDX-License-Identifier: ISC
"""Following changes: event.from with its tokens and its long poll, and tasks.

A token is the generation of the database that a client has seen; an answer holds what differs from
it. An empty token means nothing was seen yet, so the first answer is the present state. Knows
nothing of connections but that a stream may be cut while a call waits on it.
"""
import time

from .database import ApiError

# Changes that come together are answered together.
BATCH = 0.05


def since(context, classes, token, timeout):
    """event.from: wait until something that was subscribed to differs from the token. No answer
    takes less than BATCH; a token from the future is deaf, and comes back as it was."""
    seen = _generation(token)
    selects = _subscription(classes)
    deadline = time.monotonic() + float(timeout)
    database, stream = context.database, context.stream
    future = seen > database.generation

    def waiting():
        stream.check()
        context.pool.sessions_table.get(context.session.ref)
        return time.monotonic() < deadline and not stream.aborted and (
            future or not database.changes(seen, selects)[0])

    context.pool.pause(BATCH)
    with database.lock:
        waited = False
        while waiting():
            waited = True
            database.changed.wait(deadline - time.monotonic())
    if waited and time.monotonic() < deadline:
        context.pool.pause(BATCH)
    with database.lock:
        found, last = ([], seen) if future else database.changes(seen, selects)
        return {"events": found, "valid_ref_counts": database.counts(),
                "token": f"{last:020d},{0:020d}"}


def inject(context, table, ref):
    """event.inject: make an object look changed; gives a token from before."""
    classes = {name.lower(): name for name in context.database.tables}
    table = classes.get(table.lower(), table)
    before = context.database.generation
    context.database.set(table, ref)
    return f"{before:020d},{0:020d}"


def task(context, name, function):
    """Run a call as a task; its reference is given at once when the call may take its time."""
    ref = context.pool.identifiers.ref()
    database = context.database
    database.add("task", ref, {
        "uuid": context.pool.identifiers.uuid(), "name_label": "Async." + name,
        "name_description": "", "status": "pending", "progress": 0.0, "result": "",
        "error_info": [], "resident_on": context.host.ref, "type": "<none/>"})

    def run():
        try:
            result = function()
            database.set("task", ref, status="success", progress=1.0,
                         result=f"<value>{result}</value>" if result else "")
        except ApiError as error:
            database.set("task", ref, status="failure", progress=1.0,
                         error_info=[error.code] + error.params)

    if context.pool.courses.slow:
        context.pool.courses.spawn(run)
    else:
        run()
    return ref


def _generation(token):
    if token == "":
        return 0
    try:
        database, messages = map(int, token.split(","))
    except ValueError:
        raise ApiError("EVENT_FROM_TOKEN_PARSE_FAILURE", token) from None
    del messages
    return database


def _subscription(classes):
    """A function that says whether events of a class and reference are wanted."""
    wanted = []
    for text in classes:
        table, slash, ref = text.partition("/")
        wanted.append((table.lower(), ref if slash else None))

    def selects(table, ref):
        return any(name == "*" or (name == table and only in (None, ref))
                   for name, only in wanted)

    return selects

