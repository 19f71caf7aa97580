# SPDX-License-Identifier: ISC
"""Where the user and the password come from, in which order, and what is wrong with a source."""
import os
import signal
import subprocess

import pytest

import sim

import harness
import users
import procs
from outcome import HELLO, assert_failed, assert_logged_out, pool  # noqa: F401


@pytest.fixture
def xencon(pool, make_xencon):
    """The program without any password, and without a terminal to ask for one."""
    made = make_xencon(pool, password=None)
    run = made.run
    made.run = lambda *words, **more: run(*words, start_new_session=True, **more)
    return made


@pytest.fixture
def password_file(tmp_path):
    def make(content=b"secret\n", mode=0o600):
        path = tmp_path / "password"
        path.write_bytes(content)
        path.chmod(mode)
        return path
    return make


def assert_served(done, pool, password="secret"):
    assert (done.stdout, done.returncode) == (HELLO, 0), done.stderr
    assert pool.requests[0].params[:2] == ["root", password]
    assert_logged_out(pool)


def assert_nothing_asked(pool):
    assert not pool.connections


def test_without_a_password_and_a_terminal(pool, xencon):
    done = xencon.run("web01")
    assert_failed(done, 4, f"no password for \"root\" on 127.0.0.1:{pool.coordinator.port}",
                  "no terminal", "--password-file", "--password-command", "XENCON_PASSWORD")
    assert_nothing_asked(pool)


def test_an_empty_variable_is_none(pool, xencon):
    done = xencon.run("web01", env={"XENCON_PASSWORD": ""})
    assert_failed(done, 4, "no password for \"root\"", pool=pool)


@pytest.mark.parametrize("content", [b"secret\n", b"secret", b"secret\r\n", b"secret\nmore\n",
                                     b"secret\n\n\xff\x00", b"secret\r\n" + b"x" * 5000,
                                     b"\xef\xbb\xbfsecret\r\n", b"\xef\xbb\xbfsecret"], ids=repr)
def test_a_file(content, pool, xencon, password_file):
    path = password_file(content)
    assert_served(xencon.run("--password-file", path, "web01"), pool)
    assert xencon.run("--password-command", f"cat {path}", "web01").returncode == 0


@pytest.mark.parametrize("password", [" a b ", "pässwörd€", "a\tb", "x" * 1024, "\"\\'$(id)"],
                         ids=["blanks", "accents", "tab", "long", "quotes"])
def test_a_password_is_taken_as_it_stands(password, make_pool, make_xencon, password_file):
    pool = make_pool(password=password)
    pool.add_vm("web01", backend=sim.Source(HELLO))
    xencon = make_xencon(pool, password=None)
    path = password_file(password.encode() + b"\n")
    assert_served(xencon.run("--password-file", path, "web01"), pool, password)
    done = xencon.run("--password-command", f"cat {path}", "web01")
    assert done.returncode == 0
    assert xencon.run("web01", env={"XENCON_PASSWORD": password}).returncode == 0


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_a_mode_that_is_private(mode, pool, xencon, password_file):
    assert_served(xencon.run("--password-file", password_file(mode=mode), "web01"), pool)


@pytest.mark.parametrize("mode", [0o640, 0o620, 0o610, 0o604, 0o602, 0o601, 0o644, 0o666, 0o4755])
def test_a_mode_that_lets_others_in(mode, pool, xencon, password_file):
    path = password_file(mode=mode)
    done = xencon.run("--password-file", path, "web01")
    assert_failed(done, 2, f"\"{path}\"", f"{mode:04o}", f"chmod 600 {path}")
    assert_nothing_asked(pool)


