# SPDX-License-Identifier: ISC
"""Graphical consoles that say what they should not: dialogues for sim.Script, each by itself, for one client."""
import struct
import time
import zlib

from sim.stream import exactly

WIDTH, HEIGHT = 640, 400
FORMAT = struct.pack(">BBBBHHHBBB3x", 32, 24, 0, 1, 255, 255, 255, 16, 8, 0)


def _send(sock, data, slow=0):
    if not slow:
        sock.sendall(data)
        return
    for at in range(len(data)):
        sock.sendall(data[at:at + 1])
        time.sleep(slow)


def _stay(sock):
    while sock.recv(65536):
        pass


def say(data=b"", end=False):
    """Says just that, and ends or stays."""
    def dialogue(sock):
        sock.sendall(data)
        if not end:
            _stay(sock)
    return dialogue


def _greet(sock, *, types=b"\1\1", result=bytes(4), width=WIDTH, height=HEIGHT, name=b"guest", name_length=None,
           cut=None, after=True, slow=0):
    _send(sock, b"RFB 003.008\n", slow)
    exactly(sock, 12)
    _send(sock, types, slow)
    if not after:
        return
    exactly(sock, 1)
    _send(sock, result, slow)
    exactly(sock, 1)
    init = struct.pack(">HH", width, height) + FORMAT
    init += struct.pack(">I", len(name) if name_length is None else name_length) + name
    _send(sock, init[:cut], slow)


def greeting(end=False, **how):
    """A handshake, spoilt; and after a good one a picture of one colour, as often as it is asked for."""
    def dialogue(sock):
        _greet(sock, **how)
        if end:
            return
        picture = rect(0, 0, how.get("width", WIDTH), how.get("height", HEIGHT),
                       pixels=b"\x20\x40\x60\0" * min(WIDTH * HEIGHT, how.get("width", WIDTH) * how.get("height", HEIGHT)))
        for _ in range(3):
            _await_request(sock)
            sock.sendall(picture)
        _stay(sock)
    return dialogue


def _await_request(sock):
    """Reads the client's messages up to the next FramebufferUpdateRequest."""
    while True:
        kind = exactly(sock, 1)[0]
        if kind == 0:
            exactly(sock, 19)
        elif kind == 2:
            exactly(sock, 4 * struct.unpack(">xH", exactly(sock, 3))[0])
        elif kind == 3:
            exactly(sock, 9)
            return
        elif kind == 4:
            exactly(sock, 7)
        elif kind == 5:
            exactly(sock, 5)
        else:
            raise OSError


def rect(x, y, width, height, encoding=0, pixels=b""):
    """An update of one rectangle."""
    return struct.pack(">BxHHHHHi", 0, 1, x, y, width, height, encoding) + pixels


def packed(data):
    """ZRLE's length and stream."""
    made = zlib.compress(data)
    return struct.pack(">I", len(made)) + made


def bomb(size):
    return packed(bytes([1, 0, 0, 0]) * (size // 4))


def update(data=b"", end=False, slow=0):
    """A good first picture; the second request is answered with `data`."""
    def dialogue(sock):
        _greet(sock)
        _await_request(sock)
        sock.sendall(rect(0, 0, WIDTH, HEIGHT, pixels=b"\x20\x40\x60\0" * WIDTH * HEIGHT))
        _await_request(sock)
        _send(sock, data, slow)
        if not end:
            _stay(sock)
    return dialogue


def for_ever(data):
    """The same again and again, asked for or not."""
    def dialogue(sock):
        update(b"", end=True)(sock)
        while True:
            sock.sendall(data)
    return dialogue


def resizes():
    """Another size with each update, up to one that is too large."""
    def dialogue(sock):
        update(b"", end=True)(sock)
        for size in range(1, 65536, 997):
            sock.sendall(rect(0, 0, size, size, encoding=-223))
        _stay(sock)
    return dialogue
