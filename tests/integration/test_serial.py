# SPDX-License-Identifier: ISC
"""--serial: the port of an HVM guest, through ssh to the host where it runs."""
import os
import signal

import pytest

import dom0s
import harness

from gates import xencon  # noqa: F401
from outcome import assert_failed, assert_logged_out

ALL = bytes(range(256))


@pytest.fixture
def pool(make_pool):
    made = make_pool(hosts=2)
    made.web01 = made.add_vm("web01", consoles=("rfb",), domain_type="hvm")
    return made


@pytest.fixture
def port():
    made = dom0s.Port()
    yield made
    made.close()


@pytest.fixture
def dom0(pool, port):
    made = dom0s.Dom0(pool)
    made.serve(pool.web01.domid, port.path)
    yield made
    made.close()


@pytest.fixture
def gate(dom0):
    """What the program is led to."""
    return dom0


def test_every_byte_both_ways(pool, port, dom0, xencon):
    """^] alone, too, which xl's console keeps for itself."""
    process = xencon.start("-q", "--serial", "--stdio", "web01")
    process.stdin.write(b"\x1d")
    process.stdin.flush()
    assert port.hear(1) == b"\x1d"
    process.stdin.write(ALL)
    process.stdin.flush()
    assert port.hear(256) == ALL
    port.say(ALL)
    assert process.stdout.read(256) == ALL
    process.stdin.close()
    assert harness.finish(process) == 0
    assert dom0.logins == 1
    assert_logged_out(pool)
    dom0.assert_nothing_left()


def test_on_a_terminal(pool, port, dom0, xencon):
    terminal = xencon.terminal("--serial", "web01").attached()
    port.say(b"login: ")
    terminal.expect(b"login: ")
    terminal.send(b"root\r")
    assert port.hear(5) == b"root\r"
    assert terminal.quit() == 0
    dom0.assert_nothing_left()


def test_what_is_there_is_not_lost(port, dom0, xencon):
    """From the first byte on, behind whatever a login prints."""
    port.say(b"first words")
    done = xencon.run("-q", "--serial", "--until", "first words", "web01")
    assert (done.returncode, done.stdout) == (0, b"first words"), done.stderr


def test_much(port, dom0, xencon):
    """The port has a buffer of 4 kB; nothing is dropped by us."""
    data = os.urandom(1 << 20)
    process = xencon.start("-q", "--serial", "--stdio", "web01")
    process.stdin.write(b"!")
    process.stdin.flush()
    assert port.hear(1) == b"!"
    port.say(data)
    assert process.stdout.read(len(data)) == data
    process.kill()
    dom0.assert_nothing_left()


@pytest.fixture
def other(dom0):
    """A second host, which ssh's configuration calls "two"."""
    made = dom0s.Dom0()
    known = (dom0.folder / "known").read_text() + (made.folder / "known").read_text()
    (dom0.folder / "known").write_text(known)
    (made.folder / "authorized").write_text((dom0.folder / "user.pub").read_text())
    with open(dom0.folder / "client", "a") as client:
        client.write(f"Host two\nHostName 127.0.0.1\nPort {made.port}\nIdentitiesOnly yes\n"
                     f"IdentityFile {dom0.folder}/user\nUserKnownHostsFile {dom0.folder}/known\n")
    yield made
    made.close()


def test_on_another_host(pool, port, dom0, other, xencon):
    """Through the login that there is, as by ProxyJump."""
    vm = pool.add_vm("web02", pool.hosts[1], consoles=("rfb",), domain_type="hvm")
    other.serve(vm.domid, port.path)
    terminal = xencon.terminal("--serial", "--ssh-host", f"{pool.hosts[1].name}=two", "web02")
    terminal.attached()
    port.say(b"hello")
    terminal.expect(b"hello")
    assert terminal.quit() == 0
    assert (dom0.logins, other.logins) == (1, 1)
    dom0.assert_nothing_left()


def test_over_a_migration(pool, port, dom0, other, xencon):
    """To another host, and to its port there."""
    terminal = xencon.terminal("--serial", "--reconnect", "--ssh-host",
                               f"{pool.hosts[1].name}=two", "web01").attached()
    port.say(b"here")
    terminal.expect(b"here")
    there = dom0s.Port()
    try:
        course = pool.web01.begin("pool_migrate", pool.hosts[1])
        course.finish()
        other.serve(pool.web01.domid, there.path)
        port.close()
        terminal.attached()
        there.say(b"there")
        terminal.expect(b"there")
        assert terminal.quit() == 0
    finally:
        there.close()
    dom0.assert_nothing_left()


