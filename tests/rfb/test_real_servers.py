# SPDX-License-Identifier: ISC
"""Each encoding against raw pixels of the same screen, pixel by pixel, with the servers that there are."""
import os
import shutil
import subprocess

import pytest
from PIL import Image

import built
import rfbservers
from dumping import alike, settle
from xdraw import Drawing

SCREENS = built.ROOT / "tests/data/screens"
PICTURES = ["vga80x25-colours", "bochs1024-mc-lat15fixed16", "picture-window-manager",
            "picture-noise"]
ENCODINGS = ["hextile", "zrle"]


def need(program):
    """Skips where a program is not installed, unless all are to be there."""
    if not shutil.which(program):
        assert not os.environ.get("XENCON_REQUIRE_ALL"), program
        pytest.skip(f"no {program}")


def load(name):
    return Image.open(SCREENS / f"{name}.png").convert("RGB")


def shows(image):
    """The picture that a client has of an image."""
    return image.width, image.height, image.tobytes()


@pytest.mark.parametrize("encoding", ["raw", *ENCODINGS])
@pytest.mark.parametrize("name", PICTURES)
def test_screens(stack, watch, tmp_path, name, encoding):
    server, path = rfbservers.screens(tmp_path, SCREENS / f"{name}.png", "--encoding", encoding)
    stack.callback(server.stop)
    assert watch(path, encoding).picture() == shows(load(name))


@pytest.mark.parametrize("encoding", ["raw", *ENCODINGS])
def test_screens_that_change_in_size(stack, watch, tmp_path, encoding):
    """DesktopSize. Who comes late finds the last screen."""
    names = ["vga80x25-ls", "bochs1024-ls", "vga80x50-ls"]
    server, path = rfbservers.screens(
        tmp_path, SCREENS / f"{names[0]}.png", "0.5", SCREENS / f"{names[1]}.png", "1",
        SCREENS / f"{names[2]}.png", "--encoding", encoding)
    stack.callback(server.stop)
    client = watch(path, encoding)
    last = shows(load(names[2]))
    settle(lambda: client.picture() == last, client)


@pytest.fixture
def xvnc(stack, tmp_path):
    need("Xvnc")
    server, path, number = rfbservers.tigervnc(tmp_path)
    stack.callback(server.stop)
    drawing = Drawing(number)
    stack.callback(drawing.close)
    return path, drawing


@pytest.fixture
def xvfb(stack, tmp_path):
    need("Xvfb")
    need("x11vnc")
    server, number = rfbservers.xvfb(tmp_path)
    stack.callback(server.stop)
    drawing = Drawing(number)
    stack.callback(drawing.close)
    drawing.put(load("bochs1024-dialog"))
    server, path = rfbservers.x11vnc(tmp_path, number)
    stack.callback(server.stop)
    return path, drawing


@pytest.fixture(params=["xvnc", "xvfb"])
def display(request):
    """An X display and its RFB server: the address, and somebody who draws."""
    return request.getfixturevalue(request.param)


def has_drawn(client, name):
    """Whether a client has all that the screen could show of a picture."""
    image = load(name)
    width, height, pixels = client.picture()
    box = (0, 0, min(width, image.width), min(height, image.height))
    shown = Image.frombytes("RGB", (width, height), pixels).crop(box)
    return shown.tobytes() == image.crop(box).tobytes()


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_what_is_drawn(display, watch, encoding):
    path, drawing = display
    raw = watch(path)
    client = watch(path, encoding)
    for name in PICTURES:
        drawing.put(load(name))
        settle(lambda: has_drawn(client, name) and alike(raw, client), raw, client)


def test_copies(xvnc, watch):
    """A part that moves comes as CopyRect: in fewer bytes than its pixels have."""
    path, drawing = xvnc
    drawing.put(load("picture-noise").resize((drawing.width, drawing.height), Image.NEAREST))
    raw = watch(path)
    client = watch(path, "copyrect")
    settle(lambda: alike(raw, client), raw, client)
    before = client.picture()
    client.events.clear()
    drawing.copy((0, 100, 800, 500), 0, 84)
    settle(lambda: client.picture() != before and alike(raw, client), raw, client)
    received = sum(int(line[3]) for line in client.events if line[0] == "update")
    assert 0 < received < 800 * 500 * 4 / 10


def test_continuous_updates(xvnc, watch):
    """They are offered, come without being asked for, and end; fences are answered on the way."""
    path, drawing = xvnc
    raw = watch(path)
    client = watch(path, "zrle")
    client.wait("offered")
    client.tell("continuous 1")
    for name in PICTURES:
        drawing.put(load(name))
        settle(lambda: has_drawn(client, name) and alike(raw, client), raw, client)
    client.tell("continuous 0")
    drawing.put(load(PICTURES[0]))
    settle(lambda: has_drawn(client, PICTURES[0]) and alike(raw, client), raw, client)


@pytest.mark.parametrize("continuous", [0, 1])
def test_another_size(xvnc, watch, continuous):
    """ExtendedDesktopSize, with and without continuous updates, in both directions."""
    need("xrandr")
    path, drawing = xvnc
    raw = watch(path)
    client = watch(path, "zrle")
    client.tell(f"continuous {continuous}")
    for size in (640, 480), (1024, 768):
        subprocess.run(["xrandr", "-s", f"{size[0]}x{size[1]}"], check=True,
                       env=os.environ | {"DISPLAY": f":{drawing.number}"})
        drawing.put(load("bochs1024-ls"))
        settle(lambda: client.picture()[:2] == size and has_drawn(client, "bochs1024-ls") and
               alike(raw, client), raw, client)
        assert client.has("size")


@pytest.fixture
def qemu(stack, tmp_path):
    need("qemu-system-x86_64")
    server, path = rfbservers.qemu(tmp_path, "-boot", "menu=on,splash-time=65000")
    stack.callback(server.stop)
    return path


def lines(client):
    """Which of the firmware's 25 lines have text in them."""
    width, height, pixels = client.picture()
    line = 3 * width * 16
    if (width, height) != (720, 400):
        return []
    return [i for i in range(25) if any(pixels[line * i:line * (i + 1)])]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_firmware(qemu, watch, encoding):
    """The firmware's text, and its answer to a key that has a place and no keysym: Escape opens the
    menu of what to boot, below the line that says so."""
    raw = watch(qemu)
    client = watch(qemu, encoding)
    settle(lambda: lines(client) == [0, 2] and alike(raw, client), raw, client)
    client.tell("key 0 1 1")
    client.tell("key 0 1 0")
    settle(lambda: lines(client) == [0, 2, 4, 6] and alike(raw, client), raw, client)


def test_bell(xvnc, watch):
    path, drawing = xvnc
    client = watch(path)
    drawing.bell()
    client.wait("bell")


def test_lamps(xvnc, watch):
    """The keyboard's lamps are told, and that Caps Lock's goes on."""
    path, _ = xvnc
    client = watch(path)
    client.tell("key 0xffe5 0x3a 1")
    client.tell("key 0xffe5 0x3a 0")
    client.wait("leds", "4")
