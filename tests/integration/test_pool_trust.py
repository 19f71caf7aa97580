# SPDX-License-Identifier: ISC
"""Trust in a pool: from the host that was said yes to, to those it vouches for, and no further."""
import re

import pytest

import sim
from sim import certs

import harness
import trusting
from outcome import HELLO, assert_failed, assert_logged_out, assert_served
from trusting import QUESTION, answer, entries, file, know, name, quiet  # noqa: F401


@pytest.fixture
def make(make_pool, make_xencon):
    """A pool of three with web03 on the third, and the program told to use the second."""
    def made(**arguments):
        pool = make_pool(hosts=3, **arguments)
        pool.add_vm("web03", pool.hosts[2], backend=sim.Source(HELLO))
        pool.xencon = make_xencon(pool, trust=False)
        pool.xencon.env["XENCON_SERVER"] = pool.hosts[1].url
        return pool
    return made


@pytest.fixture
def pool(make):
    return make()


@pytest.fixture
def old(make):
    return make(generation="old")


def assert_attached(terminal):
    """It is attached without a question, and ends with the console."""
    terminal.expect_exact(HELLO)
    trusting.assert_asked_nothing(terminal.before)
    assert terminal.finish() == 0


def used(pool):
    """The hosts that were called, in order."""
    return [host.name for host in dict.fromkeys(request.host for request in pool.requests)]


def fail_certificates(pool, code="MESSAGE_METHOD_UNKNOWN", params=("Certificate",)):
    return pool.faults.add(sim.Fault("rpc", "error", times=None, code=code, params=params,
                                     method="Certificate.get_all_records_where"))


def test_one_yes_and_the_second_time_none(pool, file):
    terminal = pool.xencon.terminal("web03")
    shown = answer(terminal)
    assert f"certificate of {name(pool.hosts[1])} " in shown
    assert pool.hosts[1].fingerprint in shown
    assert_attached(terminal)
    assert used(pool) == ["xen2", "xen1", "xen3"]
    assert entries(file) == {name(host): host.fingerprint for host in pool.hosts}
    assert_logged_out(pool)
    before = file.read_bytes()
    assert_attached(pool.xencon.terminal("web03"))
    assert_served(quiet(pool.xencon, "web03"), pool)
    assert file.read_bytes() == before


def test_the_same_with_a_password_that_is_asked_for(pool, file):
    del pool.xencon.env["XENCON_PASSWORD"]
    for questions in (1, 0):
        terminal = pool.xencon.terminal("web03")
        if questions:
            answer(terminal)
        terminal.expect_exact(b"'s password: ")
        trusting.assert_asked_nothing(terminal.before)
        terminal.send(b"secret\r")
        assert_attached(terminal)
    assert len(entries(file)) == 3


def test_one_yes_is_enough_when_that_host_is_down(pool, file):
    """What the pool said of its other hosts is kept, by address and by a name that leads there."""
    answer(terminal := pool.xencon.terminal("web03"))
    assert_attached(terminal)
    pool.elect(pool.hosts[2])
    pool.hosts[1].stop()
    third = name(pool.hosts[2])
    for servers in (f"{name(pool.hosts[1])},{third}", third):
        done = quiet(pool.xencon, "-s", servers, "web03")
        assert_served(done, pool)


def test_a_name_that_leads_to_a_known_address(make, file):
    pool = make(addresses=["127.0.0.1", "127.0.0.2", "127.0.0.3"])
    know(file, pool.coordinator)
    by_name = f"localhost:{pool.coordinator.port}"
    assert_served(quiet(pool.xencon, "-4", "-s", by_name, "web03"), pool)
    assert entries_by_hand(file)[by_name] == pool.coordinator.fingerprint
    trusting.replace(pool.coordinator)
    done = quiet(pool.xencon, "-4", "-s", by_name, "web03")
    assert_failed(done, 3, by_name, "HAS CHANGED")


def test_a_name_that_leads_to_another_certificate(make, file):
    pool = make(addresses=["127.0.0.1", "127.0.0.2", "127.0.0.3"])
    know(file, pool.coordinator)
    trusting.replace(pool.coordinator)
    by_name = f"localhost:{pool.coordinator.port}"
    assert_failed(quiet(pool.xencon, "-4", "-s", by_name, "web03"), 3, by_name, "not trusted",
                  pool=pool)
    assert len(entries_by_hand(file)) == 1


def entries_by_hand(file):
    return dict(line.split()[:2] for line in file.read_text().splitlines())


