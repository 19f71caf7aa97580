# SPDX-License-Identifier: ISC
"""--until, --timeout and --read-only: scripts that wait for what a console prints, and only look."""
import fcntl
import subprocess
import threading

import pytest

import harness
import ptys
import puppets
import sim
from outcome import assert_failed, assert_logged_out

LOGIN = b"booting\r\n\xff\xfe\0\r\nweb01 login: "


def end(process):
    """Its end; what it printed and said."""
    output, said = process.communicate(timeout=harness.PATIENCE)
    return harness.finish(process), output, said.decode().splitlines()


def test_it_leaves_with_the_prompt(pool, xencon):
    pool.add_vm("web01", backend=sim.Source(LOGIN, stay=True))
    done = xencon.run("--until", "login: $", "web01")
    assert (done.returncode, done.stdout) == (0, LOGIN), done.stderr
    assert_logged_out(pool)


def test_neither_the_end_of_input_nor_silence_ends_it(puppet, xencon):
    process = xencon.start("--until", "Password:", "--idle", "0", "web01")
    process.stdin.write(b"root\n")
    process.stdin.close()
    process.stdin = None
    assert puppet.hear(5) == b"root\n"
    puppet.say(b"root\r\nPass")
    assert ptys.read_exactly(process.stdout.fileno(), 10) == b"root\r\nPass"
    assert process.poll() is None
    puppet.say(b"word: ")
    assert end(process)[:2] == (0, b"word: ")


def test_it_may_come_with_the_reply(pool, puppet, xencon):
    pool.faults.add(sim.Fault("connect", "join", data=b"login: "))
    done = xencon.run("--until", "^login", "web01")
    assert (done.returncode, done.stdout) == (0, b"login: "), done.stderr


def test_an_expression_that_is_none_is_told_before_anything(pool, xencon):
    done = xencon.run("--until", "a(b", "web01")
    assert_failed(done, 2, "--until", '"a(b" is no regular expression', "Unmatched (")
    assert pool.connections == []


def test_one_of_the_configuration_is_blamed_on_it(pool, xencon, tmp_path):
    config = tmp_path / "config"
    config.write_text("[default]\nuntil = a(b\n")
    config.chmod(0o600)
    done = xencon.run("--config", config, "web01")
    assert_failed(done, 2, f"{config}, line 2", '"a(b" is no regular expression')


def test_the_time_is_up(pool, xencon):
    pool.add_vm("web01", backend=sim.Source(b"booting", stay=True))
    done = xencon.run("--until", "login:", "--timeout", "0.3", "web01")
    assert (done.returncode, done.stdout) == (8, b"booting")
    assert done.stderr.splitlines()[1:] == [
        'xencon: "web01": nothing that matches "login:" came within 0.3 s']
    assert_logged_out(pool)


def test_the_console_ends_in_order(pool, xencon):
    pool.add_vm("web01", backend=sim.Source(b"booting"))
    done = xencon.run("--until", "login:", "web01")
    assert (done.returncode, done.stdout) == (8, b"booting")
    assert done.stderr.splitlines()[1:] == [
        'xencon: "web01": the console ended before anything that matches "login:" came']


def test_the_last_line_counts_though_the_console_ends_with_it(pool, xencon):
    """Also a long one, which is not compared for each piece."""
    pool.add_vm("web01", backend=sim.Source(b"x" * 5000 + b"login:"))
    assert xencon.run("--until", "login:$", "web01").returncode == 0


def test_a_loss(pool, xencon):
    source = sim.Source(b"booting", stay=True)
    pool.add_vm("web01", backend=source)
    process = xencon.start("--until", "login:", "web01")
    assert ptys.read_exactly(process.stdout.fileno(), 7) == b"booting"
    pool.coordinator.network("reset")
    assert end(process)[0] == 7


@pytest.mark.parametrize("met, status", [(True, 0), (False, 8)])
def test_on_a_terminal(met, status, pty, puppet, xencon):
    before = pty.settings()
    process = pty.attach(xencon, "--until", "login:", *([] if met else ["--timeout", "1"]))
    puppet.say(b"web01 login: " if met else b"booting")
    assert harness.finish(process) == status
    assert pty.settings() == before
    assert (b"web01 login:" in pty.read_rest()) == met


def test_who_quits_before_has_not_got_it(pty, puppet, xencon):
    process = pty.attach(xencon, "--until", "login:")
    pty.write(harness.ESCAPE + b".")
    assert harness.finish(process) == 8


def test_a_signal_is_a_signal(puppet, xencon):
    process = xencon.start("--until", "login:", "web01")
    puppet.say(b"booting")
    assert ptys.read_exactly(process.stdout.fileno(), 7) == b"booting"
    harness.kill(process)
    assert harness.finish(process) == 143


def test_a_slow_reader_gets_all_of_it(pool, xencon):
    """Much is on its way to the output when the match is seen."""
    data = b"x" * 60_000 + b"\r\nlogin: "
    pool.add_vm("web01", backend=sim.Source(data, stay=True))
    with ptys.pipe() as (reader, writer):
        fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
        process = xencon.start("--until", "login", "web01", stdout=writer)
        ptys.wait_full(writer)
        assert process.poll() is None
        assert ptys.read_exactly(reader, len(data)) == data
        assert harness.finish(process) == 0


