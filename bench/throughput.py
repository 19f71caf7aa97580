# SPDX-License-Identifier: ISC
"""Measures an attached console beside ncat and openssl s_client, through the stunnel of a XAPI host.

Each program gets the same bytes from the same server through the same stunnel (TLS 1.2, AES-256-GCM), in
turn, so that a machine that gets slower does so for all; medians, with the spread. Bulk is written to a
pipe; its time, and the processor time that the program takes, are counted from its first byte to its
last, so that logging in counts for nothing. Echo is one byte typed and come back. Beside them stands the
least that bulk can cost: the same bytes copied by socat from a socket without TLS, and what libcrypto takes
to decrypt them. Prints one table. Needs stunnel, ncat, openssl, socat.

Usage: /usr/bin/python3 bench/throughput.py [RUNS [MIB]]
"""
import os
import pathlib
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests")]

import sim  # noqa: E402

BINARY = os.environ.get("XENCON", str(ROOT / "build" / "xencon"))
ADDRESS = "127.0.0.1"
ECHOES = 2000
RECORD = 16384    # the bytes of a full TLS record
TAIL = 1 << 20    # sent behind what is measured

CONFIGURATION = """foreground = yes
pid =
debug = err
sslVersion = TLSv1.2
ciphers = ECDHE-RSA-AES256-GCM-SHA384
curves = secp384r1
cert = {cert}
key = {key}
socket = l:TCP_NODELAY=1
socket = r:TCP_NODELAY=1
TIMEOUTclose = 1
[xapi]
accept = {address}:{api}
connect = {address}:{pool}
protocol = proxy
[consoles]
accept = {address}:{console}
connect = {address}:{server}
"""


def free_port():
    with socket.create_server((ADDRESS, 0)) as sock:
        return sock.getsockname()[1]


