# SPDX-License-Identifier: ISC
"""The VNC server of our own, against RFC 6143."""
import struct

import pytest

import sim

FORMAT = struct.Struct(">BBBBHHHBBB3x")


@pytest.fixture
def server():
    rfb = sim.Rfb(width=160, height=40, title="picture", step=0)
    yield rfb
    rfb.stop()


class Viewer:
    def __init__(self, server, version=b"RFB 003.008\n"):
        self.sock = server.connect()
        self.sock.settimeout(10)
        assert self.take(12) == b"RFB 003.008\n"
        self.sock.sendall(version)
        if version == b"RFB 003.003\n":
            assert self.unpack(">I") == (1,)
        else:
            assert self.take(2) == b"\1\1"
            self.sock.sendall(b"\1")
            if version == b"RFB 003.008\n":
                assert self.unpack(">I") == (0,)
        self.sock.sendall(b"\1")
        self.width, self.height = self.unpack(">HH")
        self.format = FORMAT.unpack(self.take(16))
        self.title = self.take(self.unpack(">I")[0])

    def take(self, size):
        data = b""
        while len(data) < size:
            piece = self.sock.recv(size - len(data))
            assert piece
            data += piece
        return data

    def unpack(self, layout):
        return struct.unpack(layout, self.take(struct.calcsize(layout)))

    def update(self, incremental=0, x=0, y=0, width=None, height=None, depth=4):
        self.sock.sendall(struct.pack(">BBHHHH", 3, incremental, x, y,
                                      width or self.width, height or self.height))
        kind, count, *area, encoding = self.unpack(">BxHHHHHi")
        assert (kind, count, encoding) == (0, 1, 0)
        return tuple(area), self.take(area[2] * area[3] * depth)


@pytest.mark.parametrize("version", [b"RFB 003.003\n", b"RFB 003.007\n", b"RFB 003.008\n"])
def test_greeting(version, server):
    viewer = Viewer(server, version)
    assert (viewer.width, viewer.height, viewer.title) == (160, 40, b"picture")
    assert viewer.format == (32, 24, 0, 1, 255, 255, 255, 16, 8, 0)
    assert server.wait_for("init")[0]["shared"] is True
    viewer.sock.close()


def test_the_picture(server):
    viewer = Viewer(server)
    area, pixels = viewer.update()
    assert area == (0, 0, 160, 40)
    colours = [pixels[column * 4:column * 4 + 3] for column in range(10, 160, 20)]
    # Blue, green, red, as the server's own format is little-endian.
    assert colours == [b"\xff\xff\xff", b"\x00\xff\xff", b"\xff\xff\x00", b"\x00\xff\x00",
                       b"\xff\x00\xff", b"\x00\x00\xff", b"\xff\x00\x00", b"\x00\x00\x00"]
    part, some = viewer.update(x=30, y=5, width=4, height=2)
    assert part == (30, 5, 4, 2) and some == (b"\x00\xff\xff\x00" * 4) * 2
    viewer.sock.close()


def test_something_moves(server):
    viewer = Viewer(server)
    area, first = viewer.update(incremental=1)
    assert area == (0, 24, 160, 16)
    _, second = viewer.update(incremental=1)
    assert first != second
    viewer.sock.close()


def test_another_pixel_format(server):
    viewer = Viewer(server)
    viewer.sock.sendall(b"\0\0\0\0" + FORMAT.pack(16, 16, 1, 1, 31, 63, 31, 11, 5, 0))
    _, pixels = viewer.update(depth=2, height=1)
    assert pixels[:2] == b"\xff\xff" and pixels[50:52] == b"\xff\xe0"
    viewer.sock.sendall(b"\0\0\0\0" + FORMAT.pack(8, 8, 0, 1, 7, 7, 3, 0, 3, 6))
    _, pixels = viewer.update(depth=1, height=1)
    assert pixels[0] == 0xff and pixels[25] == 0x3f
    viewer.sock.close()


def test_input_is_recorded(server):
    viewer = Viewer(server)
    viewer.sock.sendall(struct.pack(">BBHI", 4, 1, 0, 0xff0d) + struct.pack(">BBHH", 5, 1, 12, 34)
                        + struct.pack(">BBHii", 2, 0, 2, 0, -239)
                        + struct.pack(">B3xI", 6, 5) + b"hello")
    assert server.wait_for("cut")[0]["text"] == b"hello"
    assert server.wait_for("key") == [{"type": "key", "down": True, "key": 0xff0d}]
    assert server.wait_for("pointer") == [{"type": "pointer", "buttons": 1, "x": 12, "y": 34}]
    assert server.wait_for("encodings")[0]["encodings"] == [0, -239]
    viewer.sock.close()


def test_through_the_pool(tls_pool, connect):
    vm = tls_pool.add_vm("web01")
    connection = connect(tls_pool.coordinator).open(vm.console("rfb"))
    assert connection.take(12) == b"RFB 003.008\n"
    connection.send(b"RFB 003.008\n\1\1" + struct.pack(">BBHHHH", 3, 0, 0, 0, 320, 200))
    connection.take(2 + 4 + 4 + 16 + 4 + len("web01") + 16)
    assert len(connection.take(320 * 200 * 4)) == 256000
    assert vm.rfb_backend.clients == 1
