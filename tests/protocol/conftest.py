# SPDX-License-Identifier: ISC
"""Makes the simulated pool importable, and checks that every test leaves nothing running."""
import pathlib
import sys
import threading

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import sim  # noqa: E402

from . import client  # noqa: E402


@pytest.fixture
def pool():
    """A pool of one host in the clear."""
    with sim.Pool(tls=False) as started:
        yield started


@pytest.fixture
def tls_pool():
    """A pool of one host behind TLS."""
    with sim.Pool() as started:
        yield started


@pytest.fixture
def connect():
    """Opens connections to hosts, all of which are closed after the test."""
    opened = []

    def opener(host, **options):
        opened.append(client.Client(host, **options))
        return opened[-1]

    yield opener
    for each in opened:
        each.close()


@pytest.fixture(autouse=True)
def no_threads_left():
    before = set(threading.enumerate())
    yield
    left = [thread for thread in set(threading.enumerate()) - before if thread.is_alive()]
    for thread in left:
        thread.join(2)
    assert not [thread for thread in left if thread.is_alive()]
