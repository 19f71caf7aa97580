# SPDX-License-Identifier: ISC
"""--proxy-command: hosts that are only to be reached through another program."""
import os
import signal

import pytest

import configs
import harness
import jumps
import procs
import sim
import trusting
from sim import certs

from outcome import HELLO, assert_failed, assert_logged_out, assert_served
from rfbclient import Viewer


@pytest.fixture
def proxy(tmp_path):
    return jumps.Recorded(tmp_path)


@pytest.fixture
def sshd(tmp_path):
    made = jumps.Sshd(tmp_path / "sshd")
    yield made
    made.close()


@pytest.fixture
def served(pool):
    return configs.add_source(pool)


def test_ssh(sshd, pool, xencon, served, tmp_path):
    through = " ".join(sshd.ssh("-W", "[%h]:%p"))
    assert_served(xencon.run("--proxy-command", through, "web01"), pool)
    jumps.assert_none_left(str(tmp_path / "sshd" / "user"))


def test_ssh_that_is_not_let_in(sshd, pool, xencon, served):
    words = sshd.ssh("-W", "[%h]:%p")
    words[words.index("-i") + 1] = "/nonexistent"
    done = xencon.run("--proxy-command", " ".join(words), "web01")
    assert done.returncode == 3
    assert "Permission denied" in done.stderr
    assert pool.connections == []


@pytest.mark.parametrize("through", ["nc -X 5 -x 127.0.0.1:{port} %h %p",
                                     "socat - SOCKS4A:127.0.0.1:%h:%p,socksport={port}"])
def test_socks(through, sshd, pool, xencon, served):
    jumps.need(through.split()[0], "netcat-openbsd, socat")
    socks = jumps.Socks(sshd)
    try:
        done = xencon.run("--proxy-command", through.format(port=socks.port), "web01")
    finally:
        socks.close()
    assert_served(done, pool)


def test_the_name_is_for_the_command_to_find(make_pool, make_xencon, proxy, tmp_path):
    """Here it has no address at all."""
    pool = make_pool()
    configs.add_source(pool)
    pool.coordinator.show(certs.make("xen1", san=("xen1.invalid",)))
    here = jumps.Recorded(tmp_path, "exec nc 127.0.0.1 %p")
    done = make_xencon(pool).run("-s", f"xen1.invalid:{pool.coordinator.port}", "--proxy-command",
                                 here.command, "web01")
    assert (done.stdout, done.returncode) == (HELLO, 0), done.stderr
    assert set(here.places) == {f"xen1.invalid:{pool.coordinator.port}"}


def test_every_connection_goes_through_it(make_pool, make_xencon, proxy):
    """Calls, the console on another host, and whatever the logout takes."""
    pool = make_pool(hosts=2)
    configs.add_source(pool)
    pool.add_vm("web02", pool.hosts[1], backend=sim.Source(HELLO))
    xencon = make_xencon(pool)
    for name in ("web01", "web02"):
        assert_served(xencon.run("--proxy-command", proxy.command, name), pool)
    assert sorted(proxy.places) == sorted(trusting.name(each.host) for each in pool.connections)
    assert {trusting.name(host) for host in pool.hosts} == set(proxy.places)
    proxy.assert_gone(len(pool.connections))


def test_every_connection_to_a_coordinator_elsewhere(make_pool, make_xencon, proxy):
    pool = make_pool(hosts=2)
    configs.add_source(pool)
    done = make_xencon(pool).run("-s", pool.hosts[1].url, "--proxy-command", proxy.command, "web01")
    assert_served(done, pool)
    assert sorted(proxy.places) == sorted(trusting.name(each.host) for each in pool.connections)
    assert proxy.places[0] == trusting.name(pool.hosts[1])


def test_every_viewer_goes_through_it(pool, xencon, proxy, tmp_path):
    pool.add_vm("web01")
    where = tmp_path / "vnc.sock"
    process = xencon.start("vnc", "-l", where, "--proxy-command", proxy.command, "web01")
    assert process.stdout.readline().strip().decode() == str(where)
    for _ in range(2):
        with Viewer(str(where)) as viewer:
            viewer.greet()
    process.terminate()
    assert harness.finish(process) == 0
    assert_logged_out(pool)
    assert sorted(proxy.places) == sorted(trusting.name(each.host) for each in pool.connections)
    assert len(proxy.places) >= 3
    proxy.assert_gone(3)


