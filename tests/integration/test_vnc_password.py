# SPDX-License-Identifier: ISC
"""The password: asked for once, good for every viewer, and shown to nobody."""
import pathlib

import pytest

from listening import make_pool, network, only_root, serve, web01  # noqa: F401
from outcome import assert_no_secret, calls
from rfbclient import Viewer
from sim.rfb import BARS

LOGIN = "session.login_with_password"


@pytest.fixture
def stranger(make_xencon, pool):
    """The program without a password in its environment."""
    return make_xencon(pool, password=None)


def assert_shown(where):
    with Viewer(where) as viewer:
        assert tuple(viewer.greet().picture()[0][20::40]) == BARS


def test_it_is_asked_for_once(web01, pool, stranger):
    terminal = stranger.terminal("vnc", "web01")
    terminal.expect("password: ")
    terminal.send(b"secret\r")
    terminal.expect(rb"vnc://\S+")
    where = terminal.match.group().decode()
    for _ in range(3):
        assert_shown(where)
    terminal.sendintr()
    assert terminal.finish() == 0
    assert calls(pool).count(LOGIN) == 4
    assert b"password" not in terminal.before


def test_a_command_is_run_once(web01, pool, stranger, serve, tmp_path):
    command = f"echo run >>{tmp_path}/runs; echo secret"
    listener = serve("--password-command", command, program=stranger)
    for _ in range(3):
        assert_shown(listener.where)
    assert (tmp_path / "runs").read_text() == "run\n"


def test_a_file_may_be_gone_afterwards(web01, stranger, serve, tmp_path):
    file = tmp_path / "password"
    file.touch(0o600)
    file.write_text("secret\n")
    listener = serve("--password-file", str(file), program=stranger)
    file.unlink()
    assert_shown(listener.where)


def test_it_is_in_no_message(web01, pool, serve):
    listener = serve("-vv", "--max-viewers", "1")
    with listener.attach():
        listener.refusal()
    web01.shutdown()
    listener.expect_children(0)
    listener.refusal()
    listener.expect_children(0)
    assert listener.end() == 0
    assert "CONNECT" in listener.said()
    assert_no_secret(listener.said(), pool)


@only_root
def test_it_is_in_no_environment_and_no_core(web01, serve):
    listener = serve()
    with listener.attach():
        for pid in (listener.pid, *listener.children()):
            environ = pathlib.Path(f"/proc/{pid}/environ").read_bytes()
            assert b"XENCON_SERVER=" in environ
            assert b"=secret" not in environ
            assert core_limit(pid) == "0"


def core_limit(pid):
    limits = pathlib.Path(f"/proc/{pid}/limits").read_text().splitlines()
    line, = [line for line in limits if line.startswith("Max core file size")]
    return line.split()[4]
