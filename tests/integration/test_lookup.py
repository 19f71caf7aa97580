# SPDX-License-Identifier: ISC
"""From what the user calls a machine to the machine: names, uuids, doubles, and near misses."""
import re

import pytest

import sim

from outcome import assert_failed, calls

NOWHERE = "5a11f00d-0000-4000-8000-000000000000"

NAMES = {
    "plain": "web01", "blank": "web 01", "blanks around": "  web  ", "quotes": 'say "hi"',
    "a quote": '"', "apostrophe": "o'neill", "backslash": r"a\b\\c", "backslash quote": '\\"',
    "injection": '" or true or "a"="a', "field": 'field "uuid"', "equals": "a=b",
    "percent": "%s%n%d", "accents": "wéb-Ünï", "kanji": "仮想マシン", "emoji": "🐧 box",
    "combining": "e\u0301",
    "right to left": "שרת", "tab": "a\tb", "newline": "a\nb", "escape": "\x1b[31mred",
    "command": "list", "number": "0", "comma": "a,b;c", "slash": "a/../b?c#d", "long": "n" * 1000,
    "longer": 'n"' * 4000, "brackets": "[web]", "angle": "<b>&amp;",
}


def shows(vm):
    """What the text console of a machine says, so that it can be told from others."""
    return f"I am {vm.uuid}\r\n".encode()


@pytest.fixture
def add(pool):
    """Adds a machine whose console says which one it is."""
    def make(name, **arguments):
        said = sim.Source(b"")
        vm = pool.add_vm(name, backend=said, **arguments)
        said.data = shows(vm)
        return vm
    return make


def reaches(xencon, vm, *words):
    done = xencon.run("-q", *words)
    assert (done.stdout, done.stderr, done.returncode) == (shows(vm), "", 0)


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_a_name_is_taken_as_it_stands(name, add, xencon):
    vm = add(name)
    for other in ("other", name + "x", "x" + name, name[:-1] or "-"):
        add(other)
    reaches(xencon, vm, "console", "--", name)


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_a_name_that_is_not_there(name, pool, add, xencon):
    add("other")
    done = xencon.run("console", "--", name)
    shown = name[:50].replace("\x1b", r"\x1b").replace("\n", r"\x0a").replace("\t", r"\x09")
    assert_failed(done, 5, f"no VM on 127.0.0.1:{pool.coordinator.port} is called \"{shown}",
                  pool=pool)


@pytest.mark.parametrize("name", [b"\xff\xfe", b"web\xc3", b"\xed\xa0\x80"], ids=repr)
def test_a_name_that_is_not_utf_8(name, pool, add, xencon):
    """No server has such a name, so nothing is asked for; that must be said."""
    add("web01")
    done = xencon.run("-q", name.decode(errors="surrogateescape"))
    assert_failed(done, 5, "no VM", "\\x", pool=pool)


def test_a_name_beyond_all_measure(add, pool, xencon):
    add("web01")
    done = xencon.run("n" * 100_000)
    assert_failed(done, 2, "too long", pool=pool)


@pytest.mark.parametrize("near, found", [
    ("wbe01", '"web01"'), ("WEB01", '"web01"'), ("web1", '"web01"'), ("web011", '"web01"'),
    ("web", '"web01"'), ("database", '"database-main"'), ("databose-main", '"database-main"'),
])
def test_near_names_are_suggested(near, found, pool, add, xencon):
    add("web01")
    add("database-main")
    done = xencon.run(near)
    assert_failed(done, 5, f"is called \"{near}\"", "did you mean", found, pool=pool)


def test_a_slip_in_a_command_that_became_a_name(pool, add, xencon):
    add("lsit2")
    assert_failed(xencon.run("lsit"), 5, 'is called "lsit"', "did you mean the command list?", '"lsit2"', pool=pool)
    for arguments in (["console", "lsit"], ["--", "lsit"], ["lust1"]):
        assert "command" not in xencon.run(*arguments).stderr


def suggested(stderr):
    return re.findall(r'"([^"]*)"', re.search(r"did you mean (.*)\?", stderr)[1])


def test_the_nearest_name_comes_first(add, xencon):
    for name in ("my-web1-too", "web123", "web12"):
        add(name)
    assert suggested(xencon.run("web1").stderr) == ["web12", "web123", "my-web1-too"]


def test_no_more_than_three_are_suggested(add, xencon):
    names = {"web10", "web11", "web12", "web13", "web14"}
    for name in names:
        add(name)
    three = suggested(xencon.run("web1").stderr)
    assert len(three) == 3 and set(three) < names