@pytest.mark.parametrize("content, says", [
    (b"", "it is empty"), (b"\n", "it is empty"), (b"\r\nsecret\n", "it is empty"),
    (b"\xef\xbb\xbf\r\n", "it is empty"), (b"sec\x00ret\n", "NUL"), (b"x" * 1025, "longer than 1024"), (b"x" * 5000, "longer than 1024"),
], ids=["nothing", "line end", "CR LF", "mark", "NUL", "long", "longer"])
def test_a_line_that_is_no_password(content, says, pool, xencon, password_file):
    path = password_file(content)
    assert_failed(xencon.run("--password-file", path, "web01"), 4, f"{path}", says, password="xxx")
    done = xencon.run("--password-command", f"cat {path}", "web01")
    assert_failed(done, 4, "password command", says, password="xxx")
    assert_nothing_asked(pool)


@pytest.mark.parametrize("make, status, says", [
    (lambda path: None, 4, "No such file"),
    (lambda path: path.mkdir(), 4, "Is a directory"),
    (lambda path: path.symlink_to("/dev/null"), 4, "it is empty"),
    (lambda path: path.symlink_to(path.name), 4, "symbolic links"),
], ids=["missing", "directory", "null", "loop"])
def test_what_is_no_file(make, status, says, pool, xencon, tmp_path):
    path = tmp_path / "password"
    make(path)
    done = xencon.run("--password-file", path, "web01")
    assert_failed(done, status, str(path), says)
    assert_nothing_asked(pool)


@pytest.mark.skipif(os.geteuid() != 0, reason="takes root to make one")
def test_a_file_of_somebody_else(pool, xencon, password_file):
    """Who owns it chooses what is sent, and could read it yesterday."""
    path = password_file()
    os.chown(path, users.ALICE, users.ALICE)
    done = xencon.run("--password-file", path, "web01")
    assert_failed(done, 2, f"\"{path}\" belongs to another user", str(users.ALICE))
    assert_nothing_asked(pool)


@pytest.mark.parametrize("command", ["exit 3", "no-such-program", "kill -9 $$", "true"])
def test_a_command_that_gives_none(command, pool, xencon):
    done = xencon.run("--password-command", command, "web01")
    assert done.returncode == 4, done.stderr
    assert_nothing_asked(pool)


