# SPDX-License-Identifier: ISC
"""The way out always works: whatever the guest has made of the keyboard, and whatever is pasted."""
import os
import termios
import time
import tty
import time

import pytest

import harness
import ptys
import shells

ESC = harness.ESCAPE
PASTE = b"\x1b[200~%s\x1b[201~"

# How terminals send the escape character and a dot, after what a guest has asked them for.
ENCODINGS = {
    "kitty": (b"\x1b[>1u", b"\x1b[93;5u", b"."),
    "kitty, all keys": (b"\x1b[=31;1u", b"\x1b[93::93;133:1;29u\x1b[93;133:3u", b"\x1b[46;129:1;46u"),
    "modifyOtherKeys": (b"\x1b[>4;2m", b"\x1b[27;5;93~", b"."),
    "formatOtherKeys": (b"\x1b[>4;1f\x1b[>4;2m", b"\x1b[93;5u", b"."),
    "win32": (b"\x1b[?9001h", b"\x1b[221;27;29;1;8;1_", b"\x1b[190;52;46;1;0;1_"),
}


@pytest.fixture(params=ENCODINGS)
def encoding(request):
    return ENCODINGS[request.param]


def show(pty, puppet, text):
    puppet.say(text)
    assert pty.read(len(text)) == text


def test_out_of_each_encoding(pty, puppet, xencon, encoding):
    asked, escape, dot = encoding
    process = pty.attach(xencon)
    show(pty, puppet, asked)
    pty.write(b"a" + escape + dot)
    assert harness.finish(process) == 0
    assert puppet.hear_all() == b"a"


def test_out_of_each_encoding_byte_by_byte(pty, puppet, xencon, encoding):
    asked, escape, dot = encoding
    process = pty.attach(xencon)
    show(pty, puppet, asked)
    for byte in escape + dot:
        pty.write(bytes([byte]))
        harness.eventually(lambda: process.poll() is not None or not ptys.is_readable(pty.slave),
                           "it is read")
    assert harness.finish(process) == 0
    assert puppet.hear_all() == b""


def test_the_literal_escape_comes_as_the_guest_asked_for_it(pty, puppet, xencon, encoding):
    asked, escape, dot = encoding
    process = pty.attach(xencon)
    show(pty, puppet, asked)
    first = escape[:escape.index(escape[-1:], 2) + 1]       # without releases
    pty.write(first + first + b"x")
    assert puppet.hear(len(first) + 1) == first + b"x"
    pty.write(escape + dot)
    assert harness.finish(process) == 0


@pytest.mark.parametrize("key", [
    b"\x1b[93;6u", b"\x1b[93;7u", b"\x1b[27;7;93~", b"\x1b[93;5:3u", b"\x1b\x1d", b"\x1b[A", b"\x1bOP",
    b"\x1b[<0;5;5M", b"\x1b[?62;22c", b"\x1b]11;rgb:0000/0000/0000\x1b\\", b"\x1b", b"\x1b["])
def test_another_key_passes_byte_for_byte(pty, puppet, xencon, key):
    process = pty.attach(xencon)
    pty.write(key)
    assert puppet.hear(len(key)) == key
    pty.write(b"." + ESC + b".")
    assert harness.finish(process) == 0
    assert puppet.hear_all() == b"."


def test_what_is_held_back_is_passed_on_in_a_flood(pool, pty, puppet, xencon):
    process = pty.attach(xencon)
    with ptys.draining(pty.master, process):
        with ptys.feeding(puppet.sock.fileno(), b"text\r\n" * 300_000):
            pty.write(b"\x1b")
            assert puppet.hear(1) == b"\x1b"
        pty.write(ESC + b".")
        assert harness.finish(process) == 0


def test_nothing_in_a_paste_is_a_command(pty, puppet, xencon):
    paste = PASTE % (b"one" + ESC + b".two" + ESC + b"q" + b"three" * 2000)
    process = pty.attach(xencon)
    with ptys.feeding(pty.master, paste):
        assert puppet.hear(len(paste)) == paste
    pty.write(ESC + b".")
    assert harness.finish(process) == 0
    assert puppet.hear_all() == b""


