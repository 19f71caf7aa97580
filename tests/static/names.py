# SPDX-License-Identifier: ISC
"""Names of servers, as /etc/hosts and resolv.conf say, with whatever else stands in /etc.

Each case is a folder of files, a name, the address at which that must arrive and, where it matters, what was asked of
the name server for it. A listener on all addresses of this machine stands for every server: it notes where it was
reached, and hangs up.
"""
import pathlib
import random
import shutil
import socket
import subprocess
import threading

import resolver

V4, V6, SILENT = "127.0.0.1", "::1", "127.0.0.53"
PATIENCE = 60
CHROOT = shutil.which("chroot")
ZONE = {"xen1.pool.test": ["127.0.0.11"], "xen6.pool.test": ["::1"], "both.pool.test": ["127.0.0.12", "::1"],
        "alias.pool.test": "other.pool.test", "other.pool.test": "xen1.pool.test", "lonely": ["127.0.0.13"],
        "long.pool.test": ["127.0.0.14"], "xen1.pool.test.nowhere.test": ["127.0.0.66"],
        "far.away.pool.test": ["127.0.0.15"]}
NOISE = random.Random(17).randbytes(4000)
HERE = f"nameserver {V4}\n"
SEARCH = f"search nowhere.test pool.test\n{HERE}"

# What nsswitch.conf says counts for nothing, however it says it.
NSSWITCH = {
    "modules that are not there": "hosts: sss mymachines resolve [!UNAVAIL=return] myhostname ldap files dns\n",
    "neither files nor DNS": "hosts: sss ldap wins mdns4_minimal [NOTFOUND=return]\npasswd: ldap\n",
    "no service at all": "hosts:\n",
    "brackets that do not close": "hosts: files [NOTFOUND=\nhosts files dns\n: : :\n[[[[\n",
    "a long line": "hosts: " + "nothing " * 20000 + "\n",
    "a path in place of a name": "hosts: ../../tmp/evil /tmp/evil files\n",
    "noise": NOISE,
}


class Case:
    """`etc`: what stands in /etc. `reaches`: None where no such name may be found."""

    def __init__(self, what, name, reaches, asked=None, env=None, carrier=None, words=(), **etc):
        self.what, self.name, self.reaches, self.asked = what, name, reaches, asked
        self.env, self.carrier, self.words, self.etc = env or {}, carrier, words, etc


