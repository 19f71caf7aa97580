# SPDX-License-Identifier: ISC
"""Measures `xencon list` beside what else lists a pool: Debian's python3-os-xenapi and npm's xen-api.

Each program lists the same pool from the same server, in turn: name, state, host, consoles and uuid of every
VM, sorted, on standard output. The server answers from memory, with records as long as real ones, so that
what is measured is the programs; the peers ask by the shortest calls that they have, and xen-api asks at
once, without its event loop. Time is from start to end, processor time the program's own, memory its
largest resident set less that for a pool of one VM. Prints one table. Needs python3-os-xenapi, node, and
xen-api where `tests/protocol` has put it.
"""
import json
import os
import pathlib
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import types
import xmlrpc.client

from front import BINARY, sim
from rows import Row, machine
import arguments

from sim import records, tls

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
NPM = CACHE / "xencon-tests" / "npm"
HOSTS = 16

PYTHON = """
import ssl, sys, xmlrpc.client
from os_xenapi.client import XenAPI
context = ssl.create_default_context(cafile=sys.argv[2])
session = XenAPI.Session(sys.argv[1], transport=xmlrpc.client.SafeTransport(context=context))
session.login_with_password("root", "secret")
x = session.xenapi
vms = x.VM.get_all_records_where('field "is_a_template"="false"')
hosts, consoles = x.host.get_all_records(), x.console.get_all_records()
kinds = {}
for console in consoles.values():
    kinds.setdefault(console["VM"], set()).add(console["protocol"])
for ref, vm in sorted(vms.items(), key=lambda item: item[1]["name_label"]):
    host = hosts.get(vm["resident_on"], {}).get("name_label", "-")
    print(vm["name_label"], vm["power_state"], host, ",".join(kinds.get(ref, "-")), vm["uuid"])
session.xenapi.session.logout()
"""

NODE = """
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
const [url, directory] = process.argv.slice(2)
const require = createRequire(pathToFileURL(directory + '/'))
const { createClient } = await import(pathToFileURL(require.resolve('xen-api')))
const client = createClient({ url, auth: { user: 'root', password: 'secret' }, allowUnauthorized: true,
  watchEvents: false })
await client.connect()
const [vms, hosts, consoles] = await Promise.all([
  client.call('VM.get_all_records_where', 'field "is_a_template"="false"'),
  client.call('host.get_all_records'), client.call('console.get_all_records')])
const kinds = {}
for (const c of Object.values(consoles)) (kinds[c.VM] ??= []).push(c.protocol)
const lines = Object.entries(vms).sort((a, b) => a[1].name_label < b[1].name_label ? -1 : 1).map(([ref, vm]) =>
  [vm.name_label, vm.power_state, hosts[vm.resident_on]?.name_label ?? '-', kinds[ref] ?? '-', vm.uuid].join(' '))
process.stdout.write(lines.join('\\n') + '\\n')
await client.disconnect()
process.exitCode = 0
"""


def pool_of(count):
    """What a pool of so many VMs says of its machines (templates aside), consoles and hosts."""
    ids = records.Identifiers(count)
    hosts, vms, consoles = {}, {}, {}
    for number in range(HOSTS):
        record = records.prototype("host")
        record.update(uuid=ids.uuid(), name_label=f"xen{number + 1}", address=f"10.0.0.{number + 1}")
        hosts[ids.ref()] = record
    places = list(hosts)
    for number in range(count):
        ref, record = ids.ref(), records.prototype("VM")
        found = {}
        for protocol in ("rfb", "vt100"):
            console = records.prototype("console")
            console.update(uuid=ids.uuid(), protocol=protocol, VM=ref,
                           location=f"https://10.0.0.1/console?uuid={ids.uuid()}")
            found[ids.ref()] = console
        consoles.update(found)
        record.update(uuid=ids.uuid(), name_label=f"web-{number * 7919 % count}.example.org",
                      resident_on=places[number % HOSTS], consoles=list(found))
        vms[ref] = record
    return {"VM": vms, "console": consoles, "host": hosts, "pool": {ids.ref(): records.prototype("pool")}}


def in_xml(value):
    """A result as XAPI's XML-RPC has it: integers and times are strings there."""
    if isinstance(value, dict):
        return {key: in_xml(item) for key, item in value.items()}
    if isinstance(value, list):
        return [in_xml(item) for item in value]
    return value if isinstance(value, (bool, float)) else str(value)


