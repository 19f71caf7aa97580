# SPDX-License-Identifier: ISC
"""A console on a terminal: what goes through it, and when it is raw."""
import os
import subprocess
import termios

import pytest

import harness
import ptys
import sim

ALL_BYTES = bytes(range(256))
ESCAPED = ALL_BYTES.replace(harness.ESCAPE, harness.ESCAPE * 2)


@pytest.mark.parametrize("arguments, typed", [((), ESCAPED), (("-e", "none"), ALL_BYTES)],
                         ids=["escape doubled", "no escape"])
def test_all_bytes_pass_both_ways(pty, puppet, xencon, arguments, typed):
    process = pty.attach(xencon, *arguments)
    pty.write(typed * 3)
    assert puppet.hear(768) == ALL_BYTES * 3
    puppet.say(ALL_BYTES * 3)
    assert pty.read(768) == ALL_BYTES * 3
    puppet.end()
    assert harness.finish(process) == 0
    assert pty.read_rest() == b""


def test_keys_with_a_meaning_to_the_terminal_go_to_the_guest(puppet, xencon):
    terminal = xencon.terminal("web01").attached()
    for key in (b"\x03", b"\x1a", b"\x1c", b"\x13", b"\x11", b"\x04", b"\x16", b"\x7f", b"\r"):
        terminal.send(key)
        assert puppet.hear(1) == key
    assert terminal.quit() == 0


def test_text_cut_inside_characters_stays_whole(pty, puppet, xencon):
    text = "žluťoučký 🐎 日本語\r\n".encode()
    process = pty.attach(xencon)
    for number in range(len(text)):
        puppet.say(text[number:number + 1])
        assert pty.read(1) == text[number:number + 1]
        pty.write(text[number:number + 1])
        assert puppet.hear(1) == text[number:number + 1]
    puppet.end()
    assert harness.finish(process) == 0


def test_output_that_drips_record_by_record_arrives(pool, pty, puppet, xencon):
    pool.faults.add(sim.Fault("console", "drip", pause=0))
    process = pty.attach(xencon)
    puppet.say(ALL_BYTES)
    assert pty.read(256) == ALL_BYTES
    puppet.end()
    assert harness.finish(process) == 0


def test_the_first_bytes_may_come_with_the_reply(pool, pty, puppet, xencon):
    pool.faults.add(sim.Fault("connect", "join", data=b"login: "))
    process = pty.start(xencon, "-q", "web01")
    assert pty.read(7) == b"login: "
    assert pty.is_raw()
    puppet.end()
    assert harness.finish(process) == 0


@pytest.mark.parametrize("typed, heard", [(b"root\r", b"root\r"), (b"half a line", b"half a line")])
def test_what_is_typed_while_connecting_goes_to_the_guest(pool, puppet, xencon, typed, heard):
    pool.faults.add(sim.Fault("connect", "delay", seconds=0.5))
    terminal = xencon.terminal("web01")
    terminal.send(typed)
    terminal.attached()
    assert puppet.hear(len(heard)) == heard
    terminal.send(b"then more\r")
    assert puppet.hear(10) == b"then more\r"
    assert terminal.quit() == 0


def test_the_terminal_is_raw_only_when_the_tunnel_stands(pool, puppet, xencon):
    fault = pool.faults.add(sim.Fault("connect", "stall"))
    terminal = xencon.terminal("web01")
    before = terminal.found
    harness.eventually(lambda: fault.used, "the console is asked for")
    assert terminal.settings() == before
    terminal.sendintr()
    assert terminal.finish() == 130
    assert terminal.settings() == before


def test_unusual_settings_come_back(pty, puppet, xencon):
    mode = termios.tcgetattr(pty.slave)
    mode[0] |= termios.ISTRIP | termios.IXOFF
    mode[3] = mode[3] & ~termios.ECHO | termios.NOFLSH
    mode[6][termios.VINTR] = b"\x18"
    mode[6][termios.VMIN] = b"\x05"
    termios.tcsetattr(pty.slave, termios.TCSANOW, mode)
    before = pty.settings()
    process = pty.attach(xencon)
    pty.write(b"\xff\x18")
    assert puppet.hear(2) == b"\xff\x18"
    puppet.say(b"bye")
    puppet.end()
    assert harness.finish(process) == 0
    assert pty.settings() == before


