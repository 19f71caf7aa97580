# SPDX-License-Identifier: ISC
"""Several hosts: supporters, the coordinator's certificate, changes of the coordinator."""
import pytest

import sim

REQUEST = "x-xenapi-request-host-certificate-thumbprint"
RESPONSE = "x-xenapi-response-host-certificate-thumbprint"


@pytest.fixture
def pair():
    with sim.Pool(hosts=2) as pool:
        yield pool


def test_hosts_share_a_port_at_addresses_of_their_own(pair):
    first, second = pair.hosts
    assert (first.name, second.name) == ("xen1", "xen2")
    assert (first.address, second.address) == ("127.0.0.1", "127.0.0.2")
    assert first.port == second.port and first.url == f"https://127.0.0.1:{first.port}"
    assert first.fingerprint != second.fingerprint


def test_a_supporter_sends_everybody_to_the_coordinator(pair, connect):
    connection = connect(pair.hosts[1])
    assert connection.login() == ["HOST_IS_SLAVE", "127.0.0.1"]
    assert connection.login(password="nope") == ["HOST_IS_SLAVE", "127.0.0.1"]
    session = connect(pair.coordinator).login()
    assert connection.call("VM.get_all", session) == ["HOST_IS_SLAVE", "127.0.0.1"]


def test_an_ipv6_coordinators_address_is_bare(connect):
    with sim.Pool(addresses=["::1", "127.0.0.1"]) as pool:
        assert connect(pool.hosts[1]).login() == ["HOST_IS_SLAVE", "::1"]
        vm = pool.add_vm("web01", backend=sim.Echo())
        assert vm.console().location.startswith(f"https://[::1]:{pool.coordinator.port}/console?")
        connection = connect(pool.coordinator)
        connection.open(vm.console(), then=b"x").until(b"x")


@pytest.mark.parametrize("asked, attribute", [("sha-256:master", "fingerprint"),
                                              ("sha-1:master", "fingerprint_sha1")])
def test_a_recent_supporter_vouches_for_the_coordinator(asked, attribute, pair, connect):
    connection = connect(pair.hosts[1])
    call = ("session.login_with_password", "root", "secret")
    connection.ask(*call, headers=[f"{REQUEST}: {asked}"])
    expected = getattr(pair.coordinator.certificate, attribute)
    assert f"{RESPONSE}: {expected}\r\n" in connection.last_head
    connection.ask(*call)
    assert RESPONSE not in connection.last_head


def test_others_do_not_vouch(pair, connect):
    connection = connect(pair.coordinator)
    connection.ask("session.login_with_password", "root", "secret",
                   headers=[f"{REQUEST}: sha-256:master"])
    assert RESPONSE not in connection.last_head
    with sim.Pool(hosts=2, generation="old") as old:
        connection = connect(old.hosts[1])
        connection.ask("session.login_with_password", "root", "secret",
                       headers=[f"{REQUEST}: sha-256:master"])
        assert RESPONSE not in connection.last_head


def test_the_database_knows_what_every_host_shows(pair, connect):
    connection = connect(pair.coordinator)
    session = connection.login()
    for host in pair.hosts:
        found = connection.call("Certificate.get_all_records_where", session,
                                f'field "host"="{host.ref}"')
        prints = {record["type"]: record["fingerprint_sha256"] for record in found.values()}
        assert prints == {"host": host.fingerprint,
                          "host_internal": host.internal_certificate.fingerprint}
        assert sorted(found) == sorted(connection.call("host.get_certificates", session, host.ref))


def test_another_coordinator_takes_over(pair, connect):
    first, second = pair.hosts
    session = connect(first).login()
    first.stop()
    with pytest.raises(ConnectionRefusedError):
        connect(first)
    pair.elect(second)
    connection = connect(second)
    assert connection.call("VM.get_all", session) == ["SESSION_INVALID", session]
    session = connection.login()
    assert connection.call("pool.get_master", session, pair.ref) == second.ref
    first.start()
    assert connect(first).login() == ["HOST_IS_SLAVE", "127.0.0.2"]


def test_a_host_that_dies_takes_its_connections_along(pair, connect):
    connection = connect(pair.coordinator)
    session = connection.login()
    vm = pair.add_vm("web01", backend=sim.Echo())
    connection.open(vm.console(), session)
    pair.coordinator.stop()
    assert connection.rest() == b"" and connection.ended == "torn"
    assert not pair.open_connections


def test_no_two_pools_are_alike():
    one, other = sim.Pool(tls=False), sim.Pool(tls=False)
    assert one.uuid != other.uuid and one.coordinator.ref != other.coordinator.ref
    one.stop()
    other.stop()


def test_resident_vms_follow_a_migration(pair, connect):
    vm = pair.add_vm("web01", backend=sim.Echo())
    first, second = pair.hosts
    connection = connect(pair.coordinator)
    session = connection.login()
    vm.migrate(second)
    assert vm.ref in connection.call("host.get_resident_VMs", session, second.ref)
    assert vm.ref not in connection.call("host.get_resident_VMs", session, first.ref)
    assert connection.call("VM.get_resident_on", session, vm.ref) == second.ref
