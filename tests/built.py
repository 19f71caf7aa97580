# SPDX-License-Identifier: ISC
"""The programs that a build has for the tests: in the folder of XENCON, else in build/."""
import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILD = pathlib.Path(os.environ.get("XENCON") or ROOT / "build/xencon").resolve().parent


def program(name):
    """The path of tests/NAME; it must have been built."""
    path = BUILD / "tests" / name
    if not path.exists():
        raise FileNotFoundError(f"{path} is not there: build it (README), or name another build's xencon in XENCON")
    return path
