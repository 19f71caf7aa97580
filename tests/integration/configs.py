# SPDX-License-Identifier: ISC
"""The files that the program finds its settings in, and a pool that tells which settings came out."""
import pathlib

import pytest

import sim
from outcome import HELLO


class Home:
    """A home with the program's configuration and xe's, as a user would have them."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.config = self.folder / ".config" / "xencon" / "config"
        self.xe = self.folder / ".xe"
        self.variables = {}

    def configure(self, text, path=None):
        """Writes the configuration, or one elsewhere."""
        path = self.folder / path if path else self.config
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def secret(self, name, text, mode=0o600):
        """Writes a file that holds a password; `mode` is who can read it."""
        path = self.folder / name
        path.write_text(text)
        path.chmod(mode)
        return path


def add_source(pool):
    """A VM "web01" that says HELLO and ends."""
    return pool.add_vm("web01", backend=sim.Source(HELLO))


def logins(pool):
    """(user, password) of every login that was tried."""
    return [tuple(request.params[:2]) for request in pool.requests
            if request.method == "session.login_with_password"]


def add_stayer(pool, name):
    """A VM that says HELLO and stays."""
    return pool.add_vm(name, backend=sim.Source(HELLO, stay=True))


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


@pytest.fixture
def bare(pool, make_xencon):
    """The program without any setting but whom to trust."""
    add_source(pool)
    program = make_xencon(pool, password=None)
    del program.env["XENCON_SERVER"]
    return program
