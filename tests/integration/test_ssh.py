# SPDX-License-Identifier: ISC
"""-s ssh://HOST: one login by ssh, and all that a run needs over it."""
import os
import pathlib
import socket
import subprocess
import time

import pytest

import gates
import harness
import sim

from gates import gate, xencon  # noqa: F401
from outcome import HELLO, assert_failed, assert_logged_out, assert_served, calls
from rfbclient import Viewer
from sim import ports

LOOK_UPS = ["session.login_with_password", "VM.get_all_records_where",
            "console.get_all_records_where"]


@pytest.fixture
def pool(make_pool):
    """web01 runs on the host that ssh leads to, web02 on another."""
    made = make_pool(hosts=2)
    made.named = {"web01": made.add_vm("web01", backend=sim.Source(HELLO)),
                  "web02": made.add_vm("web02", made.hosts[1], backend=sim.Source(HELLO))}
    return made


def test_a_console_without_a_password(pool, gate, xencon):
    assert_served(xencon.run("web01"), pool)
    assert calls(pool)[:4] == [*LOOK_UPS, "CONNECT"]
    assert gate.logins == 1
    gate.assert_nothing_left()


def test_a_console_on_another_host(pool, gate, xencon):
    """Its certificate is the one that the pool says: nobody is asked."""
    done = xencon.run("-v", "web02")
    assert_served(done, pool)
    assert "shows the certificate that its pool knows" in done.stderr
    assert gate.logins == 1
    assert [request.host for request in pool.requests if request.kind == "CONNECT"] == pool.hosts
    gate.assert_nothing_left()


def test_another_host_with_another_certificate(pool, gate, xencon):
    pool.faults.add(sim.Fault("tls", "wrong_cert", host=pool.hosts[1]))
    assert_failed(xencon.run("web02"), 3, "does not show the certificate that its pool", pool=pool)
    gate.assert_nothing_left()


def test_another_host_that_is_not_reached_from_there(pool, gate, xencon):
    pool.hosts[1].network("refuse")
    done = xencon.run("-q", "web02")
    assert_failed(done, 3, "is not reached through ssh://xen1", "Connection refused")
    gate.assert_nothing_left()


def test_what_is_given_and_not_used(pool, gate, xencon):
    env = {"XENCON_PASSWORD": "secret"}
    done = xencon.run("-v", "-u", "joe", "web01", env=env)
    assert_served(done, pool)
    assert "the password is not used" in done.stderr
    assert 'the user "joe" is not used' in done.stderr
    login, = [request for request in pool.requests if request.method == LOOK_UPS[0]]
    assert login.params[:2] == ["root", ""]


def test_every_viewer_is_a_channel(pool, gate, xencon):
    """32 of them, at once, over one login."""
    process = xencon.start("vnc", "-l", gate.run / "v", "--max-viewers", "40", "web01")
    assert process.stdout.readline()
    viewers = [Viewer(str(gate.run / "v")) for _ in range(32)]
    try:
        for viewer in viewers:
            viewer.greet()
        for viewer in viewers:
            viewer.picture()
    finally:
        for viewer in viewers:
            viewer.close()
    process.terminate()
    assert harness.finish(process) == 0
    assert gate.logins == 1
    assert_logged_out(pool)
    gate.assert_nothing_left()


def test_viewers_of_a_machine_on_another_host(pool, gate, xencon):
    process = xencon.start("vnc", "-l", gate.run / "v", "web02")
    assert process.stdout.readline()
    for _ in range(2):
        with Viewer(str(gate.run / "v")) as viewer:
            viewer.greet()
    process.terminate()
    assert harness.finish(process) == 0
    assert gate.logins == 1
    gate.assert_nothing_left()


def test_a_picture_and_keys(pool, gate, xencon, tmp_path):
    done = xencon.run("shot", "web01", tmp_path / "web01.png")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "web01.png").read_bytes().startswith(b"\x89PNG")
    done = xencon.run("type", "web01", "--keys", "enter")
    assert done.returncode == 0, done.stderr
    gate.assert_nothing_left()


