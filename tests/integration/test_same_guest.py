# SPDX-License-Identifier: ISC
"""What was typed for one guest is sent to no other, however much happens between two attachments."""
import pytest

import guests
import harness
import sim
from outcome import assert_logged_out, calls

SECRET = b"secret words"


@pytest.fixture
def pool(make_pool):
    return make_pool(hosts=2)


@pytest.fixture
def guest(pool):
    return guests.add(pool)


@pytest.fixture
def terminal(xencon, guest):
    """A terminal that is attached to the guest, whose session is over."""
    made = xencon.terminal("--reconnect", "web01")
    made.expect('attached to "web01"')
    made.expect(f"guest {guest.vm.domid}\r\n")
    assert_logged_out(guest.vm.pool)
    return made


def type_detached(terminal):
    """Types while nothing is attached, and waits until it is kept."""
    terminal.send(SECRET + harness.ESCAPE + b"s")
    terminal.expect(f"{len(SECRET)} bytes that were typed are kept")


def looked(pool):
    """Waits until the machine was looked at since now, and refused after that."""
    before = calls(pool).count("CONNECT")
    harness.eventually(lambda: calls(pool).count("CONNECT") >= before + 2, "it tries again")


def assert_dropped(terminal, guest, pool):
    terminal.expect(r"what was typed meanwhile \(12 bytes\) is dropped")
    terminal.expect(f"guest {guest.vm.domid}\r\n")
    terminal.send(b"!")
    guest.await_heard(guest.vm.domid, b"!")
    assert guest.heard == {guest.vm.domid: b"!"}
    assert terminal.quit() == 0
    assert_logged_out(pool)


@pytest.mark.parametrize("first", ["pool_migrate", "hard_reboot"])
def test_a_migration_and_a_reboot(first, pool, guest, terminal):
    """From its two ends it looks as if the machine had only migrated."""
    vm = guest.vm
    pool.faults.add(sim.Fault("connect", "status", line="500 Internal Error", body=b"not yet", times=None))
    courses = {"pool_migrate": lambda: vm.begin("pool_migrate", pool.hosts[1]),
               "hard_reboot": lambda: vm.begin("hard_reboot", by_guest=True)}
    second = next(name for name in courses if name != first)
    course = courses[first]().to("ended" if first == "pool_migrate" else "nothing")
    terminal.expect(f"waiting for its console|{harness.TRYING_ON}|ended")
    type_detached(terminal)
    looked(pool)
    course.finish()
    looked(pool)
    course = courses[second]().to("404" if second == "pool_migrate" else "nothing")
    looked(pool)
    course.finish()
    looked(pool)
    pool.faults.clear()
    assert_dropped(terminal, guest, pool)


def test_a_host_that_counts_its_domains_anew(pool, guest, terminal):
    """After it was restarted a machine may have the number that it had before."""
    vm = guest.vm
    domid = vm.domid
    vm.begin("hard_shutdown").finish()
    terminal.expect("is halted; waiting")
    type_detached(terminal)
    pool.domains = domid - 1
    vm.begin("start", pool.hosts[0]).finish()
    assert vm.domid == domid
    assert_dropped(terminal, guest, pool)
