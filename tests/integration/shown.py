# SPDX-License-Identifier: ISC
"""VMs whose graphical console shows real screens: tests/screens/serve behind the simulated pool."""
import importlib.machinery
import importlib.util
import itertools
import json
import pathlib
import subprocess

import pytest

import harness
from sim import backends

SCREENS = harness.ROOT / "tests/data/screens"
TOOLS = harness.ROOT / "tests/screens"
ENCODINGS = ("raw", "hextile", "zrle")
TEXT = "bochs1024-login-lat15fixed16"   # one that is


def load(name):
    """A tool of tests/screens as a module."""
    loader = importlib.machinery.SourceFileLoader(name, str(TOOLS / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


judge = load("judge")
serve = load("serve")


def names():
    return sorted(path.stem for path in SCREENS.glob("*.png") if path.with_suffix(".json").exists())


def truth(name):
    """What is on a screen, as whoever made it says."""
    return json.loads((SCREENS / f"{name}.json").read_text())


def rows(name):
    """Its text, a string a row, trailing blanks dropped."""
    return [row.rstrip() for row in truth(name)["text"]]


def picture_name():
    """A screen that is no text."""
    return next(name for name in names() if truth(name)["kind"] == "picture")


def png(name):
    return str(SCREENS / f"{name}.png")


class Shown:
    """RFB servers that show screens, and VMs that they are the consoles of."""

    def __init__(self, pool, folder):
        self._pool, self._folder, self._servers = pool, pathlib.Path(folder), []
        self._numbers = itertools.count()

    def vm(self, name, screen, *later, encoding=None):
        """A VM that shows `screen`; `later` are seconds and a screen, in turns."""
        path = str(self._folder / f"{next(self._numbers)}.rfb")  # short, as sockets need it
        words = [str(TOOLS / "serve"), path, png(screen)]
        words += [png(word) if i % 2 else str(word) for i, word in enumerate(later)]
        words += ["--encoding", encoding] if encoding else []
        server = subprocess.Popen(words, stdout=subprocess.PIPE)
        self._servers.append(server)
        assert server.stdout.readline() == b"ready\n"
        self._pool.add_vm(name, consoles=("rfb",), domain_type="hvm", rfb_backend=backends.Socket(path))

    def stop(self):
        for server in self._servers:
            server.kill()
            server.wait()
            server.stdout.close()
        self._servers.clear()


@pytest.fixture
def shows(pool, tmp_path):
    made = Shown(pool, tmp_path)
    yield made
    made.stop()
