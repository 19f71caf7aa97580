# SPDX-License-Identifier: ISC
"""`xencon type`: what is typed arrives at the graphical console, as keys that go down and up."""
import os
import signal
import subprocess
import time

import pytest

import harness
from outcome import assert_failed, assert_logged_out

SHIFT, CTRL, ALT, ALTGR = 0xffe1, 0xffe3, 0xffe9, 0xfe03
ENTER, TAB, F2, DELETE = 0xff0d, 0xff09, 0xffbf, 0xffff


@pytest.fixture
def web01(pool):
    return pool.add_vm("web01", consoles=("rfb",), domain_type="hvm")


def pressed(vm):
    """The keys that the console heard of, in order: (keysym, down)."""
    return [(event["key"], event["down"]) for event in vm.rfb_backend.events if event["type"] == "key"]


def tapped(*keysyms):
    return [(key, down) for key in keysyms for down in (True, False)]


def held(modifier, *events):
    return [(modifier, True), *events, (modifier, False)]


def word(text):
    return tapped(*map(ord, text))


def assert_typed(done, vm, expected):
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", "")
    assert pressed(vm) == expected
    # What was sent last is a request, and it was answered.
    assert vm.rfb_backend.events[-1] == {"type": "update", "incremental": False, "area": (0, 0, 320, 200)}


def test_words_are_joined_by_a_blank(pool, web01, xencon):
    assert_typed(xencon.run("type", "web01", "ls", "-"), web01, word("ls -"))
    assert_logged_out(pool)


def test_an_option_like_word(web01, xencon):
    assert_typed(xencon.run("type", "web01", "--", "-a"), web01, word("-a"))


def test_capitals_are_typed_with_shift(web01, xencon):
    done = xencon.run("type", "web01", "aBc")
    [*_, last] = pressed(web01)
    assert done.returncode == 0 and last == (ord("c"), False)
    keys = pressed(web01)
    assert keys[:2] == word("a") and keys[2] == (SHIFT, True) and keys[5] == (SHIFT, False)
    assert {keys[3][0], keys[4][0]} <= {ord("b"), ord("B")}


def test_line_ends_are_enter(web01, xencon):
    assert_typed(xencon.run("type", "web01", "a\nb\r\nc\r"), web01,
                 word("a") + tapped(ENTER) + word("b") + tapped(ENTER) + word("c") + tapped(ENTER))


def test_keys_and_text_in_their_order(web01, xencon):
    done = xencon.run("type", "--keys", "f2,tab", "web01", "x", "y", "--keys=enter", "z", "--keys", "a")
    assert_typed(done, web01, tapped(F2, TAB) + word("x y") + tapped(ENTER) + word("z") + word("a"))


def test_keys_with_modifiers(web01, xencon):
    done = xencon.run("type", "web01", "--keys", "ctrl-alt-del")
    assert_typed(done, web01, held(CTRL, *held(ALT, *tapped(DELETE))))


def test_standard_input(web01, xencon):
    assert_typed(xencon.run("type", "web01", input=b"root\nls\n"), web01,
                 word("root") + tapped(ENTER) + word("ls") + tapped(ENTER))


def test_nothing_to_type(web01, xencon):
    assert_typed(xencon.run("type", "web01", input=b""), web01, [])


def test_standard_input_is_left_alone_where_there_is_a_text(web01, xencon):
    reading, writing = os.pipe()
    try:
        done = xencon.run("type", "web01", "x", input=None, stdin=reading)
        assert_typed(done, web01, word("x"))
    finally:
        os.close(reading)
        os.close(writing)


def test_input_is_typed_as_it_comes(web01, xencon):
    process = xencon.start("type", "web01")
    for letter in "abc":
        process.stdin.write(letter.encode())
        process.stdin.flush()
        harness.eventually(lambda letter=letter: pressed(web01)[-2:] == word(letter), f"{letter} is typed")
    process.stdin.close()
    assert harness.finish(process) == 0
    assert pressed(web01) == word("abc")


def test_a_character_cut_by_the_pipe(web01, xencon):
    process = xencon.start("type", "--layout", "de", "web01")
    process.stdin.write(b"a\xc3")
    process.stdin.flush()
    harness.eventually(lambda: pressed(web01) == word("a"), "a is typed")
    process.stdin.write(b"\xa4")
    process.stdin.close()
    assert harness.finish(process) == 0
    assert len(pressed(web01)) == 4


def test_at_most_so_many_keys_a_second(web01, xencon):
    """Twenty-one keys at 20 a second cannot be through before a second has passed."""
    start = time.monotonic()
    done = xencon.run("type", "--rate", "20", "web01", "x" * 21)
    assert time.monotonic() - start >= 1
    assert_typed(done, web01, word("x" * 21))


