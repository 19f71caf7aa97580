# SPDX-License-Identifier: ISC
"""`xencon vnc --stdio`: the RFB stream on stdin and stdout, for what brings its own viewer."""
import hashlib
import random
import shlex
import signal
import socket
import subprocess

import pytest

import harness
import procs
import ptys
import puppets
import sim
from listening import assert_shown, is_open, make_pool, need, network, web01  # noqa: F401
from outcome import assert_failed, assert_logged_out
from rfbclient import Viewer


@pytest.fixture
def bare(make_pool, make_xencon):
    """web01's graphical console at a place of the test's own, and the program."""
    pool = make_pool(hosts=2)
    made = puppets.Bare(pool)
    made.xencon = make_xencon(pool)
    yield made
    made.close()


def start(xencon, *options, **streams):
    return xencon.start("vnc", "--stdio", *options, "web01", **streams)


def test_a_viewer_over_a_socket(web01, pool, xencon):
    with ptys.socket_pair() as (ours, theirs):
        process = start(xencon, stdin=theirs, stdout=theirs)
        theirs.close()
        ours.settimeout(harness.PATIENCE)
        with Viewer(ours) as viewer:
            assert_shown(viewer.greet())
            viewer.key(0x20)
            assert web01.rfb_backend.wait_for("key", 2, harness.PATIENCE)
    assert harness.finish(process) == 0
    assert process.stderr.read() == b""
    assert_logged_out(pool)


def test_no_port_is_opened(web01, network, xencon):
    port = network.free_port()
    process = start(xencon)
    assert process.stdout.read(12) == b"RFB 003.008\n"
    assert not is_open(port)
    process.stdin.close()
    assert harness.finish(process) == 0


def test_nothing_but_the_stream_is_on_stdout(pool, xencon):
    source = sim.Source(size=3_000_000, seed=7)
    pool.add_vm("web01", rfb_backend=source)
    process = start(xencon, "-vv")
    assert process.stdout.read() == source.data
    process.stdin.close()
    assert harness.finish(process) == 0


def test_every_byte_both_ways(pool, xencon):
    pool.add_vm("web01", rfb_backend=sim.Echo())
    data = bytes(range(256)) * 64 + random.Random(1).randbytes(2_000_000)
    process = start(xencon)
    with ptys.feeding(process.stdin.fileno(), data):
        heard = process.stdout.read(len(data))
    assert hashlib.sha256(heard).digest() == hashlib.sha256(data).digest()
    process.stdin.close()
    assert process.stdout.read() == b""
    assert harness.finish(process) == 0


def test_the_escape_character_is_a_byte_like_any_other(pool, xencon):
    guest = sim.Sink()
    pool.add_vm("web01", rfb_backend=guest)
    process = start(xencon)
    process.stdin.write(b"\x1d.\x1dq\3\x1c")
    process.stdin.flush()
    assert guest.wait_for(6, harness.PATIENCE)
    assert guest.received == b"\x1d.\x1dq\3\x1c"
    process.kill()


def test_the_end_of_input_reaches_the_console_while_output_flows(bare):
    process = start(bare.xencon)
    puppets.assert_input_ends_first(process, bare.accept())


def test_the_end_of_the_console_reaches_the_reader_while_input_flows(bare):
    process = start(bare.xencon)
    puppets.assert_console_ends_first(process, bare.accept())


@pytest.fixture
def script(xencon, tmp_path):
    """A file that runs `xencon vnc --stdio web01`."""
    made = tmp_path / "to-web01"
    made.write_text(f"#!/bin/sh\nexec {shlex.join(xencon.command('vnc', '--stdio', 'web01'))}\n")
    made.chmod(0o755)
    return made


@pytest.mark.parametrize("how", ["EXEC:{}", "EXEC:{},pipes", "SYSTEM:{}", "SYSTEM:{},pipes"])
def test_as_a_program_of_socat(how, web01, network, xencon, script):
    need("socat")
    port = network.free_port()
    relay = subprocess.Popen(["socat", f"TCP-LISTEN:{port},bind=127.0.0.1,fork,reuseaddr",
                              how.format(script)], env=xencon.env)
    try:
        harness.eventually(lambda: subprocess.run(
            ["ss", "-Hltn", f"sport = :{port}"], capture_output=True, check=True).stdout,
            "socat listens")
        for _ in range(2):
            with Viewer(f"vnc://127.0.0.1:{port}") as viewer:
                assert_shown(viewer.greet())
    finally:
        relay.terminate()
        relay.wait()


def test_as_a_command_between_two_pipes(pool, script, xencon):
    """As ssh calls its ProxyCommand: by a shell, stderr left where it was."""
    guest = sim.Script(lambda sock: sock.sendall(sock.recv(100).upper()))
    pool.add_vm("web01", rfb_backend=guest)
    done = subprocess.run(["/bin/sh", "-c", f"exec {shlex.quote(str(script))}"], check=False,
                          input=b"rfb", env=xencon.env, capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"RFB", b"")


