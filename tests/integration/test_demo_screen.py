# SPDX-License-Identifier: ISC
"""The text screen of the simulated pool, that ./demo screen shows: a shell whose terminal is a picture."""
import json

import pytest

import harness
import screens
import sim
from outcome import assert_logged_out

QUIT = "\x1d."


@pytest.fixture
def guest(pool):
    """The VM, with its shell's prompt."""
    try:
        backend = sim.TextScreen()
    except FileNotFoundError as error:
        pytest.skip(str(error))
    return pool.add_vm("web02", consoles=("rfb",), domain_type="hvm", rfb_backend=backend)


@pytest.fixture
def screen(xencon, tmp_path):
    made = screens.Screen(xencon, tmp_path)
    yield made
    made.stop()


def test_a_shell_is_used_through_its_picture(guest, pool, screen):
    screen.resize(30, 90)
    screen.type("stty -a > before; xencon screen web02\r")
    screen.wait_for(lambda: any("web02:~#" in line for line in screen.lines()), "the guest's prompt is shown")
    screen.type("echo \"$((6*7))\" {a,b} | tr a-z A-Z; printf '\\033[7mreversed\\033[m'; tty\r")
    screen.wait_for(lambda: any(line.strip() == "42 {A,B}" for line in screen.lines()), "the command's output is shown")
    screen.wait_for(lambda: any("reversed/dev/pts/" in line for line in screen.lines()), "so is the next one's")
    # What stands reversed on the guest's screen does so here.
    line = next(line for line in screen.lines("-e") if "reversed" in line and "/dev/pts" in line)
    assert "48;2;170;170;170" in line or "[7m" in line or "48;5;" in line or "[47m" in line, line
    screen.type(QUIT)
    screen.wait_for(lambda: screen.lines()[-1] == "ready$", "the prompt is back")
    assert any(line.strip() == "42 {A,B}" for line in screen.lines()), "the guest's text stays above the prompt"
    screen.type("stty -a | cmp - before && echo as it was\r")
    screen.wait_line("as it was")
    assert screen.mode("alternate_on", "cursor_flag", "wrap_flag", "insert_flag") == [0, 1, 1, 0]
    assert_logged_out(pool)


def test_a_script_types_and_reads(guest, xencon):
    assert xencon.run("type", "web02", "echo $((6*7))", "--keys", "enter").returncode == 0
    done = xencon.run("shot", "--json", "--until", "^42", "web02")
    said = json.loads(done.stdout)
    assert (said["kind"], said["rows"], said["columns"], said["recognised"]) == ("text", 25, 80, 1)
    assert said["text"][1].rstrip() == "42"
    assert said["cursor"] == [2, len("web02:~# ")]


def test_nothing_is_left(guest, xencon):
    assert b"web02:~#" in xencon.run("shot", "--text", "--until", "#", "web02").stdout
    process = guest.rfb_backend._terminal.process
    guest.rfb_backend.stop()
    harness.eventually(lambda: process.poll() is not None, "the shell has ended")
