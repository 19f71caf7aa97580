# SPDX-License-Identifier: ISC
"""Finding VMs: the query language, names that clash, and the control domain."""
import pytest

import sim


@pytest.fixture
def asked(pool, connect):
    """A function that calls with a session."""
    connection = connect(pool.coordinator)
    session = connection.login()
    return lambda method, *params: connection.call(method, session, *params)


@pytest.fixture
def ask(asked):
    """A function from a query to the names of the VMs found."""
    def names(query):
        found = asked("VM.get_all_records_where", query)
        if isinstance(found, list):
            return found
        return sorted(record["name_label"] for record in found.values())
    return names


def test_by_name_and_by_uuid(pool, ask):
    vm = pool.add_vm("web01")
    pool.add_vm("web02", power_state="Halted")
    assert ask('field "name__label"="web01"') == ["web01"]
    assert ask(f'field "uuid"="{vm.uuid}"') == ["web01"]
    assert ask('field "name__label"="web"') == []


def test_templates_and_snapshots_come_along(pool, asked):
    vm = pool.add_vm("web01")
    pool.add_template("web01")
    snapshot = pool.add_snapshot(vm)
    found = asked("VM.get_all_records_where", 'field "name__label"="web01"')
    kinds = sorted((record["is_a_template"], record["is_a_snapshot"]) for record in found.values())
    assert kinds == [(False, False), (True, False), (True, True)]
    assert sorted(asked("VM.get_by_name_label", "web01")) == sorted(found)
    assert asked("VM.get_snapshots", vm.ref) == [snapshot]


def test_the_control_domain(pool, asked):
    found = asked("VM.get_all_records_where", 'field "is_control_domain"="true"')
    (record,) = found.values()
    assert record["name_label"] == "Control domain on host: xen1"
    assert record["uuid"] == pool.coordinator.dom0.uuid
    consoles = asked("console.get_all_records_where", f'field "VM"="{pool.coordinator.dom0.ref}"')
    assert {one["protocol"] for one in consoles.values()} == {"rfb", "vt100"}
    assert all(one["location"].endswith("/console?ref=" + ref) for ref, one in consoles.items())


@pytest.mark.parametrize("query, expected", [
    ("true", ["Control domain on host: xen1", "a", "b"]),
    ("false", []),
    ('field "name__label"="a" or field "name__label"="b"', ["a", "b"]),
    ('field "power_state"="Running" and not field "name__label"="a"',
     ["Control domain on host: xen1"]),
    ('(field "name__label"="a" or true) and field "power_state"="Halted"', ["b"]),
    ('"a"=field "name__label"', ["a"]),
    # `not` takes all that follows.
    ('not false and field "name__label"="a"', ["Control domain on host: xen1", "a", "b"]),
    # One binding strength, from the left.
    ('true or true and false', []),
    ('field "HVM__boot_policy"=""', ["Control domain on host: xen1"]),
])
def test_the_language(query, expected, pool, ask):
    pool.add_vm("a")
    pool.add_vm("b", power_state="Halted")
    assert ask(query) == expected


@pytest.mark.parametrize("name", ["it's", "back\\slash", "ünïcøde", "two  spaces", "tab\there"])
def test_odd_names_can_be_written(name, pool, ask):
    pool.add_vm(name)
    assert ask(f'field "name__label"="{name}"') == [name]


def test_a_name_with_a_quote_can_only_be_a_parameter(pool, ask, asked):
    vm = pool.add_vm('say "hi"')
    assert ask('field "name__label"="say "hi""')[0] == "INVALID_VALUE"
    assert ask('field "name__label"="say \\"hi\\""')[0] == "INVALID_VALUE"
    assert asked("VM.get_by_name_label", 'say "hi"') == [vm.ref]


@pytest.mark.parametrize("query, error", [
    ('field "nonsense', 'Failure("lexing: empty token")'),
    ("field name", 'Failure("lexing: empty token")'),
    ('field "name__label"', "Stdlib.Parsing.Parse_error"),
    ("", "Stdlib.Parsing.Parse_error"),
    ("true true", "Stdlib.Parsing.Parse_error"),
])
def test_what_is_not_in_the_language(query, error, ask):
    assert ask(query) == ["INVALID_VALUE", query, error]


def test_a_single_underscore_names_no_column(pool, ask):
    pool.add_vm("web01")
    assert ask('field "name_label"="web01"')[0] == "INTERNAL_ERROR"


def test_hvm_guests_have_no_text_console(pool, asked):
    vm = pool.add_vm("win", consoles=("rfb",), domain_type="hvm")
    found = asked("console.get_all_records_where", f'field "VM"="{vm.ref}"')
    assert [one["protocol"] for one in found.values()] == ["rfb"]
    assert asked("VM.get_domain_type", vm.ref) == "hvm"


@pytest.mark.parametrize("options, style, location", [
    ({}, "uuid", "http://127.0.0.1:{port}/console?uuid={uuid}"),
    ({}, "ref", "http://127.0.0.1:{port}/console?ref={ref}"),
    ({}, "empty", ""),
    ({"location_port": False}, "uuid", "http://127.0.0.1/console?uuid={uuid}"),
    ({}, "https://[2001:db8::1]/console?uuid={uuid}", "https://[2001:db8::1]/console?uuid={uuid}"),
])
def test_locations(options, style, location):
    pool = sim.Pool(tls=False, **options)
    console = pool.add_vm("web01", location=style).console()
    expected = location.format(port=pool.coordinator.port, uuid=console.uuid, ref=console.ref)
    assert console.location == expected
    console.location = "anything"
    assert pool.database.get("console", console.ref)["location"] == "anything"
    pool.stop()
