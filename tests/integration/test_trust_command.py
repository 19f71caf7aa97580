# SPDX-License-Identifier: ISC
"""xencon trust: to look at a server's certificate, to record it, to list and to forget."""
import fcntl
import os
import re
import signal
import stat
import time

import pytest

import sim

import harness
import trusting
import users
from outcome import assert_failed
from trusting import ASKED_AGAIN, QUESTION, WRONG, answer, entries, file, know, name, write_known  # noqa: F401

OTHER = f"other.example:443 {WRONG}"


@pytest.fixture
def stranger(pool, make_xencon):
    made = make_xencon(pool, trust=False, password=None)
    del made.env["XENCON_SERVER"]
    return made


@pytest.fixture
def server(pool):
    return name(pool.coordinator)


@pytest.fixture
def shown(pool):
    return pool.coordinator.fingerprint


def without_terminal(stranger, *arguments, **options):
    return stranger.run(*arguments, start_new_session=True, **options)


def test_a_yes(stranger, server, shown, file, pool):
    terminal = stranger.terminal("trust", server)
    before = answer(terminal)
    assert terminal.finish() == 0
    for text in (f"certificate of {server}", "xen1", "self-signed", shown):
        assert text in before
    assert re.search(r"valid +\w{3} [ \d]\d .* GMT to \w{3} [ \d]\d .* GMT", before)
    assert f"{server} is trusted".encode() in terminal.before
    assert entries(file) == {server: shown}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not pool.requests


@pytest.mark.parametrize("form", ["https://{}", "https://{}/"])
def test_a_server_as_the_option_takes_it(form, stranger, server, shown, file):
    done = without_terminal(stranger, "trust", "--fingerprint", shown, form.format(server))
    assert done.returncode == 0, done.stderr
    assert entries(file) == {server: shown}


def test_the_host_comes_before_the_variable(stranger, server, shown, file):
    done = without_terminal(stranger, "trust", "--fingerprint", shown, server,
                            env={"XENCON_SERVER": "127.0.0.1:1"})
    assert done.returncode == 0, done.stderr
    assert entries(file) == {server: shown}


@pytest.mark.parametrize("text", ["no", WRONG])
def test_a_no(text, stranger, server, file, pool):
    terminal = stranger.terminal("trust", server)
    answer(terminal, text)
    assert terminal.finish() == 3
    assert b"is trusted" not in terminal.before
    assert not file.exists()
    assert not pool.requests


def test_the_fingerprint_typed(stranger, server, shown, file):
    terminal = stranger.terminal("trust", server)
    answer(terminal, shown.lower())
    assert terminal.finish() == 0
    assert entries(file) == {server: shown}


def test_another_answer_asks_again(stranger, server, file):
    terminal = stranger.terminal("trust", server)
    answer(terminal, "y")
    terminal.expect_exact(ASKED_AGAIN)
    assert not file.exists()
    terminal.send(b"no\r")
    assert terminal.finish() == 3


@pytest.mark.parametrize("key, status", [(b"\x03", 128 + signal.SIGINT), (b"\x04", 3)],
                         ids=["^C", "^D"])
def test_leaving_the_question(key, status, stranger, server, file):
    terminal = stranger.terminal("trust", server)
    terminal.expect_exact(QUESTION)
    terminal.send(key)
    assert terminal.finish() == status
    assert terminal.settings() == terminal.found
    assert not file.exists()


def test_a_slow_answer_is_asked_for_once(stranger, server, shown, file):
    terminal = stranger.terminal("trust", server)
    terminal.expect_exact(QUESTION)
    time.sleep(5.5)
    terminal.send(b"yes\r")
    assert terminal.expect_exact([b"is trusted from now on", QUESTION]) == 0
    assert terminal.finish() == 0
    assert entries(file) == {server: shown}


def test_a_fingerprint_asks_nobody(stranger, server, shown, file):
    """On a terminal as well."""
    terminal = stranger.terminal("trust", "--fingerprint", shown, server)
    assert terminal.finish() == 0
    trusting.assert_asked_nothing(terminal.before)
    assert shown.encode() in terminal.before
    assert entries(file) == {server: shown}


