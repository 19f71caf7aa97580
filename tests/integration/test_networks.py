# SPDX-License-Identifier: ISC
"""Ways to a server: names with several addresses, sockets in dom0, and steps that take too long.

Names and addresses are those of a network of the test's own, in which some addresses swallow
everything, as a route that leads nowhere does.
"""
import shutil
import time

import pytest

import configs
import delayline
import sim
from sim import certs

from outcome import HELLO, assert_failed, assert_served

V4, V6 = "10.77.0.1", "fd77::1"
DEAD4, DEAD6 = "10.77.0.99", "fd77::dead"      # on the network, but nobody answers
REFUSES4, REFUSES6 = "10.77.0.2", "fd77::2"    # ours, but nothing listens there
STAGGER = 0.25


class Place:
    """A network with a pool at one of its addresses, and names for others."""

    def __init__(self, network, make_pool, make_xencon, folder):
        self._network = network
        self._make = make_pool, make_xencon
        self._folder = folder
        self.seconds = 0

    def pool(self, address, *names):
        """A pool there, that shows a certificate for some names."""
        made = self._network.call(lambda: self._make[0](addresses=[address]))
        made.coordinator.show(certs.make("xen1", san=names))
        configs.add_source(made)
        return made

    def run(self, pool, *words, hosts="", resolver=DEAD4):
        """The program there; `hosts` are lines of /etc/hosts, `resolver` is the name server."""
        for name, text in {"hosts": hosts, "resolv.conf": f"nameserver {resolver}\n",
                           "nsswitch.conf": "hosts: files dns\n"}.items():
            (self._folder / name).write_text(text)
        mounts = "".join(f'mount --bind "$0/{name}" /etc/{name} && '
                         for name in ("hosts", "resolv.conf", "nsswitch.conf"))
        program = self._make[1](pool)
        command = program.command
        program.command = lambda *each: ["unshare", "-m", "sh", "-c", mounts + 'exec "$@"',
                                         str(self._folder), *command(*each)]
        started = time.monotonic()
        done = program.run(*words, "web01", preexec_fn=self._network.enter)
        self.seconds = time.monotonic() - started
        return done


@pytest.fixture
def place(make_pool, make_xencon, tmp_path):
    if shutil.which("unshare") is None:
        pytest.skip("there is no unshare command (Debian: util-linux)")
    with delayline.or_skip():
        network = delayline.Namespace()
        network.tun("net0", V4 + "/24", V6 + "/64", REFUSES4 + "/24", REFUSES6 + "/64")
    yield Place(network, make_pool, make_xencon, tmp_path)
    network.close()


def lines(name, *addresses):
    return "".join(f"{address} {name}\n" for address in addresses)


@pytest.mark.parametrize("dead, living", [(DEAD6, V4), (DEAD4, V6)])
def test_a_black_hole_costs_a_stagger(dead, living, place):
    """One connection at most had to wait, or two with the logout's: never a whole timeout."""
    pool = place.pool(living, "xen1.test")
    done = place.run(pool, "-s", f"xen1.test:{pool.coordinator.port}", "--connect-timeout", "15",
                     hosts=lines("xen1.test", dead, living))
    assert_served(done, pool)
    assert place.seconds < 5


def test_several_black_holes(place):
    pool = place.pool(V4, "xen1.test")
    done = place.run(pool, "-s", f"xen1.test:{pool.coordinator.port}", "--connect-timeout", "15",
                     hosts=lines("xen1.test", DEAD6, "fd77::dea1", "fd77::dea2", V4))
    assert_served(done, pool)
    assert place.seconds < 8


@pytest.mark.parametrize("refusing, living", [(REFUSES6, V4), (REFUSES4, V6)])
def test_a_refusal_is_not_waited_for(refusing, living, place):
    """The next address is tried at once: in less time than the staggers would take."""
    pool = place.pool(living, "xen1.test")
    others = ([f"fd77::{number}" for number in (3, 4, 5, 6, 7)] if refusing == REFUSES6 else
              [f"10.77.0.{number}" for number in (3, 4, 5, 6, 7)])
    network = place._network
    for other in others:
        network.ip("addr", "add", other, "dev", "net0", *(["nodad"] if ":" in other else []))
    done = place.run(pool, "-v", "-s", f"xen1.test:{pool.coordinator.port}",
                     hosts=lines("xen1.test", refusing, *others, living))
    assert_served(done, pool)
    connected = next(line for line in done.stderr.splitlines() if "connected to" in line)
    assert float(connected.split()[1]) < 3 * STAGGER, done.stderr


