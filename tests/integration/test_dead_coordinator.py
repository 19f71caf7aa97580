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
