# SPDX-License-Identifier: ISC
"""Confinement without privileges: an ordinary user's program gives up the same, does the same work all the same, and
leaves nothing behind."""
import ctypes
import os
import shutil
import subprocess
import tempfile
import types

import pytest

import harness
import procs
import ptys
import shown
import sim
import test_confine
import users
import viewers
from guests import guest, pool  # noqa: F401
from listening import assert_nothing_left, assert_shown, make_pool, network, serve  # noqa: F401
from outcome import assert_failed, assert_logged_out
from test_confine import listener, planted  # noqa: F401
from users import ALICE

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="takes root, to be a user without privileges")

BROUGHT = {"xencon", "hosts.pem"}    # what users.Home puts there
LANDLOCK_VERSION = (444, None, ctypes.c_size_t(0), 1)    # landlock_create_ruleset(2)


@pytest.fixture
def alice(xencon):
    """A user with a home, in which `run` and `tmp` are for what a program has for a while; `popen` starts it as that user.
    At the end the home has what the test says that it `keeps`, all of it the user's."""
    home = users.Home(ALICE)
    program = home.program(xencon)
    for name, variable in (("run", "XDG_RUNTIME_DIR"), ("tmp", "TMPDIR")):
        (home.path / name).mkdir(mode=0o700)
        os.chown(home.path / name, ALICE, ALICE)
        program.env[variable] = str(home.path / name)
    made = types.SimpleNamespace(home=home.path, program=program, keeps=set(),
                                 popen={"cwd": home.path, **users.popen(ALICE)})
    yield made
    try:
        assert_nothing_left(home.path)
        left = {str(path.relative_to(home.path)): path.lstat().st_uid for path in home.path.rglob("*")}
        assert set(left) == BROUGHT | {"run", "tmp"} | made.keeps
        assert {left[name] for name in made.keeps} <= {ALICE}
    finally:
        home.remove()


@pytest.fixture
def on_terminal(alice):
    """Starts the program on a terminal that is that user's, as a login has it."""
    with ptys.Pty(rows=26, columns=80) as made:
        os.fchown(made.slave, ALICE, ALICE)
        made.found = made.settings()
        yield lambda *words: (made, made.start(alice.program, *words, **alice.popen))


def landlock():
    """The version of this kernel's, asked as any user may."""
    return ctypes.CDLL(None).syscall(*LANDLOCK_VERSION)


def assert_confined(pid, keeper_of=None):
    """It is the user's, and has given up what a privileged one does; its keeper is the user's, too."""
    own = test_confine.status(pid)
    assert own["Uid"].split() == own["Gid"].split() == [str(ALICE)] * 4
    assert own["Groups"].split() in ([], [str(ALICE)])
    assert int(own["CapEff"], 16) == int(own["CapPrm"], 16) == 0
    if not procs.confines():
        assert own["Seccomp"] == test_confine.status("self")["Seccomp"]
        return
    assert (own["Seccomp"], own["NoNewPrivs"]) == ("2", "1")
    parent = keeper_of or pid
    harness.eventually(lambda: any(map(procs.is_keeper, procs.offspring(parent))), "its keeper has its name")
    keeper = test_confine.status(procs.keeper(parent))
    assert keeper["Uid"].split() == keeper["Gid"].split() == [str(ALICE)] * 4


def assert_said(text):
    """As -v has it."""
    if not procs.confines():
        assert test_confine.WITHOUT in text
        return
    assert "confined: no program, no socket (seccomp)" in text
    version = landlock()
    if version > 0:
        assert f"confined: no file by name but a few (Landlock {version})" in text
    else:
        assert "not confined: files can be opened, there is no Landlock" in text


@pytest.fixture
def talker(pool):  # noqa: F811
    """The guest of web01, which says on and on who it is: whether a log was moved is looked at once in a while."""
    made = test_confine.Talker()
    made.vm = pool.add_vm("web01", backend=made)
    return made


def words(talker):
    return f"guest {talker.vm.domid}\r\n".encode()


def await_logged(talker, log):
    harness.eventually(lambda: log.exists() and words(talker) in log.read_bytes(), f"{log} has what is said")


@pytest.fixture
def logging(alice, talker, tmp_path):
    """Starts the program with a log, and waits until that has something; what is said goes to a file."""
    def start(log, *options):
        with open(tmp_path / "stderr", "wb") as stderr:
            made = alice.program.start("--reconnect", "--log", log, "--idle", "1000", *options, "web01", stderr=stderr,
                                       stdout=subprocess.DEVNULL, umask=0, **alice.popen)
        await_logged(talker, log)
        return made, tmp_path / "stderr"
    return start


def test_found_again_and_logged(alice, logging, talker, pool):  # noqa: F811
    """After it was confined: another connection, and a log that was rotated meanwhile."""
    log, last = alice.home / "log", alice.home / "log.1"
    alice.keeps |= {"log", "log.1"}
    process, stderr = logging(log, "-v")
    assert_confined(process.pid)
    log.rename(last)
    await_logged(talker, log)
    before = words(talker)
    talker.vm.begin("clean_reboot").finish()
    await_logged(talker, log)
    assert_confined(process.pid)
    process.terminate()
    process.communicate(timeout=harness.PATIENCE)
    assert_said(stderr.read_text())
    assert words(talker) != before
    assert before in last.read_bytes() and words(talker) not in last.read_bytes()
    assert {path.stat().st_mode & 0o777 for path in (log, last)} == {0o600}
    assert_logged_out(pool)