def test_the_reader_leaves(pool, xencon):
    pool.add_vm("web01", rfb_backend=sim.Source(size=5_000_000, stay=True))
    process = start(xencon)
    assert len(process.stdout.read(1000)) == 1000
    process.stdout.close()
    assert harness.finish(process) == 0
    assert process.stderr.read() == b""


def test_the_viewer_dies(pool, xencon):
    pool.add_vm("web01", rfb_backend=sim.Source(size=5_000_000, stay=True))
    with ptys.socket_pair() as (ours, theirs):
        process = start(xencon, stdin=theirs, stdout=theirs)
        theirs.close()
        assert len(ptys.read_exactly(ours.fileno(), 1000)) == 1000
        ours.close()
        assert harness.finish(process) == 0


@pytest.mark.parametrize("command", [["--stdio"], ["vnc", "--stdio"]], ids=["console", "vnc"])
def test_the_viewer_reads_no_more(pool, xencon, command):
    """Behind a full socket poll(2) does not tell of it."""
    source = sim.Source(size=5_000_000, stay=True)
    pool.add_vm("web01", backend=source, rfb_backend=source)
    with ptys.socket_pair() as (ours, theirs):
        process = xencon.start(*command, "web01", stdin=theirs, stdout=theirs)
        theirs.close()
        assert len(ptys.read_exactly(ours.fileno(), 1000)) == 1000
        harness.eventually(lambda: procs.rests(process.pid), "all is full")
        ours.shutdown(socket.SHUT_RD)
        assert harness.finish(process) == 0
        assert process.stderr.read() == b""


def test_the_vm_is_halted(web01, xencon):
    process = start(xencon)
    assert process.stdout.read(12) == b"RFB 003.008\n"
    web01.shutdown()
    assert process.stdout.read() == b""
    process.stdin.close()
    assert harness.finish(process) == 0
    assert b'the console of "web01" has ended' in process.stderr.read()


def test_the_connection_is_lost(pool, xencon):
    pool.add_vm("web01", rfb_backend=sim.Source(size=100_000))
    pool.faults.add(sim.Fault("console", "reset", at=50_000))
    process = start(xencon)
    assert len(process.stdout.read()) == 50_000
    assert harness.finish(process) == 7
    assert b'"web01"' in process.stderr.read()


def test_nothing_is_behind_the_console(pool, xencon):
    pool.add_vm("web01", rfb_backend=sim.Dead())
    done = xencon.run("vnc", "--stdio", "web01", input=None)
    assert_failed(done, 6, "its backend is not answering", '"web01"', pool=pool)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_until_the_user_ends_it(number, web01, pool, xencon):
    process = start(xencon)
    assert process.stdout.read(12) == b"RFB 003.008\n"
    process.send_signal(number)
    assert harness.finish(process) == 0
    assert process.stderr.read() == b""
    assert_logged_out(pool)


@pytest.mark.parametrize("option", ["--listen=5950", "-l0", "--viewer", "--viewer=x", "--json"])
def test_what_has_no_meaning_without_a_listener(option, pool, xencon):
    done = xencon.run("vnc", "--stdio", option, "web01")
    assert_failed(done, 2, "--stdio has no listener")
    assert pool.connections == []


def test_a_slow_reader_loses_nothing(pool, xencon):
    source = sim.Source(size=2_000_000, stay=True)
    pool.add_vm("web01", rfb_backend=source)
    with ptys.pipe() as (reader, writer):
        process = start(xencon, stdin=subprocess.DEVNULL, stdout=writer)
        ptys.wait_full(writer)
        assert ptys.read_exactly(reader, len(source.data)) == source.data
        assert harness.finish(process) == 0


def test_input_that_is_dev_null_ends_it_when_the_console_is_silent(web01, xencon):
    """A viewer that will say nothing more is waited for no longer than the console speaks."""
    done = xencon.run("vnc", "--stdio", "web01", input=None, stdin=subprocess.DEVNULL)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"RFB 003.008\n", "")


def test_a_host(pool, xencon):
    process = xencon.start("vnc", "--stdio", "--dom0", "xen1")
    assert process.stdout.read(12) == b"RFB 003.008\n"
    process.stdin.close()
    assert harness.finish(process) == 0


def test_sockets_of_a_family_of_its_own(web01, xencon):
    """A datagram at a time is no stream, but nobody is harmed."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        process = start(xencon, stdin=theirs, stdout=theirs)
        assert ours.recv(65536) == b"RFB 003.008\n"
        ours.close()
        theirs.close()
        assert harness.finish(process) == 0
