# SPDX-License-Identifier: ISC
"""A pool's own changes: another coordinator, a dead one, xapi starting anew, a host that leaves."""
import contextlib
import ssl
import threading

import pytest

import sim

from . import client

VOUCH = ["x-xenapi-request-host-certificate-thumbprint: sha-256:master"]
LOGIN = {"jsonrpc": "2.0", "method": "session.login_with_password", "id": 1,
         "params": ["root", "secret", "1.0", "test"]}


@pytest.fixture
def pool():
    with sim.Pool(hosts=2, auth_delay=0.01) as started:
        started.here, started.there = started.hosts
        started.twin = started.add_vm("twin", started.here, backend=sim.Echo())
        started.suplin = started.add_vm("suplin", started.there, backend=sim.Echo())
        yield started


@pytest.fixture
def session(pool, connect):
    return connect(pool.here).login()


def ask_for_events(connection, session, token="", timeout=30.0):
    connection.post({"jsonrpc": "2.0", "method": "event.from", "id": 1,
                     "params": [session, ["vm"], token, timeout]})


def polling(pool, connect, session):
    """A connection that waits for events in the middle of a call."""
    connection = connect(pool.here)
    token = connection.call("event.from", session, ["vm"], "", 0.0)["token"]
    count = len(pool.requests)
    ask_for_events(connection, session, token)
    assert pool.journal.wait(lambda: len(pool.requests) > count)
    return connection


def hangs_up(host):
    """How a connection that is accepted ends before anything was asked."""
    try:
        connection = client.Client(host)
    except (EOFError, ssl.SSLError, ConnectionError):
        return "in the handshake"
    with contextlib.closing(connection):
        assert connection.rest() == b"" and connection.ended == "clean"
        return "after it"


def unanswered(connection):
    """True if a request gets an end of file, or a reset, instead of a reply."""
    connection.post(LOGIN)
    try:
        return connection.rest() == b""
    except client.Reset:
        return True


def waits(connection):
    """True if nothing has come, as far as can be seen."""
    return connection.quiet(0.1)


def test_another_coordinator_on_purpose(pool, session, connect):
    course = pool.designate(pool.there).to("returned")
    poll = polling(pool, connect, session)
    tunnels = [connect(vm.host).open(vm.console(), session) for vm in (pool.twin, pool.suplin)]
    for tunnel in tunnels:
        tunnel.send(b"x")
        tunnel.until(b"x")
    course.to("down")
    for tunnel in tunnels:
        assert tunnel.rest() == b"" and tunnel.ended == "clean"
    assert poll.rest() == b"" and poll.ended == "clean"
    assert [hangs_up(host) for host in pool.hosts] == ["in the handshake"] * 2
    course.to("starting")
    assert all(unanswered(connect(host)) for host in pool.hosts)
    course.to("no address")
    assert connect(pool.here).login() == ["HOST_HAS_NO_MANAGEMENT_IP"]
    course.to("booting")
    assert connect(pool.here).login() == ["HOST_STILL_BOOTING"]
    course.to("elected")
    connection = connect(pool.there)
    assert connection.call("VM.get_all", session) == ["SESSION_INVALID", session]
    fresh = connection.login()
    assert connection.call("pool.get_master", fresh, pool.ref) == pool.there.ref
    refused = connect(pool.there).connect(pool.suplin.console(), session)
    assert refused.startswith("HTTP/1.1 401 ")
    assert connect(pool.here).login() == ["HOST_IS_SLAVE", pool.there.address]
    hanging = connect(pool.here)
    hanging.post({"jsonrpc": "2.0", "method": "VM.get_all", "params": [fresh], "id": 1})
    assert waits(hanging)
    course.finish()
    assert b"HOST_IS_SLAVE" in hanging.reply()[1]
    assert {vm.power_state for vm in (pool.twin, pool.suplin)} == {"Running"}
    connect(pool.here).open(pool.twin.console(), fresh)


