"""A coordinator that is dead, or whose toolstack starts: who named it is said, and nobody is waited for."""
import pytest

import guests
import harness
import sim
from outcome import assert_failed, assert_logged_out, calls


@pytest.fixture
def pool(make_pool):
    return make_pool(hosts=2)


@pytest.mark.parametrize("front", ["handshake", "after"])
def test_a_supporter_names_a_dead_one(front, pool, xencon):
    guests.add(pool, host=pool.hosts[1])
    pool.kill_coordinator(front=front)
    done = xencon.run("--server", pool.hosts[1].url, "web01", env={"XENCON_SERVER": pool.hosts[1].url})
    assert_failed(done, 3, f"the pool's coordinator {pool.hosts[0].address}", "named by",
                  "does not answer", "administrator must choose another")
    assert "no TLS connection with" not in done.stderr.splitlines()[0].split(":")[1]


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


def test_the_console_goes_on_and_leaving_is_quick(pool, xencon):
    """The tunnel to a supporter stands; the pool cannot be asked for anything any more."""
    vm = guests.add(pool, host=pool.hosts[1]).vm
    terminal = xencon.terminal("--reconnect", "web01")
    terminal.expect(f"guest {vm.domid}\r\n")
    assert_logged_out(pool)
    pool.kill_coordinator()
    vm.end_tunnels()
    terminal.expect("trying on")
    assert terminal.quit() == 0
    assert terminal.settings() == terminal.found


def test_another_takes_over(pool, xencon):
    """The address that was given is dead for good: the pool's other hosts were learnt while it was up."""
    vm = guests.add(pool, host=pool.hosts[1]).vm
    terminal = xencon.terminal("--reconnect", "web01")
    terminal.expect(f"guest {vm.domid}\r\n")
    assert_logged_out(pool)
    pool.kill_coordinator()
    vm.end_tunnels()
    terminal.expect("trying on")
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
    terminal.expect("trying on")
    harness.eventually(lambda: calls(pool).count("pool.get_all_records") >= 2, "it is asked which pool it is")
    harness.eventually(lambda: not own.sessions, "nothing is left there")
    assert terminal.quit() == 0
    assert not own.sessions
