# SPDX-License-Identifier: ISC
"""An attached console beside ncat and openssl s_client, through the stunnel of a XAPI host.

Each program gets the same bytes from the same server through the same stunnel (TLS 1.2, AES-256-GCM), in turn, so that a
machine that gets slower does so for all. Bulk is written to a pipe; its time, and the processor time that the program
takes, are counted from its first byte to its last, so that logging in counts for nothing. Echo is one byte typed and
come back. Beside them stands what the thing takes by itself: the same bytes copied by socat from a socket without TLS, and
decrypted by libcrypto.
"""
import os
import statistics
import subprocess
import sys
import tempfile
import time

from front import ADDRESS, BINARY, REQUEST, Consoles, Front, processor_time, proportional_mib, sim
from rows import Row, machine, table
import arguments

ECHOES = 2000
RECORD = 16384    # the bytes of a full TLS record
NO_TLS = "socat, no TLS"


class Program:
    """A program whose stdin and stdout are a console."""

    def __init__(self, name, command, env, request=None):
        self.name = name
        self._command, self._env = command, env
        self._request = request    # what must be said by hand to get there
        self._process = None

    def attach(self, kind):
        command = [word.format(kind=kind) for word in self._command]
        self._process = subprocess.Popen(command, env=self._env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         stderr=subprocess.DEVNULL, bufsize=0)
        self.out = self._process.stdout.fileno()
        if self._request is not None:
            self.type(self._request.format(kind=kind).encode())
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                piece = os.read(self.out, 1)
                if not piece:
                    sys.exit(f"{self.name} does not connect")
                head += piece

    def type(self, data):
        os.write(self._process.stdin.fileno(), data)

    @property
    def pid(self):
        return self._process.pid

    def leave(self):
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()


def measure_bulk(program, size):
    """MB/s, and seconds of processor time for a GiB."""
    program.attach("bulk")
    program.type(b"!")
    left = size - len(os.read(program.out, 65536))
    started, before = time.perf_counter(), processor_time(program.pid)
    while left > 0:
        piece = len(os.read(program.out, 1 << 20))
        if piece == 0:
            sys.exit(f"{program.name} ended {left} bytes too early")
        left -= piece
    elapsed = time.perf_counter() - started
    took = processor_time(program.pid) - before
    program.leave()
    return size / elapsed / 1e6, took * (1 << 30) / size


def measure_echo(program, echoes):
    """The median and the 99th percentile in microseconds, and the memory then, in MiB."""
    program.attach("echo")
    times = []
    for _ in range(1 + echoes):
        started = time.perf_counter()
        program.type(b"x")
        if os.read(program.out, 16) != b"x":
            sys.exit(f"{program.name} does not echo")
        times.append((time.perf_counter() - started) * 1e6)
    memory = proportional_mib(program.pid)
    program.leave()
    times = sorted(times[1:])    # the first one waited for the login
    return times[len(times) // 2], times[len(times) * 99 // 100], memory


def measure_decryption():
    """Seconds of processor time in which libcrypto decrypts a GiB of full records."""
    done = subprocess.run(["openssl", "speed", "-mr", "-seconds", "1", "-bytes", str(RECORD),
                           "-decrypt", "-evp", "aes-256-gcm"], capture_output=True, text=True, check=True)
    speed = next(line for line in done.stdout.split("\n") if line.startswith("+F:"))
    return (1 << 30) / float(speed.split(":")[-1])


def rows(runs, mib, echoes=ECHOES):
    """Bulk, its cost, echo, memory; then what decrypting and copying cost, as a row of its own."""
    size = mib << 20
    with tempfile.TemporaryDirectory() as folder, sim.Pool(hosts=2, tls=False) as pool:
        front = Front(folder, pool, Consoles(size))
        for name in ("bulk", "echo"):
            front.vm(name)
        place = f"{ADDRESS}:{front.console}"
        programs = [
            Program("xencon", [BINARY, "-q", "--stdio", *front.options, "{kind}"], front.env),
            Program("ncat --ssl", ["ncat", "--ssl", ADDRESS, str(front.console)], front.env, REQUEST),
            Program("openssl s_client", ["openssl", "s_client", "-quiet", "-connect", place], front.env, REQUEST),
            Program(NO_TLS, ["socat", "-b131072", "-", f"TCP:{ADDRESS}:{front.consoles.port}"], front.env, REQUEST),
        ]
        found = {program.name: [] for program in programs}
        least = []
        for _ in range(runs):
            for program in programs:
                found[program.name].append((*measure_bulk(program, size), *measure_echo(program, echoes)))
            least.append(measure_decryption() + found[NO_TLS][-1][1])
        front.stop()
    del programs[-1]    # it does less than the others: it is no peer

    def figure(number):
        return {program.name: [values[number] for values in found[program.name]] for program in programs}

    yield Row("bulk output", "MB/s", figure(0), more_is_better=True)
    yield Row("bulk output, processor", "s/GiB", figure(1))
    yield Row("echo, median", "µs", figure(2))
    yield Row("echo, 99 of 100", "µs", figure(3))
    yield Row("memory of a console", "MiB", figure(4))
    theirs = statistics.median(figure(1)["ncat --ssl"])
    yield Row("beside decrypting, and a copy by socat", f"s/GiB ({statistics.median(least) / theirs:.2f} of ncat's)",
              {"xencon": figure(1)["xencon"], "libcrypto and a copy": least})


if __name__ == "__main__":
    given = arguments.take(__doc__, runs=7, mib=256)
    print(f"{time.strftime('%Y-%m-%d')}, {machine()}; {given.mib} MiB, {ECHOES} echoes, median of {given.runs} (least to most)\n")
    print("\n".join(table(rows(given.runs, given.mib))))
