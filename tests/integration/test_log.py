# SPDX-License-Identifier: ISC
"""--log: what the console printed, no more and no less."""
import os
import re
import resource
import signal
import stat
import subprocess

import pytest

import harness
import procs
import ptys
import sim

ALL_BYTES = bytes(range(256))
STAMP = rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d "
MARK = STAMP + rb'\[xencon: attached to "web01" on [^ ]+\]\n'


@pytest.fixture
def log(tmp_path):
    return tmp_path / "console.log"


def printing(pool, data):
    pool.add_vm("web01", backend=sim.Source(data))


def test_raw(pool, xencon, log):
    printing(pool, ALL_BYTES * 5000)
    done = xencon.run("--log", log, "web01")
    assert done.returncode == 0
    assert log.read_bytes() == ALL_BYTES * 5000 == done.stdout


def test_input_is_not_in_it(puppet, xencon, log):
    process = xencon.start("--log", log, "web01")
    ptys.write_all(process.stdin.fileno(), b"secret\n")
    assert puppet.hear(7) == b"secret\n"
    puppet.say(b"word")
    puppet.end()
    assert harness.finish(process) == 0
    assert log.read_bytes() == b"word"


def test_private_and_appended_to(pool, xencon, log):
    printing(pool, b"word")
    for times in (1, 2):
        assert xencon.run("--log", log, "web01", umask=0).returncode == 0
        assert log.read_bytes() == b"word" * times
        assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_the_mode_of_a_file_that_exists_is_its_owners_business(pool, xencon, log):
    log.write_bytes(b"old\n")
    log.chmod(0o644)
    printing(pool, b"word")
    assert xencon.run("--log", log, "web01").returncode == 0
    assert log.read_bytes() == b"old\nword"
    assert stat.S_IMODE(log.stat().st_mode) == 0o644


def test_it_is_written_at_once(puppet, xencon, log):
    process = xencon.start("--log", log, "web01")
    puppet.say(b"half a li")
    harness.eventually(lambda: log.exists() and log.read_bytes() == b"half a li", "it is written")
    harness.kill(process, 9)
    assert harness.finish(process) == 137
    assert log.read_bytes() == b"half a li"


def test_the_first_bytes_may_come_with_the_reply(pool, puppet, xencon, log):
    pool.faults.add(sim.Fault("connect", "join", data=b"login: "))
    process = xencon.start("--log", log, "web01")
    puppet.end()
    assert ptys.read_all(process.stdout.fileno()) == b"login: "
    assert harness.finish(process) == 0
    assert log.read_bytes() == b"login: "


def test_timestamps_at_each_line(pool, xencon, log):
    printing(pool, b"one\r\n\r\nthree\nfour")
    assert xencon.run("--log", log, "--timestamps", "web01").returncode == 0
    expected = MARK + STAMP + rb"one\r\n" + STAMP + rb"\r\n" + STAMP + rb"three\n" + STAMP + rb"four"
    assert re.fullmatch(expected, log.read_bytes())


def test_timestamps_of_lines_that_come_in_pieces(puppet, xencon, log):
    process = xencon.start("--log", log, "--timestamps", "web01")
    for piece in (b"on", b"e\r", b"\n", b"two\n", b"thr", b"ee"):
        puppet.say(piece)
        assert ptys.read_exactly(process.stdout.fileno(), len(piece)) == piece
    puppet.end()
    assert harness.finish(process) == 0
    expected = MARK + STAMP + rb"one\r\n" + STAMP + rb"two\n" + STAMP + rb"three"
    assert re.fullmatch(expected, log.read_bytes())


@pytest.mark.parametrize("before", [b"", b"half", b"whole\n"])
def test_a_second_run_with_timestamps_begins_on_its_own_line(pool, xencon, log, before):
    log.write_bytes(before)
    printing(pool, b"one\r\ntwo")
    for _ in range(2):
        assert xencon.run("--log", log, "--timestamps", "web01").returncode == 0
    end = b"\n" if before == b"half" else b""
    once = MARK + STAMP + rb"one\r\n" + STAMP + rb"two"
    assert re.fullmatch(re.escape(before + end) + once + rb"\n" + once, log.read_bytes())