def test_it_is_asked_for_over_the_api(pool, session, connect):
    hold = pool.hold("pool.designate_new_master", "returned")
    connection = connect(pool.here)
    call = ("pool.designate_new_master", session)
    assert connection.call(*call, pool.here.ref) == ["HOST_IS_MASTER", pool.here.ref]
    pool.add_user("reader", "pass", role="read-only")
    reader = connection.login("reader", "pass")
    assert connection.call(call[0], reader, pool.there.ref)[0] == "RBAC_PERMISSION_DENIED"
    assert connection.call(*call, pool.there.ref) == ""
    hold.wait()
    assert connection.call("pool.get_master", session, pool.ref) == pool.here.ref
    hold.finish()
    assert connect(pool.here).login() == ["HOST_IS_SLAVE", pool.there.address]


def test_without_a_hold_its_answer_comes_before_its_end(pool, session, connect):
    connection = connect(pool.here)
    assert connection.call("pool.designate_new_master", session, pool.there.ref) == ""
    assert connection.rest() == b"" and connection.ended == "clean"
    assert pool.coordinator is pool.there


@pytest.mark.parametrize("front, how", [("handshake", "in the handshake"), ("after", "after it")])
def test_a_coordinator_that_dies(front, how, pool, session, connect):
    idle, poll = connect(pool.here), polling(pool, connect, session)
    gone = connect(pool.here).open(pool.twin.console(), session)
    stands = connect(pool.there).open(pool.suplin.console(), session)
    pool.kill_coordinator(front)
    for ended in (idle, poll, gone):
        assert ended.rest() == b"" and ended.ended == "clean"
    stands.send(b"x")
    stands.until(b"x")
    assert hangs_up(pool.here) == how


def test_supporters_of_a_dead_coordinator(pool, session, connect):
    pool.kill_coordinator()
    assert connect(pool.there).login() == ["HOST_IS_SLAVE", pool.here.address]
    vouching, calling, console = (connect(pool.there) for _ in range(3))
    vouching.post(LOGIN, headers=VOUCH)
    ask_for_events(calling, session)
    console.send(f"CONNECT /console?uuid={pool.suplin.console().uuid} HTTP/1.1\r\n"
                 f"Cookie: session_id={session}\r\n\r\n".encode())
    assert waits(vouching) and waits(calling) and waits(console)
    refused = connect(pool.there).connect(pool.suplin.console())
    assert refused.startswith("HTTP/1.1 401 ")
    # Back again, it knows nothing of sessions.
    pool.bring_back(pool.here).finish()
    assert b"HOST_IS_SLAVE" in vouching.reply()[1]
    assert b"SESSION_INVALID" in calling.reply()[1]
    assert console.head().startswith("HTTP/1.1 401 ")


def test_a_client_may_leave_what_is_not_answered(pool, session, connect):
    pool.kill_coordinator()
    calling = connect(pool.there)
    ask_for_events(calling, session)
    assert waits(calling)
    calling.close()
    assert pool.journal.wait(lambda: not pool.open_connections)


def test_a_supporter_takes_over_from_a_dead_coordinator(pool, session, connect):
    stands = connect(pool.there).open(pool.suplin.console(), session)
    pool.kill_coordinator()
    course = pool.emergency_transition(pool.there).to("returned")
    calling = connect(pool.there)
    ask_for_events(calling, session)
    assert waits(calling) and stands.ended is None
    assert connect(pool.there).login() == ["HOST_IS_SLAVE", pool.here.address]
    course.to("down")
    assert stands.rest() == b"" and stands.ended == "clean"
    assert calling.rest() == b"" and calling.ended == "clean"
    course.finish()
    assert hangs_up(pool.here) == "in the handshake"
    connection = connect(pool.there)
    fresh = connection.login()
    record = connection.call("VM.get_record", fresh, pool.twin.ref)
    assert (record["power_state"], record["resident_on"]) == ("Running", pool.here.ref)
    connect(pool.there).open(pool.suplin.console(), fresh)
    # The old one, back again, is a supporter.
    course = pool.bring_back(pool.here).to("starting")
    assert unanswered(connect(pool.here))
    course.finish()
    assert connect(pool.here).login() == ["HOST_IS_SLAVE", pool.there.address]
    connect(pool.here).open(pool.twin.console(), fresh)


def test_an_emergency_is_declared_at_the_host_itself(pool, connect, tmp_path):
    pool.there.listen_unix(tmp_path / "xapi")
    pool.kill_coordinator()
    method = "pool.emergency_transition_to_master"
    assert connect(pool.there).call(method, "none") == ["SESSION_INVALID", "none"]
    assert connect(str(tmp_path / "xapi")).call(method) == ""
    assert pool.journal.wait(lambda: pool.coordinator is pool.there)


