# SPDX-License-Identifier: ISC
"""A server that is not there, says nothing, breaks off or says too much, at every stage."""
import pathlib
import resource
import socket

import pytest

import sim
from sim import ports

import harness
from outcome import assert_failed

LOGIN = "session.login_with_password"
TIMEOUT = ["--connect-timeout", "1"]

# What is spoilt, whether there may be a session whose reference never reached us, and the timeout.
STAGES = {
    "accept": ({"stage": "accept"}, False, 1),
    "tls": ({"stage": "tls"}, False, 1),
    "login": ({"stage": "rpc", "method": LOGIN}, True, 6),
    "vm": ({"stage": "rpc", "method": "VM.get_all_records_where"}, False, 1),
    "consoles": ({"stage": "rpc", "method": "console.get_all_records_where"}, False, 1),
    "connect": ({"stage": "connect"}, False, 1),
}
SILENT = ("stall", "silence")
HANDSHAKES = ("accept", "tls")

# A body of 128 MiB is held twice while its memory grows, and read as JSON.
MEMORY_MAX = 400 << 20
SANITIZED = b"__asan_init" in pathlib.Path(harness.BINARY).read_bytes()


@pytest.fixture
def spoil(pool):
    pool.add_vm("web01", backend=sim.Source(b"never seen"))

    def add(stage, action, **params):
        where = STAGES[stage][0]
        return pool.faults.add(sim.Fault(action=action, times=None, **where, **params))
    return add


def assert_unreachable(done, stage, pool, *says):
    kept = pool if not STAGES[stage][1] else None
    assert_failed(done, 3, f"127.0.0.1:{pool.coordinator.port}", *says, pool=kept)


@pytest.mark.parametrize("action", SILENT)
@pytest.mark.parametrize("stage", STAGES)
def test_a_server_that_says_nothing(stage, action, pool, xencon, spoil):
    spoil(stage, action)
    done = xencon.run(*TIMEOUT, "web01")
    what = "no TLS answer from" if stage in HANDSHAKES else "no answer from"
    assert_unreachable(done, stage, pool, what, f"within {STAGES[stage][2]} s")


@pytest.mark.parametrize("stage", STAGES)
def test_a_server_that_resets(stage, pool, xencon, spoil):
    spoil(stage, "reset")
    assert_unreachable(xencon.run("web01"), stage, pool, "Connection reset by peer")


@pytest.mark.parametrize("clean", [True, False], ids=["close_notify", "bare"])
@pytest.mark.parametrize("stage", STAGES)
def test_a_server_that_closes(stage, clean, pool, xencon, spoil):
    spoil(stage, "close", clean=clean)
    says = "it closed the connection" if stage in HANDSHAKES else "closed the connection without"
    assert_unreachable(xencon.run("web01"), stage, pool, says)


@pytest.mark.parametrize("at", [1, 12, 40])
@pytest.mark.parametrize("stage", list(STAGES)[1:])
def test_a_server_that_breaks_off(stage, at, pool, xencon, spoil):
    spoil(stage, "truncate", at=at)
    says = "it closed the connection" if stage in HANDSHAKES else "closed the connection amid"
    assert_unreachable(xencon.run("web01"), stage, pool, says)


@pytest.mark.parametrize("stage", ["login", "vm", "consoles"])
def test_a_body_that_breaks_off(stage, pool, xencon, spoil):
    spoil(stage, "truncate", at=-1)
    assert_unreachable(xencon.run("web01"), stage, pool, "closed the connection amid its answer")


@pytest.mark.parametrize("stage", list(STAGES)[2:])
def test_a_lost_answer_is_not_asked_for_for_ever(stage, xencon, spoil):
    """A query may be sent a second time, on a new connection. A login makes a session each time."""
    fault = spoil(stage, "close")
    xencon.run("web01")
    assert fault.used == 1 if stage == "login" else fault.used <= 2


@pytest.mark.parametrize("stage", ["vm", "consoles"])
def test_an_idle_connection_that_was_closed_is_opened_anew(stage, xencon, spoil):
    spoil(stage, "close").times = 1
    done = xencon.run("-q", "web01")
    assert (done.stdout, done.stderr, done.returncode) == (b"never seen", "", 0)


@pytest.mark.parametrize("data", [sim.faults.NOISE, b"SSH-2.0-OpenSSH_9.2\r\n", b"\x00" * 64,
                                  b"<html>hello</html>"], ids=["noise", "ssh", "NULs", "html"])
@pytest.mark.parametrize("stage", STAGES)
def test_garbage(stage, data, pool, xencon, spoil):
    spoil(stage, "garble", data=data)
    done = xencon.run("web01")
    if stage in HANDSHAKES:
        assert_unreachable(done, stage, pool, "no TLS connection with", "does not speak TLS",
                           f"http://127.0.0.1:{pool.coordinator.port}")
    else:
        assert_failed(done, 1, f"127.0.0.1:{pool.coordinator.port}", "not HTTP")


