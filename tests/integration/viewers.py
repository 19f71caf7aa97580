# SPDX-License-Identifier: ISC
"""Programs that pass for VNC viewers: each notes how it was called, and then does what it is told.

They live in a folder that is the whole PATH, so no real viewer is found beside them.
"""
import pathlib
import shlex

import harness
import procs

WAIT = "exec /bin/sleep 600"


class Viewers:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder) / "bin"
        self.folder.mkdir()
        self.env = {"PATH": str(self.folder)}

    def install(self, name, does=WAIT):
        """A program of that name; what it was called with is noted before it does anything."""
        note = shlex.quote(str(self._note(name)))
        script = self.folder / name
        script.write_text("#!/bin/sh\n"
                          f"printf '%s\\0' $$ \"$@\" >{note}.new\n"
                          f"/bin/mv {note}.new {note}\n"
                          f"{does}\n")
        script.chmod(0o755)
        return str(script)

    def called(self, name):
        """Waits until it has been called; gives its arguments."""
        return self._read(name)[1:]

    def pid(self, name):
        """Waits until it has been called and does the last of what it does; gives its process."""
        pid = int(self._read(name)[0])
        harness.eventually(
            lambda: procs.is_gone(pid) or b"sleep" in cmdline(pid), f"{name} has started")
        return pid

    def was_called(self, name):
        return self._note(name).exists()

    def _read(self, name):
        note = self._note(name)
        harness.eventually(note.exists, f"{name} is called")
        return note.read_text().split("\0")[:-1]

    def _note(self, name):
        return self.folder / f"called-{name}"


def cmdline(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
