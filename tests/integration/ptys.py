# SPDX-License-Identifier: ISC
"""A pseudo-terminal of the test's own, for programs of which only some streams are on it.

Owns both ends: the program's end stays open here, so settings can be compared after the program is
gone. Reads happen only when a test asks for them: a terminal that nobody reads is one to test with.
"""
import contextlib
import fcntl
import os
import select
import socket
import struct
import termios
import threading
import time

import harness
import procs


class Pty:
    def __init__(self, rows=24, columns=200):
        self.master, self.slave = os.openpty()
        os.set_blocking(self.master, False)
        self.resize(rows, columns)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.hang_up()
        os.close(self.slave)

    def resize(self, rows, columns):
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def settings(self):
        return termios.tcgetattr(self.slave)

    def is_raw(self):
        return not self.settings()[3] & termios.ICANON

    def hang_up(self):
        """Close the terminal under the program's feet."""
        if self.master >= 0:
            os.close(self.master)
        self.master = -1

    def start(self, xencon, *arguments, **streams):
        """The program with this as its controlling terminal and, unless told otherwise, as all of
        its streams; `preexec` is called in the child."""
        for stream in ("stdin", "stdout", "stderr"):
            streams.setdefault(stream, self.slave)
        before = streams.pop("preexec", None)
        return xencon.start(*arguments, start_new_session=True,
                            preexec_fn=lambda: self._take(before), **streams)

    def attach(self, xencon, *arguments, **streams):
        """Starts it without messages on web01's console and waits until that is attached."""
        process = self.start(xencon, "-q", "web01", *arguments, **streams)
        harness.eventually(self.is_raw, "the terminal becomes raw")
        return process

    def _take(self, before):
        fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)
        if before:
            before()

    def write(self, data):
        """Type all of it, as fast as the terminal takes it."""
        write_all(self.master, data)

    def wait_full(self, process):
        """Waits until a program can print no more. Once full, a terminal may have a little room
        again and tell only those who ask then: a program that sleeps is not woken for it."""
        harness.eventually(lambda: not is_writable(self.slave) or procs.rests(process.pid),
                           "nothing more is printed")

    def read(self, size):
        """The next `size` bytes that are printed."""
        return read_exactly(self.master, size)

    def read_until(self, text):
        """What is printed, up to and with `text`."""
        seen = b""
        while text not in seen:
            seen += read_some(self.master, 1)
        return seen

    def read_message(self):
        """The next line of the program's own, which begins at the margin."""
        return self.read_until(b"xencon: ")[-10:].decode() + self.read_until(b"\r\n").decode()

    def read_rest(self):
        """What has been printed by a program that is gone."""
        seen = b""
        while select.select([self.master], [], [], 0)[0]:
            seen += os.read(self.master, 65536)
        return seen


def read_some(fd, size):
    """What comes next, at most `size` bytes; fails when nothing comes."""
    assert select.select([fd], [], [], harness.PATIENCE)[0], "nothing came"
    return os.read(fd, size)


def read_exactly(fd, size):
    seen = bytearray()
    while len(seen) < size:
        data = read_some(fd, size - len(seen))
        assert data, f"ended after {len(seen)} bytes instead of {size}"
        seen += data
    return bytes(seen)


def read_all(fd):
    """Everything up to the end of file."""
    seen = bytearray()
    while data := read_some(fd, 65536):
        seen += data
    return bytes(seen)


def write_all(fd, data):
    """Writes with patience: fails when nobody takes the data."""
    view = memoryview(data)
    deadline = time.monotonic() + harness.PATIENCE
    while view:
        assert time.monotonic() < deadline, f"{len(view)} bytes were not taken"
        if select.select([], [fd], [], 1)[1]:
            view = view[os.write(fd, view[:select.PIPE_BUF]):]


PIPE_SIZE = 32768


@contextlib.contextmanager
def pipe():
    """A pipe's reading and writing ends, both open here until the block ends. It is of half the usual size,
    which the program would enlarge: what is to fill it fills it."""
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, PIPE_SIZE)
    try:
        yield reader, writer
    finally:
        os.close(reader)
        os.close(writer)


@contextlib.contextmanager
def socket_pair():
    """Two sockets that are connected, closed when the block ends at the latest."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def is_readable(fd):
    return bool(select.select([fd], [], [], 0)[0])


def is_writable(fd):
    return bool(select.select([], [fd], [], 0)[1])


def unacknowledged(sock):
    """How much of what a socket sent its peer's kernel does not have yet."""
    return struct.unpack("i", fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, bytes(4)))[0]


def wait_full(fd, quiet=0):
    """Waits until something that is written to takes no more, for `quiet` seconds."""
    harness.eventually(lambda: not select.select([], [fd], [], quiet)[1], "nothing more is taken")


def write_until_full(fd, data=bytes(1 << 26), quiet=0.5):
    """Writes of `data` what is taken, until nothing is for a while; gives how much was."""
    written = 0
    while written < len(data) and select.select([], [fd], [], quiet)[1]:
        written += os.write(fd, data[written:written + select.PIPE_BUF])
    return written


@contextlib.contextmanager
def feeding(fd, data):
    """Writes `data` beside the test; all of it is written when the block ends."""
    problems = []

    def work():
        try:
            write_all(fd, data)
        except (AssertionError, OSError) as problem:
            problems.append(problem)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield
    thread.join()
    assert not problems, problems


@contextlib.contextmanager
def draining(fd, process):
    """Reads and drops what comes, beside the test, as long as a program runs."""
    def work():
        while process.poll() is None:
            if is_readable(fd):
                os.read(fd, 65536)
            else:
                time.sleep(0.001)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield
    thread.join()
