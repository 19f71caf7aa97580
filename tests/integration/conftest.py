# SPDX-License-Identifier: ISC
"""Fixtures for tests that run the real program against a simulated pool."""
import pathlib
import sys

import pytest

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1])]

import sim  # noqa: E402

import harness  # noqa: E402
import ptys  # noqa: E402
import puppets  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line("markers", "long: takes long; for ./check --all")
    config.addinivalue_line("markers", "plain: of a program that no sanitizer is built into")
    harness.make_ready()


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
    program = harness.Xencon(tmp_path, pool)
    yield program
    program.stop()


@pytest.fixture
def make_xencon(tmp_path):
    """The program for a pool that the test made itself."""
    programs = []

    def make(pool, **arguments):
        programs.append(harness.Xencon(tmp_path, pool, **arguments))
        return programs[-1]

    yield make
    for program in programs:
        program.stop()


@pytest.fixture
def puppet(pool):
    """The guest behind the console of a VM "web01": it says and hears what the test wants."""
    guest = puppets.Puppet()
    pool.add_vm("web01", backend=guest)
    return guest


@pytest.fixture
def pty():
    """A pseudo-terminal of the test's own."""
    with ptys.Pty() as made:
        yield made
