# SPDX-License-Identifier: ISC
"""`xencon vnc` as a process that listens, and what must not be left when a test is over.

Fixtures for the tests of `vnc` to import: each runs in a network of its own, ends what it started,
and fails when a process, a socket's file or a session outlives that.
"""
import copy
import json
import os
import pathlib
import re
import select
import shutil
import signal
import socket
import subprocess

import pytest

import harness
import networks
import procs
from rfbclient import Viewer
from sim.rfb import BARS

IPV6 = pathlib.Path("/proc/net/if_inet6").exists()


class Listener:
    """A `xencon vnc` that has been started; its messages go to a file."""

    def __init__(self, process, errors):
        self.process = process
        self.pid = process.pid
        self._errors = errors
        self.where = None

    def line(self):
        """The next line on stdout; empty at its end."""
        ready = select.select([self.process.stdout], [], [], harness.PATIENCE)[0]
        assert ready, f"no line on stdout; it said: {self.said()}"
        return self.process.stdout.readline().decode()

    def ready(self):
        """Waits for the line that says where to connect to."""
        line = self.line()
        assert line.endswith("\n"), self.said()
        self.where = line[:-1]
        # It is told from the viewers' processes by its name, which it gives itself.
        if procs.confines():
            harness.eventually(lambda: procs.is_gone(self.pid) or any(map(procs.is_keeper, procs.offspring(self.pid))),
                               "its keeper is there")
        return self

    @property
    def about(self):
        """What it said with --json."""
        return json.loads(self.where)

    @property
    def port(self):
        return int(re.search(r":(\d+)$", self.where).group(1))

    def viewer(self):
        return Viewer(self.where)

    def attach(self):
        """A viewer that has the picture before it."""
        return self.viewer().greet()

    def refusal(self):
        """Why the next viewer is turned away."""
        with self.viewer() as viewer:
            return viewer.refusal()

    @staticmethod
    def words(reason):
        """What the user reads of it in one line: the advice is another."""
        return reason.removeprefix("xencon: ").split("; ")[0]

    def refuses_connections(self):
        """True when nothing listens there any more."""
        try:
            self.viewer().close()
        except OSError:
            return True
        return False

    def said(self):
        """Its messages up to now."""
        return self._errors.read_text()

    def says(self, text, times=1):
        """Waits until it has said something."""
        harness.eventually(lambda: self.said().count(text) >= times, f"it says {text!r}")
        return self.said()

    def children(self):
        """The processes of its viewers."""
        return [pid for pid in procs.children(self.pid) if not procs.is_gone(pid)]

    def expect_children(self, count):
        harness.eventually(lambda: len(self.children()) == count, f"{count} viewers are served")
        return self.children()

    def send(self, number):
        self.process.send_signal(number)

    def finish(self):
        """Waits for the end; gives the exit status as a shell would show it."""
        status = harness.finish(self.process)
        assert status != 99, self.said()
        return status

    def end(self, number=signal.SIGTERM):
        self.send(number)
        return self.finish()


@pytest.fixture
def network():
    with networks.private() as made:
        yield made


@pytest.fixture
def make_pool(network, make_pool, tmp_path):
    """As everywhere, in a network of the test's own; no session and no process may be left."""
    pools = []

    def make(**arguments):
        pools.append(make_pool(**arguments))
        return pools[-1]

    yield make
    for each in pools:
        harness.eventually(lambda each=each: not each.sessions, "every session has ended")
    assert_nothing_left(tmp_path)


@pytest.fixture
def web01(pool):
    return pool.add_vm("web01")


@pytest.fixture
def serve(pool, xencon, tmp_path):
    """Starts `xencon vnc` with options, for web01 unless another VM is named, and waits until it is
    ready; at the end of the test it must end in order when it is told to."""
    started = []

    def start(*options, vm="web01", wait=True, program=xencon, **popen):
        errors = tmp_path / f"errors-{len(started)}"
        with open(errors, "wb") as file:
            process = program.start("vnc", *options, *([vm] if vm else []), stderr=file,
                                    stdin=popen.pop("stdin", subprocess.DEVNULL), **popen)
        started.append(Listener(process, errors))
        return started[-1].ready() if wait else started[-1]

    yield start
    try:
        for each in started:
            if each.process.poll() is None:
                assert each.end() == 0, each.said()
    finally:
        for each in started:
            each.process.kill()
            each.process.communicate()


def expect_tunnels(pool, count):
    harness.eventually(lambda: len(pool.tunnels) == count, f"{count} tunnels stand")


def assert_shown(viewer):
    """It has the picture that the simulated pool's VMs show unless told otherwise."""
    assert tuple(viewer.picture()[0][20::40]) == BARS


def need(*programs):
    """Skips the test where a program that it runs is not installed, unless all of them must be."""
    for each in programs:
        if shutil.which(each) is None:
            message = f"{each} is not installed"
            if os.environ.get("XENCON_REQUIRE_ALL"):
                pytest.fail(message)
            pytest.skip(message)


def wrapped(program, *prefix):
    """The program, started by another command: a tracer, or one that changes what it runs in."""
    made = copy.copy(program)
    made.command = lambda *arguments: [*map(str, prefix), *program.command(*arguments)]
    return made


def traced(program, trace, *options):
    """The program under strace, which becomes nobody's parent."""
    need("strace")
    made = wrapped(program, "strace", "-D", "-f", "-o", trace, *options)
    # The leak sanitizer cannot work while it is traced.
    made.env = {**program.env, "ASAN_OPTIONS": f"{program.env['ASAN_OPTIONS']}:detect_leaks=0"}
    return made


# What the program guards its secrets with keeps its user's other processes from looking into it.
only_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can look into the program")


def assert_nothing_left(folder):
    """No process with the folder as its home, and no socket in it."""
    try:
        harness.eventually(lambda: not at_home(folder), "all processes have ended")
    finally:
        left = [(pid, _read(pid, "cmdline")) for pid in at_home(folder)]
        for pid, _ in left:
            os.kill(pid, signal.SIGKILL)
    sockets = [path for path in pathlib.Path(folder).rglob("*") if path.is_socket()]
    assert not sockets and not left, (sockets, left)


def at_home(folder):
    """The processes that have the folder as their home, or name it."""
    mark = str(folder).encode()
    return [int(entry.name) for entry in pathlib.Path("/proc").iterdir()
            if entry.name.isdigit() and int(entry.name) != os.getpid()
            and (b"HOME=" + mark + b"\0" in _read(entry.name, "environ")
                 or mark + b"/" in _read(entry.name, "cmdline"))]


def _read(pid, name):
    try:
        return pathlib.Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""


def is_open(port, host="127.0.0.1"):
    """Whether anything listens there."""
    try:
        socket.create_connection((host, port), timeout=harness.PATIENCE).close()
    except (ConnectionRefusedError, ConnectionResetError):
        return False    # the latter: it has just stopped to
    return True
