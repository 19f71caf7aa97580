# SPDX-License-Identifier: ISC
"""Names that are hard to say, or to tell apart: what each costs the server, and what the user is told."""
import pytest

import sim

from outcome import assert_failed, calls

ROUND_TRIPS_MAX = 13  # login, a look-up, eight records or one list, consoles, CONNECT, logout


@pytest.fixture
def add(pool):
    def make(name, **arguments):
        return pool.add_vm(name, backend=sim.Source(b"hello"), **arguments)
    return make


@pytest.mark.parametrize("snapshots", [0, 7, 8, 40])
def test_a_name_with_a_quotation_mark_is_found_in_few_requests(snapshots, pool, add, xencon):
    """No query can say it, so it is looked up as references; its snapshots share it."""
    vm = add('say "hi"')
    for _ in range(snapshots):
        pool.add_snapshot(of=vm)
    done = xencon.run("-q", 'say "hi"')
    assert (done.stdout, done.returncode) == (b"hello", 0), done.stderr
    # The idle limit is asked beside the console, when it stands.
    assert len([call for call in calls(pool) if call != "pool.get_all_records"]) <= ROUND_TRIPS_MAX


def test_many_machines_of_such_a_name_are_shown_in_few_requests(pool, add, xencon):
    for _ in range(20):
        add('say "hi"')
    pool.add_template('say "hi"')
    done = xencon.run('say "hi"')
    assert_failed(done, 5, '20 VMs are called "say "hi""', pool=pool, rows=21)
    assert len(calls(pool)) <= ROUND_TRIPS_MAX


ALIKE = {
    "NFC for NFD": ("B\u00fcro", "Bu\u0308ro", "accents are written otherwise"),
    "NFD for NFC": ("e\u0301cole", "\u00e9cole", "accents are written otherwise"),
    "a no-break space": ("web 01", "web\u00a001", "a no-break space"),
    "doubled blanks": ("web 01", "web  01", "other blanks"),
    "single blanks": ("web   01", "web 01", "other blanks"),
    "a blank behind": ("web01", "web01 ", "other blanks"),
    "invisible": ("web01", "web\u200b01", "drawn alike"),
    "wide": ("web01", "\uff57\uff45\uff42\uff10\uff11", "drawn alike"),
    "hyphen": ("web-01", "web\u201001", "drawn alike"),
}


@pytest.mark.parametrize("typed, name, says", ALIKE.values(), ids=ALIKE.keys())
def test_a_name_that_looks_the_same_is_suggested_with_its_uuid(typed, name, says, pool, add, xencon):
    vm = add(name)
    for near in ("web0l", "web02", "buro", "ecole"):
        add(near)
    done = xencon.run("--", typed)
    assert_failed(done, 5, "no VM on", "did you mean", "looks the same, but", says, vm.uuid, pool=pool)


def test_a_name_is_exact_where_another_looks_the_same(pool, add, xencon):
    """Nothing is asked back: the one that was typed is the one."""
    wanted, other = "B\u00fcro", "Bu\u0308ro"
    add(other)
    pool.add_vm(wanted, backend=sim.Source(b"wanted"))
    done = xencon.run("-q", wanted)
    assert (done.stdout, done.stderr, done.returncode) == (b"wanted", "", 0)


@pytest.mark.parametrize("vm, role", [(["web01"], "vm-operator"), (["--dom0", "xen1"], "pool-admin")])
@pytest.mark.parametrize("line", ["403 Forbidden", "500 Internal Error"])
def test_the_role_that_is_missing_is_the_one_that_is_needed(line, vm, role, pool, add, xencon):
    add("web01")
    page = b"<h1>No</h1>Additional information: RBAC_PERMISSION_DENIED: [ http/x ]"
    pool.faults.add(sim.Fault("connect", "status", times=None, line=line, body=page))
    done = xencon.run(*vm)
    assert_failed(done, 4, f"role {role}", pool=pool)