def test_the_banner_says_what_one_needs(pool, puppet, xencon, pty):
    process = pty.start(xencon, "web01", stderr=subprocess.PIPE)
    banner = process.stderr.readline()
    assert banner.startswith(b'xencon: attached to "web01" on ')
    for word in (pool.coordinator.address.encode(), b"press Enter", b"^] then . to quit", b"^] ?"):
        assert word in banner
    puppet.say(b"login: ")
    assert pty.read(7) == b"login: "
    puppet.end()
    end = process.stderr.read()
    assert b'the console of "web01" has ended: the VM runs on' in end
    assert harness.finish(process) == 0
    assert pty.read_rest() == b""


def test_the_banner_names_the_escape_that_was_chosen(puppet, xencon):
    terminal = xencon.terminal("web01", "-e", "^A")
    terminal.expect_exact(b"^A then . to quit, ^A ? for help")
    terminal.send(b"\x01.")
    assert terminal.finish() == 0


def test_the_banner_says_that_there_is_no_escape(puppet, xencon):
    terminal = xencon.terminal("web01", "-e", "none")
    terminal.expect_exact(b"there is no escape character")
    puppet.say(b"bye")
    puppet.end()
    assert terminal.finish() == 0


def test_quiet_leaves_only_what_the_console_says(pty, puppet, xencon):
    process = pty.attach(xencon)
    puppet.say(b"word\r\n")
    assert pty.read(6) == b"word\r\n"
    pty.write(b"x" + harness.ESCAPE + b".")
    assert harness.finish(process) == 0
    assert puppet.hear_all() == b"x"
    assert pty.read_rest() == b""


def test_output_into_a_pipe_from_a_terminal(pty, puppet, xencon):
    before = pty.settings()
    process = pty.attach(xencon, stdout=subprocess.PIPE)
    puppet.say(ALL_BYTES)
    assert ptys.read_exactly(process.stdout.fileno(), 256) == ALL_BYTES
    pty.write(ESCAPED)
    assert puppet.hear(256) == ALL_BYTES
    pty.write(harness.ESCAPE + b".")
    assert harness.finish(process) == 0
    assert ptys.read_all(process.stdout.fileno()) == b""
    assert pty.settings() == before
    assert pty.read_rest() == b""


def test_output_into_a_file_from_a_terminal(pty, puppet, xencon, tmp_path):
    with open(tmp_path / "out", "wb") as file:
        process = pty.attach(xencon, stdout=file)
    puppet.say(ALL_BYTES)
    puppet.end()
    assert harness.finish(process) == 0
    assert (tmp_path / "out").read_bytes() == ALL_BYTES


def test_input_from_a_pipe_with_output_on_a_terminal(pty, puppet, xencon):
    before = pty.settings()
    process = pty.start(xencon, "-q", "web01", stdin=subprocess.PIPE)
    process.stdin.write(ALL_BYTES)
    process.stdin.close()
    assert puppet.hear(256) == ALL_BYTES
    assert not pty.is_raw()
    puppet.say(b"answer")
    assert pty.read(6) == b"answer"
    puppet.end()
    assert harness.finish(process) == 0
    assert pty.settings() == before


def test_a_terminal_for_input_alone_is_restored(pty, puppet, xencon):
    before = pty.settings()
    process = pty.start(xencon, "web01", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    harness.eventually(pty.is_raw, "the terminal becomes raw")
    puppet.say(b"bye")
    puppet.end()
    assert harness.finish(process) == 0
    assert pty.settings() == before


def test_a_shared_terminal_is_never_made_non_blocking(pty, puppet, xencon):
    process = pty.attach(xencon)
    puppet.say(b"x")
    assert pty.read(1) == b"x"
    assert os.get_blocking(pty.slave)
    puppet.end()
    assert harness.finish(process) == 0
    assert os.get_blocking(pty.slave)


def test_a_terminal_that_is_not_the_controlling_one(pty, puppet, xencon):
    before = pty.settings()
    process = xencon.start("-q", "web01", stdin=pty.slave, stdout=pty.slave,
                           start_new_session=True)
    harness.eventually(pty.is_raw, "the terminal becomes raw")
    pty.write(harness.ESCAPE + b"zword")
    assert puppet.hear(4) == b"word"
    assert pty.is_raw()
    pty.write(harness.ESCAPE + b".")
    assert harness.finish(process) == 0
    assert pty.settings() == before


def test_two_terminals(pty, puppet, xencon):
    before = pty.settings()
    with ptys.Pty() as other:
        process = pty.attach(xencon, stdout=other.slave)
        puppet.say(b"word\x1b[?25l")
        assert other.read(10) == b"word\x1b[?25l"
        pty.write(b"typed")
        assert puppet.hear(5) == b"typed"
        pty.write(harness.ESCAPE + b".")
        assert harness.finish(process) == 0
        assert other.read_rest() == b"\x1b[?25h"
    assert pty.settings() == before
    assert pty.read_rest() == b""
