# SPDX-License-Identifier: ISC
"""As much of the X protocol as it takes to draw on a root window: no library, no window manager.

Everything is drawn before the call returns, since a reply to a later question has come.
"""
import socket
import struct

_ROWS_MAX = 200000  # bytes of a PutImage; servers take at least 262140
_GET_INPUT_FOCUS = 43


class Drawing:
    """The root window of display number `number`, of 24 bits a pixel."""

    def __init__(self, number):
        self.number = number
        self._socket = socket.socket(socket.AF_UNIX)
        path = f"/tmp/.X11-unix/X{number}"
        try:
            # The name that is no file: a server of the same number that is ending removes the file,
            # whoever's it is (those that choose their number take no lock).
            self._socket.connect(f"\0{path}")
        except ConnectionRefusedError:
            self._socket.connect(path)
        self._socket.sendall(struct.pack("<BxHHHHxx", ord("l"), 11, 0, 0, 0))
        status, length = struct.unpack("<BxxxxxH", self._receive(8))
        body = self._receive(4 * length)
        assert status == 1, body
        base, vendor, formats = struct.unpack_from("<4xI8xH3xB", body, 0)[:1] + \
            struct.unpack_from("<H", body, 16) + struct.unpack_from("<B", body, 21)
        screen = 32 + (vendor + 3) // 4 * 4 + 8 * formats
        self.root, = struct.unpack_from("<I", body, screen)
        self.width, self.height = struct.unpack_from("<HH", body, screen + 20)
        assert body[screen + 38] == 24
        self._gc = base
        self._send(55, 0, struct.pack("<III", self._gc, self.root, 0))

    def close(self):
        self._socket.close()

    def _receive(self, size):
        data = b""
        while len(data) < size:
            more = self._socket.recv(size - len(data))
            assert more, "the X server is gone"
            data += more
        return data

    def _send(self, opcode, detail, body):
        self._socket.sendall(struct.pack("<BBH", opcode, detail, 1 + len(body) // 4) + body)

    def _sync(self):
        self._send(_GET_INPUT_FOCUS, 0, b"")
        while (answer := self._receive(32))[0] != 1:
            assert answer[0] != 0, f"X error {answer[1]}"

    def put(self, image, x=0, y=0):
        """Draws a PIL image."""
        rows = max(1, _ROWS_MAX // (4 * image.width))
        for top in range(0, image.height, rows):
            part = image.crop((0, top, image.width, min(top + rows, image.height)))
            data = part.convert("RGB").tobytes("raw", "BGRX")
            self._send(72, 2, struct.pack("<IIHHhhBBxx", self.root, self._gc, part.width,
                                          part.height, x, y + top, 0, 24) + data)
        self._sync()

    def copy(self, box, x, y):
        """Copies what is in a box (left, top, width, height) to another place."""
        left, top, width, height = box
        self._send(62, 0, struct.pack("<IIIhhhhHH", self.root, self.root, self._gc, left, top, x,
                                      y, width, height))
        self._sync()

    def bell(self):
        self._send(104, 0, b"")
        self._sync()
