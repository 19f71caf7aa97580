# SPDX-License-Identifier: ISC
"""What is measured, as rows: the same figure of each program, several times. Tables, JSON and a picture of them."""
import dataclasses
import html
import os
import pathlib
import platform
import re
import statistics
import subprocess

OURS = "xencon"


@dataclasses.dataclass
class Row:
    """One figure. `found` has the values of each program that was measured, ours first; `most` is what ours is
    to be at most, where nobody else does such a thing."""
    what: str
    unit: str
    found: dict
    more_is_better: bool = False
    most: float = None

    def median(self, name):
        return statistics.median(self.found[name])

    @property
    def peers(self):
        return [name for name in self.found if name != OURS]

    @property
    def best_peer(self):
        choose = max if self.more_is_better else min
        return choose(self.peers, key=self.median) if self.peers else None

    @property
    def ratio(self):
        """Ours to the best peer's: below 1 is better, or above where more is."""
        if not self.peers or self.median(self.best_peer) == 0:
            return None
        return self.median(OURS) / self.median(self.best_peer)

    @property
    def is_first(self):
        ratio = self.ratio
        if ratio is None:
            return self.most is None or self.median(OURS) <= self.most
        return ratio >= 1 if self.more_is_better else ratio <= 1


def digits(value):
    """Three of them that count."""
    if value == 0:
        return "0"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def show(values):
    middle = digits(statistics.median(values))
    least, most = digits(min(values)), digits(max(values))
    return middle if least == most else f"{middle} ({least} to {most})"


def version(command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    line = next((line for line in (done.stdout + done.stderr).split("\n") if re.search(r"\d\.\d", line)), "")
    return re.split(r" \(| on |,", line)[0]


def machine():
    model = next((line.partition(":")[2].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")),
                 platform.machine())
    return f"{os.cpu_count()} x {model}, {platform.system()} {platform.release()}, load {os.getloadavg()[0]:.1f}"


def table(rows):
    """The lines of a table in Markdown."""
    yield "| | unit | xencon | its best peer | ratio | others |"
    yield "|---" * 6 + "|"
    for row in rows:
        best = row.best_peer
        others = "; ".join(f"{name} {show(row.found[name])}" for name in row.peers if name != best)
        peer = f"{best} {show(row.found[best])}" if best else f"at most {digits(row.most)}" if row.most is not None else ""
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        first = "" if row.is_first else " *"
        yield f"| {row.what} | {row.unit} | {show(row.found[OURS])} | {peer} | {ratio}{first} | {others} |"


def as_data(rows):
    """For JSON."""
    return [{"what": row.what, "unit": row.unit, "more_is_better": row.more_is_better, "found": row.found,
             "ratio": row.ratio} for row in rows]


WIDTH, LABELS, STEP, SCALE = 860, 330, 22, 220


def picture(rows, title):
    """An SVG: how many times better than the best peer each figure is; the line is where both are alike."""
    compared = [row for row in rows if row.ratio]
    height = STEP * (len(compared) + 3)
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" font-family="sans-serif" '
           'font-size="13">')
    yield f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>'
    yield f'<text x="8" y="{STEP}" font-weight="bold">{html.escape(title)}</text>'
    for number, row in enumerate(compared):
        y = STEP * (number + 2)
        better = row.ratio if row.more_is_better else 1 / row.ratio
        length = SCALE * min(better, 2)
        colour = "#2a7a3b" if row.is_first else "#b3541e"
        yield f'<text x="{LABELS - 8}" y="{y}" text-anchor="end">{html.escape(row.what)}</text>'
        yield f'<rect x="{LABELS}" y="{y - 12}" width="{length:.0f}" height="15" fill="{colour}"/>'
        yield (f'<text x="{LABELS + length + 6:.0f}" y="{y}">{better:.2f} times '
               f'{html.escape(row.best_peer)}</text>')
    yield (f'<line x1="{LABELS + SCALE}" y1="{STEP + 6}" x2="{LABELS + SCALE}" y2="{height - STEP // 2}" '
           'stroke="#444444" stroke-dasharray="4 3"/>')
    yield "</svg>"


def write(path, lines):
    pathlib.Path(path).write_text("\n".join(lines) + "\n")
