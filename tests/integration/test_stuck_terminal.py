# SPDX-License-Identifier: ISC
"""A terminal of somebody else (after su), which cannot be opened again, and that takes nothing more: the
keyboard and the signals are heard all the same."""
import os
import signal
import termios

import pytest

import harness
import sim
import users
from outcome import assert_logged_out

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="takes root")

MUCH = 4 << 20


@pytest.fixture
def guest(pool):
    """A console that prints without end."""
    pool.add_vm("web01", backend=sim.Source(size=MUCH, seed=3, stay=True))


@pytest.fixture
def alice(xencon):
    home = users.Home(users.ALICE)
    yield home.program(xencon)
    home.remove()


@pytest.fixture
def attached(guest, alice, pty):
    """On a terminal that is root's, with room for little and nobody to look at it."""
    os.chmod(os.ttyname(pty.slave), 0o600)
    process = pty.start(alice, "-q", "web01", **users.popen(users.ALICE))
    harness.eventually(pty.is_raw, "the terminal becomes raw")
    return process


def test_it_cannot_be_opened(attached, pty):
    """Or this file would test nothing: the program has it only as it was given."""
    name = os.ttyname(pty.slave)
    pty.wait_full(attached)
    held = [fd for fd in os.listdir(f"/proc/{attached.pid}/fd")
            if os.readlink(f"/proc/{attached.pid}/fd/{fd}") == name]
    assert sorted(held) == ["0", "1", "2"]


@pytest.mark.parametrize("stopped", [False, True], ids=["full", "stopped"])
def test_the_keyboard_is_heard(stopped, attached, pty, pool):
    pty.wait_full(attached)
    if stopped:
        termios.tcflow(pty.slave, termios.TCOOFF)
    pty.write(harness.ESCAPE + b".")
    assert harness.finish(attached) == 0
    assert_logged_out(pool)


@pytest.mark.parametrize("stopped", [False, True], ids=["full", "stopped"])
def test_a_message_does_not_hold_it(stopped, attached, pty):
    pty.wait_full(attached)
    if stopped:
        termios.tcflow(pty.slave, termios.TCOOFF)
    pty.write((harness.ESCAPE + b"?" + harness.ESCAPE + b"s") * 20 + harness.ESCAPE + b".")
    assert attached.wait(10) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_is_heard(number, attached, pty, pool):
    pty.wait_full(attached)
    attached.send_signal(number)
    assert harness.finish(attached) == 128 + number
    assert_logged_out(pool)
    assert not pty.is_raw()


def test_nothing_is_lost(attached, pty):
    """Where it is only slow."""
    source = sim.Source(size=MUCH, seed=3)
    pty.wait_full(attached)
    assert pty.read(MUCH) == source.data
    pty.write(harness.ESCAPE + b".")
    assert harness.finish(attached) == 0
