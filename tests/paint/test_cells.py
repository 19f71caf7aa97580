# SPDX-License-Identifier: ISC
"""Cells are painted on a terminal of its own: what it shows is what was wanted, however the bytes are cut."""
import random
import re
import subprocess
import unicodedata

import pytest

from painting import BASIC, BLANK, CONTINUED, PLAIN, WIDE, Terminal

NARROW = [ord(c) for c in "abcXYZ019 .#│─┌█▒éßЖяΩ§·\u00a0"]
WIDES = [ord(c) for c in "中文字한"]
# What no terminal may be given.
HOSTILE = [0, 7, 8, 9, 10, 13, 0x1b, 0x7f, 0x84, 0x8d, 0x9b, 0x9d, 0x301, 0x200d, 0x202e, 0x2028, 0xd800,
           0xe000, 0x110000, 0xffffffff, 0x4e2d]
PALETTE = [0x000000, 0xaaaaaa, 0xaa0000, 0x5555ff, 0xffffff, 0x123456]


def cells_of(rng, rows, columns):
    """A random screen, with some of everything."""
    found = []
    for _ in range(rows):
        row = []
        foreground, background = rng.choice(PALETTE), rng.choice(PALETTE)
        while len(row) < columns:
            if rng.random() < 0.2:
                foreground, background = rng.choice(PALETTE), rng.choice(PALETTE)
            kind = rng.random()
            if kind < 0.1 and len(row) + 2 <= columns:
                row += [(rng.choice(WIDES), foreground, background, WIDE),
                        (0, foreground, background, CONTINUED)]
            elif kind < 0.15:
                row.append((rng.choice(HOSTILE), foreground, background, 0))
            elif kind < 0.18:
                row.append((rng.choice(NARROW + WIDES), foreground, background,
                            rng.choice([WIDE, CONTINUED, WIDE | CONTINUED])))
            else:
                row.append((rng.choice(NARROW), foreground, background, 0))
        found.append(row)
    return found


def changed(rng, cells):
    """The same with a change as guests make them: a letter, a line, a scroll, a piece of another screen."""
    rows, columns = len(cells), len(cells[0])
    other = cells_of(rng, rows, columns)
    how = rng.randrange(4)
    if how == 0:
        row, column = rng.randrange(rows), rng.randrange(columns)
        cells = [list(line) for line in cells]
        cells[row][column] = other[row][column]
    elif how == 1:
        row = rng.randrange(rows)
        cells = cells[:row] + [other[row]] + cells[row + 1:]
    elif how == 2:
        cells = cells[1:] + [other[0]]
    else:
        cells = other
    return cells


def expected(window, part, cells):
    """What a window of this size is to show: rows of (character, foreground, background)."""
    rows, columns = window
    wanted = [[BLANK] * columns for _ in range(rows)]
    for i in range(part[4]):
        for j in range(part[5]):
            wanted[part[0] + i][part[1] + j] = cells[part[2] + i][part[3] + j]
    shown = []
    for row in wanted:
        line = []
        for column, (point, foreground, background, flags) in enumerate(row):
            before = row[column - 1] if column else BLANK
            behind = row[column + 1] if column + 1 < columns else BLANK
            wide = point in WIDES and flags & (WIDE | CONTINUED) == WIDE
            if flags & CONTINUED and before[0] in WIDES and before[3] & (WIDE | CONTINUED) == WIDE:
                line.append(("", *line[-1][1:]))
                continue
            if wide and behind[3] & CONTINUED:
                text = chr(point)
            elif flags & (WIDE | CONTINUED) or point in HOSTILE or point in WIDES:
                text = "\ufffd"
            else:
                text = chr(point).replace("\u00a0", " ")
            line.append((text, None, None) if flags & PLAIN else (text, foreground, background))
        shown.append(line)
    return shown