def test_what_is_typed_is_for_the_guest_alone(pool, xencon, proxy):
    sink = sim.Sink()
    pool.add_vm("web01", backend=sink)
    text = os.urandom(300_000)
    done = xencon.run("--proxy-command", proxy.command, "--idle", "0.2", "-q", "web01", input=text)
    assert (done.returncode, done.stderr) == (0, "")
    assert bytes(sink.received) == text


def test_much_that_is_printed(pool, xencon, proxy):
    text = bytes(range(256)) * 20_000
    pool.add_vm("web01", backend=sim.Source(text))
    done = xencon.run("--proxy-command", proxy.command, "-q", "web01")
    assert (done.stdout == text, done.returncode) == (True, 0), done.stderr


def test_it_has_no_descriptor_but_its_own(make_pool, make_xencon, tmp_path):
    """The second of them neither has the first connection."""
    pool = make_pool(hosts=2)
    pool.add_vm("web02", pool.hosts[1], backend=sim.Source(HELLO))
    note = tmp_path / "descriptors"
    done = make_xencon(pool).run("--proxy-command", f"ls /proc/self/fd >>{note}; exec nc %h %p",
                                 "web02")
    assert done.stdout == HELLO
    seen = note.read_text().split()
    assert len(seen) >= 8
    assert set(seen) == {"0", "1", "2", "3"}     # the last is the folder that ls looks into


@pytest.mark.parametrize("scheme", ["https", "http"])
@pytest.mark.parametrize("command, says", [
    ("exit 7", ""), ("true", ""), ("no-such-command-1", "no-such-command-1"),
    ("echo jump1 says no >&2; exit 1", "jump1 says no"), ("exec <&- >&-; exit 1", ""),
    ("echo Welcome to jump1; cat >/dev/null", ""), ("kill -9 $$", ""), ("head -c 20 >/dev/null", ""),
], ids=str)
def test_one_that_fails(command, says, scheme, pool, xencon, served):
    """At once, by name, and as a server that cannot be reached."""
    done = xencon.run("-s", f"{scheme}://xen1.invalid", "--proxy-command", command,
                      "--connect-timeout", "20", "web01", timeout=15)
    assert done.returncode in ((1, 3) if "Welcome" in command else (3,)), done.stderr
    own = [line for line in done.stderr.splitlines() if line.startswith("xencon: ")]
    assert own and "xen1.invalid" in own[0]
    assert says in done.stderr


@pytest.mark.parametrize("scheme, says", [("https", "no TLS answer from xen1.invalid:443"),
                                          ("http", "no answer from xen1.invalid:80")])
@pytest.mark.parametrize("command", ["exec sleep 1000", "cat >/dev/null; exec sleep 1000",
                                     "trap '' TERM; exec sleep 1000"])