@pytest.mark.parametrize("options, added", [((), b""), (("--timestamps",), rb"\n" + MARK)])
def test_a_second_run_that_records_nothing(options, added, puppet, xencon, log):
    """It is told that somebody was there, where lines are told from each other at all."""
    log.write_bytes(b"half")
    process = xencon.start("--log", log, *options, "--idle", "0.1", "web01", stdin=-3)
    assert harness.finish(process) in (0, 6)
    assert re.fullmatch(b"half" + added, log.read_bytes())


def test_the_name_in_a_mark_is_one_line(pool, xencon, log):
    name = "web\n01\x1b[31m"
    pool.add_vm(name, backend=sim.Source(b"one\n"))
    assert xencon.run("--log", log, "--timestamps", name).returncode == 0
    mark, line = log.read_bytes().splitlines()
    assert rb'attached to "web\x0a01\x1b[31m" on ' in mark and line.endswith(b" one")


REATTACHED = [("clean_reboot", "has rebooted"), ("hard_reboot", "has rebooted"),
              ("pool_migrate", r"has migrated from xen1 to xen2|runs on xen2 now, no longer on xen1")]


@pytest.mark.parametrize("operation, happened", REATTACHED, ids=[each[0] for each in REATTACHED])
def test_each_reattachment_is_marked(operation, happened, make_pool, make_xencon, log):
    """What the first guest left unfinished is ended by the mark."""
    pool = make_pool(hosts=2)
    words = iter([b"one\r\nhal", b"two\r\n"])

    def say(sock):
        sock.sendall(next(words))
        sock.recv(1)

    vm = pool.add_vm("web01", backend=sim.Script(say))
    process = make_xencon(pool).start("--reconnect", "--log", log, "--timestamps", "web01")
    assert ptys.read_exactly(process.stdout.fileno(), 8) == b"one\r\nhal"
    vm.begin(operation, pool.hosts[1] if operation == "pool_migrate" else None).finish()
    assert ptys.read_exactly(process.stdout.fileno(), 5) == b"two\r\n"
    harness.kill(process)
    harness.finish(process)
    again = rb'\[xencon: attached to "web01" on [^ ]+ again: it ' + f"({happened})".encode() + rb"\]\n"
    expected = (MARK + STAMP + rb"one\r\n" + STAMP + rb"hal\n" + STAMP + again + STAMP + rb"two\r\n")
    assert re.fullmatch(expected, log.read_bytes()), log.read_bytes()


def test_timestamps_change_nothing_else(pool, xencon, log):
    text = ALL_BYTES.replace(b"\n", b"") + b"\n"
    printing(pool, text * 2000)
    done = xencon.run("--log", log, "--timestamps", "web01")
    assert done.stdout == text * 2000
    lines = log.read_bytes().split(b"\n")[1:]
    assert lines.pop() == b"" and len(lines) == 2000
    for line in lines:
        stamp = re.match(STAMP, line)
        assert stamp and line[stamp.end():] + b"\n" == text


@pytest.mark.parametrize("zone, shown", [("UTC", b"+00:00"), ("Asia/Kolkata", b"+05:30"),
                                         ("XXX3:30", b"-03:30")])
def test_timestamps_have_the_local_zone(pool, xencon, log, zone, shown):
    printing(pool, b"word\n")
    done = xencon.run("--log", log, "--timestamps", "web01", env={"TZ": zone})
    assert done.returncode == 0
    assert log.read_bytes()[23:30] == shown + b" "


@pytest.mark.parametrize("path, reason", [
    ("/nonexistent/log", "No such file or directory"), ("/", "Is a directory")])
