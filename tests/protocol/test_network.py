# SPDX-License-Identifier: ISC
"""Networks that stand still, refuse, or reset; certificates that are replaced."""
import socket
import threading

import pytest

import sim

from . import client


@pytest.fixture
def pool():
    with sim.Pool(hosts=2, auth_delay=0.01) as started:
        started.vm = started.add_vm("web01", backend=sim.Echo())
        yield started


@pytest.fixture
def tunnel(pool, connect):
    session = connect(pool.coordinator).login()
    return connect(pool.coordinator).open(pool.vm.console(), session)


def test_nothing_passes_while_it_stands_still(pool, tunnel, connect):
    host = pool.coordinator
    host.network("stall")
    tunnel.send(b"typed")
    assert tunnel.quiet(0.2)
    other = threading.Thread(target=lambda: connect(host).login())
    other.start()
    other.join(0.2)
    assert other.is_alive()
    # The other host can still be reached.
    assert connect(pool.hosts[1]).login()[0] == "HOST_IS_SLAVE"
    host.network("up")
    assert tunnel.until(b"typed")
    other.join(10)
    assert not other.is_alive()


def test_what_a_guest_prints_meanwhile_comes_later(pool, connect):
    say = threading.Event()

    def dialogue(sock):
        say.wait(10)
        sock.sendall(b"printed")
        sock.recv(1)

    vm = pool.add_vm("web02", backend=sim.Script(dialogue))
    connection = connect(pool.coordinator).open(vm.console())
    pool.coordinator.network("stall")
    say.set()
    assert connection.quiet(0.2)
    pool.coordinator.network("up")
    assert connection.until(b"printed")


def test_a_vanished_client_keeps_its_console(pool, connect):
    """Its end does not arrive; the server refuses the same user who comes again."""
    pool.settings.limit_console_sessions = True
    session = connect(pool.coordinator).login()
    gone = connect(pool.coordinator).open(pool.vm.console(), session)
    lost = pool.coordinator.lose()
    gone.close()
    refused = connect(pool.coordinator)
    assert refused.connect(pool.vm.console(), session).startswith(
        "HTTP/1.1 503 Connection Limit Exceeded\r\n")
    assert b"User 'root' is currently connected" in refused.rest()
    lost.notice()
    assert pool.journal.wait(lambda: len(pool.tunnels) == 0)
    connect(pool.coordinator).open(pool.vm.console(), session)


def test_nobody_listens(pool, tunnel, connect):
    pool.coordinator.network("refuse")
    with pytest.raises(ConnectionRefusedError):
        client.Client(pool.coordinator)
    tunnel.send(b"x")
    tunnel.until(b"x")
    pool.coordinator.network("up")
    assert connect(pool.coordinator).login() in pool.sessions


@pytest.mark.parametrize("away", [lambda host: host.stop(), lambda host: host.network("refuse")],
                         ids=["stopped", "refuses"])
def test_a_port_at_which_nobody_listens_is_nobody_elses(away, pool):
    """Or a client would meet a stranger there, and the host could not come back."""
    host = pool.coordinator
    away(host)
    with pytest.raises(ConnectionRefusedError):
        client.Client(host)
    with socket.socket() as stranger, pytest.raises(OSError, match="in use"):
        stranger.bind((host.address, host.port))


def test_resets(pool, tunnel, connect):
    idle = connect(pool.coordinator)
    session = next(iter(pool.sessions))
    waiting = connect(pool.coordinator)
    token = waiting.call("event.from", session, ["vm"], "", 0.0)["token"]
    count = len(pool.requests)
    waiting.post({"jsonrpc": "2.0", "method": "event.from", "id": 1,
                  "params": [session, ["vm"], token, 30.0]})
    assert pool.journal.wait(lambda: len(pool.requests) > count)
    pool.coordinator.network("reset")
    for connection in (tunnel, idle, waiting):
        with pytest.raises(client.Reset):
            connection.rest()
    with pytest.raises((ConnectionError, client.Reset, EOFError)):
        client.Client(pool.coordinator)
    pool.coordinator.network("up")
    # A network knows nothing of sessions.
    assert connect(pool.coordinator).call("VM.get_all", session)[0].startswith("OpaqueRef:")


def test_the_end_of_the_pool_does_not_wait_for_the_network(connect):
    with sim.Pool() as pool:
        vm = pool.add_vm("web01", backend=sim.Echo())
        tunnel = connect(pool.coordinator).open(vm.console())
        pool.coordinator.network("stall")
        tunnel.send(b"x")
    assert not pool.open_connections


def test_no_such_network(pool):
    with pytest.raises(ValueError):
        pool.coordinator.network("nonsense")


def prints(connection, session, host):
    found = connection.call("Certificate.get_all_records_where", session,
                            f'field "host"="{host.ref}"')
    return {record["type"]: record["fingerprint_sha256"] for record in found.values()}


def test_a_certificate_that_was_replaced(pool, connect):
    connection = connect(pool.coordinator)
    session, host = connection.login(), pool.hosts[1]
    before = connection.call("host.get_certificates", session, host.ref)
    internal = host.internal_certificate.fingerprint
    old = host.fingerprint
    host.renew_certificate()
    assert host.fingerprint != old
    assert prints(connection, session, host) == {"host": host.fingerprint,
                                                 "host_internal": internal}
    after = connection.call("host.get_certificates", session, host.ref)
    assert len(set(before) & set(after)) == 1 and len(after) == 2
    known = host.fingerprint
    host.renew_certificate("another", known=False)
    assert prints(connection, session, host)["host"] == known != host.fingerprint
