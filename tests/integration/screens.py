# SPDX-License-Identifier: ISC
"""A terminal emulator, tmux, with an interactive bash in it: what a user really sees."""
import shutil
import subprocess

import pytest

import harness
import shells

TMUX = shutil.which("tmux")


class Screen:
    """One window of 24 lines, with a shell in `folder`; `stop` ends the tmux server that was started for it."""

    def __init__(self, xencon, folder):
        if TMUX is None:
            pytest.skip("tmux is not installed")
        self._tmux = [TMUX, "-S", str(folder / "tmux"), "-f", "/dev/null", "-u"]
        self._env = {**shells.install(xencon, folder), "TERM": "xterm-256color"}
        self._call("new-session", "-d", "-c", str(folder), "-x", "80", "-y", "24",
                   *shells.Shell.ARGV)
        self._call("set", "-g", "status", "off")
        self.wait_for(lambda: self.lines() == [shells.PROMPT.strip()], "the shell's prompt")

    def stop(self):
        self._call("kill-server")

    def type(self, text):
        """Presses the keys of a text, control characters among them."""
        self._call("send-keys", "-H", *(f"{byte:02x}" for byte in text.encode()))

    def resize(self, rows, columns):
        self._call("resize-window", "-x", str(columns), "-y", str(rows))

    def lines(self, *options):
        """The lines that are to be seen, without empty ones at the end."""
        return self._call("capture-pane", "-p", *options).rstrip("\n").split("\n")

    def mode(self, *names):
        """Flags of the emulator's, as alternate_on, cursor_flag, mouse_any_flag."""
        return [int(word) for word in self.show(*names)]

    def show(self, *names):
        return self._call("display-message", "-p", " ".join(f"#{{{name}}}" for name in names)).split()

    def pid(self):
        """The shell's process."""
        return int(self.show("pane_pid")[0])

    def wait_for(self, condition, what):
        """Waits until a condition holds; shows the screen when it never does."""
        try:
            harness.eventually(condition, what)
        except AssertionError as error:
            raise AssertionError("\n".join([str(error), "the screen shows:", *self.lines()])) from None

    def wait_line(self, line):
        """Waits until a line of the screen is just this."""
        self.wait_for(lambda: line in self.lines(), f"a line {line!r}")

    def wait_last(self, line):
        """Waits until the last line, where the cursor is, is just this."""
        self.wait_for(lambda: self.lines()[-1] == line, f"a last line {line!r}")

    def _call(self, *arguments):
        done = subprocess.run([*self._tmux, *arguments], env=self._env, capture_output=True,
                              timeout=harness.PATIENCE, check=True)
        return done.stdout.decode()
