# SPDX-License-Identifier: ISC
"""A real guest's screen in real viewers: they show what the guest shows, and what is typed there
arrives."""
import contextlib
import io
import os
import pathlib
import select
import signal
import socket
import subprocess
import sys
import time

import pytest
from PIL import Image

import harness
import procs
import sim
from display import CURSORS, Display, differing, lit
from listening import IPV6, make_pool, network, need, serve  # noqa: F401

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "guest")]

from guest import Guest, GuestUnavailable  # noqa: E402

VIEWERS = {"vncviewer": ("--viewer",), "gvncviewer": ("--viewer=exec gvncviewer %h:%d",)}
LIST = {"vncviewer": "ls -l /bin | head -n 20", "gvncviewer": "ls -l /bin | tail -n 20"}
JPEG_TOLERANCE = 110


class Serial:
    """The far end of the guest's serial cable."""

    def __init__(self, path):
        self._sock = socket.socket(socket.AF_UNIX)
        self._sock.connect(path)
        self._sock.settimeout(harness.PATIENCE)
        self._heard = b""

    def close(self):
        self._sock.close()

    def hears(self, text, seconds=harness.PATIENCE):
        """Whether a text comes in time; what precedes it is forgotten then."""
        deadline = time.monotonic() + seconds
        while text not in self._heard:
            if not select.select([self._sock], [], [], max(0, deadline - time.monotonic()))[0]:
                return False
            data = self._sock.recv(65536)
            assert data, "the guest is gone"
            self._heard += data
        self._heard = self._heard.partition(text)[2]
        return True


@pytest.fixture(scope="module")
def guest():
    """A Linux that has booted, with a root shell on its screen."""
    with contextlib.ExitStack() as stack:
        try:
            made = stack.enter_context(Guest(paused=True))
        except GuestUnavailable as error:
            if os.environ.get("XENCON_REQUIRE_ALL"):
                raise
            pytest.skip(str(error))
        made.serial = stack.enter_context(contextlib.closing(Serial(made.serial_path)))
        made.cont()
        assert made.serial.hears(b"web01 login: ")
        yield made


@pytest.fixture
def display(tmp_path):
    need("Xvfb", "xdotool")
    folder = tmp_path / "screen"
    folder.mkdir()
    made = Display(folder)
    yield made
    made.stop()


@pytest.fixture
def web01(guest, pool):
    return pool.add_vm("web01", rfb_backend=sim.Socket(guest.vnc_path))


def screen(guest, tmp_path):
    """What the guest's screen shows now."""
    file = tmp_path / "screen.ppm"
    guest.screendump(file)
    return Image.open(io.BytesIO(file.read_bytes()))


def expect_same(guest, tmp_path, shown):
    """Waits until a picture is the guest's, but for the cursors; gives it."""
    def compare():
        theirs, ours = shown(), screen(guest, tmp_path)
        assert theirs.size == ours.size
        return theirs if lit(ours) > 1000 and differing(theirs, ours) <= CURSORS else None
    return harness.eventually(compare, "the guest's screen is shown")


@pytest.mark.parametrize("viewer", VIEWERS)
def test_the_viewer_shows_the_guests_screen(viewer, guest, web01, display, serve, tmp_path):
    need(viewer)
    listener = serve(*VIEWERS[viewer], env=display.env)
    window = display.window("web01")
    before = expect_same(guest, tmp_path, lambda: display.bottom_of(window, 400))
    enter_until(display, window, guest, f"clear; {LIST[viewer]}; echo listed >/dev/ttyS0",
                b"listed\r\n")
    after = expect_same(guest, tmp_path, lambda: display.bottom_of(window, 400))
    assert differing(before, after) > 4 * CURSORS, "the comparison would never fail"
    assert listener.end() == 0


def enter_until(display, window, guest, line, heard):
    """The shell of the screen may be up a little later than the login; what is typed before it is
    lost."""
    for _ in range(20):
        display.enter(window, line)
        if guest.serial.hears(heard, 3):
            return
    raise AssertionError(f"{line!r} has no effect")


@pytest.mark.parametrize("viewer", VIEWERS)
def test_what_is_typed_arrives(viewer, guest, web01, display, serve):
    need(viewer)
    serve(*VIEWERS[viewer], env=display.env)
    window = display.window("web01")
    enter_until(display, window, guest, "echo ready >/dev/ttyS0", b"ready\r\n")
    text = "The quick brown fox, 0123456789 (~!@#%^&*+{}|:<>?)"
    display.enter(window, f"echo '{text}' >/dev/ttyS0; echo $((6*7)) >/dev/ttyS0")
    assert guest.serial.hears(text.encode() + b"\r\n42\r\n")
    display.enter(window, "cat >/dev/ttyS0")
    display.enter(window, "so")
    assert guest.serial.hears(b"so\r\n")
    display.press(window, "ctrl+c")
    display.enter(window, "echo done >/dev/ttyS0")
    assert guest.serial.hears(b"done\r\n")


