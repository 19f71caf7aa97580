# SPDX-License-Identifier: ISC
"""`xencon screen` and terminals that can more than others: what is switched on there, and off again."""
import os
import signal

import pytest

import harness

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
