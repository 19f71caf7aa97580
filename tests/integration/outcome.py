# SPDX-License-Identifier: ISC
"""What every failure and every success has in common, and what must never be in what is printed.

Knows no single message: the tests name what theirs must say.
"""
import re

import pytest

import harness
import sim

# What a test's console says where any words will do.
HELLO = b"hello from web01\r\n"

# Lower case, but for words that are written in capitals only; a row of evidence is moved in.
MESSAGE = re.compile(r"xencon: (?:(?![A-Z][a-z])\S|  \S)")


@pytest.fixture
def pool(make_pool):
    """One whose web01 says HELLO, for the tests to import."""
    made = make_pool()
    made.add_vm("web01", backend=sim.Source(HELLO))
    return made


def assert_failed(done, status, *says, pool=None, rows=0, password="secret"):
    """A plain failure: its exit status, words that help, nothing on stdout, nothing left behind.

    `rows` lines of a table may come before the messages. Without `pool` sessions are not looked at.
    """
    assert done.returncode == status, done.stderr
    assert done.stdout == b""
    lines = done.stderr.splitlines()
    assert len(lines) > rows, "it says nothing"
    for line in lines[rows:]:
        assert MESSAGE.match(line), line
    for text in says:
        assert text in done.stderr
    assert_no_secret(done.stderr, pool, password)
    if pool is not None:
        assert_logged_out(pool)


def assert_served(done, pool):
    """The console said HELLO and ended in order, and no session is left."""
    assert (done.stdout, done.returncode) == (HELLO, 0), done.stderr
    assert_logged_out(pool)


def assert_no_secret(text, pool=None, password="secret"):
    """Neither the password nor any session that the server gave is in the text."""
    assert password not in text
    for secret in sessions_seen(pool) if pool is not None else ():
        assert secret not in text


def assert_logged_out(pool):
    harness.eventually(lambda: not pool.sessions, "every session has ended")


def sessions_seen(pool):
    """The sessions that were used in calls."""
    first = [request.params[0] for request in pool.requests if request.params]
    return {ref for ref in first if str(ref).startswith("OpaqueRef:")}


def calls(pool):
    """The names of the calls in order; CONNECT is one."""
    return [request.method or request.kind for request in pool.requests]


def connects(pool):
    """The requests for a console, whichever host they came to."""
    return [request for request in pool.requests if request.kind == "CONNECT"]


def await_call(pool, name, times=1):
    """Waits until a call has come to the server so many times."""
    harness.eventually(lambda: calls(pool).count(name) >= times, f"{name} is called")
