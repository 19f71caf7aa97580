# SPDX-License-Identifier: ISC
"""The tasks of the manual's "HOW TO", as a reader would copy them out of it.

Owns the reading of doc/xencon.1 and nothing else. What it gives is the manual's own text: commands without their
prompt, a command of several lines as one text, files as they stand.
"""
import re

import harness

MANUAL = harness.ROOT / "doc" / "xencon.1"
PROMPT = re.compile(r"[$#] ")


def plain(text):
    """What mandoc shows for the escapes that examples need."""
    shown = text.replace(r"\e", "\\").replace(r"\(dq", '"').replace(r"\&", "")
    assert not re.search(r"\\[\[(*f]", shown), f"an escape that a reader's eye would not see: {text}"
    return shown


class Task:
    """`commands` and `files` of one section, in order; `take` gives each out, and `left` is what nobody took."""

    def __init__(self, title, source):
        self.title = title
        self.commands, self.files = [], []
        for line, block in re.findall(r"^\.Dl (.*)$|^\.Bd -literal.*\n((?:.*\n)*?)\.Ed$", source, re.M):
            if line:
                self._command(plain(line))
            elif PROMPT.match(block):
                for part in re.split(r"^(?=[$#] )", plain(block), flags=re.M)[1:]:
                    self._command(part.rstrip("\n"))
            else:
                self.files.append(plain(block))
        self.left = [*self.commands, *self.files]

    def _command(self, text):
        assert PROMPT.match(text), text
        self.commands.append(text[2:])

    def command(self, begins):
        """The command that begins so."""
        return self._take(self.commands, begins)

    def file(self, begins):
        return self._take(self.files, begins)

    def _take(self, of, begins):
        found, = [text for text in of if text.startswith(begins)]
        if found in self.left:
            self.left.remove(found)
        return found


def tasks():
    """All of them by their titles."""
    text = MANUAL.read_text()
    section = re.search(r"^\.Sh HOW TO\n(.*?)^\.Sh ", text, re.M | re.S)[1]
    parts = re.split(r"^\.Ss (.*)\n", section, flags=re.M)[1:]
    return {title: Task(title, source) for title, source in zip(parts[::2], parts[1::2])}
