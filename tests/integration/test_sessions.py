# SPDX-License-Identifier: ISC
"""Every session that is begun is ended, whichever way out is taken, and leaving is not slow."""
import os
import re
import signal
import time

import pytest

import sim

import built
import harness
import procs
from outcome import assert_failed, assert_logged_out, await_call, calls

HELLO = b"hello from web01"
LOGIN = "session.login_with_password"
LOGOUT = "session.logout"
FIND_VM = "VM.get_all_records_where"
FIND_CONSOLE = "console.get_all_records_where"
# fail.c: no fork but one that never comes.
NO_PROCESS = {"FAIL_FORK": "99",
              "LD_PRELOAD": str(built.BUILD / "tests/faults/libfail.so")}
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT]


@pytest.fixture
def pool(make_pool):
    made = make_pool()
    made.add_vm("web01", backend=sim.Source(HELLO, stay=True))
    made.add_vm("over", backend=sim.Source(HELLO))
    made.add_vm("graphical", consoles=("rfb",))
    return made


@pytest.fixture
def start(xencon):
    """Starts the program with pipes; whatever happens it is gone after the test."""
    started = []

    def begin(*words, **streams):
        started.append(xencon.start(*words, **streams))
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def attached(process, pool):
    assert process.stdout.read(len(HELLO)) == HELLO
    await_call(pool, LOGOUT)


def test_the_login_says_who_it_is(pool, xencon):
    xencon.run("over")
    user, password, version, originator = pool.requests[0].params
    assert (user, password, version) == ("root", "secret", "1.0")
    assert originator.startswith("xencon/")


@pytest.mark.parametrize("word", ["over", "graphical", "nowhere"])
def test_after_an_end_of_its_own(word, pool, xencon):
    xencon.run(word)
    assert_logged_out(pool)
    assert calls(pool).count(LOGIN) == calls(pool).count(LOGOUT) == 1


def test_after_quitting(pool, xencon):
    terminal = xencon.terminal("web01").attached()
    assert terminal.quit() == 0
    assert_logged_out(pool)
    assert calls(pool).count(LOGOUT) == 1


def test_the_logout_does_not_wait_for_the_end(pool, start):
    process = start("web01")
    attached(process, pool)
    assert process.poll() is None
    assert pool.sessions == {}


def test_an_attached_console_needs_no_session(pool, start):
    process = start("-q", "--idle", "0.1", "web01")
    attached(process, pool)
    pool.expire_sessions()
    assert process.communicate(timeout=harness.PATIENCE) == (b"", b"")
    assert process.returncode == 0


STAGES = {
    "accept": {"stage": "accept"}, "tls": {"stage": "tls"},
    "vm": {"stage": "rpc", "method": FIND_VM}, "consoles": {"stage": "rpc", "method": FIND_CONSOLE},
    "connect": {"stage": "connect"},
}


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("stage", STAGES)
def test_a_signal_while_the_server_is_silent(stage, number, pool, start):
    pool.faults.add(sim.Fault(action="stall", **STAGES[stage]))
    process = start("web01")
    if stage in ("accept", "tls"):
        harness.eventually(lambda: pool.connections, "it connects")
    elif stage == "connect":
        await_call(pool, "CONNECT")
    else:
        await_call(pool, STAGES[stage]["method"])
        assert len(pool.sessions) == 1
    process.send_signal(number)
    assert harness.finish(process) == 128 + number
    assert_logged_out(pool)
    assert calls(pool).count(LOGOUT) == calls(pool).count(LOGIN)
    assert process.stderr.read() == b""


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_while_the_login_is_answered(number, pool, start):
    """The session is there already, and its reference still on its way."""
    pool.faults.add(sim.Fault("rpc", "delay", method=LOGIN, seconds=1))
    process = start("web01")
    harness.eventually(lambda: pool.sessions, "a session was begun")
    process.send_signal(number)
    assert harness.finish(process) == 128 + number
    assert_logged_out(pool)
    assert calls(pool) == [LOGIN, LOGOUT]


