# SPDX-License-Identifier: ISC
"""The table of keyboard layouts is what its script makes of the layouts that are installed."""
import ctypes.util
import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLE = ROOT / "src/data/layouts.c"
TABLE_MAX = 400 * 1024


def need(held, what):
    """Skips where something is not installed, unless all is to be there."""
    if not held:
        assert not os.environ.get("XENCON_REQUIRE_ALL"), what
        pytest.skip(what)


def test_the_table_is_small():
    assert TABLE.stat().st_size <= TABLE_MAX


def test_the_table_is_what_the_script_makes(tmp_path):
    text = TABLE.read_text()
    asked = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", "xkb-data"], capture_output=True, text=True,
                           check=False)
    made_from = re.search(r"Debian's xkb-data (\S+):", text).group(1)
    need(asked.returncode == 0, "no xkb-data")
    need(ctypes.util.find_library("xkbcommon"), "no libxkbcommon")
    # Another release has other layouts: the table is of the one that it names.
    need(asked.stdout == made_from, f"xkb-data is {asked.stdout}, the table is of {made_from}")
    made = tmp_path / "layouts.c"
    subprocess.run([ROOT / "tools/layouts/generate", "--output", made], check=True)
    assert made.read_text() == text
