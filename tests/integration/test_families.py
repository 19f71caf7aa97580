# SPDX-License-Identifier: ISC
"""Names with several addresses, of both families, in a network where all of them are to be had."""
import os
import shutil

import pytest

import delayline
import sim

from outcome import assert_failed, assert_logged_out

HELLO = b"hello from web01"
V4, V6 = "10.77.0.1", "fd77::1"
NOBODY = "10.77.0.99"
HOSTS = f"""127.0.0.1 localhost
{V4} both.test only4.test
{V6} both.test only6.test
fd77::dead half6.test dead.test
{V4} half6.test
{NOBODY} half4.test dead.test
{V6} half4.test
"""

MOUNT = """for each in hosts resolv.conf
do test ! -e /etc/$each || mount --bind "$0/$each" /etc/$each || exit
done
exec "$@"
"""


@pytest.fixture
def network():
    """Two addresses of ours; for others of their networks nobody answers."""
    if shutil.which("unshare") is None:
        pytest.skip("there is no unshare command (Debian: util-linux)")
    with delayline.or_skip():
        made = delayline.Namespace()
        made.tun("net0", V4 + "/24", V6 + "/64")
    yield made
    made.close()


@pytest.fixture
def run(network, make_pool, make_xencon, tmp_path):
    """Runs the program there, with names of the test's own, against a pool at an address."""
    (tmp_path / "hosts").write_text(HOSTS)
    names = ["unshare", "-m", "sh", "-c", MOUNT, str(tmp_path)]

    def start(address, server, *options, name_server=V4):
        (tmp_path / "resolv.conf").write_text(f"nameserver {name_server}\n")
        pool = network.call(lambda: make_pool(addresses=[address]))
        pool.coordinator.show(sim.certs.make("xen1", san=(server,)))
        pool.add_vm("web01", backend=sim.Source(HELLO))
        xencon = make_xencon(pool)
        command = xencon.command
        xencon.command = lambda *words: [*names, *command(*words)]
        done = xencon.run(*options, "-s", f"{server}:{pool.coordinator.port}", "web01",
                          preexec_fn=network.enter)
        return pool, done

    return start


def assert_served(pool, done):
    assert (done.stdout, done.returncode) == (HELLO, 0), done.stderr
    assert_logged_out(pool)


@pytest.mark.parametrize("address, server, option", [
    (V4, "both.test", "-q"), (V6, "both.test", "-q"), (V4, "both.test", "-4"),
    (V6, "both.test", "-6"), (V4, "only4.test", "-q"), (V6, "only6.test", "-q"),
    (V4, "only4.test", "-4"), (V6, "only6.test", "-6"),
])
def test_the_address_where_somebody_listens_is_found(address, server, option, run):
    assert_served(*run(address, server, option))


@pytest.mark.parametrize("address, server", [(V4, "half6.test"), (V6, "half4.test")])
def test_an_address_that_does_not_answer_is_not_waited_for(address, server, run):
    """One that is tried after another's whole time would find it used up."""
    assert_served(*run(address, server, "--connect-timeout", "3"))


@pytest.mark.parametrize("address, option", [(V4, "-6"), (V6, "-4")])
def test_the_other_family_is_not_tried(address, option, run):
    pool, done = run(address, "both.test", option)
    assert_failed(done, 3, "cannot connect to both.test", "Connection refused")
    assert not pool.connections


@pytest.mark.parametrize("server, option", [("only4.test", "-6"), ("only6.test", "-4")])
def test_a_name_without_an_address_of_the_family(server, option, run):
    pool, done = run(V4, server, option)
    assert_failed(done, 3, f"cannot find the address of \"{server}\"",
                  f"only IPv{option[1]} was asked for")
    assert not pool.connections


def test_no_address_answers(run):
    _, done = run(V4, "dead.test", "--connect-timeout", "1")
    assert_failed(done, 3, "no answer from dead.test", "within 1 s")


@pytest.mark.skipif(not os.path.exists("/etc/resolv.conf"), reason="no place for a name server")
def test_the_name_service_does_not_answer(run):
    _, done = run(V4, "unknown.test", "--connect-timeout", "1", name_server=NOBODY)
    assert_failed(done, 3, "cannot find the address of \"unknown.test\"",
                  "the name service does not answer")
