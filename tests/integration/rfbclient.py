# SPDX-License-Identifier: ISC
"""As much of a VNC viewer as tests need (RFC 6143): the greeting, a picture, keys, and the reason
for being turned away.

Connects to what xencon prints: a vnc:// URL, or a socket's path. Waits with a generous limit, so
that what never comes fails a test by name and does not hang it.
"""
import socket
import struct
import urllib.parse

import harness

VERSION_3_8 = b"RFB 003.008\n"
VERSION_3_3 = b"RFB 003.003\n"
SECURITY_NONE = 1


def connect(where):
    """A connected socket."""
    if "://" not in where:
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(harness.PATIENCE)
        sock.connect(where)
        return sock
    url = urllib.parse.urlsplit(where)
    assert url.scheme == "vnc"
    return socket.create_connection((url.hostname, url.port), timeout=harness.PATIENCE)


class Viewer:
    """Connected when it is made, attached to a picture after `greet`."""

    def __init__(self, where):
        self.sock = where if isinstance(where, socket.socket) else connect(where)
        self.width = self.height = 0
        self.title = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.sock.close()

    def reset(self):
        """Close as a viewer that crashed with input unread: the other side gets a reset."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def read(self, size):
        data = bytearray()
        while len(data) < size:
            more = self.sock.recv(size - len(data))
            assert more, f"the server ended after {len(data)} bytes of {size}"
            data += more
        return bytes(data)

    def read_all(self):
        """What comes up to the end; a reset is an end as well."""
        data = bytearray()
        try:
            while more := self.sock.recv(1 << 20):
                data += more
        except ConnectionResetError:
            pass
        return bytes(data)

    def unpack(self, layout):
        return struct.unpack(layout, self.read(struct.calcsize(layout)))

    def send(self, data):
        self.sock.sendall(data)

    def greet(self, version=VERSION_3_8):
        """Go through the handshake, to the picture's size and title."""
        assert self.read(12) == VERSION_3_8
        self.send(version)
        if version == VERSION_3_3:
            assert self.unpack(">I") == (SECURITY_NONE,)
        else:
            assert SECURITY_NONE in self.read(self.read(1)[0])
            self.send(bytes([SECURITY_NONE]))
            assert self.unpack(">I") == (0,)
        self.send(b"\1")
        self.width, self.height = self.unpack(">HH")
        self.read(16)
        self.title = self.read(*self.unpack(">I")).decode()
        return self

    def picture(self):
        """The whole picture, as rows of (red, green, blue)."""
        self.send(struct.pack(">BBHHHH", 3, 0, 0, 0, self.width, self.height))
        kind, count = self.unpack(">BxH")
        assert (kind, count) == (0, 1)
        *place, encoding = self.unpack(">HHHHi")
        assert (place, encoding) == ([0, 0, self.width, self.height], 0)
        data = self.read(4 * self.width * self.height)
        pixels = [(data[at + 2], data[at + 1], data[at]) for at in range(0, len(data), 4)]
        return [pixels[at:at + self.width] for at in range(0, len(pixels), self.width)]

    def key(self, symbol):
        for down in (1, 0):
            self.send(struct.pack(">BBxxI", 4, down, symbol))

    def refusal(self):
        """Why the server will not have us, as a viewer finds it out: to the end of the stream."""
        greeting = self.read(12)
        assert greeting == VERSION_3_3, greeting
        self.send(greeting)
        assert self.unpack(">I") == (0,)
        reason = self.read(*self.unpack(">I")).decode()
        assert self.read_all() == b""
        return reason
