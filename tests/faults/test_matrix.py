# SPDX-License-Identifier: ISC
"""The matrix: what a server does wrong, in every phase of a connection.

doc/faults.md is its result; what stands there is what the program does. `UPDATE=1 pytest tests/faults/test_matrix.py`
writes it anew.
"""
import concurrent.futures
import os

import pytest

import cells
import document

# Most of them wait for a time limit.
AT_ONCE = 100


@pytest.fixture(scope="module")
def outcomes():
    """Of all cells: those that wait begin first, the others fill the time."""
    wanted = cells.cells()
    order = sorted(wanted, key=lambda cell: not cell.kind)
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as workers:
        ended = dict(zip(map(id, order), workers.map(cells.run, order)))
    return [(cell, ended[id(cell)]) for cell in wanted]


@pytest.mark.parametrize("phase", cells.PHASES)
def test_phase(phase, outcomes):
    done = [(cell, outcome) for cell, outcome in outcomes if cell.phase == phase]
    for cell, outcome in sorted(done, key=lambda each: each[1].seconds):
        print(f"{outcome.seconds:6.2f} s {outcome.peak:7} KiB  {cell.name}: {outcome.status}, {outcome.said}")
    assert {cell.name: outcome.wrong for cell, outcome in done if outcome.wrong} == {}


def test_the_document(outcomes):
    assert len(outcomes) >= 200
    made = document.write(outcomes)
    if os.environ.get("UPDATE"):
        document.PLACE.write_text(made)
    assert made == document.PLACE.read_text()
