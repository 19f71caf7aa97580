# SPDX-License-Identifier: ISC
"""The question for the password: asked on the terminal, answered unseen, left without a trace."""
import io
import os
import signal
import sys
import termios

import pytest

import sim

import harness
import procs
import puppets
import shells
from outcome import assert_logged_out, calls

HELLO = b"hello from web01"
LOGIN = "session.login_with_password"
QUESTION = rb"root@127\.0\.0\.1:\d+'s password: "


@pytest.fixture
def pool(make_pool):
    made = make_pool(auth_delay=0.01)
    made.add_vm("web01", backend=sim.Source(HELLO, stay=True))
    return made


@pytest.fixture
def ask(pool, make_xencon):
    """Starts the program on a terminal, without a password; gives it as it asks, echo off."""
    started = []

    def start(*words, question=QUESTION):
        terminal = make_xencon(pool, password=None).terminal(*(words or ("web01",)))
        terminal.log = terminal.logfile_read = io.BytesIO()
        terminal.before_all = terminal.found
        terminal.expect(question)
        assert not echoes(terminal)
        started.append(terminal)
        return terminal

    yield start
    for terminal in started:
        terminal.close(force=True)


@pytest.fixture
def puppet_shell(pool, make_xencon, tmp_path):
    """A shell that has no password, and a guest "web02" that hears."""
    guest = puppets.Puppet()
    pool.add_vm("web02", backend=guest)
    return shells.Shell(make_xencon(pool, password=None), tmp_path), guest, tmp_path


def echoes(terminal):
    return bool(terminal.settings()[3] & termios.ECHO)


def assert_left(terminal, pool, status):
    """It has ended so, the terminal is as it was, and neither screen nor server keeps anything."""
    assert terminal.finish() == status
    assert terminal.settings() == terminal.before_all
    assert b"secret" not in terminal.log.getvalue()
    assert_logged_out(pool)


def test_the_right_password(pool, ask):
    terminal = ask()
    terminal.send(b"secret\r")
    terminal.expect_exact(HELLO)
    terminal.send(harness.ESCAPE + b".")
    assert_left(terminal, pool, 0)
    assert pool.requests[0].params[:2] == ["root", "secret"]


def test_no_echo_before_the_login_is_answered(pool, ask):
    """There may be another try, and who types it early must not see it."""
    fault = pool.faults.add(sim.Fault("rpc", "delay", method=LOGIN, seconds=1))
    terminal = ask()
    terminal.send(b"wrong\r")
    harness.eventually(lambda: fault.used, "the login is asked for")
    assert not echoes(terminal)
    terminal.send(b"secret too early\r")
    terminal.expect(QUESTION)
    assert not echoes(terminal)
    terminal.send(b"secret\r")
    terminal.expect_exact(HELLO)
    terminal.send(harness.ESCAPE + b".")
    assert_left(terminal, pool, 0)
    assert [request.params[1] for request in pool.requests if request.method == LOGIN] == [
        "wrong", "secret"]


def test_the_echo_is_back_after_the_last_try(pool, ask):
    terminal = ask()
    for _ in range(2):
        terminal.send(b"wrong\r")
        terminal.expect(QUESTION)
    pool.faults.add(sim.Fault("rpc", "delay", method=LOGIN, seconds=0.5))
    terminal.send(b"wrong\r")
    assert_left(terminal, pool, 4)


@pytest.mark.parametrize("answer, tries", [(b"secret", 1), (b"wrong", 2)])
def test_a_paste_of_several_lines_answers_once(pool, puppet_shell, answer, tries):
    """The rest neither runs in the user's shell, nor answers another question, nor goes to the guest."""
    shell, guest, folder = puppet_shell
    shell.type("xencon web02")
    shell.terminal.expect(QUESTION)
    shell.terminal.send(answer + b"\rtouch made\rsecret\rtouch made")
    if tries == 2:
        shell.terminal.expect(QUESTION)
        shell.terminal.send(b"secret\r")
    shell.terminal.attached()
    shell.terminal.send(b"typed" + harness.ESCAPE + b".")
    shell.prompt()
    assert guest.hear_all() == b"typed"
    assert shell.run("ls made 2>/dev/null; echo usable") == "usable\r\n"
    assert not (folder / "made").exists()
    logins = [request.params[1] for request in pool.requests if request.method == LOGIN]
    assert logins == [answer.decode(), "secret"][-tries:]


