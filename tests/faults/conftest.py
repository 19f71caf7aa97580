# SPDX-License-Identifier: ISC
"""Where the simulated pool is, and how the program is called."""
import pathlib
import sys

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "integration")]

import harness  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line("markers", "long: takes long; for ./check --all")
    harness.make_ready()
