# SPDX-License-Identifier: ISC
"""What ssh asks, it asks by itself: on the terminal, before anything of ours is there."""
import os
import pathlib
import shutil
import signal
import subprocess

import pytest

import gates
import harness
import procs
import sim

from outcome import HELLO, assert_logged_out

PHRASE = "open sesame"


@pytest.fixture
def pool(make_pool):
    made = make_pool()
    made.add_vm("web01", backend=sim.Echo())
    return made


@pytest.fixture
def make_gate(pool):
    made = []

    def make(**options):
        made.append(gates.Gate(pool, **options))
        return made[-1]

    yield make
    for gate in made:
        gate.close()


@pytest.fixture
def start(tmp_path):
    """Starts the program for a gate on a terminal."""
    programs = []

    def begin(gate, *words):
        programs.append(gate.program(tmp_path))
        return programs[-1].terminal(*words)

    yield begin
    for program in programs:
        program.stop()


def assert_works(terminal, gate, pool):
    terminal.attached()
    terminal.send(b"typed\r")
    terminal.expect(b"typed")
    assert terminal.quit() == 0
    assert terminal.settings() == terminal.found
    assert_logged_out(pool)
    gate.assert_nothing_left()


def test_a_passphrase(make_gate, start, pool):
    gate = make_gate(passphrase=PHRASE)
    terminal = start(gate, "web01")
    terminal.expect(rb"Enter passphrase for key '[^']*/user': ")
    harness.eventually(terminal.waitnoecho, "nothing is echoed")
    assert b"xencon: " not in terminal.before
    terminal.send((PHRASE + "\n").encode())
    assert_works(terminal, gate, pool)
    assert gate.logins == 1


def test_a_wrong_passphrase_is_asked_again(make_gate, start, pool):
    gate = make_gate(passphrase=PHRASE)
    terminal = start(gate, "web01")
    for answer in ("wrong", PHRASE):
        terminal.expect(rb"Enter passphrase for key '[^']*/user': ")
        terminal.waitnoecho()
        terminal.send((answer + "\n").encode())
    assert_works(terminal, gate, pool)


def make_unknown(make_gate):
    """A gate whose host key ssh asks about."""
    gate = make_gate()
    gate.known(None)
    gate.configure(check="ask")
    return gate


def test_an_unknown_host_key(make_gate, start, pool):
    gate = make_unknown(make_gate)
    terminal = start(gate, "web01")
    terminal.expect(rb"authenticity of host .* can't be established")
    terminal.expect(rb"continue connecting \(yes/no/\[fingerprint\]\)\? ")
    terminal.send(b"yes\n")
    terminal.expect(b"Permanently added")
    assert_works(terminal, gate, pool)
    assert (gate.folder / "known").read_text()


def test_an_unknown_host_key_that_is_not_wanted(make_gate, start):
    gate = make_unknown(make_gate)
    terminal = start(gate, "web01")
    terminal.expect(rb"continue connecting \(yes/no/\[fingerprint\]\)\? ")
    terminal.send(b"no\n")
    terminal.expect(b"Host key verification failed")
    terminal.expect(b"xencon: the host key of ssh://xen1[^ ]* is not accepted")
    assert terminal.finish() == 3
    gate.assert_nothing_left()


@pytest.fixture
def asked(make_gate, start):
    """A gate whose key has a passphrase, and the program that is asked for it."""
    gate = make_gate(passphrase=PHRASE)
    return gate, expect_question(start(gate, "web01"))


def expect_question(terminal):
    terminal.expect(b"Enter passphrase")
    harness.eventually(terminal.waitnoecho, "nothing is echoed")
    return terminal


def test_a_question_is_not_answered(asked):
    """^C is for ssh, which has the terminal, and for us."""
    gate, terminal = asked
    terminal.sendintr()
    assert terminal.finish() == 128 + signal.SIGINT
    assert terminal.settings() == terminal.found
    gate.assert_nothing_left()


@pytest.mark.parametrize("kill", [signal.SIGTERM, signal.SIGKILL])
def test_we_end_at_a_question(kill, asked):
    gate, terminal = asked
    harness.kill(terminal, kill)
    assert terminal.finish() == 128 + kill
    gate.assert_nothing_left()


@pytest.mark.parametrize("kill", [signal.SIGTERM, signal.SIGKILL])
def test_ssh_ends_at_its_question(kill, asked):
    """Killed it cannot give the terminal its echo back: that is for us to do."""
    gate, terminal = asked
    os.kill(gate.master(), kill)
    terminal.expect(rb"xencon: ssh to ssh://xen1[^ ]* has failed: killed by signal")
    assert terminal.finish() == 3
    assert terminal.settings() == terminal.found
    gate.assert_nothing_left()


def test_ssh_is_stopped_at_its_question(asked, pool):
    """By a signal that nobody can see coming: it goes on when it is told to, and we leave when we are."""
    gate, terminal = asked
    os.kill(gate.master(), signal.SIGSTOP)
    harness.kill(terminal)
    assert terminal.finish() == 128 + signal.SIGTERM
    assert terminal.settings() == terminal.found
    gate.assert_nothing_left()


@pytest.fixture
def shell(make_gate, tmp_path):
    """A shell with job control, a gate, and the words that it is to be given."""
    gate = make_gate(passphrase=PHRASE)
    program = gate.program(tmp_path)
    made = program.spawn("bash", "--norc", "--noprofile", "--noediting", "-i")
    made.send(b"PS1=READY'> '\r")
    made.expect(b"READY> ")
    yield made, gate, " ".join(f"'{word}'" for word in program.command("web01")).encode()
    program.stop()


