# SPDX-License-Identifier: ISC
"""A simulated pool from the command line.

Prints one line of JSON when it is ready, and runs until SIGINT or SIGTERM, or until its standard
input ends if so asked. Leaves no process and no file behind.
"""
import argparse
import json
import os
import pathlib
import signal
import sys
import threading

import sim

DESCRIPTION = """Run a simulated XAPI pool. A VM is NAME[:KIND[:ARGUMENT]]: KIND is shell (the
default), echo, rfb (no text console), screen (the same, showing a shell), socket (a unix socket's path, or HOST:PORT, shared between
clients) or halted."""


def main(arguments=None):
    options = _parser().parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    if options.until_stdin_closes:
        threading.Thread(target=_watch_stdin, args=(stop,), daemon=True).start()
    with _pool(options) as pool:
        if options.unix:
            pool.coordinator.listen_unix(options.unix)
        for text in options.vm or ["web01"]:
            _add_vm(pool, text)
        print(json.dumps(_description(pool, options)), flush=True)
        stop.wait()


def _parser():
    parser = argparse.ArgumentParser(prog="python3 -m sim", description=DESCRIPTION)
    parser.add_argument("--vm", action="append", metavar="NAME[:KIND[:ARGUMENT]]")
    parser.add_argument("--hosts", type=int, default=1, metavar="N")
    parser.add_argument("--port", type=int, default=0, help="default: any that is free")
    parser.add_argument("--address", action="append", help="of a host; default: 127.0.0.1, .2 …")
    parser.add_argument("--unix", metavar="PATH", help="listen there too, as inside dom0")
    parser.add_argument("--no-tls", action="store_true")
    parser.add_argument("--user", default="root")
    parser.add_argument("--password-file", metavar="FILE", help="default password: secret")
    parser.add_argument("--real-delay", action="store_true",
                        help="a wrong password takes as long as on real hosts")
    parser.add_argument("--scale", type=float, default=0, metavar="N",
                        help="what is done to VMs takes N times as long as on real hosts")
    parser.add_argument("--until-stdin-closes", action="store_true")
    return parser


def _pool(options):
    password = "secret"
    if options.password_file:
        password = pathlib.Path(options.password_file).read_text().split("\n")[0]
    return sim.Pool(hosts=options.hosts, tls=not options.no_tls, user=options.user,
                    password=password, port=options.port, addresses=options.address,
                    scale=options.scale,
                    auth_delay=sim.REAL_AUTH_DELAY if options.real_delay else 0.2)


def _add_vm(pool, text):
    name, _, rest = text.partition(":")
    kind, _, argument = rest.partition(":")
    host = pool.hosts[len(pool.vms) % len(pool.hosts)]
    if kind in ("", "shell"):
        pool.add_vm(name, host)
    elif kind == "echo":
        pool.add_vm(name, host, backend=sim.Echo())
    elif kind == "rfb":
        pool.add_vm(name, host, consoles=("rfb",), domain_type="hvm")
    elif kind == "screen":
        pool.add_vm(name, host, consoles=("rfb",), domain_type="hvm", rfb_backend=sim.TextScreen())
    elif kind == "halted":
        pool.add_vm(name, host, power_state="Halted")
    elif kind == "socket" and argument:
        pool.add_vm(name, host, backend=sim.Socket(_address(argument), shared=True))
    else:
        sys.exit(f"sim: what is {text!r}?")


def _address(text):
    address, _, port = text.rpartition(":")
    return (address, int(port)) if port.isdigit() else text


def _description(pool, options):
    described = {"server": pool.coordinator.url, "user": options.user,
                 "fingerprint": pool.coordinator.fingerprint,
                 "cert_file": pool.coordinator.cert_file, "pid": os.getpid(),
                 "vms": [vm.name for vm in pool.vms if not vm.is_control_domain],
                 "hosts": [{"name": host.name, "server": host.url,
                            "fingerprint": host.fingerprint} for host in pool.hosts]}
    if not options.password_file:
        described["password"] = "secret"
    return described


def _watch_stdin(stop):
    while sys.stdin.buffer.raw.read(4096):
        pass
    stop.set()


if __name__ == "__main__":
    main()
