# SPDX-License-Identifier: ISC
"""`xencon screen` where the screen is a picture, by each way that terminals can draw one, decoded again and held
against the server's own picture: an X desktop (Xvnc, and x11vnc at an Xvfb), and guests (QEMU's screendump), one of them
with an X desktop of its own."""
import contextlib
import os
import pathlib
import random
import re
import select
import sys
import tempfile

import pytest

PIL = pytest.importorskip("PIL.Image")

import harness
import sim

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / name) for name in ("paint", "rfb", "guest")]

import cable  # noqa: E402
import desktop as desktops  # noqa: E402
import extras  # noqa: E402
import graphics  # noqa: E402
import painting  # noqa: E402
import rfbservers  # noqa: E402
from xdraw import Drawing  # noqa: E402

CELL = (8, 16)
KITTY, SIXEL, BLOCKS = "kitty", "sixel", "blocks"
# What a terminal says that can do this much.
ANSWERS = {KITTY: b"\x1b_Gi=31;OK\x1b\\\x1b[6;16;8t\x1b[?62c", SIXEL: b"\x1b[6;16;8t\x1b[?62;4c", BLOCKS: b"\x1b[?62c"}
# A part of a frame stands between saving the cursor and restoring it; images are deleted anywhere.
FRAMES = re.compile(rb"\x1b7(?:(?!\x1b8).)*\x1b8|\x1b_Ga=d[^\x1b]*\x1b\\", re.DOTALL)


