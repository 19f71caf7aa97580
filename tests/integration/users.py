# SPDX-License-Identifier: ISC
"""Other users of this machine: the program as one of them, and sockets that belong to another.

Takes root. Knows the users by number alone; they need not exist.
"""
import contextlib
import copy
import ctypes
import os
import pathlib
import shutil
import tempfile

import harness

ALICE = 54321
BOB = 54322
CAROL = 54323    # for what counts all processes of a user

_libc = ctypes.CDLL(None, use_errno=True)


def popen(uid):
    """What makes subprocess.Popen start a process of that user."""
    return {"user": uid, "group": uid, "extra_groups": []}


@contextlib.contextmanager
def owning(uid):
    """Sockets that this thread makes in the block belong to that user, as if a process of the user
    had made them: it is the file system's user id that the kernel notes."""
    if os.getuid() == uid:
        yield
        return
    _libc.setfsuid(uid)
    try:
        # Without effect it returns what was set before.
        assert _libc.setfsuid(uid) == uid
        yield
    finally:
        _libc.setfsuid(os.geteuid())


class Home:
    """A folder that all can look into, of a user who runs a copy of the program there."""

    def __init__(self, uid):
        self.uid = uid
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="xencon-user-"))
        self.path.chmod(0o755)
        self.binary = self.path / "xencon"
        shutil.copy(harness.BINARY, self.binary)

    def program(self, xencon):
        """The program as that user runs it; start it with `popen`."""
        made = copy.copy(xencon)
        options = list(xencon.options)
        for at, word in enumerate(options):
            if os.path.isfile(word):
                options[at] = str(shutil.copy(word, self.path))
        made.options = options
        made.env = {**xencon.env, "HOME": str(self.path)}
        made.command = lambda *arguments: [str(self.binary), *options, *map(str, arguments)]
        os.chown(self.path, self.uid, self.uid)
        return made

    def remove(self):
        shutil.rmtree(self.path)
