# SPDX-License-Identifier: ISC
"""The limit on idle consoles: what counts as activity, and when a console is looked at.

What a client sends is read as RFB, whatever the console is: version and shared flag first, then
messages. Keys, pointer events and QEMU's own messages are activity; asking for updates is none.
(The sources of 26.x read 3.3 alone: one who speaks 3.8 is never idle there.)
What cannot be RFB ends the reading, and the limit with it, for good: so a text console at which
more was typed than a version's 12 bytes is never closed, and one at which less was typed is.
"""
import time

VERSION = 12
SET_ENCODINGS, CUT_TEXT = 2, 6
# The length of a message by its type, header included; of two types it depends on a count.
LENGTHS = {0: 20, 3: 10, 4: 8, 5: 6, 255: 12}
ACTIVE = (4, 5, 255)


class NotRfb(Exception):
    """What was sent is something else."""


class Reader:
    """Finds the messages in what a client sends, as it comes; `versions` are the minor numbers of
    RFB 3 that it knows."""

    def __init__(self, versions=(3, 7, 8)):
        # Beginning with 3.7 the client chooses a kind of security before it sends its flag.
        self._greetings = {b"RFB 003.%03d\n" % minor: 1 if minor == 3 else 2 for minor in versions}
        self._held = bytearray()
        self._greeted = False

    def read(self, data):
        """The types of the messages that are complete now; NotRfb from then on."""
        self._held += data
        found = []
        if not self._greeted:
            if len(self._held) <= VERSION:
                # Even a wrong version is only looked at together with the byte that follows it.
                return found
            size = VERSION + self._greetings.get(bytes(self._held[:VERSION]), 0)
            if size == VERSION or max(self._held[VERSION:size]) > 1:
                raise NotRfb
            if len(self._held) < size:
                return found
            del self._held[:size]
            self._greeted = True
        while self._held:
            size = self._size()
            if size is None or len(self._held) < size:
                break
            found.append(self._held[0])
            del self._held[:size]
        return found

    def _size(self):
        """The length of the message that begins here, or None when that is not known yet."""
        kind, held = self._held[0], self._held
        if kind == SET_ENCODINGS:
            return 4 + 4 * int.from_bytes(held[2:4], "big") if len(held) >= 4 else None
        if kind == CUT_TEXT:
            return 8 + int.from_bytes(held[4:8], "big") if len(held) >= 8 else None
        if kind not in LENGTHS:
            raise NotRfb
        return LENGTHS[kind]


class Watch:
    """The limit of one console, in seconds (0: none), looked at every `period` seconds from the
    beginning, or at the moment itself when that is 0."""

    def __init__(self, limit, period=0, versions=(3, 7, 8)):
        self._limit = limit
        self._period = period
        self._began = self._active = time.monotonic()
        self._reader = Reader(versions) if limit else None

    def sent(self, data):
        """The client has sent something."""
        if self._reader is None:
            return
        try:
            if any(kind in ACTIVE for kind in self._reader.read(data)):
                self._active = time.monotonic()
        except NotRfb:
            self._reader = None

    @property
    def due(self):
        """When the console will be closed if nothing else happens, or None."""
        if self._reader is None:
            return None
        due = self._active + self._limit
        if self._period:
            looks = -int(-(due - self._began) // self._period)
            due = self._began + looks * self._period
        return due

    @property
    def over(self):
        due = self.due
        return due is not None and time.monotonic() >= due
