# SPDX-License-Identifier: ISC
"""What a console has switched on in the terminal is switched off on the way out."""
import os
import time

import pytest

import harness
import ptys

# A full-screen program's beginning: alternate screen, no cursor, mouse, bracketed paste, colour.
BEGIN = b"\x1b[?1049h\x1b[?25l\x1b[?1000;1006h\x1b[?2004h\x1b[1;31m"
UNDO = [b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l", b"\x1b[?1006l", b"\x1b[?2004l", b"\x1b[0m"]


def check_undone(after):
    for sequence in UNDO:
        assert after.count(sequence) == 1


def show(pty, puppet, text):
    puppet.say(text)
    assert pty.read(len(text)) == text


def quit_by_keys(pty, puppet, process):
    pty.write(harness.ESCAPE + b".")
    return 0


def console_ends(pty, puppet, process):
    puppet.end()
    return 0


def killed(pty, puppet, process):
    harness.kill(process)
    return 143


@pytest.mark.parametrize("way", [quit_by_keys, console_ends, killed])
def test_undone_on_every_way_out(pty, puppet, xencon, way):
    process = pty.attach(xencon)
    show(pty, puppet, BEGIN + b"text")
    assert way(pty, puppet, process) == harness.finish(process)
    check_undone(pty.read_rest())


def test_nothing_is_undone_that_is_not_on(pty, puppet, xencon):
    process = pty.attach(xencon)
    show(pty, puppet, b"\x1b[1;31mred\x1b[0m \x1b[?25lx\x1b[?25h text\r\n")
    pty.write(harness.ESCAPE + b".")
    assert harness.finish(process) == 0
    assert pty.read_rest() == b""


def test_switched_on_by_pieces(pty, puppet, xencon):
    process = pty.attach(xencon)
    for number in range(len(BEGIN)):
        show(pty, puppet, BEGIN[number:number + 1])
    pty.write(harness.ESCAPE + b".")
    assert harness.finish(process) == 0
    check_undone(pty.read_rest())


def test_output_into_a_pipe_may_lead_to_the_terminal(pty, puppet, xencon):
    """As with tee: what the guest switches on arrives there, and no byte of ours in the pipe."""
    with ptys.pipe() as (reader, writer):
        process = pty.attach(xencon, stdout=writer)
        puppet.say(BEGIN)
        assert ptys.read_exactly(reader, len(BEGIN)) == BEGIN
        pty.write(harness.ESCAPE + b".")
        assert harness.finish(process) == 0
        assert not ptys.is_readable(reader)
        check_undone(pty.read_rest())


def test_through_tee(puppet, xencon, tmp_path):
    command = " ".join(map(str, xencon.command("-q", "web01")))
    terminal = xencon.spawn("/bin/sh", "-c", f"{command} | tee {tmp_path}/copy")
    harness.eventually(terminal.is_raw, "the terminal becomes raw")
    puppet.say(BEGIN + b"text")
    terminal.expect_exact(BEGIN + b"text")
    terminal.send(harness.ESCAPE + b".")
    assert terminal.finish() == 0
    check_undone(terminal.before)
    assert (tmp_path / "copy").read_bytes() == BEGIN + b"text"


def test_output_into_a_file_is_left_alone(pty, puppet, xencon, tmp_path):
    with open(tmp_path / "out", "wb") as file:
        process = pty.attach(xencon, stdout=file)
    puppet.say(BEGIN)
    puppet.end()
    assert harness.finish(process) == 0
    assert (tmp_path / "out").read_bytes() == BEGIN
    assert pty.read_rest() == b""


@pytest.mark.parametrize("way", [quit_by_keys, console_ends, killed])
def test_undone_on_a_terminal_that_is_busy(pty, puppet, xencon, way):
    process = pty.attach(xencon)
    puppet.say(BEGIN)
    with ptys.feeding(puppet.sock.fileno(), b"text\r\n" * 10_000):
        pty.wait_full(process)
    status = way(pty, puppet, process)
    seen = b""
    while process.poll() is None or ptys.is_readable(pty.master):
        if ptys.is_readable(pty.master):
            seen += os.read(pty.master, 1000)
        time.sleep(0.001)
    assert harness.finish(process) == status
    check_undone(seen)
    assert seen.endswith(UNDO[0])


def test_what_the_terminal_has_not_seen_does_not_count(pty, puppet, xencon, tmp_path):
    log = tmp_path / "log"
    process = pty.attach(xencon, "--log", log)
    said = 0

    def say(text):
        nonlocal said
        puppet.say(text)
        said += len(text)
        harness.eventually(lambda: log.stat().st_size == said, "it is received")

    # More than terminals hold, and not more than that and the program's own buffer.
    say(BEGIN + b"text\r\n" * 10_000)
    say(b"".join(UNDO))
    harness.kill(process)
    seen = b""
    while process.poll() is None or ptys.is_readable(pty.master):
        if ptys.is_readable(pty.master):
            seen += os.read(pty.master, 65536)
    assert harness.finish(process) == 143
    check_undone(seen)
