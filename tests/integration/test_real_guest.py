# SPDX-License-Identifier: ISC
"""A real Linux in QEMU behind the console: boot it, log in, edit a file, leave, come back."""
import fcntl
import io
import os
import pathlib
import struct
import sys
import termios

import pytest

import sim

import harness
from outcome import assert_logged_out

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "guest")]

from guest import Guest, GuestUnavailable, build  # noqa: E402

pytestmark = pytest.mark.long

LIMIT_S = 180  # for each thing that is waited for: the guest's processor is emulated
PROMPT = b"root@web01:/root# "


@pytest.fixture
def guest():
    try:
        build()
        with Guest(paused=True) as made:
            yield made
    except GuestUnavailable as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))


@pytest.fixture
def attach(guest, pool, xencon):
    """Attaches to the guest's serial port on a terminal that keeps all that it shows."""
    pool.add_vm("web01", backend=sim.Socket(guest.serial_path, shared=True))

    def start(*options):
        terminal = xencon.terminal(*options, "web01", dimensions=(24, 80), timeout=LIMIT_S)
        terminal.shown = terminal.logfile_read = io.BytesIO()
        terminal.before_all = terminal.settings()
        return terminal.attached()

    return start


def run(terminal, command):
    """What a command prints on the guest."""
    terminal.send(command + b"\r")
    terminal.expect_exact(command + b"\r\n")
    terminal.expect_exact(PROMPT)
    return terminal.before


def log_in(terminal):
    terminal.expect_exact(b"web01 login: ")
    terminal.send(b"root\r")
    terminal.expect_exact(PROMPT)


def edit(terminal):
    terminal.send(b"vi note\r")
    terminal.expect_exact(b"- note 1/1 100%")
    terminal.send(b"ifirst\rsecond\x1b")
    # What follows the Escape key at once would be taken for a function key.
    terminal.expect_exact(b"- note [Modified] 2/2 100%")
    terminal.send(b":wq\r")
    terminal.expect_exact(PROMPT)


def resize(terminal, rows, columns):
    """The terminal has another size, and the guest is told."""
    size = struct.pack("HHHH", rows, columns, 0, 0)
    fcntl.ioctl(terminal.child_fd, termios.TIOCSWINSZ, size)
    terminal.send(harness.ESCAPE + b"r")
    terminal.expect_exact(f"stty rows {rows} cols {columns}\r\n".encode())
    terminal.expect_exact(PROMPT)


def leave(terminal):
    assert terminal.quit() == 0
    assert terminal.settings() == terminal.before_all


def test_a_day_at_the_console(guest, attach, pool, tmp_path):
    log = tmp_path / "log"
    terminal = attach("--log", log)
    guest.cont()
    terminal.expect_exact(b"Linux version ")
    log_in(terminal)
    assert run(terminal, b"echo $((6*7)) $(tty)").endswith(b"42 /dev/ttyS0\r\n")
    edit(terminal)
    assert run(terminal, b"cat note").endswith(b"first\r\nsecond\r\n")
    resize(terminal, 40, 100)
    assert run(terminal, b"stty size").endswith(b"40 100\r\n")
    leave(terminal)
    said = log.read_bytes()
    assert b"Linux version " in said and b"42 /dev/ttyS0\r\n" in said
    assert said in terminal.shown.getvalue(), "the log is what the terminal showed, byte for byte"

    terminal = attach()
    terminal.send(b"\r")
    terminal.expect_exact(PROMPT)
    assert run(terminal, b"wc -l < note").endswith(b"2\r\n")
    terminal.send(b"poweroff\r")
    terminal.expect_exact(b"the console of \"web01\" has ended")
    assert terminal.finish() == 0
    assert terminal.settings() == terminal.before_all
    guest.wait(LIMIT_S)
    assert_logged_out(pool)


