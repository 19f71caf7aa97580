# SPDX-License-Identifier: ISC
"""Pools of several hosts: where CONNECT goes, over which connection, and whom it trusts there."""
import socket
import threading

import pytest

import sim
from sim import certs

import trusting
from outcome import HELLO, assert_failed, assert_served, calls, connects

LOOK_UPS = ["session.login_with_password", "VM.get_all_records_where",
            "console.get_all_records_where"]


@pytest.fixture
def pool(make_pool):
    """web01 runs on the coordinator, web02 on the other host."""
    made = make_pool(hosts=2)
    made.web01 = made.add_vm("web01", backend=sim.Source(HELLO))
    made.web02 = made.add_vm("web02", made.hosts[1], backend=sim.Source(HELLO))
    return made


def assert_told_nothing(host):
    """A handshake came, or not even that."""
    for connection in host.pool.connections:
        if connection.host is host:
            assert bytes(connection.stream.inbound) == b""
    assert not [request for request in host.pool.requests if request.host is host]


def test_the_console_is_asked_for_where_the_machine_runs(pool, xencon):
    assert_served(xencon.run("web02"), pool)
    coordinator, other = pool.hosts
    connect, = connects(pool)
    assert connect.host is other
    assert f"\r\nHost: {trusting.name(other)}\r\n".encode() in connect.head
    assert b"\r\nCookie: session_id=OpaqueRef:" in connect.head
    assert [request.host for request in pool.requests if request.kind == "POST"] == [
        coordinator] * (len(pool.requests) - 1)
    assert [each.host for each in pool.connections].count(other) == 1


def test_the_look_ups_share_the_first_connection(pool, xencon):
    xencon.run("web02")
    idents = {each.connection_id for each in pool.requests if each.host is pool.coordinator}
    assert len(idents) == 1


def test_the_other_host_shows_a_wrong_certificate(pool, xencon):
    pool.faults.add(sim.Fault("tls", "wrong_cert", host=pool.hosts[1]))
    done = xencon.run("web02")
    assert_failed(done, 3, f"{trusting.name(pool.hosts[1])} does not show the certificate that its pool",
                  pool.hosts[1].fingerprint, pool=pool)
    assert_told_nothing(pool.hosts[1])


def vouch_for_nobody(pool):
    """As pools before 8.2, which keep no certificates."""
    pool.faults.add(sim.Fault("rpc", "error", times=None, code="MESSAGE_METHOD_UNKNOWN",
                              method="Certificate.get_all_records_where"))


@pytest.mark.parametrize("options", [{"days": -2}, {"san": ("127.0.0.1",)}],
                         ids=["expired", "name"])
def test_the_other_host_shows_a_certificate_that_does_not_fit(options, pool, make_xencon):
    pool.hosts[1].show(certs.make(**{"name": "xen2", "san": (pool.hosts[1].address,), **options}))
    vouch_for_nobody(pool)
    done = make_xencon(pool).run("web02")
    assert_failed(done, 3, trusting.name(pool.hosts[1]), pool.hosts[1].fingerprint, pool=pool)
    assert_told_nothing(pool.hosts[1])


def test_a_fingerprint_counts_for_every_connection(pool, make_xencon):
    xencon = make_xencon(pool, trust=False)
    first, second = (host.fingerprint for host in pool.hosts)
    vouch_for_nobody(pool)
    assert_served(xencon.run("--fingerprint", f"{first},{second}", "web02"), pool)
    done = xencon.run("--fingerprint", first, "web02")
    assert_failed(done, 3, trusting.name(pool.hosts[1]), second, pool=pool)
    assert len(connects(pool)) == 1


def test_insecure_warns_of_every_server(pool, make_xencon):
    done = make_xencon(pool, trust=False).run("--insecure", "web02")
    assert_served(done, pool)
    for host in pool.hosts:
        assert trusting.name(host) in done.stderr and host.fingerprint in done.stderr


def test_a_location_in_clear_text_gets_no_session(pool, xencon):
    """Who asked for https has not asked for a cookie in the clear, whatever the database says."""
    heard = []

    def listen(listener):
        connection = listener.accept()[0]
        with connection:
            heard.append(connection.recv(65536))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=listen, args=(listener,), daemon=True)
        thread.start()
        port = listener.getsockname()[1]
        pool.web02.console().location = f"http://127.0.0.1:{port}/console?uuid=1"
        done = xencon.run("--connect-timeout", "2", "web02")
        if not heard:
            socket.create_connection(("127.0.0.1", port)).close()
        thread.join()
    assert b"session_id" not in heard[0]
    assert_failed(done, done.returncode, pool=pool)
    assert done.returncode in (1, 3)


def test_the_other_host_is_down(pool, xencon):
    pool.hosts[1].stop()
    done = xencon.run("web02")
    assert_failed(done, 3, f"cannot connect to {trusting.name(pool.hosts[1])}", "refused", pool=pool)


@pytest.mark.parametrize("stage", ["accept", "tls", "connect"])
@pytest.mark.parametrize("action", ["stall", "reset", "close"])
def test_the_other_host_does_not_answer(action, stage, pool, xencon):
    pool.faults.add(sim.Fault(stage, action, host=pool.hosts[1], times=None))
    done = xencon.run("--connect-timeout", "1", "web02")
    assert_failed(done, 3, trusting.name(pool.hosts[1]), pool=pool)


