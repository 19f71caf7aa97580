# SPDX-License-Identifier: ISC
"""Every way out: the terminal is as it was, the status says why, the session is gone."""
import itertools
import os
import signal
import subprocess

import pytest

import harness
import procs
import ptys
import sim

FATAL = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT]
CRASHES = [signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGABRT]


def by_name(value):
    return value.name if isinstance(value, signal.Signals) else value


def ignore_hangup():
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def quit_by_dot(pool, puppet, terminal):
    terminal.send(harness.ESCAPE + b".")


def quit_by_q(pool, puppet, terminal):
    terminal.send(harness.ESCAPE + b"q")


def console_ends(pool, puppet, terminal):
    puppet.end()


def connection_breaks(pool, puppet, terminal):
    for connection in pool.open_connections:
        connection.stream.reset()


def machine_halts(pool, puppet, terminal):
    pool.vms[-1].shutdown()


@pytest.mark.parametrize("way, status", [
    (quit_by_dot, 0), (quit_by_q, 0), (console_ends, 0), (machine_halts, 0),
], ids=lambda value: getattr(value, "__name__", None))
def test_orderly_ways_out(pool, puppet, xencon, way, status):
    terminal = xencon.terminal("web01")
    before = terminal.found
    terminal.attached()
    puppet.say(b"login: ")
    terminal.expect_exact(b"login: ")
    way(pool, puppet, terminal)
    assert terminal.finish() == status
    assert terminal.settings() == before
    assert pool.sessions == {}


@pytest.mark.parametrize("action", ["reset", "truncate"])
def test_a_lost_connection(pool, puppet, xencon, action):
    pool.faults.add(sim.Fault("console", action, at=7))
    terminal = xencon.terminal("web01")
    before = terminal.found
    terminal.attached()
    puppet.say(b"login: ")
    terminal.expect(rb'login: \r?\n?xencon: "web01": the connection (broke|was lost)')
    assert terminal.finish() == 7
    assert terminal.settings() == before
    assert pool.sessions == {}


@pytest.mark.parametrize("number", FATAL, ids=by_name)
def test_a_signal_while_attached(pool, puppet, xencon, number):
    terminal = xencon.terminal("web01")
    before = terminal.found
    terminal.attached()
    puppet.say(b"login: ")
    terminal.expect_exact(b"login: ")
    harness.kill(terminal, number)
    assert terminal.finish() == 128 + number
    assert terminal.signalstatus == number
    assert terminal.settings() == before
    assert pool.sessions == {}


@pytest.mark.parametrize("number", CRASHES, ids=by_name)
def test_a_crash_leaves_the_terminal_as_it_was(puppet, xencon, number):
    terminal = xencon.terminal("web01")
    before = terminal.found
    terminal.attached()
    harness.kill(terminal, number)
    assert terminal.finish() == 128 + number
    assert terminal.signalstatus == number
    assert terminal.settings() == before


def await_turn(keyboard, puppet):
    """What was printed before has been accounted for, once something that is typed arrives."""
    keyboard.write(b"k")
    keyboard.flush()
    assert puppet.hear(1) == b"k"


def test_a_crash_undoes_what_the_guest_has_switched_on(puppet, xencon):
    terminal = xencon.terminal("web01")
    before = terminal.found
    terminal.attached()
    puppet.say(b"\x1b[?1049h\x1b[?1000hpage")
    terminal.expect_exact(b"page")
    await_turn(terminal, puppet)
    harness.kill(terminal, signal.SIGSEGV)
    terminal.expect_exact(b"\x1b[?1000l")
    terminal.expect_exact(b"\x1b[?1049l")
    assert terminal.finish() == 128 + signal.SIGSEGV
    assert terminal.settings() == before


def test_a_crash_undoes_nothing_twice(puppet, xencon):
    """What was on, and is off again, is not touched."""
    terminal = xencon.terminal("web01")
    terminal.attached()
    puppet.say(b"\x1b[?1049h\x1b[>1u\x1b[<u\x1b[?1049lback")
    terminal.expect_exact(b"back")
    await_turn(terminal, puppet)
    harness.kill(terminal, signal.SIGSEGV)
    assert terminal.finish() == 128 + signal.SIGSEGV
    assert terminal.before == b""


