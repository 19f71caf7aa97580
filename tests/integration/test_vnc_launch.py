# SPDX-License-Identifier: ISC
"""The viewer that --viewer starts: which one, how it is called, and ending together."""
import os
import pathlib
import signal

import pytest

import harness
import procs
import viewers
from listening import IPV6, is_open, make_pool, network, serve  # noqa: F401
from outcome import MESSAGE, assert_failed, assert_logged_out
from viewers import WAIT

USUAL = {
    "vncviewer": ["127.0.0.1::{port}"],
    "gvncviewer": ["127.0.0.1:{display}"],
    "remote-viewer": ["vnc://127.0.0.1:{port}"],
    "vinagre": ["vnc://127.0.0.1:{port}"],
    "krdc": ["vnc://127.0.0.1:{port}"],
    "remmina": ["-c", "vnc://127.0.0.1:{port}"],
}


@pytest.fixture
def found(pool, tmp_path):
    """The programs in PATH."""
    pool.add_vm("web01")
    return viewers.Viewers(tmp_path)


def expect_gone(pid):
    harness.eventually(lambda: procs.is_gone(pid), "the viewer has ended")


def expected(words, listener):
    return [word.format(port=listener.port, display=listener.port - 5900) for word in words]


@pytest.mark.parametrize("first", USUAL)
def test_the_first_of_the_usual_viewers(first, found, serve):
    names = list(USUAL)
    for name in names[names.index(first):]:
        found.install(name)
    listener = serve("--viewer", env=found.env)
    assert found.called(first) == expected(USUAL[first], listener)
    assert [name for name in names if found.was_called(name)] == [first]


@pytest.mark.skipif(not IPV6, reason="IPv6")
@pytest.mark.parametrize("name, words", [
    ("vncviewer", ["[::1]::{port}"]), ("gvncviewer", ["[::1]:{display}"]),
    ("remote-viewer", ["vnc://[::1]:{port}"])])
def test_the_usual_viewers_and_ipv6(name, words, found, serve):
    found.install(name)
    listener = serve("--listen=[::1]:0", "--viewer", env=found.env)
    assert found.called(name) == expected(words, listener)


def test_the_usual_viewers_and_a_socket(found, serve, tmp_path):
    """Only one of them knows what that is."""
    for name in USUAL:
        found.install(name)
    path = tmp_path / "it's a socket"
    serve("--listen", str(path), "--viewer", env=found.env)
    assert found.called("vncviewer") == [str(path)]


@pytest.mark.parametrize("path", ["{folder}", "/nowhere:{folder}", "{folder}:/nowhere", "", None],
                         ids=["folder", "behind", "before", "empty", "unset"])
def test_no_viewer(path, found, pool, xencon):
    found.install("something-else")
    if path is None:
        del xencon.env["PATH"]
    else:
        xencon.env["PATH"] = path.format(folder=found.folder)
    done = xencon.run("vnc", "--viewer", "web01")
    assert_failed(done, 1, "no VNC viewer is installed", "tigervnc-viewer", "--viewer=", pool=pool)


def test_what_cannot_be_run_is_no_viewer(found, serve):
    (found.folder / "vncviewer").write_text("not a program")
    found.install("gvncviewer")
    serve("--viewer", env=found.env)
    assert found.called("gvncviewer")


def test_a_command_of_ones_own(found, serve):
    found.install("mine")
    listener = serve("--viewer=mine -a '%h' %p:%d %u '100%%'", env=found.env)
    port = listener.port
    assert found.called("mine") == [
        "-a", "127.0.0.1", f"{port}:{port - 5900}", f"vnc://127.0.0.1:{port}", "100%"]


@pytest.mark.skipif(not IPV6, reason="IPv6")
def test_a_command_of_ones_own_and_ipv6(found, serve):
    found.install("mine")
    listener = serve("--listen=[::1]:0", "--viewer=mine %h %p %u", env=found.env)
    assert found.called("mine") == ["::1", str(listener.port), f"vnc://[::1]:{listener.port}"]