def cases():
    found = [Case(f"nsswitch.conf: {what}", "xen1", "127.0.0.11", resolv=SEARCH, nsswitch=text)
             for what, text in NSSWITCH.items()]
    return found + [
        Case("no nsswitch.conf", "xen1.pool.test", "127.0.0.11", resolv=HERE),
        # resolv.conf
        Case("a search list is gone through in order", "xen1", "127.0.0.11",
             ["xen1.nowhere.test", "xen1.pool.test"], resolv=SEARCH),
        Case("a search list of many", "xen1", "127.0.0.11",
             [f"xen1.d{i}.test" for i in range(12)] + ["xen1.pool.test"],
             resolv=f"search {' '.join(f'd{i}.test' for i in range(12))} pool.test\n{HERE}"),
        Case("domain, the older word", "xen1", "127.0.0.11", resolv=f"domain pool.test\n{HERE}"),
        Case("enough dots: as it is first", "far.away", "127.0.0.15", ["far.away", "far.away.nowhere.test",
             "far.away.pool.test"], resolv=SEARCH),
        Case("ndots:5: the search list first", "xen1.pool.test", "127.0.0.66", ["xen1.pool.test.nowhere.test"],
             resolv=f"{SEARCH}options ndots:5\n"),
        Case("ndots:5, with nothing in the list", "both.pool.test", "127.0.0.12",
             ["both.pool.test.elsewhere.test", "both.pool.test"], words=["-4"],
             resolv=f"search elsewhere.test\n{HERE}options ndots:5\n"),
        Case("a dot behind the name: no search list", "xen1.pool.test.", "127.0.0.11", ["xen1.pool.test"],
             resolv=f"{SEARCH}options ndots:5\n"),
        Case("a dot behind a short name", "xen1.", None, ["xen1"], resolv=SEARCH),
        Case("one label, as it is in the end", "lonely", "127.0.0.13", resolv=SEARCH),
        Case("rotate, two servers", "xen1", "127.0.0.11", resolv=f"{SEARCH}nameserver {V6}\noptions rotate\n"),
        Case("use-vc", "xen1", "127.0.0.11", carrier="tcp", resolv=f"{SEARCH}options use-vc\n"),
        Case("an answer for which a datagram is too short", "long", "127.0.0.14", carrier="tcp", resolv=SEARCH),
        Case("a server that says nothing, then one that does", "xen1.pool.test", "127.0.0.11",
             resolv=f"nameserver {SILENT}\n{HERE}options timeout:1 attempts:2\n"),
        Case("a server that is not there, then one that is", "xen1.pool.test", "127.0.0.11",
             resolv=f"nameserver 127.0.0.99\n{HERE}"),
        Case("edns0, trust-ad, single-request and what nobody knows", "xen1", "127.0.0.11",
             resolv=f"{SEARCH}options edns0 trust-ad single-request-reopen no-such-option:9\nsortlist 1.2.3.4\n"),
        Case("a name server with IPv6", "xen1", "127.0.0.11", resolv=f"search pool.test\nnameserver {V6}\n"),
        Case("a name server with IPv6 and a zone", "xen1", "127.0.0.11",
             resolv=f"search pool.test\nnameserver {V6}%lo\n"),
        Case("IPv6 alone in the answer", "xen6", "::1", resolv=SEARCH),
        Case("IPv6, over a server with IPv6", "xen6", "::1", resolv=f"search pool.test\nnameserver {V6}\n"),
        Case("-4 where both are to be had", "both", "127.0.0.12", words=["-4"], resolv=SEARCH),
        Case("-6 where both are to be had", "both", "::1", words=["-6"], resolv=SEARCH),
        Case("an alias of an alias", "alias", "127.0.0.11", resolv=SEARCH),
        Case("capitals", "XEN1.Pool.TEST", "127.0.0.11", resolv=HERE),
        Case("ends of lines as Windows has them", "xen1.pool.test", "127.0.0.11", resolv=f"nameserver {V4}\r\n"),
        Case("noise before the server", "xen1.pool.test", "127.0.0.11", resolv=NOISE + b"\n" + HERE.encode()),
        Case("more servers than are looked at", "xen1.pool.test", "127.0.0.11", resolv=HERE * 2000),
        Case("no resolv.conf: the server of this machine", "xen1.pool.test", "127.0.0.11"),
        Case("an empty resolv.conf", "xen1.pool.test", "127.0.0.11", resolv=""),
        # /etc/hosts
        Case("/etc/hosts alone", "xen9", "127.0.0.21", [], hosts="127.0.0.21 xen9.pool.test xen9\n"),
        Case("/etc/hosts counts more than DNS", "xen1", "127.0.0.22", [], hosts="127.0.0.22 xen1\n", resolv=SEARCH),
        Case("IPv6 in /etc/hosts", "xen9", "::1", [], hosts="::1 xen9\n", resolv=SEARCH),
        Case("noise in /etc/hosts", "xen9", "127.0.0.23", [], hosts=NOISE + b"\n127.0.0.23 xen9\n", resolv=SEARCH),
        Case("a name that is nowhere", "nobody", None, ["nobody.nowhere.test", "nobody.pool.test", "nobody"],
             resolv=SEARCH, hosts="127.0.0.21 xen9\n"),
        # What the environment says to the resolver is the user's own.
        Case("LOCALDOMAIN and RES_OPTIONS", "xen1", "127.0.0.11", ["xen1.pool.test"], carrier="tcp", resolv=HERE,
             env={"LOCALDOMAIN": "pool.test", "RES_OPTIONS": "use-vc ndots:3"}),
    ]


class Listener:
    """At one port on every address of this machine."""

    def __init__(self):
        self.reached = []
        self._socket = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        self._socket.bind(("::", 0))
        self._socket.listen(16)
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            with self._socket.accept()[0] as peer:
                self.reached.append(peer.getsockname()[0].removeprefix("::ffff:"))


def furnish(root, etc):
    shutil.rmtree(root / "etc", ignore_errors=True)
    (root / "etc").mkdir()
    for name, text in etc.items():
        path = root / "etc" / (name if name == "hosts" else f"{name}.conf")
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


def try_case(case, root, listener, server):
    """What is wrong with it; None where nothing is."""
    furnish(root, case.etc)
    del listener.reached[:], server.asked[:]
    env = {"XENCON_SERVER": f"https://{case.name}:{listener.port}", "XENCON_PASSWORD": "secret",
           "HOME": "/", **case.env}
    done = subprocess.run([CHROOT, str(root), "/xencon", *case.words, "web01"], env=env,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False)
    arrived = listener.reached[0] if listener.reached else None
    if done.returncode not in (1, 3) or arrived != case.reaches:
        return f"arrives at {arrived}, exit status {done.returncode}: {done.stderr.decode(errors='replace')}"
    if case.asked is not None and server.names() != case.asked:
        return f"asked for {server.names()}"
    if case.carrier and case.carrier not in {carrier for _, carrier, _ in server.asked}:
        return f"asked over {server.asked}"
    return None


def try_all(binary, folder):
    """How many cases there are, and a line for each that failed. Needs port 53 and a loopback of its own."""
    root = pathlib.Path(folder) / "names"
    root.mkdir()
    shutil.copy2(binary, root / "xencon")
    listener = Listener()
    server = resolver.Resolver(ZONE, long=("long.pool.test",), addresses=(V4, V6))
    silent = resolver.Resolver(ZONE, silent=True, addresses=(SILENT,))
    wrong = []
    try:
        for case in cases():
            said = try_case(case, root, listener, server)
            if said is not None:
                wrong.append(f"{case.what}: {said}")
    finally:
        server.close()
        silent.close()
    return len(cases()), wrong
