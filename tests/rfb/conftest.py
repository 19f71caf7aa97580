# SPDX-License-Identifier: ISC
"""Fixtures: servers and clients that end with their test."""
import contextlib

import pytest

from dumping import Dump


@pytest.fixture
def stack():
    """What is to be ended after the test, last first."""
    with contextlib.ExitStack() as made:
        yield made


@pytest.fixture
def watch(stack, tmp_path):
    """Makes clients of the server at an address."""
    def make(address, *encodings):
        dump = Dump(tmp_path, address, *encodings)
        stack.callback(dump.stop)
        return dump

    return make
