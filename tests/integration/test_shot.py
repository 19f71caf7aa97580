# SPDX-License-Identifier: ISC
"""`xencon shot`: what a graphical console shows, as picture and as text."""
import json
import os
import re
import signal
import socket
import stat
import struct
import threading
import zlib

import pytest

import harness
import sim
import shown
import typewriter
from outcome import assert_failed, assert_logged_out
from shown import TEXT, picture_name, rows, shows  # noqa: F401


def pixels(path):
    """A PNG's width, height and rows of red, green and blue, by another reader than ours."""
    return shown.serve.png(str(path))


@pytest.mark.parametrize("encoding, step", [
    ("zrle", 4), *(pytest.param(encoding, 1, marks=pytest.mark.long) for encoding in shown.ENCODINGS)])
def test_every_screen_is_read_as_it_is(encoding, step, pool, shows, xencon):
    """Through the program; tests/screens has the recogniser alone. Printed (-s): the sums, and the screens with
    faults. A literal share of one is out of reach: many fonts draw two characters alike."""
    sums, faults = [0] * 7, []
    names = shown.names()[::step]
    for name in names:
        shows.vm(name, name, encoding=encoding)
        # Eight megabytes of a raw screen, made and encrypted by Python, may take long on a busy machine.
        done = xencon.run("shot", "--json", "--connect-timeout", "60", name)
        assert (done.returncode, done.stderr) == (0, ""), name
        result = shown.judge.judge(shown.judge.truth(str(shown.SCREENS / name)), json.loads(done.stdout))
        sums = [total + one for total, one in zip(sums, result)]
        cells, exact, _, coloured, right, cursor, kind = result
        if not (exact == cells and coloured == right and cursor and kind):
            faults.append(shown.judge.line(name, result))
        shows.stop()
    cells, exact, literal, coloured, right, cursors, kinds = sums
    print(encoding, f"exact {exact} of {cells}, literal {literal}, colours {right} of {coloured}", *faults, sep="\n")
    assert kinds == cursors == len(names) >= 60 // step
    assert exact >= .9995 * cells and literal >= .996 * cells and right >= .999 * coloured
    assert_logged_out(pool)


@pytest.mark.parametrize("encoding", shown.ENCODINGS)
def test_the_picture_is_the_servers(encoding, shows, xencon, tmp_path):
    name = picture_name()
    shows.vm("web01", name, encoding=encoding)
    done = xencon.run("shot", "web01", tmp_path / "taken.png")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", "")
    assert pixels(tmp_path / "taken.png") == pixels(shown.png(name))
    header = (tmp_path / "taken.png").read_bytes()[:33]
    assert header[24:26] == b"\x08\x02", "8 bits for each of red, green and blue"


def test_the_text_is_a_line_a_row(shows, xencon):
    shows.vm("web01", TEXT)
    done = xencon.run("shot", "--text", "web01")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.decode().split("\n")
    assert lines[:len(rows(TEXT))] == rows(TEXT)
    assert not any(lines[len(rows(TEXT)):]) and done.stdout.endswith(b"\n")


def test_to_standard_output(shows, xencon, tmp_path):
    shows.vm("web01", TEXT)
    for words in (["web01"], ["web01", "-"]):
        done = xencon.run("shot", *words, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith(b"\x89PNG\r\n\x1a\n")
    assert not (tmp_path / "-").exists()


def test_text_and_json_in_a_file(shows, xencon, tmp_path):
    shows.vm("web01", TEXT)
    for option in ("--text", "--json"):
        file = tmp_path / f"screen{option}"
        done = xencon.run("shot", option, "web01", file)
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", "")
        assert file.read_bytes() == xencon.run("shot", option, "web01").stdout
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_screen_that_is_no_text(pool, shows, xencon):
    shows.vm("web01", picture_name())
    done = xencon.run("shot", "--text", "web01")
    assert_failed(done, 6, '"web01": the screen shows no text but a picture', "without --text", pool=pool)
    said = json.loads(xencon.run("shot", "--json", "web01").stdout)
    assert said["kind"] == "picture" and "text" not in said


TEXT_OF_ITS_OWN = "What no known font has drawn: 0123456789 abcdefghijklmnopqrstuvwxyz"


def strange_font():
    """A PSF 1 font of 256 glyphs whose bitmaps no console has, and what it stands for."""
    font = b"\x36\x04\x02\x10"
    for code in range(256):
        font += bytes((code * 37 + row * 11) % 251 if 3 < row < 12 and code > 32 else 0 for row in range(16))
    return font + b"".join(struct.pack("<HH", code, 0xffff) if 32 < code < 127 else b"\xff\xff"
                           for code in range(256))


def drawn_in(font, text):
    """A PNG of 640x400 with a text in its fourth row."""
    lines = [[False] * 640 for _ in range(400)]
    for column, char in enumerate(text):
        for y in range(16):
            bits = font[4 + 16 * ord(char) + y]
            lines[48 + y][8 * column:8 * column + 8] = [bool(bits >> (7 - x) & 1) for x in range(8)]
    raw = b"".join(b"\0" + b"".join(b"\xaa\xaa\xaa" if dot else b"\0\0\0" for dot in line) for line in lines)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 640, 400, 8, 2, 0, 0, 0)) \
        + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")


