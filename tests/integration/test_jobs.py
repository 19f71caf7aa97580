# SPDX-License-Identifier: ISC
"""Job control: a console that is suspended, stopped from outside, continued, or put behind."""
import os
import signal
import sys

import pytest

import harness
import procs
import shells
import sim


@pytest.fixture
def shell(xencon, tmp_path):
    return shells.Shell(xencon, tmp_path)


def suspend(shell):
    shell.terminal.send(harness.ESCAPE + b"z")
    assert b"Stopped" in shell.prompt()


def foreground(shell):
    shell.type("fg")
    shell.raw_again()


def talk(shell, puppet, word):
    """Both directions work."""
    shell.terminal.send(word)
    assert puppet.hear(len(word)) == word
    puppet.say(word)
    shell.terminal.expect_exact(word)


def test_suspend_and_foreground(pool, puppet, shell):
    before = shell.settings()
    shell.attach()
    talk(shell, puppet, b"one")
    suspend(shell)
    assert shell.settings() == before
    assert "Stopped" in shell.run("jobs")
    foreground(shell)
    talk(shell, puppet, b"two")
    suspend(shell)
    assert shell.settings() == before
    foreground(shell)
    talk(shell, puppet, b"three\x1a\x03")
    shell.terminal.send(harness.ESCAPE + b".")
    shell.prompt()
    assert shell.status() == 0
    assert shell.settings() == before
    assert pool.sessions == {}


def test_what_is_said_meanwhile_is_shown_afterwards(puppet, shell):
    shell.attach()
    suspend(shell)
    puppet.say(b"said while nobody looked")
    assert "looked" not in shell.run("echo quiet")
    shell.type("fg")
    shell.terminal.expect_exact(b"said while nobody looked")
    shell.raw_again()
    talk(shell, puppet, b"and on")


def test_keys_around_the_suspend_command(puppet, shell):
    shell.attach()
    shell.terminal.send(b"before" + harness.ESCAPE + b"z")
    shell.prompt()
    foreground(shell)
    shell.terminal.send(b"after")
    assert puppet.hear(11) == b"beforeafter"


@pytest.mark.parametrize("number", [signal.SIGTSTP, signal.SIGSTOP])
def test_stopped_from_outside(puppet, shell, number):
    before = shell.settings()
    job = shell.attach()
    os.kill(job, number)
    assert b"Stopped" in shell.prompt()
    assert shell.settings() == before
    foreground(shell)
    talk(shell, puppet, b"word")
    shell.terminal.send(harness.ESCAPE + b".")
    shell.prompt()
    assert shell.settings() == before


def test_continued_in_the_background_it_leaves_the_terminal_alone(puppet, shell):
    before = shell.settings()
    job = shell.attach()
    suspend(shell)
    shell.type("bg")
    shell.prompt()
    procs.wait_stopped(job)
    assert "Stopped" in shell.run("jobs")
    assert shell.settings() == before
    foreground(shell)
    talk(shell, puppet, b"word")


def test_stopped_from_outside_and_continued_in_the_background(puppet, shell):
    before = shell.settings()
    job = shell.attach()
    os.kill(job, signal.SIGSTOP)
    shell.prompt()
    shell.run("bg")
    procs.wait_stopped(job)
    assert "Stopped" in shell.run("jobs")
    assert shell.settings() == before
    foreground(shell)
    talk(shell, puppet, b"word")


@pytest.mark.parametrize("redirection", ["", "2>/dev/null"])
def test_started_in_the_background(puppet, shell, redirection):
    before = shell.settings()
    shell.run(f"xencon web01 {redirection} &")
    job, = shell.jobs()
    procs.wait_stopped(job)
    assert "Stopped" in shell.run("jobs")
    assert shell.settings() == before
    foreground(shell)
    talk(shell, puppet, b"word")
    shell.terminal.send(harness.ESCAPE + b".")
    shell.prompt()
    assert shell.status() == 0
    assert shell.settings() == before


@pytest.mark.parametrize("command", ["kill %1", "kill -HUP %1", "kill -INT %1; kill -CONT %1"])
def test_killed_while_suspended(pool, puppet, shell, command):
    before = shell.settings()
    job = shell.attach()
    suspend(shell)
    shell.run(command)
    harness.eventually(lambda: procs.is_gone(job), "the program has ended")
    harness.eventually(lambda: "xencon" not in shell.run("jobs"), "the shell knows it")
    assert shell.settings() == before
    assert pool.sessions == {}


