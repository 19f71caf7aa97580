# SPDX-License-Identifier: ISC
"""What is wrong before anybody listens: statuses as everywhere, and not a word on stdout."""
import signal

import pytest

import harness
import sim
from listening import is_open, make_pool, network, serve  # noqa: F401
from outcome import assert_failed, assert_logged_out, calls

WAYS = [[], ["--json"], ["--once"], ["--stdio"], ["--viewer=exit"]]


@pytest.fixture(params=WAYS, ids=lambda way: " ".join(way) or "listener")
def fails(request, pool, network, xencon):
    port = network.free_port()

    def run(status, *says, words=("web01",), rows=0, program=xencon):
        done = program.run("vnc", *request.param, *words)
        assert_failed(done, status, *says, pool=pool, rows=rows)
        assert not is_open(port)
        assert "xencon: viewer" not in done.stderr

    return run


def test_no_such_vm(pool, fails):
    pool.add_vm("web02")
    fails(5, 'is called "web01"', 'did you mean "web02"')


def test_several_vms(pool, fails):
    uuids = [pool.add_vm("web01").uuid for _ in range(2)]
    fails(5, *uuids, rows=3)


def test_templates_and_snapshots_are_no_vms(pool, fails):
    pool.add_template("web01")
    pool.add_snapshot(pool.add_vm("other"))
    fails(5, 'is called "web01"')


@pytest.mark.parametrize("state", ["Halted", "Suspended"])
def test_a_vm_that_does_not_run(state, pool, fails):
    pool.add_vm("web01", power_state=state)
    fails(6, f'"web01" is {state.lower()}')


def test_a_vm_without_a_picture(pool, fails):
    pool.add_vm("web01", consoles=("vt100",))
    fails(6, '"web01" has no graphical console', "xencon console ")


def test_a_vm_without_any_console(pool, fails):
    pool.add_vm("web01", consoles=())
    fails(6, '"web01"')


def test_a_wrong_password(pool, make_xencon, fails):
    pool.add_vm("web01")
    fails(4, "wrong user name or password", program=make_xencon(pool, password="wrong"))


def test_no_password(pool, make_xencon, fails):
    pool.add_vm("web01")
    fails(4, "no password", "--password-file", program=make_xencon(pool, password=None))


def test_a_server_that_is_not_trusted(pool, make_xencon, fails):
    pool.add_vm("web01")
    fails(3, pool.coordinator.fingerprint, program=make_xencon(pool, trust=False))
    assert calls(pool) == []


def test_a_server_that_cannot_be_reached(pool, fails):
    pool.coordinator.stop()
    fails(3, "Connection refused")


def test_no_vm_is_named(fails):
    fails(2, "no VM is named", words=())


def test_one_word_too_many(pool, fails):
    fails(2, '"web02"', words=("web01", "web02"))


@pytest.mark.parametrize("words", [("-e^A",), ("--log", "x"), ("--timestamps",), ("--idle", "1")])
def test_options_of_text_consoles(words, pool, fails):
    fails(2, "xencon vnc takes no", words=(*words, "web01"))


@pytest.mark.parametrize("words", [
    ("--listen=0",), ("--viewer",), ("--once",), ("--any-user",), ("--max-viewers=2",),
    ("--json",)])
def test_options_of_pictures(words, pool, xencon):
    done = xencon.run("console", *words, "web01")
    assert_failed(done, 2, f"xencon console takes no {words[0].partition('=')[0]}")
    assert pool.connections == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("method", [
    "session.login_with_password", "VM.get_all_records_where", "console.get_all_records_where"])
def test_a_signal_on_the_way(method, number, pool, serve):
    pool.add_vm("web01")
    pool.faults.add(sim.Fault("rpc", "delay", seconds=0.5, method=method))
    listener = serve(wait=False)
    assert pool.journal.wait(lambda: method in calls(pool), harness.PATIENCE)
    assert listener.end(number) in (0, 128 + number)
    assert listener.line() == ""
    assert listener.said() == ""
    assert_logged_out(pool)
    assert calls(pool).count("session.logout") == 1
