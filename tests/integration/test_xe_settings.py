# SPDX-License-Identifier: ISC
"""What xe was told, for people who have it set up already; and whom its password is kept from."""
import os
import pathlib

import pytest

import configs
import harness
import procs

from configs import bare, home  # noqa: F401
from outcome import HELLO, assert_failed, assert_logged_out


@pytest.fixture
def place(pool):
    """The server as xe is told it."""
    return [f"server={pool.coordinator.address}", f"port={pool.coordinator.port}"]


def assert_served(done, pool, user="root"):
    assert (done.stdout, done.returncode) == (HELLO, 0), done.stderr
    assert_logged_out(pool)
    assert configs.logins(pool) == [(user, "secret")]


def test_its_file(pool, bare, home, place):
    home.secret(".xe", "\n".join([*place, "username=root", "password=secret"]))
    assert_served(bare.run("web01"), pool)


def test_its_variable(pool, bare, place):
    extra = ",".join([*place, "username=root", "password=secret"])
    assert_served(bare.run("web01", env={"XE_EXTRA_ARGS": extra}), pool)


def test_the_variable_counts_more(pool, bare, home, place):
    home.secret(".xe", "server=xen9\nport=1\nusername=eve\npassword=wrong\n")
    extra = ",".join([*place, "username=root", "password=secret"])
    assert_served(bare.run("web01", env={"XE_EXTRA_ARGS": extra}), pool)


def test_its_password_file(pool, bare, home, place):
    pool.add_user("eve", "secret")
    path = home.secret("xepw", "eve\nsecret\nand more\n")
    home.secret(".xe", "\n".join([*place, f"passwordfile={path}"]), 0o644)
    assert_served(bare.run("web01"), pool, "eve")


@pytest.mark.parametrize("form", ["server={a}\r\nport={p}\r\nusername=root\r\npassword=secret\r\n",
                                  "nossl=false\n\nserver={a}\nport={p}\ndebug=1\n"
                                  "username=root\npassword=secret"])
def test_forms(form, pool, bare, home):
    home.secret(".xe", form.format(a=pool.coordinator.address, p=pool.coordinator.port))
    assert_served(bare.run("web01"), pool)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o620])
def test_a_password_that_others_can_read_is_refused(mode, pool, bare, home, place):
    path = home.secret(".xe", "\n".join([*place, "password=secret"]), mode)
    done = bare.run("web01")
    assert_failed(done, 2, "others have access", str(path), "chmod 600", pool=pool)
    assert pool.requests == []


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_a_password_file_that_others_can_read_is_refused(mode, pool, bare, home, place):
    path = home.secret("xepw", "root\nsecret\n", mode)
    home.secret(".xe", "\n".join([*place, f"passwordfile={path}"]))
    assert_failed(bare.run("web01"), 2, "others have access", str(path), pool=pool)
    assert pool.requests == []


def test_a_password_file_that_is_missing(pool, bare, home, place):
    home.secret(".xe", "\n".join([*place, "username=root", f"passwordfile={home.folder}/none"]))
    done = bare.run("web01")
    assert done.returncode != 0
    assert f"{home.folder}/none" in done.stderr


@pytest.mark.parametrize("spoil", ["password=secret", "passwordfile=/nonexistent/xepw"])
def test_what_is_not_needed_is_not_complained_of(spoil, pool, bare, home):
    """Our own sources say all there is to say."""
    home.secret(".xe", f"server=xen9\n{spoil}\n", 0o644)
    done = bare.run("-s", pool.coordinator.url, "-u", "root", "web01",
                    env={"XENCON_PASSWORD": "secret"})
    assert_served(done, pool)


@pytest.mark.parametrize("kind", ["folder", "fifo", "noise", "huge"])
def test_something_else_in_its_place(kind, pool, bare, home):
    """Never a crash, never a wait."""
    if kind == "folder":
        home.xe.mkdir()
    elif kind == "fifo":
        os.mkfifo(home.xe)
    else:
        home.xe.write_bytes(os.urandom(3000) if kind == "noise" else b"x=y\n" * 20000)
    done = bare.run("-s", pool.coordinator.url, "web01", env={"XENCON_PASSWORD": "secret"},
                    timeout=20)
    assert done.returncode in (0, 1, 2)
    assert done.returncode == 0 or str(home.xe) in done.stderr


def test_an_ipv6_address_of_xe(make_pool, make_xencon, home):
    try:
        pool = make_pool(addresses=["::1"])
    except OSError:
        pytest.skip("no IPv6 here")
    configs.add_source(pool)
    program = make_xencon(pool, password=None)
    del program.env["XENCON_SERVER"]
    home.secret(".xe", f"server=::1\nport={pool.coordinator.port}\nusername=root\npassword=secret\n")
    assert_served(program.run("web01"), pool)


def test_a_wrong_server_of_xe_is_told(bare, home):
    home.secret(".xe", "server=xen1\nport=many\n")
    assert_failed(bare.run("web01", env={"XENCON_PASSWORD": "secret"}), 2, "xen1:many")


@pytest.mark.parametrize("source", ["password command", "proxy command", "viewer"])
def test_no_child_has_its_variable(source, pool, bare, home, place):
    """It may hold a password, be it needed or not."""
    note = home.folder / "environment"
    tell = f"tr '\\0' '\\n' </proc/$$/environ >{note}.new; mv {note}.new {note}"
    words = {
        "password command": ["--password-command", f"{tell}; echo secret"],
        "proxy command": ["--proxy-command", f"{tell}; exec nc %h %p"],
        "viewer": ["vnc", "--viewer=" + tell],
    }[source]
    bare.run(*words, "web01", env={"XE_EXTRA_ARGS": ",".join(
        [*place, "username=root", "password=secret", "debug=mark-of-xe"])})
    seen = note.read_text()
    assert "HOME=" in seen
    assert "XE_EXTRA_ARGS" not in seen
    assert "mark-of-xe" not in seen
    assert "secret" not in seen


def test_the_variable_is_wiped_in_the_program_itself(pool, bare, place):
    """Nobody who may look at it sees more than the other variables."""
    guest = configs.add_stayer(pool, "web02")
    process = bare.start("web02", env={"XE_EXTRA_ARGS": ",".join(
        [*place, "username=root", "password=secret"])})
    assert process.stdout.read(len(HELLO)) == HELLO
    seen = pathlib.Path(f"/proc/{process.pid}/environ").read_bytes()
    assert b"HOME=" in seen
    assert b"secret" not in seen
    assert b"username" not in seen
    assert guest.name == "web02"
    process.stdin.close()
    process.terminate()
    harness.finish(process)
    assert procs.is_gone(process.pid)
