# SPDX-License-Identifier: ISC
"""What every measured program talks to: a stunnel as a XAPI host has it, before a simulated pool's calls and before
consoles that are a server's own; and what a process and its children take of the machine."""
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path += [str(ROOT / "tests"), str(ROOT / "tests/integration")]

import sim  # noqa: E402
from sim import ports  # noqa: E402

BINARY = os.environ.get("XENCON", str(ROOT / "build" / "xencon"))
ADDRESS = "127.0.0.1"
TAIL = 1 << 20    # sent behind what is measured
GREETING = b"RFB 003.008\n"
REQUEST = "CONNECT /console?name={kind} HTTP/1.1\r\n\r\n"

# As a XAPI host has it; the second curve is for the socat of Debian 12, which knows no other.
CONFIGURATION = """foreground = yes
pid =
debug = err
sslVersion = TLSv1.2
ciphers = ECDHE-RSA-AES256-GCM-SHA384
curves = secp384r1:prime256v1
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


def stunnel(folder, name, text):
    """A stunnel with this configuration, its first port open."""
    path = pathlib.Path(folder) / f"{name}.conf"
    path.write_text(text)
    return subprocess.Popen([shutil.which("stunnel4") or "stunnel", path], stdin=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)


def await_port(port):
    while True:
        try:
            socket.create_connection((ADDRESS, port)).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.02)


def head_of(sock):
    """Up to the blank line, byte by byte, so that nothing behind it is taken; None where it ends before."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        piece = sock.recv(1)
        if not piece:
            return None
        head += piece
    return head


class Consoles:
    """A server that answers CONNECT with 200 and then is one of three consoles: so much in bulk, bulk without an end,
    or an echo."""

    def __init__(self, size):
        self._size = size
        self._file = tempfile.TemporaryFile(dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
        piece = os.urandom(1 << 20)
        for _ in range(size >> 20):
            self._file.write(piece)
        self._file.flush()
        self._listener = socket.create_server((ADDRESS, 0), backlog=512)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            sock, _ = self._listener.accept()
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock):
        with sock:
            try:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                head = head_of(sock)
                if head is None:
                    return
                sock.sendall(b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\n")
                if b"name=endless" in head:
                    sock.sendall(GREETING)    # graphical consoles speak first
                if b"name=endless" in head and sock.recv(1):
                    while True:
                        self._send(sock)
                if b"name=bulk" in head and sock.recv(1):    # all are attached before it begins
                    self._send(sock)
                    # ncat does not look for what TLS holds already: more must follow.
                    sock.sendall(bytes(TAIL))
                while piece := sock.recv(4096):
                    sock.sendall(piece)
            except OSError:
                pass    # the program has left

    def _send(self, sock):
        sent = 0
        while sent < self._size:
            sent += os.sendfile(sock.fileno(), self._file.fileno(), sent, self._size - sent)


class Front:
    """The stunnel. `vm` adds machines whose console of either kind is one of `consoles`."""

    def __init__(self, folder, pool, consoles):
        self._held = ports.Held(), ports.Held()
        self.api, self.console = (each.number for each in self._held)
        self.certificate = sim.certs.make("xen1", san=(ADDRESS,))
        self.consoles, self._pool = consoles, pool
        self._process = stunnel(folder, "front", CONFIGURATION.format(
            address=ADDRESS, api=self.api, console=self.console, pool=pool.coordinator.port,
            server=consoles.port, cert=self.certificate.cert_file, key=self.certificate.key_file))
        await_port(self.console)
        self.options = ["-s", f"{ADDRESS}:{self.api}", "--cacert", self.certificate.cert_file]
        self.env = {**os.environ, "XENCON_PASSWORD": "secret", "HOME": str(folder), "LC_ALL": "C.UTF-8"}

    def vm(self, name, kind="vt100"):
        return self._pool.add_vm(name, self._pool.hosts[-1], consoles=(kind,), domain_type="pv" if kind == "vt100" else "hvm",
                                 location=f"https://{ADDRESS}:{self.console}/console?name={name}&uuid={{uuid}}")

    def stop(self):
        self._process.kill()
        self._process.wait()
        for each in self._held:
            each.close()


def family(pid):
    """A process and its descendants."""
    found = [pid]
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += family(int(child))
    return found


def processor_time(pid):
    """What the family that is there took so far, in seconds, each thread of it."""
    total = 0
    for each in family(pid):
        for task in pathlib.Path(f"/proc/{each}/task").iterdir():
            total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def proportional_mib(pid):
    """The memory that the family takes, what is shared counted in part."""
    total = 0
    for each in family(pid):
        try:
            rollup = pathlib.Path(f"/proc/{each}/smaps_rollup").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue    # who logs out, and had just ended
        total += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return total / 1024