class Window:
    """A terminal of so many cells that shows a VM's screen, and what it has shown so far."""

    def __init__(self, xencon, way, rows, columns, *words):
        self.way, self.rows, self.columns = way, rows, columns
        self.terminal = xencon.terminal("screen", *words, "web02", dimensions=(rows, columns),
                                        env={"COLORTERM": "truecolor"})
        self._data = b""
        self.terminal.send(ANSWERS[way])

    def take(self):
        """Takes what has come, until there has been nothing for a moment."""
        while select.select([self.terminal.child_fd], [], [], 0.1)[0]:
            self._data += self.terminal.read_nonblocking(1 << 20)

    def size(self):
        return len(self._data)

    def image(self):
        """What is seen now, the bottom row aside, which is the messages'."""
        self.take()
        if self.way == BLOCKS:
            terminal = painting.Terminal(self.rows, self.columns)
            # Behind the questions, which are not painted.
            terminal.feed(self._data.partition(b"\x1b[c")[2])
            image = PIL.new("RGB", (self.columns, 2 * self.rows))
            for at, colour in graphics.dots(terminal, self.rows - 1, self.columns, 1).items():
                image.putpixel(at, tuple((colour or 0).to_bytes(3, "big")))
            return image
        return self._drawn().shown()

    def _drawn(self):
        """What kitty's and sixel's commands have made."""
        screen = graphics.Screen(self.rows, self.columns, CELL)
        screen.feed(b"".join(FRAMES.findall(self._data)))
        return screen

    def wanted(self, picture):
        """The server's picture in the middle of the window."""
        rows = self.rows - 1
        dot = CELL if self.way != BLOCKS else (1, 2)
        room = self.columns * dot[0], rows * dot[1]
        scale = min(1, room[0] / picture.width, room[1] / picture.height)
        size = tuple(max(1, int(side * scale + 1e-9)) for side in picture.size)
        small = graphics.smaller(picture, size) if scale < 1 else picture
        cells = -(-size[0] // dot[0]), -(-size[1] // dot[1])
        image = PIL.new("RGB", (room[0], self.rows * dot[1]))
        image.paste(small, ((self.columns - cells[0]) // 2 * dot[0], (rows - cells[1]) // 2 * dot[1]))
        return image

    def shows(self, picture):
        """Waits until it shows this, a picture or what gives one; a sixel's colours are of a palette."""
        largest, mean = {KITTY: (1, 0.5), SIXEL: (96, 6), BLOCKS: (1, 0.5)}[self.way]

        def alike():
            found.append(graphics.error(self.image(), self.wanted(picture() if callable(picture) else picture)))
            return found[-1][0] <= largest and found[-1][1] <= mean
        found = []
        try:
            harness.eventually(alike, f"the picture is shown by {self.way}")
        except AssertionError as error:
            raise AssertionError(f"{error}; it differs by {found[-1]}") from None

    def shows_text(self, text):
        """Waits until this is written, and the pictures (kitty's) are gone by then."""
        def written():
            self.take()
            return text in self._data
        harness.eventually(written, f"{text} is shown")
        assert not self._drawn().layers


@pytest.fixture
def stack():
    with contextlib.ExitStack() as made:
        yield made


@pytest.fixture(params=["Xvnc", "x11vnc"])
def display(request, stack, tmp_path):
    """An RFB server's socket, and somebody who draws on its display."""
    for program in {"Xvnc": ["Xvnc"], "x11vnc": ["x11vnc", "Xvfb"]}[request.param]:
        if not any(os.access(f"{folder}/{program}", os.X_OK) for folder in os.environ["PATH"].split(":")):
            assert not os.environ.get("XENCON_REQUIRE_ALL"), program
            pytest.skip(f"no {program}")
    if request.param == "Xvnc":
        server, path, number = rfbservers.tigervnc(tmp_path)
        stack.callback(server.stop)
    else:
        server, number = rfbservers.xvfb(tmp_path)
        stack.callback(server.stop)
        server, path = rfbservers.x11vnc(tmp_path, number)
        stack.callback(server.stop)
    drawing = Drawing(number)
    stack.callback(drawing.close)
    return str(path), drawing


def desktop(rng, width, height):
    """A gradient with windows on it."""
    image = PIL.new("RGB", (width, height))
    image.putdata([(x * 255 // width, y * 255 // height, 128) for y in range(height) for x in range(width)])
    for _ in range(8):
        colour = rng.choice([(192, 192, 192), (255, 255, 255), (200, 30, 30)])
        image.paste(colour, (x := rng.randrange(width - 200), y := rng.randrange(height - 150), x + 200, y + 150))
    return image


@pytest.mark.long
@pytest.mark.parametrize("way", [KITTY, SIXEL, BLOCKS])
def test_an_x_desktop(way, display, pool, xencon):
    path, drawing = display
    picture = desktop(random.Random(1), drawing.width, drawing.height)
    drawing.put(picture)
    pool.add_vm("web02", consoles=("rfb",), domain_type="hvm", rfb_backend=sim.Socket(path))
    window = Window(xencon, way, 40, 110)
    window.shows(picture)
    # A part that changes is shown, and is sent without the rest.
    before = window.size()
    part = PIL.new("RGB", (64, 48), (10, 200, 90))
    drawing.put(part, 80, 96)
    picture.paste(part, (80, 96))
    window.shows(picture)
    assert window.size() - before < before / 3
    assert window.terminal.quit() == 0


def started(stack, guest, **arguments):
    """A guest of these, and what takes QEMU's own word for what it shows."""
    try:
        machine = stack.enter_context(guest.Guest(**{key: make() for key, make in arguments.items()}))
    except guest.GuestUnavailable as error:
        assert not os.environ.get("XENCON_REQUIRE_ALL"), error
        pytest.skip(str(error))
    folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))

    def dumped():
        machine.screendump(folder / "dump.ppm")
        return PIL.open(folder / "dump.ppm").convert("RGB")
    return machine, dumped


@pytest.mark.long
@pytest.mark.parametrize("way", [KITTY, SIXEL, BLOCKS])
def test_a_guest(way, pool, xencon, stack):
    """A text screen that is to be shown as a picture, so that both are known to the dot; QEMU says what it shows."""
    machine, dumped = started(stack, pytest.importorskip("guest"))
    pool.add_vm("web02", consoles=("rfb",), domain_type="hvm", rfb_backend=sim.Socket(machine.vnc_path))
    window = Window(xencon, way, 30, 100, "--as", "picture")
    harness.eventually(lambda: dumped().size == (720, 400) and len(dumped().getcolors()) > 1, "the kernel writes")
    window.shows(dumped)
    assert window.terminal.quit() == 0


class Desktop:
    """A guest with an X server on its frame buffer, and the shell by its serial port."""
    SIZE = (800, 600)
    OVMF = pathlib.Path("/usr/share/ovmf/OVMF.fd")

    def __init__(self, stack, folder):
        guest = pytest.importorskip("guest")
        # The firmware leaves the kernel a frame buffer, which is all that the server needs.
        if not self.OVMF.exists():
            assert not os.environ.get("XENCON_REQUIRE_ALL")
            pytest.skip("no OVMF (Debian's package is ovmf)")
        self.machine, self.dumped = started(
            stack, guest, overlay=lambda: extras.overlay(folder, files=desktops.files()),
            options=lambda: ["-bios", str(self.OVMF), "-vga", "none", "-device", "VGA,xres=%d,yres=%d" % self.SIZE])
        self._cable = cable.Cable(self.machine.serial_path)
        stack.callback(self._cable.close)
        self._cable.login()
        self.run("sh /desktop & export DISPLAY=:0")
        harness.eventually(lambda: "dimensions: " in self.run("xdpyinfo 2>&1"), "the X server runs")
        self.run("xsetroot -solid '#204060'")
        self.draw("xlogo -render -fg '#f0c020' -bg '#101080' -geometry 300x280+20+20", (0x10, 0x10, 0x80))
        self.draw("xclock -fg '#208040' -bg '#e0f0e0' -geometry 200x200+400+30", (0xE0, 0xF0, 0xE0))
        self.draw("xeyes -center '#fff0d0' -geometry 250x150+400+300", (0xFF, 0xF0, 0xD0))

    def run(self, command):
        return self._cable.run(command)

    def draw(self, command, colour):
        """Starts a program beside the others and waits until this is among what the guest shows."""
        self.run(f"{command} >/dev/null 2>&1 &")
        harness.eventually(lambda: colour in {each for _, each in self.dumped().getcolors(1 << 20)}, f"{command} has drawn")


@pytest.fixture(scope="module")
def desktop_guest(tmp_path_factory):
    with contextlib.ExitStack() as made:
        yield Desktop(made, tmp_path_factory.mktemp("desktop"))


@pytest.mark.long
@pytest.mark.parametrize("way", [KITTY, SIXEL, BLOCKS])
def test_an_x_desktop_of_a_guest(way, desktop_guest, pool, xencon):
    """Shown as a picture because it is one; then a window comes, and goes again."""
    machine = desktop_guest.machine
    pool.add_vm("web02", consoles=("rfb",), domain_type="hvm", rfb_backend=sim.Socket(machine.vnc_path))
    window = Window(xencon, way, 40, 110)
    window.shows(desktop_guest.dumped)
    before = window.size()
    desktop_guest.draw("xlogo -fg '#c000c0' -bg '#00c0c0' -geometry 64x48+80+400", (0x00, 0xC0, 0xC0))
    window.shows(desktop_guest.dumped)
    # The clock's minute may have come, too: windows that change are sent, and not all the rest.
    assert window.size() - before < before / 3
    # Waited for, since busybox's shell takes the end of a job at its prompt for the end of its input.
    desktop_guest.run("kill $!; wait $!")
    harness.eventually(lambda: (0x00, 0xC0, 0xC0) not in {each for _, each in desktop_guest.dumped().getcolors(1 << 20)},
                       "it is gone")
    window.shows(desktop_guest.dumped)
    assert window.terminal.quit() == 0


@pytest.mark.long
def test_from_a_guests_desktop_to_its_shell_and_back(desktop_guest, pool, xencon):
    """Picture, text, picture: what is shown is what the guest's terminal in front is."""
    pool.add_vm("web02", consoles=("rfb",), domain_type="hvm", rfb_backend=sim.Socket(desktop_guest.machine.vnc_path))
    window = Window(xencon, KITTY, 40, 110)
    window.shows(desktop_guest.dumped)
    desktop_guest.run("chvt 1")
    window.shows_text(b"root@web01:/root#")
    desktop_guest.run("chvt 7")
    window.shows(desktop_guest.dumped)
    assert window.terminal.quit() == 0
