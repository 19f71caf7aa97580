# SPDX-License-Identifier: ISC
"""One connection's byte stream, in the clear or inside TLS, with both directions of their own.

TLS runs over memory buffers and not over ssl.SSLSocket, for three reasons: the peer's close_notify
must end one direction only, we must be able to close with or without one of our own, and each
`send` must become a record of its own. Sockets never block; `wait` blocks, until data, a deadline,
or an `abort` (or `retire`, `break_off`) from another thread. Knows nothing of HTTP.

After `receive`, what arrived is in `inbound`, and `ended` says how the peer's direction ended:
None (it did not), "clean" (close_notify, or FIN in the clear) or "torn" (FIN inside TLS, reset).
"""
import select
import socket
import ssl
import struct
import time

CHUNK = 256 * 1024


class Gone(Exception):
    """The connection is of no use any more: closed, reset or broken."""


class Retired(Gone):
    """Whoever serves the connection ends it: what is left to do is to say so, in order."""


class Late(Exception):
    """The deadline passed."""


def exactly(sock, size):
    """The next `size` bytes of a socket; EOFError where they do not come."""
    data = b""
    while len(data) < size:
        piece = sock.recv(size - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


class Stream:
    """A connection in the clear."""

    encrypted = False

    def __init__(self, sock):
        sock.setblocking(False)
        if sock.family != socket.AF_UNIX:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = sock
        self.inbound = bytearray()
        self.outbound = bytearray()
        self.ended = None
        self.aborted = False
        self.retired = False
        self.broken = False
        self.link = None

    def fileno(self):
        return self.sock.fileno()

    def secure(self, deadline):
        """Make the connection ready for data; in the clear it is already."""

    def receive(self):
        """Take what has arrived, without blocking but on a network that stands still."""
        self.cross()
        try:
            data = self.sock.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError:
            self.ended = "torn"
            return
        if data:
            self._decode(data)
        elif self.ended is None:
            self._decode_end()

    def put(self, data):
        """Queue data for the peer."""
        self.outbound += data

    def flush(self):
        """Send what the socket takes now; true when nothing is left."""
        while self.outbound:
            self.cross()
            try:
                sent = self.sock.send(memoryview(self.outbound)[:CHUNK])
            except BlockingIOError:
                return False
            except OSError as error:
                raise Gone(str(error)) from error
            del self.outbound[:sent]
        return True

    def read(self, deadline=None):
        """Block until more has arrived or the peer's direction has ended."""
        before = len(self.inbound)
        while len(self.inbound) == before and self.ended is None:
            self.wait(select.POLLIN, deadline)
            self.receive()

    def send(self, data, deadline=None):
        """Queue data as a piece of its own and block until all of it is sent."""
        self.put(data)
        self.drain(deadline)

    def drain(self, deadline=None):
        while not self.flush():
            self.wait(select.POLLOUT, deadline)

    def wait(self, events, deadline=None):
        """Block until the socket is ready for the events; Late when the deadline comes first."""
        poll = select.poll()
        try:
            poll.register(self.sock, events)
        except ValueError:
            raise Gone("closed") from None
        left = None if deadline is None else max(0, deadline - time.monotonic()) * 1000
        if not poll.poll(left):
            raise Late()

    def finish(self, clean=True):
        """End our direction, in order or (inside TLS) without saying so; what is queued is sent."""
        try:
            if clean:
                self._encode_end()
            self.drain(time.monotonic() + 5)
            self.sock.shutdown(socket.SHUT_WR)
        except (Gone, Late, OSError):
            pass

    def linger(self, seconds):
        """After `finish`: discard what still arrives until the peer closes, so that no reset of
        ours overtakes what was sent."""
        deadline = time.monotonic() + seconds
        try:
            while time.monotonic() < deadline:
                self.wait(select.POLLIN, deadline)
                if not self.sock.recv(CHUNK):
                    return
        except (Late, Gone, OSError):
            pass

    def close(self):
        self.sock.close()

    def reset(self):
        """Close with a TCP reset."""
        try:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except OSError:
            pass
        self.sock.close()

    def cross(self):
        """Before bytes pass either way: wait while the network stands still; Gone when cut."""
        if self.link:
            self.link.wait(self)
        if self.broken:
            raise Gone("cut")

    def check(self):
        """Retired when whoever serves the connection ends it."""
        if self.retired:
            raise Retired("retired")

    def abort(self):
        """From any thread: make every present and future wait return, by ending both directions."""
        self.aborted = True
        self._shut(socket.SHUT_RDWR)

    def retire(self):
        """From any thread: whoever serves the connection ends it, as a server that stops does:
        nothing more is read or answered, and the end is in order."""
        self.retired = True
        self._shut(socket.SHUT_RD)

    def break_off(self):
        """From any thread: nothing passes any more, and the peer gets a reset."""
        self.broken = self.aborted = True
        try:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except OSError:
            pass
        self._shut(socket.SHUT_RD)

    def continue_from(self, other):
        """Take over what was decided about the same connection in another stream."""
        self.aborted, self.retired, self.broken = other.aborted, other.retired, other.broken

    def _shut(self, how):
        try:
            self.sock.shutdown(how)
        except OSError:
            pass
        if self.link:
            self.link.wake()

    def _decode(self, data):
        self.inbound += data

    def _decode_end(self):
        self.ended = "clean"

    def _encode_end(self):
        pass


class TlsStream(Stream):
    """A connection inside TLS, server side; `shape(stream)` is called with the server's first
    flight queued, for tests that want to spoil it."""

    encrypted = True

    def __init__(self, sock, context, shape=None):
        super().__init__(sock)
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._shape = shape
        self._secured = False

    def secure(self, deadline):
        """Shake hands; Gone when the peer does not agree."""
        while not self._secured:
            try:
                self._tls.do_handshake()
                self._secured = True
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLError as error:
                self._collect()
                self.finish(clean=False)
                raise Gone(f"handshake: {error}") from error
            self._collect()
            if self.outbound and self._shape:
                shape, self._shape = self._shape, None
                shape(self)
            self.drain(deadline)
            if not self._secured:
                self._feed(deadline)
        self._decrypt()

    def _feed(self, deadline):
        self.wait(select.POLLIN, deadline)
        self.cross()
        try:
            data = self.sock.recv(CHUNK)
        except OSError as error:
            raise Gone(str(error)) from error
        if not data:
            raise Gone("end of file in the handshake")
        self._incoming.write(data)

    def put(self, data):
        try:
            for start in range(0, len(data), CHUNK):
                self._tls.write(data[start:start + CHUNK])
        except ssl.SSLError as error:
            raise Gone(str(error)) from error
        self._collect()

    def _collect(self):
        if self._outgoing.pending:
            self.outbound += self._outgoing.read()

    def _decode(self, data):
        self._incoming.write(data)
        self._decrypt()

    def _decode_end(self):
        self._incoming.write_eof()
        self._decrypt()
        if self.ended is None:
            self.ended = "torn"

    def _decrypt(self):
        try:
            while True:
                data = self._tls.read(CHUNK)
                if not data:
                    break
                self.inbound += data
        except ssl.SSLWantReadError:
            return
        except ssl.SSLZeroReturnError:
            pass
        except ssl.SSLError:
            self.ended = "torn"
            return
        # Only close_notify makes read() return nothing or raise the zero-return error.
        self.ended = self.ended or "clean"

    def _encode_end(self):
        try:
            self._tls.unwrap()
        except ssl.SSLError:
            # The peer's own close_notify is not waited for.
            pass
        self._collect()
