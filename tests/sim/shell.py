# SPDX-License-Identifier: ISC
"""A guest whose text console is a shell on a pseudo-terminal, shared by all clients.

The shell starts before the first client is connected and its prompt is swallowed, so a client sees
nothing until it presses a key: consoles do not say where they are. A shell that ends is started
again, as a getty would. It runs in a session and an empty home of its own with a minimal
environment; nothing of it outlives `stop`.
"""
import fcntl
import os
import pathlib
import select
import shutil
import signal
import struct
import subprocess
import tempfile
import termios
import threading
import time

from . import hub

# A session's leader gets the first terminal that it opens as its controlling terminal, which
# saves running Python code between fork and exec in a process that has threads.
_TAKE_TERMINAL = 'exec "$@" 0<>"$0" 1>&0 2>&0'
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Shell:
    """`argv` is /bin/sh -i unless given; `prompt` is "NAME:~# ", NAME being the VM's."""

    def __init__(self, argv=None, prompt=None, rows=24, columns=80, env=None,
                 keep_half_closed=False):
        self.name = None
        self._argv = argv
        self._prompt = prompt
        self._size = (rows, columns)
        self._env = env or {}
        self._keep_half_closed = keep_half_closed
        self._lock = threading.Lock()
        self._hub = None
        self._terminal = None

    @property
    def clients(self):
        return self._hub.clients if self._hub else 0

    @property
    def pid(self):
        """The shell's process, or None when it does not run."""
        terminal = self._terminal
        return terminal.process.pid if terminal else None

    @property
    def tty(self):
        """The path of the guest's end of the terminal, for tests that ask for its modes."""
        return self._terminal.tty if self._terminal else None

    def connect(self):
        with self._lock:
            if self._hub is None:
                self._boot()
            return self._hub.connect()

    def disconnect(self):
        with self._lock:
            if self._hub:
                self._hub.disconnect()

    def stop(self):
        """Kill the guest; the next `connect` boots it anew."""
        with self._lock:
            if self._hub:
                self._hub.stop()
            self._hub = self._terminal = None

    def _boot(self):
        prompt = self._prompt or f"{self.name or 'guest'}:~# "
        argv = self._argv or ["/bin/sh", "-i"]
        self._terminal = Terminal(argv, prompt, self._size, self._env)
        if self._argv is None:
            self._terminal.swallow(prompt.encode(), timeout=5)
        self._hub = hub.Hub(self._terminal, self._keep_half_closed)
        self._terminal.watch()


class Terminal:
    """The pty pair and the process on it; a watcher starts the process again when it ends."""

    def __init__(self, argv, prompt, size, env):
        self._argv = argv
        self._master, self._slave = os.openpty()
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
        self.tty = os.ttyname(self._slave)
        self._home = tempfile.mkdtemp(prefix="sim-guest-")
        self._env = {"HOME": self._home, "PATH": _PATH, "TERM": "vt100", "LANG": "C.UTF-8",
                     "PS1": prompt, "ENV": "/dev/null", **env}
        self._closing = threading.Event()
        self._watcher = None
        self.process = self._start()

    def fileno(self):
        return self._master

    def watch(self):
        self._watcher = threading.Thread(target=self._respawn, daemon=True, name="getty")
        self._watcher.start()

    def swallow(self, text, timeout):
        """Read until `text` has been printed."""
        deadline, seen = time.monotonic() + timeout, b""
        while text not in seen:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._master], [], [], left)[0]:
                raise TimeoutError(f"{self._argv[0]} did not print its prompt, but {seen!r}")
            seen += os.read(self._master, 4096)

    def close(self):
        self._closing.set()
        _kill_session(self.process.pid)
        self._watcher.join()
        os.close(self._master)
        os.close(self._slave)
        shutil.rmtree(self._home, ignore_errors=True)

    def _start(self):
        return subprocess.Popen(["/bin/sh", "-c", _TAKE_TERMINAL, self.tty, *self._argv],
                                cwd=self._home, env=self._env, start_new_session=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)

    def _respawn(self):
        while True:
            self.process.wait()
            _kill_session(self.process.pid)
            # Not at once: a program that cannot start must not keep a processor busy.
            if self._closing.wait(0.1):
                return
            self.process = self._start()
            if self._closing.is_set():
                _kill_session(self.process.pid)


def _kill_session(leader):
    """Kill every process of a session; jobs of an interactive shell are in groups of their own."""
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[3]) == leader:
                os.kill(int(stat.parent.name), signal.SIGKILL)
        except (OSError, ValueError, IndexError):
            # It ended meanwhile.
            continue