def test_a_signal_while_the_login_is_never_answered(pool, start):
    pool.faults.add(sim.Fault("rpc", "stall", method=LOGIN))
    process = start("web01")
    harness.eventually(lambda: pool.sessions, "a session was begun")
    process.terminate()
    assert harness.finish(process) == 128 + signal.SIGTERM


@pytest.mark.parametrize("env", [{}, pytest.param(NO_PROCESS, marks=pytest.mark.plain)], ids=["", "alone"])
def test_a_signal_while_a_call_takes_long(env, pool, start):
    """The server is slow, and takes the logout all the same."""
    pool.faults.add(sim.Fault("rpc", "delay", method=FIND_VM, seconds=3))
    process = start("web01", env=env)
    await_call(pool, LOGIN)
    time.sleep(1.5)   # RPC_SILENCE_MS, and some more
    process.terminate()
    assert harness.finish(process) == 128 + signal.SIGTERM
    assert_logged_out(pool)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_while_attached(number, pool, start):
    process = start("web01")
    attached(process, pool)
    process.send_signal(number)
    assert harness.finish(process) == 128 + number
    assert_logged_out(pool)
    assert calls(pool).count(LOGOUT) == 1


@pytest.mark.parametrize("seconds", [0.3, 1])
def test_a_signal_amid_the_logout(seconds, pool, start):
    pool.faults.add(sim.Fault("rpc", "delay", method=LOGOUT, seconds=seconds))
    process = start("graphical")
    await_call(pool, LOGOUT)
    process.terminate()
    assert harness.finish(process) == 128 + signal.SIGTERM
    assert_logged_out(pool)


def test_not_even_a_kill_leaves_a_session_once_attached(pool, start):
    process = start("web01")
    attached(process, pool)
    process.kill()
    assert harness.finish(process) == 128 + signal.SIGKILL
    assert_logged_out(pool)


def test_a_kill_at_the_moment_of_attaching(pool, start):
    """The logout is a child's, which goes on."""
    pool.faults.add(sim.Fault("rpc", "delay", method=LOGOUT, seconds=0.5))
    process = start("web01")
    await_call(pool, LOGOUT)
    process.kill()
    assert_logged_out(pool)


def test_the_reader_of_the_output_leaves(pool, start):
    process = start("web01")
    assert process.stdout.read(1) == HELLO[:1]
    process.stdout.close()
    process.stdin.write(b"more\n")
    process.stdin.close()
    process.stdin = None
    harness.finish(process)
    assert_logged_out(pool)


@pytest.mark.parametrize("word, status", [("over", 0), ("graphical", 6), ("nowhere", 5)])
@pytest.mark.parametrize("action", ["stall", "silence"])
def test_a_logout_that_is_not_answered(action, word, status, pool, start, tmp_path):
    pool.faults.add(sim.Fault("rpc", action, method=LOGOUT))
    with open(tmp_path / "stderr", "wb") as stderr:
        process = start("-v", word, stderr=stderr)
        assert process.stdout.read() == (HELLO if status == 0 else b"")
        assert harness.finish(process) == status
    said = (tmp_path / "stderr").read_text()
    assert "logout is still under way" in said or "not logged out" in said


@pytest.mark.parametrize("word, status", [("over", 0), ("graphical", 6), ("nowhere", 5)])
@pytest.mark.parametrize("fault", [
    {"action": "reset", "times": None}, {"action": "close", "times": None}, {"action": "not_json"},
    {"action": "garble"}, {"action": "status"}, {"action": "oversize"},
    {"action": "error", "code": "INTERNAL_ERROR"}, {"action": "expire"},
], ids=lambda fault: fault["action"])
def test_a_logout_that_fails_changes_no_exit_status(fault, word, status, pool, xencon):
    pool.faults.add(sim.Fault("rpc", method=LOGOUT, **fault))
    done = xencon.run(word)
    assert done.returncode == status
    assert done.stdout == (HELLO if status == 0 else b"")
    assert "logout" not in done.stderr