def test_another_fingerprint(stranger, server, shown, file):
    done = without_terminal(stranger, "trust", "--fingerprint", WRONG, server)
    assert done.returncode == 3
    for text in (shown, f"{server} does not have that fingerprint", "in between"):
        assert text in done.stderr
    assert "the answer was no" not in done.stderr
    assert f"xencon trust --fingerprint {shown}" not in done.stderr
    assert not file.exists()


def test_without_a_terminal(stranger, server, shown, file):
    """It is shown all the same: the next line of a script may be to compare it."""
    done = without_terminal(stranger, "trust", server, input=b"yes\n")
    assert_failed(done, 3, shown, "terminal", "--fingerprint")
    assert not file.exists()


def test_a_known_one_is_shown_and_nothing_asked(stranger, server, shown, file):
    assert without_terminal(stranger, "trust", "--fingerprint", shown, server).returncode == 0
    before = file.read_bytes()
    for done in (without_terminal(stranger, "trust", server),
                 without_terminal(stranger, "trust", "--fingerprint", shown, server)):
        assert done.returncode == 0
        assert shown in done.stderr
        assert re.search(rf"{server} is known by it since \d{{4}}-\d\d-\d\d: line 1 of {file}", done.stderr)
    other = without_terminal(stranger, "trust", "--fingerprint", "AB" * 32, server)
    assert_failed(other, 3, "does not have that fingerprint")
    assert file.read_bytes() == before


def test_other_ports_of_a_host_that_is_forgotten(stranger, server, shown, file):
    assert without_terminal(stranger, "trust", "--fingerprint", shown, server).returncode == 0
    unknown = without_terminal(stranger, "trust", "--forget", "127.0.0.1:9")
    assert_failed(unknown, 5, "nothing is known of 127.0.0.1:9", f"known of that host: {server}")
    file.write_text(file.read_text() + f"127.0.0.1:9 {shown}\n127.0.0.2:7 {shown}\n")
    done = without_terminal(stranger, "trust", "--forget", server)
    assert done.returncode == 0
    assert done.stderr == f"xencon: {server} is forgotten\nxencon: still known: 127.0.0.1:9\n"


def test_a_narrow_terminal(stranger, server, shown):
    """No word is cut by the terminal's edge, and no pair of a fingerprint's digits; all of it is there."""
    terminal = stranger.terminal("trust", server, dimensions=(24, 80))
    terminal.expect_exact(QUESTION)
    lines = terminal.before.decode().splitlines()
    assert all(len(line) <= 80 and line.startswith("xencon: ") for line in lines[:-1]), lines
    told = "".join(line.removeprefix("xencon: ").strip() for line in lines)
    assert shown in told
    terminal.send(b"no\r")
    assert terminal.finish() == 3


def test_what_is_recorded_is_trusted(stranger, server, shown, pool):
    pool.add_vm("web01", backend=sim.Source(b"hello"))
    assert without_terminal(stranger, "trust", "--fingerprint", shown, server).returncode == 0
    done = without_terminal(stranger, "-s", server, "web01", env={"XENCON_PASSWORD": "secret"})
    assert (done.stdout, done.returncode) == (b"hello", 0), done.stderr


def test_a_certificate_that_has_changed(stranger, server, file, pool):
    """Who is asked must be told that another one is known; a yes replaces it."""
    know(file, pool.coordinator)
    before = trusting.replace(pool.coordinator)
    terminal = stranger.terminal("trust", server)
    told = answer(terminal)
    assert terminal.finish() == 0
    assert entries(file) == {server: pool.coordinator.fingerprint}
    assert before in told


def test_a_no_to_one_that_has_changed(stranger, server, file, pool):
    before = know(file, pool.coordinator).read_bytes()
    trusting.replace(pool.coordinator)
    terminal = stranger.terminal("trust", server)
    answer(terminal, "no")
    assert terminal.finish() == 3
    assert file.read_bytes() == before


