# SPDX-License-Identifier: ISC
"""The commands that are started (proxy, password, viewer): the terminal is theirs when they ask something
there, and nothing that they have started is left behind."""
import os
import pathlib
import signal

import pytest

import harness
import jumps
import procs
import sim
import viewers

from outcome import HELLO

ASKS = "printf 'the word? ' >/dev/tty; read word </dev/tty; [ \"$word\" = magic ] || exit 9"


@pytest.fixture
def served(pool):
    pool.add_vm("web01", backend=sim.Source(HELLO, stay=True))


def answer(terminal):
    terminal.expect(rb"the word\? ")
    terminal.send(b"magic\r")


def test_a_proxy_command_may_ask_on_the_terminal(served, pool, xencon):
    terminal = xencon.terminal("--proxy-command", f"{ASKS}; exec nc %h %p", "web01")
    answer(terminal)
    terminal.attached()
    terminal.expect(HELLO)
    assert terminal.quit() == 0
    assert terminal.settings() == terminal.found


def test_a_password_command_may_ask_on_the_terminal(served, pool, xencon):
    del xencon.env["XENCON_PASSWORD"]
    terminal = xencon.terminal("--password-command", f"{ASKS}; echo secret", "web01")
    answer(terminal)
    terminal.attached()
    assert terminal.quit() == 0


def test_a_viewer_may_ask_on_the_terminal(pool, xencon):
    """And the terminal is ours again: ^C ends it all."""
    pool.add_vm("web01")
    terminal = xencon.terminal("vnc", f"--viewer={ASKS}; echo thanks >/dev/tty; exec sleep 1000",
                               "web01")
    answer(terminal)
    terminal.expect(b"thanks")
    terminal.sendintr()
    assert terminal.finish() in (0, 128 + signal.SIGINT)


def test_an_interrupt_at_its_question_is_ours(served, pool, xencon):
    terminal = xencon.terminal("--proxy-command", f"{ASKS}; exec nc %h %p", "web01")
    terminal.expect(rb"the word\? ")
    terminal.sendintr()
    assert terminal.finish() == 128 + signal.SIGINT


@pytest.mark.parametrize("command", [
    "sleep 100{mark} & exec nc %h %p", "nc %h %p; sleep 100{mark}",
    "(trap '' TERM; exec sleep 100{mark}) & exec nc %h %p"])
@pytest.mark.parametrize("where", ["terminal", "pipes"])
def test_what_a_proxy_command_started_is_not_left(where, command, served, xencon):
    mark = f"{os.getpid()}.5"
    arguments = ("--proxy-command", command.format(mark=mark), "web01")
    if where == "terminal":
        terminal = xencon.terminal(*arguments).attached()
        assert terminal.quit() == 0
    else:
        process = xencon.start(*arguments)
        assert process.stdout.read(len(HELLO)) == HELLO
        process.terminate()
        assert harness.finish(process) == 128 + signal.SIGTERM
    jumps.assert_none_left(f"sleep 100{mark}")


def test_a_password_command_is_not_waited_for_by_its_pipe(served, pool, xencon):
    """What it started holds its output, and lives on: an agent is meant to."""
    del xencon.env["XENCON_PASSWORD"]
    mark = f"{os.getpid()}.25"
    process = xencon.start("--password-command", f"sleep 100{mark} & echo secret", "web01")
    assert process.stdout.read(len(HELLO)) == HELLO
    process.terminate()
    assert harness.finish(process) == 128 + signal.SIGTERM
    line = b"\0".join([b"sleep", f"100{mark}".encode(), b""])
    left = [int(entry.name) for entry in pathlib.Path("/proc").iterdir()
            if entry.name.isdigit() and viewers.cmdline(entry.name) == line]
    assert len(left) == 1 and not procs.is_gone(left[0])
    os.kill(left[0], signal.SIGKILL)
