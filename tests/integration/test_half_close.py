# SPDX-License-Identifier: ISC
"""Directions that end one by one, and how long silence lasts: --stdio, --idle, and pipes."""
import os
import subprocess
import time

import pytest

import harness
import ptys
import puppets
import sim

FOREVER = ("--idle", "3600")


@pytest.fixture(params=[True, False], ids=["TLS", "clear text"])
def far_pool(request, make_pool):
    """A pool whose web01 has its console at a place of the test's own."""
    return make_pool(hosts=2, tls=request.param)


@pytest.fixture
def bare(far_pool):
    made = puppets.Bare(far_pool)
    yield made
    made.close()


@pytest.fixture
def far_xencon(far_pool, make_xencon):
    return make_xencon(far_pool)


def test_the_end_of_input_reaches_the_console_while_output_flows(bare, far_xencon):
    process = far_xencon.start("--stdio", *FOREVER, "web01")
    puppets.assert_input_ends_first(process, bare.accept())


def test_the_end_of_the_console_reaches_the_reader_while_input_flows(bare, far_xencon):
    process = far_xencon.start("--stdio", *FOREVER, "web01")
    puppets.assert_console_ends_first(process, bare.accept())


def test_over_one_socket_for_both_directions(bare, far_xencon):
    with ptys.socket_pair() as (ours, theirs):
        process = far_xencon.start("--stdio", *FOREVER, "web01", stdin=theirs, stdout=theirs)
        theirs.close()
        console = bare.accept()
        console.send(b"last words")
        console.finish()
        assert ptys.read_all(ours.fileno()) == b"last words"
        ours.sendall(b"heard")
        assert puppets.hear(console, 5) == b"heard"
        ours.close()
        assert harness.finish(process) == 0
        assert puppets.hear_all(console)[0] == b""


def test_without_stdio_the_consoles_end_is_the_end(bare, far_xencon):
    process = far_xencon.start(*FOREVER, "web01")
    console = bare.accept()
    console.send(b"last words")
    console.finish()
    assert harness.finish(process) == 0
    assert ptys.read_all(process.stdout.fileno()) == b"last words"


def test_without_stdio_the_end_of_input_is_not_told(bare, far_xencon):
    process = far_xencon.start(*FOREVER, "web01", stdin=subprocess.DEVNULL)
    console = bare.accept()
    console.send(b"words")
    assert ptys.read_exactly(process.stdout.fileno(), 5) == b"words"
    assert not ptys.is_readable(console.fileno())
    console.send(b"more")
    console.finish()
    assert ptys.read_all(process.stdout.fileno()) == b"more"
    assert harness.finish(process) == 0


def test_last_words_while_we_are_typing(bare, far_xencon, far_pool):
    words = b"Kernel panic - not syncing\r\n" * 5000
    with ptys.pipe() as (reader, writer):
        process = far_xencon.start(*FOREVER, "web01", stdout=writer)
        console = bare.accept()
        console.send(words)
        ptys.wait_full(writer)
        harness.eventually(lambda: ptys.unacknowledged(console) == 0, "all of it has arrived")
        if far_pool.tls:
            console.finish()
        console.close()
        for _ in range(20):
            ptys.write_all(process.stdin.fileno(), b"typed in vain\n")
            time.sleep(0.01)
        assert ptys.read_exactly(reader, len(words)) == words
        assert harness.finish(process) in (0, 7)


def test_idle_zero_still_delivers_the_input(pool, xencon):
    guest = sim.Sink()
    pool.add_vm("web01", backend=guest)
    done = xencon.run("--idle", "0", "web01", input=b"poweroff\n" * 20_000)
    assert done.returncode == 0
    assert guest.wait_for(180_000, harness.PATIENCE)
    assert bytes(guest.received) == b"poweroff\n" * 20_000


def test_a_long_idle_does_not_outlast_the_console(puppet, xencon):
    process = xencon.start(*FOREVER, "web01", stdin=subprocess.DEVNULL)
    puppet.say(b"bye")
    puppet.end()
    assert harness.finish(process) == 0
    assert ptys.read_all(process.stdout.fileno()) == b"bye"


def test_silence_is_measured_from_the_last_byte(puppet, xencon):
    process = xencon.start("--idle", "2", "web01", stdin=subprocess.DEVNULL)
    for _ in range(40):
        puppet.say(b".")
        time.sleep(0.1)
    last = time.monotonic()
    puppet.say(b"!")
    assert ptys.read_all(process.stdout.fileno()) == b"." * 40 + b"!"
    assert time.monotonic() - last >= 2
    assert harness.finish(process) == 0


def test_open_input_is_never_idle(puppet, xencon):
    process = xencon.start("--idle", "0", "web01")
    puppet.say(b"word")
    assert ptys.read_exactly(process.stdout.fileno(), 4) == b"word"
    time.sleep(1)
    ptys.write_all(process.stdin.fileno(), b"answer")
    assert puppet.hear(6) == b"answer"
    process.stdin.close()
    assert harness.finish(process) == 0


def test_a_slow_reader_is_no_silence(pool, xencon):
    source = sim.Source(size=3_000_000, stay=True)
    pool.add_vm("web01", backend=source)
    with ptys.pipe() as (reader, writer):
        process = xencon.start("--idle", "1", "web01", stdin=subprocess.DEVNULL, stdout=writer)
        ptys.wait_full(writer)
        time.sleep(2)
        assert ptys.read_exactly(reader, len(source.data)) == source.data
        assert harness.finish(process) == 0


def test_a_guest_that_takes_its_time_is_no_silence(pool, xencon):
    data = os.urandom(8_000_000)
    guest = sim.Sink(rate=1000, slow_for=2)
    pool.add_vm("web01", backend=guest)
    done = xencon.run("--idle", "0", "web01", input=data)
    assert done.returncode == 0
    assert guest.wait_for(len(data), harness.PATIENCE)
    assert bytes(guest.received) == data


def test_input_that_the_server_has_not_taken_is_waited_for(far_pool, far_xencon):
    bare, data = puppets.Bare(far_pool, window=2048), os.urandom(30_000)
    process = far_xencon.start("--idle", "0", "web01")
    console = bare.accept()
    process.stdin.write(data)
    process.stdin.close()
    time.sleep(1.5)
    assert process.poll() is None
    assert puppets.hear(console, len(data)) == data
    assert harness.finish(process) == 0
    bare.close()


def test_a_guest_that_only_reads(pool, xencon):
    """We ended it: that nothing came is no fault of the console's."""
    sink = sim.Sink()
    pool.add_vm("web01", backend=sink)
    text = bytes(8 << 20)
    done = xencon.run("--stdio", "web01", input=text)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", "")
    assert len(sink.received) == len(text)


def test_a_reader_that_stopped_is_not_waited_for(bare, far_xencon):
    with ptys.pipe() as (reader, writer):
        process = far_xencon.start("--stdio", "web01", stdout=writer)
        console = bare.accept()
        console.send(bytes(70_000))     # more than the pipe holds, less than that and the program's buffer
        console.finish()
        assert harness.finish(process) == 0
        assert len(os.read(reader, 70_000)) == ptys.PIPE_SIZE