def test_one_that_cannot_be_opened(pool, xencon, path, reason):
    printing(pool, b"word")
    done = xencon.run("--log", path, "web01")
    assert done.returncode == 1
    assert done.stderr == f'xencon: cannot open the log "{path}": {reason}\n'
    assert done.stdout == b""
    assert pool.connections == []


def test_a_full_disk_is_reported_once_and_the_console_goes_on(puppet, xencon):
    process = xencon.start("--log", "/dev/full", "web01")
    for number in range(10):
        puppet.say(b"%03d" % number)
        assert ptys.read_exactly(process.stdout.fileno(), 3) == b"%03d" % number
    puppet.end()
    assert harness.finish(process) == 0
    messages = process.stderr.read().decode().splitlines()
    assert len(messages) == 3
    assert '"/dev/full": No space left on device' in messages[1]
    assert messages[2] == 'xencon: 30 bytes are lost to the log "/dev/full"'


def test_off_and_on_again(pty, puppet, xencon, log):
    process = pty.attach(xencon, "--log", log)

    def switch(said):
        pty.write(harness.ESCAPE + b"l")
        assert pty.read_message() == f'\r\nxencon: the log to "{log}" is {said}\r\n'

    def say(text):
        puppet.say(text)
        assert pty.read(len(text)) == text

    say(b"one\r\n")
    switch("off")
    say(b"two\r\n")
    switch("on again")
    say(b"three\r\n")
    puppet.end()
    assert harness.finish(process) == 0
    assert log.read_bytes() == b"one\r\nthree\r\n"


def test_off_in_the_middle_of_a_stamped_line(pty, puppet, xencon, log):
    process = pty.attach(xencon, "--log", log, "--timestamps")
    for text, switched in ((b"half", True), (b"not this\r\n", True), (b"whole\r\n", False)):
        puppet.say(text)
        assert pty.read(len(text)) == text
        if switched:
            pty.write(harness.ESCAPE + b"l")
            pty.read_message()
    puppet.end()
    assert harness.finish(process) == 0
    assert re.fullmatch(MARK + STAMP + rb"half\n" + STAMP + rb"whole\r\n", log.read_bytes())


def test_status_names_it(pty, puppet, xencon, log):
    pty.attach(xencon, "--log", log)
    pty.write(harness.ESCAPE + b"s")
    assert f"log on: {log}" in pty.read_message()
    pty.write(harness.ESCAPE + b"l")
    assert "is off" in pty.read_message()
    pty.write(harness.ESCAPE + b"s")
    assert f"log paused: {log}" in pty.read_message()


def test_it_does_not_wait_for_a_slow_reader_of_ours(pool, xencon, log):
    source = sim.Source(size=100_000, stay=True)
    pool.add_vm("web01", backend=source)
    with ptys.pipe() as (reader, writer):
        process = xencon.start("--log", log, "web01", stdout=writer)
        ptys.wait_full(writer)
        harness.eventually(lambda: log.read_bytes() == source.data, "all of it is logged")
        assert ptys.read_exactly(reader, 100_000) == source.data
        harness.kill(process)
        assert harness.finish(process) == 143


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_fifo_that_nobody_reads_can_be_left(puppet, xencon, tmp_path, number):
    os.mkfifo(tmp_path / "fifo")
    process = xencon.start("--log", tmp_path / "fifo", "web01", stderr=subprocess.DEVNULL)
    harness.eventually(lambda: process.poll() is not None or procs.waits(process.pid, number),
                       "it has started")
    if process.poll() is None:
        harness.kill(process, number)
    assert harness.finish(process) in (128 + number, 1)


def test_a_fifo_whose_reader_sleeps_can_be_left(puppet, xencon, tmp_path):
    os.mkfifo(tmp_path / "fifo")
    reader = os.open(tmp_path / "fifo", os.O_RDWR)
    process = xencon.start("--log", tmp_path / "fifo", "web01")
    with ptys.draining(process.stdout.fileno(), process):
        puppet.say(bytes(100_000))
        ptys.wait_full(reader)
        harness.kill(process)
        assert harness.finish(process) == 143
    os.close(reader)