def test_nowhere_to_record_it(stranger, server, shown, file):
    """What was not recorded is not trusted from now on."""
    file.mkdir(parents=True)
    done = without_terminal(stranger, "trust", "--fingerprint", shown, server)
    assert done.returncode == 1, done.stderr
    assert "is trusted" not in done.stderr
    assert str(file) in done.stderr


@pytest.mark.parametrize("arguments", [["trust"], ["trust", "--forget", "xen1"],
                                       ["trust", "xen1"]], ids=" ".join)
@pytest.mark.skipif(os.geteuid() != 0, reason="takes root")
def test_no_place_for_the_file(arguments, stranger):
    """HOME is not set, and the system knows no such user."""
    home = users.Home(users.ALICE)
    program = home.program(stranger)
    del program.env["HOME"]
    try:
        done = without_terminal(program, *arguments, **users.popen(users.ALICE))
        assert_failed(done, 1, "has no home")
    finally:
        home.remove()


def test_a_home_that_is_not_there(stranger, shown, server, tmp_path):
    """Root could make it; a service's user is said to live at /nonexistent."""
    home = tmp_path / "nonexistent"
    stranger.env["HOME"] = str(home)
    assert_failed(without_terminal(stranger, "trust", "--fingerprint", shown, server), 1, "has no home")
    assert not home.exists()


def test_nobody_there(stranger, file):
    done = without_terminal(stranger, "trust", "--fingerprint", WRONG, "127.0.0.1:1")
    assert_failed(done, 3, "127.0.0.1:1", "refused")
    assert not file.exists()


def test_no_certificate_to_show(stranger, file):
    for server in ("http://127.0.0.1:80", "unix:/nowhere"):
        assert_failed(without_terminal(stranger, "trust", server), 2, "no certificate")


def test_the_list(stranger, file):
    write_known(file, "# mine", "b.example:443 " + WRONG.lower() + " comment", "junk",
                "A.example:8443 " + WRONG.replace(":", ""))
    before = file.read_bytes()
    done = without_terminal(stranger, "trust")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.decode() == f"b.example:443 {WRONG}\na.example:8443 {WRONG}\n"
    assert file.read_bytes() == before


def test_an_empty_list_makes_no_file(stranger, file):
    done = without_terminal(stranger, "trust")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", "")
    assert not file.parent.exists()


def test_a_list_that_cannot_be_written(stranger, file):
    write_known(file, OTHER)
    with open("/dev/full", "wb") as full:
        process = stranger.start("trust", stdout=full)
        _, said = process.communicate(timeout=harness.PATIENCE)
    assert (process.returncode, b"cannot write" in said) == (1, True), said


def test_a_name_with_control_characters_is_listed_visibly(stranger, file):
    write_known(file, f"a\x1b[2Jb:443 {WRONG}")
    done = without_terminal(stranger, "trust")
    assert done.returncode == 0
    assert b"\x1b" not in done.stdout


def test_forgetting(stranger, server, shown, file):
    write_known(file, "# mine", OTHER, f"{server} {shown}", "junk \xff", f"{server} {WRONG} again",
                f"1{server} {WRONG}")
    mode = stat.S_IMODE(file.stat().st_mode)
    done = without_terminal(stranger, "trust", "--forget", server)
    assert done.returncode == 0, done.stderr
    assert server in done.stderr
    assert file.read_text() == f"# mine\n{OTHER}\njunk \xff\n1{server} {WRONG}\n"
    assert stat.S_IMODE(file.stat().st_mode) == mode


def test_forgetting_on_the_usual_port_in_capitals(stranger, file):
    write_known(file, OTHER)
    done = without_terminal(stranger, "trust", "--forget", "OTHER.example")
    assert done.returncode == 0, done.stderr
    assert file.read_text() == ""


