# SPDX-License-Identifier: ISC
"""What tests of trust share: the file of known hosts, the question, and the man in the middle.

Owns one listener at most, which writes down every byte that somebody tells it. Expects nothing of
the program; the tests do that.
"""
import pathlib
import re
import socket
import ssl
import threading

import pytest

import between
import harness
from sim import certs

QUESTION = b"(yes/no/fingerprint)? "
ASKED_AGAIN = b"please type yes, no or the fingerprint: "
WRONG = "AB:" * 31 + "AB"

ENTRY = re.compile(r"(\S+:\d+) ((?:[0-9A-F]{2}:){31}[0-9A-F]{2}) added \d{4}-\d\d-\d\d")


def state_folder(home):
    return pathlib.Path(home) / ".local" / "state" / "xencon"


def known_hosts(home):
    return state_folder(home) / "known_hosts"


@pytest.fixture
def file(tmp_path):
    return known_hosts(tmp_path)


@pytest.fixture
def stranger(pool, make_xencon):
    """The program, told nothing about whom to trust."""
    return make_xencon(pool, trust=False)


def quiet(xencon, *arguments, **options):
    """Runs it without a terminal to ask on."""
    return xencon.run(*arguments, start_new_session=True, **options)


def name(host):
    """A host as it is written in the file."""
    return f"{host.bracketed}:{host.port}"


def entries(path):
    """The file's lines as {host:port: fingerprint}; fails when one is not of our own form."""
    if not path.exists():
        return {}
    return dict(ENTRY.fullmatch(line).groups() for line in path.read_text().splitlines())


def write_known(path, *lines, end="\n"):
    """Makes the file as a person would, of these lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("".join(line + end for line in lines).encode())
    return path


def know(path, *hosts):
    """Makes the file with what these hosts show now."""
    return write_known(path, *(f"{name(host)} {host.fingerprint}" for host in hosts))


def replace(host, **options):
    """The host shows another certificate, of which its pool knows nothing; gives the old one's
    fingerprint."""
    before = host.fingerprint
    options.setdefault("label", "another")
    host.show(certs.make(host.name, san=(host.address,), **options), known=False)
    return before


def answer(terminal, text="yes"):
    """Waits for the question and types an answer; gives what was shown before it."""
    terminal.expect_exact(QUESTION)
    shown = terminal.before.decode()
    terminal.send(text.encode() + b"\r")
    return shown


def assert_asked_nothing(text):
    assert QUESTION.strip() not in (text if isinstance(text, bytes) else text.encode())


class Middle:
    """A man in the middle: `honest` connections are passed on to `behind` as they are, then he
    speaks TLS himself, with his own certificate, and writes down what he is told."""

    def __init__(self, certificate=None, address="127.0.0.1", port=0, behind=None, honest=0):
        self.certificate = certificate or certs.make("xen1", san=(address,), label="in the middle")
        self.behind = behind
        self.honest = honest
        self.passed = 0
        self.met = 0              # those whose handshake with him was finished
        self.heard = b""          # what they told him after it
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.maximum_version = ssl.TLSVersion.TLSv1_2
        self._context.load_cert_chain(self.certificate.cert_file, self.certificate.key_file)
        self._open = 0
        self._changed = threading.Condition()
        self._listener = socket.create_server((address, port))
        self.address, self.port = self._listener.getsockname()
        self.server = f"{self.address}:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # Closing alone does not wake the thread that accepts.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def assert_met_and_told_nothing(self, times=1, or_more=False):
        """He was connected to so often, shook hands, and learned nothing at all."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.met >= times and not self._open,
                                          harness.PATIENCE), f"he met {self.met} of {times}"
            assert self.met == times or or_more
            assert self.heard == b""

    def _accept(self):
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            with self._changed:
                self._open += 1
                passing = self.passed < self.honest
                self.passed += passing
            work = self._pass_on if passing else self._listen
            threading.Thread(target=self._serve, args=(work, sock), daemon=True).start()

    def _serve(self, work, sock):
        try:
            with sock:
                sock.settimeout(harness.PATIENCE)
                work(sock)
        except OSError:
            pass                  # he is left as soon as he is recognised
        finally:
            with self._changed:
                self._open -= 1
                self._changed.notify_all()

    def _listen(self, sock):
        with self._context.wrap_socket(sock, server_side=True) as tls:
            with self._changed:
                self.met += 1
            while data := tls.recv(65536):
                with self._changed:
                    self.heard += data

    def _pass_on(self, sock):
        with socket.create_connection((self.behind.address, self.behind.port)) as other:
            between.pass_on(sock, other)
