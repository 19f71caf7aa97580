# SPDX-License-Identifier: ISC
"""`xencon list`: what is shown of which machines, to people and to programs, and by which calls."""
import json
import os
import pty
import re

import pytest

import sim

import harness
from outcome import assert_failed, assert_logged_out, calls

CALLS = ["session.login_with_password", "VM.get_all_records_where", "host.get_all_records",
         "console.get_all_records_where", "session.logout"]
NAMED = ["session.login_with_password", "VM.get_all_records_where", "host.get_all_records",
         "console.get_all_records_where", "session.logout"]


@pytest.fixture
def filled(make_pool):
    pool = make_pool(hosts=2)
    for name in ("web10", "web2", "Web1", "db 1"):
        pool.add_vm(name, backend=sim.Echo())
    pool.add_vm("win", pool.hosts[1], consoles=("rfb",), domain_type="hvm")
    pool.add_vm("off", power_state="Halted")
    pool.add_template("Debian")
    pool.add_snapshot(next(vm for vm in pool.vms if vm.name == "web10"))
    return pool


@pytest.fixture
def program(filled, make_xencon):
    return make_xencon(filled)


def names(done):
    return [re.split(r"  +", line)[0] for line in done.stdout.decode().split("\n")[1:]]


def objects(done):
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def test_the_table(filled, program):
    done = program.run("list")
    assert (done.returncode, done.stderr) == (0, "")
    assert names(done) == ["db 1", "off", "Web1", "web2", "web10", "win", "",
                           "Control domain on host: xen1", "Control domain on host: xen2", ""]
    lines = done.stdout.decode().split("\n")
    assert re.split(r"  +", lines[0]) == ["NAME", "STATE", "HOST", "CONSOLES", "UUID"]
    by_name = {vm.name: vm for vm in filled.vms}
    rows = {line.split("  ")[0]: re.split(r"  +", line)[1:] for line in lines[1:]}
    assert rows["off"] == ["Halted", "-", "-", by_name["off"].uuid]
    assert rows["win"] == ["Running", "xen2", "vnc", by_name["win"].uuid]
    assert rows["web2"] == ["Running", "xen1", "text,vnc", by_name["web2"].uuid]
    assert len({line.rindex(" ") for line in lines if line}) == 1
    assert calls(filled) == CALLS
    assert len({request.connection_id for request in filled.requests}) == 1


def test_all_marks_templates_and_snapshots(program):
    done = program.run("list", "--all", "web*", "Deb*")
    rows = [re.split(r"  +", line) for line in done.stdout.decode().splitlines()]
    assert [(row[0], row[4]) for row in rows] == [
        ("NAME", "KIND"), ("Debian", "template"), ("web2", "vm"), ("web10", "vm"),
        ("web10", "snapshot")]


def test_templates_are_left_to_the_server(filled, program):
    program.run("list")
    program.run("list", "--all")
    queries = [request.params[1] for request in filled.requests
               if request.method == "VM.get_all_records_where"]
    assert queries == ['field "is_a_template"="false"', "true"]


def test_json_is_an_object_a_line(filled, program):
    done = program.run("list", "--json", "--all")
    found = objects(done)
    assert [list(row) for row in found] == [
        ["name", "uuid", "power_state", "host", "host_uuid", "consoles", "kind"]] * 10
    host = filled.database.get("host", filled.hosts[1].ref)["uuid"]
    win = next(vm for vm in filled.vms if vm.name == "win")
    assert next(row for row in found if row["name"] == "win") == {
        "name": "win", "uuid": win.uuid, "power_state": "Running", "host": "xen2",
        "host_uuid": host, "consoles": ["vnc"], "kind": "vm"}
    off = next(row for row in found if row["name"] == "off")
    assert (off["host"], off["host_uuid"], off["consoles"]) == (None, None, [])
    assert [row["kind"] for row in found].count("dom0") == 2
    assert {row["kind"] for row in found} == {"vm", "template", "snapshot", "dom0"}


@pytest.mark.parametrize("words, expected", [
    (["web2"], ["web2"]), (["web*"], ["web2", "web10"]), (["*1*"], None), (["[wW]eb?"], ["Web1", "web2"]),
    (["off", "win"], ["off", "win"]), (["Control domain*"], ["Control domain on host: xen1",
                                                             "Control domain on host: xen2"]),
    (["db 1"], ["db 1"]),
], ids=str)
def test_patterns(words, expected, program):
    done = program.run("list", "--json", *words)
    found = [row["name"] for row in objects(done)]
    assert found == (expected or ["db 1", "Web1", "web10", "Control domain on host: xen1"])


def test_a_uuid_in_either_case(filled, program):
    uuid = filled.vms[0].uuid
    for word in (uuid, uuid.upper()):
        assert [row["uuid"] for row in objects(program.run("list", "--json", word))] == [uuid]


def test_names_are_looked_for_by_the_server(filled, program):
    """A machine that is named costs its own records and no others'."""
    done = program.run("list", "--json", "web2", "win")
    assert [row["consoles"] for row in objects(done)] == [["text", "vnc"], ["vnc"]]
    assert calls(filled) == NAMED
    asked = [request.params[1] for request in filled.requests
             if request.method.endswith("_where")]
    assert asked[0] == ('(field "name__label"="web2" or field "name__label"="win") and '
                        'field "is_a_template"="false"')
    assert re.fullmatch(r'field "VM"="[^"]*" or field "VM"="[^"]*"', asked[1])


