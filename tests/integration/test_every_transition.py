# SPDX-License-Identifier: ISC
"""Every transition × console and screen: what is typed arrives once, with the guest that it was typed for, and
the server has one session of ours at a time and none at the end."""
import pytest

import guests
import harness
from outcome import assert_logged_out
from transitions import EACH, await_keys, keys, one_session

AWAY = "waiting for its console|trying on"


@pytest.fixture
def pool(make_pool):
    """The machine runs on the second host, and the first is the one that is asked."""
    return make_pool(hosts=2)


@EACH
def test_console(case, pool, xencon):
    guest = guests.add(pool, host=pool.hosts[1])
    vm = guest.vm
    with one_session(pool):
        terminal = xencon.terminal("--reconnect", "web01")
        terminal.expect(f"guest {vm.domid}\r\n")
        assert_logged_out(pool)
        terminal.send(b"a")
        first = vm.domid
        guest.await_heard(first, b"a")
        case.begin(pool, vm)
        terminal.expect(AWAY)
        terminal.send(b"bb" + harness.ESCAPE + b"s")
        terminal.expect("2 bytes that were typed are kept|bytes in, .* out")
        case.end(pool, vm)
        if case.says:
            terminal.expect(f"xencon: .*({case.says})")
        terminal.expect(f"guest {vm.domid}\r\n")
        terminal.send(b"c")
        guest.await_heard(vm.domid, b"c")
        kept = b"bb" if case.lived_on else b""
        if vm.domid == first:
            assert guest.heard == {first: b"a" + kept + b"c"}
        else:
            assert guest.heard == {first: b"a", vm.domid: kept + b"c"}
        assert terminal.quit() == 0
        assert terminal.settings() == terminal.found


@EACH
def test_screen(case, pool, xencon):
    vm = pool.add_vm("web01", pool.hosts[1], consoles=("rfb",), domain_type="hvm")
    with one_session(pool):
        terminal = xencon.terminal("screen", "--as", "picture", "--graphics", "blocks", "--reconnect",
                                   "web01", dimensions=(24, 120))
        terminal.expect("then \\. to quit")
        assert_logged_out(pool)
        terminal.send(b"a")
        await_keys(vm, "a")
        case.begin(pool, vm)
        terminal.expect(AWAY)
        terminal.send(b"b")
        case.end(pool, vm)
        harness.eventually(lambda: len(pool.tunnels) == 1, "it is attached again")
        terminal.expect("▀".encode())
        terminal.send(b"c")
        await_keys(vm, "c")
        assert keys(vm) in (("abc",) if case.lived_on else ("ac",))
        assert terminal.quit() == 0
        assert terminal.settings() == terminal.found
