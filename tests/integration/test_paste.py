# SPDX-License-Identifier: ISC
"""The way out works behind a paste, however much of it waits for a console that takes nothing."""
import re
import signal
import subprocess

import pytest

import guests
import harness
import procs
import ptys
import puppets
import sim

ESC = harness.ESCAPE

MUCH = 12 << 20         # what the kernels' buffers on the way take is a third of it at most
LIMIT = 16 << 20        # RELAY_TYPED_MAX


def pasted(size):
    """Text of that size of which each part tells its place."""
    return b"".join(b"%07d\r" % number for number in range(size // 8))


@pytest.mark.parametrize("mark", [b"%s", b"\x1b[200~%s\x1b[201~"], ids=["typed", "marked"])
def test_the_console_takes_nothing(mark, pty, puppet, xencon):
    before = pty.settings()
    paste = mark % pasted(MUCH)
    process = pty.attach(xencon)
    pty.write(paste)
    pty.write(ESC + b"." + b"rm -r /\r")
    assert harness.finish(process) == 0
    assert pty.settings() == before
    assert not ptys.is_readable(pty.slave)
    heard = puppet.hear_all()
    assert paste.startswith(heard)
    assert len(heard) < MUCH


def test_all_of_it_comes_when_the_console_listens_again(pty, puppet, xencon):
    paste = pasted(MUCH)
    process = pty.attach(xencon)
    pty.write(paste)
    assert puppet.hear(len(paste)) == paste
    pty.write(ESC + b".")
    assert harness.finish(process) == 0
    assert puppet.hear_all() == b""


def test_nothing_is_dropped_beyond_the_limit(pty, puppet, xencon):
    """It waits in the terminal; a signal ends the program all the same."""
    before = pty.settings()
    process = pty.attach(xencon)
    pty.write(pasted(LIMIT))
    more = 0
    while ptys.is_writable(pty.master) or not procs.rests(process.pid):
        more += ptys.write_until_full(pty.master, bytes(LIMIT), quiet=0)
        assert more < LIMIT
    process.send_signal(signal.SIGTERM)
    assert harness.finish(process) == 128 + signal.SIGTERM
    assert pty.settings() == before


def test_a_pipe_is_not_read_ahead(pool, puppet, xencon):
    with ptys.pipe() as (reader, writer):
        process = xencon.start("-q", "web01", stdin=reader)
        assert puppet.sock
        written = ptys.write_until_full(writer, bytes(MUCH), quiet=1)
        assert written < MUCH
        process.send_signal(signal.SIGTERM)
        assert harness.finish(process) == 128 + signal.SIGTERM


@pytest.mark.parametrize("mark", [b"%s", b"\x1b[200~%s\x1b[201~"], ids=["typed", "marked"])
def test_a_screen_takes_it_slowly(mark, pool, pty, xencon):
    """At the pace of a guest's keyboard, which would be an hour."""
    pool.add_vm("web02", consoles=("rfb",), domain_type="hvm", rfb_backend=sim.Rfb(640, 400))
    before = pty.settings()
    process = pty.start(xencon, "-q", "screen", "--graphics", "blocks", "web02")
    harness.eventually(pty.is_raw, "the terminal becomes raw")
    with ptys.draining(pty.master, process):
        pty.write(b"\x1b[?62c" + mark % pasted(200_000) + ESC + b".")
        assert harness.finish(process) == 0
    assert pty.settings() == before


def test_what_a_lost_console_did_not_take_is_for_the_next(make_pool, make_xencon, pty):
    """All of it but what was on its way, and in order."""
    paste = pasted(MUCH)
    pool = make_pool(hosts=2)
    xencon = make_xencon(pool)
    console = puppets.Bare(pool)
    process = pty.start(xencon, "-q", "--reconnect", "web01")
    lost = console.accept()
    harness.eventually(pty.is_raw, "the terminal becomes raw")
    lost.send(b"guest")
    assert pty.read(5) == b"guest"
    pty.write(paste)
    lost.reset()
    found = console.accept()
    heard = puppets.hear_until(found, paste[-8:])
    assert paste.endswith(heard)
    assert len(heard) > MUCH // 2
    pty.write(ESC + b".")
    assert harness.finish(process) == 0
    console.close()


def test_another_guest_gets_none_of_it(pool, pty, xencon):
    """What the console did not take is dropped with its guest, and each byte is accounted for."""
    guest = guests.add(pool, guest=guests.Deaf())
    process = pty.start(xencon, "-v", "--reconnect", "web01", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout.readline() == b"guest\r\n"
    paste = pasted(MUCH)
    pty.write(paste)
    harness.eventually(lambda: ptys.is_writable(pty.master) and procs.rests(process.pid), "all of it is read")
    guest.vm.reboot()
    assert process.stdout.readline() == f"guest {guest.vm.domid}\r\n".encode()
    pty.write(b"!")
    guest.await_heard(guest.vm.domid, b"!")
    pty.write(ESC + b".")
    _, said = process.communicate(timeout=2 * harness.PATIENCE)
    assert process.returncode == 0
    gone = re.search(rb"(\d+) out\r?$", said.split(b"attached to")[1], re.M)[1]
    dropped, = re.findall(rb"meanwhile \((\d+) bytes\) is dropped", said)
    assert int(gone) + int(dropped) == MUCH
    assert guest.all() == b"!"