@pytest.mark.parametrize("name", ['a "quoted" name', "back\\slash", "$HOME", "it's", "日本 語", "x" * 300])
def test_names_of_every_kind(name, pool, xencon):
    pool.add_vm(name, backend=sim.Echo())
    done = xencon.run("list", "--json", name)
    assert [row["name"] for row in objects(done)] == [name], done.stderr
    # Nothing is cut where nobody's window is the reason.
    assert xencon.run("list", name).stdout.decode().split("\n")[1].startswith(name + "  ")


def test_what_drives_a_terminal_is_shown(pool, xencon):
    pool.add_vm("a\033[2J\nb\u202e", backend=sim.Echo())
    done = xencon.run("list")
    assert re.search(rb"^a\\x1b\[2J\\x0ab\\u\{202e\}  +Running", done.stdout, re.M)


@pytest.mark.parametrize("words, says", [
    (["nope*"], ["no VM on", 'fits "nope*"', "--all"]),
    (["web1"], ['is called "web1"', 'did you mean "Web1"']),
    (["x", "y*"], ['fits "x", or the others']),
    (["--all", "nope*"], ["fits", "letter case included"]),
    ([""], ['is called ""']),
    ([b"\xff"], ["no VM"]),
], ids=str)
def test_no_match(words, says, filled, program):
    done = program.run(*map(lambda w: w if isinstance(w, str) else w.decode("utf-8", "surrogateescape"),
                            ["list", *words]))
    assert_failed(done, 5, *says, pool=filled)


def test_one_pattern_of_several_without_a_match(program):
    done = program.run("list", "web2", "nope")
    assert (done.returncode, names(done)) == (0, ["web2", ""])
    assert done.stderr == 'xencon: nothing fits "nope"\n'
    assert program.run("-q", "list", "web2", "nope").stderr == ""


def on_terminal(program, *words, columns=80, env=None):
    terminal = program.terminal("list", *words, env=env, dimensions=(24, columns))
    text = terminal.read()
    terminal.wait()
    return text.decode().replace("\r\n", "\n")


def test_colour_is_for_terminals(program):
    assert "\033[32mRunning" in on_terminal(program, "web2", columns=200)
    for text in (on_terminal(program, "web2", env={"NO_COLOR": "1"}),
                 on_terminal(program, "web2", "--color", "never"),
                 on_terminal(program, "web2", env={"TERM": "dumb"}),
                 program.run("list", "web2").stdout.decode()):
        assert "\033" not in text and "Running" in text
    assert b"\033[32mRunning" in program.run("list", "--color=always", "web2").stdout
    assert_failed(program.run("list", "--color=blue"), 2, "--color takes auto, always or never")


def test_a_window_cuts_names_and_nothing_else(pool, xencon):
    vm = pool.add_vm("a-name-that-is-far-too-long-for-this-window", backend=sim.Echo())
    text = on_terminal(xencon, "--color=never", vm.name, columns=80)
    [_, row, _] = text.split("\n")
    assert re.match(r"a-name-that-\S*…  Running  xen1  text,vnc  ", row) and row.endswith(vm.uuid)
    assert len(row) <= 80
    text = on_terminal(xencon, "--color=never", vm.name, env={"LC_ALL": "C"})
    assert re.match(r"a-name-that-\S*\.\.\.  Running ", text.split("\n")[1])


def test_a_reader_that_has_enough(filled, program):
    """A pipe that is closed is no failure."""
    for number in range(300):
        filled.add_vm(f"{number} " + "x" * 1000, power_state="Halted")
    process = program.start("list")
    process.stdout.read(10)
    process.stdout.close()
    assert process.stderr.read() == b""
    assert harness.finish(process) == 0


def test_a_full_disk(program):
    with open("/dev/full", "wb") as full:
        process = program.start("list", stdout=full)
        _, said = process.communicate(timeout=harness.PATIENCE)
    assert process.returncode == 1 and b"No space left on device" in said


def test_progress_is_said_on_a_terminal(filled, program):
    """The line is gone before the list is there; a pipe, and who asked for quiet, see none."""
    for words, shown in (["list"], True), (["-q", "list"], False):
        filled.faults.add(sim.Fault("rpc", "delay", method="host.get_all_records", seconds=2))
        main, side = pty.openpty()
        process = program.start(*words, stderr=side)
        out = process.stdout.read()
        os.close(side)
        said = os.read(main, 65536) if shown else b""
        os.close(main)
        assert harness.finish(process) == 0 and out.startswith(b"NAME")
        if shown:
            assert re.match(rb"\rxencon: asking the pool, [0-9.]+( of [0-9.]+)? MB", said)
            assert said.endswith(b"\r" + b" " * len(said.split(b"\r")[-3]) + b"\r")
    filled.faults.add(sim.Fault("rpc", "delay", method="host.get_all_records", seconds=2))
    assert program.run("list").stderr == ""


def test_a_fault_amid_what_was_asked_at_once(filled, make_xencon):
    """The answers behind it are nobody's: the connection is not used any more."""
    filled.unknown_calls.add("host.get_all_records")
    done = make_xencon(filled).run("list")
    assert done.returncode == 1 and "host.get_all_records" in done.stderr
    assert_logged_out(filled)


def test_a_pool_without_machines(make_pool, make_xencon):
    pool = make_pool()
    for ref in list(pool.database.all("VM")):
        pool.database.delete("VM", ref)
    assert_failed(make_xencon(pool).run("list"), 5, "has no VMs", pool=pool)


def test_a_connection_that_carries_one_answer(filled, make_xencon):
    """A host that closes after each answer is asked anew for what it did not answer."""
    for method in CALLS[1:4]:
        filled.faults.add(sim.Fault("rpc", "connection_close", method=method))
        done = make_xencon(filled).run("list", "--json")
        assert len(objects(done)) == 8, done.stderr
