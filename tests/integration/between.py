# SPDX-License-Identifier: ISC
"""What stands between a client and a server: bytes are passed on both ways, and each way's end by itself.

Owns nothing: the connections are the caller's. ALWAYS TRUE: what a side sent before its end has arrived before the
other side sees that end.
"""
import contextlib
import select
import socket

import harness


def pass_on(client, server, change=None):
    """Until both ways have ended; `change` makes another piece of each that comes from the server."""
    to = {client: server, server: client}
    while to:
        for ready in select.select(list(to), [], [], harness.PATIENCE)[0]:
            data = ready.recv(65536)
            if change is not None and ready is server:
                data = change(data)
            if data:
                to[ready].sendall(data)
                continue
            with contextlib.suppress(OSError):
                to[ready].shutdown(socket.SHUT_WR)
            del to[ready]
