# SPDX-License-Identifier: ISC
"""A real guest's screen as lines, beside what it says on its serial port: nothing twice, in order, gaps marked."""
import pathlib
import subprocess
import sys
import threading

import pytest

import built
from dumping import PATIENCE

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "guest"))
from guest import Guest, GuestUnavailable, build  # noqa: E402
from test_guest import Keyboard, Serial  # noqa: E402

MARK = "[…]"
COLUMNS = 80
PASSWD = "root::0:0:root:/root:/bin/sh"


def settled(follow, last):
    """Its lines up to `last`, which is said when the screen has been still."""
    lines = []
    patience = threading.Timer(PATIENCE, follow.kill)
    patience.start()
    try:
        while not lines or lines[-1] != last:
            line = follow.stdout.readline()
            assert line, f"it ended before {last}: {lines[-5:]}"
            lines.append(line.rstrip("\n"))
    finally:
        patience.cancel()
    return lines


@pytest.fixture(scope="module")
def logs():
    """The lines of the screen, and those of the serial port, from power-on past `seq 1 5000`."""
    try:
        build()
    except GuestUnavailable as error:
        pytest.skip(str(error))
    with Guest(paused=True) as guest, Serial(guest.serial_path) as serial:
        with subprocess.Popen([built.program("rfb/follow"), guest.vnc_path], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True) as follow:
            guest.cont()
            said = serial.until("web01 login: ")
            with Keyboard(guest.vnc_path) as keyboard:
                # The screen's shell may be up a little later than the login.
                while not serial.until(PASSWD, within_s=2):
                    keyboard.type("\ndd if=/etc/passwd of=/dev/console\n")
                # The shell's answer to this one comes after all that was typed before.
                keyboard.type("seq 1 5000; dd if=/etc/group of=/dev/console\n")
                serial.until("root:x:0:")
            screen = settled(follow, "5000")
            follow.stdin.close()
            screen += follow.stdout.read().splitlines()
            assert follow.wait(PATIENCE) == 0
    return screen, said.replace("\r", "").splitlines()


def test_kernel_messages(logs):
    """Each that fits a row, at most once, and as the serial port has them."""
    screen, serial = logs
    messages = [line.rstrip() for line in serial if line.startswith("[ ") and len(line) <= COLUMNS]
    assert len(set(messages)) == len(messages) > 100
    shown = [line for line in screen if line in set(messages)]
    print(f"{len(shown)} of {len(messages)} messages of the kernel, {screen.count(MARK)} marks")
    assert shown == [line for line in messages if line in set(shown)]
    assert len(shown) > len(messages) / 10


def test_numbers(logs):
    """Rising, and with a mark wherever one is missing; but QEMU may have been held up in the midst of drawing a picture,
    which has two moments in it then, and nothing that tells so."""
    screen, _ = logs
    numbers, marked, torn = [], True, []
    for line, after in zip(screen, screen[1:]):
        if line == MARK:
            marked = True
        elif after == MARK and line.isdigit():
            # The cursor's row may have been seen when it was half written.
            continue
        elif line.isdigit():
            if not marked and int(line) != numbers[-1] + 1:
                torn.append((numbers[-1], line))
            numbers.append(int(line))
            marked = False
    print(f"{len(numbers)} of 5000 numbers; updates and marks of all: {screen[-1]}")
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == 5000
    assert len(torn) <= 1, torn