def test_a_word_that_changes_an_entry(pool, file):
    """It is said, with both, and recorded, whoever is met."""
    before = trusting.WRONG
    trusting.write_known(file, f"{name(pool.hosts[2])} {before}")
    terminal = pool.xencon.terminal("web03")
    answer(terminal)
    terminal.expect_exact(HELLO)
    said = " ".join(terminal.before.decode().split())
    assert f"certificate of {name(pool.hosts[2])} has been replaced" in said
    assert before in said and pool.hosts[2].fingerprint in said
    assert terminal.finish() == 0
    assert entries_by_hand(file) == {name(host): host.fingerprint for host in pool.hosts}


def test_with_one_fingerprint(pool):
    """A pin is of one host; those that this one vouches for are meant, too."""
    done = quiet(pool.xencon, "--fingerprint", pool.hosts[1].fingerprint, "web03")
    assert_served(done, pool)
    assert used(pool) == ["xen2", "xen1", "xen3"]


def test_a_pin_of_the_last_host_alone_is_none_of_the_first(pool):
    done = quiet(pool.xencon, "--fingerprint", pool.hosts[2].fingerprint, "web03")
    assert_failed(done, 3, name(pool.hosts[1]), "not the server that --fingerprint", pool=pool)
    assert not pool.requests


@pytest.mark.parametrize("asked", [0, 1, 2])
def test_it_is_said_why(asked, pool, file):
    know(file, pool.hosts[asked])
    done = quiet(pool.xencon, "-v", "-s", pool.hosts[asked].url, "web03")
    assert_served(done, pool)
    # The console's host counts even if it is known: the record is asked for before it is met.
    vouched = [pool.hosts[0]] * (asked != 0) + [pool.hosts[2]]
    for host in vouched:
        assert f"{name(host)} shows the certificate that its pool knows" in done.stderr
    assert done.stderr.count("that its pool knows") == len(vouched)
    assert f"{name(pool.hosts[asked])} is known (line 1 of {file})" in done.stderr


def test_records_of_another_kind_do_not_count(pool, file):
    """What is shown inside the pool, or signs, is not what port 443 shows."""
    know(file, pool.coordinator)
    host = pool.hosts[2]
    host.show(host.internal_certificate, known=False)
    done = quiet(pool.xencon, "-s", pool.coordinator.url, "web03")
    assert_failed(done, 3, name(host), "that its pool knows", pool=pool)
    assert "xen3" not in used(pool)


def test_records_of_another_host_do_not_count(pool, file):
    know(file, pool.coordinator)
    pool.hosts[2].show(pool.hosts[1].certificate, known=False)
    done = quiet(pool.xencon, "-s", pool.coordinator.url, "web03")
    assert_failed(done, 3, name(pool.hosts[2]), "that its pool knows", pool=pool)
    assert "xen3" not in used(pool)


def test_records_of_before_2021(pool, file):
    """They have only `fingerprint`, which is the SHA-256 there."""
    know(file, pool.hosts[1])
    for ref in pool.database.find("Certificate"):
        pool.database.set("Certificate", ref, fingerprint_sha256="")
    assert_served(quiet(pool.xencon, "web03"), pool)


def test_a_record_that_is_nonsense(pool, file):
    know(file, pool.hosts[1])
    for ref in pool.database.find("Certificate"):
        pool.database.set("Certificate", ref, fingerprint_sha256="AB:CD", fingerprint=None)
    done = quiet(pool.xencon, "web03")
    assert_failed(done, 3, name(pool.hosts[2]), "is not trusted", pool=pool)


def test_a_certificate_that_verifies_is_as_good(pool, file, tmp_path):
    """An administrator has just replaced it: the records lag behind, the authority does not."""
    know(file, pool.hosts[1])
    authority = certs.authority()
    host = pool.hosts[2]
    host.show(certs.make(host.name, san=(host.address,), issuer=authority), known=False)
    assert_served(quiet(pool.xencon, "--cacert", authority.cert_file, "web03"), pool)


def test_with_an_authority_no_record_is_needed(old):
    authority = certs.authority()
    for host in old.hosts:
        host.show(certs.make(host.name, san=(host.address,), issuer=authority))
    done = quiet(old.xencon, "--cacert", authority.cert_file, "web03")
    assert_served(done, old)


