# SPDX-License-Identifier: ISC
"""A screen without a monitor, for real viewers: Xvfb, what is on it, and somebody who types.

Pictures are PIL images. Knows nothing of VNC.
"""
import ctypes
import os
import pathlib
import signal
import struct
import subprocess

from PIL import Image, ImageChops

import harness

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)

# A block of this many pixels may differ: a text cursor that blinks, and a mouse pointer.
CURSORS = 400


class Display:
    """Xvfb in `folder`; `env` is what a program needs to show something on it."""

    WIDTH, HEIGHT = 1024, 768

    def __init__(self, folder):
        self._folder = pathlib.Path(folder)
        reader, writer = os.pipe()
        with os.fdopen(reader) as number:
            self._process = subprocess.Popen(
                ["Xvfb", "-displayfd", str(writer), "-fbdir", str(self._folder), "-noreset",
                 "-screen", "0", f"{self.WIDTH}x{self.HEIGHT}x24", "-nolisten", "tcp"],
                pass_fds=[writer], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                preexec_fn=lambda: _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL))
            os.close(writer)
            name = number.readline().strip()
        assert name, "Xvfb does not start"
        self.env = {"DISPLAY": f":{name}"}

    def stop(self):
        self._process.terminate()
        self._process.wait()

    def screenshot(self):
        """All of the screen: Xvfb keeps it in a file, in the format of xwd(1)."""
        data = (self._folder / "Xvfb_screen0").read_bytes()
        head = struct.unpack(">25I", data[:100])
        width, height, bits, stride, colours = head[4], head[5], head[11], head[12], head[19]
        assert bits == 32
        at = head[0] + 12 * colours
        return Image.frombuffer("RGB", (width, height), data[at:at + stride * height], "raw",
                                "BGRX", stride, 1)

    def window(self, name):
        """Waits for a window whose title has this word; gives its id."""
        return harness.eventually(
            lambda: self._tool("search", "--onlyvisible", "--name", name, check=False).split(),
            f"there is a window {name!r}")[-1]

    def place(self, window):
        """Left, top, width and height of a window."""
        words = dict(line.split("=") for line in
                     self._tool("getwindowgeometry", "--shell", window).splitlines())
        return tuple(int(words[key]) for key in ("X", "Y", "WIDTH", "HEIGHT"))

    def bottom_of(self, window, height):
        """What a window shows below its menu, and without the mouse in it."""
        self._tool("mousemove", str(self.WIDTH - 1), str(self.HEIGHT - 1))
        left, top, width, whole = self.place(window)
        bottom = top + whole
        return self.screenshot().crop((left, bottom - height, left + width, bottom))

    def enter(self, window, line):
        """Type a line and press Return."""
        self._tool("windowfocus", "--sync", window)
        self._tool("type", "--delay", "20", line)
        self._tool("key", "Return")

    def press(self, window, key):
        """A key for a window, or for whatever has the keyboard."""
        if window:
            self._tool("windowfocus", "--sync", window)
        self._tool("key", key)

    def _tool(self, *arguments, check=True):
        done = subprocess.run(["xdotool", *arguments], env={**os.environ, **self.env}, check=False,
                              capture_output=True, text=True)
        assert done.returncode == 0 or not check, done.stderr
        return done.stdout


def differing(one, other, tolerance=40):
    """How many pixels of two pictures are not of the same colour, or None when the sizes differ."""
    if one.size != other.size:
        return None
    difference = ImageChops.difference(one.convert("RGB"), other.convert("RGB"))
    strongest = ImageChops.lighter(ImageChops.lighter(*difference.split()[:2]),
                                   difference.split()[2])
    return sum(strongest.histogram()[tolerance + 1:])


def lit(picture):
    """How many pixels are not black."""
    return sum(picture.convert("L").histogram()[1:])
