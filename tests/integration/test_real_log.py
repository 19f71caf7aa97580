# SPDX-License-Identifier: ISC
"""Real guests' screens as logs: QEMU behind the simulated pool, `xencon screen` in a pipe, held against what the guest says on
its serial port. Nothing twice, in order, and a mark wherever something is missing."""
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time

import pytest

import harness
import sim
from outcome import assert_logged_out
from test_screen_log import MARK

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "guest")]

import cable  # noqa: E402
from guest import Guest, GuestUnavailable, build  # noqa: E402

pytestmark = pytest.mark.long

OVMF = pathlib.Path("/usr/share/ovmf/OVMF.fd")
FRAME_BUFFER = ["-bios", str(OVMF), "-vga", "none", "-device", "VGA,xres=1024,yres=768"]
PROMPT = "root@web01:/root#"
REBOOTED = '[xencon: "web02" has rebooted]'
LIMIT_S = 240  # of one wait: the processor is emulated, and others use this machine
PROGRESS = "i=0; while [ $i -le 100 ]; do printf '\\r%3d %% of the work' $i; i=$((i+1)); usleep 20000; done; echo"


class Log:
    """`xencon screen` in a pipe, and the lines that have come."""

    def __init__(self, xencon, *options):
        self.lines = []
        self.process = xencon.start("-v", "screen", *options, "web02", bufsize=0)
        self._said = []
        self._readers = [threading.Thread(target=self._read, args=pair, daemon=True)
                         for pair in ((self.process.stdout, self.lines), (self.process.stderr, self._said))]
        for reader in self._readers:
            reader.start()
        self.wait_said("attached to")

    @staticmethod
    def _read(stream, lines):
        with os.fdopen(os.dup(stream.fileno()), "rb") as whole:
            for line in whole:
                lines.append(line.decode().rstrip("\n"))

    def wait_for(self, condition, what):
        try:
            harness.eventually(condition, what, LIMIT_S)
        except AssertionError as error:
            raise AssertionError("\n".join([str(error), "the log:", *self.lines[-60:], *self._said[-5:]])) from None

    def wait_line(self, pattern):
        self.wait_for(lambda: any(re.search(pattern, line) for line in self.lines), f"{pattern!r} is in the log")

    def wait_said(self, words):
        self.wait_for(lambda: any(words in line for line in self._said), f"it says {words!r}")

    def finish(self):
        """Ends it; gives all lines, and how many changes of the screen were seen."""
        self.process.send_signal(signal.SIGTERM)
        assert harness.finish(self.process) == 143
        for reader in self._readers:
            reader.join()
        [seen] = [re.search(r"(\d+) changes of the screen", line)[1] for line in self._said if "changes of the screen" in line]
        return self.lines, int(seen)


class Console(sim.Socket):
    """Of whichever QEMU is a VM's domain now."""

    def lead_to(self, machine):
        self._address = machine.vnc_path


@pytest.fixture
def guest(pool):
    """A domain of "web02", the first or the next: QEMU, and its serial port."""
    machines, cables = [], []

    def make(**arguments):
        try:
            build()
            machines.append(Guest(paused=True, **arguments).start())
        except GuestUnavailable as error:
            assert not os.environ.get("XENCON_REQUIRE_ALL"), error
            pytest.skip(str(error))
        cables.append(cable.Cable(machines[-1].serial_path))
        if len(machines) == 1:
            pool.add_vm("web02", consoles=("rfb",), domain_type="hvm", rfb_backend=Console(machines[0].vnc_path))
        else:
            pool.vms[-1].rfb_backend.lead_to(machines[-1])
        return machines[-1], cables[-1]

    yield make
    for each in cables:
        each.close()
    for each in machines:
        each.stop()


def rows(text, columns=80):
    """Lines as a screen of so many columns shows them, blank rows left out."""
    found = []
    for line in text.replace("\r", "").split("\n"):
        line = line.expandtabs(8)
        found += [line[at:at + columns].rstrip() for at in range(0, len(line), columns)]
    return [row for row in found if row]


def stretches(log):
    """The rows between marks, each stretch a list."""
    found = [[]]
    for line in log:
        if line == MARK:
            found.append([])
        else:
            found[-1].append(line)
    return found


def anchored(behind_mark, truth, at):
    """The rows behind a mark from the first one on whose place is sure, and that place. One that stands in the truth more than
    once (the rest of a long line, a rule) has it only by what follows."""
    sure = next((n for n, row in enumerate(behind_mark) if truth.count(row) == 1), len(behind_mark))
    place = truth.index(behind_mark[sure]) if sure < len(behind_mark) else at
    while sure > 0 and place > at and truth[place - 1] == behind_mark[sure - 1]:
        sure, place = sure - 1, place - 1
    return behind_mark[sure:], max(place, at)


