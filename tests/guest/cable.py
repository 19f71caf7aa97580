# SPDX-License-Identifier: ISC
"""The far end of a guest's serial cable, at which root has a shell, and what that shell can tell of the guest's screen."""
import base64
import gzip
import os
import re
import socket
import struct
import time

LIMIT_S = float(os.environ.get("PATIENCE", 120))
PROMPT = "root@web01:/root# "


class Cable:
    """A shell by the serial port: `run` gives what a command prints."""

    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(path)
        self._seen = b""

    def close(self):
        self._socket.close()

    def send(self, text):
        self._socket.sendall(text.encode())

    def until(self, text):
        """Reads up to and with a text; gives what came before it."""
        deadline = time.monotonic() + LIMIT_S
        while text.encode() not in self._seen:
            self._socket.settimeout(max(deadline - time.monotonic(), 0.001))
            try:
                more = self._socket.recv(65536)
            except TimeoutError:
                raise AssertionError(f"no {text!r}; last: {self._seen[-500:]!r}") from None
            assert more, f"the guest ended before {text!r}; last: {self._seen[-500:]!r}"
            self._seen += more
        before, _, self._seen = self._seen.partition(text.encode())
        return before.decode(errors="replace")

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
