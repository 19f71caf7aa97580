# SPDX-License-Identifier: ISC
"""The certificates that were said yes to: the question on a terminal, and the file of answers."""
import ctypes
import os
import pathlib
import re
import stat
import time

import pytest

import harness
import trusting
from outcome import HELLO, assert_failed, assert_served, pool  # noqa: F401
from trusting import (ASKED_AGAIN, QUESTION, WRONG, answer, entries, file, know, name,  # noqa: F401
                      stranger, write_known)  # noqa: F401

LIMIT = 1024 * 1024


def assert_said_yes(terminal, text="yes"):
    """It is asked, answered, and attached; what was shown with the question is given."""
    shown = answer(terminal, text)
    terminal.expect_exact(HELLO)
    assert terminal.finish() == 0
    return shown


def assert_told_nothing(pool):
    assert pool.connections
    assert not pool.requests
    assert all(bytes(each.stream.inbound) == b"" for each in pool.connections)


def without_privileges():
    """Root, too, minds modes: the capabilities that say otherwise are lost with the next exec."""
    for capability in (1, 2, 3):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER
        ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


def test_what_is_shown_before_the_question(pool, stranger):
    shown = assert_said_yes(stranger.terminal("web01"))
    assert f"the certificate of 127.0.0.1:{pool.coordinator.port} cannot be verified" in shown
    assert "self-signed certificate" in shown
    assert re.search(r"subject +\S*CN ?= ?xen1\r\n", shown)
    assert re.search(r"fingerprint +" + pool.coordinator.fingerprint + r"\r\n", shown)
    date = r"\w{3} [ \d]\d [\d:]{8} (\d{4}) GMT"
    valid = re.search(rf"valid +{date} to {date}\r\n", shown)
    certificate = pool.coordinator.certificate
    assert valid.groups() == (certificate.not_before[:4], certificate.not_after[:4])


def test_it_is_what_openssl_prints(pool, stranger):
    shown = assert_said_yes(stranger.terminal("web01"))
    printed = os.popen(f"openssl x509 -noout -fingerprint -sha256 -in {pool.coordinator.cert_file}")
    assert printed.read().strip().partition("=")[2] in shown


def test_a_yes_is_kept(pool, stranger, file):
    assert not file.exists()
    assert_said_yes(stranger.terminal("web01"))
    assert entries(file) == {name(pool.coordinator): pool.coordinator.fingerprint}
    assert_served(stranger.run("web01"), pool)
    again = stranger.terminal("web01")
    again.expect_exact(HELLO)
    trusting.assert_asked_nothing(again.before)
    assert again.finish() == 0


