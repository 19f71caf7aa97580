# SPDX-License-Identifier: ISC
"""ssh as its users have configured it: in their files, and in --ssh-command. It leads where it leads by itself, and
what would be in our way is not."""
import os
import stat

import pytest

import gates
import harness
import sim

from gates import gate, xencon  # noqa: F401
from outcome import HELLO, assert_failed, assert_served, pool  # noqa: F401


@pytest.mark.parametrize("options", ["-o ControlPath=none", "-S none", "-o ControlMaster=no",
                                     "-o ControlMaster=auto", "-o ControlPersist=yes", "-n -T", "-tt"])
def test_options_in_the_command(options, pool, gate, xencon):
    """Of options ssh takes the first, which is the user's; we are led there all the same."""
    xencon.options = ["--ssh-command", f"{gate.command} {options}"]
    assert_served(xencon.run("web01"), pool)
    gate.assert_nothing_left()


@pytest.mark.parametrize("lines", [
    ["RemoteCommand touch {0}/ran", "RequestTTY force"],
    ["SessionType none", "StdinNull yes"],
    ["ForkAfterAuthentication yes"],
    ["ExitOnForwardFailure yes", "LocalForward {0}/taken 127.0.0.1:1"],
    ["StreamLocalBindMask 0000", "StreamLocalBindUnlink no"],
    ["LogLevel QUIET"],
])
def test_lines_in_the_configuration(lines, pool, gate, xencon):
    (gate.folder / "taken").write_text("")
    gate.configure(*[line.format(gate.folder) for line in lines])
    assert_served(xencon.run("web01"), pool)
    gate.assert_nothing_left()
    assert not (gate.folder / "ran").exists()
    assert "Starting session" not in gate.log


def test_a_command_of_the_users_own(pool, gate, xencon):
    """PermitLocalCommand is the user's wish, for each of the user's logins: here there is one."""
    gate.configure("PermitLocalCommand yes", f"LocalCommand echo x >>{gate.folder}/local")
    assert_served(xencon.run("web01"), pool)
    assert (gate.folder / "local").read_text() == "x\n"


@pytest.mark.parametrize("level", ["QUIET", "FATAL", "ERROR"])
def test_a_refusal_where_ssh_is_to_be_quiet(level, gate, xencon):
    """What ssh failed of is in its words alone: they are asked for, and stand above ours."""
    gate.configure(f"LogLevel {level}")
    (gate.folder / "authorized").write_text("")
    done = xencon.run("web01")
    assert done.returncode == 4
    assert "Permission denied (publickey" in done.stderr.splitlines()[0]


@pytest.mark.parametrize("level", ["QUIET", "ERROR"])
def test_a_banner_where_ssh_is_to_be_quiet(level, pool, tmp_path):
    """It stays away where all is well."""
    gate = gates.Gate()
    try:
        pool.coordinator.listen_unix(str(gate.socket))
        (gate.folder / "banner").write_text("Authorised use only\n")
        gate.stop()
        gate.server_lines = f"Banner {gate.folder}/banner"
        gate.start()
        program = gate.program(tmp_path)
        assert "Authorised use only" in program.run("web01").stderr
        gate.configure(f"LogLevel {level}")
        done = program.run("web01")
        assert_served(done, pool)
        assert "Authorised" not in done.stderr
    finally:
        gate.close()


@pytest.mark.parametrize("level", ["QUIET", "ERROR"])
def test_a_forwarding_that_is_forbidden_where_ssh_is_to_be_quiet(level, pool, tmp_path):
    gate = gates.Gate(pool, "AllowStreamLocalForwarding no")
    try:
        gate.configure(f"LogLevel {level}")
        done = gate.program(tmp_path).run("web01")
        assert_failed(done, 3, "forwards no connection to a socket", "AllowStreamLocalForwarding")
    finally:
        gate.close()