def test_wrong_twice_then_right(pool, ask):
    terminal = ask()
    for word in (b"wrong\r", b"\r"):
        terminal.send(word)
        terminal.expect_exact("xencon: wrong user name or password, try again\r\n")
        terminal.expect(QUESTION)
        assert not echoes(terminal)
    terminal.send(b"secret\r")
    terminal.expect_exact(HELLO)
    terminal.send(harness.ESCAPE + b".")
    assert_left(terminal, pool, 0)
    assert b"wrong\r" not in terminal.log.getvalue()
    assert [request.params[1] for request in pool.requests if request.method == LOGIN] == [
        "wrong", "", "secret"]
    assert len({request.connection_id for request in pool.requests if request.method == LOGIN}) == 1


def test_wrong_three_times(pool, ask):
    terminal = ask()
    terminal.send(b"wrong\r")
    terminal.expect(QUESTION)
    terminal.send(b"wrong\r")
    terminal.expect(QUESTION)
    terminal.send(b"wrong\r")
    terminal.expect_exact("does not let \"root\" in: wrong user name or password")
    assert_left(terminal, pool, 4)
    assert calls(pool) == [LOGIN] * 3


def test_another_refusal_is_not_asked_about_again(pool, ask):
    pool.faults.add(sim.Fault("rpc", "error", method=LOGIN, code="HOST_STILL_BOOTING"))
    terminal = ask()
    terminal.send(b"secret\r")
    terminal.expect_exact("is still starting up")
    assert_left(terminal, pool, 3)
    assert calls(pool) == [LOGIN]


def test_interrupted(pool, ask):
    terminal = ask()
    terminal.send(b"half a sec\x03")
    assert_left(terminal, pool, 128 + signal.SIGINT)
    assert calls(pool) == []
    harness.eventually(lambda: not pool.open_connections, "the connection is closed")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal(number, pool, ask):
    terminal = ask()
    harness.kill(terminal, number)
    assert_left(terminal, pool, 128 + number)


def test_end_of_file(pool, ask):
    terminal = ask()
    terminal.send(b"\x04")
    terminal.expect_exact("xencon: no password was given")
    assert_left(terminal, pool, 4)
    assert calls(pool) == []


def test_what_is_typed_is_edited_as_on_any_terminal(pool, ask):
    terminal = ask()
    terminal.send(b"rubbish\x15secrexx\x7f\x7ft\r")
    terminal.expect_exact(HELLO)
    assert terminal.quit() == 0
    assert pool.requests[0].params[1] == "secret"


def test_what_was_typed_before_the_question_is_no_password(pool, make_xencon):
    """It may have been typed in sight of everybody."""
    pool.faults.add(sim.Fault("accept", "delay", seconds=1))
    terminal = make_xencon(pool, password=None).terminal("web01")
    harness.eventually(lambda: pool.connections, "it connects")
    terminal.send(b"too early\r")
    terminal.expect(QUESTION)
    terminal.send(b"secret\r")
    terminal.expect_exact(HELLO)
    assert terminal.quit() == 0
    assert pool.requests[0].params[1] == "secret"


def test_too_long_a_line_reaches_neither_the_server_nor_the_guest(pool, ask):
    terminal = ask()
    terminal.send(b"x" * 2000 + b"\r")
    terminal.expect_exact("the password is too long")
    assert_left(terminal, pool, 4)
    assert calls(pool) == []


def test_the_terminal_is_asked_although_input_is_a_pipe(pool, make_xencon):
    xencon = make_xencon(pool, password=None)
    command = xencon.command("-q", "--idle", "0.2", "web01")
    terminal = harness.Terminal("/bin/sh", ["-c", 'printf typed | "$@" | tr e E', "sh", *command],
                                env=xencon.env)
    terminal.expect(QUESTION)
    assert not echoes(terminal)
    terminal.send(b"secret\r")
    terminal.expect_exact(b"hEllo from wEb01")
    assert terminal.finish() == 0


def test_who_is_asked_for_is_shown_harmless(pool, make_xencon):
    pool.add_user("\x1b[31meve", "secret")
    terminal = make_xencon(pool, password=None).terminal("-u", "\x1b[31meve", "web01")
    terminal.expect_exact(r"\x1b[31meve@127.0.0.1")
    assert b"\x1b" not in terminal.before + terminal.after
    terminal.send(b"\x03")
    assert terminal.finish() == 130


def test_a_user_who_takes_his_time(pool, ask):
    """The server has given the idle connection up by then."""
    pool.settings.head_timeout = 5.5
    terminal = ask()
    harness.eventually(lambda: not pool.open_connections, "the server has had enough")
    terminal.send(b"secret\r")
    terminal.expect_exact(HELLO)
    terminal.send(harness.ESCAPE + b".")
    assert_left(terminal, pool, 0)


