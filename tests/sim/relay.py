# SPDX-License-Identifier: ISC
"""Moving bytes between a client and a console's backend.

Each direction ends by itself: the client's close_notify reaches the backend as the end of what it
reads, while what the backend still says is delivered; the backend's end becomes a close_notify.
Memory is bounded: a side is read only while less than CHUNK waits for the other. Never decides
who may talk to whom.
"""
import select
import socket
import time

from .stream import CHUNK, Gone

LINGER = 2


def relay(stream, backend, shaper, watch):
    """Move bytes both ways until the console or the connection ends, or has been idle for too long
    for `watch` (idle.Watch); `shaper` says what becomes of the console's output."""
    backend.setblocking(False)
    flow = _Flow(stream, backend, shaper, watch)
    try:
        while not flow.over and not watch.over:
            flow.turn(watch.due)
        shaper.end(stream)
        end(stream)
    except Gone:
        pass


def end(stream):
    """End our direction in order, and wait a little for the client to end its own."""
    stream.finish()
    stream.linger(LINGER)


class _Flow:
    """The state of one relay."""

    def __init__(self, stream, backend, shaper, watch):
        self._stream = stream
        self._watch = watch
        self._seen = 0                # how much of what came from the client the watch knows
        self._backend = backend
        self._shaper = shaper
        self._held = bytearray()      # from the backend, not yet given to the stream
        self._backend_ended = False
        self._input_closed = False

    @property
    def over(self):
        if self._shaper.reached:
            return not self._stream.outbound
        return self._backend_ended and not self._held and not self._stream.outbound

    def turn(self, deadline):
        """Wait for something to do and do it."""
        self._move_out()
        if self.over:
            return
        stream = self._stream
        for fd, events in self._poll(deadline):
            if fd == stream.fileno():
                if events & ~select.POLLOUT:
                    stream.receive()
            elif events & ~select.POLLOUT:
                self._read_backend()
        self._watch.sent(bytes(stream.inbound[self._seen:]))
        self._seen = len(stream.inbound)
        self._move_in()
        stream.flush()
        if stream.ended == "torn" and not stream.outbound and stream.aborted:
            raise Gone("cut")

    def _poll(self, deadline):
        stream, poll = self._stream, select.poll()
        wanted = select.POLLOUT if stream.outbound else 0
        if stream.ended is None and len(stream.inbound) < CHUNK:
            wanted |= select.POLLIN
        if wanted:
            poll.register(stream, wanted)
        wanted = select.POLLOUT if stream.inbound and not self._input_closed else 0
        if not self._backend_ended and len(self._held) + len(stream.outbound) < CHUNK:
            wanted |= select.POLLIN
        if wanted:
            poll.register(self._backend, wanted)
        due = [moment for moment in (deadline, self._shaper.due(self._held)) if moment is not None]
        return poll.poll(max(0, min(due) - time.monotonic()) * 1000 + 1 if due else None)

    def _read_backend(self):
        try:
            data = self._backend.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        self._held += data
        self._backend_ended = not data

    def _move_out(self):
        while piece := self._shaper.next(self._held):
            self._stream.put(piece)

    def _move_in(self):
        stream = self._stream
        try:
            while stream.inbound and not self._input_closed:
                with memoryview(stream.inbound) as data:
                    sent = self._backend.send(data[:CHUNK])
                del stream.inbound[:sent]
                self._seen -= sent
            if stream.ended and not stream.inbound and not self._input_closed:
                self._input_closed = True
                self._backend.shutdown(socket.SHUT_WR)
        except BlockingIOError:
            pass
        except OSError:
            # The backend takes nothing any more; what it has said is still delivered.
            self._input_closed = True
        if self._input_closed:
            stream.inbound.clear()
            self._seen = 0
