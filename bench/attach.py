# SPDX-License-Identifier: ISC
"""From the moment when a console can first be had to being attached: --wait at a machine that starts or is resumed,
--reconnect through reboots and a migration, each as slow as on a real host.

Milliseconds from the server's change to the first byte of the console on standard output. Beside them, from the same
run, what the round trips take that this needs: a connection with TLS, two look-ups, CONNECT and the first byte, by a
client that does nothing else. An event is answered at the earliest 50 ms after the change: who has not tried in
between learns of it then. Prints; judges nothing.
"""
import json
import os
import pathlib
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests/integration")]

import guests  # noqa: E402
import sim  # noqa: E402
import arguments  # noqa: E402

BINARY = os.environ.get("XENCON", str(ROOT / "build" / "xencon"))

# What is done before, the transition, its step from which CONNECT succeeds, the option.
CASES = {
    "start": ("hard_shutdown", "--wait"), "resume": ("suspend", "--wait"),
    "clean_reboot": (None, "--reconnect"), "hard_reboot": (None, "--reconnect"),
    "pool_migrate": (None, "--reconnect"),
}


def start(pool, option):
    env = {**os.environ, "XENCON_SERVER": pool.coordinator.url, "XENCON_PASSWORD": "secret",
           "HOME": tempfile.gettempdir()}
    bundle = pathlib.Path(tempfile.mkdtemp()) / "hosts.pem"
    bundle.write_text("".join(pathlib.Path(host.cert_file).read_text() for host in pool.hosts))
    return subprocess.Popen([BINARY, "--cacert", str(bundle), option, "web01"], env=env, stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def perform(course):
    """Takes each step at its time; gives the moment of the last."""
    begun = time.perf_counter()
    while course.next:
        time.sleep(max(0, begun + course.next.at - time.perf_counter()))
        course.step()
    return time.perf_counter()


def measure(pool, vm, name):
    before, option = CASES[name]
    if before:
        vm.begin(before).finish()
    process = start(pool, option)
    if before:
        while b"waiting for its console" not in process.stderr.readline():
            pass
    else:
        process.stdout.readline()
    time.sleep(0.3)  # it is at rest
    other = next(host for host in pool.hosts if host is not vm.host)
    moment = perform(vm.begin(name, other if name == "pool_migrate" else None))
    line = process.stdout.readline()
    spent = time.perf_counter() - moment
    assert line == f"guest {vm.domid}\r\n".encode(), line
    process.kill()
    process.communicate()
    return 1000 * spent


def ask(sock, host, method, *params):
    """A call, and its result."""
    body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, "id": 1}).encode()
    sock.sendall(b"POST /jsonrpc HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n\r\n%s"
                 % (host.address.encode(), len(body), body))
    head, _, rest = read_until(sock, b"\r\n\r\n").partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split()[0])
    while len(rest) < length:
        rest += sock.recv(1 << 20)
    return json.loads(rest)["result"]


def read_until(sock, mark):
    seen = b""
    while mark not in seen:
        piece = sock.recv(1 << 20)
        if not piece:
            sys.exit(f"the server ended before {mark!r}")
        seen += piece
    return seen


def round_trips(pool, vm):
    """The least that a reattachment takes on this machine just now."""
    host = vm.host
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    session = pool.sessions_table.admit("root", host).ref
    begun = time.perf_counter()
    with context.wrap_socket(socket.create_connection((host.address, host.port))) as sock:
        ask(sock, host, "VM.get_all_records_where", session, f'field "uuid"="{vm.uuid}"')
        ask(sock, host, "console.get_all_records_where", session, f'field "VM"="{vm.ref}"')
        sock.sendall(f"CONNECT /console?uuid={vm.console().uuid} HTTP/1.1\r\nHost: {host.address}\r\n"
                     f"Cookie: session_id={session}\r\n\r\n".encode())
        read_until(sock, b"guest")
        spent = time.perf_counter() - begun
    pool.sessions_table.end(session)
    return 1000 * spent


def main(runs):
    with sim.Pool(hosts=2) as pool:
        vm = guests.add(pool).vm
        print(f"{runs} runs each, ms from the change to the console's first byte; the pool is simulated")
        for name, (_, option) in CASES.items():
            times, least = [], []
            for _ in range(runs):
                times.append(measure(pool, vm, name))
                if vm.host is pool.coordinator:
                    least.append(round_trips(pool, vm))
            print(f"{option:12} {name:14} median {statistics.median(times):6.1f}"
                  f"  ({min(times):.1f} to {max(times):.1f});"
                  f"  round trips {statistics.median(least):.1f}")


main(arguments.take(__doc__, runs=21).runs)
