# SPDX-License-Identifier: ISC
"""Secrets in traces, command lines and environments: of the program, and of all that it starts."""
import base64
import json
import pathlib
import urllib.parse

import pytest

import configs
import harness
import jumps
import procs
import sim

from outcome import HELLO, assert_logged_out, calls, sessions_seen

PASSWORD = 'qX7 vile"fjord"Zv3'  # JSON writes it otherwise; XE_EXTRA_ARGS can hold no backslash


@pytest.fixture
def pool(make_pool):
    made = make_pool(password=PASSWORD, hosts=2)
    made.add_vm("web01", made.hosts[1], backend=sim.Source(HELLO))
    return made


@pytest.fixture(params=["variable", "file", "command", "xe's file", "xe's password file",
                        "xe's variable"])
def source(request, pool, tmp_path):
    """Words and variables that give the password, each way there is."""
    home = configs.Home(tmp_path)
    path = home.secret("pw", PASSWORD + "\n")
    lines = [f"server={pool.coordinator.address}", f"port={pool.coordinator.port}", "username=root"]
    if request.param == "xe's file":
        home.secret(".xe", "\n".join([*lines, f"password={PASSWORD}"]))
    if request.param == "xe's password file":
        its_file = home.secret("pw2", f"root\n{PASSWORD}\n")
        home.secret(".xe", "\n".join([*lines, f"passwordfile={its_file}"]))
    extra = ",".join([*lines, f"password={PASSWORD}"])
    server = ["-s", pool.coordinator.url]
    return {"variable": (server, {"XENCON_PASSWORD": PASSWORD}),
            "file": ([*server, "--password-file", path], {"XENCON_PASSWORD": "another-1"}),
            "command": ([*server, "--password-command", f"cat {path}"],
                        {"XENCON_PASSWORD": "another-1"}),
            "xe's file": ([], {}), "xe's password file": ([], {}),
            "xe's variable": ([], {"XE_EXTRA_ARGS": extra})}[request.param]


def spellings(pool):
    """Every secret of a run, as it is and as it is written in what is sent."""
    plain = [PASSWORD, "another-1", *sessions_seen(pool)]
    for word in list(plain):
        plain += [json.dumps(word)[1:-1], urllib.parse.quote(word),
                  base64.b64encode(f"root:{word}".encode()).decode()[8:20]]
    # Half a session, too, is more than anybody needs to see.
    plain += [ref.partition(":")[2][:18] for ref in sessions_seen(pool)]
    return sorted(set(plain))


def assert_clean(data, pool):
    """No byte of it is of a secret."""
    text = data.decode(errors="replace") if isinstance(data, bytes) else data
    assert len(sessions_seen(pool)) >= 1, "no session was used: there is nothing to look for"
    for secret in spellings(pool):
        at = text.find(secret)
        assert at < 0, text[max(0, at - 80):at + 40]


def spy(note):
    """A shell's words that note its own command line and environment, and its parent's."""
    return (f"cat /proc/$$/cmdline /proc/$$/environ /proc/$PPID/cmdline /proc/$PPID/environ "
            f">>{note} 2>&1; ")


def start_bare(make_xencon, pool):
    program = make_xencon(pool, password=None)
    del program.env["XENCON_SERVER"]
    return program


@pytest.mark.parametrize("level", ["-v", "-vv", "-vvv", "-vvvvv"])
def test_traces(level, source, pool, make_xencon):
    words, env = source
    done = start_bare(make_xencon, pool).run(level, *words, "web01", env=env)
    assert (done.stdout, done.returncode) == (HELLO, 0), done.stderr
    assert "connected to" in done.stderr
    assert_clean(done.stderr, pool)


def test_the_most_talkative_level_shows_requests(pool, make_xencon):
    """What was asked, and not only that something was; with the secrets left out."""
    done = make_xencon(pool, password=PASSWORD).run("-vvv", "web01")
    assert_clean(done.stderr, pool)
    asked, = [line for line in done.stderr.splitlines() if "VM.get_all_records_where" in line
              and "web01" in line]
    assert asked.startswith("xencon: ")
    assert any("session.login_with_password" in line and "root" in line
               for line in done.stderr.splitlines())


