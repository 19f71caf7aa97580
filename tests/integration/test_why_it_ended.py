"""Without --reconnect: one line for why the console ended, and the right exit status; and the idle limit."""
import pytest

import guests
import harness
from outcome import assert_logged_out


@pytest.fixture
def pool(make_pool):
    return make_pool(hosts=2)


@pytest.fixture
def guest(pool):
    return guests.add(pool)


@pytest.mark.parametrize("operation, says", [
    ("clean_reboot", "has rebooted"), ("hard_reboot", "has rebooted"),
    ("pool_migrate", "runs on .* now, no longer on "), ("suspend", "has been suspended"),
    ("hard_shutdown", "has been shut down")])
def test_what_ended_it(operation, says, pool, guest, xencon):
    """All of it has happened before the pool is asked."""
    vm = guest.vm
    terminal = xencon.terminal("web01")
    terminal.expect(f"guest {vm.domid}\r\n")
    vm.begin(operation, pool.hosts[1] if operation == "pool_migrate" else None).finish()
    terminal.expect(f'xencon: the console of "web01" has ended: the VM ({says}|is )')
    assert terminal.finish() == 0
    assert_logged_out(pool)


def test_it_is_being_done(pool, guest, xencon):
    terminal = xencon.terminal("web01")
    terminal.expect(f"guest {guest.vm.domid}\r\n")
    guest.vm.begin("clean_reboot").to("nothing")
    terminal.expect('the console of "web01" has ended: the VM is rebooting')
    assert terminal.finish() == 0
    assert_logged_out(pool)


def test_nobody_answers(pool, guest, xencon):
    """The terminal is given back first, and nobody is waited for."""
    vm = guests.add(pool, "web02", host=pool.hosts[1]).vm
    terminal = xencon.terminal("web02")
    terminal.expect(f"guest {vm.domid}\r\n")
    assert_logged_out(pool)
    pool.coordinator.network("stall")
    vm.end_tunnels()
    terminal.expect('the console of "web02" has ended: the VM stopped, rebooted or moved')
    assert terminal.finish() == 0
    assert terminal.settings() == terminal.found


@pytest.mark.parametrize("typed", [b"", b"x" * 12], ids=["nothing", "little"])
def test_the_idle_limit(typed, pool, guest, xencon):
    pool.settings.vm_console_idle_timeout = 1
    terminal = xencon.terminal("web01")
    terminal.expect(f"guest {guest.vm.domid}\r\n")
    terminal.send(typed)
    terminal.expect('xencon: "web01": the console was closed: nothing was typed for 1 s, the limit that '
                    "the pool's vm_console_idle_timeout sets")
    assert terminal.finish() == 7
    assert_logged_out(pool)


def test_the_idle_limit_is_not_what_ended_it(pool, guest, xencon):
    """It fits, but the guest has rebooted."""
    pool.settings.vm_console_idle_timeout = 1
    terminal = xencon.terminal("web01")
    terminal.expect(f"guest {guest.vm.domid}\r\n")
    terminal.send(b"x" * 20)
    harness.eventually(lambda: guest.all() == b"x" * 20, "it is typed")
    guest.vm.begin("hard_reboot").finish()
    terminal.expect('has ended: the VM (has rebooted|is being reset)')
    assert terminal.finish() == 0
    assert_logged_out(pool)