@pytest.mark.parametrize("fault", [
    {"action": "reset", "times": 2}, {"action": "close"}, {"action": "close", "clean": False},
    {"action": "not_json"}, {"action": "error", "code": "HOST_STILL_BOOTING"},
], ids=lambda fault: " ".join(map(str, fault.values())))
def test_a_logout_that_fails_is_tried_again(fault, pool, start):
    """It is a moment's failure: nothing of ours is left with the server."""
    pool.faults.add(sim.Fault("rpc", method=LOGOUT, **fault))
    attached(start("web01"), pool)
    assert_logged_out(pool)


def test_a_logout_that_fails_is_given_up_with_a_reason(pool, xencon):
    pool.faults.add(sim.Fault("rpc", "reset", method=LOGOUT, times=None))
    done = xencon.run("-v", "over")
    assert done.returncode == 0
    assert re.search("the logout failed: .*reset", done.stderr)
    assert re.search("not logged out, the server will drop the session later: .*reset", done.stderr)
    assert 4 <= calls(pool).count(LOGOUT) <= 8


def test_the_terminal_comes_first(pool, xencon):
    """What was typed behind the quit command goes to the shell, however slow the server is."""
    pool.faults.add(sim.Fault("rpc", "stall", method=LOGOUT))
    terminal = xencon.terminal("web01")
    before = terminal.found
    terminal.attached()
    terminal.send(harness.ESCAPE + b".")
    harness.eventually(lambda: terminal.settings() == before, "the terminal is as it was")
    assert terminal.isalive()
    assert terminal.finish() == 0


def logging_out(pid):
    """The process that logs out; the keeper begins as a copy, too, until it goes by its own name."""
    is_named = not procs.confines() or any(map(procs.is_keeper, procs.offspring(pid)))
    return is_named and procs.twins(pid)


def test_the_child_that_logs_out_does_not_stay(pool, start):
    """Its connections are never accepted; the program is left by then."""
    pool.faults.add(sim.Fault("accept", "delay", seconds=0))
    for _ in ("the idle limit", "the logout"):
        pool.faults.add(sim.Fault("accept", "stall"))
    process = start("-v", "--connect-timeout", "3", "over")
    assert process.stdout.read(len(HELLO)) == HELLO
    child, = harness.eventually(lambda: logging_out(process.pid), "a process logs out")
    assert harness.finish(process) == 0
    harness.eventually(lambda: not os.path.exists(f"/proc/{child}"), "the child has ended")
    assert b"not logged out" in process.stderr.read() or len(pool.sessions) == 1


@pytest.mark.parametrize("options", [[], ["-v"]], ids=["silent", "-v"])
def test_the_child_holds_nothing_that_others_wait_on(options, pool, start):
    """A pipeline ends when the program does, not when the logout does."""
    pool.faults.add(sim.Fault("rpc", "stall", method=LOGOUT))
    process = start(*options, "--connect-timeout", "40", "over")
    assert process.communicate(timeout=20)[0] == HELLO
    assert process.returncode == 0


def test_a_console_on_another_host(make_pool, make_xencon):
    pool = make_pool(hosts=2)
    pool.add_vm("web02", pool.hosts[1], backend=sim.Source(HELLO))
    done = make_xencon(pool).run("web02")
    assert (done.stdout, done.returncode) == (HELLO, 0)
    assert_logged_out(pool)
    logout, = [request for request in pool.requests if request.method == LOGOUT]
    assert logout.host is pool.coordinator


def test_a_refused_console_on_another_host(make_pool, make_xencon):
    pool = make_pool(hosts=2)
    vm = pool.add_vm("web02", pool.hosts[1])
    vm.console().backend = None
    assert_failed(make_xencon(pool).run("web02"), 6, "\"web02\" is not there", pool=pool)


def test_many_at_once(pool, xencon):
    processes = [xencon.start("over") for _ in range(12)]
    for process in processes:
        assert process.communicate(timeout=harness.PATIENCE)[0] == HELLO
        assert process.returncode == 0
    assert_logged_out(pool)
    assert calls(pool).count(LOGIN) == calls(pool).count(LOGOUT) == 12
