# SPDX-License-Identifier: ISC
"""Passwords and sessions are not in argv, environment, traces or files, nor in memory after use."""
import base64
import os
import pathlib
import re

import pytest

import sim

import harness
import procs
from outcome import assert_logged_out, assert_no_secret, await_call, sessions_seen

# Long, so that memory which was freed without wiping is not soon another's.
PASSWORD = "qX7-vile-fjord-Zv3-" + "sphinx-of-quartz-" * 40 + "9Qe-judges-my-vow"
# A sanitizer keeps what was freed, and takes for itself what these see to be impossible: core dumps, attaching.
pytestmark = pytest.mark.plain

HELLO = b"hello from web01"


@pytest.fixture
def pool(make_pool):
    made = make_pool(password=PASSWORD)
    made.add_vm("web01", backend=sim.Source(HELLO, stay=True))
    return made


@pytest.fixture(params=["variable", "file", "command"])
def source(request, tmp_path):
    """Options and environment that give the password, each way there is."""
    path = tmp_path / "password"
    path.write_text(PASSWORD + "\n")
    path.chmod(0o600)
    return {"variable": ([], {"XENCON_PASSWORD": PASSWORD}),
            "file": (["--password-file", path], {}),
            "command": (["--password-command", f"cat {path}"], {"XENCON_PASSWORD": PASSWORD})}[
                request.param]


@pytest.fixture
def attached(pool, make_xencon, source):
    """The program, attached to web01 and logged out already."""
    options, env = source
    process = make_xencon(pool, password=None).start(*options, "web01", env=env)
    assert process.stdout.read(len(HELLO)) == HELLO
    await_call(pool, "session.logout")
    yield process
    process.communicate(timeout=harness.PATIENCE)


def read(pid, name):
    return pathlib.Path(f"/proc/{pid}/{name}").read_bytes()


def test_the_command_line_and_the_environment(attached):
    for name in ("cmdline", "environ"):
        assert PASSWORD.encode() not in read(attached.pid, name)
    assert b"XENCON_SERVER" in read(attached.pid, "environ")


def test_it_dumps_no_core(attached):
    line = re.search(rb"Max core file size +(\S+) +(\S+)", read(attached.pid, "limits"))
    assert line.groups() == (b"0", b"0")


def writable_memory(pid):
    """(where, flags, content) of each mapping that can be written."""
    found = re.findall(r"^([0-9a-f]+)-([0-9a-f]+) (\S+)(.*)\n(?:[A-Z].*\n)*?VmFlags: (.*)$",
                       read(pid, "smaps").decode(), re.M)
    assert len(found) > 10
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for start, end, permissions, rest, flags in found:
            if "w" not in permissions or "[v" in rest:
                continue
            try:
                memory.seek(int(start, 16))
                yield (f"{start} {permissions}{rest}", flags.split(),
                       memory.read(int(end, 16) - int(start, 16)))
            except OSError:
                continue


def test_memory_holds_no_secret_once_the_console_is_attached(attached, pool):
    """But the password that a lost session would be renewed with, and the session's own reference for
    where its logout fails: in pages that are locked, and that no dump has."""
    session, = sessions_seen(pool)
    searched = 0
    for where, flags, content in writable_memory(attached.pid):
        searched += len(content)
        if "lo" in flags and "dd" in flags:
            assert content.count(session.encode()) <= 1
            assert content.count(PASSWORD.encode()) <= 1
            continue
        # Of what was freed without wiping the first bytes are malloc's own again. On the stack the
        # kernel leaves the registers of the moment of a signal, of up to 64 bytes each: a whole
        # session, which is over by then, and the end of a password.
        stack = where.endswith("[stack]")
        for secret in [PASSWORD] if stack else [PASSWORD[-16:], session[-16:]]:
            at = content.find(secret.encode())
            assert at < 0, f"{where}: {content[max(0, at - 60):at + 80]!r}"
    assert searched > 100_000