def test_nothing_is_suggested_that_is_not_near(pool, add, xencon):
    add("database")
    done = xencon.run("web01")
    assert_failed(done, 5, "as it stands, letter case included", pool=pool)
    assert "database" not in done.stderr


def test_doubles_are_suggested_once_and_templates_never(pool, add, xencon):
    add("web01")
    add("web01")
    pool.add_template("web03")
    done = xencon.run("web02")
    assert done.stderr.count('"web01"') == 1
    assert "web03" not in done.stderr


def test_a_uuid(add, xencon):
    vm = add("web01")
    add("web01")
    reaches(xencon, vm, vm.uuid)


def test_a_uuid_that_is_not_there(pool, add, xencon):
    add("web01")
    assert_failed(xencon.run(NOWHERE), 5, f"no VM on 127.0.0.1:{pool.coordinator.port}", NOWHERE,
                  pool=pool)


def test_a_machine_named_like_a_uuid(add, xencon):
    add("other")
    reaches(xencon, add(NOWHERE), NOWHERE)


def test_a_uuid_wins_over_a_name_that_looks_like_it(add, xencon):
    vm = add("web01")
    add(vm.uuid)
    reaches(xencon, vm, vm.uuid)


@pytest.mark.parametrize("name", ["web01", 'web"01'])
def test_templates_and_snapshots_of_the_name_do_not_count(name, pool, add, xencon):
    vm = add(name)
    pool.add_template(name)
    pool.add_snapshot(of=vm)
    pool.add_snapshot(of=vm)
    reaches(xencon, vm, name)


@pytest.mark.parametrize("kind", ["template", "snapshot"])
@pytest.mark.parametrize("by", ["name", "uuid"])
def test_templates_and_snapshots_are_no_machines(kind, by, pool, add, xencon):
    if kind == "template":
        ref = pool.add_template("golden")
    else:
        ref = pool.add_snapshot(of=add("golden"))
        pool.vms[-1].rename("moved")
    word = "golden" if by == "name" else pool.database.get("VM", ref)["uuid"]
    assert_failed(xencon.run(word), 5, f"is called \"{word}\"", pool=pool)


def table(stderr):
    """The rows of the table that comes before the messages, split at runs of blanks."""
    lines = [line for line in stderr.splitlines() if not line.startswith("xencon: ")]
    return [re.split(r"  +", line) for line in lines]


@pytest.mark.parametrize("name", ["web01", 'web"01'])
def test_several_of_a_name(name, make_pool, make_xencon):
    pool = make_pool(hosts=2)
    here = pool.add_vm(name)
    there = pool.add_vm(name, pool.hosts[1])
    halted = pool.add_vm(name, power_state="Halted")
    pool.add_snapshot(of=here)
    pool.add_vm("other")
    done = make_xencon(pool).run(name)
    assert_failed(done, 5, f"3 VMs are called \"{name}\"", "by its uuid", pool=pool, rows=4)
    heading, *rows = table(done.stderr)
    assert heading == ["NAME", "UUID", "STATE", "HOST"]
    assert sorted(rows) == sorted([[name, here.uuid, "Running", "xen1"],
                                   [name, there.uuid, "Running", "xen2"],
                                   [name, halted.uuid, "Halted", "-"]])
    assert "CONNECT" not in calls(pool)


def test_very_many_of_a_name(add, xencon):
    for _ in range(200):
        add("web01")
    done = xencon.run("web01")
    rows = table(done.stderr)
    assert "200 VMs are called" in done.stderr
    assert done.returncode == 5
    shown = len(rows) - 2
    assert shown > 20 and rows[-1] == [f"and {200 - shown} more"]


def test_wide_characters_keep_the_columns(add, xencon):
    add("仮想マシン")
    add("仮想マシン")
    done = xencon.run("仮想マシン")
    heading, *rows = [line for line in done.stderr.splitlines() if "xencon:" not in line]
    assert heading.index("UUID") == len("仮想マシン") * 2 + 2
    assert {row.index("  ") for row in rows} == {5}


EVIL = "\x1b]0;owned\x07\x1b[2Jweb01\r\n\u202e\u200b\x9b31m"
HARMLESS = r"\x1b]0;owned\x07\x1b[2Jweb01\x0d\x0a\u{202e}\u{200b}\u{9b}31m"


def assert_harmless(text):
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u200b]", text), repr(text)


