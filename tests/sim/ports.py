# SPDX-License-Identifier: ISC
"""Ports that stay with who took them, whether anybody listens there or not.

A port that was only looked for is anybody's until its server listens, and again while that server is away: the
kernel gives it to the next that asks for any port, to a connection's own end, too. Who was told of it then meets a
stranger. A port held here is bound all the time. ALWAYS TRUE: the kernel gives it to nobody by itself, connections
to it are refused while nobody listens, and a server that takes it by number with SO_REUSEADDR, as servers do, can.
"""
import ipaddress
import socket


class Held:
    """A port of an address; a `number` of 0 becomes the one that was got."""

    def __init__(self, number=0, address="127.0.0.1"):
        self._address = address
        self._family = socket.AF_INET6 if ipaddress.ip_address(address).version == 6 else socket.AF_INET
        self._sock = self._bound(number)
        self.number = self._sock.getsockname()[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __str__(self):
        return f"{self._address}:{self.number}"

    def listener(self):
        """A socket of the caller's beside it, which can listen."""
        return self._bound(self.number)

    def close(self):
        self._sock.close()

    def _bound(self, number):
        made = socket.socket(self._family, socket.SOCK_STREAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            made.bind((self._address, number))
        except OSError:
            made.close()
            raise
        return made