def test_a_paste_in_pieces(pty, puppet, xencon):
    process = pty.attach(xencon)
    for piece in (b"\x1b", b"[2", b"00~a", ESC + b".b\x1b[", b"201~"):
        pty.write(piece)
        assert puppet.hear(len(piece)) == piece
    pty.write(ESC + b".")
    assert harness.finish(process) == 0


def left_to_read(pty):
    """What a shell would read that has the terminal now."""
    tty.setraw(pty.slave, termios.TCSANOW)
    return os.read(pty.slave, 65536) if ptys.is_readable(pty.slave) else b""


def rest(shell):
    """What the shell gets to read after a console."""
    shell.terminal.expect_exact("detached from")
    shell.prompt()
    return shell.run("echo usable")


def test_what_is_pasted_behind_the_quit_command_does_not_run(puppet, xencon, tmp_path):
    shell = shells.Shell(xencon, tmp_path)
    shell.attach()
    shell.terminal.send(b"a" + ESC + b".\rtouch made\r" + b"echo more\r" * 600)
    assert rest(shell) == "usable\r\n"
    assert not (tmp_path / "made").exists()
    assert puppet.hear_all() == b"a"


@pytest.mark.parametrize("query, answer", [
    (b"\x1b[c", b"\x1b[?62;22c"), (b"\x1b[6n", b"\x1b[24;80R"),
    (b"\x1b]11;?\x07", b"\x1b]11;rgb:0000/0000/0000\x1b\\"), (b"\x1b[?u", b"\x1b[?1u")])
def test_an_answer_on_its_way_is_nobodys_input(pty, puppet, xencon, query, answer):
    process = pty.attach(xencon)
    show(pty, puppet, query)
    pty.write(ESC + b"." + answer)
    began = time.monotonic()
    assert harness.finish(process) == 0
    assert time.monotonic() - began >= 0.1      # it might come in two pieces
    assert left_to_read(pty) == b""


def test_an_answer_that_came_is_not_awaited(pty, puppet, xencon):
    process = pty.attach(xencon)
    show(pty, puppet, b"\x1b[c")
    pty.write(b"\x1b[?62;22c")
    assert puppet.hear(9) == b"\x1b[?62;22c"
    pty.write(ESC + b".")
    assert harness.finish(process) == 0
    assert left_to_read(pty) == b""


def test_the_guest_finds_its_modes_after_a_suspension(pty, puppet, xencon, tmp_path):
    shell = shells.Shell(xencon, tmp_path)
    shell.attach()
    on = b"\x1b[?1049h\x1b[>5u\x1b[>4;2m\x1b[?1002;1006;2004h\x1b[?25l\x1b[4 q\x1b]11;#123456\x1b\\"
    puppet.say(on)
    shell.terminal.expect_exact(on)
    shell.terminal.send(b"\x1b[93;5uz")
    stopped = shell.prompt()
    for off in (b"\x1b[?1049l", b"\x1b[<u", b"\x1b[>4m", b"\x1b[?1002l", b"\x1b[?2004l", b"\x1b[?25h",
                b"\x1b[0 q", b"\x1b]111\x1b\\"):
        assert off in stopped
    shell.type("fg")
    shell.raw_again()
    puppet.say(b"and on")
    shell.terminal.expect_exact(b"and on")
    for again in (b"\x1b[?1049h", b"\x1b[>5u", b"\x1b[>4;2m", b"\x1b[?1002h", b"\x1b[?1006h",
                  b"\x1b[?2004h", b"\x1b[?25l", b"\x1b[4 q", b"\x1b]11;#123456\x1b\\"):
        assert again in shell.terminal.before
    shell.terminal.send(b"\x1b[93;5u.")
    shell.prompt()


def test_output_on_another_terminal_is_shown_as_it_is(pty, puppet, xencon):
    with ptys.Pty() as other:
        before = other.settings()
        process = pty.attach(xencon, stdout=other.slave)
        puppet.say(b"one\ntwo\tthree\r\n")
        assert other.read(15) == b"one\ntwo\tthree\r\n"
        pty.write(ESC + b".")
        assert harness.finish(process) == 0
        assert other.settings() == before
        assert os.get_blocking(other.slave)