def test_a_font_of_the_users_own(shows, xencon, tmp_path):
    """It is read by that font alone: typed, beside another one; or configured."""
    (tmp_path / "own font.psf").write_bytes(strange_font())
    (tmp_path / "own.png").write_bytes(drawn_in(strange_font(), TEXT_OF_ITS_OWN))
    (tmp_path / "config").write_text("[default]\nfont = ~/own font.psf , ~/own font.psf\n")
    (tmp_path / "config").chmod(0o600)
    other = next(path for path in harness.ROOT.glob("tests/fuzz/corpus/psf/*")
                 if path.read_bytes()[:2] == b"\x36\x04")
    shows.vm("web01", tmp_path / "own")
    assert TEXT_OF_ITS_OWN not in xencon.run("shot", "--text", "web01").stdout.decode()
    for words in (["--font", tmp_path / "own font.psf"],
                  ["--font", other, "--font", tmp_path / "own font.psf"],
                  ["--config", tmp_path / "config"]):
        done = xencon.run("shot", "--text", *words, "web01")
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.decode().split("\n")[3] == TEXT_OF_ITS_OWN


def test_until_what_is_there_already(shows, xencon):
    shows.vm("web01", TEXT)
    done = xencon.run("shot", "--text", "--until", "login: *$", "web01")
    assert (done.returncode, done.stderr) == (0, "")
    assert "login:" in done.stdout.decode()


def test_until_it_comes(shows, xencon):
    """The screen is a picture first, then text of another size that does not match, then what does."""
    shows.vm("web01", picture_name(), 1, "bochs1024-ls", 2, TEXT)
    wanted = next(row for row in rows(TEXT) if "login:" in row)
    done = xencon.run("shot", "--text", "--until", "login:", "web01")
    assert (done.returncode, done.stderr) == (0, "")
    assert wanted in done.stdout.decode().split("\n")


def test_until_it_does_not_come(pool, shows, xencon, tmp_path):
    shows.vm("web01", TEXT)
    done = xencon.run("shot", "--until", "^no such thing$", "--timeout", "0.3", "web01", tmp_path / "not.png")
    assert_failed(done, 8, '"web01": nothing on the screen matched "^no such thing$": 0.3 s have passed', pool=pool)
    assert not (tmp_path / "not.png").exists()


class Torn(sim.Backend):
    """An RFB server that greets, says `more`, and then does as it is told: end, or stay silent."""

    def __init__(self, more=b"", stays=False):
        super().__init__()
        self._more, self._stays = more, stays
        self.over = threading.Event()
        self.greeted = threading.Event()

    def serve(self, sock):
        sock.sendall(b"RFB 003.008\n")
        sock.recv(12, socket.MSG_WAITALL)
        sock.sendall(b"\1\1")
        sock.recv(1, socket.MSG_WAITALL)
        sock.sendall(bytes(4))
        sock.recv(1, socket.MSG_WAITALL)
        sock.sendall(struct.pack(">HHBBBBHHHBBBxxxI", 32, 16, 32, 24, 0, 1, 255, 255, 255, 16, 8, 0, 1) + b"x"
                     + self._more)
        self.greeted.set()
        if self._stays:
            self.over.wait()

    def disconnect(self):
        self.over.set()
        super().disconnect()


def whole(pixel=bytes(4)):
    return struct.pack(">BxHHHHHi", 0, 1, 0, 0, 32, 16, 0) + 32 * 16 * pixel


WHOLE = whole()