@pytest.mark.parametrize("fault", [
    {"stage": "rpc", "action": "error", "method": "session.login_with_password",
     "code": "INTERNAL_ERROR", "params": ["root", PASSWORD]},
    {"stage": "rpc", "action": "status", "method": "session.login_with_password",
     "line": "500 " + PASSWORD.replace('"', ""), "body": b"x"},
    {"stage": "connect", "action": "expire"},
    {"stage": "connect", "action": "reset"},
], ids=lambda fault: f"{fault['stage']} {fault['action']}")
def test_failures(fault, pool, make_xencon):
    """What the server says is the server's; of ours nothing is repeated."""
    pool.faults.add(sim.Fault(**{"times": None, **fault}))
    done = make_xencon(pool, password=PASSWORD).run("-vvv", "web01")
    assert done.returncode != 0 or done.stdout == HELLO
    for ref in sessions_seen(pool):
        assert ref not in done.stderr
    if fault["stage"] == "connect":
        assert_clean(done.stderr, pool)


def test_a_proxy_command(source, pool, make_xencon, tmp_path):
    jumps.need("nc", "netcat-openbsd")
    words, env = source
    note = tmp_path / "note"
    done = start_bare(make_xencon, pool).run(
        "-vvv", "--proxy-command", spy(note) + "exec nc %h %p", *words, "web01", env=env)
    assert (done.stdout, done.returncode) == (HELLO, 0), done.stderr
    seen = note.read_bytes()
    assert b"HOME=" in seen
    assert_clean(seen, pool)
    assert_clean(done.stderr, pool)


def test_a_viewer(source, pool, make_xencon, tmp_path):
    words, env = source
    note = tmp_path / "note"
    done = start_bare(make_xencon, pool).run(
        "vnc", "-vvv", "--viewer=" + spy(note) + "true", *words, "web01", env=env)
    assert done.returncode == 0, done.stderr
    assert b"HOME=" in note.read_bytes()
    assert_clean(note.read_bytes(), pool)
    assert_clean(done.stderr, pool)
    assert_clean(done.stdout, pool)


def test_a_password_command(pool, make_xencon, tmp_path):
    """Nor does it learn of the one in a variable that it outweighs."""
    note = tmp_path / "note"
    path = configs.Home(tmp_path).secret("pw", PASSWORD + "\n")
    done = make_xencon(pool, password="another-1").run(
        "--password-command", spy(note) + f"cat {path}", "web01",
        env={"XE_EXTRA_ARGS": "username=root,password=another-1"})
    assert (done.stdout, done.returncode) == (HELLO, 0), done.stderr
    assert b"HOME=" in note.read_bytes()
    assert_clean(note.read_bytes(), pool)


def family(pid):
    """A process and all that it started, and these."""
    found = [pid]
    for child in procs.children(pid):
        found += family(child)
    return found


def test_every_process_while_the_session_is_in_use(source, pool, make_xencon):
    jumps.need("nc", "netcat-openbsd")
    words, env = source
    pool.faults.add(sim.Fault("rpc", "stall", method="VM.get_all_records_where"))
    process = start_bare(make_xencon, pool).start(
        "--proxy-command", "exec nc %h %p", *words, "web01", env=env)
    assert pool.journal.wait(lambda: "VM.get_all_records_where" in calls(pool))
    seen = b""
    pids = family(process.pid)
    assert len(pids) >= 2
    for pid in pids:
        for name in ("cmdline", "environ"):
            seen += pathlib.Path(f"/proc/{pid}/{name}").read_bytes()
    assert_clean(seen, pool)
    process.terminate()
    _, said = process.communicate(timeout=harness.PATIENCE)
    assert_clean(said, pool)
    assert_logged_out(pool)


def test_what_is_typed_at_the_prompt(pool, make_xencon):
    terminal = make_xencon(pool, password=None).terminal("-vvv", "web01")
    terminal.expect("password: ")
    terminal.sendline(PASSWORD)
    before = terminal.before
    assert terminal.finish() == 0
    said = before + b"password: " + terminal.before
    assert HELLO in said
    assert_clean(said, pool)


def test_no_core_is_dumped(pool, make_xencon):
    """Not of a process that holds the secrets, and nobody else may look at it."""
    pool.faults.add(sim.Fault("rpc", "stall", method="VM.get_all_records_where"))
    process = make_xencon(pool, password=PASSWORD).start("web01")
    assert pool.journal.wait(lambda: "VM.get_all_records_where" in calls(pool))
    limits = pathlib.Path(f"/proc/{process.pid}/limits").read_text()
    core, = [line.split() for line in limits.splitlines() if line.startswith("Max core file size")]
    assert core[4:6] == ["0", "0"]
    process.terminate()
    process.communicate(timeout=harness.PATIENCE)
