# SPDX-License-Identifier: ISC
"""What stands behind a console: the simple ones, each with a thread per client.

A backend has `connect()`, which gives a connected socket or None when nothing answers there;
`disconnect()`, which ends its present clients as the end of a domain does; and `stop()`, after
which no thread and no child is left. A client's end of file is carried to it as one direction's
end only. One may have `serve_directly(sock)` as well: where a client's connection is in the clear it
gets that connection itself, in the thread that answered CONNECT, and blocks until it is over. Then
nothing stands in between: no faults of consoles, no idle limit, no mode of the network. Knows
nothing of consoles, pools or the wire.
"""
import os
import random
import select
import socket
import subprocess
import threading
import time

from . import hub

CHUNK = 64 * 1024


class Backend:
    """Serves every client with `serve(sock)` in a thread of its own."""

    def __init__(self):
        self.name = None
        self._lock = threading.Lock()
        self._served = {}

    def connect(self):
        ours, theirs = socket.socketpair()
        thread = threading.Thread(target=self._run, args=(ours,), daemon=True,
                                  name=f"backend {type(self).__name__}")
        with self._lock:
            # Only threads that run are to be found by `disconnect`.
            thread.start()
            self._served[ours] = thread
        return theirs

    @property
    def clients(self):
        """How many are connected now."""
        with self._lock:
            return len(self._served)

    def serve(self, sock):
        """Talk to one client; the socket is closed afterwards."""
        raise NotImplementedError

    def disconnect(self):
        with self._lock:
            served = dict(self._served)
        for sock in served:
            _shut(sock)
        for thread in served.values():
            if thread is not threading.current_thread():
                thread.join(5)

    def stop(self):
        self.disconnect()

    def _run(self, sock):
        try:
            self.serve(sock)
        except (OSError, EOFError):
            # The client, or the domain, went away.
            pass
        finally:
            with self._lock:
                self._served.pop(sock, None)
            sock.close()


class Script(Backend):
    """Runs `dialogue(sock)` for every client."""

    def __init__(self, dialogue):
        super().__init__()
        self.serve = dialogue


class Echo(Backend):
    """Sends back what it gets, and ends when the client's direction has ended."""

    def __init__(self, change=bytes):
        super().__init__()
        self._change = change

    def serve(self, sock):
        while data := sock.recv(CHUNK):
            sock.sendall(self._change(data))


class Sink(Backend):
    """Records all that it gets in `received`; `ended` is set when a client's direction has ended.

    With a `rate` it takes that many bytes a second for the first `slow_for` seconds of a client,
    or always, behind small buffers, so that the slowness is felt at the other end.
    """

    def __init__(self, rate=None, slow_for=None):
        super().__init__()
        self.received = bytearray()
        self.ended = threading.Event()
        self._rate = rate
        self._slow_for = slow_for
        self._grown = threading.Condition()

    def connect(self):
        theirs = super().connect()
        if self._rate:
            theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        return theirs

    def serve(self, sock):
        fast_from = time.monotonic() + self._slow_for if self._slow_for else None
        slow = bool(self._rate)
        while True:
            slow = slow and (fast_from is None or time.monotonic() < fast_from)
            data = sock.recv(max(1, self._rate // 1000) if slow else CHUNK)
            with self._grown:
                self.received += data
                self._grown.notify_all()
            if not data:
                self.ended.set()
                return
            if slow:
                time.sleep(len(data) / self._rate)

    def wait_for(self, size, timeout=10):
        """True when at least `size` bytes have come, waiting for them if need be."""
        with self._grown:
            return self._grown.wait_for(lambda: len(self.received) >= size, timeout)


class Source(Backend):
    """Sends `data` (or `size` bytes that depend on `seed` alone), then ends or stays."""

    def __init__(self, data=None, size=0, seed=0, stay=False):
        super().__init__()
        self.data = random.Random(seed).randbytes(size) if data is None else data
        self._stay = stay

    def serve(self, sock):
        sock.sendall(self.data)
        if self._stay:
            while sock.recv(CHUNK):
                pass


class Command(Backend):
    """Runs a command for every client: what it prints is the console's, which then ends or stays; what is typed is
    dropped. In the clear it prints into the client's connection itself, at the cost of no one else."""

    def __init__(self, *words, stay=False):
        super().__init__()
        self._words = words
        self._stay = stay

    def serve_directly(self, sock):
        with self._lock:
            self._served[sock] = threading.current_thread()
        self._run(sock)

    def serve(self, sock):
        with subprocess.Popen(self._words, stdin=subprocess.DEVNULL, stdout=sock.fileno(),
                              stderr=subprocess.DEVNULL) as process:
            ended = os.pidfd_open(process.pid)
            try:
                # A connection that is over on both sides is reported unasked; a client's half of its end is none.
                watched = select.poll()
                watched.register(ended, select.POLLIN)
                watched.register(sock, 0)
                watched.poll()
            finally:
                process.kill()
                os.close(ended)
        while self._stay and sock.recv(CHUNK):
            pass


class Dead(Backend):
    """Nothing answers: the server has said 200 by the time it finds out."""

    def connect(self):
        return None


class Socket(Backend):
    """A real backend at a TCP address (host, port) or the path of a unix socket.

    `shared` keeps one connection for all clients, as for a serial port that takes a single one;
    otherwise every client has a connection of its own, as for a VNC server.
    """

    def __init__(self, address, shared=False):
        super().__init__()
        self._address = address
        self._shared = shared
        self._hub = None

    def connect(self):
        if not self._shared:
            return self._dial()
        with self._lock:
            if self._hub is None or self._hub.over:
                upstream = self._dial()
                if upstream is None:
                    return None
                self._hub = hub.Hub(upstream)
            return self._hub.connect()

    @property
    def clients(self):
        """How many share the connection."""
        return self._hub.clients if self._hub else 0

    def disconnect(self):
        if self._hub:
            self._hub.disconnect()

    def stop(self):
        if self._hub:
            self._hub.stop()

    def _dial(self):
        is_path = isinstance(self._address, str)
        try:
            if not is_path:
                return socket.create_connection(self._address, timeout=5)
            sock = socket.socket(socket.AF_UNIX)
            sock.connect(self._address)
            return sock
        except OSError:
            return None


def _shut(sock):
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
