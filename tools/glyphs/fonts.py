# SPDX-License-Identifier: ISC
"""Reads console fonts: each becomes (name, width, height, [(rows, code points)…]), a row being an int, leftmost dot highest.

Only what is needed to hash a glyph is kept; no bitmap leaves this folder.
"""
import gzip
import re
import struct
import unicodedata

# Fonts without a table of their own, whose name tells their character set. (Python's codecs know these sets.)
CODE_PAGES = [
    (r"^cp850|^t850b", "cp850"), (r"^cp857", "cp857"), (r"^cp865", "cp865"), (r"^(cp)?866|^alt", "cp866"),
    (r"^koi8r", "koi8_r"), (r"^koi8u", "koi8_u"), (r"^gr737|^gr8x|^737", "cp737"), (r"^iso01a", "iso8859_1"),
    (r"^lat2-", "iso8859_2"), (r"^lat9-|^lat0-", "iso8859_15"), (r"^lat7", "iso8859_13"), (r"^def2_8x16", "cp437"),
]


def _glyph(data, width, height):
    stride = (width + 7) // 8
    return tuple(int.from_bytes(data[y * stride:(y + 1) * stride], "big") >> (8 * stride - width) for y in range(height))


def _by_name(name, position):
    for pattern, codec in CODE_PAGES:
        if re.match(pattern, name):
            try:
                text = bytes([position]).decode(codec)
            except UnicodeDecodeError:
                return []
            return [ord(text)] if position >= 0x20 and unicodedata.category(text) != "Cc" else []
    return []


def read_psf(path):
    """A PSF 1 or 2 file, gzipped or not, or a raw one of 256 glyphs of 8 dots; None for what is something else."""
    data = path.read_bytes()
    name = path.name
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    if data[:2] == b"\x36\x04":
        mode, height = data[2], data[3]
        width, start, size, table = 8, 4, height, bool(mode & 6)
        count = 512 if mode & 1 else 256
    elif data[:4] == b"\x72\xb5\x4a\x86":
        _, start, flags, count, size, height, width = struct.unpack("<7I", data[4:32])
        table = bool(flags & 1)
    elif len(data) in (2048, 3584, 4096):
        width, start, size, count, table = 8, 0, len(data) // 256, 256, False
        height = size
    else:
        return None
    glyphs = [_glyph(data[start + i * size:start + (i + 1) * size], width, height) for i in range(count)]
    if not table:
        codes = [_by_name(name, i) if i < 256 else [] for i in range(count)]
    else:
        codes = _psf1_table(data[start + count * size:], count) if start == 4 else \
            _psf2_table(data[start + count * size:], count)
    return name, width, height, list(zip(glyphs, codes))


def _psf1_table(data, count):
    codes, current, plain = [], [], True
    for (value,) in struct.iter_unpack("<H", data[:len(data) // 2 * 2]):
        if value == 0xffff:
            codes.append(current)
            current, plain = [], True
            if len(codes) == count:
                break
        elif value == 0xfffe:
            plain = False  # sequences follow, which stand for several characters
        elif plain:
            current.append(value)
    return codes + [[]] * (count - len(codes))


def _psf2_table(data, count):
    codes = []
    for entry in data.split(b"\xff")[:count]:
        codes.append([ord(c) for c in entry.split(b"\xfe")[0].decode("utf-8", "ignore")])
    return codes + [[]] * (count - len(codes))


def read_cp437(path):
    """The kernel's own map from the positions of its fonts to code points.

    It also lists what is drawn so for lack of better, À as A and ø as φ. These are left out: what is wanted is the
    character that is drawn.
    """
    codes = [[] for _ in range(256)]
    for line in path.read_text().split("\n"):
        found = re.match(r"0x([0-9a-f]{2})\s+(U\+.*)", line)
        if found:
            position = int(found[1], 16)
            listed = [int(code, 16) for code in re.findall(r"U\+([0-9a-fA-F]{4})", found[2])]
            own = ord(bytes([position]).decode("cp437"))
            codes[position] = [code for code in listed if code in (listed[0], own) or code > 0xff]
    return codes


def read_kernel(path, cp437):
    text = path.read_text()
    width, height = (int(re.search(rf"\.{key}\s*=\s*(\d+)", text)[1]) for key in ("width", "height"))
    body = re.sub(r"/\*.*?\*/", "", text[text.index("{ 0, 0, FONTDATAMAX"):], flags=re.S)
    data = bytes(int(value, 16) for value in re.findall(r"0x([0-9a-fA-F]{2})\b", body))
    size = (width + 7) // 8 * height
    glyphs = [_glyph(data[i * size:], width, height) for i in range(len(data) // size)]
    return path.name, width, height, list(zip(glyphs, cp437))


def read_vga_rom(path, cp437):
    """The three fonts of SeaBIOS's VGA BIOS, which are those of a VGA's ROM."""
    fonts = []
    for height, body in re.findall(r"vgafont\d+\[256 \* (\d+)\][^{]*\{(.*?)\};", path.read_text(), re.S):
        data = bytes(int(value, 16) for value in re.findall(r"0x([0-9a-fA-F]{2})\b", body))
        height = int(height)
        glyphs = [_glyph(data[i * height:], 8, height) for i in range(256)]
        fonts.append((f"vgafont{height}", 8, height, list(zip(glyphs, cp437))))
    return fonts


def read_laff(path, names):
    """EDK II's narrow glyphs of 8x19; some of their code points are names of a header of its own."""
    known = {key: int(value, 16) for key, value in
             re.findall(r"#define\s+(\w+)\s+(0x[0-9a-fA-F]+)", names.read_text())}
    glyphs = []
    for code, rows in re.findall(r"\{\s*(?:\(CHAR16\))?(\w+),\s*0x00,\s*\{([^}]*)\}", path.read_text()):
        value = known[code] if code in known else int(code, 16)
        if value:
            glyphs.append((tuple(int(row, 16) for row in re.findall(r"0x[0-9a-fA-F]{2}", rows)), [value]))
    return "LaffStd", 8, 19, glyphs


def read_pf2(path, wanted):
    """GRUB's unicode.pf2: glyphs cut to their ink, put back into cells of 8x16, or 16x16 where they are wide."""
    data = path.read_bytes()
    sections, at = {}, 12
    while at < len(data):
        name, size = data[at:at + 4], struct.unpack(">I", data[at + 4:at + 8])[0]
        sections[name] = data[at + 8:at + 8 + size]
        if name == b"DATA":
            break
        at += 8 + size
    ascent = struct.unpack(">H", sections[b"ASCE"])[0]
    fonts = {8: [], 16: []}
    for code, _, offset in struct.iter_unpack(">IBI", sections[b"CHIX"]):
        width, height, left, bottom, advance = struct.unpack(">HHhhh", data[offset:offset + 10])
        if code not in wanted or advance not in fonts:
            continue
        bits = int.from_bytes(data[offset + 10:offset + 10 + (width * height + 7) // 8], "big")
        bits >>= -(width * height) % 8
        rows = [0] * 16
        for y in range(height):
            top = ascent - bottom - height + y
            row = bits >> ((height - 1 - y) * width) & ((1 << width) - 1)
            if 0 <= top < 16 and left >= 0 and left + width <= advance:
                rows[top] = row << (advance - left - width)
        fonts[advance].append((tuple(rows), [code]))
    return [(f"unicode.pf2:{width}", width, 16, glyphs) for width, glyphs in fonts.items()]