def test_a_crash_with_input_from_a_pipe(pty, puppet, xencon):
    process = pty.start(xencon, "-q", "web01", stdin=subprocess.PIPE)
    puppet.say(b"\x1b[?25lhidden")
    assert pty.read_until(b"hidden") == b"\x1b[?25lhidden"
    await_turn(process.stdin, puppet)
    harness.kill(process, signal.SIGSEGV)
    assert harness.finish(process) == 128 + signal.SIGSEGV
    assert pty.read_rest() == b"\x1b[?25h"


def test_a_crash_on_a_terminal_that_is_stopped(pty, puppet, xencon):
    before = pty.settings()
    process = pty.attach(xencon)
    puppet.say(b"\x1b[?25l" + b"x" * 65536)
    assert pty.read(6) == b"\x1b[?25l"
    pty.wait_full(process)
    harness.kill(process, signal.SIGSEGV)
    assert harness.finish(process) == 128 + signal.SIGSEGV
    assert pty.settings() == before


@pytest.mark.parametrize("stage, method, number", [
    *itertools.product(["accept", "tls", "connect"], [None], FATAL),
    *itertools.product(["rpc"], ["VM.get_all_records_where"], FATAL),
    ("rpc", "session.login_with_password", signal.SIGTERM)], ids=by_name)
def test_a_signal_while_connecting(pool, puppet, xencon, stage, method, number):
    fault = pool.faults.add(sim.Fault(stage, "stall", method=method))
    terminal = xencon.terminal("web01")
    before = terminal.found
    harness.eventually(lambda: fault.used, "the server stalls")
    harness.kill(terminal, number)
    assert terminal.finish() == 128 + number
    assert terminal.signalstatus == number
    assert terminal.settings() == before
    if method != "session.login_with_password":
        assert pool.sessions == {}


def test_a_signal_that_was_ignored_at_the_start_stays_so(puppet, xencon):
    process = xencon.start("web01", preexec_fn=ignore_hangup)
    puppet.say(b"one")
    assert ptys.read_exactly(process.stdout.fileno(), 3) == b"one"
    harness.kill(process, signal.SIGHUP)
    puppet.say(b"two")
    assert ptys.read_exactly(process.stdout.fileno(), 3) == b"two"
    harness.kill(process, signal.SIGTERM)
    assert harness.finish(process) == 143


def test_a_terminal_that_hangs_up(pool, pty, puppet, xencon):
    process = pty.attach(xencon)
    pty.hang_up()
    assert harness.finish(process) == 128 + signal.SIGHUP
    assert pool.sessions == {}
    assert puppet.hear_all() == b""


def test_a_terminal_that_hangs_up_under_nohup(pool, pty, puppet, xencon):
    process = pty.attach(xencon, preexec=ignore_hangup)
    pty.hang_up()
    assert harness.finish(process) == 0
    assert pool.sessions == {}


@pytest.mark.parametrize("number", FATAL, ids=by_name)
def test_a_signal_with_a_reader_that_sleeps(pool, xencon, number):
    pool.add_vm("web01", backend=sim.Source(size=1_000_000, stay=True))
    with ptys.pipe() as (reader, writer):
        process = xencon.start("web01", stdout=writer)
        ptys.wait_full(writer)
        harness.kill(process, number)
        assert harness.finish(process) == 128 + number
    assert reader >= 0 and pool.sessions == {}


@pytest.mark.parametrize("arguments", [(), ("-q",)], ids=["with messages", "quiet"])
def test_a_signal_with_a_terminal_that_sleeps(pool, pty, puppet, xencon, arguments):
    before = pty.settings()
    process = pty.start(xencon, "web01", *arguments)
    harness.eventually(pty.is_raw, "the terminal becomes raw")
    puppet.say(b"odd")
    harness.eventually(lambda: ptys.is_readable(pty.master), "that is printed")
    with ptys.feeding(puppet.sock.fileno(), bytes(60_000)):
        pty.wait_full(process)
    harness.kill(process, signal.SIGTERM)
    harness.eventually(lambda: pty.settings() == before, "the terminal is as it was")
    assert harness.finish(process) == 143


def test_what_the_shell_sees(pool, puppet, xencon):
    line = subprocess.list2cmdline(xencon.command("web01")) + '; echo "status $?"'
    terminal = xencon.spawn("/bin/bash", "-c", line)
    before = terminal.found
    terminal.attached()
    child, = procs.children(terminal.pid)
    os.kill(child, signal.SIGTERM)
    terminal.expect_exact(b"status 143")
    assert terminal.finish() == 0
    assert terminal.settings() == before
