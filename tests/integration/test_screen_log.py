# SPDX-License-Identifier: ISC
"""`xencon screen` as a log: lines in a pipe, in a file, beside a terminal."""
import fcntl
import json
import os
import re
import resource
import signal
import stat
import subprocess
import termios

import pytest

import harness
import procs
import shown
import typewriter
from outcome import assert_logged_out

MARK = "[…]"
STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d "


@pytest.fixture
def paper(pool):
    made = typewriter.Typewriter()
    pool.add_vm("web02", consoles=("rfb",), domain_type="hvm", rfb_backend=made)
    return made


@pytest.fixture
def log(tmp_path):
    return tmp_path / "screen.log"


def numbers(first, last):
    return [f"line {number}" for number in range(first, last + 1)]


def text(lines):
    return "".join(f"{line}\n" for line in lines)


def follow(xencon, paper, *options, **popen):
    """A run in a pipe that has seen the first picture."""
    process = xencon.start("screen", *options, "web02", **popen)
    paper.settle()
    return process


def rest(process):
    """What is still to come from a run that ends, as lines; and its status."""
    # Not by communicate(), which knows nothing of what read_lines() has read ahead.
    out = process.stdout.read()
    return out.decode().splitlines(), harness.finish(process)


def scroll(paper, lines, step=8):
    """Lines pass over the screen, so slowly that each is seen."""
    for at in range(0, len(lines), step):
        paper.show(text(lines[at:at + step]))


def read_lines(process, count):
    return [process.stdout.readline().decode().rstrip("\n") for _ in range(count)]


def test_lines_in_a_pipe(pool, xencon, paper):
    """Each as soon as it has scrolled off, in its last form; what is left at the end."""
    process = follow(xencon, paper)
    paper.show(text(numbers(1, 11)))
    paper.show("10 %")
    paper.show("\r90 %")
    paper.show("\r100 %\n")
    assert read_lines(process, 1) == ["line 1"]
    paper.show(text(numbers(12, 17)))
    assert read_lines(process, 6) == numbers(2, 7)
    paper.disconnect()
    lines, status = rest(process)
    assert lines == [*numbers(8, 11), "100 %", *numbers(12, 17)]
    assert status == 0
    assert_logged_out(pool)


def test_another_page_and_a_picture(xencon, paper):
    process = follow(xencon, paper)
    paper.show("boot\nkernel\n")
    paper.show("\fGRUB menu\nLinux\n")
    paper.scribble()
    paper.show("\flogin: ")
    paper.resize(20, 60)
    paper.show("root shell\nsomething else\n")
    paper.disconnect()
    lines, status = rest(process)
    assert lines == ["boot", "kernel", MARK, "GRUB menu", "Linux", "[picture, 320x192]", "login:", MARK,
                     "root shell", "something else"]
    assert status == 0


@pytest.mark.parametrize("first, second", [
    ("bochs1024-bootlog", "bochs1024-dialog"),
    ("bochs1024-login-lat15fixed16", "bochs1024-bootlog"),
])
def test_real_screens(pool, tmp_path, xencon, first, second):
    """One after the other: all rows of each, with a mark between them."""
    shows = shown.Shown(pool, tmp_path)
    try:
        shows.vm("web03", first, 2, second)
        wanted = [[row.rstrip() for row in json.loads((shown.SCREENS / f"{name}.json").read_text())["text"]]
                  for name in (first, second)]
        last = re.sub(r"[^ \w]+", ".*", max(set(wanted[1]) - set(wanted[0]), key=len), flags=re.ASCII)
        done = xencon.run("screen", "--until", last, "web03", input=None, stdin=subprocess.DEVNULL)
    finally:
        shows.stop()
    assert done.returncode == 0, done.stderr
    lines = done.stdout.decode().splitlines()
    assert lines == [*filter(None, wanted[0]), MARK, *filter(None, wanted[1])]


def test_a_file_beside_a_terminal(xencon, paper, log):
    terminal = xencon.terminal("screen", "--log", log, "web02", dimensions=(24, 80))
    paper.settle()
    scroll(paper, numbers(1, 15))
    # Four have scrolled off: they are in it before the next change is asked for.
    assert log.read_text() == text(numbers(1, 4))
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert terminal.quit() == 0
    assert log.read_text() == text(numbers(1, 15))


def test_appended_to_a_file_that_ends_within_a_line(xencon, paper, log):
    log.write_text("cut")
    terminal = xencon.terminal("screen", "--log", log, "web02", dimensions=(24, 80))
    paper.settle()
    paper.show("one\ntwo\n")
    assert terminal.quit() == 0
    assert log.read_text() == "cut\none\ntwo\n"


