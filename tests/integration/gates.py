# SPDX-License-Identifier: ISC
"""Hosts that only ssh leads to: an sshd of the tests' own, with the simulated pool's socket behind it.

Owns keys, configuration and known hosts of both sides; nothing of the system's or the user's is read. A gate's
files lie in a folder of its own with a short name, since sockets' paths are short.
"""
import pathlib
import shutil
import subprocess
import tempfile

import pytest

from sim import ports

import harness
import jumps
import procs

NAME = "xen1"


class Gate:
    """A host named xen1: `ssh` is the user's command to it, `server` what -s takes."""

    def __init__(self, pool=None, server_lines="", before=(), passphrase=""):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="xg-"))
        self.run = self.folder / "run"       # private folders are made in here
        self.run.mkdir(mode=0o700)
        self.socket = self.folder / "xapi"
        if pool is not None:
            pool.coordinator.listen_unix(str(self.socket))
        self._before = list(before)          # words before sshd's own
        self.server_lines = server_lines
        self._held = ports.Held()
        self.port = self._held.number
        for name, phrase in (("host", ""), ("user", passphrase), ("other", "")):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", phrase, "-f",
                            self.folder / name], check=True)
        shutil.copy(self.folder / "user.pub", self.folder / "authorized")
        self.known(self.folder / "host.pub")
        self.configure()
        self._process = None
        self.start()

    def known(self, key):
        """What the client takes the host's key to be; None: it does not know."""
        line = "" if key is None else \
            f"[127.0.0.1]:{self.port} " + " ".join(pathlib.Path(key).read_text().split()[:2]) + "\n"
        (self.folder / "known").write_text(line)

    def configure(self, *lines, check="yes"):
        """The client's configuration; `lines` come first, and count for more."""
        (self.folder / "client").write_text("\n".join([
            f"Host {NAME}", *lines, "HostName 127.0.0.1", f"Port {self.port}",
            f"IdentityFile {self.folder}/user", "IdentitiesOnly yes", "IdentityAgent none",
            f"StrictHostKeyChecking {check}", f"UserKnownHostsFile {self.folder}/known",
            "GlobalKnownHostsFile /dev/null", ""]))

    def start(self):
        sshd = jumps.need("sshd", "openssh-server")
        jumps.need("ssh", "openssh-client")
        (self.folder / "server").write_text(
            f"{self.server_lines}\n{jumps.leniency(sshd)}Port {self.port}\nListenAddress 127.0.0.1\n"
            f"HostKey {self.folder}/host\nAuthorizedKeysFile none\n"
            f"AuthorizedKeysCommand /bin/cat {self.folder}/authorized\n"
            "AuthorizedKeysCommandUser root\nStrictModes no\nUsePAM no\nPidFile none\n"
            "PermitRootLogin yes\nMaxStartups 100\nMaxSessions 100\nPasswordAuthentication no\n")
        pathlib.Path("/run/sshd").mkdir(exist_ok=True)    # it insists on it
        with open(self.folder / "log", "ab") as log:
            self._process = subprocess.Popen(
                [*self._before, sshd, "-D", "-e", "-f", self.folder / "server"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        harness.eventually(lambda: self._process.poll() is not None or jumps.listens(self.port),
                           "sshd listens")
        assert self._process.poll() is None, self.log

    @property
    def log(self):
        return (self.folder / "log").read_text()

    @property
    def logins(self):
        """How many there were; what only looked whether the port is open is none."""
        return self.log.count("Accepted ")

    @property
    def server(self):
        return f"ssh://{NAME}{self.socket}"

    @property
    def command(self):
        """The user's way to call ssh."""
        return f"ssh -F {self.folder}/client"

    def program(self, home):
        """The program without a password, without a certificate, without anything but ssh."""
        made = harness.Xencon(home, password=None)
        made.options = ["--ssh-command", self.command]
        made.env["TMPDIR"] = str(self.run)
        made.env["XENCON_SERVER"] = self.server
        return made

    def processes(self):
        """The pids of all ssh's clients to it."""
        mark = f"{self.folder}/client"
        return [pid for pid in pids() if mark in command_line(pid)
                and command_line(pid).startswith("ssh")]

    def masters(self):
        """The ssh that hold a login, or are about to. One that makes a process for its ProxyCommand is two of the same
        command line, until that is another program."""
        found = [pid for pid in self.processes() if " -N " in command_line(pid)]
        return [pid for pid in found if procs_parent(pid) not in found]

    def master(self):
        found, = self.masters()
        return found

    def assert_nothing_left(self):
        """No process, no folder, no socket, however it ended."""
        harness.eventually(lambda: not self.processes(), "no ssh is left")
        self.assert_closed()

    def assert_closed(self):
        """Nobody listens at a door any more, and the folder is gone."""
        harness.eventually(lambda: not list(self.run.iterdir()), "no folder is left")
        listening = [line for line in pathlib.Path("/proc/net/unix").read_text().splitlines()
                     if line.split()[3] == "00010000"]
        assert listening
        assert not [line for line in listening if str(self.run) in line]

    def servers(self):
        """The pids of sshd's processes for the connections that there are."""
        return [pid for pid in pids() if procs_parent(pid) == self._process.pid]

    def stop(self):
        """sshd, and with it the connections that it serves."""
        victims = self.servers()
        self._process.terminate()
        self._process.wait(harness.PATIENCE)
        for pid in victims:
            subprocess.run(["kill", str(pid)], check=False, capture_output=True)

    def close(self):
        self.stop()
        self._held.close()
        shutil.rmtree(self.folder)


def pids():
    return [int(entry.name) for entry in pathlib.Path("/proc").iterdir() if entry.name.isdigit()]


def command_line(pid):
    try:
        text = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return ""
    return "" if procs.is_gone(pid) else text.replace(b"\0", b" ").decode(errors="replace")


def procs_parent(pid):
    try:
        return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


class Master:
    """The user's own master connection to a gate, which its configuration names."""

    def __init__(self, gate, *lines):
        self.path = gate.folder / "cm"
        self._gate = gate
        gate.configure(f"ControlPath {self.path}", *lines)
        self.process = subprocess.Popen(
            [*gate.command.split(), "-M", "-N", NAME], stdin=subprocess.DEVNULL)
        harness.eventually(lambda: self.is_alive(), "the user's master is there")

    def is_alive(self):
        return self._order("check").returncode == 0

    def _order(self, what):
        return subprocess.run([*self._gate.command.split(), "-O", what, NAME],
                              capture_output=True, check=False)

    def close(self):
        self._order("exit")
        self.process.wait(harness.PATIENCE)


@pytest.fixture
def gate(pool):
    """One before the test's pool."""
    made = Gate(pool)
    yield made
    made.close()


@pytest.fixture
def xencon(gate, tmp_path):
    """The program, led to the gate."""
    made = gate.program(tmp_path)
    yield made
    made.stop()
