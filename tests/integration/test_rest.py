# SPDX-License-Identifier: ISC
"""A console at rest costs nothing: no processor time, no system calls, whatever has ended."""
import os
import subprocess
import time

import pytest

import guests
import harness
import procs
import ptys
import puppets
import rfbclient
import sim
from outcome import assert_logged_out

FOREVER = ("--idle", "3600")

# Of a second; a loop that spins takes most of it even on a busy machine.
TICKS = 3
CALLS = 10


def check_rest(process, tmp_path):
    """Comes to rest, and stays there for a second."""
    harness.eventually(lambda: procs.state(process.pid) == "S", "it sleeps")
    time.sleep(0.2)
    before = procs.ticks(process.pid)
    calls = procs.calls(process.pid, 0.5, tmp_path / "trace")
    time.sleep(0.5)
    assert process.poll() is None
    assert procs.ticks(process.pid) - before <= TICKS
    assert calls is None or calls <= CALLS


@pytest.fixture
def rest(tmp_path):
    return lambda process: check_rest(process, tmp_path)


def test_on_a_terminal(pty, puppet, xencon, rest):
    process = pty.attach(xencon)
    puppet.say(b"login: ")
    assert pty.read(7) == b"login: "
    pty.write(b"x")
    assert puppet.hear(1) == b"x"
    rest(process)


@pytest.mark.parametrize("arguments", [(), ("--stdio",)], ids=["plain", "stdio"])
@pytest.mark.parametrize("source", ["null", "ended pipe", "file"])
def test_after_the_end_of_input(puppet, xencon, rest, tmp_path, source, arguments):
    (tmp_path / "in").write_bytes(b"typed")
    with open(tmp_path / "in", "rb") as file:
        stdin = {"null": subprocess.DEVNULL, "ended pipe": subprocess.PIPE, "file": file}[source]
        process = xencon.start(*FOREVER, *arguments, "web01", stdin=stdin)
    if process.stdin:
        process.stdin.close()
    puppet.say(b"login: ")
    assert ptys.read_exactly(process.stdout.fileno(), 7) == b"login: "
    rest(process)


def test_with_an_open_pipe_that_is_silent(puppet, xencon, rest):
    process = xencon.start("web01")
    puppet.say(b"login: ")
    assert ptys.read_exactly(process.stdout.fileno(), 7) == b"login: "
    rest(process)


@pytest.mark.parametrize("tls", [True, False], ids=["TLS", "clear text"])
def test_after_the_end_of_the_console(make_pool, make_xencon, rest, tls):
    pool = make_pool(hosts=2, tls=tls)
    bare = puppets.Bare(pool)
    process = make_xencon(pool).start("--stdio", *FOREVER, "web01")
    console = bare.accept()
    console.send(b"bye")
    console.finish()
    assert ptys.read_all(process.stdout.fileno()) == b"bye"
    rest(process)
    console.close()
    bare.close()


@pytest.mark.parametrize("stdin", [subprocess.PIPE, subprocess.DEVNULL], ids=["pipe", "ended"])
def test_with_a_reader_that_sleeps(pool, xencon, rest, stdin):
    pool.add_vm("web01", backend=sim.Source(size=8_000_000, stay=True))
    with ptys.pipe() as (_, writer):
        process = xencon.start(*FOREVER, "web01", stdin=stdin, stdout=writer)
        ptys.wait_full(writer)
        rest(process)
        harness.kill(process)
        assert harness.finish(process) == 143


def test_with_a_terminal_that_sleeps(pool, pty, xencon, rest):
    pool.add_vm("web01", backend=sim.Source(size=8_000_000, stay=True))
    process = pty.attach(xencon)
    pty.wait_full(process)
    rest(process)


def test_with_a_reader_that_sleeps_and_a_console_that_has_ended(pool, xencon, rest):
    source = sim.Source(size=100_000)
    pool.add_vm("web01", backend=source)
    with ptys.pipe() as (_, writer):
        process = xencon.start("web01", stdout=writer)
        ptys.wait_full(writer)
        harness.eventually(lambda: not source.clients, "the console has ended")
        rest(process)
        harness.kill(process)
        assert harness.finish(process) == 143


