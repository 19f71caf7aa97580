# SPDX-License-Identifier: ISC
"""Fixtures for tests that type into real guests."""
import pathlib
import sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "guest")]


def pytest_configure(config):
    config.addinivalue_line("markers", "long: takes long; for ./check --all")
