# SPDX-License-Identifier: ISC
"""--serial on a real guest in QEMU, whose port is a pseudo-terminal as on a Xen host: boot, login, vi, a reboot.

The transcript is doc/serial.txt; `UPDATE=1 pytest …` writes it anew.
"""
import io
import os
import pathlib
import re
import sys

import pytest

import dom0s

from outcome import assert_logged_out

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "guest")]

from guest import Guest, GuestUnavailable, build  # noqa: E402

pytestmark = pytest.mark.long

LIMIT_S = 180
PROMPT = b"root@web01:/root# "
TRANSCRIPT = pathlib.Path(__file__).resolve().parents[2] / "doc" / "serial.txt"
HEAD = """\
A session with an HVM guest (QEMU, Debian's kernel) over its serial port, which is a pseudo-terminal in dom0 as on
a Xen host: made by tests/integration/test_serial_guest.py, with ssh to a host of the simulated pool. XENCON_SERVER is
ssh://root@xen1. `[ ... ]` stands for more of the
kernel's lines, and for vi's screen.

"""


@pytest.fixture
def pool(make_pool):
    made = make_pool()
    made.web01 = made.add_vm("web01", consoles=("rfb",), domain_type="hvm")
    return made


@pytest.fixture
def dom0(pool):
    made = dom0s.Dom0(pool)
    yield made
    made.close()


def start():
    try:
        build()
        return Guest(paused=True, serial="pty").start()
    except GuestUnavailable as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))


def fit(text):
    """As a terminal shows it: no control sequences, and the kernel's lines but the first and the last."""
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[78=>]", "", text.replace("\r", ""))
    lines, out, skipped = text.split("\n"), [], False
    for at, line in enumerate(lines):
        kernel = re.match(r"\[ *\d+\.\d+\]", line)
        more = at + 1 < len(lines) and re.match(r"\[ *\d+\.\d+\]", lines[at + 1])
        if kernel and more and "Linux version" not in line:
            if not skipped:
                out.append("[ ... ]")
            skipped = True
            continue
        skipped = False
        if line.startswith("~"):     # vi's own screen
            line = "[ ... ]"
        out.append(line.rstrip()[:110])
    return "\n".join(out)


def test_a_day_at_the_port(pool, dom0, tmp_path):
    first = start()
    second = None
    try:
        dom0.serve(pool.web01.domid, first.serial_path)
        terminal = dom0.program(tmp_path).terminal("--serial", "--reconnect", "web01",
                                                   dimensions=(24, 80), timeout=LIMIT_S)
        terminal.logfile_read = io.BytesIO()
        terminal.attached()
        first.cont()
        terminal.expect_exact(b"Linux version ")
        terminal.expect_exact(b"web01 login: ")
        terminal.send(b"root\r")
        terminal.expect_exact(PROMPT)
        terminal.send(b"tty; vi note\r")
        terminal.expect_exact(b"/dev/ttyS0")
        terminal.expect_exact(b"- note 1/1 100%")
        terminal.send(b"ihello from the port\x1b")
        terminal.expect_exact(b"- note [Modified] 1/1 100%")
        terminal.send(b":wq\r")
        terminal.expect_exact(PROMPT)
        terminal.send(b"cat note\r")
        terminal.expect_exact(b"hello from the port\r\n")
        terminal.expect_exact(PROMPT)
        # The host builds the domain anew: another number, another QEMU, another port.
        course = pool.web01.begin("hard_reboot")
        first.stop()
        second = start()
        course.finish()
        dom0.serve(pool.web01.domid, second.serial_path)
        terminal.attached()
        second.cont()
        terminal.expect_exact(b"Linux version ")
        terminal.expect_exact(b"web01 login: ")
        assert terminal.quit() == 0
        assert_logged_out(pool)
        dom0.assert_nothing_left()
        if os.environ.get("UPDATE"):
            shown = terminal.logfile_read.getvalue().decode(errors="replace")
            shown = shown.replace(dom0.server, "ssh://root@xen1")
            TRANSCRIPT.write_text(HEAD + "$ xencon --serial --reconnect web01\n" + fit(shown).strip() + "\n")
    finally:
        first.stop()
        if second is not None:
            second.stop()