def test_with_a_guest_that_takes_nothing(pool, pty, xencon, rest):
    fault = pool.faults.add(sim.Fault("console", "stall", at=1))
    pool.add_vm("web01", backend=sim.Source(b"x", stay=True))
    process = pty.attach(xencon, "-e", "none")
    assert pty.read(1) == b"x" and fault.used
    ptys.write_until_full(pty.master)
    rest(process)


def test_with_a_socket_whose_other_end_has_ended_its_direction(puppet, xencon, rest):
    with ptys.socket_pair() as (ours, theirs):
        process = xencon.start(*FOREVER, "web01", stdin=theirs, stdout=theirs)
        ours.shutdown(ptys.socket.SHUT_WR)
        puppet.say(b"login: ")
        assert ptys.read_exactly(ours.fileno(), 7) == b"login: "
        rest(process)


def test_with_standard_error_closed_at_its_other_end(puppet, xencon, rest):
    process = xencon.start("web01")
    process.stderr.close()
    puppet.say(b"login: ")
    assert ptys.read_exactly(process.stdout.fileno(), 7) == b"login: "
    rest(process)


# What twenty seconds may cost that are without any event.
IDLE_S = 20
PROCESSOR_S = 0.010


@pytest.mark.long
def test_idle_for_long(make_pool, make_xencon, tmp_path):
    """All ways to wait, side by side: a terminal, a pipe, --wait for a machine and for a name, --reconnect while the
    machine is away, a screen that stands still, a listener with a viewer and one without."""
    pool = make_pool()
    xencon = make_xencon(pool)
    for name in ("web01", "away"):
        pool.add_vm(name, backend=sim.Source(b"x", stay=True))
    pool.add_vm("still", consoles=("rfb",), domain_type="hvm", rfb_backend=sim.Rfb(step=3600))
    off = pool.add_vm("off")
    off.shutdown()
    terminal = xencon.terminal("web01")
    terminal.expect("attached to")
    gone = xencon.terminal("--reconnect", "away")
    gone.expect("attached to")
    pool.vms[-3].begin("hard_shutdown").finish()
    gone.expect("waiting for its console")
    screen = xencon.terminal("screen", "--reconnect", "still", dimensions=(24, 100))
    screen.expect("then \\. to quit")
    waiting = xencon.terminal("--wait", "off")
    waiting.expect("waiting for its console")
    nameless = xencon.terminal("--wait", "not yet there")
    nameless.expect("waiting for a VM")
    pipe = xencon.start("web01")
    assert pipe.stdout.read(1) == b"x"
    listeners = [xencon.start("vnc", "--listen", tmp_path / name, "still") for name in ("one", "two")]
    for each in listeners:
        each.stdout.readline()
    with rfbclient.Viewer(str(tmp_path / "one")).greet():
        child, = harness.eventually(lambda: procs.children(listeners[0].pid), "a viewer is served")
        processes = {"terminal": terminal.pid, "away": gone.pid, "screen": screen.pid, "--wait": waiting.pid,
                     "--wait for a name": nameless.pid, "pipe": pipe.pid, "listener": listeners[1].pid,
                     "listener with a viewer": listeners[0].pid, "viewer": child}
        assert_logged_out_but(pool, 3)
        for pid in processes.values():
            harness.eventually(lambda pid=pid: procs.rests(pid), "it has come to rest")
        before = {name: procs.processor_s(pid) for name, pid in processes.items()}
        time.sleep(IDLE_S)
        spent = {name: procs.processor_s(pid) - before[name] for name, pid in processes.items()}
    assert {name: s for name, s in spent.items() if s >= PROCESSOR_S} == {}


def assert_logged_out_but(pool, waiting):
    """Who waits for events has a session, and nobody else."""
    harness.eventually(lambda: len(pool.sessions) == waiting, f"{waiting} sessions are left")


def test_when_the_time_is_up_and_a_login_is_awaited(pool, xencon):
    """It may bring a session: for a moment nothing is to be done but to wait."""
    vm = guests.add(pool).vm
    process = xencon.start("--reconnect", "--until", "never", "--timeout", "2", "web01")
    assert process.stdout.readline() == f"guest {vm.domid}\r\n".encode()
    assert_logged_out(pool)
    pool.faults.add(sim.Fault("rpc", "stall", method="session.login_with_password"))
    vm.end_tunnels()
    before = procs.ticks(process.pid)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert procs.ticks(process.pid) - before <= 4 * TICKS
    assert harness.finish(process) == 8