def test_quiet_by_the_command(gate, xencon):
    """That we cannot change; that it says nothing is said."""
    xencon.options = ["--ssh-command", f"{gate.command} -q"]
    (gate.folder / "authorized").write_text("")
    done = xencon.run("web01")
    assert_failed(done, 3, "has failed: exit status 255", "is it told to be quiet (-q)?")


def test_an_ssh_that_does_not_tell_its_configuration(pool, gate, xencon):
    """As before OpenSSH 6.8: then the user's master is looked for."""
    old = gate.folder / "old"
    old.write_text('#!/bin/sh\ncase " $* " in *" -G "*) exit 255;; esac\nexec ssh "$@"\n')
    old.chmod(0o755)
    master = gates.Master(gate)
    try:
        xencon.options = ["--ssh-command", f"{old} -F {gate.folder}/client"]
        assert_served(xencon.run("web01"), pool)
        assert gate.logins == 1
    finally:
        master.close()


@pytest.mark.parametrize("port, user, says", [(None, "", "ssh {host}"), (2, "joe@", "ssh -p {port} joe@{host}")])
def test_hints_lead_to_the_same_place(port, user, says, gate, xencon):
    """A port and a user that were written are part of it."""
    gate.known(None)
    gate.configure(check="ask")
    where = f"127.0.0.1:{gate.port}" if port else "xen1"
    (gate.folder / "client").write_text((gate.folder / "client").read_text().replace("Host xen1", "Host *"))
    done = xencon.run("-s", f"ssh://{user}{where}{gate.socket}", "web01", start_new_session=True)
    assert done.returncode == 3
    assert says.format(host="127.0.0.1" if port else "xen1", port=gate.port) == \
        done.stderr.splitlines()[-1].partition("that it shows: ")[2]


@pytest.mark.skipif(os.geteuid() != 0, reason="makes a folder of another user's")
def test_where_others_could_put_their_own(pool, gate, xencon, tmp_path):
    """The private folder lies in none where another user could rename it, however that is hidden."""
    shared, theirs = gate.folder / "shared", gate.folder / "theirs"
    for folder, mode in ((shared, 0o777), (theirs, 0o755)):
        folder.mkdir()
        folder.chmod(mode)
    os.chown(theirs, 65534, 65534)
    for folder in (shared, theirs):
        (folder / "mine").mkdir(mode=0o700)
    (gate.run / "link").symlink_to(theirs / "mine")
    for where in (shared, shared / "mine", theirs, theirs / "mine", gate.run / "link"):
        process = xencon.start("--stdio", "-v", "web01", env={"TMPDIR": str(where)})
        assert process.stdout.read(len(HELLO)) == HELLO
        said = process.communicate()[1].decode()
        assert str(where) not in said.partition(" -S ")[2].split()[0]
    (gate.run / "link").unlink()
    assert not [entry for folder in (shared, theirs) for entry in folder.iterdir() if entry.name != "mine"]


def test_what_is_in_the_private_folder_is_private(pool, gate, xencon):
    pool.add_vm("web02", backend=sim.Echo())
    gate.configure("StreamLocalBindMask 0000")
    terminal = xencon.terminal("web02").attached()
    folder, = gate.run.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert terminal.quit() == 0
    gate.assert_nothing_left()


def test_a_flood_of_words(pool, gate, xencon):
    """An ssh that never stops talking does not keep us from leaving."""
    loud = gate.folder / "loud"
    loud.write_text('#!/bin/sh\ncase " $* " in *" -N "*) exec yes banner >&2;; esac\nexit 255\n')
    loud.chmod(0o755)
    process = xencon.start("--ssh-command", loud, "web01")
    xencon.options = []
    assert process.stderr.readline() == b"banner\n"
    process.terminate()
    process.stderr.read()
    assert harness.finish(process) == 128 + 15
    harness.eventually(lambda: not list(gate.run.iterdir()), "no folder is left")