def test_a_log_where_the_user_may_not_write(alice, logging, talker, pool):  # noqa: F811
    """Not at the start; nor for the keeper, when the folder has become another's."""
    theirs = alice.home / "theirs"
    theirs.mkdir(mode=0o755)
    log, last = theirs / "log", theirs / "log.1"
    done = alice.program.run("--log", log, "web01", **alice.popen)
    assert_failed(done, 1, "cannot open", str(log), pool=pool)
    os.chown(theirs, ALICE, ALICE)
    process, stderr = logging(log)
    os.chown(theirs, 0, 0)
    log.rename(last)
    harness.eventually(lambda: "anew: Permission denied; the old one goes on" in stderr.read_text(), "that is said")
    talker.vm.begin("clean_reboot").finish()
    await_logged(talker, last)
    process.terminate()
    process.communicate(timeout=harness.PATIENCE)
    assert [path.name for path in theirs.iterdir()] == ["log.1"]
    shutil.rmtree(theirs)


def test_a_console_on_a_terminal(alice, on_terminal, pool, guest):  # noqa: F811
    pty, process = on_terminal("web01")
    pty.read_until(f"guest {guest.vm.domid}".encode())
    harness.eventually(pty.is_raw, "the terminal becomes raw")
    assert_confined(process.pid)
    pty.write(b"typed")
    guest.await_heard(guest.vm.domid, b"typed")
    pty.write(harness.ESCAPE + b".")
    pty.read_until(b"detached")
    assert harness.finish(process) == 0
    assert pty.settings() == pty.found
    assert_logged_out(pool)


def test_a_screen(alice, on_terminal, pool, tmp_path):  # noqa: F811
    row = next(row for row in shown.rows(shown.TEXT) if row.isascii() and len(row) > 20)
    with tempfile.TemporaryDirectory() as folder:
        screens = shown.Shown(pool, folder)
        try:
            screens.vm("shown", shown.TEXT)
            pty, process = on_terminal("screen", "shown")
            pty.read_until(row.encode())
            assert_confined(process.pid)
            pty.write(harness.ESCAPE + b".")
            pty.read_until(b"detached")
            assert harness.finish(process) == 0
            assert pty.settings() == pty.found
        finally:
            screens.stop()
    assert_logged_out(pool)


def serving(listener):  # noqa: F811
    """Its children that are itself, forked, and no other program: who serves a viewer, who logs out."""
    own = viewers.cmdline(listener.pid)
    return [pid for pid in listener.children() if viewers.cmdline(pid) == own]


def test_a_viewer(alice, pool, serve):  # noqa: F811
    """Of that user's, which --viewer starts as well; each is served by a process that is confined."""
    pool.add_vm("shown", consoles=("rfb",), domain_type="hvm")
    found = viewers.Viewers(alice.home)
    command = found.install("mine", "id -u >&2; exec /bin/sleep 600")
    for path in (found.folder, command):
        os.chown(path, ALICE, ALICE)
    alice.keeps |= {"bin", "bin/mine", "bin/called-mine"}
    listener = serve(f"--viewer={command} %p", vm="shown", program=alice.program, **alice.popen)  # noqa: F811
    assert found.called("mine") == [str(listener.port)]
    assert listener.says(f"{ALICE}\n")
    with users.owning(ALICE):
        viewer = listener.viewer()
    with viewer:
        assert_shown(viewer.greet())
        child, = harness.eventually(lambda: len(made := serving(listener)) == 1 and made, "one process serves the viewer")
        assert_confined(child, keeper_of=listener.pid)
    assert listener.end() == 0


# The hole, as that user has it: all that is tried would succeed without any privilege.

def use(monkeypatch, alice, planted, name, listener):  # noqa: F811
    shutil.copy(planted[name], alice.home / "xencon")
    alice.program.env.update(test_confine.use(monkeypatch, planted, name, listener))
    if name != "planted":
        alice.keeps.add("planted")


@pytest.mark.parametrize("name", ["planted-unconfined", "planted"])
@pytest.mark.parametrize("command", ["shot", "type"])
def test_out_of_the_picture(command, name, alice, planted, listener, pool, monkeypatch):  # noqa: F811
    use(monkeypatch, alice, planted, name, listener)
    pool.add_vm("shown", rfb_backend=sim.Rfb(title=test_confine.WORDS))
    more = {"shot": ["taken.png"], "type": ["x"]}[command]
    alice.keeps |= {"taken.png"} if command == "shot" else set()
    done = alice.program.run(command, "shown", *more, **alice.popen)
    test_confine.judge_of(name)(done.stderr)
    assert done.returncode == 0
    assert_logged_out(pool)


@pytest.mark.parametrize("name", ["planted-unconfined", "planted"])
def test_out_of_a_reply(name, alice, planted, listener, pool, guest, tmp_path, monkeypatch):  # noqa: F811
    use(monkeypatch, alice, planted, name, listener)
    with open(tmp_path / "stderr", "wb") as stderr:
        process = alice.program.start("--reconnect", "--idle", "1000", "web01", stderr=stderr, **alice.popen)
        first = process.stdout.readline()
        guest.vm.rename(test_confine.WORDS)
        guest.vm.begin("clean_reboot").finish()
        again = process.stdout.readline()
        assert again == f"guest {guest.vm.domid}\r\n".encode() != first
        process.terminate()
        process.communicate(timeout=harness.PATIENCE)
    test_confine.judge_of(name)((tmp_path / "stderr").read_text())