def add(pool, backend):
    pool.add_vm("web01", consoles=("rfb",), domain_type="hvm", rfb_backend=backend)


def test_the_console_ends_before_it_shows_anything(pool, xencon, tmp_path):
    add(pool, Torn(WHOLE[:-1]))
    done = xencon.run("shot", "web01", tmp_path / "not.png")
    assert_failed(done, 6, '"web01": the console ended before it had shown its screen', pool=pool)
    assert list(tmp_path.glob("not.png*")) == []


def test_the_console_ends_before_what_is_waited_for(pool, xencon):
    add(pool, Torn(WHOLE))
    done = xencon.run("shot", "--until", "x", "web01")
    assert_failed(done, 8, 'nothing on the screen matched "x": the console has ended', pool=pool)


def test_the_console_says_nothing_more(pool, xencon):
    add(pool, Torn(WHOLE[:-1], stays=True))
    done = xencon.run("shot", "--connect-timeout", "0.5", "web01")
    assert_failed(done, 6, '"web01": the console does not show its screen: no whole picture came in 1 s', pool=pool)


def test_updates_without_pixels_are_no_picture(pool, xencon, tmp_path):
    """A new size alone, lamps alone: the answer to the request for all comes after them."""
    empty = struct.pack(">BxH", 0, 0)
    size = struct.pack(">BxHHHHHi", 0, 1, 0, 0, 32, 16, -223)
    lamps = struct.pack(">BxHHHHHiB", 0, 1, 0, 0, 1, 1, -261, 2)
    add(pool, Torn(empty + size + lamps + whole(b"\x40\x80\xc0\0"), stays=True))
    done = xencon.run("shot", "web01", tmp_path / "x.png")
    assert done.returncode == 0, done.stderr
    assert pixels(tmp_path / "x.png") == (32, 16, [b"\xc0\x80\x40" * 32] * 16)


def test_a_server_that_breaks_the_rules(pool, xencon):
    add(pool, Torn(struct.pack(">BxHHHHHi", 0, 1, 0, 0, 33, 16, 0), stays=True))
    done = xencon.run("shot", "web01")
    assert_failed(done, 1, '"web01": ', "33x16", pool=pool)


def test_nothing_behind_the_console(pool, xencon):
    add(pool, sim.Script(lambda sock: None))
    done = xencon.run("shot", "web01")
    assert_failed(done, 6, '"web01"', "its backend is not answering", pool=pool)


def test_a_lost_connection(pool, xencon):
    backend = Torn(WHOLE, stays=True)
    add(pool, backend)
    process = xencon.start("shot", "--until", "x", "web01")
    assert backend.greeted.wait(harness.PATIENCE)
    assert_logged_out(pool)  # only then the tunnel alone is there to be reset
    pool.break_off(pool.coordinator)
    assert harness.finish(process) == 7
    assert b'"web01": the connection broke' in process.stderr.read()


@pytest.mark.parametrize("words, says", [
    (["shot"], "no VM is named"),
    (["shot", "web01", "a.png", "b"], 'one word too many, "b"'),
    (["shot", "--dom0", "x", "a.png", "b"], 'one word too many, "b"'),
    (["shot", "web01", ""], "the file's name is empty"),
    (["shot", "--text", "--json", "web01"], "--text and --json exclude each other"),
    (["shot", "--timeout", "3", "web01"], "--timeout needs --until REGEX"),
    (["shot", "--until", "a(b", "web01"], '--until: "a(b" is no regular expression'),
    (["shot", "--until", "a", "--timeout", "x", "web01"], "--timeout takes a number of seconds"),
    (["shot", "--font", "/nonexistent", "web01"], '"/nonexistent"'),
    (["shot", "--font", "/etc/passwd", "web01"], '"/etc/passwd"'),
    (["shot", "--font", "", "web01"], "--font is empty"),
    (["shot", "--escape", "^A", "web01"], "xencon shot takes no --escape"),
    (["vnc", "--text", "web01"], "xencon vnc takes no --text"),
])
def test_wrong_usage(pool, xencon, words, says):
    done = xencon.run(*words)
    assert_failed(done, 2, says)
    assert pool.requests == []


def test_a_picture_is_not_written_to_a_terminal(pool, xencon):
    terminal = xencon.terminal("shot", "web01")
    assert terminal.finish() == 2
    said = terminal.before.decode()
    assert "a picture is not written to a terminal" in said and "--text" in said
    assert pool.requests == []


