# SPDX-License-Identifier: ISC
"""The escape character: its commands, and what is none."""
import re

import pytest

import harness
import ptys
import puppets
import sim

ESC = harness.ESCAPE


@pytest.fixture
def attached(pty, puppet, xencon):
    """A terminal with a console that is quiet and prints no messages of its own."""
    process = pty.attach(xencon)
    yield pty
    if process.poll() is None:
        puppet.say(b"bye")
        puppet.end()
        harness.finish(process)


def check(pty, puppet, typed, heard):
    pty.write(typed)
    assert puppet.hear(len(heard)) == heard


@pytest.mark.parametrize("key", [b".", b"q"])
def test_quit(pty, puppet, xencon, key):
    process = pty.attach(xencon)
    pty.write(ESC + key + b"not sent")
    assert harness.finish(process) == 0
    assert puppet.hear_all() == b""


@pytest.mark.parametrize("key", [b".", b"q"])
def test_split_over_two_reads(pty, puppet, xencon, key):
    process = pty.attach(xencon)
    check(pty, puppet, b"a" + ESC, b"a")
    pty.write(key)
    assert harness.finish(process) == 0
    assert puppet.hear_all() == b""


def test_twice_is_the_character_itself(attached, puppet):
    check(attached, puppet, ESC + ESC + b"x", ESC + b"x")
    check(attached, puppet, b"a" + ESC, b"a")
    check(attached, puppet, ESC + b".", ESC + b".")
    check(attached, puppet, ESC * 4 + b"q", ESC * 2 + b"q")


@pytest.mark.parametrize("key", [b"x", b"\0", b"\xff", b"\r", b"\x03", b" ", b"Q", b"\x1b"])
def test_any_other_key_is_sent_with_it(attached, puppet, key):
    check(attached, puppet, ESC + key + b"end", ESC + key + b"end")
    check(attached, puppet, b"a" + ESC, b"a")
    check(attached, puppet, key + b"end", ESC + key + b"end")


def test_an_other_key_does_not_begin_a_command(attached, puppet):
    check(attached, puppet, ESC + b"x" + b".q", ESC + b"x.q")


def test_in_the_middle_of_a_paste(pty, puppet, xencon):
    process = pty.attach(xencon)
    first, second = b"A" * 70_001, b"B" * 30_003
    paste = first + ESC + ESC + second + ESC + b"x" + first + ESC + b"." + b"not sent"
    heard = first + ESC + second + ESC + b"x" + first
    with ptys.feeding(pty.master, paste):
        assert puppet.hear(len(heard)) == heard
    assert harness.finish(process) == 0
    assert puppet.hear_all() == b""


def test_none(pty, puppet, xencon):
    process = pty.attach(xencon, "-e", "none")
    check(pty, puppet, ESC + b"." + ESC + b"q", ESC + b"." + ESC + b"q")
    puppet.say(b"bye")
    puppet.end()
    assert harness.finish(process) == 0


@pytest.mark.parametrize("asked, character", [
    ("^A", b"\x01"), ("^a", b"\x01"), ("~", b"~"), ("^?", b"\x7f"), ("^@", b"\0"), ("^^", b"\x1e"),
    ("^", b"^"), ("q", b"q")])
def test_another_character(pty, puppet, xencon, asked, character):
    process = pty.attach(xencon, "-e", asked)
    check(pty, puppet, ESC + b"x", ESC + b"x")
    check(pty, puppet, character * 2, character)
    pty.write(character + b".")
    assert harness.finish(process) == 0
    assert puppet.hear_all() == b""


def test_typed_size(attached, puppet):
    check(attached, puppet, b"a" + ESC + b"rb", b"astty rows 24 cols 200\rb")
    attached.resize(50, 132)
    check(attached, puppet, ESC + b"r", b"stty rows 50 cols 132\r")
    attached.resize(65535, 65535)
    check(attached, puppet, ESC + b"r", b"stty rows 65535 cols 65535\r")


def test_typed_size_many_times_in_a_paste_loses_nothing_else(make_pool, make_xencon, pty):
    pool = make_pool(hosts=2)
    bare = puppets.Bare(pool)
    pty.start(make_xencon(pool), "-q", "web01")
    console = bare.accept()
    harness.eventually(pty.is_raw, "the terminal becomes raw")
    # What becomes of them is more than waits for a console that takes nothing, and what the kernels hold.
    numbers = [b"%06d" % number for number in range(1_000_000)]
    with ptys.feeding(pty.master, (ESC + b"r").join(numbers) + b"end"):
        ptys.wait_full(pty.master, quiet=0.5)
        heard = puppets.hear_until(console, b"end")
    assert heard.count(b"stty rows 24 cols 200\r") > 1000
    assert heard.replace(b"stty rows 24 cols 200\r", b"") == b"".join(numbers) + b"end"
    bare.close()


