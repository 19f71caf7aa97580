# SPDX-License-Identifier: ISC
"""A graphical console of the host that is asked: by the VM's uuid, over the connection that is there, without a look
at its record; and what is done where that does not work."""
import re

import pytest

import harness
import ptys
import sim

from gates import gate, xencon as through_ssh  # noqa: F401
from outcome import HELLO, assert_failed, assert_logged_out, calls, connects

LOGIN, FIND_VM, THIS_HOST = ("session.login_with_password", "VM.get_all_records_where", "session.get_this_host")
FIND_CONSOLE = "console.get_all_records_where"
STRAIGHT = [LOGIN, FIND_VM, THIS_HOST, "CONNECT"]
AS_EVER = [LOGIN, FIND_VM, THIS_HOST, FIND_CONSOLE, "CONNECT"]


@pytest.fixture
def pool(make_pool):
    """web01 runs on the host that is asked, web02 on the other."""
    made = make_pool(hosts=2)
    made.web01 = made.add_vm("web01", consoles=("rfb",), domain_type="hvm")
    made.web02 = made.add_vm("web02", made.hosts[1], consoles=("rfb",), domain_type="hvm")
    return made


def greet(xencon, *words):
    """The stream's first words, and what is said on stderr."""
    process = xencon.start("vnc", "--stdio", *words)
    assert process.stdout.read(12) == b"RFB 003.008\n"
    said = process.communicate(timeout=harness.PATIENCE)[1].decode()
    assert process.returncode == 0
    return said


def before_connect(pool):
    """The calls up to the last CONNECT."""
    made = calls(pool)
    return made[:len(made) - made[::-1].index("CONNECT")]


def asked_for(request):
    return re.match(rb"CONNECT /console\?uuid=(\S+) ", request.head).group(1).decode()


@pytest.mark.parametrize("by", ["name", "uuid"])
def test_straight(by, pool, xencon):
    assert greet(xencon, getattr(pool.web01, by)) == ""
    assert before_connect(pool) == STRAIGHT
    assert {request.connection_id for request in pool.requests[:4]} == {1}
    assert asked_for(connects(pool)[0]) == pool.web01.uuid
    assert_logged_out(pool)


def test_a_name_that_no_query_can_say(pool, xencon):
    pool.add_vm('a "b"', consoles=("rfb",))
    greet(xencon, 'a "b"')
    assert before_connect(pool) == [LOGIN, "VM.get_by_name_label", THIS_HOST, "VM.get_record", "CONNECT"]


@pytest.mark.parametrize("command", [("shot",), ("type", "--keys", "a")])
def test_other_commands(command, pool, xencon):
    command, *words = command
    assert xencon.run(command, "web01", *words).returncode == 0
    assert before_connect(pool) == STRAIGHT


def test_each_viewer(pool, make_xencon):
    """The scout asks whether there is such a console at all; a viewer does not."""
    process = make_xencon(pool).start("vnc", "-l", "127.0.0.1:0", "--viewer=true", "web01")
    process.communicate(timeout=harness.PATIENCE)
    assert calls(pool)[:3] == [LOGIN, FIND_VM, FIND_CONSOLE]


def test_another_host(pool, xencon):
    said = greet(xencon, "-v", "web02")
    assert before_connect(pool)[:4] == AS_EVER[:4]
    assert "not by the VM's uuid" not in said
    connect, = connects(pool)
    assert connect.host is pool.hosts[1]
    assert asked_for(connect) == pool.web02.console("rfb").uuid


def test_a_server_that_does_not_say_where_it_is(pool, xencon):
    pool.unknown_calls.add(THIS_HOST)
    greet(xencon, "web01")
    assert before_connect(pool) == AS_EVER
    assert {request.connection_id for request in pool.requests[:5]} == {1}


@pytest.mark.parametrize("action", ["not_json", "reset", "close", "truncate", "stall", "silence"])
def test_no_good_answer_to_where_it_is(action, pool, xencon):
    """It would have saved something: without it the console is had as ever."""
    pool.faults.add(sim.Fault("rpc", action, method=THIS_HOST, times=None))
    greet(xencon, "web01")
    assert [each for each in before_connect(pool) if each != THIS_HOST] == [LOGIN, FIND_VM, FIND_CONSOLE, "CONNECT"]
    assert_logged_out(pool)


def test_a_connection_that_ends_behind_each_answer(pool, xencon):
    pool.faults.add(sim.Fault("rpc", "connection_close", times=None))
    greet(xencon, "web01")
    assert_logged_out(pool)