class Server:
    """Answers calls with results that were written out before, in JSON and in XML."""

    def __init__(self, tables, certificate):
        self._tables = tables
        self._context = tls.context("8.2", certificate)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=32)
        self.url = f"https://127.0.0.1:{self._listener.getsockname()[1]}"
        self._json, self._xml = {}, {}
        for name, table in tables.items():
            self._json[name] = json.dumps(table).encode()
            value = xmlrpc.client.dumps(({"Status": "Success", "Value": in_xml(table)},),
                                        methodresponse=True)
            self._xml[name] = value.encode()
        self.largest = max(map(len, self._json.values()))
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            sock, _ = self._listener.accept()
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            with self._context.wrap_socket(sock, server_side=True) as stream:
                buffer = b""
                while True:
                    while b"\r\n\r\n" not in buffer:
                        buffer += self._more(stream)
                    head, _, buffer = buffer.partition(b"\r\n\r\n")
                    length = int(re.search(rb"(?i)content-length: *(\d+)", head)[1])
                    while len(buffer) < length:
                        buffer += self._more(stream)
                    body, buffer = buffer[:length], buffer[length:]
                    stream.sendall(self._answer(head, body))
        except OSError:
            pass    # the program has left

    @staticmethod
    def _more(stream):
        data = stream.recv(65536)
        if not data:
            raise OSError("the end")
        return data

    def _answer(self, head, body):
        as_json = b"/jsonrpc" in head.split(b"\r\n")[0]
        if as_json:
            call = json.loads(body)
            method, number = call["method"], json.dumps(call["id"]).encode()
        else:
            method = xmlrpc.client.loads(body)[1]
        table, verb = method.split(".")
        if verb.startswith("get_all_records"):
            result = (self._json if as_json else self._xml)[table]
        elif method == "system.listMethods":    # xen-api asks
            result = b"[]"
        elif as_json:
            result = b'"OpaqueRef:1"'
        else:
            result = xmlrpc.client.dumps(({"Status": "Success", "Value": "OpaqueRef:1"},),
                                         methodresponse=True).encode()
        if as_json:
            result = b'{"jsonrpc":"2.0","result":%s,"id":%s}' % (result, number)
        kind = b"application/json" if as_json else b"text/xml"
        return b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\ncontent-type: %s\r\n" \
               b"connection: keep-alive\r\n\r\n%s" % (len(result), kind, result)


def measure(command, env, uuids):
    """Seconds from start to end, seconds of processor time, resident MB; the output must be whole."""
    with tempfile.TemporaryFile() as out:
        started = time.perf_counter()
        process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=out)
        _, status, usage = os.wait4(process.pid, 0)
        elapsed = time.perf_counter() - started
        process.returncode = status
        out.seek(0)
        listed = set(re.findall(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", out.read()))
    if status != 0 or not uuids <= listed:
        sys.exit(f"{command[0]} did not list the pool (status {status})")
    return elapsed, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def serve(count, cert_file, key_file):
    """A process of its own, so that the one that measures is small: what it starts inherits its size. Says
    where it is, how long its largest reply is, and which VMs there are."""
    tables = pool_of(count)
    certificate = types.SimpleNamespace(cert_file=cert_file, key_file=key_file)
    server = Server(tables, certificate)
    print(json.dumps([server.url, server.largest,
                      [record["uuid"] for record in tables["VM"].values()]]), flush=True)
    sys.stdin.read()


def contest(count, runs, certificate, folder):
    server = subprocess.Popen([sys.executable, __file__, "--serve", str(count), certificate.cert_file,
                               certificate.key_file], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    url, largest, uuids = json.loads(server.stdout.readline())
    uuids = {uuid.encode() for uuid in uuids}
    env = {**os.environ, "HOME": folder, "LC_ALL": "C.UTF-8", "XENCON_PASSWORD": "secret",
           "NODE_TLS_REJECT_UNAUTHORIZED": "0", "NODE_NO_WARNINGS": "1"}
    script = pathlib.Path(folder) / "list.mjs"
    script.write_text(NODE)
    commands = {
        "xencon": [BINARY, "list", "-s", url, "--cacert", certificate.cert_file],
        "python3-os-xenapi": ["/usr/bin/python3", "-c", PYTHON, url, certificate.cert_file],
        "xen-api": ["node", str(script), url, str(NPM)],
    }
    found = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            found[name].append(measure(command, env, uuids))
    server.stdin.close()
    server.wait()
    return largest, found


def medians(found):
    return {name: [statistics.median(row[i] for row in values) for i in range(3)] for name, values in found.items()}


def rows(runs, counts):
    """Time and processor time for each size of pool."""
    certificate = sim.certs.make("xen1", san=("127.0.0.1",))
    with tempfile.TemporaryDirectory() as folder:
        for count in counts:
            found = contest(count, runs, certificate, folder)[1]
            for number, what in enumerate((f"list of {count} VMs", f"list of {count} VMs, processor")):
                yield Row(what, "s", {name: [each[number] for each in values] for name, values in found.items()})


def main(runs, counts):
    certificate = sim.certs.make("xen1", san=("127.0.0.1",))
    with tempfile.TemporaryDirectory() as folder:
        base = medians(contest(1, runs, certificate, folder)[1])
        print(f"{time.strftime('%Y-%m-%d')}, {machine()}, median of {runs}\n")
        print("| VMs | largest reply, MB | program | s | CPU, s | memory, MB | memory / reply | "
              "xencon's time / its |")
        print("|---" * 8 + "|")
        for count in counts:
            largest, found = contest(count, runs, certificate, folder)
            size = largest / 1e6
            found = medians(found)
            for name, (elapsed, cpu, memory) in found.items():
                more = memory - base[name][2]
                print(f"| {count} | {size:.1f} | {name} | {elapsed:.3f} | {cpu:.3f} | {more:.1f} | "
                      f"{more / size:.1f} | {found['xencon'][0] / elapsed:.2f} |", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(int(sys.argv[2]), *sys.argv[3:])
        sys.exit()
    given = arguments.take(__doc__, runs=5, vms=[100, 1000, 3000, 10000])
    main(given.runs, given.vms)
