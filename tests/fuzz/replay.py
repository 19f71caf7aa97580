#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The unmodified program against servers whose answers are recordings with something changed.

  XENCON=build-asan/xencon /usr/bin/python3 tests/fuzz/replay.py [RUNS [FIRST]]

Each kind of command is recorded once against the simulated pool. Then run after run a server plays that recording back
with bytes changed, left out, doubled, put in, cut off, in the clear or in the TLS records themselves. The program
reaches it by --proxy-command, so that wherever a changed address leads, it leads here. A run is its number's: FIRST
repeats one. No run may crash, hang, be found at fault by a sanitizer, print a control character to its standard error,
or end with a status that the manual does not have. Needs socat. Prints the faults, and what statuses there were.
"""
import collections
import concurrent.futures
import os
import pathlib
import random
import select
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests")]

import sim  # noqa: E402

BINARY = os.environ.get("XENCON", str(ROOT / "build" / "xencon"))
STATUSES = {0, 1, 2, 3, 4, 5, 6, 7, 8}
SANITIZER = 99
HANG_S = 60         # far beyond every deadline below, on a busy machine too
SETTLE_S = 0.02     # what a client says in one go comes within this
PATIENCE_S = 5      # then the server does not wait for the client's next word any more
WORKERS = 4
NEVER = ["--until", "never printed", "--timeout", "1.5"]
KINDS = {
    "console": [*NEVER, "text"],
    "list": ["list"],
    "list all": ["list", "--all", "--json"],
    "shot": ["shot", "--text", "graphic"],
    "screen": ["screen", *NEVER, "graphic"],
    "type": ["type", "--keys", "a,enter", "graphic"],
    "wait": ["--wait=1", "halted"],
    "vnc": ["vnc", "--stdio", "graphic"],
}
INTERESTING = [b"\r\n", b"\r\n\r\n", b"\0", b"{", b"}", b"[" * 2000, b'"', b"\\u0000", b"\\ud800", b"null", b"-1", b"0", b"1e999",
               b"4294967296", b"18446744073709551616", b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n",
               b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", b"\x1b]0;x\x07", b"\xff", b"\x9b", b"A" * 70000,
               b"OpaqueRef:NULL", b"https://", b"\x00\x00\xff\xff", b"\x7f\xff\xff\xff"]


def mutate(chance, data):
    """The bytes with one to four things changed."""
    data = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4))):
        at = chance.randrange(len(data) + 1)
        end = min(len(data), at + chance.choice((1, 2, 4, 16, 200)))
        what = chance.randrange(6)
        if what == 0 and at < len(data):
            data[at] = chance.randrange(256)
        elif what == 1 and at < len(data):
            data[at] ^= 1 << chance.randrange(8)
        elif what == 2:
            del data[at:end]
        elif what == 3:
            data[at:at] = data[at:end] * chance.choice((1, 1, 50))
        elif what == 4:
            data[at:at] = chance.choice(INTERESTING)
        else:
            data[at:end] = chance.choice(INTERESTING)
    return bytes(data)


class Secured:
    """A server's end of TLS on a socket, whose records can be changed on their way."""

    def __init__(self, sock, context, change=None):
        self._sock, self._change = sock, change
        self._from, self._to = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._from, self._to, server_side=True)
        self._shaken = False

    def _flush(self):
        data = self._to.read()
        if data:
            self._sock.sendall(self._change(data) if self._change else data)

    def read(self, timeout):
        """What the client says; b"" when that is over, None when nothing came in time."""
        until = time.monotonic() + timeout
        while True:
            try:
                if not self._shaken:
                    self._tls.do_handshake()
                    self._shaken = True
                    self._flush()
                return self._tls.read(65536)
            except ssl.SSLWantReadError:
                self._flush()
            left = until - time.monotonic()
            if not select.select([self._sock], [], [], max(0, left))[0]:
                return None
            data = self._sock.recv(65536)
            if not data:
                return b""
            self._from.write(data)

    def write(self, data):
        for at in range(0, len(data), 16384):
            self._tls.write(data[at:at + 16384])
            self._flush()


