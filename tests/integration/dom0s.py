# SPDX-License-Identifier: ISC
"""A dom0 behind an sshd: stand-ins for its tools, and ports of the tests' own.

xenstore-read prints what a file below `store` has, and fails as the real one where there is none. A port is a
pseudo-terminal whose master only the test (or a QEMU) holds, as with QEMU's -serial pty.
"""
import os
import pathlib
import pty
import tty

import gates
import harness

XENSTORE_READ = """#!/bin/sh
if [ -f "{store}$1" ]; then
	cat "{store}$1"
else
	echo "xenstore-read: couldn't read path $1" >&2
	exit 1
fi
"""

# As xl console: it ends when its input ends.
XL = """#!/bin/sh
[ "$1 $2 $3" = "console -t serial" ] || exit 2
p=$(cat "{store}/local/domain/$4/serial/0/tty") || exit 1
cat "$p" & r=$!
cat >"$p"
kill $r
"""


class Dom0(gates.Gate):
    """A gate whose logins find these tools; `tools` says which are there."""

    def __init__(self, pool=None, tools=("xenstore-read",), server_lines=""):
        self._tools = tools
        self._more = server_lines
        super().__init__(pool)

    def start(self):
        self.bin, self.store = self.folder / "bin", self.folder / "store"
        self.bin.mkdir(exist_ok=True)
        self.store.mkdir(exist_ok=True)
        for name, text in (("xenstore-read", XENSTORE_READ), ("xl", XL)):
            if name in self._tools:
                (self.bin / name).write_text(text.format(store=self.store))
                (self.bin / name).chmod(0o755)
        self.server_lines = f"{self._more}\nSetEnv PATH={self.path}"
        super().start()

    @property
    def path(self):
        return f"{self.bin}:/usr/bin:/bin"

    def write(self, key, value):
        """To xenstore; None takes it out."""
        path = pathlib.Path(f"{self.store}{key}")
        path.parent.mkdir(parents=True, exist_ok=True)
        if value is None:
            path.unlink(missing_ok=True)
        else:
            path.write_text(value)

    def serve(self, domid, port):
        self.write(f"/local/domain/{domid}/serial/0/tty", port)


class Port:
    """The guest's end of a serial port; `path` is what dom0 opens."""

    def __init__(self):
        self.fd, slave = pty.openpty()
        tty.setraw(slave)
        self.path = os.ttyname(slave)
        os.close(slave)

    def say(self, data):
        view = memoryview(data)
        while view:
            view = view[os.write(self.fd, view):]

    def hear(self, size):
        heard = b""
        while len(heard) < size:
            heard += harness.eventually(self._read, "something is typed")
        return heard

    def _read(self):
        try:
            return os.read(self.fd, 65536)
        except OSError:      # nobody has it open at the moment
            return b""

    def close(self):
        if self.fd >= 0:
            os.close(self.fd)
        self.fd = -1
