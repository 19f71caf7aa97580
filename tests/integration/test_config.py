# SPDX-License-Identifier: ISC
"""The configuration file: where it is found, what may be in its place, and what is said of a wrong line."""
import os
import re
import subprocess
import threading

import pytest

import configs
import harness

from configs import home  # noqa: F401
from outcome import assert_failed, assert_served

HELP = re.compile(r"^  (?:-(\w)|  )(?:,| ) ?(?:--([\w-]+))?(\[=| (?! ))?", re.M)


@pytest.fixture
def bare(pool, make_xencon):
    """The program that knows the password, and nothing of the server."""
    configs.add_source(pool)
    program = make_xencon(pool)
    del program.env["XENCON_SERVER"]
    return program


@pytest.fixture
def here(pool):
    """The lines of a configuration that suffice."""
    return f"[default]\nserver = {pool.coordinator.url}\n"


def test_the_usual_place(pool, bare, home, here):
    home.configure(here)
    assert_served(bare.run("web01"), pool)


def test_the_place_of_xdg(pool, bare, home, here):
    home.configure("[default]\nserver = xen9\n")
    path = home.configure(here, "else/xencon/config")
    done = bare.run("web01", env={"XDG_CONFIG_HOME": str(path.parent.parent)})
    assert_served(done, pool)


@pytest.mark.parametrize("value", ["", "else", "./else"])
def test_what_xdg_does_not_allow_is_no_place(value, pool, bare, home, here):
    """Relative paths are to be ignored."""
    home.configure(here)
    home.configure("[default]\nserver = xen9\n", "else/xencon/config")
    assert_served(bare.run("web01", env={"XDG_CONFIG_HOME": value}, cwd=home.folder), pool)


def test_a_place_that_is_named(pool, bare, home, here):
    home.configure("nonsense")
    path = home.configure(here, "mine")
    assert_served(bare.run("--config", path, "web01"), pool)


def test_no_file_at_all(pool, bare):
    assert_served(bare.run("-s", pool.coordinator.url, "web01"), pool)


def test_no_home_at_all(pool, bare):
    """The home is then what the system knows of the user, and it need not be there."""
    del bare.env["HOME"]
    assert_served(bare.run("-s", pool.coordinator.url, "web01"), pool)


def test_a_file_that_is_named_but_missing(pool, bare, tmp_path):
    done = bare.run("--config", tmp_path / "none", "-s", pool.coordinator.url, "web01")
    assert_failed(done, 2, "cannot read the configuration", str(tmp_path / "none"), "No such file",
                  pool=pool)


def test_none_as_a_file(pool, bare):
    assert_served(bare.run("--config", "/dev/null", "-s", pool.coordinator.url, "web01"), pool)


@pytest.mark.parametrize("named", [True, False])
def test_a_folder_in_its_place(named, pool, bare, home):
    home.config.mkdir(parents=True)
    words = ["--config", home.config] if named else []
    done = bare.run(*words, "-s", pool.coordinator.url, "web01")
    assert done.returncode in (1, 2)
    assert_failed(done, done.returncode, str(home.config), "directory", pool=pool)


def test_a_fifo_in_its_place_holds_nobody(pool, bare, home):
    home.config.parent.mkdir(parents=True)
    os.mkfifo(home.config)
    done = bare.run("-s", pool.coordinator.url, "web01", timeout=20)
    assert done.returncode in (0, 1, 2)


def test_a_pipe_that_is_named(pool, bare, here):
    """As a shell's <(COMMAND) does, with what is slow to come."""
    reader, writer = os.pipe()

    def write():
        # Later than the program opens it, however soon that is: it waits for us.
        threading.Event().wait(0.5)
        os.write(writer, here.encode())
        os.close(writer)

    late = threading.Thread(target=write)
    late.start()
    done = bare.run("--config", f"/dev/fd/{reader}", "web01", pass_fds=[reader])
    late.join()
    os.close(reader)
    assert_served(done, pool)


def test_a_file_that_cannot_be_read(pool, bare, home, here):
    home.configure(here).chmod(0)
    if os.geteuid() == 0:    # root, without what makes it read everything
        words = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", *bare.command()]
        bare.command = lambda *arguments: [*words, *arguments]
    assert_failed(bare.run("web01"), 1, str(home.config), "Permission denied", pool=pool)


def test_a_file_beyond_all_size(pool, bare, home, here):
    home.configure(here + "#" * (300 * 1024))
    assert_failed(bare.run("web01"), 1, str(home.config), "larger than 256 KiB", pool=pool)


