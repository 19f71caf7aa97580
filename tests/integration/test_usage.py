# SPDX-License-Identifier: ISC
"""The command line: what is wrong usage, what goes to stdout, and which word is what."""
import re
import subprocess

import pytest

import sim

import harness
from outcome import MESSAGE, assert_failed

HELLO = b"hello from here"
HINT_OPTIONS = "xencon --help lists them"
SERVER_FORMS = "a server is HOST, HOST:PORT, [IPV6]:PORT"

# Words that are wrong even with a server, and what is said about them.
ERRORS = {
    "": ["no VM is named", "usage: xencon [OPTION…] VM"],
    "console": ["no VM is named"],
    "console -v --": ["no VM is named"],
    "-s": ["--server needs HOST[:PORT] behind it"],
    "web01 --user": ["--user needs NAME behind it"],
    "--frobnicate web01": ["unknown option \"--frobnicate\"", HINT_OPTIONS, "behind --"],
    "--pasword-file f web01": ["unknown option \"--pasword-file\"",
                               "did you mean --password-file?"],
    "--verbsoe web01": ["unknown option \"--verbsoe\"", "did you mean --verbose?"],
    "--pass f web01": ["--pass may be --password-file or --password-command"],
    "--no-user web01": ["unknown option \"--no-user\"", "--no-NAME takes back a flag"],
    "consle web01": ["one word too many", "did you mean the command console?"],
    "vnc --viewer false web01": ["one word too many", "--viewer is joined to it: --viewer=CMD"],
    "--wait 5 web01": ["one word too many", "--wait is joined to it: --wait=SECS"],
    "help consle": ["there is no command \"consle\"", "did you mean console?"],
    "--user= web01": ["--user is empty"],
    "-u eve -s root@h web01": ["--user eve and --server root@h name two users"],
    "-s root:secret@h web01": ["a server takes USER@HOST, without a password"],
    "--password secret web01": ["unknown option \"--password\""],
    "-Z web01": ["unknown option \"-Z\"", HINT_OPTIONS],
    "-vvZq web01": ["unknown option \"-Z\""],
    "--= web01": ["unknown option \"--\""],
    "--insecure=yes web01": ["--insecure takes no value"],
    "web01 web02": ["one word too many, \"web02\"", "usage: xencon console", "quotation marks"],
    "console web01 web02": ["one word too many, \"web02\""],
    "web01 console": ["one word too many, \"console\""],
    "-- console web01": ["one word too many, \"web01\""],
    "-- web01 -v": ["one word too many, \"-v\""],
    "a b c d e f": ["e"],
    "help nope": ["there is no command \"nope\"", "xencon help lists them"],
    "help a b": ["one word too many, \"b\"", "usage: xencon help [--manual] [COMMAND]"],
    "version x": ["one word too many, \"x\"", "usage: xencon version"],
    "help --log f": ["xencon help takes no --log"],
    "version -e x": ["xencon version takes no --escape", "it is an option of: console, screen"],
    "-4 -6 web01": ["-4 and -6 exclude each other"],
    "--timestamps web01": ["--timestamps needs --log FILE"],
    "--timeout 5 web01": ["--timeout needs --until REGEX"],
    "--wait=soon web01": ["--wait takes a number of seconds", "not \"soon\""],
    "vnc --reconnect web01": ["xencon vnc takes no --reconnect", "it is an option of: console, screen"],
    "-l :5901 web01": ["xencon console takes no --listen", "it is an option of: vnc"],
    "--stdio -e x web01": ["--stdio has no escape character", "drop -e"],
    "-e xx web01": ["\"xx\" cannot be an escape character", "^X notation"],
    "--dom0 xen1 web01": ["--dom0 stands in place of VM", "\"web01\""],
    "-s http:// web01": ["bad server \"http://\"", "the host is missing", SERVER_FORMS],
    "-s h:0 web01": ["bad server \"h:0\"", "the port is not a number from 1 to 65535"],
    "-s h:99999 web01": ["the port is not a number from 1 to 65535"],
    "-s h: web01": ["the port is not a number from 1 to 65535"],
    "-s h:8x web01": ["the port is not a number from 1 to 65535"],
    "-s ftp://h web01": ["the scheme is none of https, http, unix, ssh"],
    "-s [::1 web01": ["the bracket is not closed"],
    "-s [h]:1 web01": ["brackets are for IPv6 addresses"],
    "-s [::1]x web01": ["followed by something that is no port"],
    "-s h/path web01": ["a character that no host has"],
    "-s unix: web01": ["bad server \"unix:\"", "path is empty"],
}
SECONDS = {"--connect-timeout": ["x", "0", "-1", "nan", "inf", "1e9", "1s", "0x10z", " "],
           "--idle": ["x", "-1", "nan", "inf", "1e9", "2,5"]}


