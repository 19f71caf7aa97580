# SPDX-License-Identifier: ISC
"""A coordinator that is dead, or whose toolstack starts: who named it is said, and nobody is waited for."""
import signal
import time

import pytest

import guests
import harness
import sim
from outcome import assert_failed, assert_logged_out, await_call, calls


@pytest.fixture
def pool(make_pool):
    return make_pool(hosts=2)


@pytest.mark.parametrize("front", ["handshake", "after", "reset"])
def test_a_supporter_names_a_dead_one(front, pool, xencon):
    guests.add(pool, host=pool.hosts[1])
    pool.kill_coordinator(front=front)
    done = xencon.run("--server", pool.hosts[1].url, "web01", env={"XENCON_SERVER": pool.hosts[1].url})
    assert_failed(done, 3, f"the pool's coordinator {pool.hosts[0].address}", "named by",
                  "does not answer", "administrator must choose another")
    assert "no TLS connection with" not in done.stderr.splitlines()[0].split(":")[1]


@pytest.mark.parametrize("front", ["after", "reset"])
def test_nothing_behind_the_front_end(front, pool, xencon):
    """Whether the end is seen when the request is sent, or when its answer is awaited."""
    pool.kill_coordinator(front=front)
    for _ in range(5):
        assert_failed(xencon.run("web01"), 3, "its toolstack does not answer yet; perhaps it is starting")


@pytest.mark.parametrize("first", ["eof", "reset"])
def test_a_toolstack_that_starts(first, pool, xencon):
    vm = guests.add(pool).vm
    course = pool.restart(pool.coordinator, first=first).to("starting")
    done = xencon.run("web01")
    assert_failed(done, 3, "its toolstack does not answer yet; perhaps it is starting")
    process = xencon.start("--wait", "web01")
    process.stderr.readline()
    course.finish()
    assert process.stdout.readline() == f"guest {vm.domid}\r\n".encode()
    harness.kill(process)
    harness.finish(process)
    assert_logged_out(pool)


def lost_with_it(pool, xencon):
    """A guest of the supporter whose console was lost, and nobody is there to be asked for it."""
    vm = guests.add(pool, host=pool.hosts[1]).vm
    terminal = xencon.terminal("--reconnect", "web01")
    terminal.expect(f"guest {vm.domid}\r\n")
    assert_logged_out(pool)
    pool.kill_coordinator()
    vm.end_tunnels()
    terminal.expect(harness.TRYING_ON)
    return vm, terminal


def test_the_console_goes_on_and_leaving_is_quick(pool, xencon):
    """The tunnel to a supporter stands; the pool cannot be asked for anything any more."""
    _, terminal = lost_with_it(pool, xencon)
    assert terminal.quit() == 0
    assert terminal.settings() == terminal.found


def test_another_takes_over(pool, xencon):
    """The address that was given is dead for good: the pool's other hosts were learnt while it was up."""
    vm, terminal = lost_with_it(pool, xencon)
    pool.emergency_transition(pool.hosts[1]).finish()
    terminal.expect("the pool's coordinator is .* now")
    terminal.expect(f"guest {vm.domid}\r\n")
    assert terminal.quit() == 0
    assert_logged_out(pool)


def test_an_ejected_host_is_not_believed(make_pool, make_xencon):
    """It answers, and is another pool by then: nobody looks for a machine there, and no session is left."""
    pool = make_pool(hosts=3)
    vm = guests.add(pool, host=pool.hosts[1]).vm
    terminal = make_xencon(pool).terminal("--reconnect", "web01")
    terminal.expect(f"guest {vm.domid}\r\n")
    assert_logged_out(pool)
    own = pool.eject(pool.hosts[2])
    pool.kill_coordinator()
    vm.end_tunnels()
    terminal.expect(harness.TRYING_ON)
    harness.eventually(lambda: calls(pool).count("pool.get_all_records") >= 3, "it is asked which pool it is")
    harness.eventually(lambda: not own.sessions, "nothing is left there")
    assert terminal.quit() == 0
    assert not own.sessions


@pytest.mark.parametrize("away", [False, True], ids=["the others are there", "they are away for a while"])
def test_the_host_that_was_named_is_ejected(away, make_pool, make_xencon):
    """The machine is where it was: the pool is found by its other hosts."""
    pool = make_pool(hosts=2)
    vm = guests.add(pool).vm
    xencon = make_xencon(pool)
    terminal = xencon.terminal("--reconnect", "web01", env={"XENCON_SERVER": pool.hosts[1].url})
    terminal.expect(f"guest {vm.domid}\r\n")
    assert_logged_out(pool)
    own = pool.eject(pool.hosts[1])
    if away:
        pool.coordinator.network("reset")
        terminal.expect(harness.TRYING_ON)
        pool.coordinator.network("up")
    else:
        vm.begin("hard_reboot").finish()
    terminal.expect(f"guest {vm.domid}\r\n")
    assert terminal.quit() == 0
    assert_logged_out(pool)
    assert not own.sessions


