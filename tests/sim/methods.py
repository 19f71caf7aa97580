# SPDX-License-Identifier: ISC
"""The API's calls: what each does, and who may make it.

Most calls are generic: every class has get_all, get_record, get_by_uuid, a getter for each field
and so on, answered from the database. The others are in one table. A host that is not the
coordinator sends everybody there. Knows calls and their results, not how they are written.
"""
from . import events, operations
from .database import ApiError

LOGIN = "session.login_with_password"
# What a host answers by itself, whatever the pool is like.
LOCAL = ("system.listMethods", "pool.emergency_transition_to_master")
CLASSES = ("session", "task", "pool", "host", "VM", "console", "Certificate")


class Context:
    """Who calls: the host that was asked, the stream that waits for the answer, the session, and
    the client's User-Agent.
    On a `trusted` stream whoever calls is root."""

    def __init__(self, host, stream, trusted=False, agent="unknown"):
        self.host = host
        self.pool = host.pool
        self.database = host.pool.database
        self.stream = stream
        self.trusted = trusted
        self.agent = agent
        self.session = None
        self.afterwards = None      # to be done once the call has been answered


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
        if context.host is not context.pool.coordinator and not context.trusted:
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
    return context.pool.sessions_table.login(name, password, context.host, originator,
                                             context.agent).ref


def _logout(context):
    context.pool.sessions_table.end(context.session.ref)
    return ""


def _designate(context, ref):
    if not context.session.user.may("pool-operator"):
        raise ApiError("RBAC_PERMISSION_DENIED", "pool.designate_new_master",
                       "No permission in user session")
    return _go_on(context, context.pool.designate(context.pool.host_by_ref(ref)))


def _emergency(context, *session):
    """Asked of the host itself, by whoever is root there: there is no pool to ask."""
    if not context.trusted:
        raise ApiError("SESSION_INVALID", *map(str, session))
    return _go_on(context, context.pool.emergency_transition(context.host))


def _go_on(context, course):
    """Answer, and only then let a course end the connection that the answer goes over."""
    courses = context.pool.courses
    course.to(course.returns)
    if courses.slow:
        context.afterwards = lambda: courses.spawn(lambda: courses.run(course))
    else:
        context.afterwards = lambda: courses.run(course)
    return ""


def _current_domain_type(context, ref):
    """What a VM was started as, not what it will be."""
    for vm in context.pool.vms:
        if vm.metrics == ref and context.pool.recent:
            return vm.domain_type or context.database.get("VM", vm.ref)["domain_type"]
    raise ApiError("HANDLE_INVALID", "VM_metrics", ref)


# Each with its function, whether it needs a session, and its least and most other parameters.
_CALLS = {
    LOGIN: (_login, False, 2, 4),
    "session.logout": (_logout, True, 0, 0),
    "system.listMethods": (names, False, 0, 0),
    "event.from": (events.since, True, 3, 3),
    "event.inject": (events.inject, True, 2, 2),
    "VM_metrics.get_current_domain_type": (_current_domain_type, True, 1, 1),
    "pool.designate_new_master": (_designate, True, 1, 1),
    "pool.emergency_transition_to_master": (_emergency, False, 0, 1),
    **operations.CALLS,
}