def test_off_and_on(xencon, paper, log):
    terminal = xencon.terminal("screen", "--log", log, "web02", dimensions=(24, 80))
    paper.settle()
    paper.show("before\n")
    terminal.send("\x1dl")
    terminal.expect(rb"the log is off")
    assert log.read_text() == "before\n"
    paper.show(text(numbers(1, 30)))
    terminal.send("\x1dl")
    terminal.expect(rb"n again")
    paper.show("after\n")
    assert terminal.quit() == 0
    # What is still to be seen when it goes on is in it.
    assert log.read_text() == text(["before", MARK, *numbers(20, 30), "after"])


def test_without_a_log_the_command_says_so(xencon, paper):
    terminal = xencon.terminal("screen", "web02", dimensions=(24, 80))
    paper.settle()
    terminal.send("\x1dl")
    terminal.expect(rb"there is no log; start xencon with --log FILE")
    assert terminal.quit() == 0


@pytest.mark.parametrize("piped", [True, False])
def test_timestamps(xencon, paper, log, piped):
    """Of a row's first appearance, whatever became of it since."""
    if piped:
        process = follow(xencon, paper, "--timestamps", env={"TZ": "UTC"})
    else:
        process = xencon.terminal("screen", "--timestamps", "--log", log, "web02", dimensions=(24, 80), env={"TZ": "UTC"})
        paper.settle()
    paper.show("10 %")
    paper.show("\r20 %")
    paper.show("\r30 %\nsecond\n")
    paper.disconnect()
    if piped:
        lines, status = rest(process)
    else:
        status = process.finish()
        lines = log.read_text().splitlines()
    assert status == 0
    assert [re.sub("^" + STAMP, "", line) for line in lines] == ["30 %", "second"]
    first, second = (line[:29] for line in lines)
    assert re.fullmatch(STAMP, first + " ") and first.endswith("+00:00")
    assert first < second


def test_timestamps_need_a_log(pool, xencon):
    terminal = xencon.terminal("screen", "--timestamps", "web02")
    assert terminal.finish() == 2
    assert b"--timestamps needs --log FILE" in terminal.before
    assert pool.requests == []


def test_until(xencon, paper):
    process = follow(xencon, paper, "--until", "login:$")
    paper.offer(text(numbers(1, 20)))
    paper.offer("web02 login: ")
    lines, status = rest(process)
    assert (lines[-1], status) == ("web02 login:", 0)


def test_until_that_does_not_come(pool, xencon, paper):
    process = follow(xencon, paper, "--until", "login:", "--timeout", "0.5")
    paper.offer("nothing\n")
    out, err = process.communicate(timeout=harness.PATIENCE)
    assert (process.returncode, out) == (8, b"nothing\n")
    assert b'"web02": nothing on the screen matched "login:": 0.5 s have passed' in err
    assert_logged_out(pool)


def test_until_the_console_ends(xencon, paper):
    process = follow(xencon, paper, "--until", "login:")
    paper.disconnect()
    _, err = process.communicate(timeout=harness.PATIENCE)
    assert process.returncode == 8
    assert b'the console ended before anything on the screen matched "login:"' in err


def test_a_reboot_is_one_line(pool, xencon, log):
    paper = typewriter.Typewriter()
    vm = pool.add_vm("web02", consoles=("rfb",), domain_type="hvm", rfb_backend=paper)
    process = follow(xencon, paper, "--reconnect")
    paper.show("up\nweb02 login: ")
    vm.reboot()
    paper.settle()
    paper.show("")
    process.send_signal(signal.SIGTERM)
    lines, status = rest(process)
    # The same page again: it is another start's.
    assert lines == ["up", "web02 login:", '[xencon: "web02" has rebooted]', "up", "web02 login:"]
    assert status == 143


def test_a_console_that_is_lost_and_found_again(xencon, paper):
    """The guest lived on: nothing twice, nothing missing."""
    process = follow(xencon, paper, "--reconnect")
    scroll(paper, numbers(1, 14))
    paper.disconnect()
    paper.print(text(numbers(15, 18)))
    paper.show()
    process.send_signal(signal.SIGTERM)
    lines, status = rest(process)
    assert (lines, status) == (numbers(1, 18), 143)


