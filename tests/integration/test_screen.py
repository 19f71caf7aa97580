# SPDX-License-Identifier: ISC
"""What the screen shows, in a terminal emulator with a shell: no staircase, no junk, a prompt."""
import pytest

import procs
import screens
import sim

ESC = "\x1d"
FULL_SCREEN = ("\x1b[?1049h\x1b[?25l\x1b[2J\x1b[?1000;1006h\x1b=\x1b[?2004h\x1b[5;20r\x1b[1;37;44m"
               "\x1b[3;10Hfull screen").encode()
NORMAL = [0, 1, 0, 0, 0, 23]
FLAGS = ("alternate_on", "cursor_flag", "mouse_any_flag", "keypad_flag", "scroll_region_upper",
         "scroll_region_lower")


@pytest.fixture
def screen(xencon, tmp_path):
    made = screens.Screen(xencon, tmp_path)
    yield made
    made.stop()


def attach(screen, *arguments):
    screen.type(" ".join(["xencon", "web01", *arguments]) + "\r")
    screen.wait_for(lambda: "to quit" in screen.lines()[-1], "the banner")


def check_usable(screen):
    """A prompt on a line of its own, and the shell echoes and answers."""
    at_prompt = [str(len("ready$ "))]
    screen.wait_for(lambda: screen.lines()[-1] == "ready$" and screen.show("cursor_x") == at_prompt,
                    "the shell's prompt")
    screen.type("echo still$((40 + 2))\r")
    screen.wait_line("still42")
    assert "ready$ echo still$((40 + 2))" in screen.lines()
    screen.wait_last("ready$")


def test_a_session(pool, screen):
    pool.add_vm("web01")
    attach(screen)
    screen.type("\r")
    screen.wait_last("web01:~#")
    screen.type("echo $((6*7))\r")
    screen.wait_line("42")
    screen.wait_last("web01:~#")
    screen.type(ESC + ".")
    check_usable(screen)
    lines = screen.lines()
    assert lines[0] == "ready$ xencon web01"
    assert 'xencon: detached from "web01"' in lines
    assert "web01:~#" in lines


def test_messages_begin_at_the_margin(puppet, screen):
    attach(screen)
    puppet.say(b"login: ")
    screen.wait_last("login:")
    screen.type(ESC + "?")
    screen.wait_for(lambda: "any other key" in screen.lines()[-1], "the help")
    screen.type(ESC + "s")
    screen.wait_for(lambda: "log off" in " ".join(screen.lines()[-2:]), "the status")
    screen.type(ESC + "l")
    screen.wait_for(lambda: "--log FILE" in screen.lines()[-1], "a word on the log")
    messages = [line for line in screen.lines() if "xencon: " in line]
    assert len(messages) >= 7
    assert sum(line.startswith("xencon: ") for line in messages) >= len(messages) - 1
    screen.type(ESC + ".")
    check_usable(screen)


def test_detached_in_the_middle_of_a_full_screen_program(puppet, screen):
    assert screen.mode(*FLAGS) == NORMAL
    attach(screen)
    puppet.say(FULL_SCREEN)
    screen.wait_for(lambda: screen.mode(*FLAGS) == [1, 0, 1, 1, 4, 19], "the full screen")
    assert "full screen" in " ".join(screen.lines())
    screen.type(ESC + ".")
    check_usable(screen)
    assert screen.mode(*FLAGS) == NORMAL
    assert screen.lines()[0] == "ready$ xencon web01"
    assert "full screen" not in " ".join(screen.lines())
    assert "\x1b" not in "".join(screen.lines("-e"))


@pytest.mark.parametrize("left_on, shown", [
    (b"\x1b[31;1mred ", "red"), (b"\x1b(0qqq ", "qqq"), (b"\x1b)0\x0e\x1b[7mqqq ", "qqq"),
    (b"\x1b[?25l\x1b[?7l$ ", "$"), (b"\x1b[31", None), (b"\x1b]0;half a title", None)],
    ids=["colour", "line drawing", "shift out", "modes", "half a sequence", "half a string"])
