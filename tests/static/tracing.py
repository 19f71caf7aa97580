# SPDX-License-Identifier: ISC
"""What a program that is one file opens, told by strace, or by qemu of what it runs.

ALWAYS TRUE: only what comes after the program's own beginning counts; what chroot(1), strace and qemu load for themselves
is theirs.
"""
import re

CALLS = "execve,execveat,open,openat,openat2,mmap,mmap2,connect,uselib"
OPENED = re.compile(r'\b(?:open|openat|openat2|uselib)\((?:[^",]*,\s*)?"([^"]*)"')
# Code out of a file is a library, whatever its name. (qemu's lines tell no file: there the names must do.)
MAPPED = re.compile(r"\bmmap2?\([^)]*PROT_EXEC[^)]*, \d+<([^>]*)>")
# What a program that is one file has no business with.
FOREIGN = re.compile(r"\.so(\.|$)|ld\.so|/locale|gconv|/nls/|ossl-modules|/engines|openssl\.cnf|fipsmodule|terminfo|"
                     r"termcap|/X11/|libnss|/nscd|/nslcd|/sss/|io\.systemd")
# The trap's certificates are what the variable is for; all else in there is bait.
BAIT = re.compile(r"/trap/(?!certs/)")


class Tracer:
    """For one test, however many runs of the program it has. `opened` is filled by `foreign`."""

    def __init__(self, folder):
        self._folder, self._count, self.opened = folder, 0, []

    def command(self, place, words):
        log = self._folder / str(self._count)
        self._count += 1
        if place.command[0].startswith("qemu"):
            emulator, *rest = place.command
            return [emulator, "-strace", "-D", str(log), *rest, *words]
        given = [word for name, text in place.env.items() for word in ("-E", f"{name}={text}")]
        return ["strace", "-f", "-y", "-s", "4096", "-o", str(log), "-e", f"trace={CALLS}", *given, *place.command,
                *words]

    def foreign(self, place):
        """What was opened, mapped or asked that is none of its business. What it opened besides is kept."""
        found = []
        for number in range(self._count):
            text = (self._folder / str(number)).read_text(errors="replace")
            if not place.command[0].startswith("qemu"):
                text = self._ours(text, place)
            # A wall is put around a folder by a descriptor through which nothing can be read.
            text = re.sub(r"^.*\bO_PATH\b.*\n", "", text, flags=re.M)
            opened = OPENED.findall(text)
            self.opened += opened
            connected = re.findall(r'sun_path="([^"]*)"', text)
            found += [path for path in opened + connected if FOREIGN.search(path) or BAIT.search(path)]
            found += MAPPED.findall(text)
        return found

    @staticmethod
    def _ours(text, place):
        """From our own execve on: with chroot(1) in front it is the second. No command here starts another program."""
        runs = re.split(r"^.*\bexecve\(.*\n", text, flags=re.M)
        before = 2 if place.command[0] == "chroot" else 1
        assert len(runs) == before + 1, runs
        return runs[-1]
