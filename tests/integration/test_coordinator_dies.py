# SPDX-License-Identifier: ISC
"""The coordinator dies in the midst of each step of ours, and a supporter takes over: the machine is found again,
whichever step it was, with one session at a time and none at the end."""
import pytest

import guests
import harness
import sim
from outcome import assert_logged_out, await_call, calls
from transitions import one_session

# Where a step of ours stands still, at the coordinator; "connect" at the host of the machine.
PHASES = {
    "dial": {"stage": "accept"},
    "TLS": {"stage": "tls"},
    "login": {"stage": "rpc", "method": "session.login_with_password"},
    "look-up": {"stage": "rpc", "method": "VM.get_all_records_where"},
    "consoles": {"stage": "rpc", "method": "console.get_all_records_where"},
    "CONNECT": {"stage": "connect"},
    "logout": {"stage": "rpc", "method": "session.logout"},
}
SOON = ("--connect-timeout", "2")


@pytest.fixture
def pool(make_pool):
    return make_pool(hosts=2)


@pytest.fixture
def guest(pool):
    return guests.add(pool, host=pool.hosts[1])


@pytest.fixture
def terminal(xencon, guest, pool):
    made = xencon.terminal("--reconnect", *SOON, "web01")
    made.expect(f"guest {guest.vm.domid}\r\n")
    assert_logged_out(pool)
    return made


def take_over(pool):
    pool.kill_coordinator()
    pool.emergency_transition(pool.hosts[1]).finish()


def stand_still(pool, phase):
    """The next step of that kind gets no answer; gives what tells that it is under way."""
    fault = pool.faults.add(sim.Fault(action="stall", **PHASES[phase]))
    return lambda: harness.eventually(lambda: fault.used, f"it is at its {phase}")


def await_shown(phase, guest, terminal):
    """The logout stands beside a console, which ends with the toolstack of its host."""
    if phase == "logout":
        terminal.expect(f"guest {guest.vm.domid}\r\n")


def finish(terminal, guest, pool):
    terminal.expect(f"guest {guest.vm.domid}\r\n")
    terminal.send(b"!")
    guest.await_heard(guest.vm.domid, b"!")
    assert guest.all() == b"!"
    assert terminal.quit() == 0
    assert terminal.settings() == terminal.found


@pytest.mark.parametrize("phase", PHASES)
def test_while_it_is_found_again(phase, pool, guest, terminal):
    with one_session(pool):
        reached = stand_still(pool, phase)
        guest.vm.end_tunnels()
        reached()
        await_shown(phase, guest, terminal)
        take_over(pool)
        finish(terminal, guest, pool)


@pytest.mark.parametrize("phase", ["look-up", "consoles", "CONNECT", "logout"])
def test_at_the_first_time(phase, pool, guest, xencon):
    """The pool's other hosts are known from the login on."""
    with one_session(pool):
        reached = stand_still(pool, phase)
        terminal = xencon.terminal("--wait", "--reconnect", *SOON, "web01")
        reached()
        await_shown(phase, guest, terminal)
        take_over(pool)
        finish(terminal, guest, pool)


@pytest.mark.parametrize("phase", ["dial", "TLS", "login"])
def test_before_anybody_was_logged_in(phase, pool, guest, xencon):
    """An address that never answered is more likely to be wrong: that is said, and no host asked that the user did
    not name."""
    reached = stand_still(pool, phase)
    process = xencon.start("--wait", "--reconnect", *SOON, "web01")
    reached()
    take_over(pool)
    assert harness.finish(process) == 3
    assert pool.coordinator.name == "xen2" and "CONNECT" not in calls(pool)


def test_while_attached(pool, guest, terminal):
    """The tunnel to a supporter stands until that one's toolstack starts anew."""
    with one_session(pool):
        pool.kill_coordinator()
        terminal.send(b"?")
        guest.await_heard(guest.vm.domid, b"?")
        pool.emergency_transition(pool.hosts[1]).finish()
        terminal.expect(f"guest {guest.vm.domid}\r\n")
        terminal.send(b"!")
        guest.await_heard(guest.vm.domid, b"!")
        assert guest.all() == b"?!"
        assert terminal.quit() == 0


@pytest.mark.parametrize("words", [("--reconnect",), ("--wait",)], ids=["again", "the first time"])
def test_while_events_are_waited_for(words, pool, guest, xencon):
    """An event poll under way is ended, and the next one begins with the next coordinator."""
    vm = guest.vm
    with one_session(pool):
        if words == ("--wait",):
            vm.begin("hard_shutdown").finish()
            terminal = xencon.terminal("--wait", "--reconnect", *SOON, "web01")
        else:
            terminal = xencon.terminal(*words, *SOON, "web01")
            terminal.expect(f"guest {vm.domid}\r\n")
            vm.begin("hard_shutdown").finish()
        terminal.expect("is halted; waiting")
        await_call(pool, "event.from", 2)
        take_over(pool)
        terminal.expect("the pool's coordinator is .* now")
        await_call(pool, "event.from", 4)
        vm.begin("start", pool.hosts[1]).finish()
        finish(terminal, guest, pool)