def held_against(log, truth, what, unsure=0):
    """How many rows of the truth are in the log: each in its place, once, and where some are missing there is a mark. Of a
    console that tears what is in doubt stands between two marks with no more than `unsure` rows between them."""
    at, found, faults, doubtful = 0, 0, [], 0
    for number, rows_between in enumerate(stretches(log)):
        marked, wrong = number > 0, []
        if marked:
            rows_between, at = anchored(rows_between, truth, at)
        for line in rows_between:
            if at < len(truth) and line == truth[at]:
                at, found, marked = at + 1, found + 1, False
            elif line in truth[at:]:
                if not marked:
                    wrong.append(f"{truth[at]!r} is missing before {line!r}, and no mark says so")
                at, found, marked = truth.index(line, at) + 1, found + 1, False
            elif line in truth[:at] and not marked:
                # Else not the truth's: another text, or a row before it was whole, which only a mark leaves behind.
                wrong.append(f"{line!r} stands twice")
        if len(rows_between) <= unsure:
            doubtful += len(wrong)
        else:
            faults += wrong
    marks = log.count(MARK)
    print(f"{what}: {found} of {len(truth)} rows, {marks} marks, {doubtful} wrong in doubtful stretches, {len(faults)} faults")
    assert not faults, faults
    assert found == len(truth) or marks > 0
    return found


def kernel_rows(line):
    """What the kernel has said on its consoles, by its own record: the serial port loses a character where nobody takes it in
    time. Of a tab its screen shows the glyph."""
    said = [re.match(r"<([0-6])>(\[.*)", row) for row in line.run("dmesg -r").split("\n")]
    return rows("\n".join(match[2].replace("\t", "○") for match in said if match))


def log_in(line):
    line.until("web01 login: ")
    line.send("root\r")
    line.until(cable.PROMPT)
    line.send("stty -echo\r")
    line.until(cable.PROMPT)


def test_power_on_to_the_prompt(guest, xencon):
    """Every message of the kernel's that the screen's console printed."""
    machine, line = guest()
    log = Log(xencon)
    machine.cont()
    log_in(line)
    log.wait_line("Run /init")
    messages = kernel_rows(line)
    lines, seen = log.finish()
    lines = [row for row in lines if row == MARK or row in set(messages)]
    assert held_against(lines, messages, f"the kernel's messages, {seen} changes seen") > 20


def test_what_is_done_in_a_shell(guest, xencon):
    """dmesg, ls -R, a progress bar, vi and back; a reboot of the guest's own. Keys would be lost where the emulated processor
    gets no time, so another shell, on the serial port, does it all on the screen."""
    machine, line = guest()
    machine.cont()
    log_in(line)
    line.run("printf '\\033c' > /dev/tty1")
    log = Log(xencon)
    listing, messages = (rows(line.run(command)) for command in ("ls -R /bin /etc /usr", "dmesg"))

    def do(command, shown):
        """Does it, and sees its end on the screen: the log has seen that, or will."""
        line.run("{ " + command + "; } > /dev/tty1")
        seen = xencon.run("shot", "--text", "--until", shown, "--timeout", str(LIMIT_S), "web02")
        assert seen.returncode == 0, seen.stderr
    # Behind a screen without text, what comes first is marked by nothing: so something is there before.
    do("echo it-begins", "^it-begins")
    do("ls -R /bin /etc /usr; echo", "^" + re.escape(listing[-1]))
    do("dmesg; echo that-was-all", "^that-was-all")
    do(PROGRESS, "^100 % of the work")
    # What vi is typed comes from a pipe that stays open until its page was seen.
    do("mkfifo /tmp/keys; vi /etc/passwd < /tmp/keys 2>&1 & exec 3> /tmp/keys", "^root:")
    do("echo ':q' >&3; exec 3>&-; wait; clear; seq 101 160; echo and-then", "^and-then")
    line.send("reboot -f\r")
    log_in(line)
    log.wait_line("^and-then$")
    before = log.lines.index("and-then") + 1
    log.wait_for(lambda: any("Run /init" in row for row in log.lines[before:]), "it has started again")
    started = kernel_rows(line)
    lines, seen = log.finish()
    print(f"{seen} changes seen")
    shell = lines[:before]
    end = next((at for at, row in enumerate(shell) if row == messages[0]), len(shell))
    assert held_against(shell[:end], listing, "ls -R") > 20
    assert held_against([row for row in shell if row == MARK or row in set(messages)], messages, "dmesg") > 20
    assert [row for row in shell if "of the work" in row] == ["100 % of the work"]
    assert [row for row in shell if row.startswith("root:")] == ["root::0:0:root:/root:/bin/sh"]
    numbers = [str(number) for number in range(101, 161)]
    assert held_against([row for row in shell if row == MARK or row in numbers], numbers, "seq 101 160") > 20
    assert held_against([row for row in lines[before:] if row == MARK or row in set(started)], started, "after the reboot") > 20