def test_one_that_says_nothing(command, scheme, says, pool, xencon, tmp_path):
    hanging = jumps.Recorded(tmp_path, command)
    done = xencon.run("-s", f"{scheme}://xen1.invalid", "--proxy-command", hanging.command,
                      "--connect-timeout", "1", "web01", timeout=20)
    assert_failed(done, 3, says, "within")
    hanging.assert_gone()
    jumps.assert_none_left(str(tmp_path / "proxies"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
@pytest.mark.parametrize("stage", ["login", "console"])
def test_none_is_left_after_a_signal(stage, number, pool, xencon, proxy):
    pool.add_vm("web01", backend=sim.Source(HELLO, stay=True))
    if stage == "login":
        pool.faults.add(sim.Fault("rpc", "stall", method="VM.get_all_records_where"))
    process = xencon.start("--proxy-command", proxy.command, "web01")
    if stage == "login":
        assert pool.journal.wait(lambda: any(each.method == "VM.get_all_records_where"
                                             for each in pool.requests))
    else:
        assert process.stdout.read(len(HELLO)) == HELLO
    process.send_signal(number)
    assert harness.finish(process) == 128 + number
    proxy.assert_gone()
    if number != signal.SIGKILL:
        assert_logged_out(pool)


def test_none_is_left_after_a_signal_while_it_hangs(xencon, pool, tmp_path):
    hanging = jumps.Recorded(tmp_path, "exec sleep 1000")
    process = xencon.start("--proxy-command", hanging.command, "web01")
    harness.eventually(lambda: hanging.pids, "the command runs")
    process.terminate()
    assert harness.finish(process) == 128 + signal.SIGTERM
    hanging.assert_gone()
    jumps.assert_none_left(str(tmp_path / "proxies"))


def test_an_interrupt_on_the_terminal_still_logs_out(pool, xencon, proxy):
    """The key is for us to act on: the farewell goes through the command."""
    pool.add_vm("web01")
    pool.faults.add(sim.Fault("rpc", "stall", method="VM.get_all_records_where"))
    terminal = xencon.terminal("--proxy-command", proxy.command, "web01")
    assert pool.journal.wait(lambda: any(each.method == "VM.get_all_records_where"
                                         for each in pool.requests))
    terminal.sendintr()
    assert terminal.finish() == 128 + signal.SIGINT
    assert_logged_out(pool)
    proxy.assert_gone()


def test_a_terminal_works_and_comes_back(pool, xencon, proxy):
    pool.add_vm("web01")
    terminal = xencon.terminal("--proxy-command", proxy.command, "web01").attached()
    terminal.send(b"\x03\recho $((6*7))\r")
    terminal.expect(b"42\r\n")
    assert terminal.quit() == 0
    assert terminal.settings() == terminal.found
    proxy.assert_gone()


@pytest.fixture
def attached(make_pool, make_xencon, proxy):
    """The program, attached to a console on another host, and logged out."""
    pool = make_pool(hosts=2)
    pool.add_vm("web02", pool.hosts[1], backend=sim.Source(HELLO, stay=True))
    process = make_xencon(pool).start("--proxy-command", proxy.command, "web02")
    assert process.stdout.read(len(HELLO)) == HELLO
    assert_logged_out(pool)
    return process


def test_no_zombie_while_a_console_is_attached(attached, proxy):
    """The command of the console is all that is left: the others have been waited for."""
    harness.eventually(lambda: len(procs.children(attached.pid)) == 1, "one command is left", timeout=5)
    pid, = procs.children(attached.pid)
    assert procs.state(pid) != "Z"
    assert pid in proxy.pids


def test_one_that_dies_under_the_console(attached, proxy):
    living = [pid for pid in proxy.pids if not procs.is_gone(pid)
              and pid in procs.children(attached.pid)]
    for pid in living:
        os.kill(pid, signal.SIGKILL)
    assert harness.finish(attached) == 7, attached.stderr.read()


@pytest.mark.parametrize("end, status, says", [
    ("kill -KILL $$", 7, "killed by signal 9"), ("exit 255", 7, "exit status 255"),
    ("exit 0", 7, "exit status 0"), ("exec <&- >&-; exec sleep 1000", 0, "")])
def test_in_clear_text_its_end_is_a_loss(end, status, says, make_pool, make_xencon, tmp_path):
    """An end of file does not tell by itself whether the console has ended or the way to it."""
    pool = make_pool(tls=False)
    pool.add_vm("web01", backend=sim.Source(HELLO, stay=True))
    fifo = tmp_path / "end"
    os.mkfifo(fifo)
    command = f"exec 3<&0; nc %h %p <&3 & exec 3<&-; nc=$!; read word <{fifo}; kill $nc; {end}"
    process = make_xencon(pool).start("--proxy-command", command, "-q", "--stdio", "web01")
    assert process.stdout.read(len(HELLO)) == HELLO
    fifo.write_text("\n")
    assert harness.finish(process) == status
    said = process.stderr.read().decode()
    assert says in said
    assert (said == "") == (status == 0)


@pytest.mark.parametrize("hosts", [1, 2])
def test_one_that_goes_on_after_its_input(hosts, make_pool, make_xencon, tmp_path):
    pool = make_pool(hosts=hosts)
    pool.add_vm("web01", pool.hosts[-1], backend=sim.Source(HELLO))
    lasting = jumps.Recorded(tmp_path, "nc %h %p; exec sleep 1000")
    assert_served(make_xencon(pool).run("--proxy-command", lasting.command, "web01"), pool)
    lasting.assert_gone(2)
    jumps.assert_none_left(str(tmp_path / "proxies"))


@pytest.mark.parametrize("command", ["nc %h %x", "nc %", "nc %d"])
def test_a_letter_that_is_none(command, pool, xencon):
    assert_failed(xencon.run("--proxy-command", command, "web01"), 2, "bad proxy command", "%h, %p",
                  pool=pool)


def test_percent_signs_and_quotes(pool, xencon, served, tmp_path):
    command = f"echo '100%% \"%h\"' >'{tmp_path}/a b'; exec nc \"%h\" '%p'"
    assert_served(xencon.run("--proxy-command", command, "web01"), pool)
    assert (tmp_path / "a b").read_text() == f'100% "{pool.coordinator.address}"\n'


@pytest.mark.parametrize("server", ["xen1;touch x", "$(touch x)", "`touch x`", "a'b", "a b"])
def test_a_server_is_no_command(server, xencon, proxy, tmp_path):
    done = xencon.run("-s", server, "--proxy-command", proxy.command, "web01", cwd=tmp_path)
    assert_failed(done, 2, "bad server")
    assert not (tmp_path / "x").exists()
    assert proxy.pids == []


def test_an_ipv6_address_has_no_brackets(xencon, tmp_path):
    failing = jumps.Recorded(tmp_path, "exit 1")
    done = xencon.run("-s", "[fd77::1]:8443", "--proxy-command", failing.command, "web01")
    assert done.returncode == 3
    assert failing.places == ["fd77::1:8443"]


def test_a_socket_in_dom0_needs_none(pool, xencon, served, proxy, tmp_path):
    pool.coordinator.listen_unix(tmp_path / "xapi")
    done = xencon.run("-s", f"unix:{tmp_path}/xapi", "--proxy-command", proxy.command, "web01")
    assert (done.stdout, done.returncode) == (HELLO, 0), done.stderr
    assert proxy.pids == []


def test_it_stands_in_the_configuration(pool, xencon, served, proxy, tmp_path):
    configs.Home(tmp_path).configure(f"[lab]\nproxy-command = {proxy.command}\n")
    assert_served(xencon.run("-P", "lab", "web01"), pool)
    assert len(proxy.pids) == len(pool.connections)


@pytest.mark.parametrize("command, says", [
    ("false", "exit status 1"), ("exit 255", "exit status 255"), ("true", "exit status 0"),
    ("no-such-program-here %h", "no such program"), ("kill -9 $$", "signal 9")])
@pytest.mark.parametrize("scheme", ["https", "http"])
def test_a_command_that_fails_is_named(scheme, command, says, pool, xencon):
    """Not the server, which nobody has reached."""
    server = trusting.name(pool.coordinator)
    done = xencon.run("-s", f"{scheme}://{server}", "--proxy-command", command, "web01")
    assert done.returncode == 3
    assert f"xencon: the proxy command for {server} has ended: " in done.stderr
    assert says in done.stderr
    assert "TLS" not in done.stderr
    assert not pool.connections


def test_a_command_that_prints_something_of_its_own(pool, xencon):
    """Clear text, which is the advice for a port that speaks no TLS, would not help."""
    done = xencon.run("--proxy-command", "echo welcome; exec sleep 60", "web01")
    assert done.returncode == 3
    assert "what the proxy command gives is not TLS" in done.stderr
    assert "http:" not in done.stderr


@pytest.mark.parametrize("said, line", [
    ("command-line: line 0: Bad configuration option: PerSourcePenalties", ""),
    ("sshd: no hostkeys available -- exiting.", "PerSourcePenalties no\n")], ids=["before 9.8", "since"])
def test_no_login_is_held_against_the_next(said, line, tmp_path):
    """By whichever sshd these tests run with."""
    sshd = tmp_path / "sshd"
    sshd.write_text(f"#!/bin/sh\necho '{said}' >&2\nexit 1\n")
    sshd.chmod(0o755)
    assert jumps.leniency(str(sshd)) == line
