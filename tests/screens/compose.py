# SPDX-License-Identifier: ISC
"""Draws text screens as guests do: with any font, in any mode, colours, cursor; and keeps what was drawn where."""
import random
import struct
import zlib

VGA = [0x000000, 0xaa0000, 0x00aa00, 0xaa5500, 0x0000aa, 0xaa00aa, 0x00aaaa, 0xaaaaaa,
       0x555555, 0xff5555, 0x55ff55, 0xffff55, 0x5555ff, 0xff55ff, 0x55ffff, 0xffffff]

# What is written: prompts and logs, letters that look alike, underscores, several languages.
LINES = [
    "root@web01:~# systemctl --no-pager list-units --failed snake_case_name __init__.py",
    "[    0.482910] ACPI: 1 ACPI AML tables successfully acquired and loaded 0xC0FFEE",
    "The quick brown fox jumps over the lazy dog 0123456789 {[(<>)]} O0 Il1| ,.;:",
    "Où est le garçon naïf? Größe, señor, ação, smørrebrød, Łódź, žluťoučký kůň, ąęśćż",
    "Съешь же ещё этих мягких французских булок, да выпей чаю. Привет, мир!",
    "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία. Θα πάρω το λεωφορείο",
    "┌──────┬────┐ ╔═══╦═══╗ ░▒▓█▀▄▌▐ ← ↑ → ↓ ■ • · ° ± ² µ ¶ § ¼ ½",
    "│ sda1 │ 5G │ ║ a ║ b ║ ├──┼──┤ └──┴──┘ ╚═══╩═══╝",
    "שלום עולם  Բարեւ ձեզ  გამარჯობა  ሰላም ልዑል  สวัสดีชาวโลก  مرحبا",
]


class Mode:
    """How a guest's screen is laid out."""

    def __init__(self, width, height, cell_width, cell_height, origin=(0, 0), columns=None, rows=None):
        self.width, self.height, self.cell_width, self.cell_height = width, height, cell_width, cell_height
        self.origin = origin
        self.columns = columns or (width - origin[0]) // cell_width
        self.rows = rows or (height - origin[1]) // cell_height


class Screen:
    """A picture being drawn, and what is in each cell: (rows of the glyph, foreground, background), None for a blank."""

    def __init__(self, mode, background):
        self.mode = mode
        self.pixels = [[background] * mode.width for _ in range(mode.height)]
        self.cells = {}
        self.grounds = {}
        self.background = background
        self.cursor = None

    def draw(self, row, column, glyph, font_width, repeat, colours):
        """One glyph; in cells that are wider than the font the last dot is repeated or background."""
        mode = self.mode
        x, y = mode.origin[0] + column * mode.cell_width, mode.origin[1] + row * mode.cell_height
        foreground, background = colours
        for i, bits in enumerate(glyph):
            line = [foreground if bits >> (font_width - 1 - j) & 1 else background for j in range(font_width)]
            line += [line[-1] if repeat else background] * (mode.cell_width - font_width)
            self.pixels[y + i][x:x + mode.cell_width] = line
        self.cells[row, column] = (glyph, foreground, background)
        self.grounds[row, column] = background

    def draw_cursor(self, row, column, first, last, invert, colours):
        """Lines first..last of a cell painted in its foreground, or inverted."""
        mode = self.mode
        x, y = mode.origin[0] + column * mode.cell_width, mode.origin[1] + row * mode.cell_height
        foreground, background = colours
        for line in self.pixels[y + first:y + last + 1]:
            for i in range(x, x + mode.cell_width):
                line[i] = background if invert and line[i] == foreground else foreground
        self.cursor = (row, column)

    def damage(self, row, column, random_):
        """Something of many colours lies over a cell."""
        mode = self.mode
        x, y = mode.origin[0] + column * mode.cell_width, mode.origin[1] + row * mode.cell_height
        for i in range(3):
            self.pixels[y + mode.cell_height // 2][x + i] = 0x102030 + 0x111 * i + random_.randrange(7)
        self.cells[row, column] = None

    def png(self):
        def chunk(kind, data):
            return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        raw = b"".join(b"\0" + b"".join(pixel.to_bytes(3, "big") for pixel in line) for line in self.pixels)
        header = struct.pack(">IIBBBBB", self.mode.width, self.mode.height, 8, 2, 0, 0, 0)
        return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(raw, 1)) + chunk(b"IEND", b"")


