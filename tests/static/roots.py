# SPDX-License-Identifier: ISC
"""Where the static file is tried: roots with next to nothing in them, old systems, other processors."""
import ctypes
import os
import pathlib
import shutil
import struct
import subprocess

import trap

# What machines list that have more name services than xencon brings.
NSSWITCH = """passwd: sss systemd files ldap
group: sss systemd files
hosts: sss mymachines resolve [!UNAVAIL=return] myhostname ldap files dns
services: sss files
"""
RESOLV = "search nowhere.test pool.test\noptions ndots:1 timeout:2\nnameserver 127.0.0.1\n"
OLDEST = "bullseye"  # that Debian's mirrors still have


class Place:
    """`command` begins a command line there, `root` is where its files lie, `prepare` runs in the child, `env` is what
    the program alone sees, `authorities` the variables that lead to who signed the pool's certificate."""

    def __init__(self, name, command, root="/", prepare=None, env=None, authorities=None, sprung=lambda: False):
        self.name, self.command, self.root, self.prepare = name, command, pathlib.Path(root), prepare
        self.env, self.authorities, self.sprung = env or {}, authorities or {}, sprung


def no_later_call():
    """System calls that came after Linux 3.10 (x86_64: 314 and on) are not there."""
    libc = ctypes.CDLL(None)
    load, at_least, give = 0x20, 0x35, 0x06
    program = [(load, 0, 0, 0), (at_least, 0, 1, 314), (give, 0, 0, 0x00050000 | 38), (give, 0, 0, 0x7fff0000)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *line) for line in program))
    filters = ctypes.create_string_buffer(struct.pack("@HP", len(program), ctypes.addressof(code)))
    none = ctypes.c_ulong(0)
    if libc.prctl(38, ctypes.c_ulong(1), none, none, none) or libc.prctl(22, ctypes.c_ulong(2), filters):
        os._exit(99)


def chroot(folder, binary, nsswitch=None, bare=False):
    """/dev, /proc and resolv.conf, nothing else; `bare`: without the first two."""
    for name in ("etc", "tmp") if bare else ("dev", "proc", "etc", "tmp"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    if not bare:
        subprocess.run(["mount", "--bind", "/dev", str(folder / "dev")], check=True)
        subprocess.run(["mount", "-t", "proc", "proc", str(folder / "proc")], check=True)
    (folder / "etc/resolv.conf").unlink(missing_ok=True)
    (folder / "etc/resolv.conf").write_text(RESOLV)
    if nsswitch:
        (folder / "etc/nsswitch.conf").write_text(nsswitch)
    shutil.copy2(binary, folder / "xencon")
    return ["chroot", str(folder), "/xencon"]


def believe(root, path, authority):
    """Puts who signs where a family of systems keeps such: in a file, or in a folder under its name's hash."""
    place = root / path
    if path.endswith("/"):
        name = subprocess.run(["openssl", "x509", "-noout", "-hash", "-in", authority], check=True,
                              capture_output=True, text=True).stdout.strip()
        place /= f"{name}.0"
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(authority, place)


def oldest(cache):
    """A tree of the oldest system, made once; needs the mirror, and so the machine's own network."""
    made, half = cache / OLDEST, cache / f"{OLDEST}.new"
    if not made.exists():
        shutil.rmtree(half, ignore_errors=True)
        subprocess.run(["debootstrap", "--variant=minbase", OLDEST, str(half)], check=True,
                       stdout=subprocess.DEVNULL)
        half.rename(made)


def all_places(work, binaries, cache, authority):
    """In a mount namespace of our own: what qemu shows of this machine's /etc is ours as well."""
    x86, arm = binaries / "xencon-x86_64", binaries / "xencon-arm64"
    old = work / "old"
    subprocess.run(["cp", "-a", str(cache / OLDEST), str(old)], check=True)
    for name, text in (("resolv.conf", RESOLV), ("nsswitch.conf", NSSWITCH)):
        (work / name).write_text(text)
        subprocess.run(["mount", "--bind", str(work / name), f"/etc/{name}"], check=True)
    bait = trap.Trap(work)
    named = {"SSL_CERT_FILE": authority}
    found = [
        Place("nothing at all", chroot(work / "bare", x86, bare=True), work / "bare"),
        Place("empty chroot", chroot(work / "empty", x86), work / "empty"),
        Place("nsswitch.conf of others", chroot(work / "nss", x86, NSSWITCH), work / "nss"),
        Place(f"Debian {OLDEST}", chroot(old, x86, NSSWITCH), old),
        # Both: OpenSSL takes a new kernel without getrandom for one that is broken, an old one has /dev/random.
        Place("qemu, Linux 3.10", ["qemu-x86_64", "-r", "3.10.0", str(x86)], prepare=no_later_call, authorities=named),
        Place("qemu, qemu64", ["qemu-x86_64", "-cpu", "qemu64", str(x86)], authorities=named),
        # The first of its architecture: what later ones have (atomics, SHA-512) is not there.
        Place("qemu, arm64", ["qemu-aarch64", "-cpu", "cortex-a53", str(arm)], authorities=named),
        Place("qemu, arm64, Linux 3.10", ["qemu-aarch64", "-cpu", "cortex-a53", "-r", "3.10.0", str(arm)],
              prepare=no_later_call, authorities=named),
        Place("this machine", [str(x86)], authorities=named),
        Place("this machine, full of traps", [str(x86)], env=bait.env(), authorities=named, sprung=bait.sprung),
    ]
    # RHEL and CentOS from 7 on, which dom0 is; SUSE; Debian's folder; Alpine.
    for root, path in (("bare", "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"), ("old", "etc/ssl/certs/"),
                       ("empty", "var/lib/ca-certificates/ca-bundle.pem"), ("nss", "etc/ssl/cert.pem")):
        believe(work / root, path, authority)
    return found
