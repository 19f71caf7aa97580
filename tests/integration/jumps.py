# SPDX-License-Identifier: ISC
"""Ways to a pool that lead through another program: a real sshd, and commands that keep a record.

Owns the sshd, which listens on loopback with keys and a configuration of its own, and knows nothing of
the system's. Skips the test where a program is missing.
"""
import functools
import os
import pathlib
import shutil
import socket
import subprocess

import pytest

from sim import ports

import harness
import procs


def need(program, package):
    """The path of a program."""
    found = shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin")
    if found is None:
        pytest.skip(f"there is no {program} (Debian: {package})")
    return found


@functools.cache
def leniency(sshd):
    """A line for its configuration: logins that fail, and connections that only look whether it listens, do not shut out
    those that follow from the same address, as they do since OpenSSH 9.8 unless told otherwise. One that does not know the
    word has no need of it."""
    said = subprocess.run([sshd, "-t", "-f", "/dev/null", "-o", "PerSourcePenalties=no"], capture_output=True, text=True,
                          timeout=harness.PATIENCE, check=False)
    return "" if "Bad configuration option" in said.stderr else "PerSourcePenalties no\n"


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


class Sshd:
    """A server that lets this user in with a key."""

    def __init__(self, folder):
        self._folder = pathlib.Path(folder)
        self._folder.mkdir()
        self._held = ports.Held()
        self.port = self._held.number
        sshd = need("sshd", "openssh-server")
        need("ssh", "openssh-client")
        for name in ("host", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
                            self._folder / name], check=True)
        shutil.copy(self._folder / "user.pub", self._folder / "authorized")
        (self._folder / "config").write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {self._folder}/host\n"
            f"AuthorizedKeysFile {self._folder}/authorized\nStrictModes no\nUsePAM no\n"
            f"PidFile none\nPasswordAuthentication no\nPermitRootLogin prohibit-password\n"
            f"MaxStartups 100\n{leniency(sshd)}")
        if os.geteuid() == 0:
            os.makedirs("/run/sshd", exist_ok=True)     # it insists on it
        with open(self._folder / "log", "wb") as log:
            self._process = subprocess.Popen([sshd, "-D", "-e", "-f", self._folder / "config"],
                                             stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        harness.eventually(lambda: self._process.poll() is not None or listens(self.port),
                           "sshd listens")
        if self._process.poll() is not None:
            pytest.skip("sshd does not run here: " + self.log())

    def log(self):
        return (self._folder / "log").read_text()

    def ssh(self, *words):
        """The words that call ssh to it."""
        return ["ssh", "-F", "none", "-i", str(self._folder / "user"), "-p", str(self.port),
                "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
                "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-o", "LogLevel=ERROR",
                *words, "127.0.0.1"]

    def close(self):
        self._process.terminate()
        self._process.wait(harness.PATIENCE)
        self._held.close()


class Socks:
    """A SOCKS server on loopback, which is an ssh to a server."""

    def __init__(self, sshd):
        self._held = ports.Held()
        self.port = self._held.number
        self._process = subprocess.Popen(
            sshd.ssh("-N", "-D", f"127.0.0.1:{self.port}"), stdin=subprocess.DEVNULL)
        harness.eventually(lambda: listens(self.port), "ssh listens")

    def close(self):
        self._process.terminate()
        self._process.wait(harness.PATIENCE)
        self._held.close()


class Recorded:
    """A proxy command that notes each of its processes, and where each was to go."""

    def __init__(self, folder, command="exec nc %h %p"):
        need("nc", "netcat-openbsd")
        self._log = pathlib.Path(folder) / "proxies"
        self.command = f"echo $$ %h %p >>{self._log}; {command}"

    @property
    def _lines(self):
        return [line.split() for line in self._log.read_text().splitlines()] \
            if self._log.exists() else []

    @property
    def pids(self):
        return [int(line[0]) for line in self._lines]

    @property
    def places(self):
        return [f"{host}:{port}" for _, host, port in self._lines]

    def assert_gone(self, least=1):
        """At least so many were started, and none is left."""
        assert len(self.pids) >= least
        for pid in self.pids:
            harness.eventually(lambda: procs.is_gone(pid), "the proxy command has ended",
                               timeout=10)


def left_behind(mark):
    """The command lines of all processes that have a word in theirs."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if mark in line and not procs.is_gone(int(entry.name)):
            found.append(line)
    return found


def assert_none_left(mark):
    harness.eventually(lambda: not left_behind(mark), f"no process has {mark} in its command line",
                       timeout=10)