def test_the_file_and_its_folders_are_the_users_own(stranger, file):
    assert_said_yes(stranger.terminal("web01"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for folder in (file.parent, file.parent.parent, file.parent.parent.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    left = {each.name for each in file.parent.iterdir()}
    assert left <= {"known_hosts", "known_hosts.lock"}


def test_the_mode_is_mended(pool, stranger, file):
    write_known(file, "# mine").chmod(0o666)
    assert_said_yes(stranger.terminal("web01"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_umask_changes_nothing(stranger, file):
    assert_said_yes(stranger.terminal("web01", preexec_fn=lambda: os.umask(0)))
    assert [stat.S_IMODE(each.stat().st_mode) for each in (file, file.parent)] == [0o600, 0o700]


@pytest.mark.parametrize("variable, below", [("state", "state/xencon"), ("", None),
                                             ("relative/path", None)])
def test_xdg_state_home(variable, below, stranger, file, tmp_path):
    value = str(tmp_path / variable) if below else variable
    terminal = stranger.terminal("web01", env={"XDG_STATE_HOME": value}, cwd=str(tmp_path))
    assert_said_yes(terminal)
    expected = tmp_path / below / "known_hosts" if below else file
    assert len(entries(expected)) == 1
    assert [each for each in tmp_path.rglob("known_hosts") if each.is_file()] == [expected]


@pytest.mark.parametrize("form", [str, str.lower, lambda text: text.replace(":", ""),
                                  "SHA256:{}".format, "sha256 Fingerprint={}".format,
                                  lambda _: "YES"],
                         ids=["as shown", "lower case", "digits", "label", "openssl", "capitals"])
def test_the_fingerprint_is_a_yes(form, pool, stranger, file):
    assert_said_yes(stranger.terminal("web01"), form(pool.coordinator.fingerprint))
    assert len(entries(file)) == 1


def test_another_fingerprint_is_a_no(pool, stranger, file):
    terminal = stranger.terminal("web01")
    answer(terminal, WRONG)
    assert terminal.finish() == 3
    assert_told_nothing(pool)
    assert not file.exists()
    assert b"does not have that fingerprint" in terminal.before
    assert b"xencon trust --fingerprint" not in terminal.before


@pytest.mark.parametrize("text", ["no", "NO"])
def test_a_no(text, pool, stranger, file):
    terminal = stranger.terminal("web01")
    answer(terminal, text)
    assert terminal.finish() == 3
    assert b"is not trusted" in terminal.before
    assert_told_nothing(pool)
    assert not file.exists()


@pytest.mark.parametrize("text", ["", "y", "n", "ja", "yes please", "yesyes", "no!", "AB:CD",
                                  WRONG + ":AB", "\xe4"], ids=ascii)
def test_any_other_answer_asks_again(text, pool, stranger, file):
    terminal = stranger.terminal("web01")
    answer(terminal, text)
    terminal.expect_exact(ASKED_AGAIN)
    assert_told_nothing(pool)
    terminal.send(b"ye\r")
    terminal.expect_exact(ASKED_AGAIN)
    terminal.send(b"yes\r")
    terminal.expect_exact(HELLO)
    assert terminal.finish() == 0


def test_control_c_at_the_question(pool, stranger, file):
    terminal = stranger.terminal("web01")
    terminal.expect_exact(QUESTION)
    terminal.send(b"\x03")
    assert terminal.finish() == 130
    assert terminal.settings() == terminal.found
    assert_told_nothing(pool)
    assert not file.exists()


@pytest.mark.parametrize("typed", [b"\x04", b"y" * 4000 + b"\r"], ids=["^D", "without end"])
def test_no_answer_at_all(typed, pool, stranger, file):
    terminal = stranger.terminal("web01")
    terminal.expect_exact(QUESTION)
    terminal.send(typed)
    assert terminal.finish() == 3
    assert_told_nothing(pool)
    assert not file.exists()


def test_a_slow_answer(pool, stranger, file):
    """The server gives up a connection on which nothing comes for 10 s; here for 5."""
    pool.settings.head_timeout = 5
    terminal = stranger.terminal("web01")
    terminal.expect_exact(QUESTION)
    time.sleep(5.5)
    terminal.send(b"yes\r")
    terminal.expect_exact(HELLO)
    trusting.assert_asked_nothing(terminal.before)
    assert terminal.finish() == 0
    assert len(entries(file)) == 1


def test_a_slow_answer_that_cannot_be_kept(pool, stranger, file):
    know(file)
    file.parent.chmod(0o500)
    terminal = stranger.terminal("web01", preexec_fn=without_privileges)
    terminal.expect_exact(QUESTION)
    time.sleep(5.5)
    terminal.send(b"yes\r")
    assert terminal.expect_exact([HELLO, QUESTION]) == 0, "it asks again in the same run"
    assert terminal.finish() == 0


def test_input_from_a_pipe_is_not_the_answer(pool, stranger, pty, file):
    """The terminal is asked, not stdin, which is for the guest."""
    with open(os.devnull, "rb") as null:
        process = pty.start(stranger, "web01", stdin=null, stdout=pty.slave, stderr=pty.slave)
        pty.read_until(QUESTION)
        pty.write(b"no\n")
        assert harness.finish(process) == 3
    assert_told_nothing(pool)


def test_without_a_terminal_it_says_how(pool, stranger, file):
    done = stranger.run("web01", input=b"yes\nyes\n", start_new_session=True)
    assert_failed(done, 3, f"127.0.0.1:{pool.coordinator.port}", "is not trusted", "self-signed",
                  f"xencon trust --fingerprint {pool.coordinator.fingerprint}", pool=pool)
    assert_told_nothing(pool)
    assert not file.exists()


def test_the_way_that_it_says_works(pool, stranger):
    refused = stranger.run("web01", start_new_session=True)
    words = refused.stderr.partition("xencon trust ")[2].split()
    done = stranger.run("trust", *words, start_new_session=True)
    assert done.returncode == 0, done.stderr
    assert_served(stranger.run("web01", start_new_session=True), pool)


@pytest.mark.parametrize("line", [
    "{server} {f}", "{server}\t{f}", "{server}   {f}   my own comment", "{server} {f.lower}",
    "{server} {digits}", "{server} SHA256:{digits} with a label", "{server} {f} \u00e4\u00f6",
    "{server} {f}\r", "{server} {f} comment\r"], ids=ascii)
def test_a_line_by_hand(line, pool, stranger, file):
    shown = pool.coordinator.fingerprint
    line = line.replace("{f.lower}", shown.lower()).replace("{f}", shown)
    line = line.replace("{digits}", shown.replace(":", "")).replace("{server}",
                                                                    name(pool.coordinator))
    before = write_known(file, "# by hand", "", line, "what is this?").read_bytes()
    assert_served(stranger.run("web01"), pool)
    assert file.read_bytes() == before


def test_a_name_in_any_case(pool, stranger, file):
    server = f"localhost:{pool.coordinator.port}"
    write_known(file, f"LocalHost:{pool.coordinator.port} {pool.coordinator.fingerprint}")
    assert_served(stranger.run("-4", "-s", server.upper(), "web01"), pool)


def test_a_file_of_windows(pool, stranger, file):
    """An editor there puts a byte order mark before the first line."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"\xef\xbb\xbf" + f"{name(pool.coordinator)} {pool.coordinator.fingerprint}\r\n"
                     .encode())
    assert_served(stranger.run("web01"), pool)


@pytest.mark.skipif(os.geteuid() != 0, reason="takes root")
def test_it_stays_its_owners(stranger, file, tmp_path):
    """As root with a user's HOME, as sudo may keep it: the file is the user's, also where it is new."""
    os.chown(tmp_path, 54321, 54321)
    assert_said_yes(stranger.terminal("web01"))
    for each in (file, file.parent, pathlib.Path(f"{file}.lock")):
        assert (each.stat().st_uid, each.stat().st_gid) == (54321, 54321), each
    assert stranger.run("trust", "--forget", *entries(file)).returncode == 0
    assert (file.stat().st_uid, file.stat().st_mode & 0o777) == (54321, 0o600)


@pytest.mark.parametrize("line", [
    "# {server} {f}", "{host} {f}", "{server}", "{server} {f}:00", "{server} {half}",
    "{f} {server}", " {server} {f}", "{host}:1{port} {f}", "x{server} {f}",
    "{server},other:443 {f}", "{server} {f}\0"], ids=ascii)
def test_a_line_that_says_nothing(line, pool, stranger, file):
    host = pool.coordinator
    line = line.format(server=name(host), f=host.fingerprint, host=host.address, port=host.port,
                       half=host.fingerprint[:47])
    before = write_known(file, line).read_bytes()
    assert_failed(stranger.run("web01", start_new_session=True), 3, "is not trusted", pool=pool)
    assert file.read_bytes() == before


def test_what_others_wrote_is_kept(pool, stranger, file):
    kept = (b"# comment\r\n\r\nnonsense \xff\xfe\n\tindented\n"
            b"v2 other.example:443 sha512 DEADBEEF\nother.example:443 " + WRONG.encode() + b"\r\n"
            + b"long " * 2000 + b"\nNUL \0 inside\nno newline at the end")
    file.parent.mkdir(parents=True)
    file.write_bytes(kept)
    assert_said_yes(stranger.terminal("web01"))
    text = file.read_bytes()
    assert text.startswith(kept + b"\n")
    assert trusting.ENTRY.fullmatch(text[len(kept) + 1:].decode().rstrip("\n"))


def test_a_symbolic_link_stays_one(stranger, file, tmp_path):
    real = write_known(tmp_path / "elsewhere" / "list", "# mine")
    file.parent.mkdir(parents=True)
    file.symlink_to(real)
    assert_said_yes(stranger.terminal("web01"))
    assert file.is_symlink()
    assert real.read_text().startswith("# mine\n127.0.0.1:")


def test_a_symbolic_link_to_what_is_not_there_yet(stranger, file, tmp_path):
    file.parent.mkdir(parents=True)
    file.symlink_to(tmp_path / "not-yet")
    assert_said_yes(stranger.terminal("web01"))
    assert file.is_symlink()
    assert len(entries(tmp_path / "not-yet")) == 1


def test_a_file_that_is_too_large(pool, stranger, file):
    write_known(file, "#" * LIMIT)
    done = stranger.run("web01", start_new_session=True)
    assert_failed(done, 1, str(file), "larger", pool=pool)
    assert_told_nothing(pool)


def test_a_file_that_is_as_large_as_it_may_be(pool, stranger, file):
    line = f"{name(pool.coordinator)} {pool.coordinator.fingerprint}"
    write_known(file, "#" * (LIMIT - len(line) - 2), line)
    assert file.stat().st_size == LIMIT
    assert_served(stranger.run("web01"), pool)


@pytest.mark.parametrize("kind", ["folder", "fifo"])
def test_what_is_no_file(kind, pool, stranger, file):
    file.parent.mkdir(parents=True)
    if kind == "folder":
        file.mkdir()
    else:
        os.mkfifo(file)
    done = stranger.run("web01", start_new_session=True)
    assert_failed(done, 1 if kind == "folder" else 3, pool=pool)
    assert_told_nothing(pool)


def test_a_folder_that_cannot_be_written_to(pool, stranger, file):
    """The yes counts for this run, and is said to be for no other."""
    before = know(file).read_bytes()
    file.parent.chmod(0o500)
    terminal = stranger.terminal("web01", preexec_fn=without_privileges)
    answer(terminal)
    terminal.expect_exact(HELLO)
    assert str(file).encode() in terminal.before
    assert b"Permission denied" in terminal.before
    assert terminal.finish() == 0
    assert file.read_bytes() == before


def test_a_file_that_cannot_be_read(pool, stranger, file):
    know(file, pool.coordinator).chmod(0)
    done = stranger.run("web01", start_new_session=False, preexec_fn=without_privileges)
    assert_failed(done, 1, str(file), "Permission denied", pool=pool)
    assert_told_nothing(pool)


def test_no_place_for_the_file(pool, stranger):
    stranger.env.pop("HOME")
    assert_failed(stranger.run("web01", start_new_session=True), 3, "is not trusted", pool=pool)
    assert_said_yes(stranger.terminal("web01"))
