# SPDX-License-Identifier: ISC
"""A console whose guest is the test itself, word by word.

Owns the guest's end of one client's connection. Waits with a generous limit, so that a word that
never comes fails the test by name and does not hang it.
"""
import socket
import threading
import time

import harness
import ptys
import sim
from sim.stream import Stream, TlsStream


class Puppet(sim.Backend):
    """`say` and `hear` in any order; the console ends with `end`, or with the pool."""

    def __init__(self):
        super().__init__()
        self._connected = threading.Event()
        self._over = threading.Event()
        self._sock = None
        self._heard = bytearray()

    def serve(self, sock):
        sock.settimeout(harness.PATIENCE)
        self._sock = sock
        self._connected.set()
        self._over.wait()

    def disconnect(self):
        self._over.set()
        super().disconnect()

    @property
    def sock(self):
        """The guest's end, as soon as somebody is attached."""
        assert self._connected.wait(harness.PATIENCE), "nobody attached to the console"
        return self._sock

    def say(self, data):
        self.sock.sendall(data)

    def hear(self, size):
        """The next `size` bytes of input."""
        while len(self._heard) < size:
            data = self.sock.recv(65536)
            assert data, f"the input ended after {bytes(self._heard)!r}"
            self._heard += data
        heard = bytes(self._heard[:size])
        del self._heard[:size]
        return heard

    def hear_all(self):
        """All input up to its end."""
        while data := self.sock.recv(65536):
            self._heard += data
        heard, self._heard = bytes(self._heard), bytearray()
        return heard

    def end(self):
        """The console ends, in order."""
        self._over.set()


class Deaf(sim.Sink):
    """Says its words, and hears nothing before `listen` is set."""

    def __init__(self, words, listen):
        super().__init__()
        self._words, self._listen = words, listen

    def serve(self, sock):
        sock.sendall(self._words)
        self._listen.wait(harness.PATIENCE)
        super().serve(sock)


class Bare:
    """A listener for consoles alone, at another place than the pool's, that gives the test the
    connection behind CONNECT: for what no pool does by itself, as ending one direction only."""

    REPLY = b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nCache-Control: no-cache, no-store\r\n\r\n"

    def __init__(self, pool, window=None):
        """The pool has two hosts; the console of a new VM "web01" on the second is here. With a
        `window` so many bytes, or little more, are taken before the test reads."""
        self._context = pool.hosts[1].tls_context
        self._listener = socket.socket()
        if window:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
        self._listener.bind(("127.0.0.2", 0))
        self._listener.listen()
        self._listener.settimeout(harness.PATIENCE)
        port = self._listener.getsockname()[1]
        pool.add_vm("web01", host=pool.hosts[1],
                    location=f"{{scheme}}://{{address}}:{port}/console?uuid={{uuid}}")

    def accept(self):
        """The next client's stream, past our reply."""
        sock = self._listener.accept()[0]
        stream = TlsStream(sock, self._context) if self._context else Stream(sock)
        stream.secure(_soon())
        while not stream.inbound.endswith(b"\r\n\r\n"):
            stream.read(_soon())
        assert stream.inbound.startswith(b"CONNECT ")
        stream.inbound.clear()
        stream.send(self.REPLY)
        return stream

    def close(self):
        self._listener.close()


def hear(stream, size):
    """The next `size` bytes of input of a client of Bare's."""
    while len(stream.inbound) < size:
        stream.read(_soon())
        assert not stream.ended or len(stream.inbound) >= size, "the input ended too early"
    heard = bytes(stream.inbound[:size])
    del stream.inbound[:size]
    return heard


def hear_until(stream, text):
    """The input up to and with `text`."""
    while not stream.inbound.endswith(text):
        assert not stream.ended, "the input ended too early"
        stream.read(_soon())
    return bytes(stream.inbound)


def hear_all(stream):
    """The input up to its end, and how that came: "clean" or "torn"."""
    while not stream.ended:
        stream.read(_soon())
    return bytes(stream.inbound), stream.ended


def _soon():
    return time.monotonic() + harness.PATIENCE


def assert_input_ends_first(process, console):
    """What is typed ends, and the console hears that; it is heard itself until it ends."""
    process.stdin.write(b"last words")
    process.stdin.close()
    assert hear_all(console) == (b"last words", "clean")
    for number in range(20):
        console.send(b"%03d" % number)
        assert ptys.read_exactly(process.stdout.fileno(), 3) == b"%03d" % number
    console.finish()
    assert ptys.read_all(process.stdout.fileno()) == b""
    assert harness.finish(process) == 0


def assert_console_ends_first(process, console):
    """The console ends, and the reader sees that; what is typed reaches it until that ends."""
    console.send(b"last words")
    console.finish()
    assert ptys.read_all(process.stdout.fileno()) == b"last words"
    for number in range(20):
        ptys.write_all(process.stdin.fileno(), b"%03d" % number)
        assert hear(console, 3) == b"%03d" % number
    process.stdin.close()
    assert harness.finish(process) == 0
    assert hear_all(console) == (b"", "clean")
