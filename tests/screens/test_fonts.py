# SPDX-License-Identifier: ISC
"""Screens drawn with the fonts of Debian's packages: each cell must be read as what some font draws so, or not at all.

Needs the packages in the tests' cache (tools/glyphs/generate brings them there), and a build. Every twelfth
font is drawn, with XENCON_ALL_FONTS=1 each.
"""
import importlib.machinery
import importlib.util
import json
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARES = 4
EVERY = 1 if os.environ.get("XENCON_ALL_FONTS") else 12
LATIN = {ord(c) for c in "abcdefghx0123"}

sys.dont_write_bytecode = True
sys.path[:0] = [str(ROOT / "tools/glyphs"), str(ROOT / "tests/screens"), str(ROOT / "tests")]

import built  # noqa: E402
import compose  # noqa: E402
import packages  # noqa: E402

CACHE = packages.default_cache()
pytestmark = pytest.mark.skipif(not packages.present(CACHE), reason="run tools/glyphs/generate once, for the fonts")


@pytest.fixture(scope="module")
def generator():
    loader = importlib.machinery.SourceFileLoader("generate", str(ROOT / "tools/glyphs/generate"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("generate", loader))
    loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def drawn(generator):
    """{cell size: {rows of a glyph: characters that fonts draw so}}"""
    sizes, _ = generator.collect(CACHE)
    return sizes


@pytest.fixture(scope="module")
def fonts(generator):
    """Fonts that text can be written in."""
    return [font for font in generator.all_fonts(CACHE) if LATIN <= {code for _, codes in font[3] for code in codes}]


def test_the_table_is_what_the_packages_give(generator):
    assert generator.generate(CACHE) == (ROOT / "src/data/glyphs.c").read_text()


def expected(cell, screen, size, drawn):
    """What may be said of a cell: {(character, foreground, background)}; None counts for any colour."""
    if cell is None:
        return {("\ufffd", None, None)}
    rows, foreground, background = cell or ((0,), screen.background, screen.background)
    full = (1 << size[0]) - 1
    if set(rows) == {0} or foreground == background:
        return {(" ", None, background)}
    if set(rows) == {full}:
        return {(" ", None, foreground), ("█", foreground, background)}
    negative = tuple(row ^ full for row in rows)
    said = {(chr(code), foreground, background) for code in drawn[size].get(rows, ())} \
        | {(chr(code), background, foreground) for code in drawn[size].get(negative, ())}
    return said or {("\ufffd", None, None)}


def read(screen, path):
    path.write_bytes(screen.png())
    done = subprocess.run([built.program("screens/recognise"), path], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def faults(font, seed, drawn, path):
    """What is wrong with the reading of a screen in this font, as lines."""
    name, *size, _ = font
    screen = compose.compose(font, seed)
    mode, answer = screen.mode, read(screen, path)
    title = f"{name}, seed {seed}, {mode.width}x{mode.height}"
    grid = [answer.get(key) for key in ("cell_width", "cell_height", "origin")]
    if grid != [mode.cell_width, mode.cell_height, list(mode.origin)]:
        return [f"{title}: grid {grid}, kind {answer['kind']}"]
    found = []
    cursor = answer["cursor"] and tuple(answer["cursor"])
    if cursor != screen.cursor:
        found.append(f"{title}: cursor is {screen.cursor}, said {cursor}")
    for row in range(mode.rows):
        for column in range(mode.columns):
            if (row, column) in (cursor, screen.cursor):
                continue
            said = [answer["text"][row][column]] + [int(answer[key][row][column][1:], 16)
                                                    for key in ("foreground", "background")]
            wanted = expected(screen.cells.get((row, column), ()), screen, tuple(size), drawn)
            if not any(all(want in (None, got) for want, got in zip(one, said)) for one in wanted):
                found.append(f"{title}: cell {row},{column} is one of {sorted(wanted, key=str)[:3]}, said {said}")
    return found


@pytest.mark.parametrize("share", range(SHARES))
def test_screens_in_every_font(share, fonts, drawn, tmp_path):
    chosen = range(share, len(fonts), SHARES * EVERY)
    assert len(chosen) > 15
    found = [fault for seed in chosen for fault in faults(fonts[seed], seed, drawn, tmp_path / "screen.png")]
    assert found == []


def test_a_cell_that_no_font_has_is_not_guessed(fonts, drawn, tmp_path):
    """One dot of one letter is wrong, and just that letter is not told."""
    font = next(font for font in fonts if font[0] == "Lat15-VGA16.psf.gz")
    screen = compose.compose(font, 1)
    mode = screen.mode
    (row, column), _ = next((at, cell) for at, cell in sorted(screen.cells.items())
                            if cell and any(cell[0]) and at[0] < 2 and at != screen.cursor)
    x, y = mode.origin[0] + column * mode.cell_width, mode.origin[1] + row * mode.cell_height
    _, foreground, background = screen.cells[row, column]
    screen.pixels[y][x] = background if screen.pixels[y][x] == foreground else foreground
    answer = read(screen, tmp_path / "screen.png")
    assert answer["text"][row][column] == "\ufffd"
    assert 0.9 < answer["recognised"] < 1