def test_the_screen(pool, gate, xencon):
    """Painted in a terminal, and as lines in a pipe."""
    terminal = xencon.terminal("screen", "web01")
    harness.eventually(lambda: terminal.is_raw(), "it is shown")
    harness.eventually(lambda: "CONNECT" in calls(pool), "it is connected")
    assert terminal.quit() == 0
    assert terminal.settings() == terminal.found
    assert gate.logins == 1
    assert_logged_out(pool)
    gate.assert_nothing_left()


@pytest.mark.parametrize("host", [0, 1])
def test_waiting_for_a_machine(host, pool, gate, xencon):
    """On whichever host it starts: over the login that there is."""
    vm = pool.add_vm("web03", backend=sim.Echo())
    vm.shutdown()
    terminal = xencon.terminal("--wait", "web03")
    terminal.expect(b"is halted")
    vm.start(pool.hosts[host])
    terminal.attached()
    assert terminal.quit() == 0
    assert gate.logins == 1
    assert_logged_out(pool)
    gate.assert_nothing_left()


@pytest.mark.parametrize("address", ["-oProxyCommand=touch {0}/ran", "a b", "a\nb", "$(touch {0}/ran)", "%h",
                                     "a;touch {0}/ran", "a'b", "é", "x" * 300])
def test_an_address_that_is_none(address, pool, gate, xencon):
    """What a pool gives as another host's does not reach ssh unless it looks like one."""
    address = address.format(gate.folder)
    console = pool.named["web02"].console()
    console.location = f"https://{address}/console?uuid={console.uuid}"
    done = xencon.run("-v", "web02")
    assert_failed(done, 1, "the server gave", pool=pool)
    assert not (gate.folder / "ran").exists()
    assert "-L -" not in done.stderr
    gate.assert_nothing_left()


def test_the_list(pool, gate, xencon):
    done = xencon.run("list")
    assert done.returncode == 0, done.stderr
    assert b"web01" in done.stdout and b"web02" in done.stdout
    assert_logged_out(pool)
    gate.assert_nothing_left()


def test_completion_asks_nothing(pool, gate, xencon, tmp_path):
    """It looks where a key needs no question, and is silent where it would have to ask one."""
    line = ["completion", "words", "--", "-s", gate.server, "--ssh-command", gate.command,
            "console", "web"]
    xencon.options = []
    harness.eventually(lambda: b"web02" in xencon.run(*line).stdout, "the names are known")
    gate.assert_nothing_left()
    (gate.folder / "authorized").write_text("")
    other = harness.Xencon(tmp_path / "other", password=None)
    other.env["TMPDIR"] = str(gate.run)
    terminal = other.terminal(*line)
    assert terminal.read() == b"words\r\n"
    gate.assert_nothing_left()


def test_hosts_in_turn(pool, gate, xencon):
    with ports.Held() as closed:
        done = xencon.run("-s", f"ssh://{closed},{gate.server}", "web01",
                          env={"XENCON_SERVER": gate.server})
    assert_served(done, pool)
    assert "Connection refused" in done.stderr
    assert f"; trying {gate.server}" in done.stderr
    gate.assert_nothing_left()


def test_a_profile(pool, gate, xencon, tmp_path):
    config = tmp_path / "config"
    config.write_text(f"[default]\ninsecure = yes\n[lab]\nserver = {gate.server}\n"
                      f"ssh-command = {gate.command}\n")
    xencon.options = []
    done = xencon.run("--config", config, "-P", "lab", "-v", "web01")
    assert_served(done, pool)
    assert "--insecure is not used through ssh" in done.stderr


@pytest.mark.parametrize("option, why", [
    (["--proxy-command", "nc %h %p"], "ProxyJump"),
    (["--console-address", "h"], "the same ssh"),
    (["--fingerprint", "ab"], "known_hosts"),
    (["--cacert", "/x"], "known_hosts"),
    (["--insecure"], "known_hosts"),
    (["--legacy-tls"], "no TLS"),
])
def test_what_makes_no_sense_with_it(option, why, xencon):
    assert_failed(xencon.run(*option, "web01"), 2, f"{option[0]} makes no sense through ssh", why)


