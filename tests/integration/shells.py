# SPDX-License-Identifier: ISC
"""An interactive bash with job control, on a terminal, that calls xencon by its name."""
import os
import shlex

import harness
import procs

PROMPT = "ready$ "


def install(xencon, folder):
    """Puts a script `xencon` with the options of `xencon` into a folder; gives its environment."""
    bin_folder = folder / "bin"
    bin_folder.mkdir()
    script = bin_folder / "xencon"
    script.write_text(f'#!/bin/sh\nexec {shlex.join(xencon.command())} "$@"\n')
    script.chmod(0o755)
    return {**xencon.env, "PATH": f"{bin_folder}:{xencon.env['PATH']}", "PS1": PROMPT,
            "HISTFILE": "/dev/null"}


class Shell:
    """Types commands and reads what they print up to the next prompt."""

    ARGV = ("/bin/bash", "--norc", "--noprofile", "-i")

    def __init__(self, xencon, folder):
        env = install(xencon, folder)
        # Readline's own sequences around the prompt would be one more thing to read past.
        self.terminal = xencon.spawn(*self.ARGV, "+o", "emacs", env=env, dimensions=(24, 80))
        self.prompt()

    def prompt(self):
        """Waits for the prompt; gives what was printed before it."""
        self.terminal.expect_exact(PROMPT.encode())
        return self.terminal.before

    def type(self, line):
        """Types a command, and reads its echo."""
        self.terminal.send(line.encode() + b"\r")
        self.terminal.expect_exact(line.encode() + b"\r\n")

    def run(self, line):
        """A command's whole output."""
        self.type(line)
        return self.prompt().decode()

    def settings(self):
        """The terminal's settings as a command of this shell finds them."""
        return self.run("stty -g")

    def jobs(self):
        return procs.children(self.terminal.pid)

    def attach(self, *arguments):
        """Attaches to web01; gives the program's process id."""
        self.type(shlex.join(["xencon", "web01", *arguments]))
        self.terminal.attached()
        job, = self.jobs()
        return job

    def raw_again(self):
        harness.eventually(self.terminal.is_raw, "the terminal is raw again")

    def status(self):
        return int(self.run("echo $?"))

    def signal(self, job, number):
        os.kill(job, number)

    def leave(self):
        self.terminal.send(b"exit\r")
        return self.terminal.finish()
