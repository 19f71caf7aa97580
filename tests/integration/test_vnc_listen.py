# SPDX-License-Identifier: ISC
"""Where `xencon vnc` listens, what it prints about that, and when."""
import os

import pytest

import harness
import networks
import sim
from listening import IPV6, is_open, make_pool, network, serve, web01  # noqa: F401
from outcome import assert_failed, assert_logged_out, calls
from sim.rfb import BARS

LOGIN = "session.login_with_password"


def assert_serves(listener):
    """A viewer gets the guest's picture."""
    with listener.attach() as viewer:
        assert (viewer.width, viewer.height, viewer.title) == (320, 200, "web01")
        row = viewer.picture()[0]
        assert tuple(row[20::40]) == BARS


def test_by_default_the_first_free_port(web01, network, serve):
    free = network.free_port()
    listener = serve()
    assert listener.where == f"vnc://127.0.0.1:{free}"
    assert_serves(listener)


@pytest.mark.parametrize("count", [1, 3])
def test_ports_in_use_are_passed_over(web01, network, serve, count):
    with network.held(range(networks.FIRST_PORT, networks.FIRST_PORT + count)):
        free = network.free_port()
        listener = serve()
        assert listener.where == f"vnc://127.0.0.1:{free}"
        assert_serves(listener)


def test_several_at_a_time(pool, web01, network, serve):
    pool.add_vm("db01", rfb_backend=sim.Rfb(width=64, height=48))
    first, second = serve(), serve(vm="db01")
    assert first.where != second.where
    with first.attach() as one, second.attach() as other:
        assert (one.title, other.title) == ("web01", "db01")


def test_a_port_in_use_by_all_addresses_is_passed_over(web01, network, serve):
    port = network.free_port()
    with network.hold(port, "0.0.0.0"):
        assert serve().port > port


def test_no_port_is_free(web01, network, xencon, pool):
    with network.held(range(networks.FIRST_PORT, networks.LAST_PORT + 1)):
        done = xencon.run("vnc", "web01")
    assert_failed(done, 1, "127.0.0.1:5900", "in use", "--listen", pool=pool)


@pytest.mark.parametrize("form, where", [
    ("{}", "vnc://127.0.0.1:{}"),
    ("127.0.0.1:{}", "vnc://127.0.0.1:{}"),
    ("localhost:{}", "vnc://127.0.0.1:{}"),
    ("127.0.0.2:{}", "vnc://127.0.0.2:{}"),
    pytest.param("[::1]:{}", "vnc://[::1]:{}", marks=pytest.mark.skipif(not IPV6, reason="IPv6")),
])
def test_a_port_of_ones_choice(web01, network, serve, form, where):
    port = network.free_port(5950)
    listener = serve("--listen", form.format(port))
    assert listener.where == where.format(port)
    assert_serves(listener)
    assert listener.said() == ""


@pytest.mark.parametrize("form", [
    "0", "127.0.0.1:0",
    pytest.param("[::1]:0", marks=pytest.mark.skipif(not IPV6, reason="IPv6"))])
def test_port_0_is_any_that_is_free(web01, serve, form):
    listener = serve(f"--listen={form}")
    assert listener.port > 0
    assert_serves(listener)


def test_the_short_option(web01, network, serve):
    port = network.free_port(5950)
    assert serve(f"-l{port}").port == port


def test_beyond_5999(web01, network, serve):
    port = network.free_port(16000)
    listener = serve("--json", "-l", str(port))
    assert listener.about["display"] == port - 5900


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2"])
def test_a_port_in_use_is_named(web01, network, xencon, pool, host):
    port = network.free_port(5950, host)
    with network.hold(port, host):
        done = xencon.run("vnc", "--listen", f"{host}:{port}", "web01")
        assert_failed(done, 1, f"{host}:{port}", "in use", "choose another port", pool=pool)


def test_two_of_ours_on_one_port(web01, serve, xencon):
    port = serve().port
    done = xencon.run("vnc", "--listen", str(port), "web01")
    assert_failed(done, 1, f"127.0.0.1:{port}", "in use")


def test_a_port_whose_last_connections_linger(web01, network, serve):
    """A viewer that the program closed first stays in the kernel for a minute."""
    first = serve()
    with first.attach() as viewer:
        assert first.end() == 0
        assert viewer.read_all() == b""
    assert serve("--listen", str(first.port)).port == first.port


def test_an_address_of_another_machine(web01, xencon, pool):
    done = xencon.run("vnc", "--listen", "192.0.2.1:5900", "web01")
    assert_failed(done, 1, "192.0.2.1:5900", "address", pool=pool)