def test_one_of_those_that_were_named_is_ejected(make_pool, make_xencon):
    """The only one of them that answers: the pool is found by the hosts that were learnt."""
    pool = make_pool(hosts=2)
    vm = guests.add(pool).vm
    xencon = make_xencon(pool)
    terminal = xencon.terminal("--reconnect", "web01", env={"XENCON_SERVER": f"{pool.hosts[1].url},127.0.0.1:1"})
    terminal.expect(f"guest {vm.domid}\r\n")
    assert_logged_out(pool)
    own = pool.eject(pool.hosts[1])
    vm.begin("hard_reboot").finish()
    terminal.expect(f"guest {vm.domid}\r\n")
    assert terminal.quit() == 0
    assert_logged_out(pool)
    assert not own.sessions


def stalled(call):
    return sim.Fault("connect", "stall") if call == "CONNECT" else sim.Fault("rpc", "stall", method=call)


@pytest.mark.parametrize("call", ["VM.get_all_records_where", "console.get_all_records_where", "CONNECT"])
def test_the_coordinator_falls_silent(call, pool, xencon):
    """Each step has its deadline, names who did not answer, and says why that may be; nobody waits to log out."""
    guests.add(pool)
    pool.faults.add(stalled(call))
    done = xencon.run("-v", "--connect-timeout", "1", "web01")
    assert done.returncode == 3
    assert f"no answer from 127.0.0.1:{pool.coordinator.port} within 1 s" in done.stderr
    assert "it was the pool's coordinator when we logged in; if it is down" in done.stderr
    assert "not logged out: the server does not answer" in done.stderr
    assert_logged_out(pool)


def test_a_coordinator_that_a_supporter_named_falls_silent(pool, xencon):
    """It is no supporter, though it is not the host that the user named."""
    guests.add(pool)
    pool.faults.add(sim.Fault("connect", "stall"))
    done = xencon.run("--connect-timeout", "1", "web01", env={"XENCON_SERVER": pool.hosts[1].url})
    assert_failed(done, 3, f"no answer from 127.0.0.1:{pool.coordinator.port} within 1 s",
                  "it was the pool's coordinator when we logged in", pool=pool)
    assert "supporter" not in done.stderr


@pytest.fixture
def hanging(pool):
    """A VM on a supporter that cannot ask its coordinator for the session."""
    guest = guests.add(pool, host=pool.hosts[1])
    pool.hosts[1].life.set(hangs=True)
    return guest


def test_connect_hangs_at_a_supporter(hanging, pool, xencon):
    there = pool.hosts[1]
    done = xencon.run("--connect-timeout", "1", "web01")
    assert_failed(done, 3, f"no answer from {there.address}:{there.port} within 1 s",
                  f"it is a supporter, which asks the pool's coordinator 127.0.0.1:{pool.coordinator.port}",
                  "that one may be down", pool=pool)


@pytest.mark.parametrize("call", ["session.login_with_password", "VM.get_all_records_where"])
def test_the_socket_of_a_supporter(call, pool, xencon, tmp_path):
    """All calls work there, and wait for the coordinator."""
    guests.add(pool, host=pool.hosts[1])
    path = tmp_path / "xapi"
    pool.hosts[1].listen_unix(str(path))
    pool.faults.add(stalled(call))
    done = xencon.run("--connect-timeout", "1", "-s", f"unix:{path}", "web01")
    assert_failed(done, 3, "no answer from", "if it is a supporter, it waits for the pool's coordinator")


def silent_for_a_while(pool):
    """Waits until CONNECT has had no answer for so long that the silence tells something."""
    await_call(pool, "CONNECT")
    since = time.monotonic()
    harness.eventually(lambda: time.monotonic() > since + 1.2, "it has been silent")


@pytest.mark.parametrize("ends", ["network", "killed"])
def test_leaving_while_connect_hangs(ends, hanging, pool, xencon):
    """The coordinator is gone as well: the logout that cannot be delivered is given up at once."""
    process = xencon.start("-v", "web01")
    silent_for_a_while(pool)
    if ends == "network":
        pool.coordinator.network("stall")
    else:
        pool.kill_coordinator()
    harness.kill(process)
    assert harness.finish(process) == 128 + signal.SIGTERM
    assert "not logged out: the server does not answer" in process.stderr.read().decode()


def test_leaving_by_a_key_while_connect_hangs(pool, xencon):
    """The coordinator is there, and the session ends."""
    vm = guests.add(pool, host=pool.hosts[1]).vm
    terminal = xencon.terminal("--reconnect", "web01")
    terminal.expect(f"guest {vm.domid}\r\n")
    assert_logged_out(pool)
    pool.hosts[1].life.set(hangs=True)
    vm.end_tunnels()
    await_call(pool, "CONNECT", 2)
    assert terminal.quit() == 0
    assert terminal.settings() == terminal.found
    assert_logged_out(pool)
