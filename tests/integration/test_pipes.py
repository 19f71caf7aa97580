# SPDX-License-Identifier: ISC
"""Standard streams that are no terminal: pipes, files, sockets, nothing at all."""
import contextlib
import fcntl
import os
import signal
import subprocess

import pytest

import harness
import ptys
import sim

ALL_BYTES = bytes(range(256))


def shell(xencon, script, **run):
    """A script for sh that calls the program as "$@"."""
    return subprocess.run(["/bin/sh", "-c", script, "sh", *xencon.command()], env=xencon.env,
                          capture_output=True, timeout=harness.PATIENCE, check=False, **run)


def test_a_command_by_pipe(pool, xencon):
    pool.add_vm("web01")
    done = shell(xencon, r"""printf 'echo $((6*7))\n' | "$@" web01""")
    assert b"\r\n42\r\n" in done.stdout
    assert done.returncode == 0
    attached, left = done.stderr.splitlines()
    assert attached == b'xencon: attached to "web01" on ' + place(pool)
    assert left.startswith(b'xencon: left "web01": it printed nothing for 2 s; to wait longer there is --idle')


def place(pool):
    return f"{pool.coordinator.address}:{pool.coordinator.port}".encode()


def test_all_bytes_pass_both_ways(pool, xencon):
    pool.add_vm("web01", backend=sim.Echo())
    done = xencon.run("--stdio", "web01", input=ALL_BYTES * 1000)
    assert done.stdout == ALL_BYTES * 1000
    assert done.returncode == 0
    assert done.stderr == ""


def test_all_bytes_pass_without_stdio_too(puppet, xencon):
    process = xencon.start("web01")
    ptys.write_all(process.stdin.fileno(), ALL_BYTES)
    assert puppet.hear(256) == ALL_BYTES
    puppet.say(ALL_BYTES)
    puppet.end()
    assert ptys.read_all(process.stdout.fileno()) == ALL_BYTES
    assert harness.finish(process) == 0


def test_files_at_both_ends(pool, xencon, tmp_path):
    guest = sim.Echo()
    pool.add_vm("web01", backend=guest)
    (tmp_path / "in").write_bytes(ALL_BYTES * 100)
    done = shell(xencon, f'exec "$@" --stdio web01 <{tmp_path}/in >{tmp_path}/out')
    assert done.returncode == 0
    assert (tmp_path / "out").read_bytes() == ALL_BYTES * 100


def test_output_is_appended_where_the_shell_says_so(pool, xencon, tmp_path):
    pool.add_vm("web01", backend=sim.Source(b"new"))
    (tmp_path / "out").write_bytes(b"old")
    assert shell(xencon, f'exec "$@" web01 >>{tmp_path}/out').returncode == 0
    assert (tmp_path / "out").read_bytes() == b"oldnew"


@pytest.mark.parametrize("redirection", ["</dev/null", "<&-"])
def test_no_input(pool, xencon, redirection):
    pool.add_vm("web01", backend=sim.Source(b"word"))
    done = shell(xencon, f'exec "$@" web01 {redirection}')
    assert done.stdout == b"word"
    assert done.returncode == 0


@pytest.mark.parametrize("redirection", [">/dev/null", ">&-", ">&- 2>&-", "2>&-", "2>/dev/null"])
def test_no_output(pool, xencon, redirection):
    guest = sim.Sink()
    pool.add_vm("web01", backend=guest)
    done = shell(xencon, f'exec "$@" --idle 0 web01 {redirection}', input=b"typed")
    assert done.returncode == 0
    assert guest.wait_for(5, harness.PATIENCE)
    assert bytes(guest.received) == b"typed"
    assert done.stdout == b""


@pytest.mark.parametrize("redirection", ["<&- >&- 2>&-", "<&- >&-"])
def test_nothing_at_all(pool, xencon, redirection, tmp_path):
    pool.add_vm("web01", backend=sim.Source(ALL_BYTES))
    log = tmp_path / "log"
    done = shell(xencon, f'exec "$@" --log {log} web01 {redirection}')
    assert done.returncode == 0
    assert log.read_bytes() == ALL_BYTES


def test_one_socket_for_both_ways(pool, xencon):
    pool.add_vm("web01", backend=sim.Echo())
    data = ALL_BYTES * 4000
    with ptys.socket_pair() as (ours, theirs):
        process = xencon.start("--stdio", "web01", stdin=theirs, stdout=theirs)
        theirs.close()
        with ptys.feeding(ours.fileno(), data):
            assert ptys.read_exactly(ours.fileno(), len(data)) == data
        ours.shutdown(ptys.socket.SHUT_WR)
        assert ptys.read_all(ours.fileno()) == b""
        assert harness.finish(process) == 0