def test_no_other_host_is_given_the_password(make_pool, make_xencon):
    """It refuses the cookie, as old servers do, and as anybody can who would like to have more."""
    pool = make_pool(hosts=2, generation="old", cookie_refused=True)
    pool.add_vm("web02", pool.hosts[1], backend=sim.Source(HELLO))
    assert_failed(make_xencon(pool).run("web02"), 4, "refuses the session", pool=pool)
    connect, = connects(pool)
    assert connect.host is pool.hosts[1]
    assert b"Authorization" not in connect.head


def test_the_host_that_had_the_password_gets_it_again(make_pool, make_xencon):
    pool = make_pool(hosts=2, generation="old", cookie_refused=True)
    pool.add_vm("web01", backend=sim.Source(HELLO))
    assert_served(make_xencon(pool).run("web01"), pool)
    assert [b"Authorization: Basic " in request.head for request in connects(pool)] == [False, True]
    assert {request.host for request in connects(pool)} == {pool.coordinator}


UNREACHABLE = {
    "NAT": "{scheme}://127.255.255.1/console?uuid={uuid}",
    "a closed port": "{scheme}://127.0.0.77:{port}/console?uuid={uuid}",
    "a name": "{scheme}://xen1.invalid/console?uuid={uuid}",
    "another scheme": "http://{address}:{port}/console?uuid={uuid}",
    "another host's": "{scheme}://127.0.0.2:{port}/console?uuid={uuid}",
}


@pytest.mark.parametrize("style", UNREACHABLE.values(), ids=UNREACHABLE.keys())
def test_an_address_that_only_others_can_reach(style, pool, xencon):
    """The machine runs on the host that we talk to: what its location is called does not matter."""
    pool.add_vm("web03", backend=sim.Source(HELLO), location=style)
    assert_served(xencon.run("web03"), pool)
    connect, = connects(pool)
    assert connect.connection_id == pool.requests[0].connection_id
    assert not [each for each in pool.connections if each.host is not pool.coordinator]


@pytest.mark.parametrize("style", ["ref", "empty", "{scheme}://{address}:{port}/console?ref={ref}",
                                   "{base}/console?other=1&uuid={uuid}&x=%20%3D"])
def test_other_forms_of_a_location(style, pool, xencon):
    vm = pool.add_vm("web03", backend=sim.Source(HELLO),
                     location=style.replace("{base}", pool.coordinator.url))
    assert_served(xencon.run("web03"), pool)
    connect, = connects(pool)
    target = connect.head.split(b" ")[1].decode()
    if style == "empty":
        assert target == f"/console?uuid={vm.console().uuid}"
    else:
        assert vm.console().location.endswith(target)
    assert connect.connection_id == pool.requests[0].connection_id


@pytest.fixture
def usual_port(make_pool):
    """A pool as real ones are: on the port that no location names."""
    try:
        pool = make_pool(addresses=["127.0.44.1", "127.0.44.2"], port=443, location_port=False)
    except PermissionError:
        pytest.skip("port 443 is for root alone here")
    pool.add_vm("web01", backend=sim.Source(HELLO))
    pool.add_vm("web02", pool.hosts[1], backend=sim.Source(HELLO))
    pool.add_vm("empty", backend=sim.Source(HELLO), location="empty")
    pool.add_vm("empty2", pool.hosts[1], backend=sim.Source(HELLO), location="empty")
    pool.add_vm("ref", backend=sim.Source(HELLO), location="ref")
    return pool


def test_the_usual_port(usual_port, make_xencon):
    """Everything about locations that only a pool on the usual port can show, one after another."""
    pool = usual_port
    xencon = make_xencon(pool)
    for server in (pool.coordinator.url, "127.0.44.1", "https://127.0.44.1/"):
        for name, host, extra in (("web01", 0, []), ("ref", 0, []), ("web02", 1, None),
                                  ("empty", 0, ["host.get_address"]), ("empty2", 1, None)):
            seen = len(pool.requests)
            assert_served(xencon.run("-s", server, name), pool)
            new = pool.requests[seen:]
            connect, = [request for request in new if request.kind == "CONNECT"]
            assert connect.host is pool.hosts[host]
            if host == 0:
                names = [request.method or request.kind for request in new]
                assert names == [*LOOK_UPS, *extra, "CONNECT", "pool.get_all_records", "session.logout"]
                assert connect.connection_id == new[0].connection_id


@pytest.mark.parametrize("location", [
    "ftp://127.0.0.1/console?uuid=1", "https://", "https:///console", "/console?uuid=1", "nonsense",
    "https://127.0.0.1", "https://[::1/console", "https://127.0.0.1:0/console",
    "https://127.0.0.1:99999/console", "https://a b/console", "https://127.0.0.1/con sole",
    "https://127.0.0.1/console?uuid=1\r\nX-Evil: 1", "https://127.0.0.1/console?uuid=\x1b[2J",
    "https://" + "h" * 300 + "/console", "https://127.0.0.1/" + "p" * 2000,
], ids=range(15))
def test_a_location_that_is_none(location, pool, xencon):
    pool.web01.console().location = location
    pool.web02.console().location = location
    for name in ("web01", "web02"):
        done = xencon.run(name)
        assert_failed(done, 1, "location", pool=pool)
        assert "\x1b" not in done.stderr
    assert "CONNECT" not in calls(pool)
