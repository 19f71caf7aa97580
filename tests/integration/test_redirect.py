# SPDX-License-Identifier: ISC
"""A supporter is asked: on to its coordinator, once per host, with what that one tells of it."""
import pytest

import sim

from outcome import HELLO, assert_failed, assert_served, calls
from trusting import answer, file, know, name, quiet  # noqa: F401

LOGIN = "session.login_with_password"


@pytest.fixture
def make(make_pool, make_xencon):
    """A pool with web01 on its coordinator, and the program told to use the second host."""
    def made(hosts=2, trust=True, vm=True, **arguments):
        pool = make_pool(hosts=hosts, **arguments)
        if vm:
            pool.add_vm("web01", backend=sim.Source(HELLO))
        pool.xencon = make_xencon(pool, trust=trust)
        pool.xencon.env["XENCON_SERVER"] = pool.hosts[1].url
        return pool
    return made


def logins(pool):
    return [request.host.name for request in pool.requests if request.method == LOGIN]


def point(pool, host, at, times=None):
    """A host names another as its coordinator."""
    return pool.faults.add(sim.Fault("rpc", "error", times=times, host=host, method=LOGIN,
                                     code="HOST_IS_SLAVE", params=(at,)))


@pytest.mark.parametrize("tls", [True, False], ids=["tls", "clear"])
def test_a_supporter_leads_to_its_coordinator(tls, make):
    pool = make(tls=tls)
    done = quiet(pool.xencon, "web01")
    assert_served(done, pool)
    assert logins(pool) == ["xen2", "xen1"]
    assert "supporter" not in done.stderr


def test_it_is_said_with_v(make):
    pool = make()
    done = quiet(pool.xencon, "-v", "web01")
    assert_served(done, pool)
    assert f"{name(pool.hosts[1])} is a supporter" in done.stderr
    assert f"its coordinator {name(pool.hosts[0])}" in done.stderr


def test_it_costs_one_connection_more(make):
    pool = make()
    assert_served(quiet(pool.xencon, "web01"), pool)
    assert [each.host.name for each in pool.connections] == ["xen2", "xen1", "xen1"]
    assert calls(pool)[:2] == [LOGIN, LOGIN]
    session_calls = pool.requests[1:-2]
    assert {request.connection_id for request in session_calls} == {2}
    assert calls(pool)[-2:] == ["pool.get_all_records", "session.logout"]


def test_a_bare_ipv6_coordinator(make):
    pool = make(addresses=["::1", "127.0.0.1"], vm=False)
    pool.add_vm("web01", backend=sim.Source(HELLO))
    done = quiet(pool.xencon, "-v", "web01")
    assert_served(done, pool)
    assert logins(pool) == ["xen2", "xen1"]
    assert f"coordinator [::1]:{pool.hosts[0].port}" in done.stderr


def test_the_thumbprint_is_enough(make, file):
    pool = make(trust=False)
    know(file, pool.hosts[1])
    before = file.read_bytes()
    assert_served(quiet(pool.xencon, "web01"), pool)
    assert file.read_bytes() == before
    assert b"sha-256:master" not in pool.requests[0].head
    assert b"sha-256:master" in pool.requests[1].head
    assert pool.requests[1].connection_id != pool.requests[0].connection_id
    assert pool.requests[1].params[1] == ""
    assert logins(pool) == ["xen2", "xen2", "xen1"]


def test_no_thumbprint_is_asked_for_where_the_coordinator_is_trusted(make):
    pool = make()
    assert_served(quiet(pool.xencon, "web01"), pool)
    assert not any(b"thumbprint" in request.head.lower() for request in pool.requests)


def test_a_thumbprint_that_does_not_come(make, file):
    """The supporter asks a coordinator that does not answer it: the coordinator is judged by itself."""
    pool = make(trust=False)
    know(file, pool.hosts[1])
    refusal = point(pool, pool.hosts[1], pool.hosts[0].address, times=1)
    stall = pool.faults.add(sim.Fault("rpc", "stall", host=pool.hosts[1], method=LOGIN))
    terminal = pool.xencon.terminal("web01")
    assert f"certificate of {name(pool.hosts[0])} " in answer(terminal)
    terminal.expect_exact(HELLO)
    assert terminal.finish() == 0
    assert (refusal.used, stall.used) == (1, 1)


def test_without_a_thumbprint_the_coordinator_is_asked_for(make, file):
    pool = make(trust=False, generation="old")
    know(file, pool.hosts[1])
    terminal = pool.xencon.terminal("web01")
    assert f"certificate of {name(pool.hosts[0])} " in answer(terminal)
    terminal.expect_exact(HELLO)
    assert terminal.finish() == 0
    assert pool.coordinator.fingerprint in entries_of(file)


def entries_of(file):
    return [line.split()[1] for line in file.read_text().splitlines()]


