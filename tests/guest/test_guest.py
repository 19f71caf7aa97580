# SPDX-License-Identifier: ISC
"""The guest itself: that it boots, that both its consoles can be used, and that nothing of it stays behind."""

import os
import pathlib
import select
import signal
import socket
import struct
import subprocess
import sys
import time

import pytest

import guest as guest_module
from guest import Guest, GuestError, GuestUnavailable

LIMIT_S = 120  # for all of a test's waiting; seen: 3 s for a boot on an idle machine
PROMPT = "root@web01:/root# "


@pytest.fixture(scope="module", autouse=True)
def images():
    try:
        return guest_module.build()
    except GuestUnavailable as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))


class Serial:
    """The far end of the serial cable."""

    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(path)
        self._deadline = time.monotonic() + LIMIT_S
        self._seen = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def send(self, text):
        self._socket.sendall(text.encode())

    def until(self, text, within_s=None):
        """Reads up to and with text, and returns that. With within_s: False if it has not come by then, and nothing is lost."""
        deadline = self._deadline if within_s is None else min(self._deadline, time.monotonic() + within_s)
        while (end := self._seen.find(text.encode())) < 0:
            self._socket.settimeout(max(deadline - time.monotonic(), 0.001))
            try:
                more = self._socket.recv(65536)
            except TimeoutError:
                if deadline < self._deadline:
                    return False
                raise AssertionError(f"no {text!r} within {LIMIT_S} s; last: {self._seen[-500:]!r}") from None
            assert more, f"the console ended before {text!r}; last: {self._seen[-500:]!r}"
            self._seen += more
        end += len(text.encode())
        said, self._seen = self._seen[:end], self._seen[end:]
        return said.decode()

    def end(self):
        """Reads to the end of file."""
        self._socket.settimeout(max(self._deadline - time.monotonic(), 0.001))
        while self._socket.recv(65536):
            pass

    def login(self):
        self.until("web01 login: ")
        self.send("root\r")
        self.until(PROMPT)


class Keyboard:
    """As much of a VNC viewer as types text, of characters that need no Shift (RFC 6143)."""

    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(LIMIT_S)
        self._socket.connect(path)
        assert self._read(12) == b"RFB 003.008\n"
        self._socket.sendall(b"RFB 003.008\n")
        assert 1 in self._read(self._read(1)[0])  # security types: None is among them
        self._socket.sendall(b"\x01")
        assert self._read(4) == bytes(4)  # SecurityResult: ok
        self._socket.sendall(b"\x01")  # ClientInit: share
        init = self._read(24)  # ServerInit: size, pixel format, length of the name
        self.size = struct.unpack(">HH", init[:4])
        self._read(struct.unpack(">I", init[20:])[0])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def _read(self, size):
        data = b""
        while len(data) < size:
            more = self._socket.recv(size - len(data))
            assert more, "the VNC server closed the connection"
            data += more
        return data

    def type(self, text):
        for key in (0xFF0D if c == "\n" else ord(c) for c in text):
            for down in (1, 0):
                self._socket.sendall(struct.pack(">BBxxI", 4, down, key))


def lit_pixels(ppm):
    """How many pixels of a PPM picture are not black, and its size."""
    magic, width, height, depth, pixels = ppm.split(maxsplit=4)
    assert (magic, depth) == (b"P6", b"255")
    size = int(width), int(height)
    pixels = ppm[-3 * size[0] * size[1] :]
    return sum(any(pixels[i : i + 3]) for i in range(0, len(pixels), 3)), size


def test_serial_console():
    with Guest(paused=True) as guest, Serial(guest.serial_path) as serial:
        began = time.monotonic()
        guest.cont()
        # The very first line: nothing was printed before we were there.
        assert serial.until("\n").startswith("[    0.000000] Linux version ")
        serial.until("xencon test guest: Linux ")
        serial.until("web01 login: ")
        seconds = time.monotonic() - began
        print(f"boot to login: {seconds:.2f} s ({guest.accel})")

        serial.send("root\r")
        serial.until(PROMPT)
        serial.send("echo $((6*7))\r")
        serial.until("\r\n42\r\n")
        serial.send("echo $TERM; tty\r")
        serial.until("\r\nvt100\r\n/dev/ttyS0\r\n")

        serial.send("poweroff -f\r")
        serial.end()
        assert guest.wait(LIMIT_S) == 0


def test_full_screen_program():
    with Guest(paused=True) as guest, Serial(guest.serial_path) as serial:
        guest.cont()
        serial.login()
        serial.send("stty rows 24 cols 80; vi note\r")
        serial.until("- note 1/1 100%")
        serial.send("iforty-two\x1b")
        serial.until("- note [Modified] 1/1 100%")  # Escape and what follows at once would be taken for a function key
        serial.send(":wq\r")
        serial.until(PROMPT)
        serial.send("sed s/^/read:/ note\r")
        serial.until("\r\nread:forty-two\r\n")


def test_reboot_keeps_the_connection():
    with Guest(paused=True) as guest, Serial(guest.serial_path) as serial:
        guest.cont()
        serial.login()
        serial.send("reboot -f\r")
        serial.until("] Linux version ")
        serial.login()


def test_screen_and_keyboard(tmp_path):
    with Guest(paused=True) as guest, Serial(guest.serial_path) as serial, Keyboard(guest.vnc_path) as keyboard:
        guest.cont()
        serial.until("web01 login: ")
        # The screen's shell may be up a little later than the login, and what is typed before is not kept: type until it has an effect.
        while not serial.until("root::0:0:root:/root:/bin/sh", within_s=2):
            keyboard.type("\ndd if=/etc/passwd of=/dev/console\n")

        picture = tmp_path / "screen.ppm"
        guest.screendump(picture)
        lit, (width, height) = lit_pixels(picture.read_bytes())
        assert (width, height) == (720, 400)
        assert 1000 < lit < width * height / 2


def test_sockets_stand_from_the_start():
    with Guest(paused=True) as guest:
        for path in (guest.serial_path, guest.vnc_path, guest.qmp_path):
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(path)
        assert guest.qmp("query-status")["status"] == "prelaunch"


def test_stop_leaves_nothing():
    guest = Guest(paused=True).start()
    folder, process = pathlib.Path(guest.serial_path).parent, os.pidfd_open(guest.pid)
    guest.stop()
    guest.stop()
    assert select.select([process], [], [], 0)[0]
    os.close(process)
    assert not folder.exists()


def test_dies_with_its_test(tmp_path):
    code = "import guest, signal; g = guest.Guest(paused=True).start(); print(g.pid, flush=True); signal.pause()"
    here, env = pathlib.Path(__file__).parent, {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", code], cwd=here, env=env, stdout=subprocess.PIPE, text=True) as test:
        process = os.pidfd_open(int(test.stdout.readline()))
        test.send_signal(signal.SIGKILL)
        assert select.select([process], [], [], LIMIT_S)[0]
        os.close(process)


def test_missing_qemu_is_named(monkeypatch):
    monkeypatch.setenv("PATH", os.devnull)
    with pytest.raises(GuestUnavailable, match="'qemu-system-x86_64' is not in PATH"):
        Guest().start()


def test_qemu_that_fails_is_quoted(monkeypatch):
    monkeypatch.setattr(guest_module, "_BARE", ["-no-such-option"])
    with pytest.raises(GuestError, match="-no-such-option: invalid option"):
        Guest().start()