def test_an_evil_name_in_the_table(pool, add, xencon):
    add(EVIL)
    add(EVIL)
    pool.database.set("host", pool.coordinator.ref, name_label=EVIL)
    done = xencon.run(EVIL)
    assert_harmless(done.stderr)
    assert f"2 VMs are called \"{HARMLESS}\"" in done.stderr
    assert [row[0] for row in table(done.stderr)[1:]] == [HARMLESS] * 2
    assert [row[3] for row in table(done.stderr)[1:]] == [HARMLESS] * 2


@pytest.mark.parametrize("status, arguments", [
    (0, {}), (6, {"power_state": "Halted"}), (6, {"consoles": ("rfb",)}), (6, {"consoles": ()}),
], ids=["attached", "halted", "graphical", "none"])
def test_an_evil_name_in_messages(status, arguments, add, xencon):
    vm = add(EVIL, **arguments)
    done = xencon.run("-vv", vm.uuid)
    assert done.returncode == status
    assert_harmless(done.stderr)
    assert f"\"{HARMLESS}\"" in done.stderr


def test_an_evil_name_among_suggestions(pool, add, xencon):
    add(EVIL)
    done = xencon.run("web01")
    assert_harmless(done.stderr)
    assert_failed(done, 5, f"did you mean \"{HARMLESS}\"?", pool=pool)


def test_an_evil_power_state(pool, add, xencon):
    vm = add("web01")
    pool.database.set("VM", vm.ref, power_state="\x1b[2J")
    done = xencon.run("web01")
    assert_harmless(done.stderr)
    assert_failed(done, 6, r"\x1b[2J", pool=pool)


@pytest.mark.parametrize("state, verb", [("Halted", "xe vm-start"), ("Suspended", "xe vm-resume")])
def test_a_machine_that_does_not_run(state, verb, pool, add, xencon):
    add("web01", power_state=state)
    done = xencon.run("web01")
    assert_failed(done, 6, f"\"web01\" is {state.lower()}", f"{verb} vm=web01", pool=pool)
    assert "CONNECT" not in calls(pool)


def test_a_machine_that_is_paused(pool, add, xencon):
    """It has its consoles, but XAPI opens none of them."""
    vm = add("web01")
    vm.power_state = "Paused"
    pool.database.set("VM", vm.ref, power_state="Paused")
    done = xencon.run("web01")
    assert_failed(done, 6, "\"web01\" is paused", "xe vm-unpause vm=web01", pool=pool)


def test_a_machine_with_a_graphical_console_only(pool, add, xencon):
    add("web01", consoles=("rfb",), domain_type="hvm")
    done = xencon.run("web01")
    assert_failed(done, 6, "\"web01\" has no text console", "xencon vnc web01", pool=pool)


def test_a_machine_without_any_console(pool, add, xencon):
    add("web01", consoles=())
    done = xencon.run("web01")
    assert_failed(done, 6, "\"web01\" has no text console", "of any kind", pool=pool)
    assert "xencon vnc" not in done.stderr


def test_other_consoles_do_not_confuse(add, xencon):
    vm = add("web01", consoles=("rdp", "rfb", "vt100"))
    reaches(xencon, vm, "web01")


@pytest.mark.parametrize("by", ["name", "uuid"])
def test_dom0(by, make_pool, make_xencon):
    pool = make_pool(hosts=2)
    for host in pool.hosts:
        host.dom0.console().backend = sim.Source(shows(host))
    for host in pool.hosts:
        word = host.name if by == "name" else host.uuid
        reaches(make_xencon(pool), host, "--dom0", word)


def test_dom0_by_its_own_name(pool, xencon):
    dom0 = pool.coordinator.dom0
    dom0.console().backend = sim.Source(shows(dom0))
    reaches(xencon, dom0, "Control domain on host: xen1")


def test_dom0_of_no_such_host(pool, add, xencon):
    add("xen2")
    assert_failed(xencon.run("--dom0", "xne1"), 5, "no host on", "is called \"xne1\"",
                  "did you mean \"xen1\"?", pool=pool)


def test_dom0_of_several_hosts_of_a_name(make_pool, make_xencon):
    pool = make_pool(hosts=2, names=["xen", "xen"])
    done = make_xencon(pool).run("--dom0", "xen")
    assert_failed(done, 5, "2 hosts are called \"xen\"", "by its uuid", pool=pool)


def test_dom0_is_not_for_everybody(pool, xencon):
    pool.add_user("eve", "secret", role="vm-operator")
    done = xencon.run("-u", "eve", "--dom0", "xen1")
    assert_failed(done, 4, "cannot open the console", "RBAC_PERMISSION_DENIED", "role", pool=pool)
