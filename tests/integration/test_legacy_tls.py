# SPDX-License-Identifier: ISC
"""What hosts before 7 offer: only when asked for by name; and certificates of every other make."""
import datetime
import shutil
import socket
import subprocess

import pexpect
import pytest

import sim
from sim import certs, ports

import harness
import trusting
from outcome import HELLO, assert_failed, assert_served
from trusting import QUESTION, answer, entries, file, know, name, quiet  # noqa: F401

HINT = "--legacy-tls"
STUNNEL = shutil.which("stunnel4") or shutil.which("stunnel")

# A stunnel as on XenServer 6.5, and what it is told of each.
CONFIGURATION = """foreground = yes
pid =
[xapi]
accept = {accept}
connect = {connect}
cert = {cert}
key = {key}
sslVersion = TLSv1
ciphers = AES128-SHA:@SECLEVEL=0
"""


@pytest.fixture
def make(make_pool, make_xencon):
    """A pool with web01, and the program for it."""
    def made(trust=True, hosts=1, vm_host=0, **arguments):
        pool = make_pool(hosts=hosts, **arguments)
        pool.add_vm("web01", pool.hosts[vm_host], backend=sim.Source(HELLO))
        pool.xencon = make_xencon(pool, trust=trust)
        return pool
    return made


@pytest.fixture
def old(make):
    return make(tls_profile="6.5", generation="old")


def assert_refused(done, pool, *says):
    assert_failed(done, 3, name(pool.coordinator), *says, pool=pool)
    assert not pool.requests


def show(pool, **options):
    """The coordinator shows another certificate; gives it."""
    options.setdefault("san", (pool.coordinator.address,))
    certificate = certs.make("xen1", **options)
    pool.coordinator.show(certificate)
    return certificate


def test_old_tls_is_refused_with_the_way_out(old):
    assert_refused(quiet(old.xencon, "web01"), old, HINT, "XenServer before 7")


@pytest.mark.parametrize("trust", ["known", "pin", "insecure", "yes"])
def test_old_tls_when_asked_for(trust, old, make_xencon, file):
    stranger = make_xencon(old, trust=False)
    if trust == "yes":
        terminal = stranger.terminal(HINT, "web01")
        assert old.coordinator.fingerprint in answer(terminal)
        terminal.expect_exact(HELLO)
        assert terminal.finish() == 0
        assert len(entries(file)) == 1
        return
    if trust == "known":
        know(file, old.coordinator)
    options = {"known": [], "pin": ["--fingerprint", old.coordinator.fingerprint],
               "insecure": ["--insecure"]}[trust]
    done = quiet(stranger, "-v", HINT, *options, "web01")
    assert_served(done, old)
    assert "TLSv1, AES" in done.stderr


def test_it_is_no_trust(old, make_xencon):
    stranger = make_xencon(old, trust=False)
    assert_refused(quiet(stranger, HINT, "web01"), old, "is not trusted",
                   old.coordinator.fingerprint)


def test_it_is_no_trust_in_a_change(old, make_xencon, file):
    know(file, old.coordinator)
    trusting.replace(old.coordinator, key="rsa:1024", digest="sha1")
    done = quiet(make_xencon(old, trust=False), HINT, "web01")
    assert done.returncode == 3
    assert "HAS CHANGED" in done.stderr
    assert not old.requests


def test_it_is_for_that_run_alone(old):
    for _ in range(2):
        assert_served(quiet(old.xencon, HINT, "web01"), old)
        served = len(old.requests)
        assert_failed(quiet(old.xencon, "web01"), 3, HINT)
        assert len(old.requests) == served


def test_it_is_for_every_connection_of_the_run(make, file):
    pool = make(trust=False, hosts=2, vm_host=1, tls_profile="6.5", generation="old")
    know(file, *pool.hosts)
    assert_served(quiet(pool.xencon, HINT, "web01"), pool)
    assert [request.host.name for request in pool.requests if request.kind == "CONNECT"] == ["xen2"]


def test_on_a_terminal_nothing_is_asked_before(old, make_xencon):
    terminal = make_xencon(old, trust=False, password=None).terminal("web01")
    assert terminal.finish() == 3
    trusting.assert_asked_nothing(terminal.before)
    assert b"assword" not in terminal.before
    assert HINT.encode() in terminal.before


