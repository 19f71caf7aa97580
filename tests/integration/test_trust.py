# SPDX-License-Identifier: ISC
"""Which servers are believed, on what grounds, and that the others get nothing from us."""
import datetime
import socket

import pytest

import sim
from sim import certs

from outcome import HELLO, assert_failed, assert_served, pool  # noqa: F401
from trusting import stranger  # noqa: F401


def assert_told_nothing(pool, since=0):
    """The connections from number `since` on have brought nothing but a handshake."""
    for connection in pool.connections[since:]:
        assert bytes(connection.stream.inbound) == b""
    idents = {connection.ident for connection in pool.connections[since:]}
    assert not [request for request in pool.requests if request.connection_id in idents]


def assert_untrusted(done, pool, *says):
    assert_failed(done, 3, f"127.0.0.1:{pool.coordinator.port}", pool.coordinator.fingerprint,
                  *says, pool=pool)
    assert_told_nothing(pool)
    assert len(pool.connections) == 1


def show(pool, *names, **options):
    """The coordinator shows another certificate; gives the file that holds it."""
    certificate = certs.make("xen1", san=names or (pool.coordinator.address,), **options)
    pool.coordinator.show(certificate)
    return certificate.cert_file


def test_a_self_signed_certificate_is_refused(pool, stranger):
    assert_untrusted(stranger.run("web01"), pool, "is not trusted", "self-signed certificate",
                     "compare", f"--fingerprint {pool.coordinator.fingerprint}")


def test_the_hint_can_be_followed(pool, stranger):
    refused = stranger.run("web01")
    option = refused.stderr.partition("--fingerprint ")[2].split()[0]
    done = stranger.run("--fingerprint", option, "web01")
    assert_served(done, pool)


def test_a_terminal_is_not_asked_for_a_password_before(pool, make_xencon):
    terminal = make_xencon(pool, trust=False, password=None).terminal("web01")
    terminal.expect_exact(b"(yes/no/fingerprint)? ")
    said = terminal.before
    assert pool.coordinator.fingerprint.encode() in said
    terminal.send(b"no\r")
    assert terminal.finish() == 3
    assert b"assword" not in said + terminal.before
    assert_told_nothing(pool)


def test_the_certificate_in_a_file(pool, stranger):
    assert_served(stranger.run("--cacert", pool.coordinator.cert_file, "web01"), pool)


def test_another_certificate_in_the_file(pool, stranger):
    other = certs.make("xen1", san=("127.0.0.1",), label="another")
    assert_untrusted(stranger.run("--cacert", other.cert_file, "web01"), pool)


def test_an_authority_in_the_file(pool, stranger):
    authority = certs.authority()
    show(pool, issuer=authority)
    assert_served(stranger.run("--cacert", authority.cert_file, "web01"), pool)


@pytest.mark.parametrize("names", [("127.0.0.99",), ("xen1.example",), ("127.0.0.1.example",)],
                         ids=str)
def test_the_right_file_but_another_name(names, pool, stranger):
    file = show(pool, *names)
    assert_untrusted(stranger.run("--cacert", file, "web01"), pool, "mismatch")


@pytest.mark.parametrize("names, fits", [
    (("localhost",), True), (("xen1.example", "localhost"), True), (("127.0.0.1",), False),
    (("*.localhost",), False), (("local*",), False), (("localhost.example",), False)], ids=str)
def test_a_server_by_name(names, fits, pool, stranger):
    file = show(pool, *names)
    server = f"localhost:{pool.coordinator.port}"
    done = stranger.run("-4", "-s", server, "--cacert", file, "web01")
    if fits:
        assert_served(done, pool)
    else:
        assert_failed(done, 3, server, "ostname mismatch", pool.coordinator.fingerprint, pool=pool)
        assert_told_nothing(pool)


def test_a_certificate_that_has_expired(pool, stranger):
    file = show(pool, days=-2)
    assert_untrusted(stranger.run("--cacert", file, "web01"), pool, "certificate has expired")


def test_a_certificate_that_is_not_yet_valid(pool, stranger, monkeypatch):
    start = datetime.datetime(2199, 1, 1, tzinfo=datetime.timezone.utc)
    end = datetime.datetime(2200, 1, 1, tzinfo=datetime.timezone.utc)
    monkeypatch.setattr(certs, "_validity", lambda days: (start, end))
    file = show(pool, label="from the future")
    assert_untrusted(stranger.run("--cacert", file, "web01"), pool, "not yet valid")


