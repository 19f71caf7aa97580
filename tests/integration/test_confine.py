# SPDX-License-Identifier: ISC
"""What an attached process has given up: seen from outside, and by programs that try to break out on purpose."""
import fcntl
import os
import pathlib
import re
import socket
import subprocess
import threading
import zlib

import pytest

import guests
import harness
import procs
import sim
from outcome import assert_logged_out

ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path.home() / ".cache/xencon-tests"

# Agreed with tests/confine/plant.c, and what it tries.
WORDS = "%xencon-plant%"
TRIED = ["exec", "read", "write", "connect", "code", "trace"]


@pytest.fixture(scope="module")
def planted():
    """The programs with a hole in them, by name. Their build is kept, and brought up to date."""
    build = CACHE / f"plant-{zlib.crc32(str(ROOT).encode()):08x}"
    build.mkdir(parents=True, exist_ok=True)
    with open(build / "lock", "wb") as lock:   # of test processes beside this one
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (build / "build.ninja").exists():
            subprocess.run(["meson", "setup", build, ROOT, "-Dplant=true", "-Dtests=false", "-Doptimization=1"],
                           check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["ninja", "-j2", "-C", build], check=True, stdout=subprocess.DEVNULL)
    return {name: build / "tests/confine" / name for name in ("planted", "planted-unconfined")}


@pytest.fixture
def listener():
    """Somebody who would take the intruder's connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def use(monkeypatch, planted, name, listener):
    monkeypatch.setattr(harness, "BINARY", str(planted[name]))
    return {"XENCON_PLANT_PORT": str(listener.getsockname()[1])}


def outcomes(text):
    """What came of each attempt."""
    assert "plant: over" in text, text
    return dict(re.findall(r"plant: (\w+): (done|refused)", text))


def assert_broken_out(text):
    assert outcomes(text) == {what: "done" for what in TRIED}, text
    assert "plant: the shell runs" in text


def assert_held(text):
    assert outcomes(text) == {what: "refused" for what in TRIED}, text
    assert "plant: the shell runs" not in text


def judge_of(name):
    return assert_held if name == "planted" else assert_broken_out


@pytest.mark.parametrize("name", ["planted-unconfined", "planted"])
@pytest.mark.parametrize("command", ["shot", "type"])
def test_out_of_the_picture(command, name, planted, listener, pool, xencon, tmp_path, monkeypatch):
    """The words are in the desktop's name, among the first bytes that an RFB server says."""
    env = use(monkeypatch, planted, name, listener)
    pool.add_vm("web01", rfb_backend=sim.Rfb(title=WORDS))
    words = {"shot": ["shot", "web01", "taken.png"], "type": ["type", "web01", "x"]}[command]
    done = xencon.run(*words, env=env, cwd=tmp_path)
    judge_of(name)(done.stderr)
    assert done.returncode == 0
    assert (tmp_path / "planted").exists() == (name != "planted")
    assert_logged_out(pool)


@pytest.mark.parametrize("name", ["planted-unconfined", "planted"])
def test_out_of_a_reply(name, planted, listener, make_pool, make_xencon, tmp_path, monkeypatch):
    """The words come when the console that was attached is found again: in the reply that has the VM's name."""
    env = use(monkeypatch, planted, name, listener)
    pool = make_pool(hosts=2)
    guest = guests.add(pool)
    xencon = make_xencon(pool)
    with open(tmp_path / "stderr", "wb") as stderr:
        process = xencon.start("--reconnect", "--idle", "1000", "web01", env=env, cwd=tmp_path, stderr=stderr)
        first = guest.vm.domid
        assert process.stdout.readline() == f"guest {first}\r\n".encode()
        guest.vm.rename(WORDS)
        guest.vm.begin("clean_reboot").finish()
        # The intruder's attempts, and then the program goes on as if nothing had been.
        assert process.stdout.readline() == f"guest {guest.vm.domid}\r\n".encode()
        assert guest.vm.domid != first
        process.terminate()
        process.communicate(timeout=harness.PATIENCE)
    judge_of(name)((tmp_path / "stderr").read_text())