def test_a_coordinator_comes_back_with_an_older_database(pool, session, connect):
    pool.save_database()
    pool.twin.rename("renamed")
    pool.suplin.migrate(pool.here)
    token = connect(pool.here).call("event.from", session, ["vm"], "", 0.0)["token"]
    pool.kill_coordinator()
    pool.bring_back(pool.here).finish()
    connection = connect(pool.here)
    fresh = connection.login()
    record = connection.call("VM.get_record", fresh, pool.twin.ref)
    assert record["name_label"] == "twin"
    assert connection.call("VM.get_resident_on", fresh, pool.suplin.ref) == pool.here.ref
    pool.twin.rename("changed")
    answer = connection.call("event.from", fresh, ["vm"], token, 0.2)
    assert answer["events"] == [] and answer["token"] == token


@pytest.mark.parametrize("first", ["eof", "reset", "wait"])
def test_a_xapi_that_starts(first, pool, session, connect):
    course = pool.restart(first=first)
    poll = polling(pool, connect, session)
    course.to("down")
    assert poll.rest() == b"" and poll.ended == "clean"
    course.to("starting")
    connection = connect(pool.here)
    if first == "wait":
        connection.post(LOGIN)
        assert waits(connection)
        course.finish()
        assert b'"result":"OpaqueRef:' in connection.reply()[1]
    else:
        assert unanswered(connection)
        course.finish()
    assert connect(pool.here).call("VM.get_all", session) == ["SESSION_INVALID", session]


def test_a_supporter_does_not_start_without_its_coordinator(pool, connect):
    pool.kill_coordinator()
    pool.restart(pool.there).finish()
    connection = connect(pool.there)
    connection.post(LOGIN)
    assert waits(connection)
    pool.bring_back(pool.here).finish()
    assert b"HOST_IS_SLAVE" in connection.reply()[1]


def test_sessions_outlive_a_supporters_restart(pool, session, connect):
    tunnel = connect(pool.there).open(pool.suplin.console(), session)
    pool.restart(pool.there).finish()
    assert tunnel.rest() == b"" and tunnel.ended == "clean"
    assert connect(pool.here).call("VM.get_all", session)[0].startswith("OpaqueRef:")


def test_over_a_supporters_unix_socket_all_calls_work(pool, connect, tmp_path):
    pool.there.listen_unix(tmp_path / "xapi")
    connection = connect(str(tmp_path / "xapi"))
    session = connection.login(password="")
    assert connection.call("VM.get_by_name_label", session, "twin") == [pool.twin.ref]
    token = connection.call("event.from", session, ["vm/" + pool.twin.ref], "", 0.0)["token"]
    timer = threading.Timer(0.1, pool.twin.rename, ["changed"])
    timer.start()
    answer = connection.call("event.from", session, ["vm/" + pool.twin.ref], token, 10.0)
    assert answer["events"][0]["snapshot"]["name_label"] == "changed"
    assert connection.call("session.logout", session) == ""
    timer.join()


def test_a_host_that_is_ejected_is_a_pool_of_its_own(connect):
    with sim.Pool(hosts=3, auth_delay=0.01) as pool:
        leaving = pool.hosts[2]
        session = connect(pool.coordinator).login()
        shown = leaving.fingerprint
        own = pool.eject(leaving)
        assert own.uuid != pool.uuid and leaving.fingerprint == shown
        connection = connect(leaving)
        assert connection.call("VM.get_all", session) == ["SESSION_INVALID", session]
        fresh = connection.login()
        (record,) = connection.call("pool.get_all_records", fresh).values()
        assert record["uuid"] == own.uuid and record["master"] == leaving.ref
        names = connection.call("host.get_all_records", fresh).values()
        assert [each["name_label"] for each in names] == [leaving.name]
        connection = connect(pool.coordinator)
        hosts = connection.call("host.get_all_records", session).values()
        assert sorted(each["name_label"] for each in hosts) == ["xen1", "xen2"]
        assert len(connection.call("Certificate.get_all", session)) == 4
