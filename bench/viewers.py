# SPDX-License-Identifier: ISC
"""The graphical console on a local port: what passes through, for one viewer and for many at once, and what each costs.

The peers relay a local port to a TLS server and no more, so the viewer here asks for the console itself: stunnel as a
client, socat, and websockify, whose viewer speaks WebSocket. Bytes are counted for as long as some seconds take; the
slowest of many viewers beside their mean tells whether one is starved.
"""
import base64
import os
import select
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time

from front import ADDRESS, BINARY, GREETING, REQUEST, Consoles, Front, await_port, head_of, processor_time, \
    ports, proportional_mib, sim, stunnel
from rows import Row, machine, table
import arguments

CONSOLE_MIB = 16
PIECE = 1 << 18
HELD = 1 << 17     # of each viewer's, by the kernel
MANY = (8, 64, 256)

CLIENT = """foreground = yes
pid =
debug = err
client = yes
socket = l:TCP_NODELAY=1
socket = r:TCP_NODELAY=1
[console]
accept = {address}:{port}
connect = {address}:{console}
"""


class Relay:
    """A program that takes viewers on a port of its own; `says` is what a viewer has to say first."""

    def __init__(self, name, front, folder):
        self._held = ports.Held()
        self.name, self.port = name, self._held.number
        self._web = name == "websockify"
        self._asks = name != "xencon"
        place = f"{ADDRESS}:{front.console}"
        if name == "stunnel":
            self._process = stunnel(folder, "client", CLIENT.format(address=ADDRESS, port=self.port, console=front.console))
        else:
            words = {
                "xencon": [BINARY, "vnc", "-q", "--max-viewers", "300", "-l", f"{ADDRESS}:{self.port}", *front.options, "endless"],
                "socat": ["socat", "-b131072", f"TCP-LISTEN:{self.port},bind={ADDRESS},fork,reuseaddr,nodelay,backlog=300",
                          f"OPENSSL:{place},verify=0,nodelay"],
                "websockify": ["websockify", "--ssl-target", f"{ADDRESS}:{self.port}", place],
            }[name]
            self._process = subprocess.Popen(words, env=front.env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                             stderr=subprocess.DEVNULL)
        self.pid = self._process.pid
        await_port(self.port)

    def viewer(self):
        """A connection whose console has greeted, and waits for a byte."""
        sock = socket.socket()
        # With the kernel's own, hundreds of readers that fall behind let it run short of memory for TCP; then it drops
        # what came, and who is served is a matter of whose timers run.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, HELD)
        sock.connect((ADDRESS, self.port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._web:
            key = base64.b64encode(os.urandom(16)).decode()
            sock.sendall(f"GET /websockify HTTP/1.1\r\nHost: {ADDRESS}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                         f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
                         "Sec-WebSocket-Protocol: binary\r\n\r\n".encode())
            head_of(sock)
        if self._asks:
            self.say(sock, REQUEST.format(kind="endless").encode())
            if not self._web:
                head_of(sock)
        heard = b""
        while not heard.endswith(GREETING):
            piece = sock.recv(1)
            if not piece:
                sys.exit(f"{self.name} has ended a viewer")
            heard += piece
        return sock

    def say(self, sock, data):
        if self._web:    # a frame of binary data, masked with zeroes
            data = struct.pack(">BBH", 0x82, 0x80 | 126, len(data)) + bytes(4) + data
        sock.sendall(data)

    def stop(self):
        self._process.terminate()
        self._process.wait()
        self._held.close()


def flow(relay, count, seconds):
    """MB/s of all, the slowest viewer's share of the mean, seconds of processor time for a GiB, MiB for each viewer
    beyond the first."""
    viewers = [relay.viewer()]
    time.sleep(0.3)
    first = proportional_mib(relay.pid)
    viewers += [relay.viewer() for _ in range(count - 1)]
    for viewer in viewers:
        relay.say(viewer, b"!")
    poll = select.epoll()
    taken = {viewer.fileno(): 0 for viewer in viewers}
    for viewer in viewers:
        viewer.setblocking(False)
        poll.register(viewer.fileno(), select.EPOLLIN)
    buffer = bytearray(PIECE)
    by_number = {viewer.fileno(): viewer for viewer in viewers}

    def take(until):
        while time.perf_counter() < until:
            for number, _ in poll.poll(0.1):
                size = by_number[number].recv_into(buffer)
                if size == 0:
                    sys.exit(f"{relay.name} has ended a viewer")
                taken[number] += size

    # All must have begun.
    while min(taken.values()) == 0:
        take(time.perf_counter() + 0.1)
    memory = proportional_mib(relay.pid)
    taken.update(dict.fromkeys(taken, 0))
    started, before = time.perf_counter(), processor_time(relay.pid)
    take(started + seconds)
    while min(taken.values()) == 0:    # a busy machine: a share of nothing tells nothing
        take(time.perf_counter() + seconds)
    elapsed, spent = time.perf_counter() - started, processor_time(relay.pid) - before
    total = sum(taken.values())
    poll.close()
    for viewer in viewers:
        viewer.close()
    return (total / elapsed / 1e6, min(taken.values()) / (total / count), spent * (1 << 30) / total,
            (memory - first) / (count - 1) if count > 1 else memory)


def rows(runs, seconds, many=MANY):
    names = ["xencon", "stunnel", "socat"] + (["websockify"] if shutil.which("websockify") else [])
    with tempfile.TemporaryDirectory() as folder, sim.Pool(hosts=2, tls=False) as pool:
        front = Front(folder, pool, Consoles(CONSOLE_MIB << 20))
        front.vm("endless", "rfb")
        for count in (1, *many):
            # websockify makes two processes of Python for each; socat one of C.
            here = [name for name in names if count == 1 or name != "websockify"]
            found = {name: [] for name in here}
            for _ in range(runs if count < 64 else max(1, runs // 2)):
                for name in here:
                    relay = Relay(name, front, folder)
                    found[name].append(flow(relay, count, seconds))
                    relay.stop()
            who = "one viewer" if count == 1 else f"{count} viewers"

            def figure(number, found=found):
                return {name: [values[number] for values in found[name]] for name in found}

            yield Row(f"{who}", "MB/s", figure(0), more_is_better=True)
            yield Row(f"{who}, processor", "s/GiB", figure(2))
            if count > 1:
                yield Row(f"{who}, slowest beside the mean", "share", figure(1), more_is_better=True)
                yield Row(f"{who}, memory for one more", "MiB", figure(3))
        front.stop()


if __name__ == "__main__":
    given = arguments.take(__doc__, runs=7, seconds=3.0)
    print(f"{time.strftime('%Y-%m-%d')}, {machine()}; {given.seconds:g} s each, median of {given.runs} (least to most)\n")
    print("\n".join(table(rows(given.runs, given.seconds))))
