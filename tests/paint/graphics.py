# SPDX-License-Identifier: ISC
"""What terminals make of pictures: sixels by libsixel or ImageMagick, kitty's commands by a terminal of our
own, which knows just those of the protocol that it has been told of here."""
import base64
import io
import math
import re
import subprocess
import zlib

from PIL import Image, ImageChops


def sixel_image(data, tool="sixel2png"):
    """The picture that a sixel string draws."""
    command = ["sixel2png"] if tool == "sixel2png" else ["convert", "sixel:-", "png:-"]
    done = subprocess.run(command, input=data, capture_output=True, check=True)
    return Image.open(io.BytesIO(done.stdout)).convert("RGB")


def smaller(image, size):
    """Each dot the mean of what it covers: made larger by whole numbers first, then smaller by them."""
    for axis in (0, 1):
        common = math.gcd(image.size[axis], size[axis])
        large, divisor = list(image.size), [1, 1]
        large[axis] *= size[axis] // common
        divisor[axis] = image.size[axis] // common
        image = image.resize(large, Image.Resampling.NEAREST).reduce(tuple(divisor))
    assert image.size == size
    return image


def dots(terminal, rows, columns, half):
    """A window of blocks as an image of two dots (or one) a cell; None where nothing is drawn."""
    found = {}
    for row in range(rows):
        for column in range(columns):
            char, upper, lower = terminal.window.shown(row, column)
            assert char in ("▀", " ") and (half or char == " ")
            if char == " ":
                upper = lower
            found[column, 2 * row] = upper
            found[column, 2 * row + 1] = lower
    return found


def error(a, b):
    """The largest difference of any channel, and the mean of all."""
    assert a.size == b.size
    difference = ImageChops.difference(a, b)
    largest = max(high for _, high in difference.getextrema())
    data = difference.tobytes()
    return largest, sum(data) / len(data)


class Screen:
    """A window of cells of this size in pixels, black where nothing is drawn."""

    def __init__(self, rows, columns, cell):
        self.rows, self.columns, self.cell = rows, columns, cell
        self.image = Image.new("RGB", (columns * cell[0], rows * cell[1]))
        self.layers = {}  # kitty's: number -> (where, image)
        self._open = None  # an image that comes in chunks
        self.largest = 0  # of the images that there were at once
        self.sent = []  # the rectangles, in pixels

    def feed(self, data, tool="sixel2png"):
        """Takes whole frames."""
        at = 0
        where = saved = None
        while at < len(data):
            rest = data[at:]
            if rest.startswith(b"\0337"):
                saved, at = True, at + 2
            elif rest.startswith(b"\0338"):
                assert saved
                saved, at = None, at + 2
            elif match := re.match(rb"\033\[(\d+);(\d+)H", rest):
                assert saved
                where = (int(match[1]) - 1, int(match[2]) - 1)
                at += match.end()
            elif rest.startswith(b"\033P"):
                end = rest.index(b"\033\\") + 2
                self._sixel(where, rest[:end], tool)
                at += end
            elif match := re.match(rb"\033_G([^;\033]*)(?:;([A-Za-z0-9+/=]*))?\033\\", rest):
                self._kitty(where, dict(pair.split("=") for pair in match[1].decode().split(",")),
                            match[2] or b"")
                at += match.end()
            else:
                raise AssertionError(f"what is {rest[:40]!r}?")
        assert saved is None

    def _paste(self, where, size):
        left, top = where[1] * self.cell[0], where[0] * self.cell[1]
        # The bottom row is the messages', and nothing may reach into it.
        assert left + size[0] <= self.columns * self.cell[0]
        assert top + size[1] <= (self.rows - 1) * self.cell[1]
        self.sent.append((left, top, *size))
        return left, top

    def _sixel(self, where, data, tool):
        match = re.match(rb"\033P0;1;0q\"1;1;(\d+);(\d+)", data)
        size = int(match[1]), int(match[2])
        image = sixel_image(data, tool)
        assert image.width == size[0] and size[1] <= image.height < size[1] + 6
        self.image.paste(image.crop((0, 0, *size)), self._paste(where, size))

    def _kitty(self, where, keys, payload):
        assert len(payload) <= 4096
        assert self._open is None or set(keys) == {"m"}, "chunks are not mixed with other commands"
        if keys.get("a") == "d":
            assert keys["d"] == "I" and keys["q"] == "2"
            del self.layers[int(keys["i"])]
            return
        if self._open is None:
            assert keys["a"] == "T" and keys["f"] == "24" and keys["o"] == "z"
            assert keys["C"] == "1" and keys["q"] == "2" and int(keys["z"]) < -(1 << 30)
            self._open = [where, keys, b""]
        self._open[2] += base64.b64decode(payload, validate=True)
        if keys["m"] == "1":
            assert len(payload) % 4 == 0
            return
        where, keys, data = self._open
        self._open = None
        size = int(keys["s"]), int(keys["v"])
        assert size == (int(keys["c"]) * self.cell[0], int(keys["r"]) * self.cell[1])
        pixels = zlib.decompress(data)
        assert len(pixels) == size[0] * size[1] * 3
        assert int(keys["i"]) not in self.layers
        self.layers[int(keys["i"])] = (self._paste(where, size), Image.frombytes("RGB", size, pixels))
        self.largest = max(self.largest, len(self.layers))

    def shown(self):
        """What is seen: of kitty's images those with higher numbers lie above."""
        image = self.image.copy()
        for _, (place, layer) in sorted(self.layers.items()):
            image.paste(layer, place)
        return image
