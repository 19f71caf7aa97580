# SPDX-License-Identifier: ISC
"""A VNC server whose screen a test types on: pictures of text, each sent when the test says so."""
import gzip
import pathlib
import struct
import threading

from sim import backends
from sim.stream import exactly

import harness

FONT = pathlib.Path("/usr/share/consolefonts/Lat15-Fixed16.psf.gz")  # console-setup's; the recogniser knows its glyphs
WIDTH, HEIGHT = 8, 16
UPDATE, KEY = 3, 4
SIZES = {0: 19, 2: None, UPDATE: 9, KEY: 7, 5: 5, 150: 9}  # of a client's messages, behind their first byte
DESKTOP_SIZE = -223


def glyphs():
    """The font's bitmaps by character (PSF 1)."""
    data = gzip.decompress(FONT.read_bytes())
    mode, size = data[2:4]
    count = 512 if mode & 1 else 256
    units, number, found = struct.iter_unpack("<H", data[4 + count * size:]), 0, {}
    for (unit,) in units:
        if unit == 0xFFFF:
            number += 1
        else:
            found.setdefault(chr(unit), data[4 + number * size:4 + (number + 1) * size])
    return found


def dots(byte):
    return b"".join((b"\xaa\xaa\xaa\0" if byte >> (7 - x) & 1 else bytes(4)) for x in range(WIDTH))


DOTS = [dots(byte) for byte in range(256)]


class Typewriter(backends.Backend):
    """`rows` lines that scroll, without a cursor. What is typed on it is seen at the next `show`; keys that come in are `keys`."""

    def __init__(self, rows=12, columns=40):
        super().__init__()
        self.keys = []
        self.requests = 0
        self._glyphs = glyphs()
        self._changed = threading.Condition()
        self._version = 0
        self._viewers = set()
        self._waiting = set()  # of viewers that have had the last picture, and asked for the next
        self.resize(rows, columns)

    def resize(self, rows, columns):
        self._size = rows, columns
        self._lines = [""]
        self._draw()

    def print(self, text):
        """Types on; \\f clears the screen, \\r goes back on a line, which is then typed anew."""
        for character in text:
            if character == "\f":
                self._lines = [""]
            elif character == "\n":
                self._lines = [*self._lines, ""][-self._size[0]:]
            elif character == "\r":
                self._lines[-1] = ""
            else:
                self._lines[-1] += character

    def show(self, text=""):
        """Prints, and waits until each viewer, at least one, has had that picture and dealt with it."""
        self.print(text)
        self._draw()
        self.settle()

    def settle(self):
        with self._changed:
            assert self._changed.wait_for(lambda: self._waiting and len(self._waiting) == self.clients, harness.PATIENCE)

    def offer(self, text=""):
        """The same, but nobody is waited for."""
        self.print(text)
        self._draw()

    def wait_until_sent(self):
        """Until each viewer has had the last picture, whether or not it wants another."""
        with self._changed:
            assert self._changed.wait_for(
                lambda: self._viewers and all(viewer.sent == self._version for viewer in self._viewers), harness.PATIENCE)

    def scribble(self):
        """A picture that is no text."""
        rows, columns = self._size
        strip = b"".join(bytes((x & 255, x >> 1 & 255, 7 * x & 255, 0)) for x in range(columns * WIDTH))
        self._publish([strip[4 * y:] + strip[:4 * y] for y in range(rows * HEIGHT)])
        self.settle()

    def _draw(self):
        rows, columns = self._size
        pixels = []
        for line in [*self._lines, *[""] * rows][:rows]:
            shapes = [self._glyphs[character] for character in line[:columns].ljust(columns)]
            pixels += [b"".join(DOTS[shape[y]] for shape in shapes) for y in range(HEIGHT)]
        self._publish(pixels)

    def _publish(self, pixels):
        with self._changed:
            self._pixels, self._version = pixels, self._version + 1
            self._waiting.clear()
            self._changed.notify_all()

    def serve(self, sock):
        viewer = _Viewer(sock)
        self._greet(sock, viewer)
        writer = threading.Thread(target=self._write, args=(sock, viewer), daemon=True)
        writer.start()
        with self._changed:
            self._viewers.add(viewer)
        try:
            while (kind := viewer.take(1)[0]) in SIZES:
                self._hear(viewer, kind)
        except EOFError:
            pass
        finally:
            with self._changed:
                viewer.gone = True
                self._waiting.discard(viewer)
                self._viewers.discard(viewer)
                self._changed.notify_all()
            writer.join()

    def _greet(self, sock, viewer):
        sock.sendall(b"RFB 003.008\n")
        viewer.take(12)
        sock.sendall(b"\1\1")
        viewer.take(1)
        sock.sendall(bytes(4))
        viewer.take(1)
        rows, columns = viewer.size = self._size
        sock.sendall(struct.pack(">HH", columns * WIDTH, rows * HEIGHT)
                     + struct.pack(">BBBBHHHBBB3x", 32, 24, 0, 1, 255, 255, 255, 16, 8, 0) + struct.pack(">I", 5) + b"paper")

    def _hear(self, viewer, kind):
        if kind == 2:
            viewer.take(1)
            viewer.take(4 * struct.unpack(">H", viewer.take(2))[0])
            return
        message = viewer.take(SIZES[kind])
        if kind == KEY and message[0]:
            self.keys.append(struct.unpack(">xxxI", message)[0])
        if kind == UPDATE:
            with self._changed:
                self.requests += 1
                viewer.wants = True
                if not message[0]:
                    viewer.sent = 0
                if viewer.sent == self._version:
                    self._waiting.add(viewer)
                self._changed.notify_all()

    def _write(self, sock, viewer):
        while True:
            with self._changed:
                self._changed.wait_for(lambda: viewer.gone or viewer.wants and viewer.sent != self._version)
                if viewer.gone:
                    return
                pixels, size, viewer.sent, viewer.wants = self._pixels, self._size, self._version, False
            if size != viewer.size:
                # The client asks for all of it anew.
                viewer.size, viewer.sent = size, 0
                message = struct.pack(">BxHHHHHi", 0, 1, 0, 0, size[1] * WIDTH, size[0] * HEIGHT, DESKTOP_SIZE)
            else:
                message = struct.pack(">BxHHHHHi", 0, 1, 0, 0, size[1] * WIDTH, size[0] * HEIGHT, 0) + b"".join(pixels)
            try:
                sock.sendall(message)
            except OSError:
                return
            with self._changed:
                self._changed.notify_all()


class _Viewer:
    def __init__(self, sock):
        self._sock = sock
        self.sent, self.wants, self.gone, self.size = 0, False, False, None

    def take(self, size):
        return exactly(self._sock, size)
