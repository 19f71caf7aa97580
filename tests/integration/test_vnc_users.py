# SPDX-License-Identifier: ISC
"""A listener on loopback serves its own user and root, and nobody else of this machine."""
import contextlib
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys

import pytest

import harness
import sim
import users
from listening import (IPV6, assert_nothing_left, make_pool, network, serve,  # noqa: F401
                       wrapped)
from outcome import MESSAGE, assert_failed, calls
from rfbclient import Viewer
from sim.rfb import BARS
from users import ALICE, BOB, CAROL

HERE = pathlib.Path(__file__).parent
GREETING = b"RFB 003.008\n"
NOBODY = 65534
WITHOUT_NETLINK = (sys.executable, HERE / "without_netlink.py")
HOSTS = ["127.0.0.1", pytest.param("[::1]", marks=pytest.mark.skipif(not IPV6, reason="IPv6"))]

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="only root can be several users")


class Recorder(sim.Sink):
    """Greets as a VNC server does, and then records what it is told."""

    def serve(self, sock):
        sock.sendall(GREETING)
        super().serve(sock)


@pytest.fixture
def guest(pool):
    """Behind web01's graphical console."""
    made = Recorder()
    pool.add_vm("web01", rfb_backend=made)
    return made


@pytest.fixture
def at_home(make_pool, xencon):
    """Gives the program as a user without privileges runs it."""
    homes = []

    def program(uid):
        homes.append(users.Home(uid))
        return homes[-1].program(xencon)

    yield program
    try:
        for home in homes:
            assert_nothing_left(home.path)
    finally:
        for home in homes:
            home.remove()


@pytest.fixture
def alice(at_home):
    return at_home(ALICE)


@pytest.fixture
def serve_alice(alice, serve):
    def start(*options, **more):
        return serve(*options, **{"program": alice, **users.popen(ALICE), **more})
    return start


def try_as(uid, listener, data):
    """A connection of that user, which sends something and waits for the end; gives what came."""
    with users.owning(uid):
        viewer = listener.viewer()
    with viewer:
        try:
            viewer.send(data)
        except (BrokenPipeError, ConnectionResetError):
            pass
        return viewer.read_all()


def is_served(uid, listener, guest, data):
    """Whether what that user says gets to the guest."""
    before = len(guest.received)
    with users.owning(uid):
        viewer = listener.viewer()
    with viewer:
        viewer.send(data)
        assert viewer.read(len(GREETING)) == GREETING
        assert guest.wait_for(before + len(data), harness.PATIENCE)
    return guest.received[before:] == data


@pytest.mark.parametrize("host", HOSTS)
def test_another_user_is_refused(host, guest, pool, serve_alice):
    listener = serve_alice("--listen", f"{host}:0")
    before = calls(pool)
    assert try_as(BOB, listener, b"typed by another") == b""
    said = listener.says("refused")
    assert re.fullmatch(rf"xencon: refused a viewer of user \S+ \(uid {BOB}\); --any-user would "
                        r"let it in\n", said), said
    assert calls(pool) == before, "the server was asked for somebody else"
    assert guest.received == b""
    listener.expect_children(0)


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("uid", [ALICE, 0], ids=["the same user", "root"])
def test_who_is_served(uid, host, guest, serve_alice):
    listener = serve_alice("--listen", f"{host}:0")
    assert is_served(uid, listener, guest, b"typed by one of us")
    assert listener.said() == ""


def test_root_serves_nobody_but_root(guest, serve):
    listener = serve()
    assert try_as(BOB, listener, b"typed by another") == b""
    listener.says(f"(uid {BOB})")
    assert is_served(0, listener, guest, b"typed by root")
    assert guest.received == b"typed by root"


def test_the_user_is_named(guest, serve_alice):
    listener = serve_alice()
    try_as(NOBODY, listener, b"")
    listener.says(f"refused a viewer of user nobody (uid {NOBODY})")


