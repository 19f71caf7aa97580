# SPDX-License-Identifier: ISC
"""Pictures are decoded again, and held against the guest's."""
import random

import pytest
from PIL import Image, ImageChops, ImageDraw

from graphics import Screen, dots, error, smaller
from painting import Paint, Terminal

BLOCKS, SIXEL, KITTY = 0, 1, 2
CELL = (8, 16)


def desktop(rng, width, height):
    """Windows, lines and text, in few colours."""
    image = Image.new("RGB", (width, height), (0, 64, 128))
    draw = ImageDraw.Draw(image)
    for _ in range(12):
        x, y = rng.randrange(width), rng.randrange(height)
        draw.rectangle((x, y, x + rng.randrange(1, 90), y + rng.randrange(1, 60)),
                       fill=rng.choice([(192, 192, 192), (255, 255, 255), (0, 0, 0), (200, 30, 30)]))
        draw.text((x, y), "Setup is copying files", fill=(255, 255, 0))
    return image


def photograph(rng, width, height):
    """Thousands of colours."""
    image = Image.new("RGB", (width, height))
    shift = rng.randrange(200)
    image.putdata([((x * 255 // width + shift) % 256, y * 255 // height, (x * y // 16 + shift) % 256)
                   for y in range(height) for x in range(width)])
    return image


class Guest:
    """A guest's screen that is shown as a picture."""

    def __init__(self, paint, tmp_path, way, window, image, utf8=1):
        self.paint, self.file = paint, tmp_path / "pixels"
        self.window, self.way, self.now = window, way, 0
        self.image = image
        paint.ask(f"painter 2 {utf8} 0")
        paint.ask(f"window {window[0]} {window[1]}")
        paint.ask(f"picture {way} {utf8}")
        self.resize(window, image)

    def resize(self, window, image):
        self.window, self.image = window, image
        cell = CELL if self.way != BLOCKS else (0, 0)
        self.paint.ask(f"size {window[0]} {window[1]} {cell[0]} {cell[1]} {image.width} {image.height}")
        self.show()

    def show(self):
        self.file.write_bytes(self.image.tobytes())
        self.paint.ask(f"pixels {self.file}")

    def change(self, box, part):
        """Draws `part` at the box's corner; the damage is the box."""
        self.image.paste(part, box[:2])
        self.paint.ask(f"damage {box[0]} {box[1]} {box[2] - box[0]} {box[3] - box[1]}")
        self.show()

    def frame(self, rng=None):
        """The bytes of the next frame; None where there is none."""
        self.now += 100
        if self.paint.ask(f"begin {self.now}")[1] == "0":
            return None
        return self.paint.all("draw", rng.choice([7, 100, 5000, 1 << 20]) if rng else 65536)

    def wanted(self):
        """The window as it should look, in pixels of cells."""
        rows, columns = self.window
        room = columns * CELL[0], (rows - 1) * CELL[1]
        image = self.image
        scale = min(1, room[0] / image.width, room[1] / image.height)
        if scale < 1:
            size = max(1, int(image.width * scale + 1e-9)), max(1, int(image.height * scale + 1e-9))
            image = smaller(image, size)
        cells = -(-image.width // CELL[0]), -(-image.height // CELL[1])
        screen = Image.new("RGB", (columns * CELL[0], rows * CELL[1]))
        screen.paste(image, ((columns - cells[0]) // 2 * CELL[0], (rows - 1 - cells[1]) // 2 * CELL[1]))
        return screen


@pytest.mark.parametrize("tool", ["sixel2png", "convert"])
def test_sixel_of_few_colours(paint, tmp_path, tool):
    """Exact, but for the hundred steps that sixels have for a colour."""
    guest = Guest(paint, tmp_path, SIXEL, (31, 90), desktop(random.Random(1), 640, 400))
    screen = Screen(31, 90, CELL)
    screen.feed(guest.frame(), tool)
    assert screen.sent == [(40, 32, 640, 400)]
    assert error(screen.shown(), guest.wanted())[0] <= 2


def test_sixel_of_many_colours(paint, tmp_path):
    """As near as Pillow's median cut comes with 256."""
    guest = Guest(paint, tmp_path, SIXEL, (31, 90), photograph(random.Random(1), 640, 400))
    screen = Screen(31, 90, CELL)
    data = guest.frame()
    screen.feed(data)
    largest, mean = error(screen.shown(), guest.wanted())
    cut = error(guest.image.quantize(256, Image.Quantize.MEDIANCUT).convert("RGB"), guest.image)
    assert largest < 80
    assert mean * 90 * 31 * 8 * 16 < cut[1] * 640 * 400 * 1.1
    assert len(data) < 640 * 400


def test_kitty_is_exact(paint, tmp_path):
    guest = Guest(paint, tmp_path, KITTY, (31, 90), photograph(random.Random(1), 633, 390))
    screen = Screen(31, 90, CELL)
    screen.feed(guest.frame())
    assert error(screen.shown(), guest.wanted()) == (0, 0)


@pytest.mark.parametrize("way", [SIXEL, KITTY])
@pytest.mark.parametrize("seed", range(4))
def test_changes(paint, tmp_path, way, seed):
    """After each frame the terminal shows the guest's screen, and only what has changed was sent."""
    rng = random.Random(seed)
    guest = Guest(paint, tmp_path, way, (16, 50), desktop(rng, 300, 200))
    screen = Screen(16, 50, CELL)
    limit = 0 if way == KITTY else 2
    screen.feed(guest.frame(rng))
    assert error(screen.shown(), guest.wanted())[0] <= limit
    for _ in range(60 if way == KITTY else 25):
        width, height = rng.randint(1, 60), rng.randint(1, 40)
        x, y = rng.randint(0, 300 - width), rng.randint(0, 200 - height)
        old = guest.image.copy()
        # Servers tell of more than what changed.
        box = (max(0, x - 5), max(0, y - 5), min(300, x + width + 9), min(200, y + height + 9))
        part = guest.image.crop(box)
        part.paste(desktop(rng, width, height), (x - box[0], y - box[1]))
        guest.change(box, part)
        really = ImageChops.difference(old, guest.image).getbbox()
        data = guest.frame(rng)
        if really is None:
            assert data is None
            continue
        screen.sent.clear()
        screen.feed(data)
        assert error(screen.shown(), guest.wanted())[0] <= limit
        [sent] = screen.sent
        origin = (50 - 38) // 2 * CELL[0], (15 - 13) // 2 * CELL[1]
        if way == SIXEL or sent[2:] != (38 * 8, 13 * 16):  # kitty's images may have become too many
            assert sent[0] == origin[0] + really[0] // 8 * 8
            assert sent[1] == origin[1] + really[1] // 16 * 16
            assert sent[0] + sent[2] == origin[0] + -(-really[2] // 8) * 8
            assert sent[1] + sent[3] == origin[1] + -(-really[3] // 16) * 16
    if way == KITTY:
        assert 3 < screen.largest <= 33


@pytest.mark.parametrize("size", [(1024, 768), (480, 288), (1280, 200), (100, 900), (3, 2), (1, 4000)])
def test_smaller(paint, tmp_path, size):
    """What does not fit is scaled, and changes of it are where they belong."""
    rng = random.Random(2)
    guest = Guest(paint, tmp_path, KITTY, (13, 40), photograph(rng, *size))
    screen = Screen(13, 40, CELL)
    screen.feed(guest.frame())
    assert error(screen.shown(), guest.wanted())[0] <= 1
    for _ in range(20):
        x, y = rng.randrange(size[0]), rng.randrange(size[1])
        box = (x, y, min(size[0], x + rng.randint(1, 100)), min(size[1], y + rng.randint(1, 100)))
        guest.change(box, desktop(rng, box[2] - box[0], box[3] - box[1]))
        screen.feed(guest.frame() or b"")
        assert error(screen.shown(), guest.wanted())[0] <= 1


def test_frames_are_not_too_many(paint, tmp_path):
    guest = Guest(paint, tmp_path, KITTY, (16, 50), desktop(random.Random(1), 300, 200))
    red = Image.new("RGB", (8, 8), (255, 0, 0))
    assert paint.ask("begin 5000") == ["begun", "1", "0"]
    # While it is not out there is no other.
    assert paint.put("draw", 10)[0] is False
    guest.change((0, 0, 8, 8), red)
    assert paint.ask("begin 9000")[1] == "0"
    paint.all("draw")
    guest.change((0, 0, 8, 8), Image.new("RGB", (8, 8), (0, 255, 0)))
    assert paint.ask("begin 5099") == ["begun", "0", "5100"]
    assert paint.ask("begin 5100") == ["begun", "1", "5100"]
    paint.all("draw")
    # Nothing has changed, whatever the server says.
    guest.change((0, 0, 8, 8), guest.image.crop((0, 0, 8, 8)))
    assert paint.ask("begin 7000")[1] == "0"
    assert paint.ask("begin 7000") == ["begun", "0", "9223372036854775807"]


@pytest.mark.parametrize("way", [SIXEL, KITTY])
def test_hidden_in_the_middle(paint, tmp_path, way):
    """A frame that is given up leaves nothing open, and all is drawn anew behind it."""
    rng = random.Random(3)
    guest = Guest(paint, tmp_path, way, (31, 90), photograph(rng, 640, 400))
    screen = Screen(31, 90, CELL)
    screen.feed(guest.frame())
    guest.change((0, 0, 640, 400), photograph(rng, 640, 400))
    assert paint.ask("begin 10000")[1] == "1"
    done, begun = paint.put("draw", 9000)
    assert not done
    rest = paint.all("hide", 50)
    text = begun + rest
    # The string that was open is ended, and what is behind it is whole.
    assert rest.startswith(b"\033\\")
    if way == KITTY:
        assert text.count(b"a=d,d=I,i=%d" % min(screen.layers)) == 1
        assert b"\033_Gm=0,q=2;\033\\" in rest
        assert text.count(b"a=d") == 2
    assert rest.endswith(b"\0338") or way == KITTY
    screen = Screen(31, 90, CELL)
    guest.now = 20000
    screen.feed(guest.frame())
    assert error(screen.shown(), guest.wanted())[0] <= (0 if way == KITTY else 80)
    assert paint.all("hide", 50) == (
        b"" if way == SIXEL else b"\033_Ga=d,d=I,i=%d,q=2\033\\" % min(screen.layers))


def test_resized(paint, tmp_path):
    """Old images go when the window or the guest's screen has another size."""
    rng = random.Random(4)
    guest = Guest(paint, tmp_path, KITTY, (31, 90), desktop(rng, 640, 400))
    screen = Screen(31, 90, CELL)
    screen.feed(guest.frame())
    guest.resize((31, 90), desktop(rng, 320, 200))
    screen.feed(guest.frame())
    assert len(screen.layers) == 1
    assert error(screen.shown(), guest.wanted()) == (0, 0)
    for window in ((1, 90), (31, 0), (0, 0)):
        guest.resize(window, guest.image)
        assert guest.frame() is None
    guest.resize((2, 1), guest.image)
    assert guest.frame() is not None


@pytest.mark.parametrize("utf8", [1, 0])
@pytest.mark.parametrize("size", [(640, 400), (20, 10), (100, 400)])
def test_blocks(paint, tmp_path, utf8, size):
    """Two dots in a cell, or one, made smaller and in the middle; a change paints little."""
    rng = random.Random(5)
    guest = Guest(paint, tmp_path, BLOCKS, (21, 60), photograph(rng, *size), utf8)
    terminal = Terminal(21, 60)
    assert guest.frame() == b""
    terminal.feed(paint.all("paint"))

    def check():
        scale = min(1, 60 / size[0], 40 / size[1])
        small = max(1, int(size[0] * scale + 1e-9)), max(1, int(size[1] * scale + 1e-9))
        if not utf8:
            small = small[0], (small[1] + 1) // 2
        image = smaller(guest.image, small)
        there = dots(terminal, 21, 60, utf8)
        left = (60 - small[0]) // 2
        step = 1 if utf8 else 2
        top = (20 - (-(-small[1] * step // 2))) // 2 * 2
        for (x, y), colour in there.items():
            inside = left <= x < left + small[0] and top <= y < top + small[1] * step
            if not inside:
                assert colour in (None, 0), (x, y)
                continue
            wanted = image.getpixel((x - left, (y - top) // step))
            assert all(abs(wanted[i] - (colour >> (16 - 8 * i) & 255)) <= 1 for i in range(3)), (x, y)

    check()
    guest.change((0, 0, size[0] // 4, size[1] // 4), Image.new("RGB", (size[0] // 4, size[1] // 4)))
    guest.frame()
    data = paint.all("paint")
    assert 0 < len(data) < 3000
    terminal.feed(data)
    check()
    # A message, and the picture again beneath it.
    paint.ask("message hello")
    terminal.feed(paint.all("paint"))
    assert terminal.window.display[20].startswith(" hello")
    paint.ask("place")
    terminal.feed(paint.all("paint"))
    check()


def test_where_the_mouse_is(paint, tmp_path):
    guest = Guest(paint, tmp_path, KITTY, (13, 40), desktop(random.Random(1), 640, 384))
    # 12 rows of 16 and 40 columns of 8 are 320x192: half the size.
    assert guest.frame()
    assert paint.ask("locate 0 0") == ["at", "9", "17"]
    assert paint.ask("locate 11 39") == ["at", "633", "369"]
    assert paint.ask("locate 12 0") == ["nowhere"]
    assert paint.ask("locate 0 40") == ["nowhere"]
    guest.resize((13, 40), desktop(random.Random(1), 6, 4))
    assert paint.ask("locate 5 19") == ["at", "4", "3"]
    assert paint.ask("locate 5 18") == ["nowhere"]


def test_bytes_of_pictures(tmp_path, capsys):
    """What frames cost: a desktop of 800x600, and a menu in it."""
    costs = []
    for name, way in (("sixel", SIXEL), ("kitty", KITTY)):
        other = Paint()
        guest = Guest(other, tmp_path, way, (40, 110), desktop(random.Random(7), 800, 600))
        whole = len(guest.frame())
        menu = Image.new("RGB", (120, 80), (255, 255, 255))
        for line in range(5):
            ImageDraw.Draw(menu).text((4, 16 * line), "Copy to folder...", fill=(0, 0, 0))
        guest.change((100, 100, 220, 180), menu)
        part = len(guest.frame())
        assert part < whole
        costs.append(f"{name} {whole} and {part}")
        other.stop()
    with capsys.disabled():
        print("\nbytes of a desktop and a menu: " + ", ".join(costs))
