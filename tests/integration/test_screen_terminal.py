# SPDX-License-Identifier: ISC
"""`xencon screen` and terminals that can more than others: what is switched on there, and off again."""
import os
import re
import signal

import pytest

import harness
import shells
import shown

# What a terminal's data is made of: graphics commands and other strings, CSI sequences, short ones.
SEQUENCES = re.compile(rb"\x1b[_P\]][^\x1b]*\x1b\\|\x1b\[[0-9:;<=>?]*[ -/]*[@-~]|\x1b[ -/]*[0-9=>\\]")
ANSWERS = b"\x1b[?0u\x1b[?62c"  # a terminal that knows kitty's keyboard protocol
CONTROL, ENTER, ESCAPE, SHIFT, TAB = 0xFFE3, 0xFF0D, 0xFF1B, 0xFFE1, 0xFF09


@pytest.fixture
def vm(pool):
    made = pool.add_vm("web02", consoles=("rfb",), domain_type="hvm")
    made.rfb_backend.step = 3600
    return made


def attach(xencon, *words):
    terminal = xencon.terminal("screen", *words, "web02", dimensions=(30, 90))
    terminal.expect_exact(b"\x1b[?u")
    terminal.expect_exact(b"\x1b[c")
    return terminal


def pressed(vm):
    return [event["key"] for event in vm.rfb_backend.events if event["type"] == "key" and event["down"]]


def test_keys_are_told_apart_where_the_terminal_can(vm, xencon):
    terminal = attach(xencon)
    terminal.send(ANSWERS)
    terminal.expect_exact(b"\x1b[>1u")
    for typed, keys in ((b"\x1b[13;5u", [CONTROL, ENTER]), (b"\x1b[27u", [ESCAPE]), (b"\x1b[9;5u", [CONTROL, TAB]),
                        (b"\x1b[Z", [SHIFT, TAB]), (b"\x1b[105;5u", [CONTROL, ord("i")])):
        before = len(pressed(vm))
        terminal.send(typed)
        harness.eventually(lambda: pressed(vm)[before:] == keys, f"{typed} arrives: {pressed(vm)[before:]}")
    terminal.send(b"\x1b[93;5u.")
    assert terminal.finish() == 0
    # The flags are of the screen that they were set on, so they go first.
    assert 0 <= terminal.before.find(b"\x1b[<u") < terminal.before.find(b"\x1b[?1049l")
    assert terminal.settings() == terminal.found


def test_no_protocol_where_it_is_not_offered(vm, xencon):
    terminal = attach(xencon)
    terminal.send(b"\x1b[?62c\x1b")
    harness.eventually(lambda: pressed(vm) == [ESCAPE], "Escape arrives")
    assert terminal.quit() == 0
    assert b"\x1b[>1u" not in terminal.before and b"\x1b[<u" not in terminal.before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGSEGV])
def test_the_keyboard_is_as_it_was_after_a_signal(vm, xencon, number):
    terminal = attach(xencon)
    terminal.send(ANSWERS)
    terminal.expect_exact(b"\x1b[>1u")
    terminal.send(b"x")
    harness.eventually(lambda: pressed(vm) == [ord("x")], "x arrives")
    os.kill(terminal.pid, number)
    terminal.finish()
    assert terminal.before.count(b"\x1b[<u") + terminal.before.count(b"\x1b[<1u") == 1, terminal.before
    assert terminal.settings() == terminal.found


def at_a_shell(xencon, folder):
    """A shell's terminal with kitty's keyboard protocol on, at a screen."""
    shell = shells.Shell(xencon, folder)
    shell.type("xencon screen web02")
    shell.terminal.expect_exact(b"\x1b[?1049h")
    shell.terminal.expect_exact(b"\x1b[?u")
    shell.terminal.send(ANSWERS)
    shell.terminal.expect_exact(b"\x1b[>1u")
    return shell


def held(vm):
    """The keys that the guest takes to be down."""
    down = set()
    for event in vm.rfb_backend.events:
        if event["type"] == "key":
            (down.add if event["down"] else down.discard)(event["key"])
    return down


