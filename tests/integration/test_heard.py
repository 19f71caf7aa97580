# SPDX-License-Identifier: ISC
"""The command to leave is heard while nothing is sent any more, and the reader of what was printed takes nothing."""
import pytest

import harness
import procs
import ptys

from outcome import assert_logged_out

ESC = harness.ESCAPE
MUCH = b"text\r\n" * 700_000


@pytest.fixture
def full():
    """A pipe that nobody reads."""
    with ptys.pipe() as (_, writer):
        ptys.write_until_full(writer, quiet=0)
        yield writer


def test_after_what_was_waited_for(pty, puppet, xencon, full, pool):
    process = pty.attach(xencon, "--until", "login:", stdout=full)
    puppet.say(b"login:")
    harness.eventually(lambda: procs.rests(process.pid), "it waits")
    pty.write(b"x" + ESC + b".")
    assert harness.finish(process) == 0
    assert_logged_out(pool)


def test_after_the_connection_was_lost(pty, puppet, xencon, full, pool):
    process = pty.attach(xencon, stdout=full)
    ptys.write_until_full(puppet.sock.fileno(), MUCH)
    pool.coordinator.network("reset")
    for key in b"xy":
        pty.write(bytes([key]))
        harness.eventually(lambda: not ptys.is_readable(pty.slave), "it is read")
    pool.coordinator.network("up")
    pty.write(ESC + b".")
    assert harness.finish(process) == 0
    assert_logged_out(pool)
