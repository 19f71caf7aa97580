# SPDX-License-Identifier: ISC
"""From nothing to a console's first byte, beside what people do without xencon: round trips, time, processor time.

The peers: the recipe of blogs and answers, curl for the calls and openssl s_client for the tunnel; and a client in Python
that makes the same calls on one connection that is kept, and the tunnel on another. Time and processor time are taken
through the stunnel of a XAPI host, on this machine; round trips are counted on a line between two network namespaces
(tests/integration/delayline.py; takes root), by cause and not by the clock.
"""
import ctypes
import os
import signal
import subprocess
import sys
import tempfile
import time

from front import ADDRESS, BINARY, Consoles, Front, sim
from rows import Row, machine, table
import arguments

import delayline  # a part of the integration tests

HELLO = b"login: "
GREETING = b"RFB 003.008\n"    # a graphical console speaks first
PR_SET_CHILD_SUBREAPER = 36
ONE_WAY_S = 0.02

RECIPE = r"""
call() { curl -s --cacert "$CERT" "https://$ADDRESS/jsonrpc" -d "{\"jsonrpc\":\"2.0\",\"method\":\"$1\",\"params\":$2,\"id\":1}"; }
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

CLIENT = r"""
import http.client, json, os, socket, ssl, sys, urllib.parse
context = ssl.create_default_context(cafile=os.environ["CERT"])
host, port = os.environ["ADDRESS"].split(":")
api = http.client.HTTPSConnection(host, int(port), context=context)
def call(method, *params):
    api.request("POST", "/jsonrpc", json.dumps({"jsonrpc": "2.0", "method": method, "params": params, "id": 1}))
    return json.loads(api.getresponse().read())["result"]
session = call("session.login_with_password", "root", "secret", "1.0", "measure")
vm, = call("VM.get_by_name_label", session, sys.argv[1])
consoles = call("console.get_all_records_where", session, f'field "VM"="{vm}"')
where = urllib.parse.urlsplit(next(c["location"] for c in consoles.values() if c["protocol"] == "vt100"))
sock = context.wrap_socket(socket.create_connection((host, int(port))), server_hostname=host)
sock.sendall(f"CONNECT {where.path}?{where.query} HTTP/1.1\r\nCookie: session_id={session}\r\n\r\n".encode())
while data := sock.recv(65536):
    os.write(1, data)
"""


def commands(certificate, place, options, graphical=False):
    """Each program's words and what its environment has besides; to the text console, or the graphical one."""
    recipe, client = (text.replace("vt100", "rfb") if graphical else text for text in (RECIPE, CLIENT))
    env = {**os.environ, "CERT": certificate, "ADDRESS": place, "XENCON_PASSWORD": "secret", "LC_ALL": "C.UTF-8",
           "HOME": tempfile.gettempdir()}
    return env, {
        "xencon": [BINARY, *(["vnc"] if graphical else []), "-q", "--stdio", *options, "greets"],
        "curl and openssl": ["sh", "-c", recipe, "sh", "greets"],
        "Python, one connection": ["/usr/bin/python3", "-c", client, "greets"],
    }


def reap():
    """What all the children took, and theirs, for we are who inherits those."""
    taken = 0.0
    while True:
        try:
            usage = os.wait4(-1, 0)[2]
        except ChildProcessError:
            return taken
        taken += usage.ru_utime + usage.ru_stime


def measure(command, env):
    """Milliseconds to the first byte that the console says, and of processor time until then and for leaving."""
    started = time.perf_counter()
    process = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
    seen = b""
    while HELLO not in seen:
        piece = os.read(process.stdout.fileno(), 65536)
        if not piece:
            sys.exit(f"{command[0]} ended before the console said anything")
        seen = seen[-len(HELLO):] + piece
    elapsed = time.perf_counter() - started
    os.killpg(process.pid, signal.SIGTERM)
    process.stdin.close()
    process.stdout.close()
    taken = reap()
    process.returncode = 0    # it has been waited for
    return 1000 * elapsed, 1000 * taken


def greet(sock):
    sock.sendall(HELLO)
    sock.recv(1)


def times(runs):
    """Rows of time and processor time; each run measures in a child, which inherits whatever its own leave behind."""
    with tempfile.TemporaryDirectory() as folder, sim.Pool(tls=False) as pool:
        front = Front(folder, pool, Consoles(0))
        pool.add_vm("greets", backend=sim.Script(greet), location=f"https://{ADDRESS}:{front.api}/console?uuid={{uuid}}")
        env, each = commands(front.certificate.cert_file, f"{ADDRESS}:{front.api}", front.options)
        found = {name: [] for name in each}
        for _ in range(runs):
            for name, command in each.items():
                reader, writer = os.pipe()
                child = os.fork()
                if child == 0:
                    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
                    os.write(writer, b"%f %f" % measure(command, env))
                    os._exit(0)
                os.waitpid(child, 0)
                os.close(writer)
                found[name].append(tuple(map(float, os.read(reader, 100).split())))
                os.close(reader)
        front.stop()
    for number, what in enumerate(("to the first byte", "to the first byte, processor")):
        yield Row(what, "ms", {name: [values[number] for values in rows] for name, rows in found.items()})


def trips_of(name, graphical=False):
    """How many round trips a program takes, TCP's and TLS's included, on a line of its own."""
    wanted = GREETING if graphical else HELLO
    with delayline.DelayLine(ONE_WAY_S) as line:
        pool = line.far.call(lambda: sim.Pool(addresses=line.FAR[:1]))
        line.far.call(pool.start)
        pool.add_vm("greets", backend=sim.Script(greet))
        host = pool.coordinator
        env, each = commands(host.cert_file, f"{host.address}:{host.port}", ["-s", host.url, "--cacert", host.cert_file],
                             graphical)
        process = subprocess.Popen(each[name], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
                                   preexec_fn=line.near.enter)
        seen = b""
        while wanted not in seen:
            seen += os.read(process.stdout.fileno(), 65536) or sys.exit(f"{name} said {seen!r}")
        count = line.round_trips(line.FAR[0], -1)
        os.killpg(process.pid, signal.SIGTERM)
        process.communicate()
        pool.stop()
    return count


def trips():
    names = list(commands("", "", [])[1])
    yield Row("to the first byte", "round trips", {name: [trips_of(name)] for name in names})
    yield Row("to the graphical console's first byte", "round trips", {name: [trips_of(name, True)] for name in names})


def named_trips(graphical=False):
    """What xencon says of its own, step by step: the lines of -v that have a number of round trips."""
    with tempfile.TemporaryDirectory() as folder, sim.Pool() as pool:
        pool.add_vm("greets", backend=sim.Script(greet))
        host = pool.coordinator
        env, each = commands(host.cert_file, "", ["-s", host.url, "--cacert", host.cert_file], graphical)
        words = [word for word in each["xencon"] if word not in ("-q", "--stdio")]
        words += ["--stdio"] if graphical else ["--until", "login", "--timeout", "20"]
        done = subprocess.run([*words, "-v"], env={**env, "HOME": folder},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return [line for line in done.stderr.split("\n") if "round trip" in line]


def rows(runs):
    yield from trips()
    yield from times(runs)


if __name__ == "__main__":
    count = arguments.take(__doc__, runs=7).runs
    print(f"{time.strftime('%Y-%m-%d')}, {machine()}; median of {count} (least to most)\n")
    print("\n".join(table(rows(count))))
    for picture in (False, True):
        print("", *named_trips(picture), sep="\n")
