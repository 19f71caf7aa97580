# SPDX-License-Identifier: ISC
"""Consoles: who gets which, how bytes pass, and how a tunnel ends."""
import base64
import os
import threading

import pytest

import sim


def basic(password="secret"):
    return "Authorization: Basic " + base64.b64encode(f"root:{password}".encode()).decode()


@pytest.fixture(params=["clear", "tls"])
def host(request):
    with sim.Pool(tls=request.param == "tls", auth_delay=0.01) as pool:
        yield pool.coordinator


def test_login_lookups_and_console_share_a_connection(host, connect):
    vm = host.pool.add_vm("web01", backend=sim.Echo())
    connection = connect(host)
    session = connection.login()
    connection.call("VM.get_all_records_where", session, 'field "name__label"="web01"')
    connection.call("console.get_all_records_where", session, f'field "VM"="{vm.ref}"')
    connection.open(vm.console(), session, then=b"early")
    assert connection.until(b"early")
    assert len(host.pool.connections) == 1


def test_nothing_is_added_to_what_passes(host, connect):
    every = bytes(range(256)) * 4
    vm = host.pool.add_vm("web01", backend=sim.Echo())
    connection = connect(host).open(vm.console())
    connection.send(every)
    assert connection.take(len(every)) == every


def test_a_second_blank_line_is_typed_into_the_guest(pool, connect):
    sink = sim.Sink()
    vm = pool.add_vm("web01", backend=sink)
    connect(pool.coordinator).open(vm.console(), then=b"\r\n")
    assert sink.wait_for(2) and bytes(sink.received) == b"\r\n"


def test_much_data_passes(host, connect):
    source = sim.Source(size=64 << 20)
    vm = host.pool.add_vm("web01", backend=source)
    connection = connect(host).open(vm.console())
    pieces, left = [], len(source.data)
    while left:
        connection.read()
        pieces.append(connection.data)
        left -= len(connection.data)
        connection.data = b""
    assert b"".join(pieces) == source.data
    assert connection.rest() == b"" and connection.ended == "clean"


def test_what_a_command_prints(host, connect):
    """In the clear it has the connection itself, and what it says does not pass through the pool."""
    vm = host.pool.add_vm("web01", backend=sim.Command("sh", "-c", "readlink /proc/self/fd/1; head -c 9000000 /dev/zero"))
    connection = connect(host).open(vm.console())
    number = os.fstat(host.pool.connections[-1].stream.fileno()).st_ino
    said, _, zeros = connection.rest().partition(b"\n")
    assert (said == b"socket:[%d]" % number) == (not host.pool.tls)
    assert zeros == bytes(9000000) and connection.ended == "clean"


@pytest.mark.parametrize("command", [["sleep", "600"], ["cat", "/dev/zero"], ["true"]], ids=lambda words: words[0])
def test_a_command_ends_with_its_domain(command, host, connect):
    vm = host.pool.add_vm("web01", backend=sim.Command(*command, stay=True))
    connection = connect(host).open(vm.console())
    connection.send(b"typed")
    vm.shutdown()
    connection.rest()
    assert connection.ended == "clean"
    assert vm.backend.clients == 0


def test_a_clients_end_leaves_the_other_direction_open(host, connect):
    def dialogue(sock):
        heard = b""
        while data := sock.recv(100):
            heard += data
        for number in range(50):
            sock.sendall(b"%d after %s\n" % (number, heard))

    vm = host.pool.add_vm("web01", backend=sim.Script(dialogue))
    connection = connect(host).open(vm.console())
    connection.send(b"bye")
    connection.finish()
    assert connection.rest() == b"".join(b"%d after bye\n" % number for number in range(50))
    assert connection.ended == "clean"


def test_a_consoles_end_is_clean_and_leaves_nothing_unsaid(host, connect):
    vm = host.pool.add_vm("web01", backend=sim.Source(b"the end"))
    connection = connect(host).open(vm.console())
    assert connection.rest() == b"the end" and connection.ended == "clean"


def test_logout_does_not_cut_a_console(host, connect):
    vm = host.pool.add_vm("web01", backend=sim.Echo())
    other = connect(host)
    session = other.login()
    connection = connect(host).open(vm.console(), session)
    other.call("session.logout", session)
    connection.send(b"still here")
    assert connection.until(b"still here")
    assert len(host.pool.sessions) == 0


def test_a_slow_guest_holds_the_client_up(pool, connect):
    sink = sim.Sink(rate=20000, slow_for=0.5)
    vm = pool.add_vm("web01", backend=sink)
    connection = connect(pool.coordinator).open(vm.console())
    data = bytes(range(256)) * 8192
    sender = threading.Thread(target=lambda: (connection.send(data), connection.finish()))
    sender.start()
    assert sink.wait_for(100) and len(sink.received) < len(data)
    assert sink.ended.wait(10) and bytes(sink.received) == data
    sender.join()


def test_neither_halted_nor_elsewhere(connect):
    with sim.Pool(hosts=2, tls=False) as pool:
        here, there = pool.hosts
        vm = pool.add_vm("web01", host=there, backend=sim.Echo())
        halted = pool.add_vm("web02", power_state="Halted")
        connection = connect(here)
        session = connection.login()
        for target in (vm.console(), halted):
            refused = connect(here)
            assert refused.connect(target, session).startswith("HTTP/1.1 500 Internal Error\r\n")
            assert b"Console.Failure" in refused.rest()
        # The coordinator's session is good at every host.
        connect(there).open(vm.console(), session, then=b"x").until(b"x")