def test_fast_typing_loses_nothing(web01, xencon):
    text = "".join(chr(97 + i % 26) for i in range(5000))
    done = xencon.run("type", "--rate", "10000", "web01", input=text.encode())
    assert_typed(done, web01, word(text))


def test_the_layout_says_where_a_character_is(web01, xencon):
    """On a German keyboard y is where the server, which knows none, has z."""
    assert_typed(xencon.run("type", "--layout", "de", "web01", "y"), web01, word("z"))


def test_the_vms_keymap(pool, xencon):
    """What the VM's record says is its QEMU's keymap, and its guest's layout unless told otherwise."""
    vm = pool.add_vm("web01", consoles=("rfb",), domain_type="hvm")
    pool.database.set("VM", vm.ref, platform={"keymap": "de"})
    assert_typed(xencon.run("type", "web01", "y"), vm, word("y"))
    vm.rfb_backend.events.clear()
    assert_typed(xencon.run("type", "--layout", "us", "web01", "y"), vm, word("z"))


def test_what_the_layout_lacks(web01, xencon):
    """By default its bare keysym; nothing at all where the layout was asked for."""
    assert_typed(xencon.run("type", "web01", "aя"), web01, word("a") + tapped(0x6d1))
    web01.rfb_backend.events.clear()
    for words in (["type", "--layout", "us", "web01", "aя"], ["type", "--layout", "us", "web01", "a", "--keys", "я"]):
        done = xencon.run(*words)
        assert_failed(done, 2, 'the layout "us" has no U+044F', "without --layout")
    done = xencon.run("type", "--layout", "us", "web01", input="aя".encode())
    assert_failed(done, 2, 'the layout "us" has no U+044F')
    assert pressed(web01) == []


@pytest.mark.parametrize("words, says", [
    (["type"], "no VM is named"),
    (["type", "--dom0", "x", "--wait=no"], "--wait takes a number of seconds"),
    (["type", "--layout", "xx", "web01", "a"], '"xx"'),
    (["type", "--rate", "0", "web01", "a"], "--rate takes a number from 1 to 10000"),
    (["type", "--rate", "10001", "web01", "a"], "--rate takes a number from 1 to 10000"),
    (["type", "--keys", "ctrl-alt-dell", "web01"], 'no key is called "dell"'),
    (["type", "--keys", "", "web01"], ""),
    (["type", "web01", b"a\xff"], "the text is not UTF-8"),
    (["type", "web01", b"a\xc3"], "the text is not UTF-8"),
    (["type", "--text", "web01", "a"], "xencon type takes no --text"),
    (["shot", "--keys", "a", "web01"], "xencon shot takes no --keys"),
    (["type", "web01", *["w"] * 64], "too many words"),
])
def test_wrong_usage(pool, xencon, words, says):
    command = [os.fsencode(word) if isinstance(word, str) else word for word in words]
    done = subprocess.run([os.fsencode(part) for part in xencon.command()] + command, env=xencon.env,
                                  input=b"", capture_output=True, timeout=harness.PATIENCE, check=False)
    done.stderr = done.stderr.decode()
    assert_failed(done, 2, says)
    assert pool.requests == []


def test_input_that_is_no_text(web01, xencon):
    assert_failed(xencon.run("type", "web01", input=b"ab\xff"), 2, "standard input is not UTF-8")
    assert pressed(web01) == []
    assert_failed(xencon.run("type", "web01", input=b"ab\xc3"), 2, "standard input is not UTF-8")


def test_a_console_that_ends_meanwhile(pool, web01, xencon):
    process = xencon.start("type", "web01")
    process.stdin.write(b"a")
    process.stdin.flush()
    harness.eventually(lambda: pressed(web01) == word("a"), "a is typed")
    web01.shutdown()
    assert harness.finish(process) == 7
    assert b'"web01": ' in process.stderr.read()
    assert_logged_out(pool)


def test_a_signal_while_it_types(pool, web01, xencon):
    """Nothing stays pressed: each key that went down has come up."""
    process = xencon.start("type", "--rate", "200", "web01", "A" * 2000)
    harness.eventually(lambda: pressed(web01), "it types")
    harness.kill(process, signal.SIGTERM)
    assert harness.finish(process) == 128 + signal.SIGTERM
    assert_logged_out(pool)
    down = set()
    for key, is_down in pressed(web01):
        (down.add if is_down else down.discard)(key)
    assert down == set() and 0 < len(pressed(web01)) < 8000


def test_a_control_domain(pool, xencon):
    """What stands behind --dom0 HOST is all text."""
    host = pool.coordinator
    done = xencon.run("type", "--dom0", host.name, "a", "b")
    assert_typed(done, host.dom0, word("a b"))