def test_an_old_pool_is_asked_for_host_by_host(old, file):
    terminal = old.xencon.terminal("web03")
    for host in (old.hosts[1], old.hosts[0], old.hosts[2]):
        shown = answer(terminal)
        assert f"certificate of {name(host)} " in shown
        assert host.fingerprint in shown
        assert old.hosts.index(host) == 1 or used(old)
    assert_attached(terminal)
    assert entries(file) == {name(host): host.fingerprint for host in old.hosts}
    assert_attached(old.xencon.terminal("web03"))
    assert_served(quiet(old.xencon, "web03"), old)


@pytest.mark.parametrize("yes", [0, 1, 2])
def test_a_no_to_one_of_an_old_pool(yes, old, file):
    terminal = old.xencon.terminal("web03")
    order = [old.hosts[1], old.hosts[0], old.hosts[2]]
    for _ in range(yes):
        answer(terminal)
    answer(terminal, "no")
    assert terminal.finish() == 3
    assert name(order[yes]).encode() in terminal.before
    assert list(entries(file)) == [name(host) for host in order[:yes]]
    assert used(old) == [host.name for host in order[:yes]]
    assert_logged_out(old)


def test_an_old_pool_without_a_terminal(old, file):
    for known in ([1], [1, 0]):
        know(file, *(old.hosts[number] for number in known))
        done = quiet(old.xencon, "web03")
        lacking = old.hosts[0 if len(known) == 1 else 2]
        assert_failed(done, 3, f"{name(lacking)} is not trusted",
                      f"xencon trust --fingerprint {lacking.fingerprint} {name(lacking)}", pool=old)
    know(file, *old.hosts)
    assert_served(quiet(old.xencon, "web03"), old)


@pytest.mark.parametrize("code", ["MESSAGE_METHOD_UNKNOWN", "RBAC_PERMISSION_DENIED",
                                  "INTERNAL_ERROR"])
def test_records_that_are_not_given(code, pool, file):
    know(file, pool.hosts[1])
    fault = fail_certificates(pool, code)
    done = quiet(pool.xencon, "web03")
    assert_failed(done, 3, f"{name(pool.hosts[2])} is not trusted", pool=pool)
    assert fault.used == 1
    terminal = pool.xencon.terminal("web03")
    assert f"certificate of {name(pool.hosts[2])} " in answer(terminal)
    assert_attached(terminal)


def test_an_entry_of_the_old_certificate_gives_way_to_the_record(pool, file):
    """The pool, asked over a trusted connection, knows better than a line of last year: that is said,
    with both, and recorded."""
    know(file, pool.hosts[1], pool.hosts[2])
    host = pool.hosts[2]
    before = host.fingerprint
    host.show(certs.make(host.name, san=(host.address,), label="renewed"))
    done = quiet(pool.xencon, "web03")
    assert_served(done, pool)
    [said] = [line for line in done.stderr.splitlines() if "replaced" in line]
    assert name(host) in said and before in said and host.fingerprint in said
    known = dict(line.split()[:2] for line in file.read_text().splitlines())
    assert known == {name(each): each.fingerprint for each in pool.hosts[1:]}
    done = quiet(pool.xencon, "web03")
    assert_served(done, pool)
    assert "replaced" not in done.stderr


def test_what_is_heard_without_trust_vouches_for_nobody(pool):
    """--insecure warns of every host, once; the pool's word is not taken for more than it is."""
    done = quiet(pool.xencon, "-v", "--insecure", "web03")
    assert_served(done, pool)
    warned = re.findall(r"warning: --insecure: (\S+) is", done.stderr)
    assert len(warned) >= 2 and len(set(warned)) == len(warned)
    assert "that its pool knows" not in done.stderr


def test_a_slow_yes_within_an_old_pool(old, file):
    """After each, the connection is as fresh as it must be."""
    know(file, old.hosts[1], old.hosts[0])
    old.settings.head_timeout = 5.5
    terminal = old.xencon.terminal("web03")
    terminal.expect_exact(QUESTION)
    harness.eventually(lambda: old.hosts[2] not in [each.host for each in old.open_connections],
                       "the server has given the connection up")
    terminal.send(b"yes\r")
    assert_attached(terminal)


def test_the_new_coordinator(pool, file):
    know(file, pool.hosts[1])
    pool.elect(pool.hosts[2])
    assert_served(quiet(pool.xencon, "web03"), pool)
    assert used(pool) == ["xen2", "xen3"]


def test_several_consoles_on_other_hosts_one_after_another(pool, file):
    know(file, pool.coordinator)
    pool.add_vm("web02", pool.hosts[1], backend=sim.Source(HELLO))
    for vm in ("web02", "web03", "web02"):
        assert_served(quiet(pool.xencon, "-s", pool.coordinator.url, vm), pool)
