# SPDX-License-Identifier: ISC
"""A small VNC server: RFB 3.3 to 3.8, no authentication, Raw encoding, a picture of its own.

The picture is eight colour bars with a white block that moves along the bottom, a step for each
incremental update asked for. What clients send is recorded in `events`, in order: dicts with a
`type` of version, init, pixel_format, encodings, update, key, pointer or cut, and the message's
fields. Its own tests hold it against RFC 6143.
"""
import select
import struct
import threading
import time

from . import backends
from .stream import exactly

BARS = ((255, 255, 255), (255, 255, 0), (0, 255, 255), (0, 255, 0),
        (255, 0, 255), (255, 0, 0), (0, 0, 255), (0, 0, 0))
BLOCK = 16
VERSIONS = {b"RFB 003.003\n": 3, b"RFB 003.007\n": 7, b"RFB 003.008\n": 8}
SECURITY_NONE = 1

# bits per pixel, depth, big-endian, true colour, three maxima, three shifts, padding
PIXEL_FORMAT = struct.Struct(">BBBBHHHBBB3x")
NATIVE = (32, 24, 0, 1, 255, 255, 255, 16, 8, 0)


class Rfb(backends.Backend):
    """`step` is the least time between two moves of the block, in seconds."""

    def __init__(self, width=320, height=200, title=None, step=0.04):
        super().__init__()
        self.width = width
        self.height = height
        self.events = []
        self.step = step
        self._title = title
        self._changed = threading.Condition()

    @property
    def title(self):
        return self._title or self.name or "guest"

    def serve(self, sock):
        Viewer(self, sock).run()

    def record(self, kind, **fields):
        with self._changed:
            self.events.append({"type": kind, **fields})
            self._changed.notify_all()

    def wait_for(self, kind, count=1, timeout=10):
        """The events of a kind, once there are `count` of them; fewer when time is up."""
        def found():
            return [event for event in self.events if event["type"] == kind]
        with self._changed:
            self._changed.wait_for(lambda: len(found()) >= count, timeout)
            return found()


class Viewer:
    """One client's session."""

    def __init__(self, server, sock):
        self._server = server
        self._sock = sock
        self._format = NATIVE
        self._position = 0
        self._moved = 0.0
        self._messages = {0: self._set_pixel_format, 2: self._set_encodings, 3: self._update,
                          4: self._key, 5: self._pointer, 6: self._cut}

    def run(self):
        try:
            self._greet()
            while True:
                kind = self._take(1)[0]
                if kind not in self._messages:
                    return
                self._messages[kind]()
        except EOFError:
            pass

    def _take(self, size):
        return exactly(self._sock, size)

    def _unpack(self, layout):
        return struct.unpack(layout, self._take(struct.calcsize(layout)))

    def _greet(self):
        self._sock.sendall(b"RFB 003.008\n")
        version = self._take(12)
        self._server.record("version", version=version)
        minor = VERSIONS.get(version, 3)
        if minor == 3:
            self._sock.sendall(struct.pack(">I", SECURITY_NONE))
        else:
            self._sock.sendall(bytes((1, SECURITY_NONE)))
            if self._take(1)[0] != SECURITY_NONE:
                raise EOFError
            if minor == 8:
                self._sock.sendall(struct.pack(">I", 0))
        self._server.record("init", shared=bool(self._take(1)[0]))
        title = self._server.title.encode()
        self._sock.sendall(struct.pack(">HH", self._server.width, self._server.height)
                           + PIXEL_FORMAT.pack(*NATIVE) + struct.pack(">I", len(title)) + title)

    def _set_pixel_format(self):
        self._take(3)
        self._format = PIXEL_FORMAT.unpack(self._take(PIXEL_FORMAT.size))
        self._server.record("pixel_format", format=self._format)

    def _set_encodings(self):
        (count,) = self._unpack(">xH")
        self._server.record("encodings", encodings=list(self._unpack(f">{count}i")))

    def _key(self):
        down, key = self._unpack(">B2xI")
        self._server.record("key", down=bool(down), key=key)

    def _pointer(self):
        buttons, x, y = self._unpack(">BHH")
        self._server.record("pointer", buttons=buttons, x=x, y=y)

    def _cut(self):
        (size,) = self._unpack(">3xI")
        self._server.record("cut", text=self._take(size))

    def _update(self):
        incremental, x, y, width, height = self._unpack(">BHHHH")
        self._server.record("update", incremental=bool(incremental), area=(x, y, width, height))
        width = max(0, min(width, self._server.width - x))
        height = max(0, min(height, self._server.height - y))
        if incremental:
            self._pause()
            # Only the strip in which the block moves has changed.
            bottom = y + height
            y = max(y, min(bottom, self._server.height - BLOCK))
            height = bottom - y
            self._position = (self._position + BLOCK // 4) % max(1, self._server.width - BLOCK)
        strip = max(0, y + height - max(y, self._server.height - BLOCK))
        pixels = self._row(x, width) * (height - strip) + self._row(x, width, block=True) * strip
        self._sock.sendall(struct.pack(">BxHHHHHi", 0, 1, x, y, width, height, 0) + pixels)

    def _pause(self):
        left = self._moved + self._server.step - time.monotonic()
        if left > 0:
            # A viewer that goes away, or has more to say, is not kept waiting.
            select.select([self._sock], [], [], left)
        self._moved = time.monotonic()

    def _row(self, x, width, block=False):
        """A row of the bars, or of the strip at the bottom, where the block is."""
        colours = [self._pixel(colour) for colour in BARS]
        white = self._pixel((255, 255, 255))
        covered = range(self._position, self._position + BLOCK) if block else ()
        return b"".join(white if column in covered else
                        colours[column * len(BARS) // self._server.width]
                        for column in range(x, x + width))

    def _pixel(self, colour):
        bits, _, big_endian, _, *rest = self._format
        maxima, shifts = rest[:3], rest[3:]
        value = sum((part * maximum // 255) << shift
                    for part, maximum, shift in zip(colour, maxima, shifts))
        return value.to_bytes(bits // 8, "big" if big_endian else "little")