@pytest.mark.parametrize("line", ["404 Not Found", "500 Internal Server Error"])
def test_it_is_refused(line, pool, xencon):
    """The record tells why: here, that it is there."""
    pool.faults.add(sim.Fault("connect", "status", line=line))
    said = greet(xencon, "-v", "web01")
    assert before_connect(pool) == [*STRAIGHT, FIND_CONSOLE, "CONNECT"]
    assert "not by the VM's uuid: looking its console up" in said
    assert [asked_for(each) for each in connects(pool)] == [pool.web01.uuid, pool.web01.console("rfb").uuid]


def test_it_is_refused_either_way(pool, xencon):
    """What is said is what the second says; the uuid alone is tried once."""
    pool.faults.add(sim.Fault("connect", "status", line="404 Not Found", times=None))
    done = xencon.run("shot", "web01")
    assert_failed(done, 6, 'the console of "web01" is not there', pool=pool)
    uuids = [asked_for(each) for each in connects(pool)]
    assert uuids.count(pool.web01.uuid) == 1
    assert uuids[0] == pool.web01.uuid
    assert len(uuids) > 1


@pytest.mark.parametrize("line, status, says", [
    ("403 Forbidden", 4, "forbids the console"), ("503 Connection Limit Exceeded", 6, "is taken")])
def test_what_is_no_question_of_where(line, status, says, pool, xencon):
    pool.faults.add(sim.Fault("connect", "status", line=line, times=None))
    assert_failed(xencon.run("shot", "web01"), status, says, pool=pool)
    assert len(connects(pool)) == 1
    assert FIND_CONSOLE not in calls(pool)


def test_there_is_none(pool, xencon):
    """A host has no other word for that than for what passes."""
    pool.add_vm("plain", consoles=("vt100",))
    assert_failed(xencon.run("shot", "plain"), 6, '"plain" has no graphical console', pool=pool)
    assert before_connect(pool) == STRAIGHT


def test_it_is_stopped(pool, xencon):
    pool.web01.shutdown()
    assert_failed(xencon.run("shot", "web01"), 6, '"web01" is halted', pool=pool)
    assert connects(pool) == []


@pytest.mark.parametrize("server", ["socket", "ssh"])
def test_through_a_socket(server, pool, gate, through_ssh, make_xencon, tmp_path):  # noqa: F811
    """A supporter's, too: it says which host it is."""
    if server == "ssh":
        greet(through_ssh, "web01")
        name, host = "web01", pool.hosts[0]
    else:
        path = str(tmp_path / "xapi")
        pool.hosts[1].listen_unix(path)
        greet(make_xencon(pool), "-s", f"unix:{path}", "web02")
        name, host = "web02", pool.hosts[1]
    assert before_connect(pool) == STRAIGHT
    assert connects(pool)[0].host is host
    assert asked_for(connects(pool)[0]) == getattr(pool, name).uuid


def test_another_host_than_the_sockets(pool, gate, through_ssh):  # noqa: F811
    """Known before it is asked for in vain."""
    greet(through_ssh, "web02")
    assert [each.host for each in connects(pool)] == [pool.hosts[1]]


def test_consoles_at_an_address_of_their_own(pool, xencon):
    greet(xencon, "--console-address", "127.0.0.1:1", "web01")
    assert before_connect(pool) == [LOGIN, FIND_VM, FIND_CONSOLE, "CONNECT"]


def test_in_place_of_a_text_console(pool, xencon):
    """Only the consoles tell that there is none; neither they nor the VM are looked up twice."""
    with ptys.Pty() as pty:
        process = pty.start(xencon, "--as", "picture", "--graphics", "blocks", "web01")
        harness.eventually(lambda: connects(pool), "it is asked for")
        assert before_connect(pool) == AS_EVER
        assert asked_for(connects(pool)[0]) == pool.web01.uuid
        harness.kill(process)
        pty.read_rest()
    assert_logged_out(pool)


def test_a_text_console_of_what_will_be_hvm(pool, xencon):
    """A type that was changed while the guest runs is that of its next start."""
    text = pool.add_vm("text", backend=sim.Source(HELLO), domain_type="hvm")
    with ptys.Pty() as pty:
        process = pty.start(xencon, "-q", "text")
        assert pty.read_until(b"web01") == HELLO[:HELLO.index(b"web01") + 5]
        harness.finish(process)
    assert connects(pool)[0].head.startswith(b"CONNECT /console?uuid=" + text.console().uuid.encode())


def test_a_text_console_in_a_terminal(pool, xencon):
    pool.add_vm("text", backend=sim.Source(HELLO))
    with ptys.Pty() as pty:
        process = pty.start(xencon, "text")
        pty.read_rest()
        assert harness.finish(process) == 0
    assert before_connect(pool) == AS_EVER
