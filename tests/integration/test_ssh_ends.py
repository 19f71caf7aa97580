# SPDX-License-Identifier: ISC
"""However a run through ssh ends, and whatever ends first: nothing is left, and what happened is said."""
import contextlib
import os
import signal
import socket
import threading
import time

import pytest

import gates
import guests
import harness
import procs
import puppets
import sim

from gates import gate, xencon  # noqa: F401
from outcome import assert_logged_out
from rfbclient import Viewer


@pytest.fixture(autouse=True)
def guest(pool):
    made = puppets.Puppet()
    made.pool = pool
    pool.add_vm("web01", backend=made)
    return made


def attached(terminal):
    return terminal.attached()


def spoken_to(terminal, guest):
    """Attached, and the guest has said something: a console that ends before that is looked for again."""
    attached(terminal)
    guest.say(b"hello")
    terminal.expect_exact("hello")
    return terminal


def stuck(gate):
    """ssh is never logged in: its way to the host says nothing."""
    gate.configure("ProxyCommand sleep 600", f"#{gate.folder}/client")


def logging_in(gate, xencon):
    """The program, whose ssh waits for an answer that does not come."""
    stuck(gate)
    process = xencon.start("web01")
    harness.eventually(gate.masters, "ssh is called")
    return process


@pytest.mark.parametrize("kill", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_we_end_while_ssh_logs_in(kill, gate, xencon):
    process = logging_in(gate, xencon)
    harness.kill(process, kill)
    assert harness.finish(process) == 128 + kill
    gate.assert_nothing_left()


@pytest.mark.parametrize("kill", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_we_end_while_attached(kill, gate, xencon):
    terminal = attached(xencon.terminal("web01"))
    harness.kill(terminal, kill)
    assert terminal.finish() == 128 + kill
    gate.assert_nothing_left()


def test_we_are_killed_with_a_group(gate, xencon):
    """As a shell's `kill -9 %1` does it."""
    terminal = attached(xencon.terminal("web01"))
    os.killpg(terminal.pid, signal.SIGKILL)
    terminal.finish()
    gate.assert_nothing_left()


def test_we_are_killed_over_the_users_master(guest, gate, xencon):
    """The forwarding would live on in it."""
    master = gates.Master(gate)
    try:
        terminal = attached(xencon.terminal("web01"))
        harness.kill(terminal, signal.SIGKILL)
        terminal.finish()
        gate.assert_closed()
        assert master.is_alive()
    finally:
        master.close()


def test_we_end_while_the_users_master_hangs(gate, xencon):
    """It is asked whether it is there, and never answers."""
    master = gates.Master(gate)
    os.kill(master.process.pid, signal.SIGSTOP)
    try:
        process = xencon.start("web01")
        harness.eventually(lambda: any("-O check" in gates.command_line(pid) for pid in gate.processes()), "it is asked")
        began = time.monotonic()
        harness.kill(process)
        assert harness.finish(process) == 128 + signal.SIGTERM
        assert time.monotonic() - began < 4   # of the five seconds that an answer may take
        assert process.stderr.read() == b""
        gate.assert_closed()
    finally:
        os.kill(master.process.pid, signal.SIGCONT)
        master.close()


@pytest.mark.parametrize("connected", [False, True])
def test_a_viewers_process_does_not_outlive_it(connected, guest, gate, xencon):
    guest.pool.add_vm("web02")
    process = xencon.start("vnc", "-l", gate.run / "v", "web02")
    assert process.stdout.readline()
    viewer = Viewer(str(gate.run / "v")) if connected else None
    if viewer:
        viewer.greet()
    harness.kill(process, signal.SIGKILL)
    harness.finish(process)
    (gate.run / "v").unlink()
    gate.assert_nothing_left()
    if viewer:
        viewer.close()


def guardian_of(terminal):
    harness.eventually(lambda: len(procs.twins(terminal.pid)) == 1, "who logged out has ended")
    return procs.twins(terminal.pid)[0]


def test_the_guardian_is_killed(guest, gate, xencon):
    """The console goes on; what it would have undone is undone by us."""
    terminal = attached(xencon.terminal("web01"))
    os.kill(guardian_of(terminal), signal.SIGKILL)
    guest.say(b"still here")
    terminal.expect(b"still here")
    assert terminal.quit() == 0
    gate.assert_nothing_left()


def test_the_guardian_is_killed_over_the_users_master(gate, xencon):
    master = gates.Master(gate)
    try:
        terminal = attached(xencon.terminal("web01"))
        os.kill(guardian_of(terminal), signal.SIGKILL)
        assert terminal.quit() == 0
        gate.assert_closed()
        assert master.is_alive()
    finally:
        master.close()


def test_ssh_is_stopped(gate, xencon):
    """As a debugger, or a suspended machine, does it: leaving works."""
    terminal = attached(xencon.terminal("web01"))
    os.kill(gate.master(), signal.SIGSTOP)
    assert terminal.quit() == 0
    gate.assert_nothing_left()


def test_ssh_is_stopped_while_it_logs_in(gate, xencon):
    process = logging_in(gate, xencon)
    os.kill(gate.master(), signal.SIGSTOP)
    harness.kill(process)
    assert harness.finish(process) == 128 + signal.SIGTERM
    gate.assert_nothing_left()


@pytest.mark.parametrize("kill", [signal.SIGKILL, signal.SIGTERM])
def test_ssh_ends_while_attached(kill, guest, gate, xencon):
    terminal = spoken_to(xencon.terminal("web01"), guest)
    os.kill(gate.master(), kill)
    assert terminal.finish() == 7
    said = terminal.before.decode()
    assert "the connection was lost" in said
    assert "ssh to ssh://xen1" in said and "has ended" in said
    assert terminal.found == harness.fresh_settings()
    gate.assert_nothing_left()


def test_the_users_master_ends_while_attached(guest, gate, xencon):
    master = gates.Master(gate)
    try:
        terminal = xencon.terminal("-v", "web01")
        terminal.expect_exact("over the user's own master connection")
        spoken_to(terminal, guest)
        os.kill(master.process.pid, signal.SIGKILL)
        assert terminal.finish() == 7
        assert "its master connection is gone" in terminal.before.decode()
    finally:
        master.close()
    gate.assert_nothing_left()


def test_a_master_that_ends_when_it_is_asked(gate, xencon):
    """Its socket takes who comes, and hangs up. ssh(1) would log in by itself then, run a shell and succeed."""
    path = gate.folder / "cm"
    gate.configure(f"ControlPath {path}")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def hang_up():
            with contextlib.suppress(OSError):
                while True:
                    listener.accept()[0].close()

        threading.Thread(target=hang_up, daemon=True).start()
        terminal = xencon.terminal("-v", "web01")
        terminal.attached()
        assert "user's own master" not in terminal.before.decode()
        assert terminal.quit() == 0
        assert gate.logins == 1
        listener.shutdown(socket.SHUT_RDWR)
    gate.assert_nothing_left()


def test_ssh_ends_while_it_logs_in(gate, xencon):
    process = logging_in(gate, xencon)
    os.kill(gate.master(), signal.SIGKILL)
    assert harness.finish(process) == 3
    assert b"ssh to ssh://xen1" in process.stderr.read()
    gate.assert_nothing_left()


def test_ssh_ends_between_calls(guest, gate, xencon):
    """The login was answered, and the next call is on its way: it is made again, over a new login by ssh."""
    guest.pool.faults.add(sim.Fault("rpc", "stall", method="VM.get_all_records_where"))
    terminal = xencon.terminal("web01")
    harness.eventually(lambda: any(request.method == "VM.get_all_records_where"
                                   for request in guest.pool.requests), "the call has come")
    os.kill(gate.master(), signal.SIGKILL)
    assert terminal.attached().quit() == 0
    assert gate.logins == 2
    assert_logged_out(guest.pool)
    gate.assert_nothing_left()


def test_the_console_ends_in_order(guest, gate, xencon):
    """Without TLS an end of file says nothing; ssh lives on, so it was one in order."""
    terminal = attached(xencon.terminal("web01"))
    guest.say(b"bye")
    terminal.expect(b"bye")
    guest.disconnect()
    assert terminal.finish() == 0
    assert_logged_out(guest.pool)
    gate.assert_nothing_left()


def test_a_console_that_ends_before_its_first_byte(guest, gate, xencon):
    """It is looked for again; where one is attached is told once."""
    vm = guests.add(guest.pool, "web02", guest=guests.Fleeting()).vm
    terminal = xencon.terminal("web02")
    terminal.expect_exact(f"guest {vm.domid}\r\n")
    assert terminal.before.count(b"attached to") == 1
    assert terminal.quit() == 0
    assert_logged_out(guest.pool)
    gate.assert_nothing_left()


def test_reconnecting_over_a_new_login(guest, gate, xencon):
    """Which may ask nothing: the person is at the console."""
    terminal = attached(xencon.terminal("--reconnect", "web01"))
    first = gate.master()
    os.kill(first, signal.SIGKILL)
    terminal.attached()
    second = gate.master()
    assert second != first
    assert "BatchMode=yes" in gates.command_line(second)
    assert terminal.quit() == 0
    assert gate.logins == 2
    gate.assert_nothing_left()


def test_reconnecting_when_the_host_is_back(guest, gate, xencon):
    terminal = attached(xencon.terminal("--reconnect", "web01"))
    gate.stop()
    terminal.expect(b"cannot connect to")
    gate.start()
    terminal.attached()
    assert terminal.quit() == 0
    gate.assert_nothing_left()


def test_interrupts_are_for_us(guest, gate, xencon):
    """^C on the terminal, where it is not raw: ssh is in another group."""
    process = xencon.terminal("vnc", "-l", str(gate.run / "v"), "web01")
    process.expect(str(gate.run / "v").encode())
    assert os.getpgid(gate.master()) != os.getpgid(process.pid)
    process.sendintr()
    assert process.finish() == 0
    gate.assert_nothing_left()


def test_it_rests(guest, gate, xencon):
    """Attached and idle nothing of ours wakes up, the guardian neither."""
    terminal = attached(xencon.terminal("web01"))
    guest.say(b"quiet now")
    terminal.expect(b"quiet now")
    harness.eventually(lambda: not guest.pool.sessions and len(procs.twins(terminal.pid)) == 1,
                       "who logged out has ended")
    guardian, = procs.twins(terminal.pid)
    harness.eventually(lambda: procs.rests(terminal.pid) and procs.rests(guardian),
                       "both of them rest")
    assert terminal.quit() == 0