def test_a_socket_whose_other_end_goes(puppet, xencon):
    with ptys.socket_pair() as (ours, theirs):
        process = xencon.start("web01", stdin=theirs, stdout=theirs)
        theirs.close()
        puppet.say(b"word")
        assert ptys.read_exactly(ours.fileno(), 4) == b"word"
        ours.close()
        assert harness.finish(process) == 0
        assert process.stderr.read().count(b"\n") == 1


def test_the_reader_has_enough(pool, xencon):
    pool.add_vm("web01", backend=sim.Source(b"line\r\n" * 500_000, stay=True))
    script = '{ "$@" -q web01 </dev/null; echo "status $?" >&2; } | head -1'
    done = shell(xencon, script)
    assert done.stdout == b"line\r\n"
    assert done.stderr == b"status 0\n"


def test_the_reader_leaves_while_the_console_is_silent(puppet, xencon):
    process = xencon.start("web01")
    puppet.say(b"word")
    assert ptys.read_exactly(process.stdout.fileno(), 4) == b"word"
    process.stdout.close()
    assert harness.finish(process) == 0
    assert process.stderr.read().count(b"\n") == 1


def test_a_full_disk(pool, xencon):
    pool.add_vm("web01", backend=sim.Source(b"word", stay=True))
    done = shell(xencon, 'exec "$@" -q web01 >/dev/full')
    assert done.stderr == b'xencon: "web01": cannot write the output: No space left on device\n'
    assert done.returncode == 1
    assert pool.sessions == {}


def test_a_folder_is_no_input(puppet, xencon, tmp_path):
    done = shell(xencon, f'exec "$@" -q web01 <{tmp_path}')
    assert done.stderr == b'xencon: "web01": cannot read the input: Is a directory\n'
    assert done.returncode == 1


def nonblocking(fds):
    return [bool(fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_NONBLOCK) for fd in fds]


@contextlib.contextmanager
def channels(kind):
    """Three pairs of descriptors, of which the second of each is written to."""
    with contextlib.ExitStack() as stack:
        if kind == "pipe":
            yield [stack.enter_context(ptys.pipe()) for _ in range(3)]
        else:
            pairs = [stack.enter_context(ptys.socket_pair()) for _ in range(3)]
            yield [[end.fileno() for end in pair] for pair in pairs]


@pytest.mark.parametrize("kind", ["pipe", "socket"])
def test_shared_descriptors_are_never_made_non_blocking(puppet, xencon, kind):
    with channels(kind) as ((stdin, _), (reader, stdout), (_, stderr)):
        process = xencon.start("web01", stdin=stdin, stdout=stdout, stderr=stderr)
        with ptys.feeding(puppet.sock.fileno(), bytes(1_000_000)):
            ptys.wait_full(stdout)
            assert nonblocking((stdin, stdout, stderr)) == [False] * 3
            assert ptys.read_exactly(reader, 1_000_000) == bytes(1_000_000)
        puppet.end()
        assert harness.finish(process) == 0
        assert nonblocking((stdin, stdout, stderr)) == [False] * 3


def test_descriptors_that_are_non_blocking_already(puppet, xencon):
    with ptys.pipe() as (stdin, typing), ptys.pipe() as (reader, stdout):
        os.set_blocking(stdin, False)
        os.set_blocking(stdout, False)
        process = xencon.start("web01", stdin=stdin, stdout=stdout)
        with ptys.feeding(puppet.sock.fileno(), bytes(500_000)):
            ptys.wait_full(stdout)
            ptys.write_all(typing, b"typed")
            assert puppet.hear(5) == b"typed"
            assert ptys.read_exactly(reader, 500_000) == bytes(500_000)
        assert nonblocking([stdin, stdout]) == [True, True]
        harness.kill(process, signal.SIGTERM)
        assert harness.finish(process) == 143


def test_text_cut_inside_characters_stays_whole(pool, xencon):
    text = "žluťoučký 🐎 日本語\r\n".encode() * 20
    pool.add_vm("web01", backend=sim.Source(text))
    pool.faults.add(sim.Fault("console", "drip", pause=0))
    done = xencon.run("web01")
    assert done.stdout == text
    assert done.returncode == 0


def test_quiet_without_a_terminal(pool, xencon):
    pool.add_vm("web01", backend=sim.Source(b"word"))
    done = xencon.run("-q", "web01")
    assert (done.stdout, done.stderr, done.returncode) == (b"word", "", 0)


def test_the_banner_without_a_terminal_has_no_word_of_keys(pool, xencon):
    pool.add_vm("web01", backend=sim.Source(b"word"))
    done = xencon.run("web01")
    assert done.stderr.count("\n") == 1
    assert "press" not in done.stderr and "^]" not in done.stderr
    assert done.stdout == b"word"