def test_the_shell_exits_with_a_console_suspended(pool, puppet, shell):
    job = shell.attach()
    suspend(shell)
    shell.terminal.send(b"exit\r")
    shell.prompt()
    shell.leave()
    harness.eventually(lambda: procs.is_gone(job), "the program has ended")
    assert pool.sessions == {}


def test_the_console_ends_while_suspended(puppet, shell):
    before = shell.settings()
    shell.attach()
    talk(shell, puppet, b"word")
    suspend(shell)
    puppet.end()
    shell.type("fg")
    assert "has ended" in shell.prompt().decode()
    assert shell.settings() == before


def test_a_crash_seen_by_the_shell(puppet, shell):
    before = shell.settings()
    job = shell.attach()
    os.kill(job, signal.SIGSEGV)
    shell.prompt()
    assert shell.status() == 139
    assert shell.settings() == before


def test_killed_outright_the_shell_repairs_what_it_can(puppet, shell):
    job = shell.attach()
    os.kill(job, signal.SIGKILL)
    shell.prompt()
    assert shell.status() == 137
    assert shell.run("echo usable") == "usable\r\n"


def test_a_script_is_suspended_with_its_console(puppet, shell):
    before = shell.settings()
    shell.type("sh -c 'xencon web01; echo done $?'")
    shell.terminal.attached()
    suspend(shell)
    assert shell.settings() == before
    foreground(shell)
    talk(shell, puppet, b"word")
    shell.terminal.send(harness.ESCAPE + b".")
    assert "done 0" in shell.prompt().decode()


def test_without_job_control_suspending_changes_nothing(puppet, xencon):
    terminal = xencon.terminal("web01")
    before = terminal.found
    terminal.attached()
    terminal.send(harness.ESCAPE + b"zword")
    assert puppet.hear(4) == b"word"
    assert terminal.is_raw()
    assert terminal.quit() == 0
    assert terminal.settings() == before


def test_suspended_while_connecting(pool, puppet, shell):
    before = shell.settings()
    fault = pool.faults.add(sim.Fault("connect", "delay", seconds=0.3))
    shell.type("xencon web01")
    harness.eventually(lambda: fault.used, "the console is asked for")
    shell.terminal.send(b"\x1a")
    shell.prompt()
    assert shell.settings() == before
    shell.type("fg")
    shell.terminal.attached()
    talk(shell, puppet, b"word")


def test_stopped_and_continued_without_a_shell(pty, puppet, xencon):
    before = pty.settings()
    process = pty.attach(xencon)
    os.kill(process.pid, signal.SIGSTOP)
    procs.wait_stopped(process.pid)
    puppet.say(b"meanwhile")
    pty.write(b"typed")
    os.kill(process.pid, signal.SIGCONT)
    assert pty.read(9) == b"meanwhile"
    assert puppet.hear(5) == b"typed"
    assert pty.is_raw()
    pty.write(harness.ESCAPE + b".")
    assert harness.finish(process) == 0
    assert pty.settings() == before


# Starts a job behind an editing shell's back, and gives it the terminal as it is for commands.
EDITING_SHELL = """
import os, signal, sys, termios
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
cooked = termios.tcgetattr(0)
editing = termios.tcgetattr(0)
editing[3] &= ~(termios.ICANON | termios.ECHO)
termios.tcsetattr(0, termios.TCSANOW, editing)
job = os.fork()
if job == 0:
    os.setpgid(0, 0)
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    os.execv(sys.argv[1], sys.argv[1:])
os.waitpid(job, os.WUNTRACED)
termios.tcsetattr(0, termios.TCSANOW, cooked)
os.tcsetpgrp(0, job)
os.killpg(job, signal.SIGCONT)
os.waitpid(job, 0)
"""


def test_what_is_restored_is_what_was_found_in_the_foreground(puppet, xencon):
    terminal = xencon.spawn(sys.executable, "-c", EDITING_SHELL, *xencon.command("web01"))
    before = terminal.found
    terminal.attached()
    assert terminal.quit() == 0
    assert terminal.settings() == before
