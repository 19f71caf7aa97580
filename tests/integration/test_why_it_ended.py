# SPDX-License-Identifier: ISC
"""Without --reconnect: one line for why the console ended, and the right exit status; and the idle limit."""
import pytest

import guests
import harness
import rfbclient
import sim
from guests import guest  # noqa: F401
from outcome import assert_logged_out, calls

KEY = b"\4\1\0\0\0\0\0a"


@pytest.fixture
def pool(make_pool):
    """Two hosts, in clear text: what is asked of them when a console ends has a second for all of it, of which
    handshakes on a busy machine would take the most."""
    return make_pool(hosts=2, tls=False)


@pytest.mark.parametrize("operation, says", [
    ("clean_reboot", "has rebooted"), ("hard_reboot", "has rebooted"),
    ("pool_migrate", "runs on .* now, no longer on "), ("suspend", "has been suspended"),
    ("hard_shutdown", "has been shut down")])
def test_what_ended_it(operation, says, pool, guest, xencon):
    """All of it has happened before the pool is asked."""
    vm = guest.vm
    terminal = xencon.terminal("web01")
    terminal.expect(f"guest {vm.domid}\r\n")
    assert_logged_out(pool)   # beside the console: not in that second
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
    terminal.expect(f'xencon: "web01": the console was closed: {LIMIT}')
    assert terminal.finish() == 7
    assert_logged_out(pool)


LIMIT = "nothing was typed for 1 s, the limit that the pool's vm_console_idle_timeout sets"


@pytest.mark.parametrize("options", [[], ["--stdio"], ["--until", "login:"], ["--read-only"]],
                         ids=["pipe", "stdio", "until", "read-only"])
def test_the_idle_limit_in_a_script(options, pool, guest, xencon):
    """Nobody is at a terminal: the status and the line are the same."""
    pool.settings.vm_console_idle_timeout = 1
    process = xencon.start(*options, "web01")
    assert harness.finish(process) == 7
    said = process.stderr.read().decode()
    assert f'xencon: "web01": the console was closed: {LIMIT}' in said
    assert_logged_out(pool)


def test_nothing_is_needed_afterwards(pool, guest, xencon):
    """The limit was learnt at the start: the pool may be gone when the console is closed."""
    vm = guests.add(pool, "web02", host=pool.hosts[1]).vm
    pool.settings.vm_console_idle_timeout = 1
    terminal = xencon.terminal("web02")
    terminal.expect(f"guest {vm.domid}\r\n")
    assert_logged_out(pool)
    pool.coordinator.network("refuse")
    terminal.expect(LIMIT)
    assert terminal.finish() == 7


def test_a_hosts_own_limit(pool, xencon):
    pool.settings.console_idle_timeout = 1
    pool.settings.vm_console_idle_timeout = 3600
    pool.coordinator.dom0.console().backend = sim.Source(b"dom0 login: ", stay=True)
    process = xencon.start("--dom0", pool.coordinator.name)
    assert harness.finish(process) == 7
    assert "the limit that the host's console_idle_timeout sets" in process.stderr.read().decode()
    assert_logged_out(pool)


def test_no_limit_costs_no_login(pool, guest, xencon):
    """Where nobody reads why, and no limit is set, nothing is asked when a console ends."""
    process = xencon.start("web01")
    process.stdout.readline()
    assert_logged_out(pool)
    guest.vm.begin("hard_shutdown").finish()
    assert harness.finish(process) == 0
    assert calls(pool).count("session.login_with_password") == 1


@pytest.mark.parametrize("words", [["vnc", "--stdio"], ["vnc", "--once", "--listen", "127.0.0.1:0"]],
                         ids=["stdio", "once"])
@pytest.mark.parametrize("active", [False, True], ids=["idle", "active"])
def test_the_idle_limit_of_a_viewer(words, active, pool, guest, xencon):
    """Asking for pictures is no activity; a key is, and the limit counts from it."""
    pool.settings.vm_console_idle_timeout = 1
    process = xencon.start(*words, "web01")
    if "--stdio" in words:
        viewer = None
        process.stdin.write(rfbclient.VERSION_3_3 + b"\1" + KEY * active)
        process.stdin.flush()
        process.stdout.read()
    else:
        viewer = rfbclient.Viewer(process.stdout.readline().decode().strip()).greet()
        viewer.send(KEY * active)
        viewer.read_all()
    assert harness.finish(process) == 7
    said = process.stderr.read().decode()
    assert '"web01": the console was closed: nothing was typed, and no pointer moved, for 1 s' in said
    assert "vm_console_idle_timeout" in said
    assert_logged_out(pool)


def test_the_idle_limit_of_a_screen(pool, guest, xencon):
    pool.settings.vm_console_idle_timeout = 1
    terminal = xencon.terminal("screen", "web01")
    terminal.expect("nothing was typed, and no pointer moved, for 1 s, the limit that the pool's")
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
