# SPDX-License-Identifier: ISC
"""Every recorded call, made again: the head is the same to the byte but for its length, and the
body has the same form, down to the order and type of each field of each record."""
import json
import re

import pytest

import sim

from . import recorded

JSON_CALLS = [exchange for exchange in recorded.RPC if "request_body" in exchange]
FAILURES = [exchange for exchange in JSON_CALLS
            if json.loads(exchange["response_body"]).get("error")]
# Values that a pool makes up for itself.
OWN = re.compile(r"OpaqueRef:.*|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|([0-9A-F]{2}:){19,}.*"
                 r"|\d{8}T\d\d:\d\d:\d\dZ|https?://.*|\d{20},\d{20}|Control domain on host: .*")
OWN_FIELDS = {"name_label", "hostname", "domid", "id", "https_only", "session", "events"}


@pytest.fixture(scope="module")
def server():
    with sim.Pool(auth_delay=0.01) as pool:
        vm = pool.add_vm("vm1", backend=sim.Echo(), domain_type="hvm")
        session = pool.sessions_table.login("root", "secret", pool.coordinator, "xencon/0").ref
        yield pool, recorded.translation(vm, session)


def without_length(head):
    return re.sub(r"content-length: \d+", "content-length: N", head)


def same_form(expected, actual, field=""):
    """Compare two values, records by reference in their order."""
    assert type(expected) is type(actual), field
    if isinstance(expected, dict):
        if all(key.startswith("OpaqueRef:") for key in expected):
            assert len(expected) == len(actual), field
            pairs = zip(sorted(expected.values(), key=_rank), sorted(actual.values(), key=_rank))
            for one, other in pairs:
                same_form(one, other, field)
            return
        assert list(expected) == list(actual), field
        for key, value in expected.items():
            same_form(value, actual[key], key)
    elif isinstance(expected, list):
        assert len(expected) == len(actual), field
        for one, other in zip(expected, actual):
            same_form(one, other, field)
    elif isinstance(expected, str) and OWN.fullmatch(expected):
        assert OWN.fullmatch(actual), (field, actual)
    elif field not in OWN_FIELDS:
        assert expected == actual, field


def _rank(record):
    return (record.get("protocol", ""), record.get("type", ""))


@pytest.mark.parametrize("exchange", JSON_CALLS, ids=recorded.name)
def test_json_call(exchange, server, connect):
    pool, pairs = server
    connection = connect(pool.coordinator)
    connection.post(recorded.translate(json.dumps(exchange["request_body"]), pairs).encode())
    head, body = connection.reply()
    assert without_length(head) == without_length(exchange["response_head"])
    expected = json.loads(recorded.translate(exchange["response_body"], pairs))
    answer = json.loads(body)
    assert json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode() == body
    for text in (expected, answer):
        if exchange["call"] == "event.from":
            # How much else a pool has is its own business.
            text["result"]["valid_ref_counts"] = list(text["result"]["valid_ref_counts"])
    if exchange["call"] not in ("host.get_all_records", "pool.get_all_records"):
        same_form(expected, answer)
    else:
        for one, other in zip(expected["result"].values(), answer["result"].values()):
            assert [(key, type(value)) for key, value in one.items()] == [
                (key, type(value)) for key, value in other.items()]


@pytest.mark.parametrize("exchange", FAILURES, ids=recorded.name)
def test_failures_are_the_same_to_the_byte(exchange, server, connect):
    pool, pairs = server
    connection = connect(pool.coordinator)
    connection.post(recorded.translate(json.dumps(exchange["request_body"]), pairs).encode())
    head, body = connection.reply()
    assert head + body.decode() == exchange["response_head"] + exchange["response_body"]


def test_xml_call(server, connect):
    exchange = recorded.RPC[-1]
    pool, _ = server
    connection = connect(pool.coordinator)
    connection.send(exchange["request"].encode())
    head, body = connection.reply()
    assert head == exchange["response_head"]
    ref = "OpaqueRef:[0-9a-f-]{36}"
    form = re.sub(ref, "REF", exchange["response_body"])
    assert re.sub(ref, "REF", body.decode()) == form
