# SPDX-License-Identifier: ISC
"""A network of a test's own, so that tests side by side can have the same ports.

Where the system does not allow that (a network namespace takes CAP_SYS_ADMIN) tests share the
machine's own network and take turns. Knows nothing of what listens there.
"""
import contextlib
import ctypes
import fcntl
import os
import pathlib
import socket
import subprocess
import tempfile

FIRST_PORT = 5900
LAST_PORT = 5999

_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


class Network:
    """`own` says that it is a namespace with nothing in it but what the test puts there."""

    def __init__(self, own):
        self.own = own

    def hold(self, port, host="127.0.0.1"):
        """A listening socket on a port, or None when somebody else has it already."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        sock = socket.socket(family)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((host, port))
            sock.listen()
        except OSError:
            sock.close()
            return None
        return sock

    def free_port(self, start=FIRST_PORT, host="127.0.0.1"):
        """The first port from `start` on that nobody has."""
        for port in range(start, 65536):
            sock = self.hold(port, host)
            if sock:
                sock.close()
                return port
        raise AssertionError("no port is free")

    @contextlib.contextmanager
    def held(self, ports):
        """These ports are in use, by the test or by others."""
        with contextlib.ExitStack() as stack:
            for port in ports:
                sock = self.hold(port)
                if sock:
                    stack.enter_context(sock)
            yield

    def add_address(self, address):
        """Another address of this machine, that of a network card as far as anybody can tell."""
        assert self.own
        _ip("address", "add", address, "dev", "lo")


@contextlib.contextmanager
def private():
    """A network for as long as the block lasts: for this thread, and what it starts there."""
    with open("/proc/thread-self/ns/net", "rb") as before:
        if _libc.unshare(_CLONE_NEWNET) != 0:
            with _turn():
                yield Network(own=False)
            return
        try:
            _ip("link", "set", "lo", "up")
            yield Network(own=True)
        finally:
            if _libc.setns(before.fileno(), _CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "cannot return to the network")


def _ip(*arguments):
    subprocess.run(["ip", *arguments], check=True)


@contextlib.contextmanager
def _turn():
    path = pathlib.Path(tempfile.gettempdir()) / f"xencon-tests-{os.getuid()}.lock"
    with open(path, "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
