# SPDX-License-Identifier: ISC
"""As much of the Linux console as a shell and a full-screen program need: bytes to a grid of cells.

A cell is a character, a foreground and a background, colours as 0xRRGGBB. What is not understood is
passed over (console_codes(4) has what the kernel's does). No I/O, no time.
"""
import codecs

PALETTE = (0x000000, 0xAA0000, 0x00AA00, 0xAA5500, 0x0000AA, 0xAA00AA, 0x00AAAA, 0xAAAAAA,
           0x555555, 0xFF5555, 0x55FF55, 0xFFFF55, 0x5555FF, 0xFF55FF, 0x55FFFF, 0xFFFFFF)
GREY, BLACK = 7, 0
TAB = 8


class Emulator:
    """`rows` are lists of cells; `cursor` is [row, column]; `version` counts the changes."""

    def __init__(self, rows, columns):
        self.height, self.width = rows, columns
        self.version = 0
        self.cursor_shown = True
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._reset()

    def _reset(self):
        self._colours()
        self.rows = [self._blank_row() for _ in range(self.height)]
        self.cursor, self._kept = [0, 0], (0, 0)
        self._top, self._bottom = 0, self.height - 1
        self._wrap = False  # the next character goes to the next row
        self._escape = None  # what has come of a sequence behind its ESC
        self._string = False  # within OSC

    def feed(self, data):
        """Takes what the terminal's other side has printed."""
        for character in self._decoder.decode(data):
            self._take(character)
        self.version += 1

    def _colours(self):
        self._foreground, self._background, self._bold, self._reverse = GREY, BLACK, False, False

    def _cell(self, character):
        foreground = self._foreground + 8 if self._bold and self._foreground < 8 else self._foreground
        pair = PALETTE[foreground], PALETTE[self._background]
        return (character, *(reversed(pair) if self._reverse else pair))

    def _blank_row(self):
        return [(" ", PALETTE[GREY], PALETTE[self._background])] * self.width

    def _take(self, character):
        if self._string:
            self._string = character not in "\a\x1b"
            self._escape = "" if character == "\x1b" else None
        elif self._escape is not None:
            self._take_escape(character)
        elif character == "\x1b":
            self._escape = ""
        elif character < " ":
            self._control(character)
        elif character != "\x7f":
            self._put(character)

    def _put(self, character):
        if self._wrap:
            self.cursor[1] = 0
            self._line_feed()
        row, column = self.cursor
        self.rows[row][column] = self._cell(character)
        self._wrap = column == self.width - 1
        self.cursor[1] += not self._wrap

    def _control(self, character):
        if character in "\n\v\f":
            self._line_feed()
        elif character == "\r":
            self._move(self.cursor[0], 0)
        elif character == "\b":
            self._move(self.cursor[0], self.cursor[1] - 1)
        elif character == "\t":
            self._move(self.cursor[0], (self.cursor[1] // TAB + 1) * TAB)

    def _move(self, row, column):
        self.cursor = [min(max(row, 0), self.height - 1), min(max(column, 0), self.width - 1)]
        self._wrap = False

    def _line_feed(self):
        self._wrap = False
        if self.cursor[0] == self._bottom:
            self._scroll(self._top, 1)
        else:
            self._move(self.cursor[0] + 1, self.cursor[1])

    def _scroll(self, top, count):
        """Rows from `top` to the region's end go up, or down where the count is below 0."""
        for _ in range(min(abs(count), self._bottom - top + 1)):
            del self.rows[top if count > 0 else self._bottom]
            self.rows.insert(self._bottom if count > 0 else top, self._blank_row())

    def _take_escape(self, character):
        sequence = self._escape = self._escape + character
        if sequence == "[" or (sequence[0] in "()#%" and len(sequence) == 1):
            return
        if sequence[0] == "[" and not "@" <= character <= "~":
            return
        self._escape = None
        if sequence[0] == "[":
            self._control_sequence(sequence[1:-1], character)
        elif sequence == "]":
            self._string = True
        elif sequence == "7":
            self._kept = tuple(self.cursor)
        elif sequence == "8":
            self._move(*self._kept)
        elif sequence == "M":
            if self.cursor[0] == self._top:
                self._scroll(self._top, -1)
            else:
                self._move(self.cursor[0] - 1, self.cursor[1])
        elif sequence == "c":
            self._reset()

    def _control_sequence(self, words, final):
        if words[:1] == "?":
            if words == "?25":
                self.cursor_shown = final == "h"
            return
        numbers = [int(word) if word.isdigit() else 0 for word in words.split(";")]
        count, (row, column) = max(numbers[0], 1), self.cursor
        second = max(numbers[1], 1) if len(numbers) > 1 else 1
        moves = {"A": (row - count, column), "B": (row + count, column), "C": (row, column + count),
                 "D": (row, column - count), "G": (row, count - 1), "d": (count - 1, column),
                 "H": (count - 1, second - 1), "f": (count - 1, second - 1)}
        if final in moves:
            self._move(*moves[final])
        elif final == "m":
            self._rendition(numbers)
        elif final in "JK":
            self._erase(final, numbers[0])
        elif final in "@PX":
            self._shift(final, min(count, self.width - column))
        elif final in "LM":
            if self._top <= row <= self._bottom:
                self._scroll(row, count if final == "M" else -count)
        elif final == "r":
            self._top, self._bottom = count - 1, min(second if len(numbers) > 1 else self.height, self.height) - 1
            self._move(0, 0)

    def _rendition(self, numbers):
        for number in numbers:
            if number == 0:
                self._colours()
            elif number in (1, 22):
                self._bold = number == 1
            elif number in (7, 27):
                self._reverse = number == 7
            elif 30 <= number <= 37:
                self._foreground = number - 30
            elif 40 <= number <= 47:
                self._background = number - 40
            elif number == 39:
                self._foreground = GREY
            elif number == 49:
                self._background = BLACK

    def _erase(self, final, which):
        row, column = self.cursor
        blank = self._blank_row()
        if final == "J":
            gone = (range(row + 1, self.height), range(row), range(self.height))[min(which, 2)]
            for number in gone:
                self.rows[number] = list(blank)
        start, end = ((column, self.width), (0, column + 1), (0, self.width))[min(which, 2)]
        self.rows[row][start:end] = blank[start:end]

    def _shift(self, final, count):
        row, column = self.rows[self.cursor[0]], self.cursor[1]
        blanks = self._blank_row()[:count]
        if final == "X":
            row[column:column + count] = blanks
        elif final == "@":
            row[column:column] = blanks
            del row[self.width:]
        else:
            del row[column:column + count]
            row += blanks
