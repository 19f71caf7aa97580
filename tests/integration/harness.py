# SPDX-License-Identifier: ISC
"""Running xencon as its users do: by pipe, and on a terminal.

Owns how the program is called; knows nothing of what any test expects. The binary is $XENCON, else
build/xencon.
"""
import os
import re
import pathlib
import shutil
import signal
import subprocess
import termios
import time

import pexpect
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("XENCON", str(ROOT / "build" / "xencon"))

# Only what hangs takes this long; sanitizers and a busy machine do not.
PATIENCE = float(os.environ.get("PATIENCE", 60))

ESCAPE = b"\x1d"

# What a message ends with while a console is tried for; a terminal may be too narrow for its line.
TRYING_ON = r"trying\s+(?:xencon:\s+)?on"


def make_ready():
    """For a run of tests. What a script runs in the background ignores these signals, and so does all that is started from
    there."""
    if shutil.which(BINARY) is None:
        raise pytest.UsageError(f"{BINARY} is not there: build it (README), or name another in XENCON")
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


class Xencon:
    """The program with a pool as its server: password by environment, trust by --cacert."""

    def __init__(self, home, pool=None, password="secret", trust=True):
        self.options = []
        self.started = []
        self.env = {
            "PATH": os.environ["PATH"], "HOME": str(home), "TERM": "xterm", "LC_ALL": "C.UTF-8",
            # A sanitizer's finding must not look like any exit status of the program's own.
            "ASAN_OPTIONS": "exitcode=99", "UBSAN_OPTIONS": "halt_on_error=1:exitcode=99",
        }
        if password is not None:
            self.env["XENCON_PASSWORD"] = password
        if pool is not None:
            self.env["XENCON_SERVER"] = pool.coordinator.url
            if trust and pool.tls:
                self.options = ["--cacert", str(certificates(pool, home))]

    def command(self, *arguments):
        return [BINARY, *self.options, *map(str, arguments)]

    def environment(self, arguments, env):
        """The variables of a run. The password there is for the server there: where another is typed
        it would be kept, and so that variable is left out."""
        made = {**self.env, **(env or {})}
        typed = [word for word in map(str, arguments)
                 if re.match(r"-[46qv]*s|--server", word)]
        if typed and "XENCON_SERVER" not in (env or {}):
            made.pop("XENCON_SERVER", None)
        return made

    def run(self, *arguments, input=b"", env=None, timeout=PATIENCE, **popen):
        """Runs it to its end with pipes; gives .returncode, .stdout, .stderr (text)."""
        if input is not None:
            popen["input"] = input
        done = subprocess.run(self.command(*arguments), env=self.environment(arguments, env),
                              capture_output=True, timeout=timeout, check=False, **popen)
        done.stderr = done.stderr.decode()
        return done

    def start(self, *arguments, env=None, **popen):
        """Starts it with pipes for all three streams; the test ends it."""
        for stream in ("stdin", "stdout", "stderr"):
            popen.setdefault(stream, subprocess.PIPE)
        process = subprocess.Popen(self.command(*arguments), env=self.environment(arguments, env),
                                   **popen)
        self.started.append(process)
        return process

    def terminal(self, *arguments, env=None, **spawn):
        """Starts it on a pty of its own, as the leader of its session."""
        return self.spawn(*self.command(*arguments), env=env, **spawn)

    def spawn(self, command, *arguments, env=None, **spawn):
        """Starts any command likewise, as one that calls the program."""
        terminal = Terminal(command, list(arguments), env=self.environment([command, *arguments], env), **spawn)
        self.started.append(terminal)
        return terminal

    def stop(self):
        """Leaves no process behind of a test that failed or did not care."""
        for process in self.started:
            on_pty = isinstance(process, Terminal)
            if process.isalive() if on_pty else process.poll() is None:
                kill(process, signal.SIGKILL)
                process.wait()


# Rows and columns of a terminal: no message is so long that it would be folded.
WINDOW = (24, 200)


class Terminal(pexpect.spawn):
    """A program on a pty that a test reads, types on, and inspects. `found` are the settings that
    it starts with: the program may have changed them before a test could look."""

    def __init__(self, command, arguments, **spawn):
        spawn.setdefault("timeout", PATIENCE)
        spawn.setdefault("dimensions", WINDOW)
        super().__init__(command, arguments, **spawn)
        self.delaybeforesend = None
        self.ptyproc.delayafterclose = 0
        self.found = fresh_settings()

    def settings(self):
        """The terminal's settings, comparable."""
        return termios.tcgetattr(self.child_fd)

    def is_raw(self):
        return not self.settings()[3] & termios.ICANON

    def attached(self):
        """Waits until a console is attached and the terminal raw."""
        self.expect(rb'attached to "')
        eventually(self.is_raw, "the terminal becomes raw")
        return self

    def quit(self):
        """Types the quit command and waits for the end; gives the exit status."""
        self.send(ESCAPE + b".")
        return self.finish()

    def finish(self):
        """Waits for the end; gives the exit status as a shell would show it."""
        self.expect(pexpect.EOF)
        self.wait()
        return 128 + self.signalstatus if self.signalstatus else self.exitstatus


def fresh_settings():
    """The settings of every new terminal."""
    master, slave = os.openpty()
    try:
        return termios.tcgetattr(slave)
    finally:
        os.close(master)
        os.close(slave)


def certificates(pool, folder):
    """One file with the certificates of all of a pool's hosts."""
    bundle = pathlib.Path(folder) / "hosts.pem"
    bundle.write_text("".join(pathlib.Path(host.cert_file).read_text() for host in pool.hosts))
    return bundle


def eventually(condition, what, timeout=PATIENCE):
    """Waits until `condition()` is true and gives its value; fails by name when it never is."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"waited {timeout} s in vain until {what}"
        time.sleep(0.01)


def kill(process, number=signal.SIGTERM):
    """Sends a signal to a Popen or a Terminal."""
    os.kill(process.pid, number)


def finish(process):
    """Waits for the end of a Popen; gives the exit status as a shell would show it."""
    status = process.wait(PATIENCE)
    return 128 - status if status < 0 else status
