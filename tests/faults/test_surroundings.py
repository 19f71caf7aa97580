# SPDX-License-Identifier: ISC
"""Surroundings in which something that is usually there is not: room on the disk, standard streams, /dev/tty, /proc,
descriptors, a clock that goes one way."""
import os
import signal
import subprocess
import sys

import pytest

import faulty
import harness

UNSHARE = ["/usr/bin/unshare", "--mount", "/bin/sh", "-c"]
ENDED = [signal.SIGTERM + 128]


def well(outcome, *statuses):
    assert outcome.wrong == [] and outcome.status in statuses, (outcome.status, outcome.said, outcome.wrong)
    assert outcome.sessions == 0
    return outcome


@pytest.mark.parametrize("command", faulty.COMMANDS)
def test_a_clock_that_is_set_forth_and_back(command):
    """By two days, between any two looks at it, as seen by certificates and logs."""
    outcome = well(faulty.run(command, {"FAIL_WHAT": "clock"}, tls=command == "console"), 0)
    assert command != "console" or faulty.HELLO in outcome.printed


@pytest.mark.parametrize("choice", ["interrupted", "short", "again"])
@pytest.mark.parametrize("command", faulty.COMMANDS)
def test_what_a_kernel_may_choose(command, choice):
    """Calls that are interrupted, move a byte, or find nothing after all: nobody notices."""
    outcome = well(faulty.run(command, {"FAIL_WHAT": choice}, tls=command == "console"), 0, *ENDED)
    assert outcome.count > 0
    assert command != "console" or faulty.HELLO in outcome.printed
    assert command != "list" or b"web01" in outcome.printed


def test_a_clock_that_is_set_while_a_log_is_written(tmp_path):
    log = tmp_path / "log"
    outcome = well(faulty.run("console", {"FAIL_WHAT": "clock"}, words=["--log", log, "--timestamps"]), 0)
    assert outcome.count > 0
    assert b"hello from web01" in log.read_bytes()


def test_a_log_on_a_disk_that_is_full():
    """The console goes on; it is said."""
    outcome = well(faulty.run("console", words=["--log", "/dev/full"]), 0, 1, 2)
    assert b"/dev/full" in outcome.said
    assert outcome.status != 0 or faulty.HELLO in outcome.printed


def in_shell(script):
    """Words before the program: the script in a shell, then the program in its place."""
    return ["/bin/sh", "-c", script + '\nexec "$@"', "sh"]


def alone(script):
    """The same, with mounts that nobody else sees."""
    return [*UNSHARE, script + '\nexec "$@"', "sh"]


@pytest.mark.parametrize("command", faulty.COMMANDS)
@pytest.mark.parametrize("closed", ["exec <&-", "exec >&-", "exec <&- >&-"])
def test_streams_that_are_closed(command, closed):
    outcome = faulty.run(command, before=in_shell(closed), ends=True)
    assert outcome.wrong == [], (outcome.said, outcome.wrong)
    assert outcome.sessions == 0


@pytest.mark.parametrize("command", faulty.COMMANDS)
def test_a_closed_stderr(command):
    """What cannot be said leaves the status."""
    outcome = faulty.run(command, before=in_shell("exec 2>&-"), ends=True)
    assert outcome.said == b""
    assert outcome.status in (0, 143) and outcome.sessions == 0


@pytest.mark.parametrize("command", faulty.COMMANDS)
def test_without_a_terminal_of_its_own(command):
    """/dev/tty is nobody's: no question can be asked, nothing else is missing."""
    well(faulty.run(command, before=["/usr/bin/setsid", "--wait"], ends=True), 0, *ENDED)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")
@pytest.mark.parametrize("command", faulty.COMMANDS)
def test_without_proc(command):
    well(faulty.run(command, before=alone("mount -t tmpfs none /proc"), ends=True), 0, *ENDED)


@pytest.mark.parametrize("command", faulty.COMMANDS)
@pytest.mark.parametrize("limit", [4, 6, 8, 9, 10, 11, 12, 16])
def test_few_descriptors(command, limit):
    """From too few for anything to enough for all of it."""
    outcome = faulty.run(command, before=in_shell(f"ulimit -n {limit}"))
    assert outcome.wrong == [], (outcome.said, outcome.wrong)
    if limit == 16:
        assert outcome.status in (0, *ENDED), outcome.said


def test_output_into_a_full_disk():
    """A list that cannot be written is a failure."""
    with open("/dev/full", "wb") as full:
        outcome = faulty.run("list", stdout=full)
    assert outcome.status == 1 and outcome.wrong == []
    assert b"No space left" in outcome.said


def test_the_version_where_nothing_is_open():
    """A program that is started without any descriptor."""
    done = subprocess.run([sys.executable, "-c", "import os, sys\nos.closerange(0, 100)\nos.execv(sys.argv[1], sys.argv[1:])",
                           harness.BINARY, "version"], timeout=harness.PATIENCE, check=False)
    assert done.returncode in (0, 1)