@pytest.mark.parametrize("there", [True, False])
def test_forgetting_what_is_not_known(there, stranger, file):
    if there:
        write_known(file, "# mine", OTHER).chmod(0o640)
        before = file.stat()
    done = without_terminal(stranger, "trust", "--forget", "another.example")
    assert_failed(done, 5, "another.example:443")
    if there:
        assert file.read_text() == f"# mine\n{OTHER}\n"
        assert file.stat().st_ino == before.st_ino
    else:
        assert not file.exists()


def test_forgetting_nobody(stranger):
    assert_failed(without_terminal(stranger, "trust", "--forget"), 2, "--forget needs a host")


def test_after_forgetting_it_is_asked_anew(stranger, server, file, pool):
    know(file, pool.coordinator)
    assert without_terminal(stranger, "trust", "--forget", server).returncode == 0
    terminal = stranger.terminal("trust", server)
    answer(terminal)
    assert terminal.finish() == 0
    assert entries(file) == {server: pool.coordinator.fingerprint}


def test_the_hint_of_a_change_can_be_followed(stranger, server, file, pool):
    know(file, pool.coordinator)
    trusting.replace(pool.coordinator)
    env = {"XENCON_PASSWORD": "secret"}
    refused = without_terminal(stranger, "-s", server, "web01", env=env)
    words = refused.stderr.partition("xencon trust ")[2].split()[:2]
    assert words == ["--forget", server]
    assert without_terminal(stranger, "trust", *words).returncode == 0
    assert entries(file) == {}


def test_many_at_once_lose_nothing(stranger, server, shown, file, workers=24):
    """Each records the same server under a name of its own."""
    write_known(file, "# mine", "junk")
    port = server.rpartition(":")[2]
    proxy = f"socat - TCP:127.0.0.1:{port}"
    running = [stranger.start("trust", "--fingerprint", shown, "--proxy-command", proxy,
                              f"host{number}.example") for number in range(workers)]
    for process in running:
        _, said = process.communicate(timeout=harness.PATIENCE)
        assert process.returncode == 0, said
    lines = file.read_text().splitlines()
    assert lines[:2] == ["# mine", "junk"]
    found = dict(trusting.ENTRY.fullmatch(line).groups() for line in lines[2:])
    assert found == {f"host{number}.example:443": shown for number in range(workers)}


def test_forgetting_and_recording_at_once(stranger, server, shown, file):
    write_known(file, *(f"old{number}.example:443 {WRONG}" for number in range(12)))
    running = [stranger.start("trust", "--forget", f"old{number}.example") for number in range(12)]
    running.append(stranger.start("trust", "--fingerprint", shown, server))
    for process in running:
        _, said = process.communicate(timeout=harness.PATIENCE)
        assert process.returncode == 0, said
    assert entries(file) == {server: shown}


def test_it_waits_for_the_lock_of_another(stranger, server, shown, file):
    """And can be left with a signal while it does."""
    write_known(file, OTHER)
    with open(f"{file}.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        process = stranger.start("trust", "--fingerprint", shown, server)
        while b"fingerprint  " not in (line := process.stderr.readline()):
            assert line
        other = stranger.start("trust", "--forget", "other.example")
        time.sleep(0.3)
        assert (process.poll(), other.poll()) == (None, None)
        harness.kill(other)
        assert harness.finish(other) == 128 + signal.SIGTERM
    assert harness.finish(process) == 0
    assert dict(line.split()[:2] for line in file.read_text().splitlines()) == {
        "other.example:443": WRONG, server: shown}


@pytest.mark.parametrize("where", ["option", "configuration"])
def test_insecure_has_nothing_to_record(where, stranger, server, file, pool, tmp_path):
    options = ["--insecure"]
    if where == "configuration":
        (tmp_path / "config").write_text("[default]\ninsecure = yes\n")
        options = ["--config", tmp_path / "config"]
    done = without_terminal(stranger, "trust", *options, server)
    assert_failed(done, 2, "--insecure", server, pool=None)
    assert "trusted from now on" not in done.stderr
    assert not file.exists()
    assert not pool.connections