class Server:
    """Listens on a unix socket, each connection in a thread of its own, which `serve` gets."""

    def __init__(self, path, serve):
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen(16)
        self._serve, self._threads, self._numbers = serve, [], 0
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def _accept(self):
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._one, args=(sock, self._numbers), daemon=True)
            self._numbers += 1
            self._threads.append(thread)
            thread.start()

    def _one(self, sock, number):
        with sock:
            try:
                self._serve(sock, number)
            except (OSError, ssl.SSLError):
                pass    # the program does not like what it got

    def stop(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        self._listener.close()
        for thread in self._threads:
            thread.join()


class Program:
    """How xencon is run, in a home of its own."""

    def __init__(self, folder, certificate):
        self.folder = folder
        self._options = ["-s", "xen1", "--cacert", certificate.cert_file, "--connect-timeout", "3"]
        self._env = {"HOME": folder, "PATH": os.environ["PATH"], "XENCON_PASSWORD": "secret", "LC_ALL": "C.UTF-8",
                     "ASAN_OPTIONS": f"exitcode={SANITIZER}:abort_on_error=0",
                     "UBSAN_OPTIONS": f"halt_on_error=1:exitcode={SANITIZER}"}

    def run(self, words, path):
        """The finished process; None when it had to be killed."""
        command = [BINARY, *words, *self._options, "--proxy-command", f"exec socat - UNIX-CONNECT:{path}"]
        process = subprocess.Popen(command, env=self._env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, start_new_session=True)
        try:
            out, err = process.communicate(timeout=HANG_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return None
        return process.returncode, out, err


def record(program, context, words, port):
    """What was said on each connection: lists of (how many bytes the client said, what the server answered)."""
    connections = {}

    def forward(sock, number):
        client = Secured(sock, context)
        turns = connections.setdefault(number, [])
        with socket.create_connection(("127.0.0.1", port)) as server:
            said = 0
            while True:
                data = client.read(SETTLE_S)
                if data == b"":
                    return
                if data:
                    said += len(data)
                    server.sendall(data)
                answer = b""
                while select.select([server], [], [], SETTLE_S)[0]:
                    piece = server.recv(65536)
                    if not piece:
                        break
                    answer += piece
                    client.write(piece)
                if answer:
                    turns.append((said, answer))
                    said = 0

    with tempfile.TemporaryDirectory() as folder:
        server = Server(f"{folder}/s", forward)
        done = program.run(words, f"{folder}/s")
        server.stop()
    if done is None or done[0] not in (0, 6, 8) or not connections:    # in order; none to be had; not printed
        sys.exit(f"{words} cannot be recorded: {done}")
    return [connections[number] for number in sorted(connections)]


def replay(program, context, recordings, number):
    """One run; returns its kind, its status and what is wrong, or None."""
    chance = random.Random(number)
    kind = sorted(KINDS)[number % len(KINDS)]
    connections = recordings[kind]
    which = chance.randrange(len(connections))
    turn = chance.randrange(len(connections[which])) if connections[which] else 0
    raw = chance.random() < 0.1     # in the records of TLS rather than in what they carry
    cut = chance.random() < 0.2
    lock = threading.Lock()

    def garble(data):
        with lock:
            return mutate(chance, data) if chance.random() < 0.3 else data

    def serve(sock, number):
        turns = connections[min(number, len(connections) - 1)]
        client = Secured(sock, context, garble if raw and number == which else None)
        for i, (said, answer) in enumerate(turns):
            heard, until = 0, time.monotonic() + PATIENCE_S
            while heard < said and time.monotonic() < until:
                data = client.read(PATIENCE_S if heard == 0 else SETTLE_S)
                if not data:
                    if data == b"":
                        return
                    break
                heard += len(data)
            if not raw and number == which and i == turn:
                with lock:
                    answer = mutate(chance, answer)
                    if cut:
                        answer = answer[:chance.randrange(len(answer) + 1)]
                client.write(answer)
                if cut:
                    return
            else:
                client.write(answer)
        while client.read(PATIENCE_S):
            pass

    with tempfile.TemporaryDirectory() as folder:
        server = Server(f"{folder}/s", serve)
        done = program.run(KINDS[kind], f"{folder}/s")
        server.stop()
    if done is None:
        return kind, None, "hangs"
    status, _, err = done
    if status not in STATUSES:
        return kind, status, f"status {status}: {err[-3000:].decode(errors='replace')}"
    if any(byte < 0x20 and byte not in b"\n\t" or byte == 0x7f for byte in err):
        return kind, status, f"control characters on standard error: {err!r}"
    if status != 0 and not err:
        return kind, status, "it says nothing"
    return kind, status, None


def main(runs, first):
    statuses, faults = collections.Counter(), 0
    certificate = sim.certs.make("xen1", san=("xen1",))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.cert_file, certificate.key_file)
    with tempfile.TemporaryDirectory() as home, sim.Pool(tls=False) as pool:
        pool.add_vm("text")
        pool.add_vm("graphic", consoles=("rfb",), domain_type="hvm",
                    rfb_backend=sim.TextScreen(argv=["/bin/sh", "-c", "echo ready; exec cat"]))
        pool.add_vm("halted").shutdown()
        program = Program(home, certificate)
        recordings = {kind: record(program, context, words, pool.coordinator.port) for kind, words in KINDS.items()}
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as workers:
            work = {workers.submit(replay, program, context, recordings, number): number
                    for number in range(first, first + runs)}
            for each in concurrent.futures.as_completed(work):
                kind, status, wrong = each.result()
                statuses[kind, status] += 1
                if wrong:
                    faults += 1
                    print(f"run {work[each]}, {kind}: {wrong}", flush=True)
    for kind in KINDS:
        print(f"{kind}:", ", ".join(f"{count} ended with {status}" for (each, status), count in sorted(statuses.items(), key=str)
                                    if each == kind))
    print(f"{runs} runs, {faults} at fault")
    return faults > 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 400, int(sys.argv[2]) if len(sys.argv) > 2 else 0))
