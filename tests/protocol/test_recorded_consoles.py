# SPDX-License-Identifier: ISC
"""Every recorded CONNECT, made again: head, body and end are the same to the byte."""
import pytest

import sim

from . import recorded

SPECIAL = {"backend gone: 200, then end of file", "limit_console_sessions and one connected"}


@pytest.fixture(scope="module", params=["clear", "tls"])
def server(request):
    with sim.Pool(tls=request.param == "tls", auth_delay=0.01) as pool:
        vm = pool.add_vm("vm1", backend=sim.Echo(bytes.upper))
        session = pool.sessions_table.login("root", "secret", pool.coordinator).ref
        yield pool, vm, session


@pytest.mark.parametrize("exchange", [one for one in recorded.CONNECT
                                      if one["case"] not in SPECIAL], ids=recorded.name)
def test_connect(exchange, server, connect):
    pool, vm, session = server
    connection = connect(pool.coordinator)
    if exchange["case"] == "on the connection of an earlier POST":
        connection.call("VM.get_all", session)
    replay(exchange, connection, recorded.translation(vm, session))


def test_backend_gone(pool, connect):
    vm = pool.add_vm("vm1", rfb_backend=sim.Dead())
    session = connect(pool.coordinator).login()
    exchange = next(one for one in recorded.CONNECT if one["case"].startswith("backend gone"))
    pairs = recorded.translation(vm, session)
    replay(exchange, connect(pool.coordinator), pairs)


def test_limit(pool, connect):
    vm = pool.add_vm("vm1")
    pool.settings.limit_console_sessions = True
    first = connect(pool.coordinator)
    session = first.login()
    first.open(vm.console("rfb"), session)
    exchange = next(one for one in recorded.CONNECT if one["case"].startswith("limit_console"))
    replay(exchange, connect(pool.coordinator), recorded.translation(vm, session))


def replay(exchange, connection, pairs):
    connection.send(recorded.translate(exchange["request"], pairs).encode())
    expected = recorded.translate(exchange["response_head"] + exchange["then"], pairs).encode()
    if exchange["eof"]:
        assert connection.rest() == expected
        assert connection.ended == "clean"
    else:
        assert connection.take(len(expected)) == expected
        assert connection.ended is None
