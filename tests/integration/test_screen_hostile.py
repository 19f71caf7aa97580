# SPDX-License-Identifier: ISC
"""Graphical consoles that say without an end what costs them little and us much: the way out works all the same."""
import struct

import pytest

import harness
import procs
import sim
from outcome import assert_logged_out

GREETING = b"RFB 003.008\n"
WIDTH, HEIGHT, LARGEST = 640, 480, 4096
RAW, COPY_RECT, HEXTILE, DESKTOP_SIZE = 0, 1, 5, -223
RECTS_MAX = 65535
MEMORY_MAX = 512 << 20    # the largest picture twice, with what is read out of it, and a sanitizer's share


def update(*rects, count=None):
    return struct.pack(">BxH", 0, count or len(rects)) + b"".join(rects)


def rect(x, y, width, height, encoding, data=b""):
    return struct.pack(">HHHHi", x, y, width, height, encoding) + data


def copies():
    """Each moves the whole of the largest screen."""
    moved = rect(1, 1, LARGEST - 1, LARGEST - 1, COPY_RECT, bytes(4))
    return update(rect(0, 0, LARGEST, LARGEST, DESKTOP_SIZE), moved * (RECTS_MAX - 1), count=RECTS_MAX)


def sizes():
    """A new largest screen with every rectangle."""
    dot = rect(0, 0, 1, 1, RAW, bytes(4))
    both = rect(0, 0, LARGEST, LARGEST, DESKTOP_SIZE) + dot + rect(0, 0, LARGEST - 1, LARGEST - 1, DESKTOP_SIZE) + dot
    return update(both * (RECTS_MAX // 4), count=RECTS_MAX // 4 * 4)


def nothings():
    return update(rect(0, 0, 0, 0, RAW) * RECTS_MAX, count=RECTS_MAX)


def one_colour():
    """A byte for each tile of 256 pixels."""
    tiles = WIDTH // 16 * HEIGHT // 16
    return update(rect(0, 0, WIDTH, HEIGHT, HEXTILE, b"\2" + bytes(4) + bytes(tiles - 1)))


def bells():
    return b"\2" * 65536


class Flood(sim.Backend):
    """Shows a picture, and then says the same again and again."""

    def __init__(self, payload):
        super().__init__()
        self._payload = payload

    def serve(self, sock):
        try:
            sock.sendall(GREETING)
            sock.recv(len(GREETING))
            sock.sendall(b"\1\1")
            sock.recv(1)
            sock.sendall(bytes(4))
            sock.recv(1)
            sock.sendall(struct.pack(">HHBBBBHHHBBB3xI", WIDTH, HEIGHT, 32, 24, 0, 1, 255, 255, 255, 16, 8, 0, 1) + b"x")
            sock.recv(1)
            sock.sendall(update(rect(0, 0, WIDTH, HEIGHT, RAW, bytes(4 * WIDTH * HEIGHT))))
            while True:
                sock.sendall(self._payload)
        except OSError:
            pass    # the program has left


@pytest.mark.parametrize("flood", [copies, sizes, nothings, one_colour, bells])
def test_the_way_out(flood, pool, xencon):
    pool.add_vm("web02", consoles=("rfb",), domain_type="hvm", rfb_backend=Flood(flood()))
    terminal = xencon.terminal("screen", "web02", dimensions=(30, 90))
    terminal.expect_exact(b"\x1b[c")
    terminal.send(b"\x1b[?62c")
    harness.eventually(lambda: procs.ticks(terminal.pid) > 20, "it has been busy with it")
    assert terminal.quit() == 0
    assert terminal.settings() == terminal.found
    assert_logged_out(pool)


@pytest.mark.parametrize("flood", [copies, sizes])
def test_memory(flood, pool, xencon):
    pool.add_vm("web02", consoles=("rfb",), domain_type="hvm", rfb_backend=Flood(flood()))
    process = xencon.start("shot", "--until", "never", "--timeout", "2", "--text", "web02")
    harness.eventually(lambda: procs.ticks(process.pid) > 20, "it has been busy with it")
    most = procs.memory(process.pid, "VmHWM")
    process.terminate()
    process.communicate(timeout=harness.PATIENCE)
    assert most < MEMORY_MAX
