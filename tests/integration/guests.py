# SPDX-License-Identifier: ISC
"""Guests that tell who they are, and keep what was typed to each of them.

Owns what stands behind a VM's console over all of its domains, so that a test can say which guest was
shown and which one got a byte. Knows nothing of the program.
"""
import select
import threading

import pytest

import harness
import sim


class Guest(sim.Backend):
    """Says "guest N" to whoever attaches, N being the VM's domain, and keeps all that is typed to it."""

    def __init__(self):
        super().__init__()
        self.vm = None
        self.heard = {}
        self._lock = threading.Lock()

    def serve(self, sock):
        domid = self.vm.domid
        sock.sendall(f"guest {domid}\r\n".encode())
        try:
            while data := sock.recv(65536):
                with self._lock:
                    self.heard[domid] = self.heard.get(domid, b"") + data
        except OSError:
            pass

    def await_heard(self, domid, text):
        harness.eventually(lambda: self.heard.get(domid, b"").endswith(text),
                           f"guest {domid} hears {text!r}: {self.heard}")

    def all(self):
        """Everything that anybody heard."""
        return b"".join(self.heard.values())


class Fleeting(Guest):
    """Ends its first client's console before the first byte, when it has done what it is told."""

    def __init__(self, then=lambda: None):
        super().__init__()
        self._then = then

    def serve(self, sock):
        then, self._then = self._then, None
        if then:
            then()
        else:
            super().serve(sock)


class Deaf(Guest):
    """Hears nothing of what its first client sends."""

    deaf = True

    def serve(self, sock):
        if not self.deaf:
            super().serve(sock)
            return
        self.deaf = False
        sock.sendall(b"guest\r\n")
        over = select.poll()
        over.register(sock, 0)      # its end is told unasked
        over.poll()


def add(pool, name="web01", guest=None, **arguments):
    """A VM with such a guest, or with this one."""
    guest = guest or Guest()
    guest.vm = pool.add_vm(name, backend=guest, **arguments)
    return guest


@pytest.fixture
def pool(make_pool):
    """Two hosts, for a VM to move between."""
    return make_pool(hosts=2)


@pytest.fixture
def guest(pool):
    return add(pool)


@pytest.fixture
def vm(guest):
    return guest.vm