def test_a_thumbprint_is_for_the_coordinator_alone(make, file):
    """It does not make good for the supporter itself, or for a third host."""
    pool = make(hosts=3, trust=False)
    know(file, pool.hosts[1])
    point(pool, pool.hosts[1], pool.hosts[2].address)
    done = quiet(pool.xencon, "web01")
    assert_failed(done, 3, name(pool.hosts[2]), "that its pool knows",
                  pool.hosts[2].fingerprint, pool.coordinator.fingerprint, pool=pool)
    assert logins(pool) == ["xen2", "xen2"]


def test_two_hosts_that_name_each_other(make):
    pool = make()
    first = point(pool, pool.hosts[1], pool.hosts[0].address)
    second = point(pool, pool.hosts[0], pool.hosts[1].address)
    done = quiet(pool.xencon, "web01")
    assert_failed(done, 3, name(pool.hosts[0]), "name each other", pool=pool)
    assert (first.used, second.used) == (1, 1)
    assert logins(pool) == ["xen2", "xen1"]


def test_a_host_that_names_itself(make):
    pool = make()
    fault = point(pool, pool.hosts[1], pool.hosts[1].address)
    assert_failed(quiet(pool.xencon, "web01"), 3, name(pool.hosts[1]), pool=pool)
    assert fault.used == 1


def test_a_circle_of_three(make):
    pool = make(hosts=3)
    for host, at in zip((1, 2, 0), (2, 0, 1)):
        point(pool, pool.hosts[host], pool.hosts[at].address)
    assert_failed(quiet(pool.xencon, "web01"), 3, "name each other", pool=pool)
    assert logins(pool) == ["xen2", "xen3", "xen1"]


def test_a_chain_has_an_end(make):
    """Each names the next: a pool's role moves once or twice, not for ever."""
    pool = make(hosts=8, vm=False)
    for host, after in zip(pool.hosts[1:], [*pool.hosts[2:], pool.hosts[0]]):
        point(pool, host, after.address)
    assert_failed(quiet(pool.xencon, "web01"), 3, pool=pool)
    assert logins(pool) == [f"xen{number}" for number in range(2, 7)]


def test_a_role_that_just_moved(make):
    """The supporter still names the old coordinator, which names the new one."""
    pool = make(hosts=3)
    pool.elect(pool.hosts[2])
    point(pool, pool.hosts[1], pool.hosts[0].address)
    assert_served(quiet(pool.xencon, "web01"), pool)
    assert logins(pool) == ["xen2", "xen1", "xen3"]


def test_a_coordinator_that_is_gone(make):
    pool = make()
    pool.coordinator.stop()
    done = quiet(pool.xencon, "web01")
    assert_failed(done, 3, name(pool.coordinator), "refused")


def test_a_coordinator_that_hangs(make):
    pool = make()
    pool.faults.add(sim.Fault("tls", "stall", times=None, host=pool.coordinator))
    done = quiet(pool.xencon, "--connect-timeout", "2", "web01")
    assert_failed(done, 3, f"no TLS answer from {name(pool.coordinator)} within 2 s", pool=pool)


def test_a_wrong_password_is_told_of_the_coordinator(make):
    pool = make()
    pool.xencon.env["XENCON_PASSWORD"] = "hunter2"
    done = quiet(pool.xencon, "web01")
    assert_failed(done, 4, name(pool.coordinator), pool=pool, password="hunter2")


@pytest.mark.parametrize("at", ["", "a b", "x\x1b[2J", "host/path", "127.0.0.1:443", "[::1]",
                                "h" * 300, "user@host", "-oProxyCommand=x", "..", "%s%n", "\n"],
                         ids=ascii)
def test_a_coordinator_that_is_no_address(at, make):
    pool = make()
    fault = point(pool, pool.hosts[1], at)
    done = quiet(pool.xencon, "--connect-timeout", "2", "web01")
    assert_failed(done, done.returncode, pool=pool)
    assert done.returncode in (1, 3)
    assert "\x1b" not in done.stderr
    assert fault.used == 1
    assert logins(pool) == ["xen2"]


@pytest.mark.parametrize("at", ["-oProxyCommand=touch ${IFS}hit", "$(touch hit)", "x;touch hit",
                                "'\n touch hit\n'", "`touch hit`", "-x"], ids=ascii)
def test_a_coordinator_is_no_part_of_a_command(at, make, tmp_path):
    """The proxy command gets what the supporter names as one word that is no option."""
    pool = make()
    point(pool, pool.hosts[1], at)
    script = tmp_path / "proxy"
    script.write_text('#!/bin/sh\nprintf "%s\\n" "$#" "$1" >>"$0.log"\n'
                      f'exec socat - TCP:127.0.0.2:{pool.hosts[1].port} 2>>$0.err\n')
    script.chmod(0o755)
    done = quiet(pool.xencon, "--proxy-command", f"{script} %h %p", "web01")
    assert_failed(done, done.returncode, pool=pool)
    assert not list(tmp_path.rglob("hit"))
    words = (tmp_path / "proxy.log").read_text().split("\n")
    assert words[:2] == ["2", "127.0.0.2"]
    assert not any(word.startswith("-") for word in words)
