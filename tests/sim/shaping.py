# SPDX-License-Identifier: ISC
"""What a fault makes of a console's output: its pieces, its pace, and its end.

Decides about bytes that are given to it, one piece at a time; relay.py moves them.
"""
import time

from . import faults
from .stream import Gone


class Shaper:
    """What becomes of a console's output; without a fault it passes untouched."""

    def __init__(self, fault=None):
        self._fault = fault
        self._sent = 0
        self._not_before = 0.0
        self._every = self._first = self._limit = None
        self._pause = 0
        if fault and fault.action in ("split", "drip"):
            self._every = fault.get("every", 1 if fault.action == "drip" else None)
            self._first = None if self._every else fault.get("at", 1)
            self._pause = faults.pause_of(fault)
        elif fault:
            self._limit = fault.get("at", 0)

    @property
    def reached(self):
        """True when all has been said that is to be said before the action."""
        return self._limit is not None and self._sent >= self._limit

    def due(self, held):
        """When there will be a next piece, if it has to be waited for."""
        return self._not_before if held and self._not_before else None

    def next(self, held):
        """Take the next piece from `held`; empty when there is none yet."""
        if not held or self.reached or time.monotonic() < self._not_before:
            return b""
        size = len(held)
        if self._every:
            size = self._every
        elif self._first is not None and self._sent < self._first:
            size = self._first - self._sent
        if self._limit is not None:
            size = min(size, self._limit - self._sent)
        piece = bytes(held[:size])
        del held[:size]
        self._sent += len(piece)
        self._not_before = time.monotonic() + self._pause if self._pause else 0.0
        return piece

    def end(self, stream):
        """Once that is reached, do what the fault says, which ends the connection: Gone."""
        if not self.reached:
            return
        action = self._fault.action
        if action in ("stall", "silence"):
            faults.hold(stream, reading=action == "silence")
        elif action == "reset":
            stream.reset()
            raise Gone("reset")
        elif action == "garble":
            stream.send(self._fault.get("data", faults.NOISE))
        faults.end(stream, action != "truncate" and self._fault.get("clean", True))