@pytest.mark.parametrize("text, says", [
    (None, "No such file"), ("", "no certificate"), ("not a certificate\n", "no certificate"),
    ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", ""),
], ids=["missing", "empty", "text", "damaged"])
def test_a_file_without_certificates(text, says, pool, stranger, tmp_path):
    path = tmp_path / "ca.pem"
    if text is not None:
        path.write_text(text)
    done = stranger.run("--cacert", path, "web01")
    assert_failed(done, 2, f"cannot read certificates from \"{path}\"", says, pool=pool)
    assert_told_nothing(pool)


WRONG = "AB:" * 31 + "AB"
SPELLINGS = {
    "as shown": "{f}", "lower case": "{f.lower}", "without colons": "{bare}",
    "lower case without colons": "{bare.lower}", "openssl's": "sha256 Fingerprint={f}",
    "openssl's of old": "SHA256 Fingerprint={f}", "with a label": "SHA256:{f}",
    "with another label": "sha-256:{bare.lower}", "second of two": WRONG + ",{f}",
    "first of three": "{f}," + WRONG + "," + WRONG, "a comma at the end": "{f},",
}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_a_fingerprint(spelling, pool, stranger):
    shown = pool.coordinator.fingerprint
    bare = shown.replace(":", "")
    for name, value in (("{f}", shown), ("{f.lower}", shown.lower()), ("{bare}", bare),
                        ("{bare.lower}", bare.lower())):
        spelling = spelling.replace(name, value)
    assert_served(stranger.run("--fingerprint", spelling, "web01"), pool)


def test_another_fingerprint(pool, stranger):
    assert_untrusted(stranger.run("--fingerprint", WRONG, "web01"), pool,
                     "not the server that --fingerprint asks for", "in between")


@pytest.mark.parametrize("options", [
    ["--cacert", "{file}", "--fingerprint", WRONG], ["--cacert", "{file}", "--insecure"],
    ["--insecure", "--fingerprint", WRONG]], ids=lambda words: " ".join(words[::2]))
def test_whom_to_trust_is_said_in_one_way(options, pool, stranger):
    done = stranger.run(*(word.format(file=pool.coordinator.cert_file) for word in options), "web01")
    assert_failed(done, 2, "--fingerprint, --cacert and --insecure exclude each other", pool=pool)
    assert not pool.connections


@pytest.mark.parametrize("options", [{"days": -2}, {"label": "name"}], ids=["expired", "named"])
def test_a_fingerprint_asks_for_nothing_else(options, pool, stranger):
    show(pool, "elsewhere.example", **options)
    assert_served(stranger.run("--fingerprint", pool.coordinator.fingerprint, "web01"), pool)


@pytest.mark.parametrize("text, says", [
    ("", "is empty"), (",", ""), ("AB", "not a SHA-256 fingerprint"), (WRONG + ":AB", "32 pairs"),
    (WRONG[:-1], "32 pairs"), (WRONG.replace("A", "G", 1), "32 pairs"), ("x" * 500, "32 pairs"),
    ("AB:" * 19 + "AB", "32 pairs"), (",".join([WRONG] * 65), "at most 64"),
    (WRONG + " ", "32 pairs"), ("SHA256:", "32 pairs"),
], ids=range(11))
def test_what_is_no_fingerprint(text, says, pool, stranger):
    assert_failed(stranger.run("--fingerprint", text, "web01"), 2, says, pool=pool)
    assert not pool.connections


def test_insecure_warns(pool, stranger):
    done = stranger.run("--insecure", "web01")
    assert_served(done, pool)
    assert "warning: --insecure" in done.stderr
    assert pool.coordinator.fingerprint in done.stderr


def test_insecure_and_a_fingerprint_exclude_each_other(pool, stranger):
    done = stranger.run("--insecure", "--fingerprint", pool.coordinator.fingerprint, "web01")
    assert_failed(done, 2, "--insecure", "--fingerprint", pool=pool)
    assert not pool.connections


@pytest.mark.parametrize("options", [[], ["--insecure"]], ids=["refused", "insecure"])
def test_the_console_goes_to_the_same_certificate_only(options, pool, xencon, stranger):
    """The connection breaks after the look-ups; another host is there when it is made anew."""
    pool.faults.add(sim.Fault("rpc", "connection_close", method="console.get_all_records_where"))
    login = sim.Fault("tls", "delay", seconds=0)
    pool.faults.add(login)
    pool.faults.add(sim.Fault("tls", "wrong_cert"))
    done = (stranger if options else xencon).run(*options, "web01")
    assert login.used == 1
    if options:
        assert_served(done, pool)
    else:
        assert_failed(done, 3, "is not trusted", pool.coordinator.fingerprint)
        assert_told_nothing(pool, since=1)


