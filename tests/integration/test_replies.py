# SPDX-License-Identifier: ISC
"""Replies of a form that no XAPI has, but what stands before one may; and those that take their time."""
import contextlib
import socket
import threading

import pytest

import sim

import between
from outcome import HELLO, assert_failed, assert_logged_out

LOGIN = "session.login_with_password"


class Between:
    """What stands before a server in clear text: changes the beginning of each of its replies."""

    def __init__(self, host, change):
        self._behind, self._change = (host.address, host.port), change
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock):
        with contextlib.suppress(OSError), sock, socket.create_connection(self._behind) as other:
            between.pass_on(sock, other, lambda data: self._change(data) if data.startswith(b"HTTP/1.1 ")
                            else data)


@pytest.fixture
def served(make_pool, make_xencon):
    """A pool in clear text with web01, and the program that goes through what changes replies."""
    opened = []

    def made(change):
        pool = make_pool(tls=False)
        pool.add_vm("web01", backend=sim.Source(HELLO))
        xencon = make_xencon(pool)
        opened.append(Between(pool.coordinator, change))
        xencon.env["XENCON_SERVER"] = opened[-1].url
        return pool, xencon

    yield made
    for each in opened:
        each.close()


CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\nContent-Length: 7\r\n\r\n"


@pytest.mark.parametrize("interim", [CONTINUE, HINTS, HINTS * 3 + CONTINUE])
def test_interim_replies_are_left_out(interim, served):
    pool, xencon = served(lambda data: interim + data)
    done = xencon.run("web01")
    assert (done.stdout, done.returncode) == (HELLO, 0), done.stderr
    assert_logged_out(pool)


def test_interim_replies_are_bounded(served):
    pool, xencon = served(lambda data: CONTINUE * 1000)
    assert_failed(xencon.run("web01"), 1, "interim", pool=None)


def test_a_header_over_two_lines(served):
    def fold(data):
        return data.replace(b"ontent-length: ", b"ontent-length:\r\n \t ").replace(
            b"\r\n", b"\r\nX-Long: a\r\n b:c\r\n\td\r\n", 1)
    pool, xencon = served(fold)
    done = xencon.run("web01")
    assert (done.stdout, done.returncode) == (HELLO, 0), done.stderr
    assert_logged_out(pool)


class Slow:
    """Announces a long reply to the first request, and sends it at 12 KiB/s."""

    def __init__(self):
        self._over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self):
        self._over.set()
        self._listener.close()

    def _serve(self):
        with contextlib.suppress(OSError), self._listener.accept()[0] as sock:
            sock.recv(65536)
            sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            while not self._over.wait(0.5):
                sock.sendall(b" " * 6144)


def test_a_slow_reply_has_its_time_as_a_whole(pool, xencon):
    """What comes does not put off the end for ever."""
    slow = Slow()
    try:
        done = xencon.run("--connect-timeout", "1", "-s", slow.url, "web01")
    finally:
        slow.close()
    assert_failed(done, 3, slow.url.removeprefix("http://"), "does not come whole in time",
                  pool=None)


def test_a_slow_server_is_connected_to_once(pool, make_xencon):
    """Not again, on a terminal, as if a person had thought for so long."""
    pool.add_vm("web01", backend=sim.Source(HELLO))
    pool.faults.add(sim.Fault("tls", "delay", seconds=6))
    terminal = make_xencon(pool).terminal("web01")
    terminal.expect_exact(HELLO)
    assert terminal.finish() == 0
    assert len(pool.connections) == 3  # the others are the logout's, and who asks why it ended