@pytest.mark.parametrize("profile", ["7.0", "8.2"])
def test_new_hosts_do_not_mind_it(profile, make):
    """It allows, and does not demand: the best that both know is spoken."""
    pool = make(tls_profile=profile)
    done = quiet(pool.xencon, "-v", HINT, "web01")
    assert_served(done, pool)
    assert "TLSv1.2, " in done.stderr


@pytest.mark.parametrize("trust", ["known", "pin", "cacert"])
def test_a_small_key(trust, make, make_xencon, file):
    """On a TLS as new as can be."""
    pool = make()
    certificate = show(pool, key="rsa:1024")
    options = {"known": [], "pin": ["--fingerprint", certificate.fingerprint],
               "cacert": ["--cacert", certificate.cert_file]}[trust]
    stranger = make_xencon(pool, trust=False)
    if trust == "known":
        know(file, pool.coordinator)
    assert_refused(quiet(stranger, *options, "web01"), pool, HINT)
    assert_served(quiet(stranger, HINT, *options, "web01"), pool)


def test_a_small_key_on_a_terminal(make, make_xencon, file):
    pool = make()
    show(pool, key="rsa:1024")
    terminal = make_xencon(pool, trust=False).terminal("web01")
    assert terminal.expect_exact([pexpect.EOF, QUESTION]) == 0
    said = terminal.before
    assert terminal.finish() == 3
    assert HINT.encode() in said
    assert not file.exists()


def test_a_small_key_of_an_authority(make):
    pool = make()
    authority = certs.authority("Small", key="rsa:1024")
    show(pool, issuer=authority)
    assert_refused(quiet(pool.xencon, "--cacert", authority.cert_file, "web01"), pool, HINT)
    assert_served(quiet(pool.xencon, HINT, "--cacert", authority.cert_file, "web01"), pool)


def test_an_old_signature_of_an_authority(make):
    pool = make()
    authority = certs.authority()
    show(pool, issuer=authority, digest="sha1")
    assert_refused(quiet(pool.xencon, "--cacert", authority.cert_file, "web01"), pool, HINT)
    assert_served(quiet(pool.xencon, HINT, "--cacert", authority.cert_file, "web01"), pool)


@pytest.mark.parametrize("key", ["ec:prime256v1", "ec:secp384r1", "rsa:3072"])
@pytest.mark.parametrize("trust", ["cacert", "known"])
def test_other_keys(trust, key, make, make_xencon, file):
    pool = make()
    certificate = show(pool, key=key)
    stranger = make_xencon(pool, trust=False)
    options = ["--cacert", certificate.cert_file] if trust == "cacert" else []
    if trust == "known":
        know(file, pool.coordinator)
    done = quiet(stranger, "-v", *options, "web01")
    assert_served(done, pool)
    assert ("ECDSA" in done.stderr) == key.startswith("ec")


def test_a_verified_certificate_needs_no_entry(make, make_xencon, file):
    pool = make()
    authority = certs.authority()
    show(pool, issuer=authority)
    terminal = make_xencon(pool, trust=False).terminal("--cacert", authority.cert_file, "web01")
    terminal.expect_exact(HELLO)
    trusting.assert_asked_nothing(terminal.before)
    assert terminal.finish() == 0
    assert not file.exists()


@pytest.mark.parametrize("options, doubt", [
    ({"san": ("127.0.0.9",)}, "mismatch"), ({"san": ("xen1.example",)}, "mismatch"),
    ({"san": ()}, "mismatch"), ({"days": -2}, "expired"),
], ids=["address", "name", "none", "expired"])
def test_one_that_does_not_verify_is_asked_for(options, doubt, make, make_xencon, file):
    """Signed by whom --cacert names, and yet not to be believed unasked; the doubt is named."""
    pool = make()
    authority = certs.authority()
    show(pool, issuer=authority, **options)
    stranger = make_xencon(pool, trust=False)
    arguments = ["--cacert", authority.cert_file, "web01"]
    assert_refused(quiet(stranger, *arguments), pool, "is not trusted", doubt)
    terminal = stranger.terminal(*arguments)
    assert doubt in answer(terminal)
    terminal.expect_exact(HELLO)
    assert terminal.finish() == 0
    assert_served(quiet(stranger, *arguments), pool)
    assert_served(quiet(stranger, "web01"), pool)