@pytest.mark.parametrize("uid, served", [(ALICE, True), (BOB, False), (0, True)])
def test_processes_of_users(uid, served, pool, serve_alice):
    """The same with a program of that user's own."""
    pool.add_vm("web01")
    listener = serve_alice()
    client = subprocess.run(["socat", "-T", "60", "-", f"TCP:127.0.0.1:{listener.port}"],
                            input=GREETING + b"\1\1", capture_output=True, check=False,
                            **users.popen(uid))
    assert client.stdout.startswith(GREETING) == served, client.stderr
    assert (f"(uid {uid})" in listener.said()) != served


@pytest.mark.parametrize("source", ["127.0.0.1", "127.0.0.2"])
def test_from_any_loopback_address(source, guest, serve_alice):
    listener = serve_alice()
    for uid in (BOB, ALICE):
        with users.owning(uid), socket.create_connection(
                ("127.0.0.1", listener.port), harness.PATIENCE, (source, 0)) as sock:
            with Viewer(sock) as viewer:
                if uid == BOB:
                    assert viewer.read_all() == b""
                else:
                    viewer.send(b"mine")
                    assert guest.wait_for(4, harness.PATIENCE)
    assert guest.received == b"mine"


def test_a_refused_viewer_takes_no_place(guest, serve_alice):
    listener = serve_alice("--max-viewers", "1", "--once")
    for _ in range(20):
        assert try_as(BOB, listener, b"typed by another") == b""
    assert listener.process.poll() is None
    assert is_served(ALICE, listener, guest, b"mine")
    assert listener.finish() == 0
    assert guest.received == b"mine"


def test_a_flood_of_refused_viewers_is_counted(guest, serve_alice):
    """Each is one of another user's doing: they must not fill the disk that our messages go to."""
    listener = serve_alice()
    for _ in range(100):
        assert try_as(BOB, listener, b"x") == b""
    assert is_served(ALICE, listener, guest, b"mine")
    assert listener.end() == 0
    lines = listener.said().splitlines()
    refused = [line for line in lines if "refused a viewer" in line]
    more = [int(re.search(r"and (\d+) more viewers were", line).group(1))
            for line in lines if "more viewers" in line]
    assert len(lines) < 20
    assert len(refused) + sum(more) == 100


INJECTIONS = {
    "close": lambda sock: None,
    "half-close": lambda sock: sock.shutdown(socket.SHUT_WR),
    "both halves": lambda sock: sock.shutdown(socket.SHUT_RDWR),
    "reset": lambda sock: sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                          b"\1\0\0\0\0\0\0\0"),
}


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("way", INJECTIONS)
def test_who_speaks_and_is_gone_is_not_heard(host, way, guest, pool, serve_alice):
    """The bytes have arrived and the socket has no owner any more when the program looks."""
    listener = serve_alice("--listen", f"{host}:0")
    before = calls(pool)
    listener.send(signal.SIGSTOP)
    for _ in range(5):
        with users.owning(BOB):
            viewer = listener.viewer()
        viewer.send(b"reboot\n")
        INJECTIONS[way](viewer.sock)
        viewer.close()
    listener.send(signal.SIGCONT)
    assert is_served(ALICE, listener, guest, b"mine")
    assert guest.received == b"mine"
    assert calls(pool)[len(before):].count("CONNECT") == 1


def test_who_speaks_and_leaves_quickly_is_not_heard(guest, pool, serve_alice):
    """The same while it runs: whichever of both is quicker."""
    listener = serve_alice()
    for _ in range(300):
        with users.owning(BOB):
            viewer = listener.viewer()
        viewer.send(b"reboot\n")
        viewer.close()
    assert is_served(ALICE, listener, guest, b"mine")
    assert guest.received == b"mine"
    assert calls(pool).count("CONNECT") == 1


@pytest.mark.parametrize("host", HOSTS)
def test_any_user(host, guest, serve_alice):
    listener = serve_alice("--any-user", "--listen", f"{host}:0")
    for uid in (BOB, ALICE, 0):
        assert is_served(uid, listener, guest, b"typed by %d" % uid)
    assert listener.said() == ""


