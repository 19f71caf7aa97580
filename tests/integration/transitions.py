# SPDX-License-Identifier: ISC
"""Every transition of a machine, its host and its pool, as a table for the commands that stay through them.

Owns how each is brought about and what a user is told of it; knows nothing of any command.
"""
import contextlib

import pytest

import harness
from outcome import assert_logged_out

class Case:
    """A transition in two halves: what is typed between them is typed while no console is there."""

    def __init__(self, name, begin, end, says, lived_on=False):
        self.name, self.begin, self.end, self.says, self.lived_on = name, begin, end, says, lived_on


def course(operation, step, says, lived_on=False):
    """A course that stands still at a step; a migration leads to the other host."""
    def begin(pool, vm):
        vm.course = vm.begin(operation, pool.hosts[0] if operation == "pool_migrate" else None).to(step)

    return Case(operation, begin, lambda pool, vm: vm.course.finish(), says, lived_on)


def stop_and_start(name, stop, start, says):
    return Case(name, lambda pool, vm: vm.begin(stop).finish(),
                lambda pool, vm: vm.begin(start, pool.hosts[0]).finish(), says)


def lose_coordinator(pool, vm):
    pool.kill_coordinator()
    vm.end_tunnels()


def cut_network(pool, vm):
    del vm
    for host in pool.hosts:
        host.network("reset")


def mend_network(pool, vm):
    del vm
    for host in pool.hosts:
        host.network("up")


def lose_host(pool, vm):
    del vm
    pool.hosts[1].stop()


def start_elsewhere(pool, vm):
    """As high availability does: the pool says that it is halted, and starts it on a host that lives."""
    vm.begin("hard_shutdown").finish()
    vm.begin("start", pool.hosts[0]).finish()


CASES = [
    course("clean_reboot", "404", "has rebooted"),
    course("hard_reboot", "nothing", "has rebooted"),
    stop_and_start("suspend", "suspend", "resume", "has been resumed"),
    stop_and_start("clean_shutdown", "clean_shutdown", "start", "has been started"),
    stop_and_start("hard_shutdown", "hard_shutdown", "start", "has been started"),
    course("pool_migrate", "500", "has migrated from xen2 to xen1", lived_on=True),
    Case("another coordinator on purpose",
         lambda pool, vm: setattr(vm, "course", pool.designate(pool.hosts[1]).to("down")),
         lambda pool, vm: vm.course.finish(), "the pool's coordinator is .* now", lived_on=True),
    Case("the coordinator dies", lose_coordinator,
         lambda pool, vm: pool.emergency_transition(pool.hosts[1]).finish(),
         "the pool's coordinator is .* now", lived_on=True),
    Case("the network is cut", cut_network, mend_network, None, lived_on=True),
    Case("the host dies", lose_host, start_elsewhere, "has been started|runs on xen1 now, no longer on xen2"),
]
EACH = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])


@contextlib.contextmanager
def one_session(pool):
    """At every moment one at most, and none in the end."""
    yield
    assert_logged_out(pool)
    assert pool.sessions_table.most == 1


def keys(vm):
    """The keys that were pressed, on whichever screen of the machine's."""
    return "".join(chr(event["key"]) for event in vm.rfb_backend.events
                   if event["type"] == "key" and event["down"])


def await_keys(vm, wanted):
    harness.eventually(lambda: keys(vm).endswith(wanted), f"{wanted!r} is pressed: {keys(vm)!r}")