@pytest.fixture
def asking(dom0, other):
    """The second host, whose key ssh asks about."""
    client = dom0.folder / "client"
    first, _, second = client.read_text().partition("Host two\n")
    client.write_text(f"{first}Host two\nStrictHostKeyChecking ask\nGlobalKnownHostsFile /dev/null\n"
                      + second.replace(f"{dom0.folder}/known", f"{dom0.folder}/unknown"))
    return other


def test_over_a_migration_to_a_host_that_ssh_asks_about(pool, port, dom0, asking, xencon):
    """Whoever could answer is at the console: nothing is asked, and why it ends is said."""
    terminal = xencon.terminal("--serial", "--reconnect", "--ssh-host",
                               f"{pool.hosts[1].name}=two", "web01").attached()
    pool.web01.begin("pool_migrate", pool.hosts[1]).finish()
    asking.serve(pool.web01.domid, port.path)
    port.close()
    terminal.expect(b"xencon: the host key of ssh://two is not accepted")
    assert terminal.finish() == 3
    assert terminal.settings() == terminal.found
    dom0.assert_nothing_left()


def test_waiting_for_a_host_that_ssh_asks_about(pool, port, dom0, asking, xencon):
    """Nothing is attached yet: ssh asks, and has its answer."""
    vm = pool.add_vm("web02", pool.hosts[1], consoles=("rfb",), domain_type="hvm")
    vm.shutdown()
    terminal = xencon.terminal("--serial", "--wait", "--ssh-host", f"{pool.hosts[1].name}=two", "web02")
    terminal.expect(b"halted")
    vm.start()
    asking.serve(vm.domid, port.path)
    terminal.expect(b"continue connecting")
    terminal.send(b"yes\n")
    terminal.attached()
    port.say(b"SeaBIOS")
    terminal.expect(b"SeaBIOS")
    assert terminal.quit() == 0
    assert terminal.settings() == terminal.found
    dom0.assert_nothing_left()


def test_in_dom0_itself(pool, port, dom0, tmp_path):
    """Where the server is this host's own socket no ssh is called."""
    program = harness.Xencon(tmp_path, password=None)
    program.env["PATH"] = dom0.path
    program.options = ["--ssh-command", "no-such-ssh"]
    terminal = program.terminal("-s", f"unix:{dom0.socket}", "--serial", "web01").attached()
    port.say(b"hello")
    terminal.expect(b"hello")
    assert terminal.quit() == 0
    assert_logged_out(pool)


def test_over_https_with_ssh_beside_it(pool, port, dom0, make_xencon):
    program = make_xencon(pool)
    program.options += ["--ssh-command", dom0.command]
    program.env["TMPDIR"] = str(dom0.run)
    terminal = program.terminal("--serial", "--ssh-host", f"{pool.coordinator.address}=xen1", "web01")
    terminal.attached()
    port.say(b"hello")
    terminal.expect(b"hello")
    assert terminal.quit() == 0
    assert_logged_out(pool)
    dom0.assert_nothing_left()


def test_an_answer_after_the_end_of_input(port, dom0, xencon):
    """A pipe's end is no end of the port."""
    process = xencon.start("-q", "--serial", "web01")
    process.stdin.write(b"root\n")
    process.stdin.close()
    assert port.hear(5) == b"root\n"
    port.say(b"Password: ")
    assert process.stdout.read() == b"Password: "
    assert harness.finish(process) == 0
    dom0.assert_nothing_left()


@pytest.mark.parametrize("address", ["-oProxyCommand=touch {0}/ran", "a b", "a\nb", "$(touch {0}/ran)", "%h",
                                     "a;touch {0}/ran", "a'b", "é", ""])
def test_an_address_that_is_none(address, pool, dom0, xencon):
    """The pool's word does not reach ssh unless it looks like an address."""
    pool.add_vm("web02", pool.hosts[1], consoles=("rfb",), domain_type="hvm")
    pool.database.set("host", pool.hosts[1].ref, address=address.format(dom0.folder))
    done = xencon.run("--serial", "web02")
    assert_failed(done, 1, "as a host's address", pool=pool)
    assert not (dom0.folder / "ran").exists()
    dom0.assert_nothing_left()


