# SPDX-License-Identifier: ISC
"""What a host's TLS front end and its xapi are doing: up, dead, starting, or waiting for another.

Owns the states in which a host answers otherwise than a host of a healthy pool, and the waiting of
connections for their end. Who is coordinator is the pool's; calls and their results are elsewhere.
"""
import select
import socket
import threading

from .stream import Gone, Retired

_VALUES = {"front": ("up", "handshake", "after", "reset"), "xapi": ("up", "reset", "eof", "wait")}


class Waiters:
    """Connections whose requests wait until something changes at a host or in the pool."""

    def __init__(self):
        self._lock = threading.Lock()
        self._wakers = set()

    def wake(self):
        with self._lock:
            for waker in self._wakers:
                try:
                    waker.send(b"x")
                except OSError:
                    # Its buffer is full of earlier ones.
                    pass

    def until(self, stream, ready):
        """Block until `ready()`, looked at after each change; Gone when the client leaves."""
        if ready():
            return
        waker, wake = socket.socketpair()
        waker.setblocking(False)
        with self._lock:
            self._wakers.add(waker)
        try:
            while not ready():
                stream.check()
                poll = select.poll()
                poll.register(stream.sock, select.POLLRDHUP)
                poll.register(wake, select.POLLIN)
                if stream.fileno() in dict(poll.poll()):
                    stream.check()
                    raise Gone("the client left")
                wake.recv(4096)
        finally:
            with self._lock:
                self._wakers.discard(waker)
            waker.close()
            wake.close()


class Life:
    """A host's state; `set` changes it.

    front    up; handshake, after: the front end accepts and ends in or right after the handshake; reset: there
             it resets, which a client may see already when it sends
    xapi     up; reset, eof: the first request gets that; wait: it is answered once xapi is up
    hangs    calls with a session, and CONNECT, are not answered before this ends
    error    an ApiError that every call gets
    tied     a supporter that has just started: it cannot finish while the coordinator is gone
    """

    def __init__(self, host):
        self._host = host
        self.front = "up"
        self.xapi = "up"
        self.hangs = False
        self.error = None
        self.tied = False

    def set(self, **state):
        for name, value in state.items():
            if name not in vars(self) or value not in _VALUES.get(name, (value,)):
                raise ValueError(f"a host has no {name} {value!r}")
            setattr(self, name, value)
        self._host.pool.waiters.wake()

    @property
    def dead(self):
        """Nobody behind the front end."""
        return self.front != "up"

    @property
    def lost(self):
        """A supporter whose coordinator is dead."""
        coordinator = self._host.pool.coordinator
        return coordinator is not self._host and coordinator.life.dead

    @property
    def starting(self):
        return self.xapi == "wait" or (self.tied and self.lost)

    def admit_connection(self, stream, secured):
        """Before and after the handshake; Gone when the front end ends the connection."""
        if self.front == "handshake" and not secured:
            if self._host.pool.tls:
                stream.wait(select.POLLIN)
            stream.finish(clean=False)
            raise Gone("nobody there")
        if self.front == "reset" and secured:
            stream.reset()
            raise Gone("nobody there")
        if self.front != "up" and secured:
            raise Retired("nobody there")

    def admit_request(self, stream):
        """When a head has come; may wait."""
        if self.xapi == "reset":
            stream.reset()
            raise Gone("starting")
        if self.xapi == "eof" or self.dead:
            raise Retired("starting")
        if self.starting:
            self._host.pool.waiters.until(stream, lambda: not self.starting)

    def admit_call(self, stream, is_login, vouching):
        """When it is known which call it is; may wait. A login goes on at once, unless the
        supporter is to vouch for a coordinator that it cannot ask."""
        if self.error:
            raise self.error
        if is_login:
            if vouching:
                self._host.pool.waiters.until(stream, lambda: not self.lost)
        else:
            self.admit_session(stream)

    def admit_session(self, stream):
        """A session can be checked by the coordinator alone."""
        self._host.pool.waiters.until(stream, lambda: not (self.hangs or self.lost))