def test_no_program_of_ours_has_the_hole():
    binary = pathlib.Path(harness.BINARY).read_bytes()
    assert WORDS.encode() not in binary and b"plant: " not in binary
    options = (ROOT / "meson_options.txt").read_text()
    assert re.search(r"option\('plant', type: 'boolean', value: false", options)
    assert "plant.c" not in (ROOT / "meson.build").read_text()


def status(pid):
    """The kernel's words about a process, by name."""
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)


# What a build with -Dconfine=false says.
WITHOUT = "not confined: this build was made without it"


@pytest.fixture
def confines():
    """Whether the program is of a build that does."""
    return WITHOUT.encode() not in pathlib.Path(harness.BINARY).read_bytes()


def test_who_is_confined(confines, pool, puppet, xencon):
    """The process on the console has a filter and no way to more privileges; its keeper has neither, and no
    descriptor but where orders come in. Of a build without it the process is as who started it, and alone."""
    process = xencon.start("--idle", "1000", "web01")
    puppet.say(b"hello\r\n")
    assert process.stdout.readline() == b"hello\r\n"
    if not confines:
        assert status(process.pid)["Seccomp"] == status("self")["Seccomp"]
        assert_logged_out(pool)
        harness.eventually(lambda: procs.offspring(process.pid) == [], "nobody is beside it")
        harness.kill(process)
        return
    assert (status(process.pid)["Seccomp"], status(process.pid)["NoNewPrivs"]) == ("2", "1")
    assert_logged_out(pool)
    harness.eventually(lambda: procs.children(process.pid) == [], "who logs out has ended")
    keeper = procs.keeper(process.pid)
    assert (status(keeper)["Seccomp"], status(keeper)["NoNewPrivs"]) == ("0", "0")
    opened = {os.readlink(f"/proc/{keeper}/fd/{fd}") for fd in os.listdir(f"/proc/{keeper}/fd")}
    assert sorted(name.split(":")[0] for name in opened) == ["/dev/null", "socket"]
    process.kill()
    process.wait()
    harness.eventually(lambda: not pathlib.Path(f"/proc/{keeper}").exists(), "the keeper has ended")


def test_it_is_said(confines, pool, puppet, xencon):
    process = xencon.start("-v", "--idle", "0", "web01")
    puppet.say(b"hello\r\n")
    stderr = process.communicate(timeout=harness.PATIENCE)[1].decode()
    if not confines:
        assert WITHOUT in stderr
        return
    assert "confined: no program, no socket (seccomp)" in stderr
    assert re.search(r"confined: no file by name but a few \(Landlock \d+\)|"
                     r"not confined: files can be opened, there is no Landlock", stderr)


class Talker(guests.Guest):
    """Says on and on which guest it is."""

    def serve(self, sock):
        try:
            while True:
                sock.sendall(f"guest {self.vm.domid}\r\n".encode())
                threading.Event().wait(0.05)
        except OSError:
            pass


def test_found_again_by_name_and_log(make_pool, make_xencon, tmp_path):
    """Another connection, a host name looked up, and a log that was rotated meanwhile: all after it was confined."""
    pool = make_pool(tls=False)
    guest = Talker()
    guest.vm = pool.add_vm("web01", backend=guest)
    log, last = tmp_path / "log", tmp_path / "log.1"
    server = {"XENCON_SERVER": f"http://localhost:{pool.coordinator.port}"}
    process = make_xencon(pool).start("--reconnect", "--log", log, "--idle", "1000", "web01", env=server,
                                      stdout=subprocess.DEVNULL)
    harness.eventually(lambda: log.exists() and log.read_bytes(), "the log has the guest's words")
    log.rename(last)
    harness.eventually(lambda: log.exists() and log.read_bytes(), "there is a new log")
    guest.vm.begin("clean_reboot").finish()
    again = f"guest {guest.vm.domid}\r\n".encode()
    harness.eventually(lambda: again in log.read_bytes(), "the new log has the new guest's words")
    assert again not in last.read_bytes()
    process.terminate()
    process.communicate(timeout=harness.PATIENCE)
