# SPDX-License-Identifier: ISC
"""The guest behind a text console, and other backends: shared, restarted, gone without trace."""
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time

import pytest

import sim

PROMPT = b"web01:~# "


@pytest.fixture
def guest(pool):
    return pool.add_vm("web01")


@pytest.fixture
def console(pool, guest, connect):
    """Opens a client's console of the guest."""
    return lambda: connect(pool.coordinator).open(guest.console())


def run(connection, command):
    """The output of a command typed at the prompt."""
    connection.send(command.encode() + b"\n")
    connection.until(b"\r\n")
    output = connection.until(PROMPT)[:-len(PROMPT)]
    return output.decode().replace("\r\n", "\n").strip()


def wait_for(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_nothing_is_said_on_connecting(console):
    connection = console()
    assert connection.quiet(0.3)
    connection.send(b"\n")
    assert connection.until(PROMPT) == b"\r\n" + PROMPT


def test_it_is_a_terminal_with_a_minimal_environment(console):
    connection = console()
    assert run(connection, "echo $TERM; stty size; tty").split("\n")[:2] == ["vt100", "24 80"]
    assert run(connection, "ls -A; pwd") == run(connection, "echo $HOME")
    names = {line.partition("=")[0] for line in run(connection, "env").split("\n")}
    assert names <= {"HOME", "PATH", "TERM", "LANG", "PS1", "ENV", "PWD", "OLDPWD", "_"}


def test_keys_that_make_signals(console):
    connection = console()
    connection.send(b"sleep 100\n")
    connection.until(b"sleep 100\r\n")
    time.sleep(0.1)
    connection.send(b"\x03")
    assert PROMPT in connection.until(PROMPT)


def test_the_guest_is_one_and_all_clients_see_it(console, guest):
    one, other = console(), console()
    wait_for(lambda: guest.backend.clients == 2)
    assert run(one, "value=42; echo set") == "set"
    assert PROMPT in other.until(b"set\r\n" + PROMPT)
    assert run(other, "echo $value") == "42"


def test_a_ninth_client_is_closed(console, guest):
    clients = [console() for _ in range(8)]
    wait_for(lambda: guest.backend.clients == 8)
    assert console().rest() == b""
    clients[0].close()
    wait_for(lambda: guest.backend.clients == 7)
    assert run(console(), "echo fine") == "fine"


def test_a_client_that_ends_its_direction_is_closed(console):
    connection = console()
    connection.finish()
    assert connection.rest() == b"" and connection.ended == "clean"


def test_a_shell_that_ends_is_started_again(console, guest):
    connection = console()
    first = guest.backend.pid
    connection.send(b"exit\n")
    connection.until(b"exit\r\n")
    connection.until(PROMPT)
    wait_for(lambda: guest.backend.pid != first)
    assert run(connection, "echo back") == "back"


def test_shutdown_kills_all_there_is_and_start_boots_anew(guest, console):
    connection = console()
    run(connection, "value=1; sleep 1000 & sleep 1000 & echo")
    jobs = [int(number) for number in re.findall(r"\d+", run(connection, "jobs -p"))]
    home = pathlib.Path(run(connection, "echo $HOME"))
    assert len(jobs) == 2 and home.is_dir()
    guest.shutdown()
    assert connection.ended == "clean" or connection.rest() is not None
    wait_for(lambda: not any(pathlib.Path(f"/proc/{job}").exists() for job in jobs))
    assert not home.exists()
    guest.start()
    assert run(console(), "echo [$value]") == "[]"


def test_migration_moves_the_guest_alive(console, guest, pool):
    assert run(console(), "value=42; echo") == ""
    guest.migrate(pool.hosts[0])
    assert run(console(), "echo $value") == "42"


def test_much_output_arrives_whole_at_a_slow_client(console):
    connection = console()
    connection.send(b"seq 200000; echo do''ne\n")
    time.sleep(0.3)
    text = connection.until(b"done\r\n")
    assert b"".join(b"%d\r\n" % number for number in range(1, 200001)) in text


def test_another_program_may_be_the_guest(pool, connect):
    vm = pool.add_vm("cat", backend=sim.Shell(["/bin/cat"]))
    connection = connect(pool.coordinator).open(vm.console(), then=b"meow\n")
    assert connection.until(b"meow\r\nmeow\r\n")


def test_a_real_serial_port_is_shared(pool, connect, tmp_path):
    path = str(tmp_path / "serial")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    vm = pool.add_vm("qemu", backend=sim.Socket(path, shared=True))
    one = connect(pool.coordinator).open(vm.console())
    other = connect(pool.coordinator).open(vm.console())
    serial, _ = listener.accept()
    wait_for(lambda: vm.backend.clients == 2)
    serial.sendall(b"booting\n")
    assert one.until(b"\n") == other.until(b"\n") == b"booting\n"
    other.send(b"key")
    assert serial.recv(100) == b"key"
    serial.sendall(b"halted\n")
    serial.close()
    assert one.rest() == b"halted\n"
    listener.close()


def test_a_real_vnc_server_has_a_connection_for_each(pool, connect):
    listener = socket.create_server(("127.0.0.1", 0))
    vm = pool.add_vm("qemu", rfb_backend=sim.Socket(listener.getsockname()))
    for number in range(2):
        connection = connect(pool.coordinator).open(vm.console("rfb"))
        server, _ = listener.accept()
        server.sendall(b"RFB 003.008\n")
        assert connection.take(12) == b"RFB 003.008\n"
        server.close()
        assert connection.rest() == b""
    listener.close()
    refused = connect(pool.coordinator).open(vm.console("rfb"))
    assert refused.rest() == b"" and refused.ended == "clean"


def test_sources_repeat_themselves():
    assert sim.Source(size=1000, seed=7).data == sim.Source(size=1000, seed=7).data
    assert sim.Source(size=1000, seed=7).data != sim.Source(size=1000, seed=8).data


def test_a_source_that_stays(pool, connect):
    vm = pool.add_vm("web01", backend=sim.Source(b"hello", stay=True))
    connection = connect(pool.coordinator).open(vm.console())
    assert connection.take(5) == b"hello" and connection.quiet(0.2)
    connection.finish()
    assert connection.rest() == b""


def test_stopping_twice_is_fine(pool, guest, console):
    run(console(), "echo")
    pid = guest.backend.pid
    pool.stop()
    pool.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_guest_hangs_up_with_the_program_that_simulates_it(tmp_path):
    program = ("import os, sim, signal\n"
               "shell = sim.Shell()\n"
               "shell.connect()\n"
               "print(shell.pid, flush=True)\n"
               "os.kill(os.getpid(), signal.SIGKILL)\n")
    tests = pathlib.Path(__file__).resolve().parents[1]
    done = subprocess.run(["python3", "-c", program], cwd=tests, capture_output=True, text=True,
                          env={**os.environ, "TMPDIR": str(tmp_path)}, check=False)
    assert done.returncode == -signal.SIGKILL
    pid = int(done.stdout)
    wait_for(lambda: not pathlib.Path(f"/proc/{pid}").exists() or
             pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z")


def test_threads_have_names(console):
    console()
    assert all(not thread.name.startswith("Thread-") for thread in threading.enumerate())
