#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Makes C source of the texts that the program prints: the manual, formatted, and the completions.

Usage: embed.py OUTPUT FORMATTER MANUAL NAME=FILE…, where FORMATTER is mandoc, or nroff, or empty: then the
manual stands there as it was written. Part of the build; the same input gives the same bytes.
"""
import pathlib
import re
import subprocess
import sys


def formatted(formatter, manual):
    """Plain text of 78 columns, without the overstrikes of printers."""
    if not formatter:
        return manual.read_bytes()
    options = ["-Tascii", "-Owidth=78"] if "mandoc" in pathlib.Path(formatter).name \
        else ["-mdoc", "-Tascii", "-rLL=78n", "-P-c"]
    text = subprocess.run([formatter, *options, str(manual)], capture_output=True, check=True,
                          env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"}).stdout
    text = re.sub(rb".\x08", b"", text)
    return re.sub(rb"\x1b\[[0-9;]*m", b"", text)


def array(name, data):
    """A C string of any length, byte by byte: a literal may have 4095 characters only."""
    lines = [", ".join(str(byte) for byte in data[start:start + 24])
             for start in range(0, len(data), 24)]
    return f"const char embedded_{name}[] = {{\n" + ",\n".join([*lines, "0"]) + "};\n"


def main(output, formatter, manual, *files):
    texts = {"manual": formatted(formatter, pathlib.Path(manual))}
    for word in files:
        name, _, path = word.partition("=")
        texts[name] = pathlib.Path(path).read_bytes()
    assert all(0 < byte < 256 for data in texts.values() for byte in data)
    parts = ['#include "data/embedded.h"\n', *(array(name, data) for name, data in texts.items())]
    pathlib.Path(output).write_text("\n".join(parts))


main(*sys.argv[1:])