class Consoles:
    """A server that answers CONNECT with 200 and then is one of two consoles: bulk, or an echo."""

    def __init__(self, size):
        self._size = size
        self._file = tempfile.TemporaryFile(dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
        piece = os.urandom(1 << 20)
        for _ in range(size >> 20):
            self._file.write(piece)
        self._file.flush()
        self._listener = socket.create_server((ADDRESS, 0), backlog=32)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            sock, _ = self._listener.accept()
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        head = b""
        while b"\r\n\r\n" not in head:
            piece = sock.recv(4096)
            if not piece:
                return
            head += piece
        sock.sendall(b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\n")
        try:
            if b"bulk" in head:
                if sock.recv(1):    # all are attached before it begins
                    sent = 0
                    while sent < self._size:
                        sent += os.sendfile(sock.fileno(), self._file.fileno(), sent,
                                            self._size - sent)
                    # ncat does not look for what TLS holds already: more must follow.
                    sock.sendall(bytes(TAIL))
            while piece := sock.recv(4096):
                sock.sendall(piece)
        except OSError:
            pass    # the program has left
        sock.close()


class Front:
    """The stunnel, before a simulated pool's calls and before the consoles."""

    def __init__(self, folder, pool, consoles):
        self.api, self.console = free_port(), free_port()
        self.certificate = sim.certs.make("xen1", san=(ADDRESS,))
        path = pathlib.Path(folder) / "stunnel.conf"
        path.write_text(CONFIGURATION.format(
            address=ADDRESS, api=self.api, console=self.console, pool=pool.coordinator.port,
            server=consoles.port, cert=self.certificate.cert_file, key=self.certificate.key_file))
        self._process = subprocess.Popen([shutil.which("stunnel4") or "stunnel", path],
                                         stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while True:
            try:
                socket.create_connection((ADDRESS, self.console)).close()
                return
            except ConnectionRefusedError:
                time.sleep(0.05)

    def stop(self):
        self._process.kill()
        self._process.wait()


class Program:
    """A program whose stdin and stdout are a console."""

    def __init__(self, name, command, request=None):
        self.name = name
        self._command = command
        self._request = request    # what must be said by hand to get there
        self._process = None

    def attach(self, kind):
        command = [word.format(kind=kind) for word in self._command]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
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

    def processor_time(self):
        """What it took so far, in seconds."""
        return int(pathlib.Path(f"/proc/{self._process.pid}/schedstat").read_text().split()[0]) / 1e9

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
    started, before = time.perf_counter(), program.processor_time()
    while left > 0:
        piece = len(os.read(program.out, 1 << 20))
        if piece == 0:
            sys.exit(f"{program.name} ended {left} bytes too early")
        left -= piece
    elapsed = time.perf_counter() - started
    took = program.processor_time() - before
    program.leave()
    return size / elapsed / 1e6, took * (1 << 30) / size


def measure_echo(program):
    """The median and the 99th percentile in microseconds."""
    program.attach("echo")
    times = []
    for _ in range(1 + ECHOES):
        started = time.perf_counter()
        program.type(b"x")
        if os.read(program.out, 16) != b"x":
            sys.exit(f"{program.name} does not echo")
        times.append((time.perf_counter() - started) * 1e6)
    program.leave()
    times = sorted(times[1:])    # the first one waited for the login
    return times[len(times) // 2], times[len(times) * 99 // 100]


def measure_decryption():
    """Seconds of processor time in which libcrypto decrypts a GiB of full records."""
    done = subprocess.run(["openssl", "speed", "-mr", "-seconds", "1", "-bytes", str(RECORD),
                           "-decrypt", "-evp", "aes-256-gcm"], capture_output=True, text=True, check=True)
    speed = next(line for line in done.stdout.split("\n") if line.startswith("+F:"))
    return (1 << 30) / float(speed.split(":")[-1])


def version(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip().split("\n")[0]


def machine():
    model = next((line.partition(":")[2].strip() for line in open("/proc/cpuinfo")
                  if line.startswith("model name")), platform.machine())
    return f"{os.cpu_count()} x {model}, {platform.system()} {platform.release()}"


def show(values, digits):
    middle = statistics.median(values)
    return f"{middle:.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def table(programs, found):
    """Rows of the table, in Markdown."""
    titles = ("bulk, MB/s", "CPU, s/GiB", "echo p50, µs", "echo p99, µs")
    digits = (0, 2, 0, 0)
    yield "| | " + " | ".join(titles) + " |"
    yield "|---" * (len(titles) + 1) + "|"
    for program in programs:
        cells = [show([row[i] for row in found[program.name]], digits[i])
                 for i in range(len(titles))]
        yield f"| {program.name} | " + " | ".join(cells) + " |"
    ours, theirs = ([statistics.median(row[i] for row in found[program.name])
                     for i in range(len(titles))] for program in programs[:2])
    yield "| xencon / ncat | " + " | ".join(f"{a / b:.2f}" for a, b in zip(ours, theirs)) + " |"


def main(runs, mib):
    size = mib << 20
    with tempfile.TemporaryDirectory() as folder, sim.Pool(hosts=2, tls=False) as pool:
        consoles = Consoles(size)
        front = Front(folder, pool, consoles)
        place = f"{ADDRESS}:{front.console}"
        for name in ("bulk", "echo"):
            pool.add_vm(name, pool.hosts[1], location=f"https://{place}/console?name={name}&uuid={{uuid}}")
        os.environ.update(XENCON_PASSWORD="secret", HOME=folder)
        request = "CONNECT /console?name={kind} HTTP/1.1\r\n\r\n"
        programs = [
            Program("xencon", [BINARY, "-q", "--stdio", "-s", f"{ADDRESS}:{front.api}", "--cacert",
                               front.certificate.cert_file, "{kind}"]),
            Program("ncat --ssl", ["ncat", "--ssl", ADDRESS, str(front.console)], request),
            Program("openssl s_client", ["openssl", "s_client", "-quiet", "-connect", place],
                    request),
            Program("socat, no TLS", ["socat", "-b131072", "-", f"TCP:{ADDRESS}:{consoles.port}"],
                    request),
        ]
        found = {program.name: [] for program in programs}
        decryption = []
        for _ in range(runs):
            decryption.append(measure_decryption())
            for program in programs:
                found[program.name].append((*measure_bulk(program, size), *measure_echo(program)))
        front.stop()
    print(f"{time.strftime('%Y-%m-%d')}, {machine()}; {version([BINARY, '--version'])}; "
          f"{version(['ncat', '--version'])}; {version(['openssl', 'version'])}; stunnel; "
          f"{mib} MiB, {ECHOES} echoes, median of {runs} (least to most)\n")
    print("\n".join(table(programs, found)))
    least = [row[1] + decrypted for row, decrypted in zip(found["socat, no TLS"], decryption)]
    theirs = [row[1] for row in found["ncat --ssl"]]
    print(f"\nDecryption alone takes {show(decryption, 2)} s/GiB; with the copying of socat that is "
          f"{show(least, 2)}, and of ncat's {statistics.median(least) / statistics.median(theirs):.2f}: "
          "who decrypts with libcrypto and copies out of a socket into a pipe pays that much.")


main(int(sys.argv[1]) if len(sys.argv) > 1 else 7, int(sys.argv[2]) if len(sys.argv) > 2 else 256)
