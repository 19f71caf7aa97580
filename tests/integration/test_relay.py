# SPDX-License-Identifier: ISC
"""Much data, slow ends: nothing is lost, and memory stays as it was."""
import hashlib
import os
import subprocess
import threading

import pytest

import harness
import procs
import ptys
import puppets
import sim

MUCH = 64 * 1024 * 1024
# The relay's two buffers are allotted at the start; what may still grow is the allocator's own.
GROWTH = 4 * 1024 * 1024


def digest_of(fd, size):
    """The hash of the next `size` bytes."""
    digest, left = hashlib.sha256(), size
    while left:
        data = ptys.read_some(fd, min(left, 1 << 20))
        assert data, f"ended {left} bytes too early"
        digest.update(data)
        left -= len(data)
    return digest.hexdigest()


def check_bulk(pool, process, fd, wait_full):
    """The reader sleeps until nothing moves any more, then takes everything."""
    source = pool.vms[-1].backend
    wait_full()
    before = procs.memory(process.pid, "VmHWM")
    assert digest_of(fd, MUCH) == hashlib.sha256(source.data).hexdigest()
    assert procs.memory(process.pid, "VmHWM") - before < GROWTH


def test_much_output_into_a_pipe(pool, xencon):
    pool.add_vm("web01", backend=sim.Source(size=MUCH, stay=True))
    with ptys.pipe() as (reader, writer):
        process = xencon.start("web01", stdout=writer)
        check_bulk(pool, process, reader, lambda: ptys.wait_full(writer))
        harness.kill(process)
        assert harness.finish(process) == 143


def test_much_output_on_a_terminal(pool, pty, xencon):
    pool.add_vm("web01", backend=sim.Source(size=MUCH, stay=True))
    process = pty.attach(xencon)
    check_bulk(pool, process, pty.master, lambda: pty.wait_full(process))
    pty.write(harness.ESCAPE + b".")
    assert harness.finish(process) == 0


def test_much_output_into_a_file(pool, xencon, tmp_path):
    source = sim.Source(size=MUCH)
    pool.add_vm("web01", backend=source)
    with open(tmp_path / "out", "wb") as file:
        assert harness.finish(xencon.start("web01", stdout=file)) == 0
    assert (tmp_path / "out").read_bytes() == source.data


def test_the_last_words_wait_for_a_slow_reader(pool, xencon):
    source = sim.Source(size=300_000)
    pool.add_vm("web01", backend=source)
    with ptys.pipe() as (reader, writer):
        process = xencon.start("web01", stdout=writer)
        ptys.wait_full(writer)
        harness.eventually(lambda: not source.clients, "the console has ended")
        assert process.poll() is None
        assert ptys.read_exactly(reader, 300_000) == source.data
        assert harness.finish(process) == 0


def slow_guest(pool):
    guest = sim.Sink(rate=1000, slow_for=2)
    pool.add_vm("web01", backend=guest)
    return guest, os.urandom(1024 * 1024)


def test_a_paste_into_a_slow_guest_from_a_terminal(pool, pty, xencon):
    guest, paste = slow_guest(pool)
    process = pty.attach(xencon, "-e", "none")
    before = procs.memory(process.pid, "VmHWM")
    with ptys.feeding(pty.master, paste):
        assert guest.wait_for(len(paste), harness.PATIENCE)
    assert bytes(guest.received) == paste
    assert procs.memory(process.pid, "VmHWM") - before < GROWTH
    harness.kill(process)
    assert harness.finish(process) == 143


def test_a_paste_into_a_slow_guest_from_a_pipe(pool, xencon):
    guest, paste = slow_guest(pool)
    done = xencon.run("--idle", "1", "web01", input=paste)
    assert done.returncode == 0
    assert guest.wait_for(len(paste), harness.PATIENCE)
    assert bytes(guest.received) == paste