@pytest.mark.parametrize("word", [
    "", "x", "65536", "-1", "+1", "5900x", " 5900", "127.0.0.1", "127.0.0.1:", "::1:5900",
    "[::1]", "[::1]5900", "[::1:5900", "[]:5900", "xen1:5900", "[127.0.0.1]x:5900",
    "127.0.0.1:99999", "127.1:5900", "5900:127.0.0.1"])
def test_what_is_no_place_to_listen(word, pool, xencon):
    done = xencon.run("vnc", f"--listen={word}", "web01")
    assert_failed(done, 2, f'"{word}"', "--listen takes")
    assert pool.connections == []


def test_json(web01, network, serve):
    port = network.free_port()
    assert serve("--json").about == {
        "url": f"vnc://127.0.0.1:{port}", "host": "127.0.0.1", "port": port,
        "display": port - 5900, "vm": "web01", "uuid": web01.uuid}
    assert is_open(port)


@pytest.mark.skipif(not IPV6, reason="IPv6")
def test_json_of_ipv6(web01, network, serve):
    port = network.free_port(5950)
    about = serve("--json", "--listen", f"[::1]:{port}").about
    assert (about["host"], about["url"]) == ("::1", f"vnc://[::1]:{port}")


def test_json_of_a_path(web01, serve, tmp_path):
    path = str(tmp_path / "web01.sock")
    assert serve("--json", "--listen", path).about == {
        "path": path, "vm": "web01", "uuid": web01.uuid}


@pytest.mark.parametrize("name", [
    'say "hi"', "naïve ☃", "two  blanks", "back\\slash", "line\nfeed"])
def test_json_of_an_unusual_name(name, pool, serve):
    pool.add_vm(name)
    assert serve("--json", vm=name).about["vm"] == name


def test_json_by_uuid_tells_the_name(web01, serve):
    assert serve("--json", vm=web01.uuid).about["vm"] == "web01"


def test_one_line_and_no_more(web01, serve):
    listener = serve()
    assert_serves(listener)
    assert listener.end() == 0
    assert listener.line() == ""
    assert listener.said() == ""


def test_quiet_still_says_where(web01, serve):
    assert_serves(serve("-q"))


def test_the_line_comes_when_viewers_get_in_and_not_before(pool, web01, network, serve):
    port = network.free_port(5950)
    pool.faults.add(sim.Fault("rpc", "delay", seconds=3, method="VM.get_all_records_where"))
    listener = serve("--listen", str(port), wait=False)
    assert pool.journal.wait(lambda: "VM.get_all_records_where" in calls(pool), harness.PATIENCE)
    assert not is_open(port)
    os.set_blocking(listener.process.stdout.fileno(), False)
    assert listener.process.stdout.read() is None
    os.set_blocking(listener.process.stdout.fileno(), True)
    assert "console.get_all_records_where" not in calls(pool), "looked too late"
    assert_serves(listener.ready())


def test_before_the_line_the_session_has_ended(pool, web01, serve):
    serve()
    assert_logged_out(pool)
    assert (calls(pool)[0], calls(pool)[-1]) == (LOGIN, "session.logout")


def test_nobody_takes_the_line(web01, network, xencon, pool):
    with open("/dev/full", "wb") as full:
        process = xencon.start("vnc", "web01", stdout=full)
        errors = process.communicate()[1].decode()
    assert process.returncode == 1
    assert "xencon: cannot write the address to stdout: No space left on device" in errors
    assert_logged_out(pool)


def test_beyond_loopback_with_a_warning(web01, network, serve):
    if not network.own:
        pytest.skip("would open a port to everybody")
    network.add_address("192.0.2.7/32")
    for host in ("0.0.0.0", "192.0.2.7"):
        listener = serve("--listen", f"{host}:5950")
        assert listener.where == f"vnc://{host}:5950"
        said = listener.says("warning")
        for words in ('"web01"', f"{host}:5950", "network", "unencrypted", "password"):
            assert words in said
        listener.where = "vnc://192.0.2.7:5950"
        assert_serves(listener)
        assert listener.end() == 0


@pytest.mark.skipif(not IPV6, reason="IPv6")
def test_beyond_loopback_with_ipv6(web01, network, serve):
    if not network.own:
        pytest.skip("would open a port to everybody")
    listener = serve("--listen", "[::]:5950")
    assert listener.where == "vnc://[::]:5950"
    listener.says("vnc://[::]:5950")
    listener.where = "vnc://[::1]:5950"
    assert_serves(listener)


def test_a_host_has_a_picture_too(pool, serve):
    about = serve("--json", "--dom0", "xen1", vm=None).about
    assert (about["vm"], about["uuid"]) == (pool.hosts[0].dom0.name, pool.hosts[0].dom0.uuid)