def test_typed_size_of_a_terminal_that_has_none(pty, puppet, xencon):
    pty.resize(0, 0)
    pty.attach(xencon)
    pty.write(ESC + b"rx")
    assert puppet.hear(1) == b"x"
    assert pty.read_message().endswith("does not tell its size\r\n")


def test_status(pool, attached, puppet):
    puppet.say(b"12345")
    assert attached.read(5) == b"12345"
    check(attached, puppet, b"abc", b"abc")
    attached.write(ESC + b"s")
    line = attached.read_message()
    assert line.startswith('\r\nxencon: "web01" at ')
    for word in (f":{pool.coordinator.port}", "TLSv1.2", "5 bytes in", "3 out", "log off"):
        assert word in line


def test_help(attached):
    attached.write(ESC + b"?")
    text = attached.read_until(b"any other key is sent as it is\r\n").decode()
    for key in ". q z r l s ?".split():
        assert f"^] {key}" in text
    assert "^] ^]" in text
    assert text.count("\n") == text.count("\r\n")


def test_help_names_the_chosen_character(pty, puppet, xencon):
    pty.attach(xencon, "-e", "~")
    pty.write(b"~?")
    text = pty.read_until(b"any other key is sent as it is\r\n").decode()
    assert "~ ." in text and "^]" not in text


def test_log_without_a_log(attached):
    attached.write(ESC + b"l")
    assert "--log FILE" in attached.read_message()


def test_piped_input_has_no_escape(puppet, xencon):
    process = xencon.start("web01")
    process.stdin.write(b"a" + ESC + b".q" + ESC + ESC)
    process.stdin.flush()
    assert puppet.hear(6) == b"a" + ESC + b".q" + ESC + ESC
    puppet.say(b"bye")
    puppet.end()
    assert harness.finish(process) == 0


def test_piped_input_has_one_when_asked(puppet, xencon):
    process = xencon.start("web01", "-e", "^A", "--idle", "3600")
    process.stdin.write(b"a\x01\x01b\x01xc\x01.not sent")
    process.stdin.flush()
    assert puppet.hear(6) == b"a\x01b\x01xc"
    assert harness.finish(process) == 0
    assert puppet.hear_all() == b""


def test_piped_input_that_ends_with_an_escape_sends_it(puppet, xencon):
    process = xencon.start("web01", "-e", "~", "--idle", "3600")
    process.stdin.write(b"a~")
    process.stdin.close()
    assert puppet.hear(2) == b"a~"
    puppet.say(b"bye")
    puppet.end()
    assert harness.finish(process) == 0


def test_input_before_the_quit_command_is_still_sent(pty, puppet, xencon):
    process = pty.attach(xencon)
    pty.write(b"poweroff\r" + ESC + b".")
    assert harness.finish(process) == 0
    assert puppet.hear_all() == b"poweroff\r"


def test_quit_although_the_console_is_stuck(pool, pty, xencon):
    pool.faults.add(sim.Fault("console", "stall", at=1))
    pool.add_vm("web01", backend=sim.Source(b"x", stay=True))
    process = pty.attach(xencon)
    assert pty.read(1) == b"x"
    typed = sent = 0
    while sent == typed:
        pty.write(bytes(30_000) + ESC + b"s")
        typed += 30_000
        sent = int(re.search(r"(\d+) out", pty.read_message())[1])
    pty.write(ESC + b".")
    assert harness.finish(process) == 0


@pytest.mark.parametrize("arguments", [(), ("-q",)], ids=["with messages", "quiet"])
def test_quit_although_the_terminal_sleeps(pool, pty, xencon, arguments):
    before = pty.settings()
    pool.add_vm("web01", backend=sim.Source(size=8_000_000, stay=True))
    process = pty.start(xencon, "web01", *arguments)
    pty.wait_full(process)
    pty.write(ESC + b".")
    assert harness.finish(process) == 0
    assert pty.settings() == before


def test_quit_out_of_a_flood(pool, pty, xencon):
    def flood(sock):
        while True:
            sock.sendall(b"y\r\n" * 10_000)

    pool.add_vm("web01", backend=sim.Script(flood))
    process = pty.attach(xencon)
    pty.read(1_000_000)
    with ptys.draining(pty.master, process):
        pty.write(ESC + b".")
        assert harness.finish(process) == 0