def types(terminal, vm, typed, keys):
    """These bytes are these keys, down and up again."""
    before = len(pressed(vm))
    terminal.send(typed)
    harness.eventually(lambda: pressed(vm)[before:] == keys and not held(vm), f"{typed} arrives: {pressed(vm)[before:]}")


@pytest.mark.parametrize("way", ["by the command", "by a signal"])
def test_suspended_with_the_keyboards_protocol(vm, xencon, tmp_path, way):
    """The shell gets a keyboard as it knows it, and the guest none of what is typed there; then all is as it was."""
    shell = at_a_shell(xencon, tmp_path)
    terminal = shell.terminal
    job, = shell.jobs()
    for _ in range(2):
        types(terminal, vm, b"\x1b[13;5u", [CONTROL, ENTER])
        before = len(pressed(vm))
        if way == "by the command":
            terminal.send(b"\x1b[93;5uz")
        else:
            os.kill(job, signal.SIGTSTP)
        said = shell.prompt()
        # Popped once, on the screen that it was pushed on, and what is written for the shell comes behind.
        assert said.count(b"\x1b[<") == 1 and b"\x1b[>" not in said[said.index(b"\x1b[<"):], said
        assert said.index(b"\x1b[<") < said.index(b"\x1b[?1049l") < said.index(b"Stopped")
        assert said.rindex(b"\x1b[?2004l") > said.rfind(b"\x1b[?2004h")
        assert "kept" in shell.run("echo kept")
        assert pressed(vm)[before:] == [] and not held(vm)
        shell.type("fg")
        terminal.expect_exact(b"\x1b[?1049h")
        assert b"\x1b[>" not in terminal.before
        terminal.expect(rb"\x1b\[>1u|\x1b\[=1;1u")
        types(terminal, vm, b"\x1b[9;5u", [CONTROL, TAB])
    terminal.send(b"\x1b[93;5u.")
    said = shell.prompt()
    assert said.count(b"\x1b[<") == 1 and said.index(b"\x1b[<") < said.index(b"\x1b[?1049l")
    assert shell.status() == 0


@pytest.fixture
def noise(pool, tmp_path):
    """A picture that is large however it is sent."""
    made = shown.Shown(pool, tmp_path)
    made.vm("web02", "picture-noise")
    yield made
    made.stop()


@pytest.mark.parametrize("graphics", ["kitty", "sixel", "blocks"])
def test_suspended_in_the_middle_of_a_picture(noise, xencon, tmp_path, graphics):
    """A terminal that is slow has half of it: the shell finds no half sequence there, and nor does what comes after it."""
    shell = shells.Shell(xencon, tmp_path)
    terminal = shell.terminal
    begin = {"kitty": b"\x1b_Ga=T", "sixel": b"\x1bP0;1", "blocks": "▀".encode()}[graphics]
    terminal.setwinsize(50, 180)
    shell.type(f"COLORTERM=truecolor xencon screen --graphics {graphics} web02")
    terminal.expect_exact(b"\x1b[c")
    terminal.send(b"\x1b[6;16;8t\x1b[?62c")
    terminal.expect_exact(begin)
    for _ in range(2):
        # A picture has begun, and nobody has read more of it.
        terminal.send(harness.ESCAPE + b"z")
        said, _, rest = (begin + shell.prompt()).partition(b"\x1b[?1049l")
        assert not SEQUENCES.sub(b"", said).decode().strip(" ▀"), "nothing is cut"
        assert b"Stopped" in rest and b"\x1b_G" not in rest and b"\x1bP" not in rest
        terminal.send(b"fg\r")
        terminal.expect_exact(b"fg\r\n")
        terminal.expect_exact(begin)
        # Behind the shell's word on what it goes on with there is our own message, and nothing else.
        words = SEQUENCES.sub(b"", terminal.before[terminal.before.index(b"\x1b"):]).decode()
        assert words.replace('"web02": ^] then . to quit, ^] ? for help', "").strip() == "", words
    terminal.send(harness.ESCAPE + b".")
    shell.prompt()
    assert shell.status() == 0
