# SPDX-License-Identifier: ISC
"""Fixtures: a painter that ends with its test."""
import pytest

from painting import Paint


@pytest.fixture
def paint():
    made = Paint()
    yield made
    made.stop()
