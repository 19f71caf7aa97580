# SPDX-License-Identifier: ISC
"""--console-address: consoles of other hosts behind NAT and tunnels; and consoles that need none."""
import pytest

import harness
import sim
from sim import certs

import trusting
from outcome import HELLO, assert_failed, assert_served, calls, connects

NOWHERE = "{scheme}://127.0.0.1:1/console?uuid={uuid}"


@pytest.fixture
def pool(make_pool):
    """web01 runs on the coordinator, web02 on the other host; their locations lead nowhere."""
    made = make_pool(hosts=2)
    made.web01 = made.add_vm("web01", backend=sim.Source(HELLO), location=NOWHERE)
    made.web02 = made.add_vm("web02", made.hosts[1], backend=sim.Source(HELLO), location=NOWHERE)
    return made


def test_a_console_elsewhere(pool, xencon):
    assert_served(xencon.run("--console-address", trusting.name(pool.hosts[1]), "web02"), pool)
    connect, = connects(pool)
    assert connect.host is pool.hosts[1]
    assert f"\r\nHost: {trusting.name(pool.hosts[1])}\r\n".encode() in connect.head
    assert f"uuid={pool.web02.console().uuid}".encode() in connect.head.split(b"\r\n")[0]


def test_a_console_elsewhere_without_it(pool, xencon):
    done = xencon.run("--connect-timeout", "1", "web02")
    assert done.returncode == 3
    assert "127.0.0.1:1" in done.stderr
    assert connects(pool) == []


@pytest.mark.parametrize("words", [[], ["--console-address", "127.0.0.1:1"]])
def test_a_console_of_the_host_that_we_talk_to(words, pool, xencon):
    """Whatever the location says, and wherever other consoles are to be had."""
    assert_served(xencon.run(*words, "web01"), pool)
    connect, = connects(pool)
    assert connect.host is pool.hosts[0]
    login = next(each for each in pool.requests if each.kind == "POST")
    assert connect.connection_id == login.connection_id


def test_it_costs_nothing_in_the_plain_case(pool, xencon):
    """Where the location has the words that we know nobody is asked who is who."""
    pool.add_vm("web03", backend=sim.Source(HELLO))
    assert_served(xencon.run("web03"), pool)
    assert "session.get_this_host" not in calls(pool)


def test_it_is_asked_once_where_the_words_differ(pool, xencon):
    assert_served(xencon.run("web01"), pool)
    assert calls(pool).count("session.get_this_host") == 1


def test_a_wrong_certificate_there(pool, xencon):
    pool.faults.add(sim.Fault("tls", "wrong_cert", host=pool.hosts[1]))
    done = xencon.run("--console-address", trusting.name(pool.hosts[1]), "web02")
    assert_failed(done, 3, trusting.name(pool.hosts[1]), pool.hosts[1].fingerprint, pool=pool)
    assert connects(pool) == []


def test_the_pool_vouches_for_its_host_there(pool, make_xencon):
    """By what its records say of the host, not by the name of the place."""
    xencon = make_xencon(pool, trust=False)
    pool.hosts[1].show(certs.make("xen2", san=("elsewhere.test",)))
    bundle = xencon.run("--cacert", pool.hosts[0].cert_file, "--console-address",
                        trusting.name(pool.hosts[1]), "web02")
    assert_served(bundle, pool)


def test_the_wrong_host_there(pool, xencon):
    """Behind the address is the coordinator, which does not have that console."""
    done = xencon.run("--console-address", trusting.name(pool.hosts[0]), "web02")
    assert done.returncode in (3, 6), done.stderr
    assert HELLO not in done.stdout
    harness.eventually(lambda: not pool.sessions, "every session has ended")


def test_nobody_there(pool, xencon):
    done = xencon.run("--console-address", "127.0.0.1:1", "web02")
    assert_failed(done, 3, "cannot connect to 127.0.0.1:1", pool=pool)


@pytest.mark.parametrize("address", ["", "a b", "[::1", "xen1:0", "unix:/x", "ftp://xen1", "xen1:x"])
def test_what_is_no_address(address, pool, xencon):
    done = xencon.run("--console-address", address, "web02")
    assert_failed(done, 2, "--console-address", pool=pool)
    assert pool.requests == []


def test_in_clear_text_nothing_unasked(pool, xencon):
    """A location in clear text is refused, but an address that the user gives is the user's."""
    done = xencon.run("--console-address", f"http://{trusting.name(pool.hosts[1])}", "web02")
    assert_failed(done, 3, "clear text", f"http://{trusting.name(pool.hosts[1])}", "console's address", pool=pool)
    assert connects(pool) == []


def test_of_a_pool_in_clear_text(make_pool, make_xencon):
    """HOST:PORT alone means the console as the pool offers it."""
    pool = make_pool(hosts=2, tls=False)
    pool.add_vm("web02", pool.hosts[1], backend=sim.Source(HELLO), location=NOWHERE)
    done = make_xencon(pool).run("--console-address", trusting.name(pool.hosts[1]), "web02")
    assert_served(done, pool)


def test_with_viewers(pool, xencon):
    pool.add_vm("web04", pool.hosts[1], location=NOWHERE)
    done = xencon.run("vnc", "--stdio", "--console-address", trusting.name(pool.hosts[1]), "web04",
                      input=b"RFB 003.003\n")
    assert done.stdout.startswith(b"RFB "), done.stderr
    assert connects(pool)[0].host is pool.hosts[1]
