# SPDX-License-Identifier: ISC
"""Listening on a unix socket: whose it is, whose file is replaced, and what is left of it."""
import os
import signal
import socket
import stat

import pytest

from listening import make_pool, network, only_root, serve, traced  # noqa: F401
from outcome import assert_failed
from sim.rfb import BARS


@pytest.fixture
def path(tmp_path, pool):
    pool.add_vm("web01")
    return tmp_path / "web01.sock"


def assert_serves(listener):
    with listener.attach() as viewer:
        assert tuple(viewer.picture()[0][20::40]) == BARS


def refused(xencon, path, *says):
    done = xencon.run("vnc", "--listen", str(path), "web01")
    assert_failed(done, 1, str(path), *says)


def make_stale(path):
    """A socket that nobody listens on any more."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(path))


def test_it_prints_the_path(path, serve):
    listener = serve("--listen", str(path))
    assert listener.where == str(path)
    assert_serves(listener)
    with listener.attach() as one, listener.attach() as other:
        assert one.title == other.title == "web01"


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o777])
def test_it_is_for_its_owner_alone(path, serve, mask):
    listener = serve("--listen", str(path), umask=mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert_serves(listener)


@only_root
def test_the_mode_holds_from_the_first_moment_on(path, xencon, serve, tmp_path):
    """Nothing that the program does with the file comes after its making: no chmod, no fchmod."""
    trace = tmp_path / "trace"
    program = traced(xencon, trace, "-e", "bind,umask,chmod,fchmod,fchmodat")
    listener = serve("--listen", str(path), program=program)
    assert listener.end() == 0
    lines = trace.read_text().splitlines()
    binds = [at for at, line in enumerate(lines) if "bind(" in line and str(path) in line]
    assert len(binds) == 1
    assert not [line for line in lines if "chmod" in line]
    masks = [line for line in lines[:binds[0]] if "umask(" in line]
    assert masks and "umask(0177)" in masks[-1]


def test_a_relative_path(path, serve):
    listener = serve("--listen", "./web01.sock", cwd=path.parent)
    assert listener.where == "./web01.sock"
    assert path.is_socket()
    assert listener.end() == 0
    assert not path.exists()


def test_a_path_with_blanks_and_colons(path, serve):
    unusual = path.with_name("a socket:5900 'of' $mine")
    listener = serve("--listen", str(unusual))
    assert listener.where == str(unusual)
    assert_serves(listener)


@pytest.mark.parametrize("number, status", [
    (signal.SIGTERM, 0), (signal.SIGINT, 0), (signal.SIGHUP, 129), (signal.SIGQUIT, 131)])
def test_it_is_removed_in_the_end(path, serve, number, status):
    listener = serve("--listen", str(path))
    with listener.attach():
        assert listener.end(number) == status
    assert not path.exists()


def test_it_is_removed_once_the_only_viewer_is_in(path, serve):
    listener = serve("--once", "--listen", str(path))
    with listener.attach() as viewer:
        assert not path.exists()
        viewer.picture()
    assert listener.finish() == 0


def test_a_viewers_end_does_not_remove_it(path, serve):
    listener = serve("--listen", str(path))
    assert_serves(listener)
    listener.expect_children(0)
    assert_serves(listener)


def test_a_stale_socket_is_replaced(path, serve):
    make_stale(path)
    before = path.stat().st_ino, path.stat().st_mtime_ns
    listener = serve("--listen", str(path))
    assert (path.stat().st_ino, path.stat().st_mtime_ns) != before
    assert_serves(listener)


def test_what_sigkill_left_is_replaced(path, serve):
    listener = serve("--listen", str(path))
    assert listener.end(signal.SIGKILL) == 128 + signal.SIGKILL
    assert path.is_socket()
    assert_serves(serve("--listen", str(path)))


def test_a_socket_that_answers_is_left_alone(path, xencon):
    with socket.socket(socket.AF_UNIX) as live:
        live.bind(str(path))
        live.listen()
        refused(xencon, path, "listens there already")
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))
    path.unlink()


def test_a_socket_that_is_too_busy_to_answer_is_left_alone(path, xencon):
    with socket.socket(socket.AF_UNIX) as live, socket.socket(socket.AF_UNIX) as client:
        live.bind(str(path))
        live.listen(0)
        client.connect(str(path))
        refused(xencon, path, "listens there already")
        assert path.is_socket()
    path.unlink()


def test_our_own_socket_is_left_alone(path, serve, xencon):
    listener = serve("--listen", str(path))
    refused(xencon, path, "listens there already")
    assert_serves(listener)


def test_an_ordinary_file_is_left_alone(path, xencon):
    path.write_text("precious")
    refused(xencon, path, "a file of that name exists")
    assert path.read_text() == "precious"


@pytest.mark.parametrize("target", ["stale", "live", "nothing"])
def test_a_link_is_left_alone(path, xencon, target):
    """Whoever can make a link would choose which socket is removed."""
    there = path.with_name("there")
    with socket.socket(socket.AF_UNIX) as sock:
        if target != "nothing":
            sock.bind(str(there))
        if target == "live":
            sock.listen()
        path.symlink_to(there)
        refused(xencon, path)
        assert path.is_symlink()
        assert there.is_socket() == (target != "nothing")
    there.unlink(missing_ok=True)


def test_a_folder_is_left_alone(path, xencon):
    path.mkdir()
    refused(xencon, path)
    assert path.is_dir()


def test_a_folder_that_is_not_there(path, xencon):
    refused(xencon, path.parent / "nowhere" / "sock", "No such file or directory")


def test_a_path_too_long_for_a_socket(path, xencon):
    long = f"{path}{'x' * 108}"
    done = xencon.run("vnc", "--listen", long, "web01")
    assert_failed(done, 2, "long")
    assert os.listdir(path.parent) == ["hosts.pem"]


def test_the_longest_path(path, serve):
    longest = f"{path}{'x' * (107 - len(str(path)))}"
    assert_serves(serve("--listen", longest))


def test_what_somebody_else_put_there_meanwhile_is_not_removed(path, serve):
    listener = serve("--listen", str(path))
    path.unlink()
    path.write_text("precious")
    assert listener.end() == 0
    assert path.read_text() == "precious"


def test_anothers_socket_in_its_place_is_not_removed(path, serve):
    listener = serve("--listen", str(path))
    path.rename(path.with_name("moved"))
    make_stale(path)
    assert listener.end() == 0
    assert path.is_socket()
    path.unlink()
    path.with_name("moved").unlink()

