# SPDX-License-Identifier: ISC
"""Several servers: tried in turn until one can be had, and all of them of one and the same pool."""
import contextlib
import os
import signal
import socket
import ssl
import stat
import threading
import time

import pexpect
import pytest

import sim

import harness
import trusting
from outcome import HELLO, assert_failed, assert_logged_out, assert_served, calls
from trusting import name, quiet

LOGIN = "session.login_with_password"
CLOSED = "127.0.0.1:1"
OTHER = "00000000-0000-4000-8000-000000000001"


@pytest.fixture
def pool(make_pool):
    made = make_pool(hosts=2)
    made.add_vm("web01", backend=sim.Source(HELLO))
    return made


@pytest.fixture
def file(tmp_path):
    return trusting.state_folder(tmp_path) / "pools"


@pytest.fixture
def hung():
    """A port that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


def on(xencon, *servers):
    xencon.env["XENCON_SERVER"] = ",".join(each if isinstance(each, str) else name(each)
                                           for each in servers)
    return xencon


def assert_no_holes(text):
    """Messages without a cause have no place left for one."""
    assert ": ;" not in text
    assert ": :" not in text
    assert "()" not in text


def not_before(pool, fault):
    """The coordinator does not overtake the host that the fault waits at."""
    pool.faults.add(sim.Fault("tls", "delay", host=pool.coordinator, until=lambda: fault.used))
    return fault


def eject(pool, host, make_pool):
    """The host is coordinator of a pool of its own from now on, with a VM of the same name; it
    keeps certificate and address."""
    certificate = host.certificate
    host.stop()
    own = make_pool(addresses=[host.address], port=host.port)
    own.coordinator.show(certificate)
    own.add_vm("web01", backend=sim.Source(b"the wrong machine"))
    return own


@pytest.mark.parametrize("before", [1, 3])
def test_closed_ports_before_it(before, pool, make_xencon):
    closed = [f"127.0.0.1:{number + 1}" for number in range(before)]
    done = quiet(on(make_xencon(pool), *closed, pool.coordinator), "web01")
    assert_served(done, pool)
    for server in closed:
        assert server in done.stderr
    assert_no_holes(done.stderr)


def test_quiet_about_those_before_it(pool, make_xencon):
    done = quiet(on(make_xencon(pool), CLOSED, pool.coordinator), "-q", "web01")
    assert_served(done, pool)
    assert done.stderr == ""


def test_the_first_is_enough(pool, make_xencon):
    done = quiet(on(make_xencon(pool), pool.coordinator, CLOSED), "web01")
    assert_served(done, pool)
    assert CLOSED not in done.stderr


def test_one_that_hangs_before_it(hung, pool, make_xencon):
    """It is not waited for: the next one starts beside it."""
    done = quiet(on(make_xencon(pool), hung, pool.coordinator), "--connect-timeout", "600", "web01")
    assert_served(done, pool)
    assert f"{hung} has not answered yet; trying {name(pool.coordinator)}" in done.stderr
    assert_no_holes(done.stderr)


def answer_while_it_is_stopped(listener, certificate, process):
    """Shakes hands with a process that sees nothing of that until its next server is due; then ends."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(certificate.cert_file, certificate.key_file)
    said, heard = ssl.MemoryBIO(), ssl.MemoryBIO()
    connection, _ = listener.accept()
    # On a busy machine the other may have won before that: then there is nothing to see.
    with connection, contextlib.suppress(OSError):
        said.write(connection.recv(65536))
        process.send_signal(signal.SIGSTOP)
        with pytest.raises(ssl.SSLWantReadError):
            context.wrap_bio(said, heard, server_side=True).do_handshake()
        connection.sendall(heard.read())
        time.sleep(.4)
        process.send_signal(signal.SIGCONT)
        connection.recv(65536)


