"""The API's calls: what each does, and who may make it.

Most calls are generic: every class has get_all, get_record, get_by_uuid, a getter for each field
and so on, answered from the database. The others are in one table. A host that is not the
coordinator sends everybody there. Knows calls and their results, not how they are written.
"""
from . import events, operations
from .database import ApiError

CLASSES = ("session", "task", "pool", "host", "VM", "console", "Certificate")


class Context:
    """Who calls: the host that was asked, the stream that waits for the answer, and the session.
    On a `trusted` stream whoever calls is root."""

    def __init__(self, host, stream, trusted=False):
        self.host = host
        self.pool = host.pool
        self.database = host.pool.database
        self.stream = stream
        self.trusted = trusted
        self.session = None


def call(context, method, params):
    """The result of a call; ApiError when it fails."""
    asynchronous = method.startswith("Async.")
    name = method[len("Async."):] if asynchronous else method
    function, needs_session, least, most = _find(context, name)
    given = len(params) - (1 if needs_session else 0)
    if not least <= given <= most:
        raise ApiError("MESSAGE_PARAMETER_COUNT_MISMATCH", name, str(least), str(given))
    if needs_session:
        context.session = context.pool.sessions_table.get(params[0])
        if context.host is not context.pool.coordinator:
            raise ApiError("HOST_IS_SLAVE", context.pool.coordinator.address)
        params = params[1:]
    if asynchronous:
        return events.task(context, name, lambda: function(context, *params))
    return function(context, *params)


def names(context):
    """Every call there is."""
    found = list(_CALLS)
    for name in CLASSES:
        found += [f"{name}.{verb}" for verb in _VERBS]
        for record in context.database.all(name).values():
            found += [f"{name}.get_{field}" for field in record]
            break
    return sorted(set(found) - context.pool.unknown_calls)


def _find(context, name):
    if name in context.pool.unknown_calls:
        raise ApiError("MESSAGE_METHOD_UNKNOWN", name)
    if name in _CALLS:
        return _CALLS[name]
    table, _, verb = name.partition(".")
    if table in CLASSES and (context.pool.recent or table != "Certificate"):
        if verb in _VERBS:
            function, least = _VERBS[verb]
            return _bound(function, table), True, least, least
        if verb.startswith("get_") and _has_field(context, table, verb[4:]):
            return _getter(table, verb[4:]), True, 1, 1
    raise ApiError("MESSAGE_METHOD_UNKNOWN", name)


def _has_field(context, table, field):
    return any(field in record for record in context.database.all(table).values())


def _bound(function, table):
    return lambda context, *params: function(context, table, *params)


def _getter(table, field):
    return lambda context, ref: context.database.get(table, ref)[field]


def _get_all(context, table):
    return list(context.database.all(table))


def _get_all_records(context, table):
    return context.database.all(table)


def _get_all_records_where(context, table, expression):
    return context.database.where(table, expression)


def _get_all_where(context, table, expression):
    return list(context.database.where(table, expression))


def _get_record(context, table, ref):
    return context.database.get(table, ref)


def _get_by_uuid(context, table, uuid):
    return context.database.by_uuid(table, uuid)


def _get_by_name_label(context, table, name):
    return context.database.find(table, name_label=name)


_VERBS = {
    "get_all": (_get_all, 0),
    "get_all_where": (_get_all_where, 1),
    "get_all_records": (_get_all_records, 0),
    "get_all_records_where": (_get_all_records_where, 1),
    "get_record": (_get_record, 1),
    "get_by_uuid": (_get_by_uuid, 1),
    "get_by_name_label": (_get_by_name_label, 1),
}


def _login(context, name, password, version="", originator=""):
    del version
    if context.trusted:
        return context.pool.sessions_table.admit(name, context.host, originator).ref
    if context.host is not context.pool.coordinator:
        # Before looking at the password: a supporter cannot tell a right one from a wrong one.
        raise ApiError("HOST_IS_SLAVE", context.pool.coordinator.address)
    return context.pool.sessions_table.login(name, password, context.host, originator).ref


def _logout(context):
    context.pool.sessions_table.end(context.session.ref)
    return ""


# Each with its function, whether it needs a session, and its least and most other parameters.
_CALLS = {
    "session.login_with_password": (_login, False, 2, 4),
    "session.logout": (_logout, True, 0, 0),
    "system.listMethods": (names, False, 0, 0),
    "event.from": (events.since, True, 3, 3),
    "event.inject": (events.inject, True, 2, 2),
    **operations.CALLS,
}