def test_junk_is_cleared(puppet, screen, left_on, shown):
    attach(screen)
    puppet.say(left_on)
    if shown:
        screen.wait_last(shown)
    screen.type(ESC + ".")
    check_usable(screen)
    assert screen.mode("cursor_flag", "wrap_flag", "alternate_on") == [1, 1, 0]
    assert not set("\x1b\x0e") & set("".join(screen.lines("-e")[-3:]))


def test_the_console_ends_in_the_middle_of_a_line(puppet, screen):
    attach(screen)
    puppet.say(b"reboot: Power down")
    screen.wait_last("reboot: Power down")
    puppet.end()
    check_usable(screen)
    lines = screen.lines()
    assert "reboot: Power down" in lines
    assert any(line.startswith('xencon: the console of "web01" has ended') for line in lines)


def test_the_connection_breaks_in_the_middle_of_a_line(pool, puppet, screen):
    pool.faults.add(sim.Fault("console", "truncate", at=7))
    screen.type("xencon web01\r")
    puppet.say(b"login: ")
    check_usable(screen)
    assert "login:" in screen.lines()
    assert 'xencon: "web01": the connection was lost' in screen.lines()


def test_suspended_and_back(puppet, screen):
    attach(screen)
    puppet.say(b"login: ")
    screen.wait_last("login:")
    screen.type(ESC + "z")
    check_usable(screen)
    screen.type("fg\r")
    screen.wait_last("xencon web01")
    puppet.say(b"\r\nPassword: ")
    screen.wait_last("Password:")
    screen.type("x")
    assert puppet.hear(1) == b"x"
    screen.type(ESC + ".")
    check_usable(screen)


def test_the_guest_learns_the_size_of_the_window(pool, screen):
    pool.add_vm("web01")
    attach(screen)
    screen.type("\r")
    screen.wait_last("web01:~#")
    screen.resize(30, 100)
    screen.wait_for(lambda: screen.show("window_height", "window_width") == ["30", "100"], "size")
    screen.type(ESC + "r")
    screen.wait_line("web01:~# stty rows 30 cols 100")
    screen.wait_last("web01:~#")
    screen.type("stty size\r")
    screen.wait_line("30 100")
    screen.type(ESC + ".")
    check_usable(screen)


def test_a_window_that_is_resized_while_nobody_types(puppet, screen):
    attach(screen)
    screen.resize(40, 120)
    puppet.say(b"word")
    screen.wait_last("word")
    screen.type("x")
    assert puppet.hear(1) == b"x"
    screen.type(ESC + ".")
    check_usable(screen)


@pytest.mark.parametrize("redirection", ["2>errors", ">out", "| cat", "</dev/null"])
def test_with_some_streams_elsewhere(puppet, screen, tmp_path, redirection):
    screen.type(f"xencon web01 {redirection}\r")
    puppet.say(b"word\r\n")
    puppet.end()
    check_usable(screen)
    if redirection == ">out":
        assert (tmp_path / "out").read_bytes() == b"word\r\n"
    else:
        assert "word" in screen.lines()


def test_started_in_the_background(puppet, screen, tmp_path):
    screen.type("stty -g >before\r")
    screen.type("xencon web01 &\r")
    screen.wait_for(lambda: any(procs.is_stopped(job) for job in procs.children(screen.pid())),
                    "the job is stopped")
    screen.type("fg\r")
    screen.wait_for(lambda: "to quit" in " ".join(screen.lines()), "the banner")
    puppet.say(b"login: ")
    screen.wait_last("login:")
    screen.type(ESC + ".")
    check_usable(screen)
    screen.type("stty -g >after\r")
    check_usable(screen)
    assert (tmp_path / "after").read_text() == (tmp_path / "before").read_text()


def test_a_stack_of_screens_and_colours_is_left(puppet, screen):
    attach(screen)
    puppet.say(b"\x1b[31m\x1b[?1049h\x1b[?6h\x1b[3;9r\x1b[?1003;1004h\x1b[5 q\x1b(0\x1b[?7lfull")
    screen.wait_for(lambda: screen.mode("alternate_on") == [1], "the alternate screen")
    screen.type(ESC + ".")
    check_usable(screen)
    assert screen.mode(*FLAGS) == NORMAL
    assert screen.mode("wrap_flag", "origin_flag") == [1, 0]