def test_a_list_of_both_kinds(xencon):
    done = xencon.run("-s", "ssh://xen1,https://xen2", "web01")
    assert_failed(done, 2, "a list is all of ssh:// or none of it")


def test_a_certificate_that_is_none(xencon, gate):
    done = xencon.run("trust", gate.server)
    assert_failed(done, 2, "shows no certificate")


def test_no_ssh(xencon):
    xencon.options = ["--ssh-command", "no-such-ssh"]
    done = xencon.run("web01")
    assert done.returncode == 1
    assert "there is no ssh to be called" in done.stderr
    assert "--ssh-command CMD" in done.stderr


def test_a_command_with_variables_and_quotes(pool, gate, xencon):
    xencon.options = ["--ssh-command", f"LC_ALL=C ssh -F '{gate.folder}/client' -o \"LogLevel=INFO\""]
    assert_served(xencon.run("web01"), pool)
    gate.assert_nothing_left()


def test_a_key_that_is_refused(gate, xencon):
    (gate.folder / "authorized").write_text("")
    done = xencon.run("web01")
    assert done.returncode == 4
    own, ours, hint = done.stderr.splitlines()
    assert "Permission denied (publickey" in own
    assert ours == f"xencon: ssh is not let in to {gate.server}"
    assert "ssh-agent" in hint
    gate.assert_nothing_left()


def test_a_host_key_that_changed(gate, xencon):
    gate.known(gate.folder / "other.pub")
    done = xencon.run("web01")
    assert done.returncode == 3
    assert "REMOTE HOST IDENTIFICATION HAS CHANGED" in done.stderr
    assert f"xencon: the host key of {gate.server} has changed" in done.stderr
    gate.assert_nothing_left()


def test_a_host_key_that_is_unknown_and_nobody_to_ask(gate, xencon):
    gate.known(None)
    gate.configure(check="ask")
    done = xencon.run("web01", start_new_session=True)
    assert done.returncode == 3
    assert f"xencon: the host key of {gate.server} is not accepted" in done.stderr
    assert "xencon: connect once by hand" in done.stderr
    gate.assert_nothing_left()


@pytest.mark.parametrize("server, says", [
    ("ssh://no-such-host.invalid", "ssh cannot find the address of"),
    ("ssh://127.0.0.1:1", "ssh cannot connect to"),
])
def test_a_host_that_is_not_reached(server, says, gate, xencon):
    done = xencon.run("-s", server, "web01")
    assert done.returncode == 3
    assert says in done.stderr
    gate.assert_nothing_left()


@pytest.mark.parametrize("line", ["AllowStreamLocalForwarding no", "AllowTcpForwarding no",
                                  "DisableForwarding yes", "PermitOpen 127.0.0.1:1"])
def test_forwarding_that_is_forbidden(line, pool, tmp_path):
    gate = gates.Gate(pool, line)
    try:
        done = gate.program(tmp_path).run("web01")
        assert_failed(done, 3, "forwards no connection to a socket", "AllowStreamLocalForwarding")
        gate.assert_nothing_left()
    finally:
        gate.close()


def test_no_socket_there(gate, xencon):
    done = xencon.run("-s", f"ssh://xen1{gate.folder}/nothing", "web01")
    assert_failed(done, 3, "there is no toolstack's socket on ssh://xen1", "is it a XenServer")
    gate.assert_nothing_left()


def test_a_toolstack_that_does_not_run(gate, xencon):
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(gate.folder / "dead"))
        os.chmod(gate.folder / "dead", 0o600)
        done = xencon.run("-s", f"ssh://xen1{gate.folder}/dead", "web01")
    assert_failed(done, 3, "the toolstack of ssh://xen1", "is not running")
    gate.assert_nothing_left()


JOE = "joe:x:12345:12345::/:/bin/sh\n"


