# SPDX-License-Identifier: ISC
"""Certificates for the simulated hosts, made with the openssl command.

Making a key is slow, so hosts' certificates of one kind share one, and what was made with the same
parameters is used again for the rest of the run; everything lies in one temporary directory that
goes when the program ends. Never decides who shows which certificate.
"""
import atexit
import datetime
import functools
import hashlib
import pathlib
import shutil
import ssl
import subprocess
import tempfile
import threading

_making_a_key = threading.Lock()    # hosts are made by several threads

_CONFIG = """
[ca]
default_ca = authority
[authority]
database = index.txt
new_certs_dir = .
default_md = {digest}
policy = policy
rand_serial = yes
unique_subject = no
[policy]
commonName = supplied
[req]
distinguished_name = name
[name]
[extensions]
{extensions}
"""


class Certificate:
    """A certificate with its key, on disk in PEM, and what the pool's database says about it."""

    def __init__(self, cert_file, key_file, not_before, not_after):
        self.cert_file = str(cert_file)
        self.key_file = str(key_file)
        self.not_before = not_before
        self.not_after = not_after
        self.der = ssl.PEM_cert_to_DER_cert(pathlib.Path(cert_file).read_text())
        self.fingerprint = colons(hashlib.sha256(self.der))
        self.fingerprint_sha1 = colons(hashlib.sha1(self.der))


def colons(digest):
    """A fingerprint as the pool writes it: upper-case hex pairs with colons between."""
    return digest.digest().hex(":").upper()


def make(name="xen1", san=(), days=3650, key="rsa:2048", digest="sha256", label="", issuer=None):
    """A certificate for a common name and alternative names ("127.0.0.1" or "host.example").

    Self-signed unless an `issuer`, made by `authority`, signs it.
    Negative `days` make one that has expired. `key` is rsa:BITS or ec:CURVE. A `label` tells
    apart certificates that are otherwise alike.
    """
    return _make(name, tuple(san), days, key, digest, label, issuer, False)


def authority(name="Test authority", key="rsa:2048"):
    """A certificate that can sign others."""
    return _make(name, (), 3650, key, "sha256", "", None, True)


@functools.lru_cache(maxsize=None)
def _directory():
    path = pathlib.Path(tempfile.mkdtemp(prefix="sim-certs-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


@functools.lru_cache(maxsize=None)
def _make(name, san, days, key, digest, label, issuer, is_authority):
    work = pathlib.Path(tempfile.mkdtemp(dir=_directory()))
    extensions = ["basicConstraints = critical, CA:" + ("TRUE" if is_authority else "FALSE")]
    if san:
        extensions.append("subjectAltName = " + ", ".join(map(_alternative, san)))
    config = _CONFIG.format(digest=digest, extensions="\n".join(extensions))
    (work / "openssl.cnf").write_text(config)
    (work / "index.txt").touch()
    # Two authorities of one name must not sign for each other.
    with _making_a_key:
        key_file = _make_key(key, work.name if is_authority else None)
    _openssl(work, "req", "-new", "-config", "openssl.cnf", "-key", key_file,
             "-subj", "/CN=" + name, "-out", "request.pem")
    start, end = _validity(days)
    if issuer:
        signer = ["-cert", issuer.cert_file, "-keyfile", issuer.key_file]
    else:
        signer = ["-selfsign", "-keyfile", key_file]
    _openssl(work, "ca", "-batch", "-notext", "-config", "openssl.cnf", *signer,
             "-in", "request.pem", "-out", "cert.pem", "-extensions", "extensions",
             "-startdate", f"{start:%Y%m%d%H%M%SZ}", "-enddate", f"{end:%Y%m%d%H%M%SZ}")
    return Certificate(work / "cert.pem", key_file,
                       f"{start:%Y%m%dT%H:%M:%SZ}", f"{end:%Y%m%dT%H:%M:%SZ}")


@functools.lru_cache(maxsize=None)
def _make_key(key, owner):
    """The file of a key of that kind: the one that all share, or the owner's."""
    kind, _, size = key.partition(":")
    option = "ec_paramgen_curve:" if kind == "ec" else "rsa_keygen_bits:"
    path = _directory() / f"{owner or 'shared'}-{kind}-{size}.pem"
    _openssl(_directory(), "genpkey", "-algorithm", kind.upper(), "-pkeyopt", option + size,
             "-out", path)
    return path


def _validity(days):
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    start = now + datetime.timedelta(days=min(days, 0)) - datetime.timedelta(days=1)
    return start, now + datetime.timedelta(days=days)


def _alternative(name):
    is_address = ":" in name or name.replace(".", "").isdigit()
    return ("IP:" if is_address else "DNS:") + name


def _openssl(work, *arguments):
    done = subprocess.run(["openssl", *arguments], cwd=work, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {arguments[0]}: {done.stderr.strip()}")