def test_both_ways_at_once(pool, xencon):
    data = os.urandom(16 * 1024 * 1024)
    pool.add_vm("web01", backend=sim.Echo())
    process = xencon.start("--stdio", "web01")
    ptys.write_all(process.stdin.fileno(), b"ready?")
    assert ptys.read_exactly(process.stdout.fileno(), 6) == b"ready?"
    before = procs.memory(process.pid, "VmHWM")
    with ptys.feeding(process.stdin.fileno(), data):
        assert digest_of(process.stdout.fileno(), len(data)) == hashlib.sha256(data).hexdigest()
    assert procs.memory(process.pid, "VmHWM") - before < GROWTH
    process.stdin.close()
    assert ptys.read_all(process.stdout.fileno()) == b""
    assert harness.finish(process) == 0


def test_both_ways_at_once_on_a_terminal(pool, pty, xencon):
    data = os.urandom(2 * 1024 * 1024)
    pool.add_vm("web01", backend=sim.Echo())
    process = pty.attach(xencon, "-e", "none")
    with ptys.feeding(pty.master, data):
        assert digest_of(pty.master, len(data)) == hashlib.sha256(data).hexdigest()
    harness.kill(process)
    assert harness.finish(process) == 143


def test_input_flows_while_the_reader_sleeps(pool, xencon):
    heard, typed = threading.Event(), os.urandom(200_000)

    def dialogue(sock):
        flood = threading.Thread(target=sock.sendall, args=(bytes(2_000_001),), daemon=True)
        flood.start()
        received = b""
        while len(received) < len(typed):
            received += sock.recv(65536)
        if received == typed:
            heard.set()
        flood.join()

    pool.add_vm("web01", backend=sim.Script(dialogue))
    # An odd byte, so that what follows does not fill the pipe to the last one.
    pool.faults.add(sim.Fault("console", "split", at=1))
    with ptys.pipe() as (reader, writer):
        process = xencon.start("web01", stdout=writer)
        ptys.wait_full(writer)
        ptys.write_all(process.stdin.fileno(), typed)
        assert heard.wait(harness.PATIENCE)
        assert ptys.read_exactly(reader, 2_000_001) == bytes(2_000_001)
        assert harness.finish(process) == 0


def test_output_flows_while_the_guest_takes_nothing(pool, pty, xencon):
    listen = threading.Event()
    guest = puppets.Deaf(b"o" * 100_000, listen)
    pool.add_vm("web01", backend=guest)
    process = pty.attach(xencon, "-e", "none")
    size = ptys.write_until_full(pty.master)
    assert pty.read(100_000) == b"o" * 100_000
    listen.set()
    assert guest.wait_for(size, harness.PATIENCE)
    harness.kill(process)
    assert harness.finish(process) == 143


@pytest.mark.parametrize("way", ["terminal", "pipe"])
def test_more_than_all_buffers_hold_into_a_guest_that_sleeps(pool, pty, xencon, way):
    paste, listen = os.urandom(MUCH // 4), threading.Event()
    guest = puppets.Deaf(b"ready", listen)
    pool.add_vm("web01", backend=guest)
    if way == "terminal":
        process, output, typing = pty.attach(xencon, "-e", "none"), pty.master, pty.master
    else:
        process = xencon.start("web01")
        output, typing = process.stdout.fileno(), process.stdin.fileno()
    assert ptys.read_exactly(output, 5) == b"ready"
    before = procs.memory(process.pid, "VmHWM")
    taken = ptys.write_until_full(typing, paste)
    assert 65536 < taken < len(paste)
    listen.set()
    ptys.write_all(typing, paste[taken:])
    assert guest.wait_for(len(paste), harness.PATIENCE)
    assert bytes(guest.received) == paste
    assert procs.memory(process.pid, "VmHWM") - before < GROWTH
    harness.kill(process)
    assert harness.finish(process) == 143


@pytest.mark.parametrize("tls", [True, False], ids=["TLS", "clear text"])
def test_last_words_before_the_connection_breaks(make_pool, make_xencon, tls):
    pool = make_pool(tls=tls)
    words = b"Kernel panic - not syncing\r\n" * 2000
    pool.add_vm("web01", backend=sim.Source(data=words, stay=True))
    pool.faults.add(sim.Fault("console", "truncate" if tls else "close", at=len(words)))
    done = make_xencon(pool).run("web01", input=None, stdin=subprocess.DEVNULL)
    assert done.stdout == words
    assert done.returncode == (7 if tls else 0)
