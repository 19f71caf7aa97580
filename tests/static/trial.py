# SPDX-License-Identifier: ISC
"""What is tried in each place: the smoke tests, and what they open there.

A smoke test is a method of Trial: it asserts, and gives nothing back. `files` does all of them once more with a tracer
in front, since what one command leaves alone another may load.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unicodedata

import pexpect
import pyte

import rfbclient
import shown
import tracing

HELLO = b"hello from web01"
WIDE = "日本語のサーバー"
PATIENCE = 120  # an emulator on a busy machine
SMOKE = ["tls", "socket", "dns", "authority", "prompt", "list", "screen", "shot", "type", "vnc", "trust", "completion", "manual",
         "licences"]


class Trial:
    """One place, and the pool that is reached from there, by `server` and at the socket `unix`."""

    def __init__(self, place, pool, unix, server):
        self.place, self.pool, self.unix, self.server = place, pool, unix, server
        self.port = server.rpartition(":")[2]
        self.env = {"PATH": os.environ["PATH"], "HOME": "/tmp", "TERM": "no-such-terminal",
                    "LC_ALL": "ja_JP.UTF-8", "XENCON_SERVER": server, "XENCON_PASSWORD": "secret"}
        self.trust = ["--fingerprint", pool.coordinator.fingerprint]
        self.tracer = None

    def started(self, *words, **env):
        """What starts the program there: the command line, and what Popen is to know besides."""
        own = {**self.env, **env}
        own = {name: text for name, text in own.items() if text is not None}
        if self.tracer:
            return self.tracer.command(self.place, words), {"env": {**own}, "preexec_fn": self.place.prepare}
        return [*self.place.command, *words], {"env": {**own, **self.place.env}, "preexec_fn": self.place.prepare}

    def run(self, *words, **env):
        command, how = self.started(*words, **env)
        done = subprocess.run(command, input=b"", timeout=PATIENCE, capture_output=True, check=False, **how)
        assert done.returncode == 0, (words, done.returncode, done.stderr.decode())
        return done.stdout

    def tls(self):
        """A password belongs to the server beside it."""
        here = f"https://127.0.0.1:{self.port}"
        assert self.run(*self.trust, "-s", here, "web01", XENCON_SERVER=here) == HELLO

    def socket(self):
        assert self.run("-s", f"unix:{self.unix}", "web01", XENCON_SERVER=None, XENCON_PASSWORD=None) == HELLO

    def dns(self):
        """By its short name: resolv.conf's search list makes the whole one."""
        assert self.run(*self.trust, "web01") == HELLO

    def authority(self):
        """Who signs is found where some system keeps them, or SSL_CERT_FILE says."""
        assert self.run("web01", **self.place.authorities) == HELLO

    def list(self):
        """A locale that is not there; columns stand below each other all the same."""
        lines = self.run(*self.trust, "list").decode().split("\n")
        starts = {columns(line[:re.search(r"running", line, re.I).start()]) for line in lines
                  if re.search(r"running", line, re.I)}
        assert any(WIDE in line for line in lines) and len(starts) == 1, lines

    def screen(self):
        row = shown.rows(text_screen())[0]
        seen = pyte.Screen(80, 26)
        stream = pyte.ByteStream(seen)
        command, how = self.started(*self.trust, "screen", "shown")
        terminal = pexpect.spawn(command[0], command[1:], dimensions=(26, 80), timeout=PATIENCE, **how)
        try:
            while not any(row in line for line in seen.display):
                stream.feed(terminal.read_nonblocking(4096, PATIENCE))
            terminal.send("\x1d.")
            terminal.expect(pexpect.EOF)
            terminal.wait()
            assert terminal.exitstatus == 0
        finally:
            terminal.close(force=True)

    def shot(self):
        assert shown.rows(text_screen())[0] in self.run(*self.trust, "shot", "--text", "shown").decode()
        assert self.run(*self.trust, "shot", "shown", "-").startswith(b"\x89PNG")

    def prompt(self):
        """Also where there is no /dev/tty."""
        command, how = self.started(*self.trust, "web01", XENCON_PASSWORD=None)
        terminal = pexpect.spawn(command[0], command[1:], timeout=PATIENCE, **how)
        try:
            terminal.expect(b"password")
            terminal.sendline(b"secret")
            terminal.expect(HELLO)
            terminal.expect(pexpect.EOF)
            terminal.wait()
            assert terminal.exitstatus == 0 and b"secret" not in terminal.before
        finally:
            terminal.close(force=True)

    def type(self):
        vm = self.pool.vms_by_name["typed"]
        del vm.rfb_backend.events[:]
        self.run(*self.trust, "type", "--layout", "de", "typed", "zß")
        pressed = [event["key"] for event in vm.rfb_backend.events if event["type"] == "key" and event["down"]]
        # Places on the keyboard by what an American one has there, as servers take them.
        assert pressed == [ord("y"), ord("-")], pressed

    def vnc(self):
        command, how = self.started(*self.trust, "vnc", "--once", "-l", "0", "typed")
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **how)
        try:
            port = int(process.stdout.readline().decode().rpartition(":")[2])
            with rfbclient.Viewer(f"vnc://127.0.0.1:{port}") as viewer:
                viewer.greet()
            assert process.wait(PATIENCE) == 0
        finally:
            process.kill()
            process.wait(PATIENCE)
            process.stdout.close()

    def trust_command(self):
        self.run("trust", *self.trust, f"127.0.0.1:{self.port}", XDG_STATE_HOME="/tmp/state")
        assert b"127.0.0.1" in self.run("trust", XENCON_SERVER=None, XDG_STATE_HOME="/tmp/state")

    def completion(self):
        for shell in ("bash", "zsh", "fish"):
            assert b"xencon" in self.run("completion", shell)
        assert b"--layout" in self.run("completion", "words", "--", "type", "--lay")

    def manual(self):
        assert b"EXIT STATUS" in self.run("help", "--manual")
        if self.tracer or "LD_PRELOAD" in self.place.env:
            return  # a pager is another program, which falls into a trap
        command, how = self.started("help", "--manual", PAGER="cat")
        terminal = pexpect.spawn(command[0], command[1:], timeout=PATIENCE, **how)
        try:
            assert b"EXIT STATUS" in terminal.read()
            terminal.wait()
            assert terminal.exitstatus == 0
        finally:
            terminal.close(force=True)

    def licences(self):
        assert b"Apache License" in self.run("version", "--licences")

    def files(self):
        """No file of the machine's libraries, locales or plug-ins is opened, none is mapped to be run."""
        wrong = {}
        for name in SMOKE:
            with tempfile.TemporaryDirectory() as folder:
                self.tracer = tracing.Tracer(pathlib.Path(folder))
                try:
                    self.test(name)
                finally:
                    tracer, self.tracer = self.tracer, None
                wrong |= {name: found for found in [tracer.foreign(self.place)] if found}
                if name == "dns":
                    assert "/etc/resolv.conf" in tracer.opened, tracer.opened
        assert not wrong, wrong
        assert not self.place.sprung(), "a library of somebody's was loaded"

    def test(self, name):
        getattr(self, "trust_command" if name == "trust" else name)()

    def attempt(self, name):
        """What the table says of it; why it failed goes to stderr."""
        try:
            self.test(name)
            return "ok"
        except (AssertionError, subprocess.SubprocessError, OSError, LookupError, ValueError,
                pexpect.ExceptionPexpect) as error:
            print(f"{self.place.name}, {name}: {error!r}", file=sys.stderr)
            return "FAILED"


def columns(text):
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def text_screen():
    """One of 80 columns and 25 rows with ASCII in its first row."""
    for name in shown.names():
        truth = json.loads((shown.SCREENS / f"{name}.json").read_text())
        if truth["kind"] == "text" and (truth["columns"], truth["rows"]) == (80, 25) and \
                len(truth["text"][0].rstrip()) > 20 and truth["text"][0].isascii():
            return name
    raise LookupError("no such screen")
