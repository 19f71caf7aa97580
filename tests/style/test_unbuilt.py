# SPDX-License-Identifier: ISC
"""A tree that was not built says so, and helps all the same."""
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
NOWHERE = "/nowhere/xencon"


def run(*words):
    return subprocess.run([sys.executable, *words], cwd=ROOT, env={**os.environ, "XENCON": NOWHERE}, capture_output=True,
                          text=True, timeout=60, check=False)


def test_the_benchmark_helps():
    done = run("bench/run", "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: ")


@pytest.mark.parametrize("folder", ["tests/integration", "tests/faults"])
def test_the_tests_say_what_is_missing(folder):
    done = run("-m", "pytest", "-q", "-p", "no:cacheprovider", folder)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert done.stderr == f"ERROR: {NOWHERE} is not there: build it (README), or name another in XENCON\n\n"