def test_a_symbolic_link_is_judged_by_its_target(pool, xencon, password_file, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(password_file())
    assert_served(xencon.run("--password-file", link, "web01"), pool)
    password_file(mode=0o644)
    assert xencon.run("--password-file", link, "web01").returncode == 2


def test_a_pipe_of_the_shells(pool, xencon):
    script = 'exec "$@" --password-file <(printf "secret\\n") web01'
    done = subprocess.run(["bash", "-c", script, "bash", *xencon.command()], env=xencon.env,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=harness.PATIENCE,
                          check=False)
    assert_served(done, pool)


def test_a_named_pipe(pool, xencon, tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    process = xencon.start("--password-file", path, "web01")
    path.write_bytes(b"secret\n")
    process.communicate(timeout=harness.PATIENCE)
    assert process.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_named_pipe_that_nobody_writes_to_can_be_left(number, xencon, tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    process = xencon.start("--password-file", path, "web01")
    try:
        harness.eventually(lambda: procs.state(process.pid) == "S", "it waits for a writer")
        process.send_signal(number)
        process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == -number


COMMANDS = {
    "plain": "echo secret", "no line end": "printf secret", "CR LF": "printf 'secret\\r\\n'",
    "several lines": "printf 'secret\\na\\nb'", "much": "echo secret; head -c 3000000 /dev/zero",
    "slow": "sleep 0.3; echo sec | tr -d '\\n'; sleep 0.3; echo ret",
    "pipe": "set -e; echo a secret | cut -d' ' -f2",
    "background": "echo secret; exec >&-; sleep 0.3",
    "noise on stderr": "echo unlocking >&2; echo secret",
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
def test_a_command(command, pool, xencon):
    assert_served(xencon.run("--password-command", command, "web01"), pool)


@pytest.mark.parametrize("command, rows, says", [
    ("exit 3", 0, "exit status 3"), ("echo secret; exit 1", 0, "exit status 1"),
    ("kill -9 $$", 0, "Killed"), ("echo secret; kill -TERM $$", 0, "Terminated"),
    ("no-such-command-1", 1, "there is no such program"), ("echo oh >&2; false", 1, "exit status 1"),
    ("if", None, "exit status 2"), ("", 0, "it is empty"), ("true", 0, "it is empty"),
    ("echo", 0, "it is empty"), ("head -c 2000 /dev/zero | tr '\\0' x", 0, "longer than 1024"),
], ids=str)
def test_a_command_that_fails(command, rows, says, pool, xencon):
    done = xencon.run("--password-command", command, "web01")
    lines = done.stderr.splitlines()
    own = [line for line in lines if line.startswith("xencon: ")]
    rows = len(lines) - len(own) if rows is None else rows
    assert_failed(done, 4, "password command", says, rows=rows, password="no such thing")
    assert "secret" not in done.stderr.replace(command, "")
    assert_nothing_asked(pool)


def test_a_command_takes_nothing_of_what_is_typed(pool, xencon):
    sink = sim.Sink()
    pool.add_vm("web02", backend=sink)
    done = xencon.run("--password-command", "cat >&2; echo secret", "--idle", "0.2", "-q", "web02",
                      input=b"for the guest")
    assert (done.returncode, done.stderr) == (0, "")
    assert bytes(sink.received) == b"for the guest"


def test_a_command_that_was_interrupted(pool, xencon, tmp_path):
    """What was started for the password does not outlive the program."""
    note = tmp_path / "pid"
    process = xencon.start("--password-command", f"echo $$ > {note}; exec sleep 1000", "web01")
    pid = harness.eventually(lambda: note.exists() and note.read_text().strip(), "the command runs")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=harness.PATIENCE)
    assert process.returncode == -signal.SIGINT
    harness.eventually(lambda: not os.path.exists(f"/proc/{pid}"), "the command has ended")
    assert_nothing_asked(pool)


@pytest.mark.parametrize("option", ["file", "command"])
def test_an_option_outweighs_the_variable(option, pool, xencon, password_file):
    given = {"file": ("--password-file", password_file()), "command": ("--password-command",
                                                                      "echo secret")}[option]
    assert_served(xencon.run(*given, "web01", env={"XENCON_PASSWORD": "wrong"}), pool)


def test_a_source_that_fails_is_not_made_good_by_another(pool, xencon, tmp_path):
    done = xencon.run("--password-file", tmp_path / "missing", "web01",
                      env={"XENCON_PASSWORD": "secret"})
    assert_failed(done, 4, "cannot open the password file")
    assert_nothing_asked(pool)


def test_two_sources_exclude_each_other(pool, xencon, password_file):
    done = xencon.run("--password-file", password_file(), "--password-command", "echo secret",
                      "web01")
    assert_failed(done, 2, "--password-file", "--password-command", "exclude", password="no such")
    assert_nothing_asked(pool)


@pytest.mark.parametrize("words, env, user", [
    ([], {}, "root"), (["-u", "eve"], {}, "eve"), (["--user=eve"], {"XENCON_USER": "adam"}, "eve"),
    ([], {"XENCON_USER": "adam"}, "adam"), ([], {"XENCON_USER": ""}, "root"),
    (["-u", "dömain\\eve"], {}, "dömain\\eve"), (["-u", "a@b \"c\""], {}, "a@b \"c\""),
], ids=str)
def test_the_user(words, env, user, pool, xencon):
    pool.add_user(user, "secret")
    done = xencon.run(*words, "web01", env={**env, "XENCON_PASSWORD": "secret"})
    assert (done.stdout, done.returncode) == (HELLO, 0)
    assert pool.requests[0].params[0] == user


@pytest.mark.parametrize("what", ["user", "password"])
def test_what_is_not_utf_8(what, pool, xencon):
    """The API speaks JSON, in which nothing else can be written."""
    odd = b"\xe9ve".decode(errors="surrogateescape")
    words = ["-u", odd] if what == "user" else []
    env = {"XENCON_PASSWORD": odd if what == "password" else "secret"}
    done = xencon.run(*words, "web01", env=env)
    assert_failed(done, 4, f"the {what}", "is not UTF-8", pool=pool)
