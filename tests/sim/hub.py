# SPDX-License-Identifier: ISC
"""One stream shared by several clients, as vncterm shares a guest's console.

What the stream says goes to all clients; what any client says goes to the stream. At most eight
clients: a ninth is accepted and closed. A client that ends its direction is closed, with whatever
it had not yet read, unless `keep_half_closed`. A slow client holds the stream up once its queue is
full, so that nothing is lost; vncterm's own queue has no limit.
"""
import os
import select
import socket
import threading

CLIENTS = 8
QUEUE = 4 * 1024 * 1024
CHUNK = 64 * 1024


class Hub:
    """Owns `upstream` (anything with fileno and close) and a thread until `stop`."""

    def __init__(self, upstream, keep_half_closed=False):
        self.over = False
        self._upstream = upstream
        self._keep = keep_half_closed
        self._to_upstream = bytearray()
        self._queues = {}
        self._half_closed = set()
        self._ended = False
        self._lock = threading.Lock()
        self._stopping = False
        self._waker, self._wake = socket.socketpair()
        os.set_blocking(upstream.fileno(), False)
        self._thread = threading.Thread(target=self._run, daemon=True, name="hub")
        self._thread.start()

    def connect(self):
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with self._lock:
            if self.over or self._ended or len(self._queues) >= CLIENTS:
                ours.close()
            else:
                self._queues[ours] = bytearray()
        self._nudge()
        return theirs

    @property
    def clients(self):
        with self._lock:
            return len(self._queues)

    def disconnect(self):
        with self._lock:
            for client in list(self._queues):
                self._drop(client)
        self._nudge()

    def stop(self):
        self._stopping = True
        self._nudge()
        self._thread.join()

    def _nudge(self):
        try:
            self._waker.send(b"x")
        except OSError:
            pass

    def _run(self):
        try:
            while not self._stopping and self._turn():
                pass
        finally:
            self.over = True
            self.disconnect()
            self._upstream.close()
            self._wake.close()
            self._waker.close()

    def _turn(self):
        with self._lock:
            poll = self._interest()
        ready = dict(poll.poll())
        if self._wake.fileno() in ready:
            self._wake.recv(CHUNK)
        with self._lock:
            for client in list(self._queues):
                self._serve(client, ready.get(client.fileno(), 0))
            events = ready.get(self._upstream.fileno(), 0)
            if events & select.POLLOUT:
                self._write_upstream()
            if events & ~select.POLLOUT:
                self._read_upstream()
            return not self._ended or any(self._queues.values())

    def _interest(self):
        poll = select.poll()
        poll.register(self._wake, select.POLLIN)
        full = any(len(queue) >= QUEUE for queue in self._queues.values())
        wanted = 0 if full or self._ended else select.POLLIN
        wanted |= select.POLLOUT if self._to_upstream else 0
        if wanted:
            poll.register(self._upstream, wanted)
        for client, queue in self._queues.items():
            wanted = select.POLLOUT if queue else 0
            if client not in self._half_closed and len(self._to_upstream) < CHUNK:
                wanted |= select.POLLIN
            poll.register(client, wanted)
        return poll

    def _serve(self, client, events):
        queue = self._queues[client]
        try:
            if events & select.POLLOUT:
                del queue[:client.send(memoryview(queue)[:CHUNK])]
            if events & select.POLLIN:
                data = client.recv(CHUNK)
                self._to_upstream += data
                if not data:
                    self._half_closed.add(client)
            if events & (select.POLLHUP | select.POLLERR) or (
                    client in self._half_closed and not self._keep):
                self._drop(client)
        except BlockingIOError:
            pass
        except OSError:
            self._drop(client)

    def _drop(self, client):
        del self._queues[client]
        self._half_closed.discard(client)
        client.close()

    def _write_upstream(self):
        try:
            sent = os.write(self._upstream.fileno(), memoryview(self._to_upstream)[:4096])
            del self._to_upstream[:sent]
        except BlockingIOError:
            pass
        except OSError:
            self._to_upstream.clear()

    def _read_upstream(self):
        try:
            data = os.read(self._upstream.fileno(), CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._ended = True
            self._to_upstream.clear()
        for queue in self._queues.values():
            queue += data
