"""A console at rest costs nothing: no processor time, no system calls, whatever has ended."""
import subprocess
import time

import pytest

import harness
import procs
import ptys
import puppets
import sim

FOREVER = ("--idle", "3600")

# Of a second; a loop that spins takes most of it even on a busy machine.
TICKS = 3
CALLS = 10


def check_rest(process, tmp_path):
    """Comes to rest, and stays there for a second."""
    harness.eventually(lambda: procs.state(process.pid) == "S", "it sleeps")
    time.sleep(0.2)
    before = procs.ticks(process.pid)
    calls = procs.calls(process.pid, 0.5, tmp_path / "trace")
    time.sleep(0.5)
    assert process.poll() is None
    assert procs.ticks(process.pid) - before <= TICKS
    assert calls is None or calls <= CALLS


@pytest.fixture
def rest(tmp_path):
    return lambda process: check_rest(process, tmp_path)


def test_on_a_terminal(pty, puppet, xencon, rest):
    process = pty.attach(xencon)
    puppet.say(b"login: ")
    assert pty.read(7) == b"login: "
    pty.write(b"x")
    assert puppet.hear(1) == b"x"
    rest(process)


@pytest.mark.parametrize("arguments", [(), ("--stdio",)], ids=["plain", "stdio"])
@pytest.mark.parametrize("source", ["null", "ended pipe", "file"])
def test_after_the_end_of_input(puppet, xencon, rest, tmp_path, source, arguments):
    (tmp_path / "in").write_bytes(b"typed")
    with open(tmp_path / "in", "rb") as file:
        stdin = {"null": subprocess.DEVNULL, "ended pipe": subprocess.PIPE, "file": file}[source]
        process = xencon.start(*FOREVER, *arguments, "web01", stdin=stdin)
    if process.stdin:
        process.stdin.close()
    puppet.say(b"login: ")
    assert ptys.read_exactly(process.stdout.fileno(), 7) == b"login: "
    rest(process)


def test_with_an_open_pipe_that_is_silent(puppet, xencon, rest):
    process = xencon.start("web01")
    puppet.say(b"login: ")
    assert ptys.read_exactly(process.stdout.fileno(), 7) == b"login: "
    rest(process)


@pytest.mark.parametrize("tls", [True, False], ids=["TLS", "clear text"])
def test_after_the_end_of_the_console(make_pool, make_xencon, rest, tls):
    pool = make_pool(hosts=2, tls=tls)
    bare = puppets.Bare(pool)
    process = make_xencon(pool).start("--stdio", *FOREVER, "web01")
    console = bare.accept()
    console.send(b"bye")
    console.finish()
    assert ptys.read_all(process.stdout.fileno()) == b"bye"
    rest(process)
    console.close()
    bare.close()


@pytest.mark.parametrize("stdin", [subprocess.PIPE, subprocess.DEVNULL], ids=["pipe", "ended"])
def test_with_a_reader_that_sleeps(pool, xencon, rest, stdin):
    pool.add_vm("web01", backend=sim.Source(size=8_000_000, stay=True))
    with ptys.pipe() as (_, writer):
        process = xencon.start(*FOREVER, "web01", stdin=stdin, stdout=writer)
        ptys.wait_full(writer)
        rest(process)
        harness.kill(process)
        assert harness.finish(process) == 143


def test_with_a_terminal_that_sleeps(pool, pty, xencon, rest):
    pool.add_vm("web01", backend=sim.Source(size=8_000_000, stay=True))
    process = pty.attach(xencon)
    pty.wait_full(process)
    rest(process)


def test_with_a_reader_that_sleeps_and_a_console_that_has_ended(pool, xencon, rest):
    source = sim.Source(size=100_000)
    pool.add_vm("web01", backend=source)
    with ptys.pipe() as (_, writer):
        process = xencon.start("web01", stdout=writer)
        ptys.wait_full(writer)
        harness.eventually(lambda: not source.clients, "the console has ended")
        rest(process)
        harness.kill(process)
        assert harness.finish(process) == 143


def test_with_a_guest_that_takes_nothing(pool, pty, xencon, rest):
    fault = pool.faults.add(sim.Fault("console", "stall", at=1))
    pool.add_vm("web01", backend=sim.Source(b"x", stay=True))
    process = pty.attach(xencon, "-e", "none")
    assert pty.read(1) == b"x" and fault.used
    ptys.write_until_full(pty.master)
    rest(process)


def test_with_a_socket_whose_other_end_has_ended_its_direction(puppet, xencon, rest):
    with ptys.socket_pair() as (ours, theirs):
        process = xencon.start(*FOREVER, "web01", stdin=theirs, stdout=theirs)
        ours.shutdown(ptys.socket.SHUT_WR)
        puppet.say(b"login: ")
        assert ptys.read_exactly(ours.fileno(), 7) == b"login: "
        rest(process)


def test_with_standard_error_closed_at_its_other_end(puppet, xencon, rest):
    process = xencon.start("web01")
    process.stderr.close()
    puppet.say(b"login: ")
    assert ptys.read_exactly(process.stdout.fileno(), 7) == b"login: "
    rest(process)
