# SPDX-License-Identifier: ISC
"""`xencon screen`: a graphical console in a terminal, and console where there is no other."""
import re

import pytest

import harness
import screens
import shown
from outcome import assert_failed, assert_logged_out
from shown import picture_name, rows, shows, truth  # noqa: F401

QUIT = "\x1d."


@pytest.fixture
def screen(xencon, tmp_path):
    made = screens.Screen(xencon, tmp_path)
    yield made
    made.stop()


def small_text():
    """A screen that fits a window of 80 columns and 26 rows, with text in its first row."""
    return next(name for name in shown.names()
                if truth(name)["kind"] == "text" and (truth(name)["columns"], truth(name)["rows"]) == (80, 25)
                and len(rows(name)[0]) > 20 and rows(name)[0].isascii())


def pressed(vm):
    return [event["key"] for event in vm.rfb_backend.events if event["type"] == "key" and event["down"]]


def start(screen, words, until):
    screen.type(words + "\r")
    screen.wait_for(lambda: any(until in line for line in screen.lines()), f"{until!r} is shown")


def leave(screen):
    screen.type(QUIT)
    screen.wait_for(lambda: screen.lines()[-1] == "ready$", "the prompt is back")


def test_text_is_painted_as_text(pool, shows, screen):
    name = small_text()
    shows.vm("web02", name)
    screen.resize(26, 80)
    start(screen, "xencon screen web02", "then . to quit")
    screen.type("\x1d\x1d")  # any key takes the message away
    wanted = [row for row in rows(name) if row.isascii()]
    screen.wait_for(lambda: [row for row in map(str.rstrip, screen.lines()) if row in wanted and row]
                    == [row for row in wanted if row], "it is the guest's text")
    assert_logged_out(pool)
    leave(screen)
    # The guest's last text stays above the prompt.
    assert any(wanted[0] in line for line in screen.lines("-S", "-"))
    assert any('detached from "web02"' in line for line in screen.lines("-S", "-"))


def test_a_picture_is_drawn(shows, screen):
    shows.vm("web02", picture_name())
    start(screen, "xencon screen web02", "▀")
    leave(screen)


def test_text_or_picture_by_hand(shows, screen):
    shows.vm("web02", small_text())
    start(screen, "xencon screen --as picture web02", "▀▀▀")
    screen.type("\x1dv")
    wanted = max(rows(small_text()), key=len)[:30]
    screen.wait_for(lambda: any(wanted in line for line in screen.lines()), "it is text")
    screen.type("\x1dv")
    screen.wait_for(lambda: not any(wanted in line for line in screen.lines()), "it is a picture")
    leave(screen)


def test_keys_reach_the_guest(pool, screen):
    vm = pool.add_vm("web02", consoles=("rfb",), domain_type="hvm")
    start(screen, "xencon screen web02", "then . to quit")
    screen.type("aB\r\x1b[A\x03")
    harness.eventually(lambda: pressed(vm)[-2:] == [0xffe3, 0x63], "Ctrl-C arrives")
    assert pressed(vm) == [0x61, 0xffe1, pressed(vm)[2], 0xff0d, 0xff52, 0xffe3, 0x63]
    assert pressed(vm)[2] in (0x42, 0x62)
    leave(screen)


def test_keys_that_a_terminal_cannot_send(pool, screen):
    vm = pool.add_vm("web02", consoles=("rfb",), domain_type="hvm")
    start(screen, "xencon screen web02", "then . to quit")
    for letter, key in (("d", 0xffff), ("2", 0xffbf), ("0", 0xffc7), ("-", 0xffc8), ("=", 0xffc9)):
        before = len(pressed(vm))
        screen.type("\x1dk" + letter)
        harness.eventually(lambda key=key, before=before: pressed(vm)[before:] == [0xffe3, 0xffe9, key],
                           f"the key of {letter} arrives")
    for letter, key in (("p", 0xff61), ("b", 0xff13), ("s", 0xffeb), ("m", 0xff67)):
        screen.type("\x1dk" + letter)
        harness.eventually(lambda key=key: pressed(vm)[-1] == key, f"the key of {letter} arrives")
    before = len(pressed(vm))
    screen.type("\x1dkx\x1ddz")
    harness.eventually(lambda: pressed(vm)[before:] == [ord("z")], "neither is sent")
    leave(screen)


