# SPDX-License-Identifier: ISC
"""A VM's transitions, step by step as they were seen on a real pool.

Each operation is a table of steps, with the seconds from the call at which they come there. A step
is named after what CONNECT says from then on, where it says something else than before: "404",
"500", "nothing" (200, then end of file). `begun` only shows in current_operations, `after` is the
end. Owns no state: what a step changes is the VM's.
"""
from .courses import Course, Step
from .database import ApiError

# What CONNECT was not asked in the seconds between a tunnel's end and the first 404 is taken to be
# as in a hard reboot: 200 and nothing.
STATES = {
    "start": ("Halted",), "resume": ("Suspended",), "unpause": ("Paused",),
    "clean_shutdown": ("Running",), "hard_shutdown": ("Running", "Paused", "Suspended"),
    "clean_reboot": ("Running",), "hard_reboot": ("Running", "Paused"),
    "suspend": ("Running",), "pause": ("Running",), "pool_migrate": ("Running",),
    "destroy": ("Halted",),
}


def begin(vm, operation, host=None, by_guest=False):
    """The course of an operation. VM_BAD_POWER_STATE when the VM is not in a state for it; what
    the guest does by itself does not stand in current_operations."""
    allowed = STATES[operation]
    if vm.power_state not in allowed:
        raise ApiError("VM_BAD_POWER_STATE", vm.ref, allowed[0].lower(), vm.power_state.lower())
    task = None if by_guest else vm.pool.identifiers.ref()
    transition = _Transition(vm, operation, task, host or vm.host)
    steps, returns = getattr(transition, operation)()
    return Course("VM." + operation, vm, steps, returns)


class _Transition:
    """One operation on one VM, with what its steps need to know."""

    def __init__(self, vm, operation, task, host):
        self._vm = vm
        self._operation = operation
        self._task = task
        self._host = host
        self._old = vm.host

    def start(self):
        def begun():
            self._vm.refuse(self._host, "500")
            self._begin()

        return [Step("500", 0.02, begun),
                Step("resident", 0.71, lambda: self._vm.place(self._host)),
                Step("after", 0.76, self._live)], "resident"

    def resume(self):
        return [Step("begun", 0.01, self._begin),
                Step("resident", 0.36, lambda: self._vm.place(self._host)),
                Step("after", 0.41, self._live)], None

    def clean_reboot(self):
        def gone():
            with self._vm.pool.database.transaction():
                self._vm.refuse(None, "500")
                self._vm.change(domid=self._vm.pool.next_domain(), consoles=())

        return [Step("begun", 0.02, self._begin),
                Step("nothing", 0.08, self._end_domain),
                Step("404", 0.68, lambda: self._vm.refuse(None, "404")),
                Step("500", 0.69, gone),
                Step("after", 0.99, self._renew)], None

    def hard_reboot(self):
        def back():
            with self._vm.pool.database.transaction():
                self._vm.refuse(None, None)
                self._end(power_state="Running", domid=self._vm.pool.next_domain())

        return [Step("begun", 0.02, self._begin),
                Step("nothing", 0.07, self._end_domain),
                Step("after", 0.98, back)], None

    def clean_shutdown(self):
        return self._shutdown(0.08, 0.68)

    def hard_shutdown(self):
        return self._shutdown(0.02, 0.31)

    def _shutdown(self, ended, missing):
        def halted():
            self._vm.refuse(None, None)
            self._vm.change(power_state="Halted", host=None, domid=-1)

        return [Step("begun", 0.01, self._begin),
                Step("nothing", ended, self._end_domain),
                Step("404", missing, lambda: self._vm.refuse(None, "404")),
                Step("500", missing + 0.01, halted),
                Step("after", missing + 0.06, lambda: self._end(consoles=()))], None

    def suspend(self):
        def missing():
            self._vm.refuse(None, "404")
            self._vm.end_tunnels()

        def suspended():
            self._vm.refuse(None, None)
            self._vm.change(power_state="Suspended", host=None)

        return [Step("begun", 0.02, self._begin),
                Step("404", 0.38, missing),
                Step("500", 0.69, suspended),
                Step("after", 0.74, lambda: self._end(consoles=(), domid=-1))], None

    def pool_migrate(self):
        vm, here, there = self._vm, self._old, self._host

        def moved():
            # The records of the consoles are still the old ones: nobody serves them any more.
            vm.refuse(here, "500")
            vm.refuse(there, "500")
            vm.place(there)

        def consoles():
            with vm.pool.database.transaction():
                vm.renew_consoles()
                self._end(domid=vm.pool.next_domain())

        return [Step("begun", 0.01, self._begin),
                Step("404", 0.40, lambda: vm.refuse(here, "404")),
                Step("ended", 0.45, vm.end_tunnels),
                Step("500", 0.77, moved),
                Step("404 there", 0.81, lambda: vm.refuse(there, "404")),
                Step("consoles", 0.82, consoles),
                Step("after", 0.86, lambda: vm.refuse(None, None))], \
            vm.pool.settings.migrate_returns

    def pause(self):
        return [Step("begun", 0.02, self._begin),
                Step("after", 0.05, lambda: self._end(power_state="Paused"))], None

    def unpause(self):
        return [Step("begun", 0.02, self._begin),
                Step("after", 0.05, lambda: self._end(power_state="Running"))], None

    def destroy(self):
        return [Step("begun", 0.01, self._begin), Step("after", 0.05, self._vm.vanish)], None

    def _begin(self):
        if self._task:
            self._vm.change(operations={self._task: self._operation})

    def _end(self, **changes):
        self._vm.change(operations={}, **changes)

    def _end_domain(self):
        self._vm.refuse(None, "nothing")
        self._vm.end_tunnels(stop_backends=True)

    def _live(self):
        """New consoles, a new domain, all seen in one answer."""
        with self._vm.pool.database.transaction():
            self._vm.refuse(None, None)
            self._vm.renew_consoles()
            self._end(power_state="Running", domid=self._vm.pool.next_domain())

    def _renew(self):
        with self._vm.pool.database.transaction():
            self._vm.refuse(None, None)
            self._vm.renew_consoles()
            self._end(power_state="Running")
