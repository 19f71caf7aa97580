# SPDX-License-Identifier: ISC
"""The README's picture is drawn anew, of what the program shows now, and is the one that is there."""
import os
import re
import shutil
import subprocess
import sys

import pytest

import harness
import typewriter


@pytest.mark.skipif(shutil.which("tmux") is None or not typewriter.FONT.exists(), reason="no tmux, or no font (console-setup)")
def test_it_is_what_is_shown(tmp_path):
    made = tmp_path / "screen.svg"
    subprocess.run([sys.executable, harness.ROOT / "tools" / "picture" / "draw", made], check=True,
                   env={**os.environ, "XENCON": harness.BINARY}, timeout=harness.PATIENCE * 2)
    assert words(made) == words(harness.ROOT / "doc" / "screen.svg")
    assert "read back as text" in " ".join(words(made))


def words(path):
    """What it shows; in how many pieces, is a matter of when blanks were painted."""
    return " ".join(re.findall(r"<text .*>(.*)</text>", path.read_text())).split()