@pytest.mark.parametrize("option, living, other", [("-4", V4, V6), ("-6", V6, V4)])
def test_a_family_alone(option, living, other, place):
    pool = place.pool(living, "xen1.test")
    words = ["-s", f"xen1.test:{pool.coordinator.port}"]
    hosts = lines("xen1.test", V4, V6)
    assert_served(place.run(pool, option, *words, hosts=hosts), pool)
    made = len(pool.connections)
    wrong = "-6" if option == "-4" else "-4"
    done = place.run(pool, wrong, *words, hosts=hosts)
    assert_failed(done, 3, "cannot connect to xen1.test", "refused")
    assert len(pool.connections) == made
    assert other != living


def test_a_family_that_the_address_is_not_of(place):
    pool = place.pool(V4, V4)
    done = place.run(pool, "-6", "-s", f"{V4}:{pool.coordinator.port}")
    assert_failed(done, 3, V4, "only IPv6 was asked for")


def test_nobody_knows_the_name_in_time(place):
    """The name server swallows the question."""
    pool = place.pool(V4, "xen1.test")
    done = place.run(pool, "-s", "xen9.test", "--connect-timeout", "1")
    assert_failed(done, 3, "cannot find the address of \"xen9.test\"", "does not answer")
    assert 1 <= place.seconds < 5


def test_nobody_knows_the_name(place):
    pool = place.pool(V4, "xen1.test")
    done = place.run(pool, "-s", "xen9.test", resolver="127.0.0.1")     # refuses
    assert_failed(done, 3, "cannot find the address of \"xen9.test\"")


def test_no_address_answers(place):
    pool = place.pool(V4, "xen1.test")
    done = place.run(pool, "-s", "xen1.test", "--connect-timeout", "1",
                     hosts=lines("xen1.test", DEAD6, DEAD4))
    assert_failed(done, 3, "no answer from xen1.test", "within 1 s")
    assert 1 <= place.seconds < 5


def test_every_address_refuses(place):
    pool = place.pool(V4, "xen1.test")
    done = place.run(pool, "-s", "xen1.test:1", hosts=lines("xen1.test", REFUSES6, REFUSES4))
    assert_failed(done, 3, "cannot connect to xen1.test:1", "refused")
    assert place.seconds < 5


@pytest.mark.parametrize("stage, says", [
    ("accept", "no TLS answer from"), ("tls", "no TLS answer from"), ("rpc", "no answer from"),
    ("connect", "no answer from"),
])
def test_a_step_that_takes_too_long_is_named(stage, says, pool, xencon):
    configs.add_source(pool)
    method = {"method": "VM.get_all_records_where"} if stage == "rpc" else {}
    pool.faults.add(sim.Fault(stage, "silence", **method))
    done = xencon.run("--connect-timeout", "1", "web01")
    assert_failed(done, 3, says, f"{pool.coordinator.address}:{pool.coordinator.port}",
                  "within 1 s")


def test_each_step_has_the_whole_time(pool, xencon):
    """Three steps that are slow, but none is too slow."""
    configs.add_source(pool)
    for stage in ("tls", "rpc", "connect"):
        pool.faults.add(sim.Fault(stage, "delay", seconds=1.2))
    assert_served(xencon.run("--connect-timeout", "3", "web01"), pool)


def test_a_socket_in_dom0(pool, xencon, tmp_path):
    """Whoever can open it is root: no password is asked for, and none is needed."""
    configs.add_source(pool)
    pool.coordinator.listen_unix(tmp_path / "xapi")
    del xencon.env["XENCON_PASSWORD"]
    assert_served(xencon.run("-s", f"unix:{tmp_path}/xapi", "web01"), pool)


def test_a_socket_with_a_comma_in_its_path(pool, xencon, tmp_path):
    configs.add_source(pool)
    pool.coordinator.listen_unix(tmp_path / "a,b")
    assert_served(xencon.run("-s", f"unix:{tmp_path}/a,b", "web01"), pool)


def test_a_socket_and_a_console_on_another_host(make_pool, make_xencon, tmp_path):
    pool = make_pool(hosts=2)
    pool.add_vm("web02", pool.hosts[1], backend=sim.Source(HELLO))
    pool.coordinator.listen_unix(tmp_path / "xapi")
    done = make_xencon(pool).run("-s", f"unix:{tmp_path}/xapi", "web02")
    assert_served(done, pool)


@pytest.mark.parametrize("make, says", [
    (lambda path: None, "No such file"), (lambda path: path.write_text(""), "refused"),
    (lambda path: path.mkdir(), "refused"),
], ids=["nothing", "a file", "a folder"])
def test_no_socket(make, says, pool, xencon, tmp_path):
    make(tmp_path / "xapi")
    done = xencon.run("-s", f"unix:{tmp_path}/xapi", "web01")
    assert_failed(done, 3, f"cannot connect to \"{tmp_path}/xapi\"", says, pool=pool)
