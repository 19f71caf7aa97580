# SPDX-License-Identifier: ISC
"""The far end of a guest's serial cable: as it is, and with root's shell at it, which can tell of the guest's screen."""
import base64
import gzip
import os
import re
import socket
import struct
import time

LIMIT_S = float(os.environ.get("PATIENCE", 120))
PROMPT = "root@web01:/root# "


class Wire:
    """The bytes that come and go."""

    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(path)
        self._seen = b""

    def close(self):
        self._socket.close()

    def send(self, text):
        self._socket.sendall(text.encode())

    def read_until(self, mark):
        """Reads up to and with these bytes; gives what came before them."""
        deadline = time.monotonic() + LIMIT_S
        while mark not in self._seen:
            assert self._more(deadline), f"no {mark!r}; last: {self._seen[-500:]!r}"
        before, _, self._seen = self._seen.partition(mark)
        return before

    def take(self, count):
        """So many bytes, or those that have come when there are no more."""
        deadline = time.monotonic() + LIMIT_S
        while len(self._seen) < count and self._more(deadline):
            pass
        taken, self._seen = self._seen[:count], self._seen[count:]
        return taken

    def _more(self, deadline):
        """Whether something came before the deadline."""
        self._socket.settimeout(max(deadline - time.monotonic(), 0.001))
        try:
            more = self._socket.recv(65536)
        except TimeoutError:
            return False
        assert more, f"the guest has gone; last: {self._seen[-500:]!r}"
        self._seen += more
        return True


class Cable(Wire):
    """A shell by the serial port: `run` gives what a command prints."""

    def until(self, text):
        return self.read_until(text.encode()).decode(errors="replace")

    def login(self):
        self.until("web01 login: ")
        self.send("root\r")
        self.until(PROMPT)
        self.send("stty -echo\r")
        self.until(PROMPT)

    def run(self, command):
        self.send(command + "\r")
        return self.until(PROMPT).replace("\r\n", "\n")

    def screen(self, number=1):
        """What the kernel holds of a terminal: its rows, trailing blanks dropped, and the cursor's row and column. Without a
        character set of their own, since it is the kernel's own text (vcs(4))."""
        words = self.run(f"(head -c 4 /dev/vcsa{number}; cat /dev/vcsu{number}) | gzip -c | base64")
        data = gzip.decompress(base64.b64decode(re.sub(r"\s", "", words)))
        rows, columns, column, row = data[:4]
        text = struct.unpack_from(f"<{rows * columns}I", data, 4)
        lines = ["".join(map(chr, text[at:at + columns])).rstrip() for at in range(0, rows * columns, columns)]
        return lines, (row, column)