def differences(terminal, wanted, cursor):
    """Where the terminal shows something else."""
    found = []
    for row, line in enumerate(wanted):
        for column, cell in enumerate(line):
            there = terminal.window.shown(row, column)
            if cell[0] == " ":  # a blank has no foreground
                there, cell = (there[0], there[2]), (cell[0], cell[2])
            if cell[0] == "":  # the second half's colours are not told apart by all terminals
                there, cell = there[0], cell[0]
            if there != cell:
                found.append((row, column, cell, there))
    at = terminal.window.cursor
    if cursor is None:
        if not at.hidden:
            found.append("the cursor is shown")
    elif at.hidden or (at.y, at.x) != cursor:
        found.append(("cursor", cursor, (at.y, at.x), at.hidden))
    return found


def cursor_in(part, cursor):
    """Where the window shows the guest's cursor; None where it does not."""
    row, column = cursor[0] - part[2], cursor[1] - part[3]
    if cursor[0] < 0 or not (0 <= row < part[4] and 0 <= column < part[5]):
        return None
    return row + part[0], column + part[1]


def check_part(window, screen, part, cursor):
    """Within both, in the middle, and with the cursor in sight."""
    for side in (0, 1):
        at, start, seen = part[side], part[2 + side], part[4 + side]
        assert seen == min(window[side], screen[side])
        assert at == (window[side] - seen) // 2
        assert 0 <= start <= screen[side] - seen
        if cursor[0] >= 0 and screen[side] > 0:
            assert start <= cursor[side] < start + seen


@pytest.mark.parametrize("seed", range(24))
def test_random_screens(paint, seed):
    """Screens change, windows and views too, and the terminal takes as little as it likes: in the end, and
    whenever all is out, it shows what is wanted."""
    rng = random.Random(seed)
    paint.ask(f"painter 2 1 {seed % 2}")
    rows, columns = 0, 0
    screen = cells_of(rng, rng.randint(1, 12), rng.randint(1, 30))
    checked = 0
    before = None
    for step in range(60):
        if step == 0 or rng.random() < 0.1:
            # A window of another size shows anything at first.
            rows, columns = rng.randint(1, 14), rng.randint(1, 34)
            terminal = Terminal(rows, columns)
            for row in range(rows):
                terminal.feed(b"\033[%dH\033[41;33m%s" % (row + 1, b"#" * (columns - 1)))
            paint.ask(f"window {rows} {columns}")
        screen = cells_of(rng, rng.randint(1, 12), rng.randint(1, 30)) if rng.random() < 0.1 \
            else changed(rng, screen)
        size = len(screen), len(screen[0])
        cursor = (rng.randrange(size[0]), rng.randrange(size[1])) if rng.random() < 0.8 else (-1, -1)
        part = paint.screen(screen, cursor)
        # A view that was moved stays until the cursor does.
        check_part((rows, columns), size, part, cursor if cursor != before else (-1, -1))
        before = cursor if cursor[0] >= 0 else before
        if rng.random() < 0.2:
            part = [int(n) for n in paint.ask(f"move {rng.randint(-9, 9)} {rng.randint(-9, 9)}")[1:]]
            check_part((rows, columns), size, part, (-1, -1))
        if rng.random() < 0.1:
            paint.ask("forget")
        if rng.random() < 0.4:  # it takes a part, and then there is something else to paint
            terminal.feed(paint.put("paint", rng.randint(1, 400))[1])
            continue
        terminal.feed(paint.all("paint", rng.choice([100, 128, 333, 65536])))
        assert differences(terminal, expected((rows, columns), part, screen),
                           cursor_in(part, cursor)) == []
        assert paint.put("paint", 100) == (True, b"")
        checked += 1
    assert checked > 20


def nearest(rgb, colours):
    """By the same measure as the program's."""
    def distance(other):
        (r, g, b), (x, y, z) = [((c >> 16) & 255, (c >> 8) & 255, c & 255) for c in (rgb, other)]
        mean = (r + x) // 2
        return (512 + mean) * (r - x) ** 2 + 1024 * (g - y) ** 2 + (767 - mean) * (b - z) ** 2
    return min(distance(other) for other in colours), distance


