"""Fixtures for tests that run the real program against a simulated pool."""
import pathlib
import sys

import pytest

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1])]

import sim  # noqa: E402

import harness  # noqa: E402


@pytest.fixture
def make_pool():
    """Makes pools, with sim.Pool's arguments; all are stopped after the test."""
    pools = []

    def make(**arguments):
        pool = sim.Pool(**arguments)
        pool.start()
        pools.append(pool)
        return pool

    yield make
    for pool in pools:
        pool.stop()


@pytest.fixture
def pool(make_pool):
    """A pool of one host over TLS, without VMs."""
    return make_pool()


@pytest.fixture
def xencon(pool, tmp_path):
    """The program, told to trust and use `pool`."""
    return harness.Xencon(tmp_path, pool)


@pytest.fixture
def make_xencon(tmp_path):
    """The program for a pool that the test made itself."""
    return lambda pool, **arguments: harness.Xencon(tmp_path, pool, **arguments)