def test_a_file_at_its_limit_is_reported_and_the_console_goes_on(pty, puppet, xencon, log):
    before, limit = pty.settings(), 4096
    process = pty.attach(xencon, "--log", log, preexec=lambda: resource.setrlimit(
        resource.RLIMIT_FSIZE, (limit, limit)))
    puppet.say(bytes(limit))
    assert pty.read(limit) == bytes(limit)
    puppet.say(b"more")
    assert f'cannot write the log "{log}": File too large' in pty.read_message()
    assert pty.read(4) == b"more"
    pty.write(harness.ESCAPE + b".")
    assert harness.finish(process) == 0
    assert pty.settings() == before
    assert log.read_bytes() == bytes(limit)


def test_standard_output_is_no_log(pool, xencon):
    done = xencon.run("--log", "-", "web01")
    assert done.returncode == 2
    assert done.stderr == ("xencon: --log takes a file: what the console prints is on standard "
                           "output as it is\nxencon: a file of that name is ./-\n")
    assert pool.connections == []


ROTATIONS = {
    "move": lambda log, old: log.rename(old),
    "move and create": lambda log, old: (log.rename(old), log.touch(0o600)),
    "remove": lambda log, old: (old.write_bytes(log.read_bytes()), log.unlink()),
    "copy and truncate": lambda log, old: (old.write_bytes(log.read_bytes()), os.truncate(log, 0)),
}


@pytest.mark.parametrize("rotate", ROTATIONS.values(), ids=ROTATIONS)
def test_it_follows_a_rotation(rotate, puppet, xencon, log):
    """As logrotate does it: what was printed is in the old file or in the new one, in order."""
    process = xencon.start("--log", log, "web01")
    old, said = log.with_suffix(".1"), b""

    def say(number):
        line = b"%d\n" % number
        puppet.say(line)
        assert ptys.read_exactly(process.stdout.fileno(), len(line)) == line
        return said + line

    for number in range(100):
        said = say(number)
    harness.eventually(lambda: log.read_bytes() == said, "it is recorded")
    rotate(log, old)
    number = 100
    while not log.exists() or not log.stat().st_size:
        said = say(number)
        number += 1
    puppet.end()
    assert harness.finish(process) == 0
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    if rotate is ROTATIONS["remove"]:
        # What came before the look is with the file that was removed.
        assert said.startswith(old.read_bytes()) and said.endswith(log.read_bytes())
    else:
        assert old.read_bytes() + log.read_bytes() == said


@pytest.fixture
def small_disk(tmp_path):
    """A file system with room for 64 KiB."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)],
                          capture_output=True, check=False)
    if made.returncode:
        pytest.skip(f"nothing can be mounted here: {made.stderr.decode()}")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_it_goes_on_when_a_full_disk_has_room(small_disk, puppet, xencon):
    log, other = small_disk / "log", small_disk / "other"
    process = xencon.start("--log", log, "web01")
    said = process.stderr.readline()
    puppet.say(b"one\n")
    assert ptys.read_exactly(process.stdout.fileno(), 4) == b"one\n"
    harness.eventually(lambda: log.read_bytes() == b"one\n", "it is recorded")
    other.write_bytes(bytes(60 * 1024))
    puppet.say(b"x" * 8192)
    assert ptys.read_exactly(process.stdout.fileno(), 8192) == b"x" * 8192
    said = process.stderr.readline().decode()
    assert said == (f'xencon: cannot write the log "{log}": No space left on device; what comes is '
                    "lost until there is room\n")
    kept = len(log.read_bytes()) - 4
    other.unlink()
    puppet.say(b"two\n")
    lost = int(re.fullmatch(rf'xencon: (\d+) bytes are lost to the log "{log}", which goes on\n',
                            process.stderr.readline().decode())[1])
    assert kept + lost == 8192
    puppet.end()
    assert harness.finish(process) == 0
    assert log.read_bytes() == b"one\n" + b"x" * kept + b"two\n"
    assert process.stderr.read() == b""
