# SPDX-License-Identifier: ISC
"""What the graphical console in a terminal costs, as a table.

  ninja -C build xencon tests/screens/bench_recognise

From a key to the cell that it changes: through `xencon screen` on a terminal (a tunnel with TLS, a screen of text
that is drawn, read and painted), and by an RFB client that does nothing else, at the same guest in turn. Memory is
the proportional set size; rest is processor time over ten seconds. Prints; judges nothing.
"""
import fcntl
import os
import pty
import select
import socket
import statistics
import struct
import subprocess
import tempfile
import termios
import time

from front import ROOT, proportional_mib, sim
from rows import Row, machine, table
import arguments

# Parts of the integration tests.
import harness
import procs
import shown

BENCH = ROOT / "build/tests/screens/bench_recognise"
SCREENS = ["bochs1024-text", "bochs1024-htop", "bochs1024-mc-lat15fixed16"]
LINE = 60  # letters before the line is wiped
REST_S = 10


class Screen:
    """`xencon screen` on a terminal."""

    def __init__(self, xencon, vm, rows, columns, *words):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(xencon.command("screen", *words, vm), env=xencon.env, stdin=slave, stdout=slave,
                                        stderr=subprocess.STDOUT, start_new_session=True)
        os.close(slave)
        self.send(b"\x1b[?62c")
        self.rest()

    def send(self, data):
        os.write(self.master, data)

    def wait(self, seconds):
        """Takes what comes first, if anything comes in time."""
        return os.read(self.master, 1 << 20) if select.select([self.master], [], [], seconds)[0] else b""

    def rest(self):
        """Until nothing has come for longer than a message stays."""
        while self.wait(6):
            pass

    def stop(self):
        self.process.kill()
        self.process.wait()
        os.close(self.master)


class Bare:
    """An RFB client that sends a key and waits for the update."""

    def __init__(self, backend):
        self._sock = backend.connect()
        self._read(12)
        self._sock.sendall(b"RFB 003.003\n")
        self._read(4)
        self._sock.sendall(b"\1")
        self.width, self.height = struct.unpack(">HH", self._read(24)[:4])[:2]
        self._read(len(backend.title.encode()))
        self._ask(False)
        self.update()
        self._ask(True)

    def _read(self, size):
        data = self._sock.recv(size, socket.MSG_WAITALL)
        if len(data) != size:
            raise EOFError
        return data

    def _ask(self, incremental):
        self._sock.sendall(struct.pack(">BBHHHH", 3, incremental, 0, 0, self.width, self.height))

    def press(self, key):
        for down in (1, 0):
            self._sock.sendall(struct.pack(">BBxxI", 4, down, key))

    def update(self):
        count = struct.unpack(">xxH", self._read(4))[0]
        for _ in range(count):
            *_, width, height, _ = struct.unpack(">HHHHi", self._read(12))
            self._read(4 * width * height)

    def drain(self):
        """Until nothing has come for a while; then one request is open."""
        while select.select([self._sock], [], [], 0.05)[0]:
            self.update()
            self._ask(True)

    def stop(self):
        self._sock.close()


def key_through_screen(screen):
    begun = time.perf_counter()
    screen.send(b"x")
    while b"x" not in screen.wait(5):
        pass
    spent = time.perf_counter() - begun
    while screen.wait(0.05):
        pass
    return spent


def key_bare(bare):
    begun = time.perf_counter()
    bare.press(ord("x"))
    bare.update()
    spent = time.perf_counter() - begun
    bare._ask(True)
    bare.drain()
    return spent


def keys(pool, xencon, count):
    """Milliseconds from key to changed cell: ours, and bare."""
    backend = sim.TextScreen()
    pool.add_vm("keys", consoles=("rfb",), domain_type="hvm", rfb_backend=backend)
    screen, bare = Screen(xencon, "keys", 25, 80), Bare(backend)
    ours, theirs = [], []
    for number in range(count):
        if number % (LINE // 2) == 0:
            screen.send(b"\x15")
            while screen.wait(0.2):
                pass
        bare.drain()
        ours.append(key_through_screen(screen))
        bare.drain()
        theirs.append(key_bare(bare))
        while screen.wait(0.05):
            pass
    screen.stop()
    bare.stop()
    return [1000 * each for each in ours], [1000 * each for each in theirs]


def ours(what, unit, values, most):
    return Row(what, unit, {"xencon": values}, most=most)


def memory(xencon, shows):
    for name, words in (("bochs1280-uni1vga16-text", []), ("picture-firmware-logo", ["--graphics", "blocks"]),
                        ("picture-firmware-logo", ["--graphics", "sixel"]), ("picture-firmware-logo", ["--graphics", "kitty"])):
        vm = f"{name} {' '.join(words)}"
        shows.vm(vm, name)
        screen = Screen(xencon, vm, 50, 160, *words)
        yield ours(f"screen, memory at 1280x800, {words[-1] if words else 'text'}", "MiB",
                   [proportional_mib(screen.process.pid)], 24)
        if not words:
            before = procs.ticks(screen.process.pid), procs._switches(screen.process.pid)
            time.sleep(REST_S)
            yield ours(f"screen, at rest for {REST_S} s, processor", "ms",
                       [10 * (procs.ticks(screen.process.pid) - before[0])], 0)
            yield ours(f"screen, at rest for {REST_S} s", "wakings", [procs._switches(screen.process.pid) - before[1]], 0)
        screen.stop()


def reading():
    for name in SCREENS:
        done = subprocess.run([BENCH, shown.png(name)], capture_output=True, text=True, check=True)
        find, again, read, line = done.stdout.splitlines()[1].split()[:4]
        yield ours(f"{name}: a frame to cells", "ms", [float(read)], 2)
        yield ours(f"{name}: with the grid to be found", "ms", [float(find) + float(read)], 10)
        yield ours(f"{name}: one changed line", "ms", [float(line)], 0.1)


def rows(count):
    with tempfile.TemporaryDirectory() as folder, sim.Pool() as pool:
        xencon, shows = harness.Xencon(folder, pool), shown.Shown(pool, folder)
        through, bare = keys(pool, xencon, count)
        yield Row("screen, key to changed cell", "ms", {"xencon": through, "a bare RFB client": bare})
        yield ours("screen, what that adds", "ms", [statistics.median(through) - statistics.median(bare)], 30)
        yield from memory(xencon, shows)
        shows.stop()
    yield from reading()


if __name__ == "__main__":
    presses = arguments.take(__doc__, keys=100).keys
    print(f"{time.strftime('%Y-%m-%d')}, {machine()}; {presses} keys, medians (least to most)\n")
    print("\n".join(table(rows(presses))))
