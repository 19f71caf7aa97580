# SPDX-License-Identifier: ISC
"""The API's calls that change something. What is done to VMs takes its time: such a call begins a
course and is answered when that has come far enough. Knows which role may what; never what a
transition does.
"""
from .database import ApiError


def _permitted(context, call, role="vm-operator"):
    if not context.session.user.may(role):
        raise ApiError("RBAC_PERMISSION_DENIED", call, "No permission in user session")


def _vm(context, ref, operation=None):
    """The VM; OTHER_OPERATION_IN_PROGRESS when something is being done to it already."""
    record = context.database.get("VM", ref)
    if operation and record["current_operations"]:
        raise ApiError("OTHER_OPERATION_IN_PROGRESS", "VM", ref)
    vm = context.pool.vm_by_ref(ref)
    if operation and operation.startswith("clean_") and not vm.has_tools:
        raise ApiError("VM_LACKS_FEATURE", ref)
    return vm


def _operate(operation, host_at=None):
    """A call that is an operation; its parameter number `host_at`, if any, names a host."""
    def run(context, ref, *params):
        _permitted(context, "VM." + operation)
        vm = _vm(context, ref, operation)
        host = None if host_at is None else context.pool.host_by_ref(params[host_at])
        return context.pool.courses.run(vm.begin(operation, host))
    return run


def _rename(context, ref, name):
    _permitted(context, "VM.set_name_label")
    _vm(context, ref).rename(name)
    return ""


def _clone(context, ref, name):
    _permitted(context, "VM.clone")
    vm = _vm(context, ref)
    if vm.power_state != "Halted":
        raise ApiError("VM_BAD_POWER_STATE", ref, "halted", vm.power_state.lower())
    return context.pool.clone(vm, name).ref


def _set_on_pool(setting):
    def run(context, ref, value):
        _permitted(context, "pool.set_" + setting, "pool-operator")
        context.database.get("pool", ref)
        setattr(context.pool.settings, setting, value)
        return ""
    return run


def _set_on_host(context, ref, seconds):
    _permitted(context, "host.set_console_idle_timeout", "pool-operator")
    context.database.set("host", ref, console_idle_timeout=seconds)
    return ""


# Each with its function, whether it needs a session, and its least and most other parameters.
CALLS = {
    "VM.start": (_operate("start"), True, 3, 3),
    "VM.start_on": (_operate("start", 0), True, 4, 4),
    "VM.resume": (_operate("resume"), True, 3, 3),
    "VM.resume_on": (_operate("resume", 0), True, 4, 4),
    "VM.pool_migrate": (_operate("pool_migrate", 0), True, 3, 3),
    **{"VM." + name: (_operate(name), True, 1, 1)
       for name in ("clean_shutdown", "hard_shutdown", "clean_reboot", "hard_reboot", "suspend",
                    "pause", "unpause", "destroy")},
    "VM.set_name_label": (_rename, True, 2, 2),
    "VM.clone": (_clone, True, 2, 2),
    "host.set_console_idle_timeout": (_set_on_host, True, 2, 2),
    **{"pool.set_" + name: (_set_on_pool(name), True, 2, 2)
       for name in ("vm_console_idle_timeout", "limit_console_sessions")},
}
