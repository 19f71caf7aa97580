# SPDX-License-Identifier: ISC
"""What is said, and the exit status, when a console is asked for in each moment of each operation.

The table is doc/moments.md: what stands there is what the program does. `UPDATE=1 pytest …` writes it anew.
"""
import concurrent.futures
import os
import pathlib
import re

import pytest

import guests
import harness
import rfbclient

TABLE = pathlib.Path(__file__).resolve().parents[2] / "doc" / "moments.md"

# Each from a machine that runs, but for those that begin with what stands here.
BEFORE = {"start": None, "resume": "suspend", "unpause": "pause"}
OPERATIONS = ["start", "resume", "unpause", "pause", "clean_reboot", "hard_reboot", "clean_shutdown",
              "hard_shutdown", "suspend", "pool_migrate"]
VIEWER = "`vnc` viewer"
COMMANDS = {"`console`": [], "`--stdio`": ["--stdio"], "`vnc --stdio`": ["vnc", "--stdio"],
            VIEWER: ["vnc", "--once", "--listen", "127.0.0.1:0"]}

HEAD = """\
# What is said when a console is asked for in the midst of something

Each row is a VM that is in the middle of an operation and stays there; the moment is named after what the host
answers to CONNECT from then on (`nothing`: 200, and then the end). Made by tests/integration/test_errors_table.py,
which compares it with what the program does. "attached" means that the console came within the 3 s for which
xencon looks again. A `vnc` viewer is one that connects to what `xencon vnc --once` has announced; where nothing was
announced, there was nothing to connect to.

| operation | moment | command | status | what is said |
|---|---|---|---|---|
"""


def bring(pool, name, operation, step):
    vm = guests.add(pool, name, host=pool.hosts[0]).vm
    if operation in BEFORE:
        before = BEFORE[operation]
        if before:
            vm.begin(before).finish()
        else:
            vm.shutdown()
    course = vm.begin(operation, pool.hosts[1] if operation == "pool_migrate" else None)
    if step != "before":
        course.to(step)
    return vm


def moments(pool):
    for operation in OPERATIONS:
        vm = bring(pool, f"probe {operation}", operation, "before")
        for step in vm.begin(operation).names:
            yield operation, step


def view(url):
    """Connects a viewer: the reason for which it is turned away, or None."""
    with rfbclient.Viewer(url) as viewer:
        viewer.read(12)
        viewer.send(rfbclient.VERSION_3_3)
        if viewer.unpack(">I") == (rfbclient.SECURITY_NONE,):
            return None
        return viewer.read(*viewer.unpack(">I")).decode()


def attach(process, title):
    """Whether the console came, and what a viewer was told where it did not."""
    if title != VIEWER:
        return bool(process.stdout.read(4)), []
    url = process.stdout.readline().decode().strip()
    if not url:
        return False, []
    reason = view(url)
    return reason is None, [] if reason is None else [f'the viewer: "{reason}"']


def ask(xencon, title, name, words):
    """The row's end: status, and what is said; a console that is attached is left."""
    process = xencon.start("-q", *words, name)
    attached, said = attach(process, title)
    if attached:
        harness.kill(process)
        harness.finish(process)
        return "", "attached"
    status = harness.finish(process)
    said += process.stderr.read().decode().splitlines()
    words = " / ".join(line.removeprefix("xencon: ") for line in said)
    words = re.sub(r"127\.0\.0\.\d+:\d+", "HOST", words).replace(name, "web01")
    return status, re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "UUID", words)


@pytest.mark.plain
def test_the_table(make_pool, make_xencon):
    pool = make_pool(hosts=2)
    xencon = make_xencon(pool)
    rows = []
    for operation, step in moments(pool):
        for title, words in COMMANDS.items():
            name = f"vm{len(rows)}"
            bring(pool, name, operation, step)
            rows.append((operation, step, title, name, words))
    with concurrent.futures.ThreadPoolExecutor(8) as workers:
        ends = list(workers.map(lambda row: ask(xencon, *row[2:]), rows))
    made = HEAD + "".join(
        f"| {operation} | {step} | {title} | {status} | {said} |\n"
        for (operation, step, title, _, _), (status, said) in zip(rows, ends))
    if os.environ.get("UPDATE"):
        TABLE.write_text(made)
    assert made == TABLE.read_text()
    # Nobody is told to restart, or to start, what is on its way. (With the new consoles' records a migration is
    # over for the database: a 404 that lasts beyond that is a backend that is not there.)
    for row in made.splitlines():
        moment = row.split(" | ")[1:2]
        if moment and moment[0] not in ("before", "after", "consoles"):
            assert "restart of the VM" not in row and "xe vm-" not in row, row