def test_the_escape_character_itself(pool, screen):
    vm = pool.add_vm("web02", consoles=("rfb",), domain_type="hvm")
    start(screen, "xencon screen web02", "then . to quit")
    screen.type("\x1d\x1d")
    harness.eventually(lambda: pressed(vm) == [0xffe3, 0x5d], "Ctrl-] arrives")
    leave(screen)


def test_read_only_sends_nothing(pool, screen):
    vm = pool.add_vm("web02", consoles=("rfb",), domain_type="hvm")
    start(screen, "xencon screen --read-only web02", "then . to quit")
    screen.type("abc\x1dk")
    screen.wait_for(lambda: "nothing is sent" in screen.lines()[-1], "that is said")
    screen.type("d")
    leave(screen)
    assert pressed(vm) == []


def test_status_and_help(pool, screen):
    pool.add_vm("web02", consoles=("rfb",), domain_type="hvm")
    start(screen, "xencon screen web02", "then . to quit")
    screen.type("\x1d?")
    screen.wait_for(lambda: "quit, z suspend" in screen.lines()[-1], "its help")
    screen.type("\x1dsx")
    screen.wait_for(lambda: '"web02" at ' in screen.lines()[-1] and "320x200" in screen.lines()[-1], "its status")
    leave(screen)


def test_until(shows, screen):
    shows.vm("web02", small_text())
    word = re.escape(max(" ".join(rows(small_text())).split(), key=len))
    start(screen, f"xencon screen --until '{word}' web02; echo status $?", "status 0")
    start(screen, "xencon screen --until 'no such thing' --timeout 0.5 web02; echo 2nd $?", "2nd 8")


def test_the_window_is_resized(shows, screen):
    shows.vm("web02", small_text())
    wanted = rows(small_text())
    start(screen, "xencon screen web02", "then . to quit")
    screen.resize(30, 100)
    screen.wait_for(lambda: any(line == " " * 10 + wanted[0] for line in screen.lines()), "it stands in the middle")
    leave(screen)


def test_suspended_and_continued(shows, screen):
    shows.vm("web02", small_text())
    wanted = max(rows(small_text()), key=len)[:30]
    start(screen, "xencon screen web02", wanted)
    screen.type("\x1dz")
    screen.wait_for(lambda: any("topped" in line for line in screen.lines()), "it is stopped")
    start(screen, "fg", wanted)
    leave(screen)


def test_console_shows_the_graphical_one(shows, screen):
    shows.vm("web02", small_text())
    wanted = max(rows(small_text()), key=len)[:30]
    start(screen, "xencon web02", wanted)
    leave(screen)
    assert any('"web02" has no text console: this is its graphical one' in line for line in screen.lines("-S", "-"))


def test_text_only_forbids_that(shows, screen):
    shows.vm("web02", small_text())
    start(screen, "xencon --text-only web02; echo status $?", "status 6")
    assert any('"web02" has no text console' in line for line in screen.lines())


def test_in_a_pipe_console_names_what_scripts_use(pool, shows, xencon):
    shows.vm("web02", small_text())
    done = xencon.run("web02")
    assert_failed(done, 6, '"web02" has no text console', "xencon shot --text", "xencon type", pool=pool)


def test_reconnect(pool, screen):
    vm = pool.add_vm("web02", consoles=("rfb",), domain_type="hvm")
    start(screen, "xencon screen --reconnect web02", "then . to quit")
    screen.type("a")
    harness.eventually(lambda: pressed(vm) == [0x61], "a arrives")
    vm.reboot()
    harness.eventually(lambda: (screen.type("b"), 0x62 in pressed(vm))[1], "b arrives behind the reboot")
    leave(screen)
    assert_logged_out(pool)