def assert_answered_works(terminal, gate, pool):
    expect_question(terminal).send((PHRASE + "\n").encode())
    terminal.attached()
    terminal.send(b"typed\r")
    terminal.expect(b"typed")
    terminal.send(harness.ESCAPE + b".")
    terminal.expect(b"READY> ")
    assert_logged_out(pool)
    gate.assert_nothing_left()


def test_a_question_is_suspended(shell, pool):
    """^Z stops the job, the shell has its terminal as it was, and ssh asks again when the job goes on."""
    terminal, gate, words = shell
    before = terminal.settings()
    terminal.send(words + b"\r")
    expect_question(terminal).send(b"\x1a")
    terminal.expect(b"Stopped")
    terminal.expect(b"READY> ")
    assert terminal.settings() == before
    terminal.send(b"fg\r")
    assert_answered_works(terminal, gate, pool)
    assert terminal.settings() == before


def test_a_question_from_the_background(shell, pool):
    """Nobody is asked there: the job waits stopped until it is in front."""
    terminal, gate, words = shell
    terminal.send(words + b" &\r")
    terminal.expect(b"READY> ")
    harness.eventually(lambda: any(procs.is_stopped(pid) for pid in gate.processes()), "ssh waits")
    terminal.send(b"fg\r")
    assert_answered_works(terminal, gate, pool)


@pytest.mark.parametrize("ignored", ["TTOU", "TTIN", "TTIN TTOU TSTP"])
@pytest.mark.parametrize("behind", [False, True], ids=["in front", "behind"])
def test_a_question_where_what_stops_a_job_is_ignored(behind, ignored, shell, pool):
    """As some shells leave it to what they start."""
    terminal, gate, words = shell
    terminal.send(f"trap '' {ignored}\r".encode())
    terminal.expect(b"READY> ")
    before = terminal.settings()
    terminal.send(words + (b" &\r" if behind else b"\r"))
    if behind:
        terminal.expect(b"READY> ")
        harness.eventually(lambda: any(procs.is_stopped(gates.procs_parent(pid)) for pid in gate.processes()),
                           "the job waits")
        terminal.send(b"fg\r")
    assert_answered_works(terminal, gate, pool)
    assert terminal.settings() == before


def test_nothing_is_asked_where_there_is_no_terminal(make_gate, tmp_path):
    gate = make_gate(passphrase=PHRASE)
    done = gate.program(tmp_path).run("web01", start_new_session=True)
    assert done.returncode == 4
    assert "passphrase" not in done.stderr.splitlines()[0]
    assert "ssh could ask nothing here" in done.stderr
    gate.assert_nothing_left()


def test_pipes_and_a_question(make_gate, start, pool, tmp_path):
    """Standard input and output are data; the question goes to the terminal all the same."""
    pool.add_vm("web02", backend=sim.Source(HELLO))
    gate = make_gate(passphrase=PHRASE)
    program = gate.program(tmp_path)
    words = " ".join(f"'{word}'" for word in program.command("-q", "web02"))
    terminal = program.spawn("sh", "-c", f"{words} </dev/null | cat >{tmp_path}/out")
    terminal.expect(b"Enter passphrase")
    terminal.waitnoecho()
    terminal.send((PHRASE + "\n").encode())
    assert terminal.finish() == 0
    assert (tmp_path / "out").read_bytes() == HELLO
    gate.assert_nothing_left()


def password_door(folder):
    """What gives an sshd a /etc/shadow of its own; skips where that is not allowed."""
    if shutil.which("unshare") is None:
        pytest.skip("there is no unshare")
    phrase = subprocess.run(["openssl", "passwd", "-6", PHRASE], capture_output=True, text=True,
                            check=True).stdout.strip()
    shadow = pathlib.Path(folder) / "shadow"
    shadow.write_text(f"root:{phrase}:19000:0:99999:7:::\n")
    words = ["unshare", "-m", "sh", "-c", 'mount --bind "$0" /etc/shadow && exec "$@"', str(shadow)]
    if subprocess.run([*words, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("no mounts of one's own here")
    return words


@pytest.fixture
def password_gate(make_gate, tmp_path):
    """One that root's password opens, and nothing else."""
    gate = make_gate(before=password_door(tmp_path), server_lines="PasswordAuthentication yes")
    (gate.folder / "authorized").write_text("")
    gate.configure("PreferredAuthentications password", "User root")
    return gate


def test_a_password_of_the_host(password_gate, start, pool):
    """ssh's, not ours: the first is wrong, and what ssh says of it stands above the next question."""
    gate = password_gate
    terminal = start(gate, "web01")
    for answer in ("wrong", PHRASE):
        terminal.expect(rb"root@127.0.0.1's password: ")
        terminal.waitnoecho()
        terminal.send((answer + "\n").encode())
        if answer == "wrong":
            terminal.expect(b"Permission denied, please try again")
    assert_works(terminal, gate, pool)


def test_a_password_is_not_had_a_second_time(password_gate, start):
    """Whoever sits at the console types to the guest: a new login asks nothing, and says so."""
    gate = password_gate
    terminal = start(gate, "--reconnect", "web01")
    terminal.expect(rb"root@127.0.0.1's password: ")
    terminal.waitnoecho()
    terminal.send((PHRASE + "\n").encode())
    terminal.attached()
    gate.stop()
    gate.start()
    terminal.expect(b"ssh is not let in to ssh://xen1")
    assert terminal.finish() == 4
    gate.assert_nothing_left()
