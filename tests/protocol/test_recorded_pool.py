# SPDX-License-Identifier: ISC
"""What was recorded on a pool of two, made again: supporters, and consoles on either host."""
import json
import re

import pytest

import sim

from . import recorded

COORDINATOR = "10.77.0.1"
THUMBPRINT = re.compile(r"(?<=thumbprint: )[0-9A-F:]+")
SESSION = "OpaqueRef:3b013d1c-cc48-2567-c0b0-e8639b34e5bc"
# The VM on the supporter and its text console's reference, and the coordinator's.
LIMITED = "OpaqueRef:251a5185-9665-2548-a063-2dd053731298"
THERE = "OpaqueRef:4dff4a91-5503-6c66-e39b-418d775aa604"
HERE = "OpaqueRef:5bce0895-1183-c446-7c09-f1b5d883191a"
# Which cases were asked of the coordinator.
ASKED_HERE = {"wrong host: asked of the coordinator"}


@pytest.fixture(scope="module")
def server():
    with sim.Pool(hosts=2, password="password", auth_delay=0.01) as pool:
        here, there = pool.hosts
        twin = pool.add_vm("twin", here, backend=sim.Echo())
        suplin = pool.add_vm("suplin", there, backend=sim.Echo())
        session = pool.sessions_table.login("root", "password", here, "xencon/0").ref
        yield pool, {SESSION: session, THERE: suplin.console().ref, HERE: twin.console().ref,
                     LIMITED: suplin.ref, COORDINATOR: here.address}


def test_every_exchange_is_used():
    assert len(recorded.POOL["rpc"]) == 9 and len(recorded.POOL["connect"]) == 6


@pytest.mark.parametrize("exchange", [one for one in recorded.POOL["rpc"]
                                      if one["call"] != "Certificate.get_all_records"],
                         ids=recorded.name)
def test_a_call_at_a_supporter(exchange, server, connect):
    pool, pairs = server
    body = exchange["request_body"]
    body = body if isinstance(body, str) else json.dumps(body)
    connection = connect(pool.hosts[1])
    connection.post(recorded.translate(body, pairs).encode(), exchange["request_path"],
                    exchange["request_headers"].split("\r\n")[:-1])
    head, answer = connection.reply()
    assert answer.decode() == recorded.translate(exchange["response_body"], pairs)
    expected = THUMBPRINT.sub(pool.coordinator.fingerprint, exchange["response_head"])
    assert head == re.sub(r"(?<=content-length: )\d+", str(len(answer)), expected)


def test_the_certificates_of_all_hosts(server, connect):
    (exchange,) = [one for one in recorded.POOL["rpc"] if one["note"] == "a pool of two"]
    pool, pairs = server
    connection = connect(pool.hosts[0])
    connection.post(recorded.translate(json.dumps(exchange["request_body"]), pairs).encode())
    found = json.loads(connection.reply()[1])["result"].values()
    expected = json.loads(exchange["response_body"])["result"].values()
    kinds = sorted(record["type"] for record in expected)
    assert sorted(record["type"] for record in found) == kinds
    assert {tuple(record) for record in found} == {tuple(record) for record in expected}
    shown = {record["host"]: record["fingerprint_sha256"] for record in found
             if record["type"] == "host"}
    assert shown == {host.ref: host.fingerprint for host in pool.hosts}


@pytest.mark.parametrize("exchange", recorded.POOL["connect"], ids=recorded.name)
def test_connect(exchange, server, connect):
    pool, pairs = server
    connection = connect(pool.hosts[0 if exchange["case"] in ASKED_HERE else 1])
    if exchange["case"] == "limit_console_sessions, taken":
        # Those of the cases before may not have ended yet.
        assert pool.journal.wait(lambda: len(pool.tunnels) == 0)
        pool.settings.limit_console_sessions = True
        suplin = pool.vm_by_ref(pairs[LIMITED])
        first = connect(pool.hosts[1]).open(suplin.console(), pairs[SESSION])
    connection.send(recorded.translate(exchange["request"], pairs).encode())
    expected = recorded.translate(exchange["response_head"] + exchange["then"], pairs).encode()
    if exchange["eof"]:
        assert connection.rest() == expected and connection.ended == "clean"
    else:
        assert connection.take(len(expected)) == expected and connection.ended is None
    if pool.settings.limit_console_sessions:
        pool.settings.limit_console_sessions = False
        assert first.ended is None