def test_the_logout_goes_to_the_same_certificate_only(pool, xencon):
    pool.faults.add(sim.Fault("tls", "delay", seconds=0))
    pool.faults.add(sim.Fault("tls", "wrong_cert", times=9))
    done = xencon.run("-v", "web01")
    assert (done.stdout, done.returncode) == (HELLO, 0)
    assert len(pool.connections) >= 3  # a question, the logout, another try
    assert_told_nothing(pool, since=1)
    assert len(pool.sessions) == 1


def test_clear_text_is_spoken_when_asked_for(make_pool, make_xencon):
    pool = make_pool(tls=False)
    pool.add_vm("web01", backend=sim.Source(HELLO))
    assert pool.coordinator.url.startswith("http://")
    assert_served(make_xencon(pool).run("web01"), pool)


@pytest.mark.parametrize("scheme", ["", "https://", "HTTPS://"])
def test_clear_text_is_spoken_only_when_asked_for(scheme, make_pool, make_xencon):
    pool = make_pool(tls=False)
    pool.settings.head_timeout = 0.5
    server = f"127.0.0.1:{pool.coordinator.port}"
    done = make_xencon(pool).run("-s", scheme + server, "web01")
    assert_failed(done, 3, f"no TLS connection with {server}", "does not speak TLS",
                  f"http://{server}", pool=pool)
    assert not any(b"secret" in connection.stream.inbound for connection in pool.connections)


def test_clear_text_to_a_port_with_tls(pool, stranger):
    server = f"127.0.0.1:{pool.coordinator.port}"
    done = stranger.run("-s", f"http://{server}", "web01")
    assert_failed(done, done.returncode, server, f"https://{server}")
    assert done.returncode in (1, 3)


@pytest.mark.parametrize("profile, version", [("8.2", "TLSv1.2, ECDHE-RSA-AES256-GCM-SHA384"),
                                              ("7.0", "TLSv1.2, AES128-SHA256")])
def test_what_hosts_have_offered_since_2016(profile, version, make_pool, make_xencon):
    pool = make_pool(tls_profile=profile)
    pool.add_vm("web01", backend=sim.Source(HELLO))
    done = make_xencon(pool).run("-v", "web01")
    assert_served(done, pool)
    assert version in done.stderr


def test_what_hosts_offered_before(make_pool, make_xencon):
    """TLS 1.0 is not spoken unasked; who reads the message must not take it for a broken line."""
    pool = make_pool(tls_profile="6.5")
    pool.add_vm("web01", backend=sim.Source(HELLO))
    done = make_xencon(pool).run("web01")
    assert_failed(done, 3, f"no TLS connection with 127.0.0.1:{pool.coordinator.port}", "version",
                  pool=pool)
    assert_told_nothing(pool)


@pytest.mark.parametrize("option", ["-4", "-6"])
def test_a_name_without_an_address_of_the_family(option, xencon):
    """The machine decides what localhost has; either way the wrong family does not connect."""
    with socket.socket(socket.AF_INET if option == "-6" else socket.AF_INET6) as other:
        other.bind(("127.0.0.1" if option == "-6" else "::1", 0))
        other.listen()
        server = f"localhost:{other.getsockname()[1]}"
        done = xencon.run("--connect-timeout", "1", option, "-s", server, "web01")
        assert_failed(done, 3, "localhost")
        other.setblocking(False)
        with pytest.raises(BlockingIOError):
            other.accept()


@pytest.mark.parametrize("option", [[], ["-6"]], ids=["any", "-6"])
@pytest.mark.parametrize("tls", [True, False], ids=["tls", "clear"])
def test_ipv6(tls, option, make_pool, make_xencon):
    pool = make_pool(addresses=["::1"], tls=tls)
    pool.add_vm("web01", backend=sim.Source(HELLO))
    xencon = make_xencon(pool)
    assert xencon.env["XENCON_SERVER"].partition("://")[2].startswith("[::1]:")
    assert_served(xencon.run(*option, "web01"), pool)
    assert len({request.connection_id for request in pool.requests[:4]}) == 1