def test_names_that_are_words_for_a_shell(pool, port, dom0, xencon):
    """Of a machine nothing but its domain's number goes to the host."""
    for at, name in enumerate(["$(touch {0}/ran)", "a'; touch {0}/ran; '", "-oProxyCommand=x", "a\nb"]):
        vm = pool.add_vm(name.format(dom0.folder), consoles=("rfb",), domain_type="hvm")
        dom0.serve(vm.domid, port.path)
        port.say(b"%d" % at)
        done = xencon.run("-q", "--serial", "--until", str(at), vm.uuid)
        assert (done.returncode, done.stdout) == (0, b"%d" % at), done.stderr
    assert not (dom0.folder / "ran").exists()


def test_only_xl_is_there(pool, port, tmp_path):
    dom0 = dom0s.Dom0(pool, tools=("xl",))
    try:
        dom0.serve(pool.web01.domid, port.path)
        terminal = dom0.program(tmp_path).terminal("--serial", "web01").attached()
        port.say(b"hello")
        terminal.expect(b"hello")
        assert terminal.quit() == 0
    finally:
        dom0.close()


def test_no_dom0(pool, tmp_path):
    dom0 = dom0s.Dom0(pool, tools=())
    try:
        done = dom0.program(tmp_path).run("--serial", "web01")
        assert_failed(done, 6, "is no dom0: it has neither xenstore-read nor xl", pool=pool)
        dom0.assert_nothing_left()
    finally:
        dom0.close()


def test_somebody_else_has_it_open(port, dom0, xencon):
    with open(port.path, "rb", buffering=0):
        done = xencon.run("--serial", "web01")
        assert_failed(done, 6, 'somebody else has the serial port of "web01" open',
                      f"it is process {os.getpid()}, ", "--force")
        terminal = xencon.terminal("--serial", "--force", "web01").attached()
        terminal.send(b"x")
        assert port.hear(1) == b"x"
        assert terminal.quit() == 0
    dom0.assert_nothing_left()


def test_what_is_left_of_our_own(port, dom0, xencon):
    """The network was lost, and sshd does not know it yet: the port is ours, and we take it back."""
    terminal = xencon.terminal("--serial", "--reconnect", "web01").attached()
    port.say(b"here")
    terminal.expect(b"here")
    master = dom0.master()
    servers = dom0.servers()
    for pid in servers:
        os.kill(pid, signal.SIGSTOP)
    try:
        os.kill(master, signal.SIGKILL)
        terminal.attached()
        port.say(b"again")
        terminal.expect(b"again")
        assert terminal.quit() == 0
        assert b"somebody else" not in terminal.before
    finally:
        for pid in servers:
            os.kill(pid, signal.SIGCONT)
    dom0.assert_nothing_left()


def test_what_is_left_of_another_run(port, dom0, xencon):
    """That is somebody else's."""
    terminal = xencon.terminal("--serial", "web01").attached()
    done = xencon.run("--serial", "web01")
    assert_failed(done, 6, 'somebody else has the serial port of "web01" open')
    port.say(b"still here")
    terminal.expect(b"still here")
    assert terminal.quit() == 0


def test_a_host_without_sessions(pool, port, tmp_path):
    """Its sshd forwards, and runs nothing. There is no second login, which might lead elsewhere."""
    dom0 = dom0s.Dom0(pool, server_lines="MaxSessions 0")
    try:
        dom0.serve(pool.web01.domid, port.path)
        done = dom0.program(tmp_path).run("--serial", "web01")
        assert_failed(done, 3, 'the serial port of "web01" is not reached on', "ssh HOST true", pool=pool)
        assert dom0.logins == 1
        assert "Connection from" not in dom0.log.partition("Accepted ")[2]
    finally:
        dom0.close()


def test_no_port(pool, dom0, xencon):
    dom0.serve(pool.web01.domid, None)
    done = xencon.run("--serial", "web01")
    assert_failed(done, 6, 'the serial port of "web01" is not there', pool=pool)
    dom0.assert_nothing_left()


def test_a_machine_without_one(pool, dom0, xencon):
    dom0.serve(pool.web01.domid, None)
    pool.database.set("VM", pool.web01.ref, platform={"hvm_serial": "none"})
    done = xencon.run("--serial", "web01")
    assert_failed(done, 6, '"web01" has no serial port that can be attached to',
                  'its hvm_serial is "none"', "param-key=hvm_serial", pool=pool)


