# SPDX-License-Identifier: ISC
"""A VNC server whose picture is a text screen: a shell's terminal, drawn with a console font.

It looks as a framebuffer console of the kernel's does, 80 columns by 25 rows in cells of 8x16, the
cursor being the last two rows of its cell. Keys are typed into the shell, as by a keyboard of the
layout "us".
"""
import os
import select
import struct
import threading

from . import emulator, psf, rfb, shell

ROWS, COLUMNS = 25, 80
CURSOR_ROWS = 2
SHIFT, CONTROL, ALT = (0xFFE1, 0xFFE2), (0xFFE3, 0xFFE4), (0xFFE9, 0xFFEA)
PLAIN, SHIFTED = "`1234567890-=[]\\;',./", "~!@#$%^&*()_+{}|:\"<>?"
NAMED = {0xFF08: b"\x7f", 0xFF09: b"\t", 0xFF0D: b"\r", 0xFF8D: b"\r", 0xFF1B: b"\x1b", 0xFFFF: b"\x1b[3~",
         0xFF50: b"\x1b[1~", 0xFF51: b"\x1b[D", 0xFF52: b"\x1b[A", 0xFF53: b"\x1b[C", 0xFF54: b"\x1b[B",
         0xFF55: b"\x1b[5~", 0xFF56: b"\x1b[6~", 0xFF57: b"\x1b[4~", 0xFF63: b"\x1b[2~"}


class TextScreen(rfb.Rfb):
    """`argv` is what runs on the terminal: /bin/sh -i unless given."""

    def __init__(self, argv=None, title=None):
        self.font = psf.find()
        super().__init__(COLUMNS * self.font.width, ROWS * self.font.height, title)
        self.screen = emulator.Emulator(ROWS, COLUMNS)
        self.changed = threading.Condition()
        self._argv = argv or ["/bin/sh", "-i"]
        self._terminal = self._reader = None
        self._stop_reader = os.pipe()
        self._down = set()
        self._booting = threading.Lock()

    def connect(self):
        with self._booting:
            if self._terminal is None:
                self._boot()
        return super().connect()

    def stop(self):
        super().stop()
        with self._booting:
            if self._terminal is not None:
                os.write(self._stop_reader[1], b"x")
                self._reader.join()
                self._terminal.close()
                self._terminal = None

    def serve(self, sock):
        viewer = _Viewer(self, sock)
        painter = threading.Thread(target=viewer.paint, daemon=True, name="text screen")
        painter.start()
        try:
            viewer.run()
        finally:
            viewer.leave()
            painter.join()

    def _boot(self):
        prompt = f"{self.name or 'guest'}:~# "
        self._terminal = shell.Terminal(self._argv, prompt, (ROWS, COLUMNS), {"TERM": "linux"})
        self._terminal.watch()
        self._reader = threading.Thread(target=self._read, daemon=True, name="text screen's shell")
        self._reader.start()

    def _read(self):
        terminal = self._terminal.fileno()
        while True:
            ready = select.select([terminal, self._stop_reader[0]], [], [])[0]
            if terminal not in ready:
                return
            data = os.read(terminal, 65536)
            with self.changed:
                self.screen.feed(data)
                self.changed.notify_all()

    def press(self, down, key):
        """A key goes down or up; what it types goes to the shell."""
        (self._down.add if down else self._down.discard)(key)
        data = self._typed(key) if down else b""
        if data:
            os.write(self._terminal.fileno(), data)

    def _typed(self, key):
        shift, control, alt = (any(one in self._down for one in keys) for keys in (SHIFT, CONTROL, ALT))
        data = NAMED.get(key, b"")
        if 0x20 <= key < 0x7F:
            character = chr(key)
            if shift:
                character = character.upper() if character.isalpha() else \
                    dict(zip(PLAIN, SHIFTED)).get(character, character)
            data = bytes([ord(character.upper()) & 0x1F]) if control else character.encode()
        elif 0xA0 <= key <= 0xFF:
            data = chr(key).encode()
        return b"\x1b" + data if alt and data else data


class _Viewer(rfb.Viewer):
    """Its own thread reads what the client says; another draws, when the client asks and something has changed."""

    def __init__(self, server, sock):
        super().__init__(server, sock)
        self._shown = [None] * ROWS  # what the client has, row by row
        self._wanted = self._whole = self._over = False
        self._dots = {}

    def leave(self):
        with self._server.changed:
            self._over = True
            self._server.changed.notify_all()

    def _key(self):
        down, key = self._unpack(">B2xI")
        self._server.record("key", down=bool(down), key=key)
        self._server.press(bool(down), key)

    def _update(self):
        incremental, *area = self._unpack(">BHHHH")
        self._server.record("update", incremental=bool(incremental), area=tuple(area))
        with self._server.changed:
            self._wanted = True
            self._whole = self._whole or not incremental
            self._server.changed.notify_all()

    def paint(self):
        """The drawing thread: an update for each request, as soon as there is anything to be told."""
        try:
            while changes := self._next_changes():
                height, width = self._server.font.height, self._server.width
                self._sock.sendall(struct.pack(">BxH", 0, len(changes)) + b"".join(
                    struct.pack(">HHHHi", 0, row * height, width, height, 0) + self._draw(*look)
                    for row, look in changes))
        except OSError:
            pass  # the client has gone, which its reader sees, too

    def _next_changes(self):
        with self._server.changed:
            while not self._over:
                if self._wanted and (found := self._changes()):
                    self._wanted = self._whole = False
                    for row, look in found:
                        self._shown[row] = look
                    return found
                self._server.changed.wait()
        return []

    def _changes(self):
        """Rows that look unlike what the client has: (number, (cells, the cursor's column or None))."""
        screen = self._server.screen
        looks = [(tuple(cells), screen.cursor[1] if screen.cursor_shown and row == screen.cursor[0] else None)
                 for row, cells in enumerate(screen.rows)]
        return [(row, look) for row, look in enumerate(looks) if self._whole or self._shown[row] != look]

    def _draw(self, cells, cursor):
        font = self._server.font
        glyphs = [font.glyphs.get(character) or font.glyphs["?"] for character, _, _ in cells]
        pieces = []
        for y in range(font.height):
            for column, (glyph, (_, foreground, background)) in enumerate(zip(glyphs, cells)):
                lit = (1 << font.width) - 1 if column == cursor and y >= font.height - CURSOR_ROWS else glyph[y]
                pieces.append(self._line(lit, foreground, background))
        return b"".join(pieces)

    def _line(self, lit, foreground, background):
        """One line of dots of a cell."""
        key = (lit, foreground, background, self._format)
        if key not in self._dots:
            front, back = (self._pixel(tuple(colour.to_bytes(3, "big"))) for colour in (foreground, background))
            self._dots[key] = b"".join(front if lit >> (self._server.font.width - 1 - x) & 1 else back
                                       for x in range(self._server.font.width))
        return self._dots[key]