def test_a_reboot_is_followed(pool, guest, xencon):
    """The guest reboots itself: its domain ends, and another one, with a console of its own, takes its place. The last words of
    the old start, a line that says what has happened, the first ones of the new."""
    machine, line = guest(options=["-action", "reboot=shutdown,shutdown=pause"])
    log = Log(xencon, "--reconnect")
    machine.cont()
    log_in(line)
    log.wait_line("Run /init")
    messages = kernel_rows(line)
    line.send("reboot -f\r")
    # It says so last, and its domain is as good as gone: written is that once the screen has been still.
    log.wait_line("reboot: Restarting system")
    harness.eventually(lambda: machine.qmp("query-status")["status"] == "shutdown", "it has let go", LIMIT_S)
    course = pool.vms[-1].begin("clean_reboot", by_guest=True).to("404")
    machine, line = guest()
    course.finish()
    log.wait_line("has rebooted")
    machine.cont()
    log_in(line)
    started = kernel_rows(line)
    log.wait_for(lambda: any("Run /init" in row for row in log.lines[log.lines.index(REBOOTED):]), "it has started again")
    lines, seen = log.finish()
    assert lines.count(REBOOTED) == 1
    print(f"{seen} changes seen")
    at = lines.index(REBOOTED)
    before, after = lines[:at], lines[at + 1:]
    assert "reboot: Restarting system" in before[-1]
    assert before.count(before[-1]) == 1 and before[-1] not in after
    # Its machine stood still until the console was there: what is first is QEMU's word for that, the firmware's, or the kernel's.
    first = next(row for row in after if row != MARK)
    assert "not initialized the display" in first or "SeaBIOS" in first or first in started, first
    for part, wanted, what in ((before, messages, "before the reboot"), (after, started, "after it")):
        assert held_against([row for row in part if row == MARK or row in set(wanted)], wanted, what) > 20
    assert_logged_out(pool)


@pytest.mark.skipif(not OVMF.exists(), reason="no OVMF (Debian's package is ovmf)")
def test_five_thousand_numbers_on_a_frame_buffer(guest, xencon):
    machine, line = guest(options=FRAME_BUFFER)
    machine.cont()
    log_in(line)
    log = Log(xencon)
    began = time.monotonic()
    line.send("seq 1 5000 > /dev/tty1\r")
    log.wait_line("^4990$")
    seconds = time.monotonic() - began
    lines, seen = log.finish()
    numbers = [str(number) for number in range(1, 5001)]
    found = held_against([row for row in lines if row == MARK or row in set(numbers)], numbers,
                         f"seq 1 5000, {seen} changes seen in {seconds:.1f} s", unsure=768 // 16)
    assert found >= 48
    assert "5000" in lines


def test_the_last_words_of_a_panic(guest, xencon, tmp_path):
    """They are in the file 10 s after the last of them, with nobody ending anything."""
    machine, line = guest()
    machine.cont()
    log_in(line)
    path = tmp_path / "panic.log"
    process = xencon.start("screen", "--reconnect", "--timestamps", "--log", path, "web02", stdout=subprocess.DEVNULL,
                           stdin=subprocess.DEVNULL)
    while b"attached to" not in process.stderr.readline():
        pass
    line.send("echo c > /proc/sysrq-trigger\r")
    line.until("---[ end Kernel panic")

    def written():
        return [re.sub(r"^\S+ ", "", row) for row in path.read_text().splitlines()]
    harness.eventually(lambda: any("end Kernel panic" in row for row in written()), "its end is in the file", LIMIT_S)
    done = xencon.run("shot", "--text", "--until", "end Kernel panic", "web02")
    assert done.returncode == 0, done.stderr
    shown = [row for row in done.stdout.decode().splitlines() if row]
    assert any("Kernel panic - not syncing: sysrq triggered crash" in row for row in shown), shown
    assert written()[-len(shown):] == shown
    harness.kill(process)
    assert harness.finish(process) == 143
    assert written()[-len(shown):] == shown