def test_the_console_ends(pool, screen):
    vm = pool.add_vm("web02", consoles=("rfb",), domain_type="hvm")
    start(screen, "xencon screen web02; echo status $?", "then . to quit")
    vm.shutdown()
    screen.wait_for(lambda: any(re.match("status [067]$", line) for line in screen.lines()), "it ends")
    assert_logged_out(pool)


@pytest.mark.parametrize("words, says", [
    (["screen"], "no VM is named"),
    (["screen", "--as", "x", "web01"], '--as takes auto, text or picture, not "x"'),
    (["screen", "--graphics", "x", "web01"], '--graphics takes blocks, sixel or kitty, not "x"'),
    (["screen", "--timeout", "3", "web01"], "--timeout needs --until REGEX"),
    (["screen", "--until", "a(b", "web01"], '"a(b" is no regular expression'),
    (["screen", "--escape", "xx", "web01"], '"xx"'),
    (["screen", "--text-only", "web01"], "xencon screen takes no --text-only"),
    (["console", "--as", "x", "web01"], '--as takes auto, text or picture, not "x"'),
])
def test_wrong_usage(pool, xencon, words, says):
    assert_failed(xencon.run(*words), 2, says)
    assert pool.requests == []


def test_a_layout_that_is_none(pool, xencon):
    terminal = xencon.terminal("screen", "--layout", "xx", "web01")
    assert terminal.finish() == 2
    assert b'"xx"' in terminal.before
    assert pool.requests == []


def test_the_terminal_is_as_it_was(shows, xencon):
    """Modes and settings, after a signal too."""
    shows.vm("web02", small_text())
    terminal = xencon.terminal("screen", "web02", dimensions=(30, 90))
    terminal.expect(rb"\x1b\[\?1049h")
    harness.eventually(terminal.is_raw, "the terminal becomes raw")
    harness.kill(terminal)
    assert terminal.finish() == 143
    assert terminal.settings() == terminal.found
    assert b"\x1b[?1049l" in terminal.before and b"\x1b[?2004l" in terminal.before


def test_an_idle_screen_asks_once(pool, shows, xencon):
    """One request is open while nothing changes: the server is not asked again."""
    vm = pool.add_vm("web02", consoles=("rfb",), domain_type="hvm")
    vm.rfb_backend.step = 3600  # the first change comes at once, the next one not in this test
    terminal = xencon.terminal("screen", "web02", dimensions=(30, 90))
    harness.eventually(lambda: len(vm.rfb_backend.wait_for("update", 3)) == 3, "it asks for changes")
    terminal.send("\x1ds")
    terminal.expect(rb"320x200")
    assert len(vm.rfb_backend.wait_for("update", 4, timeout=0.01)) == 3
    assert terminal.quit() == 0


@pytest.fixture
def waiting(pool, xencon):
    """A terminal that waits for what never comes on the screen of web02, which is reached again."""
    pool.add_vm("web02", consoles=("rfb",), domain_type="hvm")

    def start(*options):
        terminal = xencon.terminal("screen", "--until", "never to be seen", *options, "web02",
                                   dimensions=(24, 100))
        terminal.expect("then \\. to quit")
        return terminal

    return start


def test_the_time_is_up_while_the_machine_is_away(pool, waiting):
    terminal = waiting("--timeout", "2", "--reconnect")
    pool.vms[-1].begin("clean_shutdown").finish()
    terminal.expect("waiting for its console")
    terminal.expect('xencon: .*nothing on the screen matched "never to be seen": 2 s have passed')
    assert terminal.finish() == 8
    assert terminal.settings() == terminal.found
    assert_logged_out(pool)


@pytest.mark.parametrize("away", [False, True])
def test_who_quits_before_has_not_got_it(away, pool, waiting):
    terminal = waiting("--reconnect")
    if away:
        pool.vms[-1].begin("clean_shutdown").finish()
        terminal.expect("waiting for its console")
    assert terminal.quit() == 8
    assert terminal.settings() == terminal.found


def test_the_console_ends_before(pool, waiting):
    terminal = waiting()
    pool.vms[-1].begin("clean_shutdown").finish()
    assert terminal.finish() == 8