def test_wait_for_a_machine_that_is_off(pool, xencon):
    """The lines of its start are in the pipe, and nothing before them."""
    paper = typewriter.Typewriter()
    vm = pool.add_vm("web02", consoles=("rfb",), domain_type="hvm", rfb_backend=paper)
    vm.shutdown()
    process = xencon.start("screen", "--wait", "web02")
    while b"waiting for its console" not in process.stderr.readline():
        pass
    vm.start()
    paper.settle()
    scroll(paper, numbers(1, 20))
    assert read_lines(process, 9) == numbers(1, 9)
    process.send_signal(signal.SIGTERM)
    lines, status = rest(process)
    assert (lines, status) == (numbers(10, 20), 143)
    assert_logged_out(pool)


def test_nobody_reads(pool, xencon, paper):
    process = follow(xencon, paper)
    process.stdout.close()
    assert harness.finish(process) == 0
    assert_logged_out(pool)


def test_a_reader_that_goes_while_there_is_no_console(pool, xencon):
    paper = typewriter.Typewriter()
    vm = pool.add_vm("web02", consoles=("rfb",), domain_type="hvm", rfb_backend=paper)
    process = follow(xencon, paper, "--reconnect")
    vm.shutdown()
    while b"waiting for its console" not in (line := process.stderr.readline()):
        assert line, "it ended"
    process.stdout.close()
    assert harness.finish(process) == 0
    assert_logged_out(pool)


def overtake(process, paper):
    """Nobody reads what the program prints while 300 lines go over the paper; which ones."""
    fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, 4096)
    wanted = [f"{number:039}" for number in range(300)]
    # 99 lines are in the pipe then, and ten more do not fit: it does not ask for another picture.
    scroll(paper, wanted[:110], 10)
    paper.offer(text(wanted[110:120]))
    paper.wait_until_sent()
    for at in range(120, 300, 10):
        paper.offer(text(wanted[at:at + 10]))
    return wanted


def test_a_slow_reader(xencon, paper):
    """It loses nothing that the screen still shows, and gets a mark for the rest."""
    process = follow(xencon, paper)
    wanted = overtake(process, paper)
    asked = paper.requests
    lines = read_lines(process, 109)
    harness.eventually(lambda: paper.requests > asked, "it asks again")
    paper.settle()
    process.send_signal(signal.SIGTERM)
    lines += rest(process)[0]
    mark = lines.index(MARK)
    assert (mark, lines[mark - 3:mark + 3], lines[-3:]) == (120, [*wanted[117:120], MARK, *wanted[289:291]], wanted[-3:])
    assert lines[:mark] == wanted[:mark]
    assert lines[mark + 1:] == wanted[-11:]


def test_a_reboot_before_a_slow_reader(pool, xencon):
    """What went by before it is marked."""
    paper = typewriter.Typewriter()
    vm = pool.add_vm("web02", consoles=("rfb",), domain_type="hvm", rfb_backend=paper)
    process = follow(xencon, paper, "--reconnect")
    wanted = overtake(process, paper)
    vm.reboot()
    while b"has rebooted" not in (line := process.stderr.readline()):
        assert line, "it ended"
    lines = []
    while (line := read_lines(process, 1)) != ['[xencon: "web02" has rebooted]']:
        lines += line
    assert lines == [*wanted[:len(lines) - 1], MARK]
    harness.kill(process)


def test_a_signal(pool, xencon, paper):
    process = follow(xencon, paper)
    paper.show("one\ntwo")
    process.send_signal(signal.SIGTERM)
    lines, status = rest(process)
    assert (lines, status) == (["one", "two"], 143)
    assert_logged_out(pool)


def limited(size):
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@pytest.mark.parametrize("mode", ["wb", "ab"], ids=["written", "appended"])
def test_a_full_disk_ends_what_is_printed(tmp_path, xencon, paper, mode):
    """Whole lines up to there, and no piece of the next."""
    with open(tmp_path / "out", mode) as out:
        process = follow(xencon, paper, stdout=out, preexec_fn=limited(54))
        scroll(paper, numbers(1, 16))
        paper.offer(text(numbers(17, 24)))
        _, err = process.communicate(timeout=harness.PATIENCE)
    assert process.returncode == 1
    assert b"cannot write the output: File too large" in err
    assert (tmp_path / "out").read_text() == text(numbers(1, 7))


def test_a_full_disk_and_the_log(tmp_path, xencon, paper, log):
    """What does not fit is lost, whole lines of it; when there is room again a mark says so."""
    terminal = xencon.terminal("screen", "--log", log.name, "web02", dimensions=(24, 80), cwd=str(tmp_path),
                               preexec_fn=limited(50))
    paper.settle()
    for number in range(1, 31):
        paper.show(f"line {number}\n")
    assert log.read_text() == text(numbers(1, 7))
    terminal.expect(rb"cannot write the log .*File too large")
    os.truncate(log, 7)
    paper.show("more\n")
    paper.show("still more\n")
    assert terminal.quit() == 0
    assert log.read_text().splitlines()[:3] == ["line 1", MARK, "line 20"]
    assert b"is lost to the log" in terminal.before or b"are lost to the log" in terminal.before


