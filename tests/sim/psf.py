# SPDX-License-Identifier: ISC
"""Bitmap fonts of the Linux console: PSF 1 and 2, gzipped or not.

The format is kbd's: a head, the bitmaps, and for each of them the characters that it stands for.
Fonts are the machine's own; no bitmap is part of this tree.
"""
import gzip
import pathlib
import struct

FOLDERS = ("/usr/share/consolefonts", "/usr/share/kbd/consolefonts", "/usr/lib/kbd/consolefonts")
NAMES = ("Lat15-VGA16.psf.gz", "Uni2-VGA16.psf.gz", "default8x16.psfu.gz", "lat0-16.psfu.gz")


class Font:
    """`glyphs` are bitmaps by character: a row after the other, each an integer, leftmost dot highest."""

    def __init__(self, data):
        if data[:2] == b"gz" or data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        if data[:4] == b"\x72\xb5\x4a\x86":
            _, head, flags, count, size, self.height, self.width = struct.unpack_from("<7I", data, 4)
            has_table = flags & 1
            entries = (entry.split(b"\xfe")[0].decode(errors="ignore")
                       for entry in data[head + count * size:].split(b"\xff"))
        elif data[:2] == b"\x36\x04":
            mode, size = data[2:4]
            head, count, self.width, self.height = 4, 512 if mode & 1 else 256, 8, size
            has_table = mode & 6
            entries = (entry.decode("utf-16-le").split("\ufffe")[0] for entry in
                       _entries(data[head + count * size:]))
        else:
            raise ValueError("no PSF font")
        self.glyphs = {}
        stride = (self.width + 7) // 8
        for number, entry in zip(range(count), entries if has_table else map(chr, range(count))):
            at = head + number * size
            rows = [int.from_bytes(data[at + y * stride:at + (y + 1) * stride], "big")
                    >> (8 * stride - self.width) for y in range(self.height)]
            for character in entry:
                self.glyphs.setdefault(character, rows)


def _entries(table):
    """The entries of PSF 1's table: 16-bit units up to FFFF."""
    at = 0
    while at < len(table):
        end = at
        while table[end:end + 2] not in (b"\xff\xff", b""):
            end += 2
        yield table[at:end]
        at = end + 2


def find():
    """The first known font of 8x16 that is installed. FileNotFoundError."""
    for folder in map(pathlib.Path, FOLDERS):
        for name in NAMES:
            if (folder / name).exists():
                return Font((folder / name).read_bytes())
    raise FileNotFoundError(f"no console font, as {NAMES[0]}, in {' or '.join(FOLDERS)}")
