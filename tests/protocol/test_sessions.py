# SPDX-License-Identifier: ISC
"""Logging in, what a wrong password costs, the limits on sessions, and roles."""
import time

import pytest

import sim

UNKNOWN = "OpaqueRef:bad"


def test_login_takes_two_to_four_parameters(pool, connect):
    connection = connect(pool.coordinator)
    for number in (2, 3, 4):
        parameters = ["root", "secret", "1.0", "test"][:number]
        assert connection.call("session.login_with_password", *parameters) in pool.sessions
    assert connection.call("session.login_with_password", "root") == [
        "MESSAGE_PARAMETER_COUNT_MISMATCH", "session.login_with_password", "2", "1"]


def test_a_wrong_password_takes_time(connect):
    with sim.Pool(tls=False, auth_delay=0.3) as pool:
        connection = connect(pool.coordinator)
        started = time.monotonic()
        assert connection.login(password="nope") == [
            "SESSION_AUTHENTICATION_FAILED", "root", "Authentication failure"]
        assert time.monotonic() - started >= 0.3
        started = time.monotonic()
        assert connection.login() in pool.sessions
        assert time.monotonic() - started < 0.3


def test_the_end_of_the_pool_does_not_wait_for_a_delay(connect):
    started = time.monotonic()
    with sim.Pool(tls=False, auth_delay=sim.REAL_AUTH_DELAY) as pool:
        connection = connect(pool.coordinator)
        connection.post({"jsonrpc": "2.0", "id": 1, "method": "session.login_with_password",
                         "params": ["root", "nope"]})
        assert pool.journal.wait(lambda: pool.requests)
    assert time.monotonic() - started < 2


def test_logout_ends_the_session(pool, connect):
    connection = connect(pool.coordinator)
    session = connection.login()
    assert connection.call("session.logout", session) == ""
    assert len(pool.sessions) == 0
    assert connection.call("VM.get_all", session) == ["SESSION_INVALID", session]
    assert connection.call("session.logout", session) == ["SESSION_INVALID", session]


def test_expired_sessions_are_invalid(pool, connect):
    connection = connect(pool.coordinator)
    session = connection.login()
    pool.expire_sessions()
    assert connection.call("VM.get_all", session) == ["SESSION_INVALID", session]
    assert connection.connect("/console?uuid=x", session).startswith("HTTP/1.1 401 ")


def test_the_oldest_session_of_an_originator_gives_way(pool, connect):
    pool.settings.session_limit = 3
    connection = connect(pool.coordinator)
    first, second, third = (connection.login() for _ in range(3))
    connection.login(originator="another")
    assert connection.call("VM.get_all", first) != ["SESSION_INVALID", first]
    fourth = connection.login()
    live = {ref for ref, session in pool.sessions.items() if session.originator == "test"}
    assert live == {first, third, fourth}
    assert second not in pool.sessions


def test_the_oldest_session_of_another_user_gives_way(pool, connect):
    pool.settings.session_limit = 2
    pool.add_user("ann", "pass")
    connection = connect(pool.coordinator)
    refs = [connection.login("ann", "pass", originator=str(number)) for number in range(3)]
    assert set(pool.sessions) == set(refs[1:])


def test_the_limit_is_five_hundred(pool):
    first = pool.sessions_table.login("root", "secret", pool.coordinator)
    for _ in range(500):
        pool.sessions_table.login("root", "secret", pool.coordinator)
    assert len(pool.sessions) == 500 and first.ref not in pool.sessions


def test_roles(pool, connect):
    pool.add_user("reader", "pass", role="read-only")
    pool.add_user("operator", "pass", role="vm-operator")
    pool.add_user("nobody", "pass", role=None)
    vm = pool.add_vm("vm1", backend=sim.Echo())
    connection = connect(pool.coordinator)
    assert connection.login("nobody", "pass") == [
        "SESSION_AUTHORIZATION_FAILED", "nobody", "Subject nobody (identifier u1000, from HTTP "
        "request from Internet with User-Agent: unknown) has no access rights in this pool"]
    reader = connection.login("reader", "pass")
    assert connection.call("VM.hard_shutdown", reader, vm.ref)[0] == "RBAC_PERMISSION_DENIED"
    operator = connection.login("operator", "pass")
    connect(pool.coordinator).open(vm.console(), operator)
    refused = connect(pool.coordinator)
    assert refused.connect(vm.console(), reader).startswith("HTTP/1.1 403 Forbidden\r\n")
    assert b"Access to the requested resource is forbidden." in refused.rest()
    refused = connect(pool.coordinator)
    dom0 = pool.coordinator.dom0.console()
    assert refused.connect(dom0, operator).startswith("HTTP/1.1 500 ")
    assert b"RBAC_PERMISSION_DENIED" in refused.rest()
    pool.add_user("admin", "pass", role="pool-admin")
    connect(pool.coordinator).open(dom0, connection.login("admin", "pass"))