def test_text_on_a_terminal(shows, xencon):
    shows.vm("web01", TEXT)
    terminal = xencon.terminal("shot", "--text", "web01")
    assert terminal.finish() == 0
    assert "login:" in terminal.before.decode()


def test_a_file_that_cannot_be_written(shows, xencon, tmp_path):
    shows.vm("web01", TEXT)
    done = xencon.run("shot", "web01", tmp_path / "none" / "x.png")
    assert_failed(done, 1, "cannot write beside")


def test_a_file_is_replaced_whole(shows, xencon, tmp_path):
    shows.vm("web01", TEXT)
    file = tmp_path / "x.png"
    file.write_bytes(b"old")
    file.chmod(0o640)
    os.symlink("x.png", tmp_path / "link.png")
    assert xencon.run("shot", "web01", tmp_path / "link.png").returncode == 0
    assert (tmp_path / "link.png").is_symlink()
    assert file.read_bytes().startswith(b"\x89PNG") and stat.S_IMODE(file.stat().st_mode) == 0o640


def test_what_is_no_file_is_not_replaced(shows, xencon, tmp_path):
    shows.vm("web01", TEXT)
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    process = xencon.start("shot", "--text", "web01", fifo)
    assert "login:" in fifo.read_text()
    assert harness.finish(process) == 0
    assert stat.S_ISFIFO(fifo.stat().st_mode)


def test_a_reader_that_is_gone(pool, shows, xencon):
    shows.vm("web01", TEXT)
    reading, writing = os.pipe()
    os.close(reading)
    process = xencon.start("shot", "--json", "web01", stdout=writing)
    os.close(writing)
    assert harness.finish(process) == 1
    assert b"cannot write to standard output" in process.stderr.read()
    assert_logged_out(pool)


def test_a_reader_that_does_not_read_does_not_hold_it(shows, xencon):
    shows.vm("web01", "bochs1024-htop")
    reading, writing = os.pipe()
    process = xencon.start("shot", "--json", "web01", stdout=writing)
    os.close(writing)
    os.set_blocking(reading, True)
    assert os.read(reading, 1)
    harness.kill(process, signal.SIGTERM)
    assert harness.finish(process) == 128 + signal.SIGTERM
    os.close(reading)


def test_a_signal_while_it_waits(pool, shows, xencon):
    shows.vm("web01", TEXT)
    process = xencon.start("-v", "shot", "--until", "never", "web01")
    while b"CONNECT" not in (line := process.stderr.readline()):
        assert line, "it ended before it was attached"
    harness.kill(process, signal.SIGINT)
    assert harness.finish(process) == 128 + signal.SIGINT
    assert_logged_out(pool)


def test_a_control_domain(pool, xencon, tmp_path):
    """What stands behind --dom0 HOST is the file."""
    host = pool.coordinator.name
    done = xencon.run("shot", "--dom0", host, tmp_path / "dom0.png")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.match(rb"\x89PNG", (tmp_path / "dom0.png").read_bytes())


def test_a_halted_vm(pool, xencon):
    pool.add_vm("web01", power_state="Halted")
    assert_failed(xencon.run("shot", "web01"), 6, '"web01"', pool=pool)


class Halted(typewriter.Typewriter):
    """Its first picture is black, whatever the screen shows; as QEMU's is of a guest that has panicked."""

    def _hear(self, viewer, kind):
        super()._hear(viewer, kind)
        if viewer in self._waiting:
            self.offer("end Kernel panic\n" + "".join(f"a row of the last screen, {row}\n" for row in range(10)))


@pytest.mark.parametrize("options, first", [(["--text"], b"end Kernel panic\n"), (["--json"], b"{")])
def test_a_picture_that_is_drawn_after_the_first(pool, xencon, options, first):
    pool.add_vm("web02", consoles=("rfb",), domain_type="hvm", rfb_backend=Halted())
    done = xencon.run("shot", *options, "web02")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(first)
    if "--json" in options:
        assert json.loads(done.stdout)["text"][0].rstrip() == "end Kernel panic"


def test_a_screen_that_stays_blank(pool, xencon):
    pool.add_vm("web02", consoles=("rfb",), domain_type="hvm", rfb_backend=typewriter.Typewriter())
    done = xencon.run("shot", "--text", "web02")
    assert (done.returncode, done.stderr, done.stdout.strip()) == (0, "", b"")