@pytest.fixture
def add(pool):
    return lambda name: pool.add_vm(name, backend=sim.Source(HELLO))


def assert_usage_error(done, pool, *says):
    assert_failed(done, 2, *says)
    assert not pool.connections
    for line in done.stderr.splitlines():
        assert not re.search(r" ;|  |\.$", line), line


@pytest.mark.parametrize("words", ERRORS, ids=[words or "nothing" for words in ERRORS])
def test_usage_errors(words, pool, xencon):
    assert_usage_error(xencon.run(*words.split()), pool, *ERRORS[words])


@pytest.mark.parametrize("option, value", [(option, value) for option, values in SECONDS.items()
                                           for value in values])
def test_what_is_no_number_of_seconds(option, value, pool, xencon):
    done = xencon.run(option, value, "web01")
    assert_usage_error(done, pool, f"{option} takes a number of seconds from", f"\"{value}\"")


@pytest.mark.parametrize("words", [[""], ["--", ""], ["console", ""], ["--dom0", ""]], ids=str)
def test_an_empty_name(words, pool, xencon):
    assert_usage_error(xencon.run(*words), pool, "no VM is named")


@pytest.mark.parametrize("server", ["", "   ", "a b", "h\n", "\x1b[31mred", "h" * 300, "[]", "::"])
def test_servers_that_are_none(server, pool, xencon):
    for done in (xencon.run("-s", server, "web01"),
                 xencon.run("web01", env={"XENCON_SERVER": server or " "})):
        assert done.returncode in ((2, 3) if server == "::" else (2,))
        assert all(MESSAGE.match(line) for line in done.stderr.splitlines())
        assert "\x1b" not in done.stderr
    assert not pool.connections


@pytest.mark.parametrize("env", [{}, {"XENCON_SERVER": ""}], ids=["unset", "empty"])
def test_no_server(env, make_xencon):
    done = make_xencon(None).run("web01", env=env)
    assert_failed(done, 2, "no server is given", "--server HOST", "XENCON_SERVER")


def test_a_socket_path_that_is_too_long(xencon):
    done = xencon.run("-s", "unix:/" + "x" * 150, "web01")
    assert_failed(done, 2, "too long")


@pytest.mark.parametrize("words", ["--help", "-h", "help", "-s h --help", "--help --insecure",
                                   "-v -h"])
def test_help_goes_to_stdout(words, make_xencon):
    done = make_xencon(None).run(*words.split())
    assert (done.returncode, done.stderr) == (0, "")
    text = done.stdout.decode()
    assert text.startswith("usage: xencon [OPTION…] VM\n")
    assert "--password-file FILE" in text and "console" in text and "XENCON_SERVER" in text


@pytest.mark.parametrize("words", ["help console", "console --help", "console -h web01",
                                   "web01 --help"])
def test_help_on_a_command(words, make_xencon):
    done = make_xencon(None).run(*words.split())
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.decode().startswith("usage: xencon console [OPTION…] VM\n")
    assert b"--idle SECS" in done.stdout


