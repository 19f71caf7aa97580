# SPDX-License-Identifier: ISC
"""Fixtures for tests that type into real guests."""
import pathlib
import sys

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "guest")]


def pytest_configure(config):
    config.addinivalue_line("markers", "long: takes long; for ./check --all")
