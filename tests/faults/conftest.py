# SPDX-License-Identifier: ISC
"""Where the simulated pool is, and how the program is called."""
import pathlib
import shutil
import sys

import pytest

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "integration")]

import harness  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line("markers", "long: takes long; for ./check --all")
    if shutil.which(harness.BINARY) is None:
        raise pytest.UsageError(harness.MISSING)
    harness.heed_signals()