def test_a_terminal_that_takes_nothing_does_not_hold_it(pty, pool, xencon):
    pool.add_vm("web01", backend=sim.Source(b"x" * 100_000 + b"\nlogin: ", stay=True))
    process = pty.attach(xencon, "--until", "x{20}", stderr=subprocess.DEVNULL)
    assert harness.finish(process) == 0


def test_the_log_has_what_matched(pool, xencon, tmp_path):
    pool.add_vm("web01", backend=sim.Source(LOGIN, stay=True))
    done = xencon.run("--until", "login: $", "--log", tmp_path / "log", "web01")
    assert done.returncode == 0
    assert (tmp_path / "log").read_bytes() == LOGIN


def test_with_stdio(puppet, xencon):
    process = xencon.start("--stdio", "--until", "login:", "web01")
    puppet.say(b"login: ")
    assert end(process) == (0, b"login: ", [])


def test_over_a_reboot(pool, xencon):
    """What counts is what was printed since the first attachment, on whichever console; a line ends
    with its console."""
    words = [b"rebooting: log", LOGIN]

    def dialogue(sock):
        sock.sendall(words.pop(0))
        sock.recv(1)

    vm = pool.add_vm("web01", backend=sim.Script(dialogue))
    process = xencon.start("--reconnect", "--until", "log.*login:|web01 login:", "web01")
    assert ptys.read_exactly(process.stdout.fileno(), 14) == b"rebooting: log"
    vm.begin("clean_reboot").finish()
    status, output, said = end(process)
    assert (status, output) == (0, LOGIN), said


def test_the_time_is_up_while_the_machine_is_away(pool, xencon):
    puppet = puppets.Puppet()
    vm = pool.add_vm("web01", backend=puppet)
    process = xencon.start("--reconnect", "--until", "login:", "--timeout", "1.5", "web01")
    puppet.say(b"bye\r\n")
    assert ptys.read_exactly(process.stdout.fileno(), 5) == b"bye\r\n"
    vm.begin("clean_shutdown").finish()
    status, _, said = end(process)
    assert status == 8
    assert said[-1].endswith('nothing that matches "login:" came within 1.5 s')


def test_a_flood_is_compared_as_it_passes(pool, xencon):
    """Its cost is that of its length, whatever the pieces: else this would take hours."""
    data = (b"x" * 70_000 + b"\r\n") * 300 + b"done\r\n"
    pool.add_vm("web01", backend=sim.Source(data, stay=True))
    done = xencon.run("--until", "x.*y|^done", "web01")
    assert done.returncode == 0
    assert len(done.stdout) == len(data)


READ_ONLY = ["--read-only", "web01"]


def test_read_only_sends_nothing(pty, pool, xencon):
    sink = sim.Sink()
    pool.add_vm("web01", backend=sink)
    process = pty.attach(xencon, "--read-only")
    pty.write(b"typed\r" + harness.ESCAPE + b"x" + harness.ESCAPE + harness.ESCAPE)
    pty.write(harness.ESCAPE + b"r" + harness.ESCAPE + b"s")
    assert "0 out (read-only)" in pty.read_message()
    pty.write(harness.ESCAPE + b".")
    assert harness.finish(process) == 0
    assert sink.ended.wait(harness.PATIENCE)
    assert bytes(sink.received) == b""


def test_read_only_with_a_pipe_does_not_read_it(pool, xencon):
    """Neither its end nor its bytes mean anything."""
    listens = threading.Event()
    listens.set()
    guest = puppets.Deaf(b"one", listens)
    pool.add_vm("web01", backend=guest)
    process = xencon.start("--idle", "0", *READ_ONLY)
    process.stdin.write(b"not sent")
    process.stdin.close()
    process.stdin = None
    assert ptys.read_exactly(process.stdout.fileno(), 3) == b"one"
    harness.kill(process)
    status, output, said = end(process)
    assert (status, output) == (143, b"")
    assert said[0].endswith(", read-only")
    assert guest.ended.wait(harness.PATIENCE)
    assert bytes(guest.received) == b""


def test_read_only_ends_with_the_console(pool, xencon):
    pool.add_vm("web01", backend=sim.Source(LOGIN))
    done = xencon.run("--idle", "0", *READ_ONLY, input=b"not sent")
    assert (done.returncode, done.stdout) == (0, LOGIN)


@pytest.mark.parametrize("stdin", ["closed", "unreadable"])
def test_read_only_without_any_input(stdin, puppet, xencon, tmp_path):
    """As nohup and cron leave it."""
    redirect = {"closed": "<&-", "unreadable": f"0>{tmp_path}/file"}[stdin]
    process = subprocess.Popen(
        ["/bin/sh", "-c", f'exec "$@" {redirect}', "sh", *xencon.command(*READ_ONLY)],
        env=xencon.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    xencon.started.append(process)
    puppet.say(b"one")
    assert ptys.read_exactly(process.stdout.fileno(), 3) == b"one"
    harness.kill(process)
    assert harness.finish(process) == 143


def test_read_only_until(pool, xencon):
    pool.add_vm("web01", backend=sim.Source(LOGIN, stay=True))
    done = xencon.run("--until", "login", *READ_ONLY, input=None, stdin=subprocess.DEVNULL)
    assert (done.returncode, done.stdout) == (0, LOGIN)
