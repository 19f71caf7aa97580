# SPDX-License-Identifier: ISC
"""A line with a delay between two network namespaces, which counts the round trips made over it.

Each namespace has a TUN device; a thread carries the packets from one to the other and holds each
of them back, so everything waits that waits for the network, TCP's own handshake included.

Round trips are counted by cause, not by the clock, so that a busy machine counts the same: a
packet carries the number of one-way trips that its sender had seen the end of, and its arrival is
one more. Bare acknowledgements do not count, since nobody waits for them.
"""
import contextlib
import ctypes
import fcntl
import heapq
import itertools
import os
import select
import shutil
import struct
import subprocess
import threading
import time

import pytest

CLONE_NEWNET = 0x40000000
TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
TCP = 6
SYN, FIN = 2, 1

_libc = ctypes.CDLL(None, use_errno=True)


class Unavailable(Exception):
    """This machine, or this user, can make no network namespaces."""


@contextlib.contextmanager
def or_skip():
    """A test that makes namespaces in here is skipped where there are none."""
    try:
        yield
    except Unavailable as error:
        pytest.skip(f"no network namespaces here: {error}")


def _check(result):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


class Namespace:
    """A network of its own, with a loopback device; it ends with the last process in it."""

    def __init__(self):
        if shutil.which("ip") is None:
            raise Unavailable("there is no ip command (Debian: iproute2)")
        self._tuns = []
        try:
            self._fd = _in_thread(self._make)
            self.ip("link", "set", "lo", "up")
        except OSError as error:
            raise Unavailable(str(error)) from error

    @staticmethod
    def _make():
        _check(_libc.unshare(CLONE_NEWNET))
        return os.open(f"/proc/self/task/{threading.get_native_id()}/ns/net",
                       os.O_RDONLY | os.O_CLOEXEC)

    def enter(self):
        """Moves the calling thread there; for preexec_fn."""
        _check(_libc.setns(self._fd, CLONE_NEWNET))

    def call(self, function):
        """The result of a function that is called there; sockets that it makes stay there."""
        def inside():
            self.enter()
            return function()
        return _in_thread(inside)

    def ip(self, *words):
        subprocess.run(["ip", *words], preexec_fn=self.enter, check=True)

    def tun(self, name, *addresses):
        """A TUN device that is up; gives its descriptor, which reads and writes IP packets."""
        def make():
            fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
            fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI))
            return fd
        try:
            fd = self.call(make)
        except OSError as error:
            raise Unavailable(f"/dev/net/tun: {error}") from error
        self._tuns.append(fd)
        self.ip("link", "set", name, "up")
        for address in addresses:
            # An IPv6 address is of no use while the kernel looks for others that have it.
            at_once = ["nodad"] if ":" in address else []
            self.ip("addr", "add", address, "dev", name, *at_once)
        return fd

    def close(self):
        for fd in (self._fd, *self._tuns):
            os.close(fd)


class Packet:
    """What a test wants to know of a packet: its connection as (address, port) of the far end and
    port of the near end, whether it goes to the near end, and how many one-way trips led to its
    arrival."""

    def __init__(self, far, near_port, inward, trips):
        self.far = far
        self.near_port = near_port
        self.inward = inward
        self.trips = trips


class DelayLine:
    """`near` and `far` are namespaces, 10.77.0.1 near and 10.77.0.2 and .3 far."""

    NEAR, FAR = "10.77.0.1", ("10.77.0.2", "10.77.0.3")

    def __init__(self, delay):
        self.delay = delay
        self.packets = []
        self._spaces = []
        self._fds = []
        try:
            self.near, self.far = (self._space() for _ in range(2))
            self._fds.append(self.near.tun("near0", self.NEAR + "/24"))
            self._fds.append(self.far.tun("far0", *(each + "/24" for each in self.FAR)))
        except BaseException:
            self._release()
            raise
        self._cut = False
        self._arrived = [0, 0]       # at each end, the one-way trips behind what has arrived
        self._stop_read, self._stop_write = os.pipe()
        self._thread = threading.Thread(target=self._carry, daemon=True, name="delay line")
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self._stop_write)
        self._thread.join()
        os.close(self._stop_read)
        self._release()

    def cut(self):
        """From now on nothing passes, and nobody is told: as when a machine dies, or a cable is pulled
        behind a switch."""
        self._cut = True

    def mend(self):
        self._cut = False

    def round_trips(self, far, connection=0):
        """How many it took until the last that came from an address to the near end, over the
        first, second … connection with it."""
        packets = [packet for packet in list(self.packets) if packet.far[0] == far]
        ports = list(dict.fromkeys(packet.near_port for packet in packets))
        return max(packet.trips for packet in packets
                   if packet.inward and packet.near_port == ports[connection]) / 2

    def _space(self):
        space = Namespace()
        self._spaces.append(space)
        return space

    def _release(self):
        for space in self._spaces:
            space.close()

    def _carry(self):
        poll, held, order = select.poll(), [], itertools.count()
        for fd in (*self._fds, self._stop_read):
            poll.register(fd, select.POLLIN)
        while True:
            left = max(0, held[0][0] - time.monotonic()) * 1000 if held else None
            ready = [fd for fd, _ in poll.poll(left)]
            if self._stop_read in ready:
                return
            while held and held[0][0] <= time.monotonic():
                self._deliver(*heapq.heappop(held)[2:])
            for end, fd in enumerate(self._fds):
                if fd in ready:
                    packet = os.read(fd, 65536)
                    due = time.monotonic() + self.delay
                    heapq.heappush(held, (due, next(order), 1 - end, packet, self._arrived[end]))

    def _deliver(self, end, packet, sent_after):
        if self._cut:
            return
        connection = _tcp(packet)
        if connection:
            source, destination = connection
            far, near = (source, destination) if end == 0 else (destination, source)
            self._arrived[end] = max(self._arrived[end], sent_after + 1)
            self.packets.append(Packet(far, near[1], end == 0, sent_after + 1))
        os.write(self._fds[end], packet)


def _in_thread(function):
    """Calls a function in a thread that ends with it, whatever it does to the thread."""
    outcome = []

    def run():
        try:
            outcome.append((function(), None))
        except BaseException as error:
            outcome.append((None, error))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    value, error = outcome[0]
    if error:
        raise error
    return value


def _tcp(packet):
    """Source and destination of an IPv4 packet that says something in TCP, or None."""
    if packet[0] >> 4 != 4 or packet[9] != TCP:
        return None
    start = (packet[0] & 15) * 4
    total = struct.unpack_from("!H", packet, 2)[0]
    ports = struct.unpack_from("!HH", packet, start)
    flags = packet[start + 13]
    if not flags & (SYN | FIN) and total == start + (packet[start + 12] >> 4) * 4:
        return None
    addresses = [".".join(map(str, packet[at:at + 4])) for at in (12, 16)]
    return list(zip(addresses, ports))