def test_no_process_of_ours_ever_shows_it(pool, make_xencon, source):
    """Stalled where the session is in use, and with its children, whatever they are."""
    options, env = source
    pool.faults.add(sim.Fault("rpc", "stall", method="VM.get_all_records_where"))
    process = make_xencon(pool, password=None).start(*options, "web01", env=env)
    await_call(pool, "VM.get_all_records_where")
    session, = sessions_seen(pool)
    for pid in [process.pid, *procs.children(process.pid)]:
        for name in ("cmdline", "environ"):
            assert PASSWORD.encode() not in read(pid, name)
            assert session.encode() not in read(pid, name)
    process.terminate()
    process.communicate(timeout=harness.PATIENCE)
    assert_logged_out(pool)


def test_a_password_command_inherits_no_password(pool, make_xencon, tmp_path):
    note = tmp_path / "environment"
    xencon = make_xencon(pool, password=None)
    command = f"env > {note}; cat /proc/$$/environ >> {note}; echo {PASSWORD}"
    done = xencon.run("--password-command", command, "--idle", "0.1", "web01",
                      env={"XENCON_PASSWORD": "another-one-1"})
    assert done.returncode == 0
    assert "XENCON_SERVER" in note.read_text()
    assert "another-one-1" not in note.read_text()
    assert "XENCON_PASSWORD" not in note.read_text()


@pytest.mark.parametrize("fault", [
    None, {"stage": "connect", "action": "expire"}, {"stage": "connect", "action": "close"},
    {"stage": "rpc", "action": "error", "code": "SESSION_INVALID",
     "method": "VM.get_all_records_where"},
    {"stage": "rpc", "action": "not_json", "method": "session.login_with_password"},
    {"stage": "rpc", "action": "reset", "method": "session.login_with_password"},
    {"stage": "rpc", "action": "reset", "method": "session.logout"},
], ids=str)
@pytest.mark.parametrize("how", ["-v", "-vv", "-vvvv"])
def test_traces(how, fault, pool, make_xencon):
    if fault:
        pool.faults.add(sim.Fault(**fault))
    done = make_xencon(pool, password=PASSWORD).run(how, "--idle", "0.1", "web01")
    assert "connected to" in done.stderr
    assert all(line.startswith("xencon: ") for line in done.stderr.splitlines())
    assert_no_secret(done.stderr, pool, PASSWORD)
    sessions = {call.params[0] for call in pool.requests
                if call.params and str(call.params[0]).startswith("OpaqueRef:")}
    assert not [session for session in sessions if session in done.stderr]


def test_traces_of_basic(make_pool, make_xencon):
    short = PASSWORD[:18]
    pool = make_pool(password=short, generation="old", cookie_refused=True)
    pool.add_vm("web01", backend=sim.Source(HELLO))
    done = make_xencon(pool, password=short).run("-vv", "web01")
    assert done.stdout == HELLO
    assert_no_secret(done.stderr, pool, short)
    assert base64.b64encode(f"root:{short}".encode()).decode()[:12] not in done.stderr


def test_the_log_of_the_console_has_only_the_console(pool, make_xencon, tmp_path):
    log = tmp_path / "log"
    xencon = make_xencon(pool, password=PASSWORD)
    xencon.run("-vv", "--idle", "0.1", "--log", log, "web01")
    assert log.read_bytes() == HELLO


def test_the_password_is_sent_once_and_to_the_login_only(pool, make_xencon):
    make_xencon(pool, password=PASSWORD).run("--idle", "0.1", "web01")
    holders = [request.method for request in pool.requests
               if PASSWORD.encode() in request.head + request.body]
    assert holders == ["session.login_with_password"]


def test_no_files_are_left(pool, make_xencon, tmp_path):
    """The home is a test's own: it holds what the test put there."""
    before = sorted(os.listdir(tmp_path))
    xencon = make_xencon(pool, password=PASSWORD)
    xencon.run("--idle", "0.1", "web01", cwd=tmp_path)
    assert sorted(os.listdir(tmp_path)) == sorted([*before, "hosts.pem"])