def test_another_try_in_time_needs_no_other_connection(pool, ask):
    terminal = ask()
    terminal.send(b"wrong\r")
    terminal.expect(QUESTION)
    terminal.send(b"secret\r")
    terminal.expect_exact(HELLO)
    assert terminal.quit() == 0
    assert pool.requests[0].connection_id == pool.requests[1].connection_id


def test_stopped_and_continued(pool, make_xencon, tmp_path):
    shell = shells.Shell(make_xencon(pool, password=None), tmp_path)
    before = shell.settings()
    shell.type("xencon web01")
    for _ in range(2):
        shell.terminal.expect(QUESTION)
        assert not echoes(shell.terminal)
        shell.terminal.send(b"half\x1a")
        assert b"Stopped" in shell.prompt()
        assert shell.settings() == before
        shell.type("fg")
    shell.terminal.expect(QUESTION)
    shell.terminal.send(b"secret\r")
    shell.terminal.expect_exact(HELLO)
    shell.terminal.send(harness.ESCAPE + b".")
    shell.prompt()
    assert shell.settings() == before
    assert pool.requests[0].params[1] == "secret"


@pytest.mark.parametrize("ignored", ["", "TTIN", "TTIN TTOU"], ids=["usual", "TTIN", "both"])
def test_begun_in_the_background(ignored, pool, make_xencon, tmp_path):
    """It waits, stopped, until somebody can answer, whatever the shell has told its jobs to ignore."""
    shell = shells.Shell(make_xencon(pool, password=None), tmp_path)
    before = shell.settings()
    shell.run(f"trap '' {ignored or 'URG'}")
    shell.run("xencon web01 &")
    job, = shell.jobs()
    procs.wait_stopped(job)
    assert "Stopped" in shell.run("true")
    assert shell.settings() == before
    shell.type("fg")
    shell.terminal.expect(QUESTION)
    assert not echoes(shell.terminal)
    shell.terminal.send(b"secret\r")
    shell.terminal.expect_exact(HELLO)
    shell.terminal.send(harness.ESCAPE + b".")
    shell.prompt()
    assert shell.settings() == before


# Does as any shell with a job that is stopped, and with the terminal nothing: it shows how it was left.
BARE_SHELL = """
import os, signal, sys, termios
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
before = termios.tcgetattr(0)
job = os.fork()
if job == 0:
    os.setpgid(0, 0)
    os.tcsetpgrp(0, os.getpid())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    os.execv(sys.argv[2], sys.argv[2:])
front = sys.argv[1] == "fg"
for _ in range(2 if front else 1):
    os.waitpid(job, os.WUNTRACED)
    os.tcsetpgrp(0, os.getpgrp())
    print("left as", "found" if termios.tcgetattr(0) == before else "changed", flush=True)
    if front:
        os.tcsetpgrp(0, job)
    os.killpg(job, signal.SIGCONT)
os.waitpid(job, os.WUNTRACED)
print("left as", "found" if termios.tcgetattr(0) == before else "changed", flush=True)
"""


def test_stopped_during_the_login(pool, make_xencon):
    """Nothing is asked then, but the echo is off: whoever gets the terminal must not find it so."""
    xencon = make_xencon(pool, password=None)
    fault = pool.faults.add(sim.Fault("rpc", "stall", method=LOGIN))
    shell = xencon.spawn(sys.executable, "-c", BARE_SHELL, "fg", *xencon.command("web01"))
    shell.expect(QUESTION)
    shell.send(b"secret\r")
    harness.eventually(lambda: fault.used, "the login is asked for")
    for _ in range(2):
        shell.send(b"\x1a")
        shell.expect_exact(b"left as found")
        harness.eventually(lambda: not echoes(shell), "the echo is off again")
    shell.send(b"\x03")
    shell.expect_exact(b"left as found")


def test_stopped_during_the_login_and_continued_in_the_background(pool, make_xencon):
    """It goes on, and leaves a terminal alone that it was behind ever since."""
    pool.add_vm("win10", consoles=("rfb",))
    xencon = make_xencon(pool, password=None)
    fault = pool.faults.add(sim.Fault("rpc", "delay", method=LOGIN, seconds=2))
    shell = xencon.spawn(sys.executable, "-c", BARE_SHELL, "bg", *xencon.command("vnc", "win10"))
    shell.expect(QUESTION)
    shell.send(b"secret\r")
    harness.eventually(lambda: fault.used, "the login is asked for")
    shell.send(b"\x1a")
    shell.expect_exact(b"left as found")
    shell.expect_exact(b"vnc://127.0.0.1:")
    assert echoes(shell)
    job, = procs.children(shell.pid)
    os.kill(job, signal.SIGTERM)
    shell.expect_exact(b"left as found")