def test_a_rotation(xencon, paper, log):
    terminal = xencon.terminal("screen", "--log", log, "web02", dimensions=(24, 80))
    paper.settle()
    scroll(paper, numbers(1, 13))
    moved = log.rename(log.with_suffix(".1"))
    count = 13

    def written():
        nonlocal count
        count += 1
        paper.show(f"line {count}\n")
        return log.exists()
    harness.eventually(written, "the new file is there")
    assert terminal.quit() == 0
    assert moved.read_text() + log.read_text() == text(numbers(1, count))
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_a_stopped_terminal(xencon, paper, log):
    """^S: the log goes on."""
    terminal = xencon.terminal("screen", "--log", log, "web02", dimensions=(24, 80))
    paper.settle()
    wanted = [f"{number:039}" for number in range(1000)]
    # Nobody reads the terminal: it takes nothing any more after the first few pages.
    scroll(paper, wanted, 10)
    assert log.read_text() == text(wanted[:-11])
    harness.kill(terminal)
    assert terminal.finish() == 143
    assert log.read_text() == text(wanted)


@pytest.mark.parametrize("stdin", ["closed", "unreadable", "null"])
def test_no_standard_input(xencon, paper, stdin):
    """As nohup, cron and systemd leave it."""
    null = os.open(os.devnull, os.O_WRONLY if stdin == "unreadable" else os.O_RDONLY)
    process = follow(xencon, paper, stdin=null, preexec_fn=(lambda: os.close(0)) if stdin == "closed" else None)
    os.close(null)
    paper.show("one\n")
    paper.show("two\n")
    process.send_signal(signal.SIGTERM)
    lines, status = rest(process)
    assert (lines, status) == (["one", "two"], 143)


def test_a_terminal_on_standard_input_is_left_alone(xencon, paper):
    """`screen VM | tee`: the keyboard is the shell's."""
    ours, theirs = os.openpty()
    before = termios.tcgetattr(theirs)
    process = follow(xencon, paper, stdin=theirs)
    os.write(ours, b"typed\r")
    paper.show("one\n")
    assert termios.tcgetattr(theirs) == before
    process.send_signal(signal.SIGINT)
    assert rest(process) == (["one"], 130)
    assert paper.keys == []
    assert os.read(theirs, 100) == b"typed\n"


def test_a_pipe_is_typed(xencon, paper):
    process = follow(xencon, paper)
    os.write(process.stdin.fileno(), b"ab\r\n")
    process.stdin.close()
    harness.eventually(lambda: len(paper.keys) == 3, "it is typed")
    paper.show("after the end of input\n")
    paper.show("still there\n")
    process.send_signal(signal.SIGTERM)
    process.stdin = None
    assert rest(process) == (["after the end of input", "still there"], 143)
    assert paper.keys == [ord("a"), ord("b"), 0xFF0D]


def test_a_pipe_that_is_no_text(xencon, paper):
    process = follow(xencon, paper)
    paper.show("one\n")
    out, err = process.communicate(b"a\xff", timeout=harness.PATIENCE)
    assert (process.returncode, out) == (2, b"one\n")
    assert b"standard input is not UTF-8" in err
    assert paper.keys == []


def test_read_only_reads_no_input(xencon, paper):
    process = follow(xencon, paper, "--read-only")
    os.write(process.stdin.fileno(), b"a\xff")
    paper.show("one\n")
    process.send_signal(signal.SIGTERM)
    assert rest(process) == (["one"], 143)
    assert paper.keys == []


def test_at_rest_nothing_is_asked(xencon, paper):
    """Nor is any processor time used: of its own, which no busy machine changes."""
    process = follow(xencon, paper)
    paper.show("one\n")
    harness.eventually(lambda: procs.state(process.pid) == "S", "it sleeps")
    asked, used = paper.requests, procs.processor_s(process.pid)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(1)
    assert paper.requests == asked
    assert procs.processor_s(process.pid) - used < 0.05
    process.send_signal(signal.SIGTERM)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert usage.ru_nvcsw < 2000


def test_a_painted_screen_needs_a_keyboard(pool, xencon):
    ours, theirs = os.openpty()
    process = xencon.start("screen", "web02", stdout=theirs)
    _, err = process.communicate(timeout=harness.PATIENCE)
    os.close(ours)
    os.close(theirs)
    assert process.returncode == 2
    assert b"takes its keys from a terminal" in err
    assert pool.requests == []