def test_the_viewer_is_closed(guest, web01, display, serve):
    """By its menu: the program ends with it."""
    need("vncviewer")
    listener = serve("--viewer", env=display.env)
    display.press(display.window("web01"), "F8")

    def choose_disconnect():
        display.press(None, "c")
        return listener.process.poll() is not None

    harness.eventually(choose_disconnect, "the viewer has ended and the program with it")
    assert listener.finish() == 0


def start_viewer(listener, display):
    return subprocess.Popen(["vncviewer", "-Shared", f"127.0.0.1::{listener.port}"],
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL, env={**os.environ, **display.env})


def test_two_viewers_and_one_of_them_is_killed(guest, web01, display, serve, tmp_path):
    need("vncviewer")
    listener = serve()
    viewers = [start_viewer(listener, display) for _ in range(2)]
    listener.expect_children(2)
    viewers[0].kill()
    viewers[0].wait()
    listener.expect_children(1)
    window = display.window("web01")
    expect_same(guest, tmp_path, lambda: display.bottom_of(window, 400))
    viewers[1].terminate()
    viewers[1].wait()
    listener.expect_children(0)
    assert listener.said() == ""


@pytest.mark.parametrize("place", [
    "socket", pytest.param("[::1]:0", marks=pytest.mark.skipif(not IPV6, reason="IPv6"))])
def test_the_viewer_finds_other_places(place, guest, web01, display, serve, tmp_path):
    need("vncviewer")
    where = str(tmp_path / "a socket") if place == "socket" else place
    serve("--listen", where, "--viewer", env=display.env)
    window = display.window("web01")
    expect_same(guest, tmp_path, lambda: display.bottom_of(window, 400))


def snapshot(number, tmp_path):
    """The guest's screen as vncsnapshot gets it from a display of that number."""
    file = tmp_path / "shot.jpg"
    done = subprocess.run(["vncsnapshot", f"localhost:{number}", file], check=False,
                          capture_output=True, text=True, timeout=harness.PATIENCE)
    assert done.returncode == 0, done.stderr
    return Image.open(io.BytesIO(file.read_bytes()))


def test_a_snapshot_of_the_guests_screen(guest, web01, network, serve, tmp_path):
    need("vncsnapshot")
    port = network.free_port(5999 if network.own else 5950)
    listener = serve("--once", "--listen", f"127.0.0.1:{port}")
    shot = snapshot(port - 5900, tmp_path)
    assert listener.finish() == 0
    real = screen(guest, tmp_path)
    assert lit(real) > 1000
    assert differing(shot, real, JPEG_TOLERANCE) <= CURSORS
    inverted = real.convert("L").point(lambda value: 255 - value)
    assert differing(shot, inverted, JPEG_TOLERANCE) > 100 * CURSORS


@pytest.mark.parametrize("viewer", ["vncviewer", "vncsnapshot"])
def test_a_viewer_shows_why_it_is_turned_away(viewer, pool, display, serve, tmp_path):
    need(viewer)
    vm = pool.add_vm("web01")
    listener = serve()
    vm.shutdown()
    place = {"vncviewer": [f"127.0.0.1::{listener.port}"],
             "vncsnapshot": [f"localhost:{listener.port - 5900}", str(tmp_path / "shot.jpg")]}
    shown = tmp_path / "shown"
    with open(shown, "wb") as file:
        process = subprocess.Popen([viewer, *place[viewer]], stdin=subprocess.DEVNULL,
                                   stdout=file, stderr=file, env={**os.environ, **display.env})
    reason = 'xencon: "web01" is halted, so its console is not served'
    try:
        harness.eventually(lambda: reason in " ".join(shown.read_text().split()), "it says why")
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def test_the_guest_loses_its_power(pool, serve):
    """QEMU is gone: the viewer sees the end, and so does the listener's user."""
    with Guest(paused=True) as doomed:
        pool.add_vm("web01", rfb_backend=sim.Socket(doomed.vnc_path))
        listener = serve()
        with listener.attach() as viewer:
            (child,) = listener.children()
            doomed.stop()
            viewer.read_all()
        harness.eventually(lambda: procs.is_gone(child), "the viewer's process has ended")
        listener.says('the console of "web01" has ended')
        assert '"web01"' in listener.refusal()