def test_one_that_has_answered_is_not_said_to_have_not(pool, make_xencon):
    """Both its answer and the time of the next one have come when the program is woken."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = f"127.0.0.1:{listener.getsockname()[1]}"
        process = on(make_xencon(pool), server, pool.coordinator).start("-v", "web01")
        answer_while_it_is_stopped(listener, pool.coordinator.certificate, process)
    _, said = process.communicate(timeout=harness.PATIENCE)
    shaken, behind = f"with {server}", f"{server} has not answered yet"
    assert process.returncode == 0
    assert behind not in said.decode().partition(shaken)[2]


def test_many_that_hang_before_it(hung, pool, make_xencon):
    done = quiet(on(make_xencon(pool), *[hung] * 6, pool.coordinator), "--connect-timeout", "600",
                 "web01")
    assert_served(done, pool)


def test_all_that_hang_are_given_up_together(hung, pool, make_xencon):
    done = quiet(on(make_xencon(pool), hung, hung, hung), "--connect-timeout", "1", "web01")
    assert_failed(done, 3, f"no TLS answer from {hung} within 1 s")
    assert len(done.stderr.splitlines()) <= 4


def test_one_that_comes_late_is_told_nothing(pool, make_xencon):
    """Who is overtaken in the handshake gets no request, and no password."""
    late = pool.faults.add(sim.Fault("tls", "delay", seconds=2, host=pool.hosts[1]))
    xencon = on(make_xencon(pool), pool.hosts[1], pool.coordinator)
    assert_served(quiet(xencon, "web01"), pool)
    assert late.used == 1
    assert {request.host for request in pool.requests} == {pool.coordinator}


def test_the_one_that_answered_last_is_tried_first(pool, make_xencon, file):
    servers = file.parent / "servers"
    xencon = on(make_xencon(pool), CLOSED, pool.coordinator)
    assert CLOSED in quiet(xencon, "web01").stderr
    assert servers.read_text() == f"{name(pool.coordinator)} {xencon.env['XENCON_SERVER']}\n"
    before = servers.stat().st_mtime_ns
    done = quiet(xencon, "web01")
    assert_served(done, pool)
    assert CLOSED not in done.stderr
    assert servers.stat().st_mtime_ns == before
    servers.write_text(f"{CLOSED} other\nnonsense\n{CLOSED} {xencon.env['XENCON_SERVER']}")
    assert CLOSED in quiet(xencon, "web01").stderr
    assert servers.read_text() == (f"{CLOSED} other\nnonsense\n"
                                   f"{name(pool.coordinator)} {xencon.env['XENCON_SERVER']}\n")


@pytest.mark.parametrize("fault", [
    sim.Fault("rpc", "status", line="503 Service Unavailable"), sim.Fault("rpc", "not_json"),
    sim.Fault("rpc", "garble")], ids=["503", "no JSON", "no HTTP"])
def test_what_answers_as_no_xapi_does(fault, pool, make_xencon):
    waiting = not_before(pool, pool.faults.add(
        sim.Fault(fault.stage, fault.action, host=pool.hosts[1],
                  **({"line": fault.get("line")} if fault.get("line") else {}))))
    done = quiet(on(make_xencon(pool), pool.hosts[1], pool.coordinator), "web01")
    assert_served(done, pool)
    assert waiting.used == 1
    assert name(pool.hosts[1]) in done.stderr


@pytest.mark.parametrize("fault", [
    sim.Fault("rpc", "error", code="HOST_STILL_BOOTING"), sim.Fault("rpc", "stall"),
    sim.Fault("rpc", "close"), sim.Fault("rpc", "reset"), sim.Fault("tls", "reset"),
    sim.Fault("accept", "close"),
], ids=["booting", "hangs", "ends", "breaks", "breaks in TLS", "ends at once"])
def test_one_that_is_not_to_be_had_before_it(fault, pool, make_xencon):
    code = {"code": fault.get("code")} if fault.action == "error" else {}
    waiting = not_before(pool, pool.faults.add(
        sim.Fault(fault.stage, fault.action, host=pool.hosts[1], **code)))
    xencon = on(make_xencon(pool), pool.hosts[1], pool.coordinator)
    done = quiet(xencon, "--connect-timeout", "2" if fault.action == "stall" else "60", "web01")
    assert_served(done, pool)
    assert waiting.used == 1
    assert name(pool.hosts[1]) in done.stderr
    assert_no_holes(done.stderr)


def test_a_supporter_whose_coordinator_is_gone(pool, make_xencon, make_pool):
    """The next may be the new coordinator."""
    three = make_pool(hosts=3)
    three.add_vm("web01", host=three.hosts[2], backend=sim.Source(HELLO))
    three.faults.add(sim.Fault("rpc", "error", times=None, code="HOST_IS_SLAVE", method=LOGIN,
                               params=(three.hosts[0].address,), host=three.hosts[1]))
    three.elect(three.hosts[2])
    three.hosts[0].stop()
    done = quiet(on(make_xencon(three), three.hosts[1], three.hosts[2]), "web01")
    assert_served(done, three)


def test_blanks_between_them(pool, make_xencon):
    done = quiet(make_xencon(pool), "-s", f"{CLOSED}, {name(pool.coordinator)}", "web01")
    assert_served(done, pool)


def test_none_is_to_be_had(pool, make_xencon):
    done = quiet(on(make_xencon(pool), CLOSED, "127.0.0.1:2", "127.0.0.1:3"), "web01")
    assert_failed(done, 3, CLOSED, "127.0.0.1:2", "127.0.0.1:3")
    assert_no_holes(done.stderr)


@pytest.mark.parametrize("first", ["password", "role"])
def test_a_refusal_is_an_answer(first, pool, make_xencon):
    """A wrong password is as wrong at the next one, and is not tried there."""
    xencon = on(make_xencon(pool), pool.coordinator, pool.hosts[1])
    if first == "password":
        xencon.env["XENCON_PASSWORD"] = "hunter2"
    else:
        pool.faults.add(sim.Fault("rpc", "error", code="SESSION_AUTHORIZATION_FAILED",
                                  params=("root", "no role"), method=LOGIN))
    assert_failed(quiet(xencon, "web01"), 4, pool=pool, password="hunter2")
    assert len(pool.connections) == 1


def test_a_prompt_goes_on_to_the_next_as_well(pool, make_xencon):
    """The password that was typed for one that is still starting up serves for the next."""
    waiting = pool.faults.add(sim.Fault("rpc", "error", code="HOST_STILL_BOOTING",
                                        host=pool.hosts[1]))
    xencon = on(make_xencon(pool, password=None), pool.hosts[1], pool.coordinator)
    terminal = xencon.terminal("web01")
    terminal.expect_exact(b"'s password: ")
    terminal.send(b"secret\r")
    index = terminal.expect_exact([HELLO, b"'s password: ", pexpect.EOF])
    if index == 1:
        terminal.send(b"secret\r")
        terminal.expect_exact(HELLO)
    assert waiting.used == 1
    assert index < 2, terminal.before
    assert terminal.finish() == 0


def test_a_prompt_names_the_one_that_answers(pool, make_xencon):
    xencon = on(make_xencon(pool, password=None), CLOSED, pool.coordinator)
    terminal = xencon.terminal("web01")
    terminal.expect_exact(f"root@{name(pool.coordinator)}'s password: ")
    terminal.send(b"secret\r")
    terminal.expect_exact(HELLO)
    assert terminal.finish() == 0


@pytest.mark.parametrize("text", [",", "{a},", ",{a}", "{a},,{a}", "{a};{a}",
                                  ",".join(["{a}"] * 100), "{a},https://", "{a}," + "h" * 300])
def test_what_is_no_list(text, pool, make_xencon):
    done = quiet(make_xencon(pool), "-s", text.replace("{a}", name(pool.coordinator)), "web01")
    assert_failed(done, 2)
    assert not pool.connections


def test_the_pool_is_kept(pool, make_xencon, file):
    xencon = on(make_xencon(pool), pool.coordinator, pool.hosts[1])
    assert_served(quiet(xencon, "web01"), pool)
    assert file.read_text() == f"{pool.uuid} {xencon.env['XENCON_SERVER']}\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = file.stat()
    assert_served(quiet(xencon, "web01"), pool)
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_one_server_needs_no_memory(pool, make_xencon, file):
    assert_served(quiet(make_xencon(pool), "web01"), pool)
    asked = [request.method or request.kind for request in pool.requests]
    assert "pool.get_all_records" not in asked[:asked.index("CONNECT")]
    assert not file.exists()


def test_a_host_that_was_ejected(pool, make_xencon, make_pool, file):
    """It can be reached, and is trusted, and is not meant any more."""
    xencon = on(make_xencon(pool), pool.hosts[1], pool.coordinator)
    assert_served(quiet(xencon, "web01"), pool)
    before = file.read_bytes()
    own = eject(pool, pool.hosts[1], make_pool)
    for _ in range(2):
        done = quiet(xencon, "web01")
        assert_failed(done, 3, name(own.coordinator), "another pool", own.uuid, pool.uuid,
                      str(file), pool=own)
        assert "VM.get_all_records_where" not in [request.method for request in own.requests]
    assert file.read_bytes() == before


def test_one_of_another_pool_is_not_tried_first_the_next_time(pool, make_xencon, make_pool, file):
    """It answered last; the one that did not may be there again."""
    xencon = on(make_xencon(pool), pool.coordinator, pool.hosts[1])
    pool.hosts[1].network("refuse")
    assert_served(quiet(xencon, "web01"), pool)
    own = eject(pool, pool.hosts[1], make_pool)
    pool.coordinator.network("refuse")
    assert_failed(quiet(xencon, "web01"), 3, "another pool", pool=own)
    assert not (file.parent / "servers").exists()


def test_the_pool_is_compared_before_anybody_looks(pool, make_xencon, make_pool):
    """Also where the server was still starting when it was asked which pool it is, and is tried again."""
    xencon = on(make_xencon(pool), pool.hosts[1], pool.coordinator)
    assert_served(quiet(xencon, "web01"), pool)
    own = eject(pool, pool.hosts[1], make_pool)
    pool.coordinator.network("refuse")
    own.faults.add(sim.Fault("rpc", "error", code="HOST_STILL_BOOTING", method="pool.get_all_records"))
    done = quiet(xencon, "--wait", "web01")
    assert_failed(done, 3, "still starting up", "another pool", pool=own)
    assert "VM.get_all_records_where" not in calls(own)


def test_the_hint_can_be_followed(pool, make_xencon, make_pool, file):
    xencon = on(make_xencon(pool), pool.hosts[1], pool.coordinator)
    assert_served(quiet(xencon, "web01"), pool)
    own = eject(pool, pool.hosts[1], make_pool)
    file.write_text("")
    done = quiet(xencon, "web01")
    assert (done.stdout, done.returncode) == (b"the wrong machine", 0), done.stderr
    assert file.read_text().startswith(own.uuid)


def test_another_list_is_another_memory(pool, make_xencon, make_pool, file):
    assert_served(quiet(on(make_xencon(pool), pool.hosts[1], pool.coordinator), "web01"), pool)
    own = eject(pool, pool.hosts[1], make_pool)
    done = quiet(on(make_xencon(pool), own.coordinator, CLOSED), "web01")
    assert (done.stdout, done.returncode) == (b"the wrong machine", 0), done.stderr
    assert len(file.read_text().splitlines()) == 2


def test_a_profile_has_one_memory_however_its_list_is_changed(pool, make_xencon, make_pool, file,
                                                              tmp_path):
    config = tmp_path / "config"
    xencon = make_xencon(pool)
    del xencon.env["XENCON_SERVER"]
    profile = "[lab]\nserver = {},{}\n"
    config.write_text(profile.format(name(pool.hosts[1]), name(pool.coordinator)))
    options = ["--config", config, "-P", "lab", "web01"]
    assert_served(quiet(xencon, *options), pool)
    assert file.read_text() == f"{pool.uuid} lab\n"
    own = eject(pool, pool.hosts[1], make_pool)
    config.write_text(profile.format(name(own.coordinator), CLOSED))
    assert_failed(quiet(xencon, *options), 3, "another pool", '"lab"', pool=own)


@pytest.mark.parametrize("text", [
    "# mine\nnonsense\n\n{uuid} {key}\n", "{uuid} {key}",
    "{other} x{key}\n{other} {key}x\n{uuid} {key}\n{other} {key}"], ids=range(3))
def test_a_file_by_hand(text, pool, make_xencon, file):
    xencon = on(make_xencon(pool), pool.coordinator, pool.hosts[1])
    text = text.format(uuid=pool.uuid, other=OTHER, key=xencon.env["XENCON_SERVER"])
    file.parent.mkdir(parents=True)
    file.write_text(text)
    assert_served(quiet(xencon, "web01"), pool)
    assert file.read_text() == text


def test_what_others_wrote_is_kept(pool, make_xencon, file):
    xencon = on(make_xencon(pool), pool.coordinator, pool.hosts[1])
    file.parent.mkdir(parents=True)
    file.write_text(f"# mine\n{OTHER} another")
    assert_served(quiet(xencon, "web01"), pool)
    assert file.read_text() == (f"# mine\n{OTHER} another\n"
                                f"{pool.uuid} {xencon.env['XENCON_SERVER']}\n")


def test_many_at_once_lose_nothing(pool, make_xencon, file):
    xencon = make_xencon(pool)
    lists = [f"{name(pool.coordinator)},127.0.0.1:{number + 1}" for number in range(8)]
    running = [xencon.start("-q", "-s", each, "web01", stdin=None) for each in lists]
    for process in running:
        _, said = process.communicate(timeout=harness.PATIENCE)
        assert process.returncode == 0, said
    assert sorted(file.read_text().splitlines()) == sorted(f"{pool.uuid} {each}" for each in lists)


def test_a_memory_that_cannot_be_kept(pool, make_xencon, file):
    """Better no console than one of another pool, one day; and it says why."""
    file.parent.parent.mkdir(parents=True)
    file.parent.write_text("a file where the folder would be")
    done = quiet(on(make_xencon(pool), pool.coordinator, pool.hosts[1]), "web01")
    assert_failed(done, 1, os.fspath(file.parent), pool=pool)


def test_a_uuid_that_is_none(pool, make_xencon, file):
    pool.faults.add(sim.Fault("rpc", "replace", method="pool.get_all_records", data=answer(
        b'{"jsonrpc":"2.0","id":2,"result":{"OpaqueRef:1":{"uuid":"x\\ny z"}}}')))
    xencon = on(make_xencon(pool), pool.coordinator, pool.hosts[1])
    assert_failed(quiet(xencon, "web01"), 1, "uuid", pool=pool)
    assert not file.exists() or file.read_text() == ""


def answer(body):
    return b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)


class Twice(sim.Backend):
    """Its first console ends as soon as that is wanted."""

    def __init__(self):
        super().__init__()
        self.ends = threading.Event()
        self.served = 0

    def serve(self, sock):
        self.served += 1
        sock.sendall(HELLO)
        if self.served == 1:
            self.ends.wait(harness.PATIENCE)
        else:
            sim.Sink().serve(sock)


def test_no_session_is_left_whose_pool_was_not_heard(pool, xencon):
    """The server breaks off behind the login; by another the pool is found all the same."""
    guest = Twice()
    pool.add_vm("web02", backend=guest)
    process = on(xencon, *pool.hosts).start("--reconnect", "web02")
    assert process.stdout.read(len(HELLO)) == HELLO
    assert_logged_out(pool)
    pool.faults.add(sim.Fault("rpc", "reset", method="pool.get_all_records", times=2))
    guest.ends.set()
    assert process.stdout.read(len(HELLO)) == HELLO
    assert_logged_out(pool)