def to_565(colour):
    """What a colour comes to with 16 bits a pixel."""
    red, green, blue = colour >> 19, colour >> 10 & 0x3f, colour >> 3 & 0x1f
    return (red << 3 | red >> 2) << 16 | (green << 2 | green >> 4) << 8 | (blue << 3 | blue >> 2)


def modes(width, height):
    """Layouts for a font: framebuffers, and what only fonts of 8 dots, or EDK II's size, have."""
    found = [Mode(w, h, width, height) for w, h in
             ((640, 480), (800, 600), (1024, 768), (1366, 768), (1280, 1024)) if w // width >= 40]
    found.append(Mode(1366, 768, width, height, (1366 % width // 2, 768 % height // 2)))
    if width == 8:
        found += [Mode(720, 400 // height * height, 9, height)] * 3
        found.append(Mode(640, 400 // height * height, 8, height))
    if (width, height) == (8, 16):
        found.append(Mode(800, 600, 8, 16, (10, 10), 97, 36))
    if (width, height) == (8, 19):
        found = [Mode(640, 480, 8, 19, (0, 2), 80, 25), Mode(1280, 800, 8, 19, (240, 105), 100, 31),
                 Mode(1024, 768, 8, 19, (0, 4), 128, 40), Mode(800, 600, 8, 19, (0, 5), 100, 31)]
    return found


def cursor_shape(height, random_):
    """(first, last line, whether it inverts) as consoles draw it."""
    small = height < 10
    lowest = (height - (1 if small else 2), height - 1)
    kinds = [(*lowest, True), (*lowest, True), (*lowest, False), (height - 3, height - 2, False),
             (height - height // 2, height - 1, True)]
    if height == 19:
        kinds = [(16, 18, True)]
    return random_.choice(kinds)


def compose(font, seed):
    """A screen in this font; what it is like depends on the seed alone."""
    _, width, height, glyphs = font
    random_ = random.Random(seed)
    mode = random_.choice(modes(width, height))
    shades = VGA if random_.random() < .7 else [random_.randrange(1 << 24) for _ in range(8)]
    if random_.random() < .3:
        shades = [to_565(shade) for shade in shades]
    ground = random_.choice(shades)
    screen = Screen(mode, ground)
    text = random_.choice([shade for shade in shades if shade != ground])
    places = {}
    for index, (_, codes) in enumerate(glyphs):
        for code in codes:
            places.setdefault(code, index)

    def put(row, column, index, colours):
        screen.draw(row, column, glyphs[index][0], width, 0xc0 <= index % 256 <= 0xdf, colours)

    row = 0
    for line in LINES[random_.randrange(3):]:
        if row >= mode.rows - 2:
            break
        colours = (text, ground)
        if random_.random() < .3:
            colours = tuple(random_.sample(sorted(set(shades)), 2))
        for column, c in enumerate(line[:mode.columns - 1]):
            if ord(c) in places and c != " ":
                put(row, column, places[ord(c)], colours)
            elif colours != (text, ground):
                screen.draw(row, column, (0,) * height, width, False, colours)
        row += 1
    last = row - 1
    # And each glyph that stands for something, close together: an underscore or a full block alone may be a cursor.
    known = [i for i, (rows, codes) in enumerate(glyphs)
             if any(rows) and set(rows) != {(1 << width) - 1} and any(code > 0x20 for code in codes)]
    for i, index in enumerate(known):
        at, column = row + i // (mode.columns - 2), i % (mode.columns - 2)
        if at >= mode.rows:
            break
        put(at, column, index, (text, ground))
        if column == mode.columns - 3 or i == len(known) - 1:
            put(at, column + 1, places[ord("x")], (text, ground))
    place_cursor(screen, random_, last, (text, ground))
    if random_.random() < .3:
        for _ in range(3):
            screen.damage(random_.randrange(max(1, last)), random_.randrange(20), random_)
    return screen


def place_cursor(screen, random_, row, colours):
    """Behind the text of a row, or on one of its glyphs; in one of four screens it is in its dark phase."""
    taken = [column for at, column in screen.cells if at == row]
    if random_.random() < .25 or not taken:
        return
    column = max(taken) + 2 if random_.random() < .6 else random_.choice(taken)
    if column >= screen.mode.columns:
        return
    cell = screen.cells.get((row, column))
    screen.draw_cursor(row, column, *cursor_shape(screen.mode.cell_height, random_), cell[1:] if cell else colours)
