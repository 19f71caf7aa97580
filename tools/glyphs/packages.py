# SPDX-License-Identifier: ISC
"""Brings the Debian packages that hold console fonts into a cache, and unpacks what is wanted of them.

Nothing is installed, and the machine's own apt state stays as it is: binary packages come by `apt-get download`,
sources by `apt-get source` with lists of our own, made from the machine's.
"""
import os
import pathlib
import re
import subprocess

# Fonts of guests: what Debian and Ubuntu set up, what Fedora and its kin have by default (kbd), OpenBSD's (spleen).
BINARY = ["console-setup-linux", "console-data", "console-cyrillic", "psf-unifont", "fonts-spleen", "grub-common",
          "linux-source-6.1"]
# Firmware's fonts, and those of kbd, which Debian ships as a source only.
SOURCE = ["kbd", "seabios", "edk2"]

WANTED = {
    "kbd": ["*/data/consolefonts/*"],
    "seabios": ["*/vgasrc/vgafonts.c"],
    "edk2": ["*/GraphicsConsoleDxe/LaffStd.c", "*/MdePkg/Include/Protocol/SimpleTextOut.h"],
    "linux-source-6.1": ["*/lib/fonts/font_*.c", "*/drivers/tty/vt/cp437.uni"],
}


def default_cache():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return pathlib.Path(base) / "xencon-tests" / "glyphs"


def _source_options(cache):
    """Options for apt-get that make it know sources, in a state of our own."""
    state = cache / "apt"
    (state / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    files = [pathlib.Path("/etc/apt/sources.list"), *sorted(pathlib.Path("/etc/apt/sources.list.d").glob("*"))]
    lines, stanzas = [], []
    for path in files:
        if not path.is_file():
            continue
        if path.suffix == ".sources":
            stanzas.append(re.sub(r"(?m)^Types:.*$", "Types: deb-src", path.read_text()))
        elif path.suffix == ".list" or path.name == "sources.list":
            lines += [re.sub(r"^deb\s", "deb-src ", line) for line in path.read_text().split("\n")
                      if line.startswith("deb ")]
    parts = state / "parts"
    parts.mkdir(exist_ok=True)
    (parts / "source.sources").write_text("\n\n".join(stanzas) + "\n")
    (parts / "source.list").write_text("\n".join(lines) + "\n")
    return ["-o", "Dir::Etc::SourceList=/dev/null", "-o", f"Dir::Etc::SourceParts={parts}",
            "-o", f"Dir::State::Lists={state / 'lists'}"]


def _run(command, cache):
    done = subprocess.run(command, cwd=cache, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(" ".join(command[:4]) + ": " + done.stderr.strip()[-500:])


def _unpack(archive, name, folder):
    command = ["tar", "-C", str(folder), "-xf", str(archive)]
    _run(command + (["--wildcards", *WANTED[name]] if name in WANTED else []), folder)


def fetch(cache):
    """Makes `cache`/unpacked/NAME for each package; what is there already is left alone."""
    cache.mkdir(parents=True, exist_ok=True)
    options = None
    for name in BINARY + SOURCE:
        folder = cache / "unpacked" / name
        if folder.is_dir():
            continue
        partial = cache / "unpacked" / (name + ".partial")
        _run(["rm", "-rf", str(partial)], cache)
        partial.mkdir(parents=True)
        if name in BINARY:
            _run(["apt-get", "download", name], cache)
            [package] = cache.glob(name + "_*.deb")
            _run(["dpkg", "-x", str(package), str(partial)], cache)
            for archive in partial.glob("usr/src/*.tar.xz"):
                _unpack(archive, name, partial)
                archive.unlink()
            package.unlink()
        else:
            if options is None:
                options = _source_options(cache)
                _run(["apt-get", *options, "update"], cache)
            _run(["apt-get", *options, "source", "--download-only", name], cache)
            [archive] = cache.glob(name + "_*.orig.tar.*z")
            _unpack(archive, name, partial)
        partial.rename(folder)


def present(cache):
    """Whether all that fetch() would bring is there."""
    return all((cache / "unpacked" / name).is_dir() for name in BINARY + SOURCE)
