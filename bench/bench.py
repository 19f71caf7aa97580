# SPDX-License-Identifier: ISC
"""Measures xencon beside what people do without it, in the same run, and prints the ratios.

The peer is the recipe of blogs and answers: curl for the calls, openssl s_client for the tunnel. Needs
curl and openssl. Usage: /usr/bin/python3 bench/bench.py [RUNS]
"""
import hashlib
import os
import pathlib
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests")]

import sim  # noqa: E402

BINARY = os.environ.get("XENCON", str(ROOT / "build" / "xencon"))
BULK = 64 * 1024 * 1024

RECIPE = r"""
call() { curl -s --cacert "$CERT" "$URL/jsonrpc" -d "{\"jsonrpc\":\"2.0\",\"method\":\"$1\",\"params\":$2,\"id\":1}"; }
ref=$(call session.login_with_password '["root","secret"]' | grep -o 'OpaqueRef:[^"]*')
vm=$(call VM.get_by_name_label "[\"$ref\",\"$1\"]" | grep -o 'OpaqueRef:[^"]*')
for console in $(call VM.get_consoles "[\"$ref\",\"$vm\"]" | grep -o 'OpaqueRef:[^"]*'); do
	case $(call console.get_protocol "[\"$ref\",\"$console\"]") in
	*vt100*) location=$(call console.get_location "[\"$ref\",\"$console\"]" | grep -o '/console[^"]*') ;;
	esac
done
{ printf 'CONNECT %s HTTP/1.1\r\nCookie: session_id=%s\r\n\r\n' "$location" "$ref"; sleep 600; } |
	openssl s_client -quiet -no_ign_eof -CAfile "$CERT" -connect "$ADDRESS" 2>/dev/null
"""


class Contest:
    """Two commands for the same VM of the same pool."""

    def __init__(self, pool, name):
        host = pool.coordinator
        self.env = {**os.environ, "CERT": host.cert_file, "URL": host.url, "LC_ALL": "C.UTF-8",
                    "ADDRESS": f"{host.address}:{host.port}", "XENCON_SERVER": host.url,
                    "XENCON_PASSWORD": "secret", "HOME": tempfile.gettempdir()}
        self.commands = {
            "xencon": [BINARY, "-q", "--stdio", "--cacert", host.cert_file, name],
            "curl and openssl": ["sh", "-c", RECIPE, "sh", name],
        }

    def measure(self, who, finish):
        """Seconds until `finish`, which is given the output's descriptor, returns."""
        started = time.perf_counter()
        with subprocess.Popen(self.commands[who], env=self.env, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, start_new_session=True) as process:
            finish(process.stdout.fileno())
            elapsed = time.perf_counter() - started
            os.killpg(process.pid, 15)
        return elapsed

    def run(self, title, runs, finish):
        """In turn, so that a machine that gets slower does so for both; prints medians and ratio."""
        times = {who: [] for who in self.commands}
        for _ in range(runs):
            for who, found in times.items():
                found.append(self.measure(who, finish))
        ours, theirs = (statistics.median(found) for found in times.values())
        ratios = [b / a for a, b in zip(*times.values())]
        print(f"{title}: xencon {ours * 1000:.0f} ms, curl and openssl {theirs * 1000:.0f} ms, "
              f"ratio {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")


def until(mark):
    """Reads until the output has the mark in it."""
    def finish(descriptor):
        seen = b""
        while mark not in seen:
            piece = os.read(descriptor, 65536)
            if not piece:
                sys.exit(f"the output ended before {mark!r}")
            seen = seen[-len(mark):] + piece
    return finish


def bulk(digest):
    """Reads the head, if there is one, and then exactly the bulk, which must be whole."""
    def finish(descriptor):
        seen = hashlib.sha256()
        left = BULK
        first = True
        while left:
            piece = os.read(descriptor, 1 << 20)
            if first and piece.startswith(b"HTTP/"):
                while b"\r\n\r\n" not in piece:
                    piece += os.read(descriptor, 1 << 20)
                piece = piece.split(b"\r\n\r\n", 1)[1]
            first = False
            if not piece and left == BULK:
                continue
            if not piece:
                sys.exit("the output ended too early")
            seen.update(piece[:left])
            left -= min(left, len(piece))
        if seen.digest() != digest:
            sys.exit("the output is not what the console said")
    return finish


def main(runs):
    with sim.Pool() as pool:
        pool.add_vm("greets", backend=sim.Script(lambda sock: (sock.sendall(b"login: "),
                                                               sock.recv(1))))
        source = sim.Source(size=BULK, seed=1, stay=True)
        pool.add_vm("talks", backend=source)
        print(f"{runs} runs each, in turn; the pool is simulated, on this machine")
        Contest(pool, "greets").run("to the first console byte", runs, until(b"login: "))
        Contest(pool, "talks").run("64 MiB of console output", runs,
                                   bulk(hashlib.sha256(source.data).digest()))


main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
