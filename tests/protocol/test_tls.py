# SPDX-License-Identifier: ISC
"""TLS: what hosts offer, which certificates they show, and how streams end inside it."""
import hashlib
import ssl
import warnings

import pytest

import sim

from . import client

QUICK = "ec:prime256v1"


def shown(connection):
    """The fingerprint of what a host showed."""
    return sim.certs.colons(hashlib.sha256(connection.tls.getpeercert(True)))


def only(version, context):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = version
    return context


def test_a_recent_host(tls_pool, connect):
    connection = connect(tls_pool.coordinator)
    assert connection.tls.version() == "TLSv1.2"
    assert connection.tls.cipher()[0] == "ECDHE-RSA-AES256-GCM-SHA384"
    assert shown(connection) == tls_pool.coordinator.fingerprint


@pytest.mark.parametrize("spoil", [
    lambda context: setattr(context, "minimum_version", ssl.TLSVersion.TLSv1_3),
    lambda context: context.set_ecdh_curve("prime256v1"),
    lambda context: context.set_ciphers("AES128-SHA256"),
], ids=["1.3 alone", "another curve", "no forward secrecy"])
def test_what_a_recent_host_does_not_offer(spoil, tls_pool, connect):
    context = client.anything()
    spoil(context)
    with pytest.raises(ssl.SSLError):
        connect(tls_pool.coordinator, context=context)


def test_a_host_of_2016(connect):
    with sim.Pool(tls_profile="7.0") as pool:
        connection = connect(pool.coordinator)
        assert connection.tls.version() == "TLSv1.2"
        assert connection.tls.cipher()[0] == "AES128-SHA256"
        assert connection.login() in pool.sessions


def test_a_host_of_2014(connect):
    with sim.Pool(tls_profile="6.5") as pool:
        recent = client.anything()
        recent.minimum_version = ssl.TLSVersion.TLSv1_2
        with pytest.raises(ssl.SSLError):
            connect(pool.coordinator, context=recent)
        context = only(ssl.TLSVersion.TLSv1, client.anything())
        context.set_ciphers("ALL:@SECLEVEL=0")
        connection = connect(pool.coordinator, context=context)
        assert connection.tls.version() == "TLSv1"
        assert connection.login() in pool.sessions


def test_the_certificate_fits_the_address(tls_pool, connect):
    context = ssl.create_default_context(cafile=tls_pool.coordinator.cert_file)
    connection = connect(tls_pool.coordinator, context=context, server_name="127.0.0.1")
    assert connection.login() in tls_pool.sessions
    with pytest.raises(ssl.SSLCertVerificationError):
        connect(tls_pool.coordinator, context=context, server_name="elsewhere.example")


def test_the_pools_internal_certificate(tls_pool, connect):
    connection = connect(tls_pool.coordinator, server_name="pool")
    assert shown(connection) == tls_pool.coordinator.internal_certificate.fingerprint


@pytest.mark.parametrize("options", [{"days": -1, "key": QUICK}, {"key": "rsa:1024"},
                                     {"key": "ec:secp384r1"},
                                     {"san": ("xen1.example", "::1"), "key": QUICK},
                                     {"name": "elsewhere", "key": QUICK}], ids=str)
def test_other_certificates(options, tls_pool, connect):
    certificate = sim.certs.make(**options)
    tls_pool.coordinator.show(certificate)
    connection = connect(tls_pool.coordinator)
    assert shown(connection) == certificate.fingerprint == tls_pool.coordinator.fingerprint
    known = tls_pool.database.find("Certificate", fingerprint_sha256=certificate.fingerprint)
    assert len(known) == 1


def test_an_expired_certificate_is_expired(tls_pool, connect):
    tls_pool.coordinator.show(sim.certs.make(days=-1, san=("127.0.0.1",), key=QUICK))
    context = ssl.create_default_context(cafile=tls_pool.coordinator.cert_file)
    with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
        connect(tls_pool.coordinator, context=context, server_name="127.0.0.1")


def test_a_certificate_from_an_authority(tls_pool, connect):
    authority = sim.certs.authority(key=QUICK)
    tls_pool.coordinator.show(sim.certs.make(san=("127.0.0.1",), key=QUICK, issuer=authority))
    context = ssl.create_default_context(cafile=authority.cert_file)
    assert connect(tls_pool.coordinator, context=context, server_name="127.0.0.1").login()


def test_certificates_are_made_once(tls_pool):
    first, second = (sim.certs.make(key=QUICK, label=label) for label in "xy")
    assert sim.certs.make(key=QUICK, label="x") is first
    assert first.fingerprint != second.fingerprint


def test_a_client_that_drops_the_connection(tls_pool, connect):
    sink = sim.Sink()
    vm = tls_pool.add_vm("web01", backend=sink)
    connection = connect(tls_pool.coordinator).open(vm.console(), then=b"last words")
    connection.close()
    assert sink.ended.wait(10) and bytes(sink.received) == b"last words"
    assert tls_pool.journal.wait(lambda: not tls_pool.open_connections)


def test_a_client_that_speaks_in_the_clear(tls_pool, connect):
    connection = connect(tls_pool.coordinator, tls=False)
    connection.send(b"POST /jsonrpc HTTP/1.1\r\n\r\n")
    assert not connection.rest().startswith(b"HTTP")
    assert tls_pool.requests == []