def test_a_socket_cannot_be_opened_by_another(guest, serve_alice, alice):
    path = pathlib.Path(alice.env["HOME"]) / "web01.sock"
    listener = serve_alice("--listen", str(path))
    assert (path.stat().st_uid, path.stat().st_mode & 0o777) == (ALICE, 0o600)
    with users.owning(BOB), pytest.raises(PermissionError):
        listener.viewer()
    for uid in (ALICE, 0):
        assert is_served(uid, listener, guest, b"mine")
    assert listener.said() == ""


def test_a_folder_of_anothers(guest, alice):
    done = alice.run("vnc", "--listen", "/etc/web01.sock", "web01", **users.popen(ALICE))
    assert_failed(done, 1, '"/etc/web01.sock"', "Permission denied")


def test_a_port_for_root_alone(guest, network, alice):
    if not network.own:
        pytest.skip("what ports are for root alone is another's choice")
    done = alice.run("vnc", "--listen", "80", "web01", **users.popen(ALICE))
    assert_failed(done, 1, "127.0.0.1:80", "Permission denied")


def test_no_process_can_be_had(pool, at_home, serve):
    """The listener and its keeper are two. A viewer is the third, and logs out itself: there is no other to be had."""
    pool.add_vm("web01")
    listener = serve(program=wrapped(at_home(CAROL), "prlimit", "--nproc=3"),
                     **users.popen(CAROL))
    with contextlib.ExitStack() as others:
        for _ in range(2):
            sleeper = others.enter_context(subprocess.Popen(["sleep", "600"],
                                                            **users.popen(CAROL)))
            others.callback(sleeper.kill)
        with users.owning(CAROL):
            viewer = listener.viewer()
        assert viewer.refusal() == "xencon: this machine is out of processes"
        listener.says("cannot serve a viewer: ")
        viewer.close()
    with users.owning(CAROL):
        viewer = listener.viewer()
    with viewer.greet():
        assert tuple(viewer.picture()[0][20::40]) == BARS


class TestWithoutNetlink:
    """The owner is looked up in /proc/net then."""

    @pytest.fixture(autouse=True)
    def denied(self):
        code = "import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)"
        done = subprocess.run([*WITHOUT_NETLINK, sys.executable, "-c", code], check=False,
                              capture_output=True, text=True)
        if "PermissionError" not in done.stderr:
            pytest.skip(f"no seccomp here: {done.stderr}")

    @pytest.mark.parametrize("host", HOSTS)
    def test_the_same_rules(self, host, guest, serve_alice, alice):
        listener = serve_alice("--listen", f"{host}:0", program=wrapped(alice, *WITHOUT_NETLINK))
        assert try_as(BOB, listener, b"typed by another") == b""
        listener.says(f"(uid {BOB})")
        for uid in (ALICE, 0):
            assert is_served(uid, listener, guest, b"mine")
        assert guest.received == b"minemine"

    @pytest.mark.parametrize("host", HOSTS)
    def test_who_speaks_and_is_gone_is_not_heard(self, host, guest, pool, serve_alice, alice):
        test_who_speaks_and_is_gone_is_not_heard(
            host, "close", guest, pool,
            lambda *options: serve_alice(*options, program=wrapped(alice, *WITHOUT_NETLINK)))

    @pytest.mark.parametrize("host", HOSTS)
    def test_without_proc_either_there_is_a_warning(self, host, guest, alice, serve):
        """A /proc that shows processes and nothing else."""
        hide = ('mount -t proc -o subset=pid proc /proc && '
                f'exec setpriv --reuid={ALICE} --regid={ALICE} --clear-groups "$@"')
        command = ["unshare", "-m", "sh", "-c", hide, "sh"]
        if subprocess.run([*command, "true"], capture_output=True, check=False).returncode != 0:
            pytest.skip("no such /proc here")
        listener = serve("--listen", f"{host}:0",
                         program=wrapped(alice, *command, *WITHOUT_NETLINK))
        for uid in (BOB, ALICE):
            assert is_served(uid, listener, guest, b"mine")
        said = listener.says("warning")
        assert said.count("warning") == 1 and MESSAGE.match(said)
        assert "--listen with a path" in said