@pytest.mark.parametrize("depth", [0, 1])
def test_fewer_colours(paint, depth):
    """The nearest that there is, and text that can be read stays so."""
    levels = [0, 95, 135, 175, 215, 255]
    cube = [r << 16 | g << 8 | b for r in levels for g in levels for b in levels]
    cube += [n * 0x010101 for n in range(8, 239, 10)]
    colours = cube if depth else BASIC
    rng = random.Random(depth)
    cells = [[(ord("x"), rng.randrange(1 << 24), rng.randrange(1 << 24), 0) for _ in range(40)]
             for _ in range(10)]
    cells[0][0] = (ord("x"), 0x010101, 0x000000, 0)
    terminal = Terminal(10, 40, depth == 0)
    paint.ask(f"painter {depth} 1 0")
    paint.ask("window 10 40")
    paint.screen(cells)
    terminal.feed(paint.all("paint"))
    for row, line in enumerate(cells):
        for column, (_, *wanted, _) in enumerate(line):
            _, *there = terminal.window.shown(row, column)
            assert there[0] != there[1]
            assert there[0] in colours and there[1] in colours
            best, distance = nearest(wanted[1], colours)
            assert distance(there[1]) == best
            # The nearest that is not the background's.
            best, distance = nearest(wanted[0], [c for c in colours if c != there[1]])
            assert distance(there[0]) <= best or (there[0] == wanted[0])


def test_ascii(paint):
    """Without UTF-8 no byte beyond ASCII, and the columns stay."""
    rng = random.Random(5)
    cells = cells_of(rng, 10, 30)
    paint.ask("painter 2 0 0")
    paint.ask("window 10 30")
    paint.screen(cells)
    data = paint.all("paint")
    assert max(data) < 0x80
    terminal = Terminal(10, 30)
    terminal.feed(data)
    for row, line in enumerate(cells):
        for column, (point, _, _, flags) in enumerate(line):
            if 0x20 <= point < 0x7f and not flags:
                assert terminal.window.shown(row, column)[0] == chr(point)


