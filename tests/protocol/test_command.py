# SPDX-License-Identifier: ISC
"""`python3 -m sim`: what it says, and that it leaves nothing behind."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import types

import pytest

from . import client

TESTS = pathlib.Path(__file__).resolve().parents[1]


@pytest.fixture
def start(tmp_path):
    """Starts the program; gives it with what it said."""
    started = []

    def starter(*arguments, **options):
        program = subprocess.Popen([sys.executable, "-m", "sim", *arguments], cwd=TESTS,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                   env={**os.environ, "TMPDIR": str(tmp_path)}, **options)
        started.append(program)
        return program, json.loads(program.stdout.readline())

    yield starter
    for program in started:
        program.kill()
        program.wait()
        program.stdin.close()
        program.stdout.close()


def host_of(said):
    """What `client` needs to know of a host."""
    scheme, _, rest = said["server"].partition("://")
    address, _, port = rest.rpartition(":")
    return types.SimpleNamespace(address=address, port=int(port),
                                 pool=types.SimpleNamespace(tls=scheme == "https"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it(number, start, tmp_path):
    program, said = start()
    assert said["server"].startswith("https://127.0.0.1:") and said["vms"] == ["web01"]
    assert said["password"] == "secret" and pathlib.Path(said["cert_file"]).exists()
    program.send_signal(number)
    assert program.wait(10) == 0
    assert list(tmp_path.iterdir()) == []


def test_the_end_of_its_input_ends_it(start, tmp_path):
    program, said = start("--no-tls", "--until-stdin-closes", "--vm", "web01")
    connection = client.Client(host_of(said))
    session = connection.login()
    found = connection.call("console.get_all_records_where", session, 'field "protocol"="vt100"')
    location = next(one["location"] for one in found.values() if "uuid=" in one["location"])
    connection.connect("/" + location.split("/", 3)[3], session)
    connection.send(b"\n")
    connection.until(b"web01:~# ")
    assert list(tmp_path.iterdir())
    program.stdin.close()
    assert program.wait(10) == 0
    assert list(tmp_path.iterdir()) == []
    connection.close()


def test_kinds_of_vms_and_a_password_of_ones_own(start, tmp_path):
    secret = tmp_path / "password"
    secret.write_text("open sesame\nsecond line\n")
    _, said = start("--no-tls", "--hosts", "2", "--password-file", str(secret), "--user", "root",
                    "--vm", "a:shell", "--vm", "b:echo", "--vm", "c:rfb", "--vm", "d:halted",
                    "--vm", "e:socket:/nowhere")
    assert said["vms"] == ["a", "b", "c", "d", "e"] and len(said["hosts"]) == 2
    assert "sesame" not in json.dumps(said) and "password" not in said
    connection = client.Client(host_of(said))
    session = connection.login(password="open sesame")
    assert session.startswith("OpaqueRef:")
    found = connection.call("VM.get_all_records", session).values()
    states = {one["name_label"]: one["power_state"] for one in found}
    assert states["d"] == "Halted" and states["a"] == "Running"
    connection.close()


def test_what_it_does_not_understand():
    done = subprocess.run([sys.executable, "-m", "sim", "--vm", "x:magic"], cwd=TESTS,
                          capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "x:magic" in done.stderr


def test_what_is_done_to_vms_may_take_its_time(start):
    _, said = start("--no-tls", "--scale", "0.2")
    connection = client.Client(host_of(said))
    session = connection.login()
    (vm,) = connection.call("VM.get_by_name_label", session, "web01")
    started = time.monotonic()
    assert connection.call("VM.hard_shutdown", session, vm) == ""
    assert time.monotonic() - started >= 0.2 * 0.37
    connection.close()