def test_kinds_that_nothing_stands_behind(pool, connect):
    vm = pool.add_vm("web01", consoles=("rdp",))
    connection = connect(pool.coordinator)
    session = connection.login()
    head = connection.connect(vm.console("rdp"), session)
    assert head == ("HTTP/1.1 404 Not Found\r\nConnection: close\r\n"
                    "Cache-Control: no-cache, no-store\r\n\r\n")
    assert connection.rest() == b""


def test_get_without_the_websocket_service(pool, connect):
    vm = pool.add_vm("web01")
    connection = connect(pool.coordinator)
    session = connection.login()
    connection.send(f"GET /console?uuid={vm.console().uuid}&session_id={session} HTTP/1.1\r\n\r\n"
                    .encode())
    assert connection.rest().startswith(b"HTTP/1.0 501 Method Not Implemented\r\n")


def test_http_1_0_is_answered_1_1(pool, connect):
    vm = pool.add_vm("web01", backend=sim.Echo())
    connection = connect(pool.coordinator)
    head = connection.connect(vm.console(), connection.login(), version="1.0")
    assert head.startswith("HTTP/1.1 200 OK\r\n")


def test_basic_costs_two_logins_on_recent_servers(pool, connect):
    vm = pool.add_vm("web01", backend=sim.Echo())
    head = connect(pool.coordinator).connect(vm.console(), headers=[basic()])
    assert head.startswith("HTTP/1.1 500 ")
    assert pool.sessions_table.logins == 2 and len(pool.sessions) == 0
    head = connect(pool.coordinator).connect(vm.console(), headers=[basic("nope")])
    assert head.startswith("HTTP/1.1 401 ")
    head = connect(pool.coordinator).connect(vm.console(), headers=["Authorization: Magic x"])
    assert head.startswith("HTTP/1.1 500 ")


def test_basic_works_on_old_servers(connect):
    with sim.Pool(tls=False, generation="old") as pool:
        vm = pool.add_vm("web01", backend=sim.Echo())
        connection = connect(pool.coordinator)
        assert connection.connect(vm.console(), headers=[basic()]).startswith("HTTP/1.1 200 ")
        connection.send(b"x")
        connection.until(b"x")
        assert len(pool.sessions) == 1
        connection.finish()
        connection.rest()
        assert pool.journal.wait(lambda: not pool.open_connections)
        assert len(pool.sessions) == 0


def test_servers_that_refuse_the_cookie(connect):
    with sim.Pool(tls=False, generation="old", cookie_refused=True) as pool:
        vm = pool.add_vm("web01", backend=sim.Echo())
        connection = connect(pool.coordinator)
        session = connection.login()
        assert connection.connect(vm.console(), session).startswith("HTTP/1.1 401 ")
        again = connect(pool.coordinator)
        assert again.connect(vm.console(), session, [basic()]).startswith("HTTP/1.1 200 ")


def test_the_limit_names_all_who_are_connected(pool, connect):
    pool.add_user("<ann>", "pass")
    vm = pool.add_vm("web01", backend=sim.Echo())
    connection = connect(pool.coordinator)
    ann = connection.login("<ann>", "pass")
    connection.open(vm.console(), connection.login())
    connect(pool.coordinator).open(vm.console("rfb"), ann)
    pool.settings.limit_console_sessions = True
    refused = connect(pool.coordinator)
    assert refused.connect(vm.console(), ann).startswith(
        "HTTP/1.1 503 Connection Limit Exceeded\r\n")
    assert b"Users 'root, &lt;ann&gt;' are currently connected" in refused.rest()
    assert pool.database.get("pool", pool.ref)["limit_console_sessions"] is True


def test_idle_consoles_close_without_a_word(host, connect):
    host.pool.settings.vm_console_idle_timeout = 0.3
    vm = host.pool.add_vm("web01", backend=sim.Echo())
    connection = connect(host).open(vm.console())
    connection.send(b"x")
    assert connection.rest() == b"x" and connection.ended == "clean"


@pytest.mark.parametrize("act", ["shutdown", "reboot", "quick reboot", "migrate"])
def test_what_ends_a_domain_ends_its_tunnels(act, connect):
    with sim.Pool(hosts=2) as pool:
        vm = pool.add_vm("web01", backend=sim.Echo())
        connection = connect(pool.coordinator)
        session = connection.login()
        connection.open(vm.console(), session)
        before = vm.console().uuid
        if act == "migrate":
            vm.migrate(pool.hosts[1])
        elif act == "shutdown":
            vm.shutdown()
        else:
            vm.reboot(quick=act.startswith("quick"))
        assert connection.rest() == b"" and connection.ended == "clean"
        after = vm.console().uuid if vm.console() else None
        assert (after == before) is (act == "quick reboot")
        if act == "migrate":
            assert vm.console().location.startswith(pool.hosts[1].url)
        if after:
            connect(vm.host).open(vm.console(), session, then=b"x").until(b"x")


def test_a_vm_that_halts_as_somebody_connects_stays_halted(pool, connect):
    vm = pool.add_vm("web01")
    connection = connect(pool.coordinator)
    session = connection.login()
    fault = pool.faults.add(sim.Fault("connect", "split", at=9, pause=0.3))
    halting = threading.Thread(target=lambda: (connection.until(b"HTTP/1.1 "), vm.shutdown()))
    connection.send(f"CONNECT /console?uuid={vm.console().uuid} HTTP/1.1\r\n"
                    f"Cookie: session_id={session}\r\n\r\n".encode())
    halting.start()
    halting.join()
    assert connection.rest().startswith(b"200 OK\r\n") and connection.ended == "clean"
    assert fault.used == 1 and vm.backend.pid is None
