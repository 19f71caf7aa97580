# SPDX-License-Identifier: ISC
"""The program `paint`, steered; and terminals that its bytes are shown on."""
import pathlib
import subprocess
import sys

import pyte

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1])]

import built  # noqa: E402

WIDE, CONTINUED, PLAIN = 2, 4, 0x100
BLANK = (0x20, 0, 0, PLAIN)

BASIC = [0x000000, 0xaa0000, 0x00aa00, 0xaa5500, 0x0000aa, 0xaa00aa, 0x00aaaa, 0xaaaaaa,
         0x555555, 0xff5555, 0x55ff55, 0xffff55, 0x5555ff, 0xff55ff, 0x55ffff, 0xffffff]


class Paint:
    """A line of input, a line of output."""

    def __init__(self):
        self._process = subprocess.Popen([built.program("paint/paint")], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True)

    def stop(self):
        self._process.stdin.close()
        status = self._process.wait(60)
        self._process.stdout.close()
        assert status == 0

    def ask(self, line):
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline().split()
        assert answer, f"no answer to {line[:80]}"
        return answer

    def put(self, command, capacity=0):
        """(whether all was put, the bytes)"""
        answer = self.ask(f"{command} {capacity}")
        assert answer[0] == "bytes"
        data = bytes.fromhex(answer[2]) if len(answer) > 2 else b""
        if capacity:
            assert len(data) <= capacity
        return answer[1] == "1", data

    def all(self, command, capacity=4096):
        """All bytes, however often it must be asked."""
        found = b""
        for _ in range(100000):
            done, data = self.put(command, capacity)
            found += data
            if done:
                return found
            assert data, "it makes no progress"
        raise AssertionError("it finds no end")

    def screen(self, cells, cursor=(-1, -1)):
        """A guest's screen: rows of (code point, foreground, background, flags). Returns the part that is
        seen."""
        lines = [f"screen {len(cells)} {len(cells[0])} {cursor[0]} {cursor[1]}"]
        lines += [" ".join("%x %x %x %x" % cell for cell in row) for row in cells]
        return [int(word) for word in self.ask("\n".join(lines))[1:]]


class Window(pyte.Screen):
    """A terminal that must not scroll and not wrap. With `basic` it has 16 colours, bright ones beside the
    others, which pyte's own does not tell apart."""

    basic = False

    def select_graphic_rendition(self, *attrs, **kwargs):
        super().select_graphic_rendition(*attrs, **kwargs)
        for code in attrs if self.basic else ():
            for first, last, side, base in ((30, 37, "fg", 0), (90, 97, "fg", 8), (40, 47, "bg", 0),
                                            (100, 107, "bg", 8)):
                if first <= code <= last:
                    colour = f"{BASIC[code - first + base]:06x}"
                    self.cursor.attrs = self.cursor.attrs._replace(**{side: colour})

    def index(self):
        raise AssertionError("a line feed")

    reverse_index = linefeed = index

    def set_margins(self, *_args, **_kwargs):
        raise AssertionError("margins")

    def shown(self, row, column):
        """(character, foreground, background); colours are None where they are the terminal's own."""
        char = self.buffer[row][column]
        return char.data, self.colour(char.fg), self.colour(char.bg)

    @staticmethod
    def colour(name):
        return None if name == "default" else int(name, 16)


class Terminal:
    def __init__(self, rows, columns, basic=False):
        self.window = Window(columns, rows)
        self.window.basic = basic
        self._stream = pyte.ByteStream(self.window)

    def feed(self, data):
        self._stream.feed(data)