def test_controls_never_pass(paint):
    """Whatever cells hold: the bytes are our sequences and printable characters."""
    cells = [[(point, 0xffffff, 0, flags) for point in range(base, base + 64)]
             for base in range(0, 0x3000, 64) for flags in (0,)]
    paint.ask("painter 2 1 1")
    paint.ask("window 192 64")
    paint.screen(cells)
    text = paint.all("paint").decode()
    text = re.sub(r"\033\[(\??[0-9;]*[mHJCDhl])", "", text)
    assert len(text) > 1000
    bad = {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Mn", "Me", "Mc", "Zl", "Zp")}
    assert bad <= {"\b", "\r"}  # the cursor's own


def test_messages_over_a_screen(paint):
    """A message takes the bottom row and gives it back."""
    cells = [[(ord("a") + row, 0xaaaaaa, 0, 0)] * 20 for row in range(5)]
    paint.ask("painter 2 1 0")
    paint.ask("window 5 20")
    paint.screen(cells, (4, 3))
    terminal = Terminal(5, 20)
    terminal.feed(paint.all("paint"))
    paint.ask("message ^] . leaves")
    terminal.feed(paint.all("paint"))
    assert terminal.window.display[4] == " ^] . leaves        "
    assert terminal.window.shown(4, 1) == ("^", 0x000000, 0xaaaaaa)
    assert terminal.window.display[3] == "d" * 20
    paint.screen(cells, (4, 3))
    terminal.feed(paint.all("paint"))
    assert terminal.window.display[4] == "e" * 20


def test_bytes_of_typical_changes(paint, capsys):
    """What updates cost, on 80x25 cells in 24 bits. The limits are twice what is needed at most."""
    def line(text, foreground=0xaaaaaa):
        return [(ord(c), foreground, 0, 0) for c in text.ljust(80)[:80]]

    log = [line(f"[{n:5d}.{n * 7919 % 1000000:06d}] usb {n}-1: new high-speed device number {n * 31}")
           for n in range(60)]
    paint.ask("painter 2 1 1")
    paint.ask("window 25 80")
    costs = {}

    def cost(what, cells, cursor, limit):
        paint.screen(cells, cursor)
        costs[what] = len(paint.all("paint"))
        assert costs[what] <= limit, what

    screen = log[:25]
    cost("a whole screen", screen, (24, 0), 2400)
    cost("nothing", screen, (24, 0), 0)
    cost("the cursor moved", screen, (10, 10), 9)
    screen = screen[:10] + [screen[10][:10] + line("x")[:1] + screen[10][11:]] + screen[11:]
    cost("a key's echo", screen, (10, 11), 1)
    screen = screen[:12] + [line("root@web01:~# ls -l /var/log")] + screen[13:]
    cost("a line", screen, (13, 0), 100)
    cost("a scroll by one", log[1:26], (24, 0), 2400)
    cost("another screen, in colours",
         [[(c[0], 0x101010 * (1 + i % 15), 0x0000aa, 0) for i, c in enumerate(row)] for row in log[30:55]],
         (0, 0), 60000)
    cost("cleared", [line("")] * 25, (0, 0), 2200)
    with capsys.disabled():
        print("\nbytes: " + ", ".join(f"{what} {n}" for what, n in costs.items()))


class Tmux:
    """A real terminal of 50x14, in which a shell's words run; ends with its `with`."""

    def __init__(self, folder, words):
        self.words = ["tmux", "-S", str(folder / "socket"), "-f", "/dev/null"]
        self.run("new-session", "-d", "-x", "50", "-y", "14", words)

    def run(self, *words):
        return subprocess.run([*self.words, *words], check=True, capture_output=True, text=True, timeout=60,
                              env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin", "TERM": "xterm-256color"}
                              ).stdout

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run([*self.words, "kill-server"], check=False, capture_output=True)


def test_a_real_terminal(paint, tmp_path):
    """tmux shows the same text, and is left as it was."""
    rng = random.Random(11)
    cells = cells_of(rng, 12, 40)
    paint.ask("painter 2 1 1")
    paint.ask("window 14 50")
    entered = paint.put("enter")[1]
    part = paint.screen(cells, (3, 4))
    wanted = expected((14, 50), part, cells)
    (tmp_path / "painted").write_bytes(entered + paint.all("paint"))
    (tmp_path / "left").write_bytes(paint.put("leave")[1])
    wait = f"tmux -S {tmp_path}/socket wait-for"
    with Tmux(tmp_path, f"printf before; cat {tmp_path}/painted; {wait} -S a; {wait} b; "
              f"cat {tmp_path}/left; printf after; {wait} -S c; {wait} d") as tmux:
        tmux.run("wait-for", "a")
        shown = tmux.run("capture-pane", "-p", "-N").split("\n")
        for row, line in enumerate(wanted):
            assert shown[row].rstrip() == "".join(cell[0] for cell in line).rstrip(), row
        state = tmux.run("display-message", "-p", "#{cursor_x} #{cursor_y} #{cursor_flag} #{wrap_flag}")
        assert state.split() == [str(4 + part[1]), str(3 + part[0]), "1", "0"]
        tmux.run("wait-for", "-S", "b")
        tmux.run("wait-for", "c")
        assert tmux.run("capture-pane", "-p").split() == ["beforeafter"]
        state = tmux.run("display-message", "-p", "#{cursor_flag} #{wrap_flag} #{alternate_on}")
        assert state.split() == ["1", "1", "0"]


def test_a_real_terminal_answers(paint, tmp_path):
    """tmux says what it is, shows nothing, and keeps its title."""
    answer = paint.ask("query")
    (tmp_path / "questions").write_bytes(bytes.fromhex(answer[2]))
    wait = f"tmux -S {tmp_path}/socket wait-for"
    # Its answers end with that to DA1, "c".
    script = tmp_path / "script"
    script.write_text(f"""stty raw -echo
printf '\\033]2;title\\033\\\\'
cat {tmp_path}/questions
while :; do
	byte=$(dd bs=1 count=1 2>/dev/null | od -An -tx1 | tr -d ' \\n')
	printf %s "$byte" >>{tmp_path}/answers
	[ "$byte" = 63 ] && break
done
{wait} -S a
{wait} b
""")
    with Tmux(tmp_path, f"sh {script}") as tmux:
        tmux.run("wait-for", "a")
        assert tmux.run("display-message", "-p", "#{pane_title}") == "title\n"
        assert tmux.run("capture-pane", "-p").split() == []
    said = paint.ask("answers " + (tmp_path / "answers").read_text())
    assert said[:4] == ["answers", "1", "0", "0"]
    assert said[5:] == []