@pytest.fixture
def joes_gate(pool, tmp_path):
    """A host that knows an ordinary user, joe: its sshd sees a /etc/passwd of the test's own."""
    words = ["unshare", "-m", "sh", "-c", 'mount --bind "$0" /etc/passwd && exec "$@"', tmp_path / "passwd"]
    (tmp_path / "passwd").write_text(pathlib.Path("/etc/passwd").read_text() + JOE)
    if subprocess.run([*words, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("no mounts of one's own here")
    made = gates.Gate(pool, before=words)
    made.folder.chmod(0o755)
    yield made
    made.close()


@pytest.mark.parametrize("mode, says", [
    (0o755, "/xapi"),         # as in dom0: the folder is open, the socket root's
    (0o700, "/hidden/xapi"),  # not even to be seen
])
def test_a_user_who_is_not_root(mode, says, joes_gate, pool, tmp_path):
    hidden = joes_gate.folder / "hidden"
    hidden.mkdir(mode=mode)
    path = f"{joes_gate.folder}{says}"
    if path != str(joes_gate.socket):
        pool.coordinator.listen_unix(path)
    os.chmod(path, 0o600)
    done = joes_gate.program(tmp_path).run("-s", f"ssh://joe@xen1{path}", "web01")
    assert_failed(done, 4, "the user that ssh logs in as may not open the toolstack's socket on ssh://joe@xen1",
                  f"that is for root alone: ssh://root@xen1{path}")
    assert not calls(pool)
    assert joes_gate.logins == 1
    joes_gate.assert_nothing_left()


def test_a_user_who_is_not_root_over_a_master(joes_gate, pool, tmp_path):
    """The complaint is the master's, which is not ours to read: the host is asked."""
    os.chmod(joes_gate.socket, 0o600)
    program = joes_gate.program(tmp_path)
    master = gates.Master(joes_gate, "User joe")
    try:
        assert_failed(program.run("web01"), 4, "may not open the toolstack's socket")
        assert joes_gate.logins == 1
    finally:
        master.close()


def test_agent_and_x11_stay_here(pool, gate, xencon):
    gate.configure("ForwardAgent yes", "ForwardX11 yes", f"RemoteCommand touch {gate.folder}/ran",
                   "RequestTTY force", f"LocalForward {gate.port} 127.0.0.1:1")
    done = xencon.run("-v", "web01", env={"DISPLAY": ":7"})
    assert_served(done, pool)
    assert "-a -x " in done.stderr
    assert not (gate.folder / "ran").exists()
    assert "agent" not in gate.log.lower() and "x11" not in gate.log.lower()
    gate.assert_nothing_left()


def test_the_user_before_the_host_is_for_ssh_alone(pool, gate, xencon):
    done = xencon.run("-s", f"ssh://no-such-user@xen1{gate.socket}", "web01")
    assert done.returncode == 4
    assert "Permission denied" in done.stderr
    assert not calls(pool)
    gate.assert_nothing_left()


def test_the_users_own_master(pool, gate, xencon):
    """It is used, and is as it was before: no second login, no forwarding left, no end of it."""
    master = gates.Master(gate)
    try:
        for name in ("web01", "web02"):
            assert_served(xencon.run(name), pool)
            gate.assert_closed()
        assert gate.logins == 1
        assert master.is_alive()
    finally:
        master.close()
    gate.assert_nothing_left()


@pytest.mark.parametrize("lines", [["ControlMaster auto", "ControlPath {0}/cm", "ControlPersist yes"],
                                   ["ControlMaster yes", "ControlPath none"]])
def test_a_configuration_that_would_make_one(lines, pool, gate, xencon):
    """Ours is our own, and goes when we go."""
    gate.configure(*[line.format(gate.folder) for line in lines])
    assert_served(xencon.run("web01"), pool)
    gate.assert_nothing_left()
    assert not (gate.folder / "cm").exists()


def test_leaving_is_quick(pool, gate, xencon):
    """What undoes it all is waited for, and does not take long: the limit is far from what it takes."""
    done = xencon.run("-v", "web01")
    assert_served(done, pool)
    logged_out = [line for line in done.stderr.splitlines() if "logged out" in line]
    assert logged_out
    started = time.monotonic()
    gate.assert_nothing_left()
    assert time.monotonic() - started < 30
