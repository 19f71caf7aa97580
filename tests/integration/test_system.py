# SPDX-License-Identifier: ISC
"""What a machine says for all its users: /etc/xencon/config, the home of a user without HOME, and, in
dom0, its own toolstack. Each run sees folders of the test's own in place of the machine's."""
import os
import subprocess

import pytest

import configs
import users

from configs import home  # noqa: F401
from outcome import assert_failed, assert_served

SEE = 'while [ "$1" != -- ]; do mount --bind "$1" "$2" || exit 99; shift 2; done; shift; exec "$@"'


def can_mount():
    done = subprocess.run(["unshare", "-m", "mount", "--bind", "/tmp", "/mnt"],
                          capture_output=True, check=False)
    return done.returncode == 0


pytestmark = pytest.mark.skipif(not can_mount(), reason="no mount namespace is to be had")


class Machine:
    """The program on a machine whose /etc and /var/lib are the test's."""

    def __init__(self, program, folder):
        self.program = program
        self.etc = folder / "etc"
        self.lib = folder / "lib"
        self.etc.mkdir()
        self.lib.mkdir()
        command = program.command
        program.command = lambda *words: [
            "unshare", "-m", "sh", "-c", SEE, "sh", str(self.etc), "/etc", str(self.lib), "/var/lib",
            "--", *command(*words)]
        self.run = program.run

    def configure(self, text, mode=0o644):
        path = self.etc / "xencon" / "config"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path


@pytest.fixture
def machine(pool, make_xencon, tmp_path):
    configs.add_source(pool)
    program = make_xencon(pool)
    del program.env["XENCON_SERVER"]
    return Machine(program, tmp_path)


def test_the_configuration_of_the_machine(pool, machine):
    machine.configure(f"[default]\nserver = {pool.coordinator.url}\n")
    assert_served(machine.run("web01"), pool)


def test_the_user_counts_more(pool, machine, home):
    machine.configure("[default]\nserver = 127.0.0.1:1\nuser = eve\n")
    home.configure(f"[default]\nserver = {pool.coordinator.url}\nuser = root\n")
    assert_served(machine.run("web01"), pool)
    assert configs.logins(pool) == [("root", "secret")]


def test_what_is_typed_keeps_it_out(machine, home):
    """As -F does for ssh."""
    machine.configure("nonsense")
    path = home.configure("[default]\nuser = root\n", "mine")
    assert_failed(machine.run("--config", path, "web01"), 2, "no server is given")
    assert_failed(machine.run("web01"), 2, "/etc/xencon/config, line 1: ")


def test_a_profile_of_the_machine(pool, machine, home):
    """Typed, it counts for more than the variables; the user's half of it for more than the machine's."""
    pool.add_user("eve", "apple")
    machine.configure(f"[lab]\nserver = {pool.coordinator.url}\nuser = adam\n"
                      "[default]\nserver = 127.0.0.1:1\n")
    path = home.secret("pw", "apple\n")
    home.configure(f"[lab]\nuser = eve\npassword-file = {path}\n[default]\nserver = 127.0.0.1:1\n")
    done = machine.run("-P", "lab", "web01", env={"XENCON_SERVER": "127.0.0.1:1"})
    assert_served(done, pool)
    assert configs.logins(pool) == [("eve", "apple")]


def test_a_password_of_the_machine_stays_with_its_server(pool, machine, home):
    path = home.secret("pw", "secret\n")
    del machine.program.env["XENCON_PASSWORD"]
    machine.configure(f"[default]\nserver = xen9\npassword-file = {path}\n")
    done = machine.run("-s", pool.coordinator.url, "web01")
    assert_failed(done, 4, "no password", f"the password for xen9 is not used for {pool.coordinator.url}",
                  pool=pool)
    assert configs.logins(pool) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="takes root")
@pytest.mark.parametrize("uid, mode, says", [(users.ALICE, 0o644, "belongs to another user"),
                                             (0, 0o664, "others have access"),
                                             (0, 0o646, "others have access")])
def test_whom_it_must_belong_to(uid, mode, says, pool, machine):
    os.chown(machine.configure(f"[default]\nserver = {pool.coordinator.url}\n", mode), uid, uid)
    assert_failed(machine.run("web01"), 2, "/etc/xencon/config", says, pool=pool)


@pytest.mark.skipif(os.geteuid() != 0, reason="takes root")
def test_a_home_without_the_variable(pool, machine, home):
    """As cron and services start programs."""
    (machine.etc / "passwd").write_text(f"root:x:0:0::{home.folder}:/bin/sh\n")
    home.configure(f"[default]\nserver = {pool.coordinator.url}\n")
    for value in (None, ""):
        machine.program.env.pop("HOME", None)
        assert_served(machine.run("web01", env={} if value is None else {"HOME": value}), pool)


@pytest.fixture
def dom0(pool, machine):
    (machine.lib / "xcp").mkdir()
    pool.coordinator.listen_unix(machine.lib / "xcp" / "xapi")
    del machine.program.env["XENCON_PASSWORD"]
    machine.program.options = []
    return machine


def test_in_dom0_it_is_the_own_toolstack(pool, dom0):
    assert_served(dom0.run("web01"), pool)
    done = dom0.run("-v", "web01", env={"HOME": "/nowhere"})
    assert_served(done, pool)
    assert "no server is given: this host's own toolstack it is" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="takes root")
def test_a_socket_that_is_not_ours_to_open_is_none(pool, dom0):
    """An ordinary user of a control domain is told what is missing, not that a socket is closed to them."""
    command = dom0.program.command

    def as_alice(*words):
        line = command(*words)
        at = line.index("--") + 1
        return [*line[:at], "setpriv", f"--reuid={users.ALICE}", "--clear-groups", *line[at:]]

    dom0.program.command = as_alice
    assert_failed(dom0.run("web01", env={"HOME": "/nowhere"}), 2, "no server is given", pool=pool)


@pytest.mark.parametrize("source", ["option", "variable", "file", "xe"])
def test_a_server_that_is_named_anywhere_counts_more(source, dom0, home):
    words, env = [], {}
    if source == "option":
        words = ["-s", "127.0.0.1:1"]
    elif source == "variable":
        env = {"XENCON_SERVER": "127.0.0.1:1"}
    elif source == "file":
        dom0.configure("[default]\nserver = 127.0.0.1:1\n")
    else:
        home.secret(".xe", "server=127.0.0.1\nport=1\n")
    done = dom0.run(*words, "web01", env={**env, "XENCON_PASSWORD": "secret"})
    assert done.returncode == 3, done.stderr
    assert "127.0.0.1:1" in done.stderr


def test_without_the_socket_it_is_no_dom0(pool, machine):
    (machine.lib / "xcp").mkdir()
    assert_failed(machine.run("web01"), 2, "no server is given", pool=pool)


@pytest.mark.parametrize("devices", [True, False], ids=["with /dev/tty", "with no devices"])
def test_the_password_is_asked_for_on_the_terminal(devices, pool, make_xencon):
    """Which a root without devices has all the same."""
    configs.add_source(pool)
    program = make_xencon(pool, password=None)
    command = program.command
    hide = ":" if devices else "mount -t tmpfs none /dev"
    program.command = lambda *words: ["unshare", "-m", "sh", "-c", f'{hide}; exec "$@"', "sh", *command(*words)]
    terminal = program.terminal("web01")
    terminal.expect(rb"password[^\r\n]*")
    terminal.send(b"secret\r")
    terminal.expect(configs.HELLO)
    assert terminal.finish() == 0
