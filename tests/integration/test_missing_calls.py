# SPDX-License-Identifier: ISC
"""Kernels that lack calls: the next best is used, and -v says which protection is not there."""
import pathlib
import sys

import pytest

import sim

import harness
import rfbclient
import shown

HELLO = b"hello from web01"
HELPER = str(pathlib.Path(__file__).resolve().parent / "without_calls.py")
SWAP, DUMP, CORE, READ = ("a secret is not kept out of swap: Function not implemented",
                          "a secret is not kept out of core dumps: Function not implemented",
                          "does not let a program forbid its core dump", "lets other programs of the user read our memory")

# Sanitizers need some of these calls themselves, and let nobody be kept from attaching, since the leak checker does.
pytestmark = pytest.mark.plain


@pytest.fixture
def without(pool, make_xencon):
    """The program on a kernel that lacks these calls; `pool` has a text console and a graphical one."""
    pool.add_vm("web01", backend=sim.Source(HELLO))
    pool.add_vm("win10", consoles=("rfb",), domain_type="hvm")

    def make(calls):
        program = make_xencon(pool)
        command = program.command
        program.command = lambda *words: [sys.executable, HELPER, calls, *command(*words)] if calls else command(*words)
        return program

    return make


@pytest.mark.parametrize("calls, said", [
    ("", []),
    ("mlock", [SWAP]),
    ("madvise", [DUMP]),
    ("setrlimit,prlimit64", [CORE]),
    ("prctl", [READ]),
    ("later", []),
], ids=str)
def test_what_is_missing_is_said_and_not_needed(calls, said, without):
    done = without(calls).run("-v", "web01")
    assert (done.returncode, done.stdout) == (0, HELLO), done.stderr
    assert {text for text in (SWAP, DUMP, CORE, READ) if text in done.stderr} == set(said), done.stderr
    quiet = without(calls).run("web01")
    assert not [text for text in (SWAP, DUMP, CORE, READ) if text in quiet.stderr]


def test_a_graphical_console_needs_no_later_call(without, pool, tmp_path):
    """Pictures, what is typed, and viewers."""
    screens = shown.Shown(pool, tmp_path)
    try:
        screens.vm("text", shown.TEXT)
        done = without("later").run("shot", "--text", "text")
        assert shown.rows(shown.TEXT)[0] in done.stdout.decode(), done.stderr
    finally:
        screens.stop()
    assert without("later").run("type", "win10", "ls").returncode == 0
    process = without("later").start("vnc", "--once", "-l", "0", "win10")
    url = process.stdout.readline().decode().strip()
    with rfbclient.Viewer(url) as viewer:
        viewer.greet()
    process.communicate(timeout=harness.PATIENCE)
    assert process.returncode == 0
