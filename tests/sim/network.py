# SPDX-License-Identifier: ISC
"""The network between clients and a host, which tests can stop, cut and mend.

A Link is asked before any byte passes. The kernel at the host's end goes on acknowledging what
arrives: a client sees a peer that says nothing, not a peer whose machine has gone; for that, tests
need namespaces. Decides nothing about what the bytes mean.
"""
import threading

MODES = ("up", "stall", "refuse", "reset")


class Link:
    """`mode` is up; stall: nothing passes in either direction, and new connections are accepted by
    the kernel alone; refuse: nobody listens, connections that stand go on; or reset."""

    def __init__(self):
        self.mode = "up"
        self._changed = threading.Condition()

    def set(self, mode):
        if mode not in MODES:
            raise ValueError(f"no mode {mode!r} of a network: {MODES}")
        with self._changed:
            self.mode = mode
            self._changed.notify_all()

    def wake(self):
        """A connection has ended: whoever waits with it looks again."""
        with self._changed:
            self._changed.notify_all()

    def wait(self, stream):
        """Block while nothing passes, unless the connection is to end."""
        if self.mode != "stall":
            return
        with self._changed:
            self._changed.wait_for(
                lambda: self.mode != "stall" or stream.aborted or stream.broken)


class Lost:
    """Connections of which the network has forgotten: nothing passes in either direction, for ever,
    while new ones pass. The host goes on counting them until it notices."""

    def __init__(self, streams):
        self._streams = streams
        link = Link()
        link.set("stall")
        for stream in streams:
            stream.link = link

    def notice(self):
        """The host gives them up, as it does when nothing was acknowledged for long enough."""
        for stream in self._streams:
            stream.break_off()
