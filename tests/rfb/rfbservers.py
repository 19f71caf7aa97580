# SPDX-License-Identifier: ISC
"""Real RFB servers for tests: each is started in a folder of its own and says where it listens."""
import os
import pathlib
import select
import signal
import ctypes
import socket
import subprocess
import sys
import time

from built import ROOT
from dumping import PATIENCE

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def _die_with_us():
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Server:
    """A process that ends with the test, or with the tests' own process. SIGKILL is the way out that none
    of them misses (x11vnc does SIGTERM, at times), where nothing is left behind by it."""

    def __init__(self, folder, command, **popen):
        self.folder = pathlib.Path(folder)
        self._log = self.folder / "server.log"
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=log,
                                            preexec_fn=_die_with_us, cwd=folder,
                                            **{"stdout": log} | popen)

    def stop(self, how=signal.SIGKILL):
        self.process.send_signal(how)
        self.process.wait(PATIENCE)

    def log(self):
        return self._log.read_text(errors="replace")

    def await_socket(self, path):
        """Until somebody can connect there."""
        deadline = time.monotonic() + PATIENCE
        while True:
            assert self.process.poll() is None and time.monotonic() < deadline, self.log()
            with socket.socket(socket.AF_UNIX) as probe:
                if probe.connect_ex(str(path)) == 0:
                    return
            time.sleep(0.02)


class XServer(Server):
    """One that takes its socket and its lock with it."""

    def stop(self, how=signal.SIGTERM):
        super().stop(how)


def _numbered(folder, command):
    """An X server that chooses its display's number: the server, and the number."""
    reader, writer = os.pipe()
    with os.fdopen(reader) as number:
        server = XServer(folder, [*command, "-displayfd", str(writer)], pass_fds=[writer])
        os.close(writer)
        assert select.select([number], [], [], PATIENCE)[0], "no X server"
        name = number.readline().strip()
    assert name, server.log()
    return server, name


def screens(folder, *arguments):
    """tests/screens/serve: its address is a socket in the folder."""
    path = folder / "screens"
    server = Server(folder, [sys.executable, ROOT / "tests/screens/serve", path, *arguments],
                    stdout=subprocess.PIPE)
    assert select.select([server.process.stdout], [], [], PATIENCE)[0], server.log()
    assert server.process.stdout.readline() == b"ready\n", server.log()
    return server, path


def tigervnc(folder, *options):
    """Xvnc: an X server that is its own RFB server. Gives the display's number, too."""
    path = folder / "rfb"
    server, number = _numbered(folder, [
        "Xvnc", "-geometry", "800x600", "-depth", "24", "-SecurityTypes", "None", "-rfbport", "-1",
        "-rfbunixpath", path, "-nolisten", "tcp", "-noreset", *options])
    server.await_socket(path)
    return server, path, number


def xvfb(folder):
    """An X server without RFB: the server and its display's number."""
    return _numbered(folder, ["Xvfb", "-screen", "0", "800x600x24", "-nolisten", "tcp", "-noreset"])


def x11vnc(folder, number):
    """The RFB server that looks at such a display."""
    path = folder / "rfb"
    server = Server(folder, ["x11vnc", "-display", f":{number}", "-unixsock", path, "-rfbport", "0",
                             "-nopw", "-shared", "-forever", "-noipv6", "-noshm", "-quiet", "-cursor", "none"])
    server.await_socket(path)
    return server, path


def qemu(folder, *options):
    """A machine without a disk, in its firmware: its VNC server."""
    path = folder / "rfb"
    server = Server(folder, ["qemu-system-x86_64", "-nodefaults", "-display", "none", "-accel", "tcg",
                             "-m", "32", "-vga", "std", "-vnc", f"unix:{path}", *options])
    server.await_socket(path)
    return server, path