FORMS = {
    "CR LF": lambda text: text.replace("\n", "\r\n"), "no line end": lambda text: text.rstrip(),
    "blanks": lambda text: text.replace(" = ", "\t=   ").replace("\n", "  \n\n"),
    "comments": lambda text: "# a\n;b\n" + text + " # c\n",
    "other profiles": lambda text: "[a b]\nuser = x\n" + text + "[z]\nserver = y\n",
    "a large one": lambda text: "".join(f"[p{n}]\nserver = xen{n}\n" for n in range(8000)) + text,
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_forms(form, pool, bare, home, here):
    home.configure(form(here))
    assert_served(bare.run("web01"), pool)


WRONG = {
    "a key that is none": (b"[default]\nuser = root\nsevrer = x\n", 3, "sevrer"),
    "a wrong key of another profile": (b"[lab]\n\n\nsevrer = x\n", 4, "sevrer"),
    "a section that is not closed": (b"\n[default\n", 2, "[default"),
    "a section and more": (b"[default] x\n", 1, "[default] x"),
    "no equals sign": (b"[default]\nserver\n", 2, "server"),
    "a value that is missing": (b"[default]\nserver=\n", 2, "server"),
    "a flag with another word": (b"[default]\ninsecure = maybe\n", 2, "insecure"),
    "the password": (b"[default]\npassword = secret\n", 2, "password"),
    "no section": (b"server = xen1\n", 1, "server"),
    "noise": (bytes(range(1, 256)) * 20, 1, ""),
    "terminal's controls": (b"[default]\n\x1b[31m\x9b2J = x\n", 2, ""),
}


@pytest.mark.parametrize("text, line, what", WRONG.values(), ids=WRONG)
def test_a_wrong_line_is_named(text, line, what, pool, bare, home):
    path = home.configure(text)
    done = bare.run("-s", pool.coordinator.url, "web01")
    assert_failed(done, 2, f"{path}, line {line}: ", what, pool=pool)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", done.stderr)


def test_another_encoding(pool, bare, home):
    """As some editors save by themselves."""
    path = home.configure("[default]\nserver = x\n".encode("utf-16"))
    done = bare.run("-s", pool.coordinator.url, "web01")
    assert_failed(done, 2, str(path), "not a text file", pool=pool)


BAD_VALUES = {
    "server": "xen1:99999", "connect-timeout": "soon", "fingerprint": "AA:BB", "idle": "-1",
    "escape": "abc", "max-viewers": "0", "listen": "::::", "console-address": "unix:/x",
}


@pytest.mark.parametrize("key, value", BAD_VALUES.items())
def test_a_bad_value_is_told(key, value, pool, bare, home, here):
    """With its file, since nothing of it was typed."""
    path = home.configure(f"[default]\n{key} = {value}\n" if key == "server" else
                          f"{here}{key} = {value}\n")
    bare.options = []   # whom to trust is not typed: the file says it
    done = bare.run("vnc" if key in ("listen", "max-viewers") else "console", "web01")
    assert_failed(done, 2, key if key == "console-address" else value, pool=pool)
    assert str(path) in done.stderr


def options(*command):
    """Every long option that the help of a command lists, and whether it takes a value."""
    text = subprocess.run([harness.BINARY, *command, "--help"], capture_output=True, text=True,
                          check=True).stdout
    return {found[1]: found[2] for found in HELP.findall(text) if found[1]}


@pytest.mark.plain
def test_every_option_of_the_help_is_a_key(pool, bare, home, here):
    """But for those that say where the configuration is, are a question, or are meant for one time."""
    known = {**options("console"), **options("vnc"), **options("trust")}
    assert len(known) > 25
    for name, value in known.items():
        home.configure(f"[other]\n{name} = {'7' if value else 'yes'}\n{here}")
        done = bare.run("web01")
        if name in ("config", "profile", "help", "version", "forget", "dom0", "force"):
            assert_failed(done, 2, f"\"{name}\"", pool=pool)
        else:
            assert_served(done, pool)


def test_keys_of_other_commands_do_no_harm(pool, bare, home, here):
    home.configure(here + "max-viewers = 3\nviewer = yes\nonce = yes\nlisten = 127.0.0.1:5999\n")
    assert_served(bare.run("web01"), pool)


def test_a_profile_has_everything(pool, make_xencon, home):
    """Server, user, password and trust: one word is enough."""
    configs.add_source(pool)
    pool.add_user("eve", "apple")
    bundle = harness.certificates(pool, home.folder)
    path = home.secret("pw", "apple\n")
    home.configure(f"[lab]\nserver = {pool.coordinator.url}\nuser = eve\ncacert = {bundle}\n"
                   f"password-file = {path}\nidle = 0.2\n")
    program = make_xencon(pool, password=None, trust=False)
    del program.env["XENCON_SERVER"]
    assert_served(program.run("-P", "lab", "web01"), pool)


def test_help_and_version_need_no_configuration(bare, home):
    home.configure("nonsense")
    for words in (["--help"], ["--version"], ["help"], ["version"]):
        assert bare.run(*words).returncode == 0


def test_it_is_never_written(pool, bare, home, here):
    path = home.configure(here)
    path.chmod(0o400)
    before = path.stat()
    assert_served(bare.run("web01"), pool)
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