def test_help_fits_a_terminal_and_names_no_password_option(make_xencon):
    text = make_xencon(None).run("--help").stdout.decode()
    assert max(map(len, text.splitlines())) <= 80
    assert not re.search(r"--password\b(?!-)", text)


@pytest.mark.parametrize("words", ["--version", "-V", "version", "version -v", "--version web01"])
def test_version_goes_to_stdout(words, make_xencon):
    done = make_xencon(None).run(*words.split())
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"xencon \d+\.\d+\S* \(OpenSSL 3\.\S+.*, jansson \S+\)\n",
                        done.stdout.decode())


@pytest.mark.parametrize("words", ["--help", "version", "help console"])
def test_a_full_disk_is_an_error(words, make_xencon):
    with open("/dev/full", "wb") as full:
        process = make_xencon(None).start(*words.split(), stdout=full)
        _, said = process.communicate(timeout=harness.PATIENCE)
    assert process.returncode == 1
    assert said.startswith(b"xencon: cannot write the ") and b"No space left on device" in said


@pytest.mark.plain
def test_every_option_that_help_names_is_there(make_xencon):
    xencon = make_xencon(None)
    options = xencon.run("--help").stdout.decode().partition("\noptions of every command:\n")[2]
    found = re.findall(r"^ +(-\w)?,? *(--[a-z0-9-]+)? ?(\S+)?  ", options, re.MULTILINE)
    assert len(found) > 15
    for letter, name, argument in found:
        for word in filter(None, [letter, name]):
            done = xencon.run(word)
            assert "unknown option" not in done.stderr, word
            if argument and not argument.startswith("["):
                assert_failed(done, 2, f"needs {argument} behind it")


@pytest.mark.parametrize("name, words", [
    *((name, words) for name in ("help", "version", "console", "list", "vnc", "trust")
      for words in ("console NAME", "-- NAME", "console -- NAME", "-q -- NAME")),
    ("-v", "-- NAME"), ("--help", "console -- NAME"), ("--", "-- NAME"), ("-", "NAME"),
])
def test_machines_called_like_a_command_or_an_option(name, words, add, xencon):
    add(name)
    done = xencon.run(*words.replace("NAME", name).split())
    assert (done.stdout, done.returncode) == (HELLO, 0), done.stderr


@pytest.mark.parametrize("words", [
    ["-q", "web01"], ["web01", "-q"], ["-q", "console", "web01"], ["console", "web01", "-q"],
    ["-vq", "web01"], ["-qvu", "root", "web01"], ["-uroot", "web01"], ["--user", "root", "web01"],
    ["--user=root", "web01"], ["-u", "eve", "-u", "root", "web01"], ["--idle=.5", "web01"],
    ["--connect-timeout=0.5e1", "web01"], ["--connect-timeout", "3600", "web01"],
], ids=str)
def test_ways_to_write_options(words, add, xencon):
    add("web01")
    done = xencon.run(*words)
    assert (done.stdout, done.returncode) == (HELLO, 0), done.stderr


def test_quiet_is_quiet(add, xencon):
    add("web01")
    assert xencon.run("-q", "web01").stderr == ""
    assert "attached to \"web01\"" in xencon.run("web01").stderr
    assert_failed(xencon.run("-q", "web02"), 5, "no VM", "did you mean \"web01\"?")


@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1), (0, 1, 2)], ids=str)
def test_standard_descriptors_that_are_closed(closed, add, pool, xencon):
    """A socket of ours must not become what we then print to."""
    add("web01")
    closing = " ".join(f"{fd}<&-" if fd == 0 else f"{fd}>&-" for fd in closed)
    command = xencon.command("--idle", "0.1", "web01")
    shell = ["/bin/sh", "-c", f'exec "$@" {closing}', "sh", *command]
    done = subprocess.run(shell, env=xencon.env, stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=harness.PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    if 1 not in closed:
        assert done.stdout == HELLO
    bodies = b"".join(request.body for request in pool.requests)
    assert b"attached" not in bodies and HELLO not in bodies
