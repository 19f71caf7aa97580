# SPDX-License-Identifier: ISC
"""tests/install, which ./demo and ./check begin with: where apt is not there, and where something is missing."""
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
REAL = [pathlib.Path(folder) for folder in ("/usr/bin", "/bin", "/usr/local/bin")]


@pytest.fixture
def machine(tmp_path):
    """Runs it with all programs of this machine but some, and with some of the test's own."""
    def run(*words, without=(), own=()):
        folder = tmp_path / "bin"
        folder.mkdir()
        for real in reversed(REAL):
            for path in real.iterdir():
                link = folder / path.name
                link.unlink(missing_ok=True)
                if path.name not in without and not path.name.startswith(("apt", "dpkg")):
                    link.symlink_to(path)
        for name, text in own:
            (folder / name).unlink(missing_ok=True)
            (folder / name).write_text(f"#!/bin/sh\n{text}\n")
            (folder / name).chmod(0o755)
        return subprocess.run([ROOT / "tests/install", *words], env={**os.environ, "PATH": str(folder)},
                              capture_output=True, text=True, check=False)
    return run


def test_without_apt_but_with_all_else_it_goes_on(machine):
    done = machine("demo")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_without_apt_for_the_tests_it_says_so_and_goes_on(machine):
    done = machine()
    assert (done.returncode, done.stdout) == (0, "") and "no apt" in done.stderr


def test_without_apt_it_names_what_is_missing(machine):
    done = machine("demo", without=["meson", "openssl"])
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "there is no apt here; please install what Debian calls: meson openssl\n"


def test_it_says_what_it_installs_before_it_does(machine, tmp_path):
    called = tmp_path / "called"
    done = machine("demo", own=[("dpkg-query", "echo not-installed"), ("sudo", 'exec "$@"'),
                                ("apt-get", f'echo "$@" >>{called}; exit 1')])
    assert done.returncode == 1
    first = done.stdout.splitlines()[0]
    assert first.startswith("installing:") and " meson" in first and " openssl" in first
    assert called.read_text() == "update\n"
