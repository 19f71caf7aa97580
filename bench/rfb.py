# SPDX-License-Identifier: ISC
"""What a whole screen costs the RFB client, by encoding, beside what copying or inflating it costs.

Medians, in milliseconds of rfb_feed alone. Prints; judges nothing.
"""
import importlib.machinery
import importlib.util
import pathlib
import socket
import statistics
import struct
import sys
import tempfile
import threading
import time
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests/rfb")]

from dumping import Dump  # noqa: E402
import arguments  # noqa: E402

ROUNDS = 31
BAND = 16
SCREENS = [ROOT / f"tests/data/screens/{name}.png" for name in
           ("bochs1024-mc-lat15fixed16", "picture-window-manager", "picture-noise")]

_loader = importlib.machinery.SourceFileLoader("serve", str(ROOT / "tests/screens/serve"))
serve = importlib.util.module_from_spec(importlib.util.spec_from_loader("serve", _loader))
_loader.exec_module(serve)


class Plain:
    """Stands for a compressor that leaves all as it is."""

    @staticmethod
    def compress(data):
        return data

    @staticmethod
    def flush(_):
        return b""


def bands(screen, encoding):
    """(y, height, encoding's number, body) of each band of a screen; ZRLE's is not deflated yet."""
    width, height, rows = screen
    for y in range(0, height, BAND):
        code, body = serve.encode(encoding, serve.Format(), rows, 0, y, width,
                                  min(BAND, height - y), Plain)
        yield y, min(BAND, height - y), code, body[4:] if encoding == "zrle" else body


def updates(screen, encoding):
    """Messages that each draw all of the screen."""
    pieces = list(bands(screen, encoding))
    packer = zlib.compressobj()
    for _ in range(ROUNDS):
        message = struct.pack(">BxH", 0, len(pieces))
        for y, height, code, body in pieces:
            if encoding == "zrle":
                body = packer.compress(body) + packer.flush(zlib.Z_SYNC_FLUSH)
                body = struct.pack(">I", len(body)) + body
            message += struct.pack(">HHHHi", 0, y, screen[0], height, code) + body
        yield message


def answer(listener, screen, messages):
    """A server that answers each request with the next message."""
    connection, _ = listener.accept()
    with connection, connection.makefile("rb") as heard:
        connection.sendall(b"RFB 003.003\n\0\0\0\1" + struct.pack(">HH", *screen[:2]) +
                           bytes(16) + bytes(4))
        heard.read(12 + 1 + 20)
        heard.read(4 * struct.unpack(">xxH", heard.read(4))[0])
        for message in messages:
            heard.read(10)
            connection.sendall(message)
        heard.read()


def median_ms(function):
    """The median time of a call."""
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        function()
        times.append(1000 * (time.perf_counter() - begun))
    return statistics.median(times)


def client_ms(screen, encoding):
    """The median of the client's time for all of a screen, and the bytes of the last."""
    messages = list(updates(screen, encoding))
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{folder}/rfb")
        listener.listen()
        threading.Thread(target=answer, args=(listener, screen, messages), daemon=True).start()
        client = Dump(folder, f"{folder}/rfb", encoding)
        times = [int(client.wait("update")[3]) / 1000 for _ in range(ROUNDS - 1)]
        client.stop()
    return statistics.median(times), len(messages[-1])


def peers_ms(screen):
    """Copying the picture's pixels, and inflating what ZRLE makes of it, with the same zlib."""
    pixels = bytearray(4 * screen[0] * screen[1])
    packed = zlib.compress(b"".join(body for *_, body in bands(screen, "zrle")))
    return median_ms(lambda: bytes(pixels)), median_ms(lambda: zlib.decompress(packed))


def main(paths):
    for path in paths:
        screen = serve.png(path)
        copying, inflating = peers_ms(screen)
        print(f"{path.name} {screen[0]}x{screen[1]}: copying {copying:.2f} ms, "
              f"inflating {inflating:.2f} ms")
        for encoding in ("raw", "hextile", "zrle"):
            spent, received = client_ms(screen, encoding)
            print(f"  {encoding:8}{spent:7.2f} ms {received / 1024:8.0f} KiB")


main([path.resolve() for path in arguments.take(__doc__, png=SCREENS).png])
