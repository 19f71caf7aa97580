# SPDX-License-Identifier: ISC
"""A user's surroundings in which what the manual says can be typed as it stands.

Owns a network in which pools have XAPI's own port 443; names in /etc/hosts; a machine "hop" and the host "xen1" that
ssh leads to, one sshd for both; the socket of a control domain; and a folder of programs that are found by name. All
of it is mounted for what runs in here, and nothing of it is seen by anybody else.
"""
import contextlib
import os
import pwd
import shutil
import signal

import pytest

import gates
import harness
import networks
import trusting

HTTPS = 443
VIEWER = """#!/usr/bin/python3
import sys
sys.path[:0] = [{tests!r}, {folder!r}]
import rfbclient
host, _, port = sys.argv[-1].partition("::")
with rfbclient.Viewer(f"vnc://{{host}}:{{port}}") as viewer:
    print("shows", viewer.greet().title, flush=True)
"""


class Place:
    """`run` and `type` are a user's shell; `home` is where they are."""

    def __init__(self, pool, folder, names):
        self.pool = pool
        self.folder = folder
        self.home = self._made("home")
        self.bin = self._made("bin")
        self._root = self._made("root")                  # the home of who logs in by ssh
        self.started = []
        (folder / "hosts").write_text("127.0.0.1 localhost\n" + "".join(
            f"{address} {name}\n" for name, address in names.items()))
        shutil.copy(harness.BINARY, self.bin / "xencon")
        self.env = {"PATH": f"{self.bin}:{os.environ['PATH']}", "HOME": str(self.home), "TERM": "xterm",
                    "LC_ALL": "C.UTF-8"}
        self.gate = None

    def _made(self, name):
        made = self.folder / name
        made.mkdir()
        return made

    def install(self, name, text):
        """A program that is found by its name."""
        (self.bin / name).write_text(text)
        (self.bin / name).chmod(0o755)

    def install_viewer(self):
        folder = harness.ROOT / "tests" / "integration"
        self.install("vncviewer", VIEWER.format(tests=str(folder.parent), folder=str(folder)))

    def install_passwords(self, **entries):
        """pass(1), which knows these."""
        cases = "".join(f"'show {name}') echo {word};;\n" for name, word in entries.items())
        self.install("pass", f'#!/bin/sh\ncase "$*" in\n{cases}*) exit 1;;\nesac\n')

    def configure(self, text):
        path = self.home / ".config" / "xencon" / "config"
        path.parent.mkdir(parents=True)
        path.write_text(text)
        path.chmod(0o600)

    def know(self, **hosts):
        """The certificates of these hosts have been answered with yes."""
        trusting.write_known(trusting.known_hosts(self.home), *(
            f"{name}:{HTTPS} {host.fingerprint}" for name, host in hosts.items()))

    def log_in(self):
        """What an earlier day has left: the certificate is known, and the environment has server and password."""
        self.know(xen1=self.pool.coordinator)
        self.env |= {"XENCON_SERVER": "xen1", "XENCON_PASSWORD": "secret"}

    def open_gate(self):
        """From now on ssh leads to hop and to xen1, and the latter's socket is where it is on real hosts."""
        socket = self.folder / "xapi"
        self.pool.coordinator.listen_unix(socket)
        self.gate = gates.Gate(server_lines="Subsystem sftp internal-sftp\n"
                               f"SetEnv PATH={self.env['PATH']} HOME={self._root}", before=self._within(
                                   f"mount -t tmpfs none /var/lib; mkdir /var/lib/xcp; ln -s {socket} /var/lib/xcp/xapi; "
                                   f"mount --bind {self._root} {pwd.getpwuid(os.getuid()).pw_dir}"))
        client = self.gate.folder / "client"
        client.write_text(client.read_text().replace(f"Host {gates.NAME}\n", "Host hop xen1\n"))
        for program in ("ssh", "scp"):
            real = shutil.which(program)
            self.install(program, f'#!/bin/sh\nexec {real} -F {client} "$@"\n')

    def let_hop_know(self):
        """The same as `know` for who works on hop."""
        trusting.write_known(trusting.known_hosts(self._root), f"xen1:{HTTPS} {self.pool.coordinator.fingerprint}")

    def _within(self, more=":"):
        """The words before a command that make the place around it."""
        mounts = f"set -e; mount --bind {self.folder}/hosts /etc/hosts; {more}; "
        return ["unshare", "-m", "sh", "-c", mounts + 'exec "$@"', "sh"]

    def run(self, command, **env):
        """The terminal on which a shell runs the command, which may be a script's path."""
        words = [*self._within(), "bash", "-c", command]
        terminal = harness.Terminal(words[0], words[1:], cwd=str(self.home), env={**self.env, **env})
        self.started.append(terminal)
        return terminal

    def finished(self, command, status=0, **env):
        """Runs it to its end; what it showed."""
        terminal = self.run(command, **env)
        shown = terminal.read().decode()
        terminal.wait()
        assert terminal.exitstatus == status, shown
        return shown

    def running(self):
        """The processes that run this place's xencon, whoever their parent is by now."""
        def exe(pid):
            try:
                return os.readlink(f"/proc/{pid}/exe")
            except OSError:
                return ""

        return [pid for pid in gates.pids() if exe(pid) == f"{self.bin}/xencon"]

    def close(self):
        for terminal in self.started:
            terminal.close(force=True)
        # One that was started to outlive its shell outlives a test that fails, too.
        for pid in self.running():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.gate:
            self.gate.close()


def need():
    """Skips where a place cannot be made."""
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        pytest.skip("only root mounts files for a test alone (Debian: util-linux)")
    return networks.private()