@pytest.mark.parametrize("name", [
    "plain", "two  blanks", "it's", '"quoted"', "$HOME", "`id`", "a;b&c|d", "(x)", "back\\slash",
    "*", "~", "-n", "line\nfeed", "naïve", "%h"])
def test_a_socket_with_an_unusual_name(name, found, serve, tmp_path):
    found.install("mine")
    path = f"{tmp_path}/{name}"
    serve("--listen", path, "--viewer=mine %h %u x%px%dx", env=found.env, wait=False)
    assert found.called("mine") == [path, path, "xxx"]


def test_an_unusual_name_for_the_usual_viewer(found, serve, tmp_path):
    found.install("vncviewer")
    path = f"{tmp_path}/$(id) 'x'"
    serve("--listen", path, "--viewer", env=found.env)
    assert found.called("vncviewer") == [path]


def test_a_command_is_the_shells(found, serve):
    found.install("mine")
    serve("--viewer=WORD=$((6*7)); mine \"$WORD\" | /bin/cat", env=found.env)
    assert found.called("mine") == ["42"]


def test_the_vm_is_no_viewer(found, serve):
    found.install("vncviewer")
    serve("--viewer", "web01", vm=None, env=found.env)
    assert found.called("vncviewer")


@pytest.mark.parametrize("command", ["mine %x", "mine %", "mine %1", "%", "mine % h",
                                     "x" * 5000])
def test_a_command_that_makes_no_sense(command, found, pool, xencon):
    done = xencon.run("vnc", f"--viewer={command}", "web01")
    assert_failed(done, 2, "viewer command")
    assert pool.connections == []


def test_it_is_started_when_it_can_connect(found, serve):
    connects = f'/usr/bin/socat -u "TCP:127.0.0.1:$2" - >{found.folder}/picture'
    found.install("mine", f"{connects} & {WAIT}")
    listener = serve("--viewer=mine %h %p", env=found.env)
    picture = found.folder / "picture"
    harness.eventually(lambda: picture.exists() and picture.read_bytes(), "it has connected")
    assert picture.read_bytes() == b"RFB 003.008\n"
    assert listener.end() == 0


def test_its_messages_are_shown_and_stdout_is_ours(found, serve):
    found.install("mine", "echo words; echo complaint >&2; exit 0")
    listener = serve("--viewer=mine", env=found.env)
    assert listener.finish() == 0
    assert listener.line() == ""
    assert listener.said() == "words\ncomplaint\n"


def test_it_ends_and_so_do_we(found, pool, serve):
    found.install("mine", "exit 0")
    listener = serve("--viewer=mine", env=found.env)
    assert listener.finish() == 0
    assert listener.said() == ""
    assert_logged_out(pool)


@pytest.mark.parametrize("does, says", [
    ("exit 3", "exit status 3"), ("exit 126", "exit status 126"), ("kill -SEGV $$", "fault"),
    ("kill -TERM $$", "erminated")])
def test_it_fails_and_so_do_we(does, says, found, serve):
    found.install("mine", does)
    listener = serve("--viewer=exec mine %p", env=found.env)
    assert listener.finish() == 1
    lines = listener.said().splitlines()
    assert f'xencon: the viewer "exec mine {listener.port}" failed: ' in lines[0]
    assert says in lines[0]
    assert len(lines) == 1


def test_there_is_no_such_viewer(found, serve):
    listener = serve("--viewer=mine %u", env=found.env)
    assert listener.finish() == 1
    assert "there is no such program" in listener.said()
    assert all(map(MESSAGE.match, listener.said().splitlines()[1:])), listener.said()