def test_a_log_file_in_its_place(pool, dom0, xencon):
    dom0.serve(pool.web01.domid, None)
    dom0.write("/local/logconsole/@", "/tmp/guest.%d.log")
    done = xencon.run("--serial", "web01")
    assert_failed(done, 6, 'the serial port of "web01" goes to a file on', "/local/logconsole/@")


def test_a_guest_that_is_no_hvm(pool, dom0, xencon):
    pool.add_vm("pv01")
    done = xencon.run("--serial", "pv01")
    assert_failed(done, 6, '"pv01" has no serial port: it is no HVM guest',
                  "xencon console pv01", pool=pool)


@pytest.mark.parametrize("waits", [[], ["--wait"]])
def test_a_guest_that_will_be_no_hvm(waits, pool, port, xencon):
    """Its type was changed for its next start; its consoles tell what it is."""
    pool.database.set("VM", pool.web01.ref, domain_type="pv")
    port.say(b"hello")
    done = xencon.run("--serial", *waits, "--idle", "1", "web01")
    assert (done.stdout, done.returncode) == (b"hello", 0), done.stderr


def test_force_alone(xencon):
    assert_failed(xencon.run("--force", "web01"), 2, "--force needs --serial")


@pytest.mark.parametrize("given", ["xen1", "=x", "x=", "x=-oProxyCommand=y"])
def test_a_host_that_is_none(given, xencon):
    assert_failed(xencon.run("--ssh-host", given, "--serial", "web01"), 2,
                  "--ssh-host takes NAME=DESTINATION")


def test_configured_it_is_tried(pool, port, dom0, xencon, tmp_path):
    config = tmp_path / "config"
    config.write_text("[default]\nserial = yes\n")
    terminal = xencon.terminal("--config", str(config), "web01").attached()
    port.say(b"hello")
    terminal.expect(b"hello")
    assert terminal.quit() == 0
    pool.add_vm("pv01")
    terminal = xencon.terminal("--config", str(config), "pv01")
    terminal.expect(rb'"pv01" has no serial port: it is no HVM guest: this is the usual console')
    assert terminal.attached().quit() == 0
    dom0.assert_nothing_left()


def test_the_guest_goes(port, dom0, xencon):
    """QEMU ends, and its end of the port with it."""
    terminal = xencon.terminal("--serial", "web01").attached()
    port.say(b"bye")
    terminal.expect(b"bye")
    port.close()
    assert terminal.finish() == 0
    dom0.assert_nothing_left()


def test_ssh_goes(port, dom0, xencon):
    terminal = xencon.terminal("--serial", "web01").attached()
    master = dom0.master()
    os.kill(master, signal.SIGKILL)
    assert terminal.finish() == 7
    assert b"the connection was lost" in terminal.before
    dom0.assert_nothing_left()


def test_over_a_reboot(pool, port, dom0, xencon):
    """A new domain, with a new port."""
    terminal = xencon.terminal("--serial", "--reconnect", "web01").attached()
    port.say(b"going down")
    terminal.expect(b"going down")
    second = dom0s.Port()
    try:
        before = pool.web01.domid
        course = pool.web01.begin("hard_reboot")
        port.close()
        course.finish()
        assert pool.web01.domid != before
        dom0.serve(pool.web01.domid, second.path)
        terminal.attached()
        second.say(b"booting")
        terminal.expect(b"booting")
        assert terminal.quit() == 0
    finally:
        second.close()
    dom0.assert_nothing_left()


def test_waiting_for_it(pool, port, dom0, xencon):
    pool.web01.shutdown()
    terminal = xencon.terminal("--serial", "--wait", "web01")
    terminal.expect(b"halted")
    pool.web01.start()
    dom0.serve(pool.web01.domid, port.path)
    terminal.attached()
    port.say(b"SeaBIOS")
    terminal.expect(b"SeaBIOS")
    assert terminal.quit() == 0
    dom0.assert_nothing_left()


def test_a_guest_that_says_nothing(port, dom0, xencon):
    terminal = xencon.terminal("--serial", "web01").attached()
    terminal.expect(b"has printed nothing on its serial port")
    terminal.expect(b"console=ttyS0")
    port.say(b"now")
    terminal.expect(b"now")
    assert terminal.quit() == 0


def test_the_way_to_it_is_named(pool, dom0, xencon, make_xencon):
    """Where ssh makes it possible, and not elsewhere."""
    says = "its serial port is one: add --serial"
    assert_failed(xencon.run("web01"), 6, '"web01" has no text console', says, pool=pool)
    assert says not in make_xencon(pool).run("web01").stderr