def test_a_script_at_the_console(guest, pool, xencon):
    pool.add_vm("web01", backend=sim.Socket(guest.serial_path, shared=True))
    process = xencon.start("-q", "web01")
    harness.eventually(lambda: len(pool.tunnels), "it is attached")

    def until(text):
        seen = b""
        while text not in seen:
            piece = process.stdout.read1()
            assert piece, f"the console ended before {text}"
            seen += piece
        return seen

    def type_line(line):
        process.stdin.write(line + b"\r")
        process.stdin.flush()

    guest.cont()
    until(b"web01 login: ")
    type_line(b"root")
    until(PROMPT)
    type_line(b"seq 3; echo $((6*7))")
    assert b"\r\n1\r\n2\r\n3\r\n42\r\n" in until(b"42\r\n")
    type_line(b"poweroff -f")
    _, said = process.communicate(timeout=LIMIT_S)
    assert (said, process.returncode) == (b"", 0)
    guest.wait(LIMIT_S)
    assert_logged_out(pool)


@pytest.fixture
def real(guest, make_pool):
    """A pool of two hosts with the guest as a VM of the first."""
    pool = make_pool(hosts=2)
    return pool, pool.add_vm("web01", backend=sim.Socket(guest.serial_path, shared=True))


def follow(make_xencon, pool, *options):
    """The program on a terminal that keeps all that it shows."""
    terminal = make_xencon(pool).terminal(*options, "web01", dimensions=(24, 80), timeout=LIMIT_S)
    terminal.before_all = terminal.settings()
    return terminal


def test_the_first_line_of_a_guest_that_is_started_later(guest, real, make_xencon):
    """It runs from the moment of its start on, and nobody gives it a sign that somebody watches."""
    pool, vm = real
    vm.shutdown()
    terminal = follow(make_xencon, pool, "--wait")
    terminal.expect_exact(b"waiting for its console")
    course = vm.begin("start").to("resident")
    guest.cont()
    course.finish()
    terminal.expect_exact(b'attached to "web01"')
    terminal.expect_exact(b"Linux version ")
    log_in(terminal)
    leave(terminal)
    assert_logged_out(pool)


def reboot(guest, vm):
    """The machine is reset: the old guest is gone before the new one's console is there."""
    course = vm.begin("hard_reboot").to("nothing")
    guest.qmp("stop")
    guest.qmp("system_reset")
    guest.cont()
    course.finish()


def answers(terminal, number):
    """The guest prints what it is asked for, once."""
    terminal.send(b"\r")
    terminal.expect_exact(PROMPT)
    assert run(terminal, b"echo $((%d*7))" % number).endswith(b"%d\r\n" % (number * 7))


def test_followed_through_all_that_happens(guest, real, make_xencon):
    """A reboot, a migration, the coordinator's death and another one, a network that is away for a while."""
    pool, vm = real
    terminal = follow(make_xencon, pool, "--reconnect")
    terminal.expect_exact(b'attached to "web01"')
    guest.cont()
    log_in(terminal)
    answers(terminal, 2)
    reboot(guest, vm)
    terminal.expect_exact(b'"web01" has rebooted')
    terminal.expect_exact(b"Linux version ")
    log_in(terminal)
    answers(terminal, 3)
    course = vm.begin("pool_migrate", pool.hosts[1]).to("ended")
    terminal.expect(b"waiting for its console|" + harness.TRYING_ON.encode())
    course.finish()
    terminal.expect_exact(b'"web01" has migrated from xen1 to xen2')
    answers(terminal, 4)
    pool.kill_coordinator()
    answers(terminal, 5)
    pool.emergency_transition(pool.hosts[1]).finish()
    terminal.expect(b"the pool's coordinator is .* now")
    terminal.expect_exact(b'attached to "web01"')
    answers(terminal, 6)
    pool.hosts[1].network("reset")
    terminal.expect(harness.TRYING_ON)
    pool.hosts[1].network("up")
    terminal.expect_exact(b'attached to "web01"')
    answers(terminal, 7)
    leave(terminal)
    assert_logged_out(pool)
    assert pool.sessions_table.most == 1