def test_what_is_still_connected_is_served_to_its_end(found, serve):
    """Some viewers hand over to another process of theirs, and end."""
    found.install("mine", f"/usr/bin/socat -u TCP:127.0.0.1:$1 - >{found.folder}/picture &\n"
                          "until [ -s picture ]; do :; done; exit 0")
    listener = serve("--viewer=mine %p", env=found.env, cwd=found.folder, wait=False)
    listener.ready()
    harness.eventually(lambda: not is_open(listener.port), "nobody else is let in")
    assert listener.process.poll() is None
    listener.expect_children(1)
    left, = [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc")))
             if b"socat\0-u\0TCP:127.0.0.1:%d\0" % listener.port in viewers.cmdline(pid)]
    os.kill(left, signal.SIGTERM)
    assert listener.finish() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_end_of_ours_is_its_end(number, found, serve):
    found.install("mine", f"/bin/sleep 600 & {WAIT}")
    listener = serve("--viewer=mine %p; true", env=found.env)
    pid = found.pid("mine")
    assert listener.end(number) == 0
    expect_gone(pid)
    assert listener.said() == ""


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGQUIT])
def test_another_signals_end_is_its_end_too(number, found, serve):
    found.install("mine")
    listener = serve("--viewer=mine", env=found.env)
    pid = found.pid("mine")
    assert listener.end(number) == 128 + number
    expect_gone(pid)


@pytest.mark.parametrize("state", ["deaf", "deaf behind a shell", "stopped"])
def test_one_that_does_not_want_to_end(state, found, serve):
    found.install("mine", WAIT if state == "stopped" else f"trap '' TERM; {WAIT}")
    command = "mine; true" if state == "deaf behind a shell" else "exec mine"
    listener = serve(f"--viewer={command}", env=found.env)
    pid = found.pid("mine")
    if state == "stopped":
        os.kill(pid, signal.SIGSTOP)
    assert listener.end() == 0
    expect_gone(pid)


def test_once(found, serve):
    """The viewer is ended when its connection is."""
    found.install("mine", "printf 'RFB 003.008\\n' | /usr/bin/socat -t0.3 TCP:127.0.0.1:$1 - >&2\n"
                          f"{WAIT}")
    listener = serve("--once", "--viewer=exec mine %p", env=found.env)
    pid = found.pid("mine")
    assert listener.finish() == 0
    assert procs.is_gone(pid)


def test_control_c_on_a_terminal(found, xencon, pty):
    """The viewer is asked to end by us, and not by the terminal's key."""
    found.install("mine", f"trap 'echo interrupted >&2' INT; {WAIT}")
    process = pty.start(xencon, "vnc", "--viewer=exec mine", "web01", stdout=-1,
                        env={**found.env})
    assert process.stdout.readline()
    pid = found.pid("mine")
    assert os.getpgid(pid) == pid
    pty.write(b"\3")
    assert harness.finish(process) == 0
    assert procs.is_gone(pid)
    assert process.stdout.read() == b""
    assert pty.read_rest() == b"^C"


class TestWhatItInherits:
    @pytest.fixture
    def viewer(self, found, serve):
        found.install("mine")
        serve("--viewer=exec mine", env={**found.env, "WORD": "kept"})
        return found.pid("mine")

    def test_no_descriptor_but_the_standard_ones(self, viewer):
        links = {int(entry.name): os.readlink(entry)
                 for entry in pathlib.Path(f"/proc/{viewer}/fd").iterdir()}
        assert set(links) == {0, 1, 2}, links
        assert links[1] == links[2]

    def test_no_secret(self, viewer):
        environ = pathlib.Path(f"/proc/{viewer}/environ").read_bytes()
        assert b"WORD=kept\0" in environ
        assert b"XENCON_PASSWORD" not in environ and b"=secret" not in environ

    def test_no_signal_ignored(self, viewer):
        status = pathlib.Path(f"/proc/{viewer}/status").read_text()
        ours = pathlib.Path("/proc/self/status").read_text()
        for field in ("SigIgn", "SigBlk"):
            mask = int(status.partition(f"{field}:")[2].split()[0], 16)
            # Python itself has SIGPIPE and SIGXFSZ ignored, and gives that on to nobody.
            assert mask & ~int(ours.partition(f"{field}:")[2].split()[0], 16) == 0, field
            assert mask & 1 << (signal.SIGPIPE - 1) == 0