@pytest.mark.parametrize("start, doubt", [(2199, "not yet valid"), (1999, "expired")])
def test_a_known_certificate_s_dates_do_not_count(start, doubt, make, make_xencon, file,
                                                  monkeypatch):
    """Self-signed ones are what was looked at, on the day that it was looked at."""
    year = [datetime.datetime(number, 1, 1, tzinfo=datetime.timezone.utc)
            for number in (start, start + 1)]
    monkeypatch.setattr(certs, "_validity", lambda days: year)
    pool = make()
    show(pool, label=f"of {start}")
    stranger = make_xencon(pool, trust=False)
    assert_refused(quiet(stranger, "--cacert", pool.coordinator.cert_file, "web01"), pool, doubt)
    terminal = stranger.terminal("trust", name(pool.coordinator))
    assert f"{start} GMT to " in answer(terminal)
    assert terminal.finish() == 0
    assert_served(quiet(stranger, "web01"), pool)


def test_the_name_is_asked_for_by_sni(make):
    """A front that serves several names shows each its own; an address is no name to ask for."""
    pool = make()
    certificate = show(pool, san=("localhost",))
    asked = []
    pool.coordinator.tls_context.sni_callback = lambda tls, wanted, _: asked.append(wanted)
    server = f"localhost:{pool.coordinator.port}"
    done = quiet(pool.xencon, "-4", "-s", server, "--cacert", certificate.cert_file, "web01")
    assert_served(done, pool)
    assert set(asked) == {"localhost"}
    asked.clear()
    quiet(pool.xencon, "web01")
    assert set(asked) == {None}


@pytest.mark.parametrize("missing", [False, True], ids=["whole", "broken"])
def test_a_chain(missing, make, tmp_path):
    """Root, intermediate, host: the host shows its own and the intermediate."""
    pool = make()
    root = certs.authority("Root")
    middle = certs._make("Middle", (), 3650, "rsa:2048", "sha256", "", root, True)
    leaf = certs.make("xen1", san=("127.0.0.1",), issuer=middle)
    bundle = tmp_path / "chain.pem"
    with open(bundle, "w", encoding="ascii") as out:
        for each in (leaf,) if missing else (leaf, middle):
            out.write(open(each.cert_file, encoding="ascii").read())
    chain = certs.Certificate(bundle, leaf.key_file, leaf.not_before, leaf.not_after)
    pool.coordinator.show(chain)
    done = quiet(pool.xencon, "--cacert", root.cert_file, "web01")
    if missing:
        assert_refused(done, pool, "is not trusted", "issuer")
    else:
        assert_served(done, pool)
    both = tmp_path / "both.pem"
    both.write_text(open(root.cert_file, encoding="ascii").read()
                    + open(middle.cert_file, encoding="ascii").read())
    assert_served(quiet(pool.xencon, "--cacert", both, "web01"), pool)


@pytest.mark.skipif(STUNNEL is None, reason="there is no stunnel (Debian: stunnel4)")
def test_a_real_stunnel(make_pool, tmp_path):
    """TLS 1.0 and RSA-1024 as a real one speaks them."""
    pool = make_pool(tls=False)
    held = ports.Held()
    server = str(held)
    pool.add_vm("web01", backend=sim.Source(HELLO),
                location=f"https://{server}/console?uuid={{uuid}}")
    certificate = certs.make("xen1", san=("127.0.0.1",), key="rsa:1024", digest="sha1")
    configuration = tmp_path / "stunnel.conf"
    configuration.write_text(CONFIGURATION.format(
        accept=server, connect=f"127.0.0.1:{pool.coordinator.port}", cert=certificate.cert_file,
        key=certificate.key_file))
    xencon = harness.Xencon(tmp_path)
    xencon.options = ["-s", server, "--fingerprint", certificate.fingerprint]
    front = subprocess.Popen([STUNNEL, configuration], stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        harness.eventually(lambda: listens(server), "stunnel listens")
        for _ in range(2):
            done = quiet(xencon, "-v", HINT, "web01")
            assert_served(done, pool)
            assert "TLSv1, AES128-SHA with" in done.stderr
            served = len(pool.requests)
            assert_failed(quiet(xencon, "web01"), 3, f"no TLS connection with {server}", HINT)
            assert len(pool.requests) == served
    finally:
        front.kill()
        front.wait()
        held.close()


def listens(server):
    host, port = server.split(":")
    with socket.socket() as sock:
        return sock.connect_ex((host, int(port))) == 0