OVERSIZE = {
    "a head without end": ({"part": "head"}, "its head does not end"),
    "a head of 100 kB": ({"part": "head", "size": 100_000}, "its head does not end"),
    "a body of 200 MB announced": ({"part": "body", "size": 200_000_000}, "200000000 bytes"),
    "a length that is a lie": ({"part": "length", "size": 10 ** 15}, f"{10 ** 15} bytes"),
    "a length of 20 digits": ({"part": "length", "size": 10 ** 19}, "Content-Length"),
    "a body without end": ({"part": "body"}, " MiB"),
}


def limit_memory():
    """Runs in the child. A sanitizer's own memory is beyond any such limit."""
    if not SANITIZED:
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_MAX, MEMORY_MAX))


@pytest.mark.parametrize("stage", ["login", "vm", "consoles"])
@pytest.mark.parametrize("params, says", OVERSIZE.values(), ids=OVERSIZE.keys())
def test_too_much(params, says, stage, pool, xencon, spoil):
    spoil(stage, "oversize", **params)
    done = xencon.run("web01", preexec_fn=limit_memory)
    assert_failed(done, 1, f"127.0.0.1:{pool.coordinator.port}", says)


@pytest.mark.parametrize("params", [params for params, _ in OVERSIZE.values()], ids=OVERSIZE.keys())
def test_too_much_in_a_refusal(params, pool, xencon, spoil):
    """The status has been understood by then, and that is what counts."""
    spoil("connect", "oversize", line="403 Forbidden", **params)
    done = xencon.run(*TIMEOUT, "web01")
    unreadable = params["part"] == "head" or params.get("size", 0) > 10 ** 18
    status, says = (1, "not HTTP") if unreadable else (4, "forbids the console of \"web01\"")
    assert_failed(done, status, says, pool=pool)


def test_an_answer_that_drips_is_an_answer(pool, xencon):
    pool.add_vm("web01", backend=sim.Source(b"hello"))
    pool.faults.add(sim.Fault("rpc", "split", method=LOGIN, every=5, pause=0.01))
    pool.faults.add(sim.Fault("tls", "drip"))
    assert xencon.run("-q", "web01").stdout == b"hello"


def test_a_trickle_ends(make_pool, make_xencon):
    """Each byte that comes in time does not make an answer that never ends an answer in time."""
    pool = make_pool(tls=False)
    pool.faults.add(sim.Fault("rpc", "split", method=LOGIN, every=1, pause=0.5))
    done = make_xencon(pool).run(*TIMEOUT, "web01")
    assert_failed(done, 3, "no answer from", f"127.0.0.1:{pool.coordinator.port}")


@pytest.fixture
def closed_port():
    """An address at which nobody listens and that nobody else can take meanwhile."""
    with ports.Held() as taken:
        yield str(taken)


def test_nobody_listens(xencon, closed_port):
    done = xencon.run("-s", closed_port, "web01")
    assert_failed(done, 3, f"cannot connect to {closed_port}: Connection refused")


def test_nobody_accepts(xencon):
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        name = "127.0.0.1:%d" % full.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(full.getsockname())
        done = xencon.run(*TIMEOUT, "-s", name, "web01")
        for each in waiting:
            each.close()
    assert_failed(done, 3, f"no answer from {name} within 1 s")


@pytest.mark.parametrize("name", ["no-such-host.invalid", "xn--.invalid"])
def test_a_name_that_has_no_address(name, xencon):
    done = xencon.run(*TIMEOUT, "-s", name, "web01")
    assert_failed(done, 3, f"cannot find the address of \"{name}\"")


@pytest.mark.parametrize("option, server", [("-4", "[::1]:9"), ("-6", "127.0.0.1:9")])
def test_an_address_of_the_other_family(option, server, xencon):
    done = xencon.run(option, "-s", server, "web01")
    assert_failed(done, 3, "cannot find the address", f"only IPv{option[1]} was asked for")


@pytest.mark.parametrize("path, says", [("nothing", "No such file"), ("file", "refused")])
def test_a_socket_that_is_not_there(path, says, xencon, tmp_path):
    (tmp_path / "file").touch()
    done = xencon.run("-s", f"unix:{tmp_path / path}", "web01")
    assert_failed(done, 3, f"cannot connect to \"{tmp_path / path}\"", says)


def test_the_socket_inside_dom0(pool, make_xencon, tmp_path):
    """Nobody asks for a password there, and consoles are behind the same socket."""
    pool.coordinator.listen_unix(tmp_path / "xapi")
    pool.add_vm("web01", backend=sim.Source(b"hello"))
    xencon = make_xencon(pool, password=None)
    done = xencon.run("-s", f"unix:{tmp_path / 'xapi'}", "web01", start_new_session=True)
    assert done.stdout == b"hello"
    assert done.returncode == 0
    connect, = [request for request in pool.requests if request.kind == "CONNECT"]
    assert connect.connection_id == pool.requests[0].connection_id
