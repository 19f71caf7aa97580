# SPDX-License-Identifier: ISC
"""What clients did: every connection and every request, in order, for tests to look at.

Requests hold passwords and sessions as they came: tests look for where these must not be.
"""
import threading
import time


class Connection:
    """An accepted TCP connection and the thread that serves it."""

    def __init__(self, ident, host, peer, trusted):
        self.ident = ident
        self.host = host
        self.peer = peer
        self.trusted = trusted
        self.time = time.monotonic()
        self.stream = None
        self.thread = None
        self.open = True
        self.tunnels = False      # it has become a tunnel


class Request:
    """A request: `head` and `body` are the bytes as they came, `method` and `params` the call,
    `console` what a CONNECT was given."""

    def __init__(self, host, connection_id, kind, head):
        self.host = host
        self.connection_id = connection_id
        self.kind = kind
        self.head = head
        self.body = b""
        self.method = None
        self.params = None
        self.console = None
        self.time = time.monotonic()

    def __repr__(self):
        return f"<{self.kind} {self.method or self.head.split(b' ')[1:2]} at {self.host.name}>"


class Journal:
    def __init__(self):
        self.connections = []
        self.requests = []
        self._changed = threading.Condition()

    @property
    def open_connections(self):
        with self._changed:
            return [connection for connection in self.connections if connection.open]

    def opened(self, host, peer, trusted=False):
        with self._changed:
            connection = Connection(len(self.connections) + 1, host, peer, trusted)
            self.connections.append(connection)
            self._changed.notify_all()
            return connection

    def closed(self, connection):
        with self._changed:
            connection.open = False
            self._changed.notify_all()

    def requested(self, host, connection_id, kind, head):
        with self._changed:
            request = Request(host, connection_id, kind, head)
            self.requests.append(request)
            self._changed.notify_all()
            return request

    def called(self, request, call):
        """It is known which call a request is."""
        with self._changed:
            request.method, request.params = call.method, call.params
            self._changed.notify_all()

    def wait(self, condition, timeout=10):
        """Wait until `condition()` holds, which is looked at after each change."""
        with self._changed:
            return self._changed.wait_for(condition, timeout)

    def abort(self, host=None):
        """Make the open connections (to a host) end; gives those that are ending."""
        ending = [connection for connection in self.open_connections
                  if host in (None, connection.host)]
        for connection in ending:
            if connection.stream:
                connection.stream.abort()
        return ending