def test_a_reader_finds_everything_and_is_let_into_nothing(connect):
    with sim.Pool(hosts=2, auth_delay=0.01) as pool:
        pool.add_user("reader", "pass", role="read-only")
        vm = pool.add_vm("vm1", pool.hosts[1], backend=sim.Echo())
        connection = connect(pool.coordinator)
        reader = connection.login("reader", "pass")
        (record,) = connection.call("VM.get_all_records_where", reader,
                                    'field "name__label"="vm1"').values()
        assert sorted(record["consoles"]) == sorted(
            connection.call("console.get_all_records_where", reader, f'field "VM"="{vm.ref}"'))
        assert connection.call("event.from", reader, ["vm/" + vm.ref], "", 0.0)["events"]
        for host in pool.hosts:
            refused = connect(host)
            assert refused.connect(vm.console(), reader).startswith("HTTP/1.1 403 Forbidden\r\n")
            assert b"<h1>HTTP 403 forbidden</h1>Access to the requested" in refused.rest()


def test_this_host_and_generic_getters(pool, connect):
    connection = connect(pool.coordinator)
    session = connection.login(originator="me")
    assert connection.call("session.get_this_host", session, session) == pool.coordinator.ref
    assert connection.call("session.get_originator", session, session) == "me"
    assert connection.call("host.get_address", session, pool.coordinator.ref) == "127.0.0.1"
    assert connection.call("host.get_by_name_label", session, "xen1") == [pool.coordinator.ref]
    assert connection.call("pool.get_master", session, pool.ref) == pool.coordinator.ref
    assert connection.call("VM.get_nonsense", session, UNKNOWN) == [
        "MESSAGE_METHOD_UNKNOWN", "VM.get_nonsense"]
    assert connection.call("VM.get_uuid", session, UNKNOWN) == ["HANDLE_INVALID", "VM", UNKNOWN]


@pytest.mark.parametrize("newest, asked, form", [(2, 2, "jsonrpc"), (2, 1, "error"),
                                                 (1, 2, "error"), (1, 1, "error")])
def test_answers_in_the_newest_form_that_both_know(newest, asked, form, connect):
    with sim.Pool(tls=False, json_rpc=newest) as pool:
        connection = connect(pool.coordinator)
        answer = connection.ask("system.listMethods", version=asked)
        assert form in answer
        answer = connection.ask("session.logout", UNKNOWN, version=asked)
        if form == "jsonrpc":
            assert answer["error"] == {"code": 1, "message": "SESSION_INVALID", "data": [UNKNOWN]}
        else:
            assert answer == {"result": None, "error": ["SESSION_INVALID", UNKNOWN], "id": 1}


def test_requests_are_recorded_with_what_they_held(pool, connect):
    connection = connect(pool.coordinator)
    session = connection.login(password="secret")
    vm = pool.add_vm("vm1", backend=sim.Echo())
    connection.open(vm.console(), session)
    login, console = pool.requests
    assert (login.kind, login.method) == ("POST", "session.login_with_password")
    assert login.params[:2] == ["root", "secret"] and login.host is pool.coordinator
    assert console.kind == "CONNECT" and console.method is None
    assert console.console is vm.console() and session.encode() in console.head
    assert len(pool.open_connections) == len(pool.connections) == 1
    connection.close()
    assert pool.journal.wait(lambda: not pool.open_connections)


def test_what_old_servers_do_not_know(connect):
    with sim.Pool(tls=False, generation="old") as pool:
        vm = pool.add_vm("web01")
        connection = connect(pool.coordinator)
        session = connection.login()
        assert connection.call("Certificate.get_all_records", session) == [
            "MESSAGE_METHOD_UNKNOWN", "Certificate.get_all_records"]
        assert "domain_type" not in connection.call("VM.get_record", session, vm.ref)
        assert "certificates" not in connection.call(
            "host.get_record", session, pool.coordinator.ref)


def test_servers_of_before_json_answer_in_xml_wherever_they_are_asked(connect):
    with sim.Pool(tls=False, json_rpc=0) as pool:
        connection = connect(pool.coordinator)
        connection.post(b'{"jsonrpc":"2.0","method":"x","params":[],"id":1}')
        assert connection.head().startswith("HTTP/1.1 500 ")
        connection = connect(pool.coordinator)
        connection.post(b"<methodCall><methodName>x</methodName></methodCall>")
        head, body = connection.reply()
        assert "content-type: text/xml" in head and b"MESSAGE_METHOD_UNKNOWN" in body
