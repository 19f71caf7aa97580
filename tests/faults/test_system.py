# SPDX-License-Identifier: ISC
"""The system fails, once, at each of its calls in turn: no crash, no hang, words, and the terminal as it was.

The seed of what is chosen is printed; SEED= takes it again.
"""
import os
import random

import pytest

import faulty

KINDS = ["memory", "read", "write", "poll", "open"]
SEED = int(os.environ.get("SEED", random.randrange(1 << 30)))
# Of the calls of each kind so many are tried, where not all are.
SOME = 6


def in_turn(command, kind, some=None, **more):
    whole = faulty.run(command, {"FAIL_WHAT": kind}, **more)
    assert whole.wrong == [] and whole.status in (0, 143), (whole.status, whole.said)
    assert whole.count > 0
    calls = range(1, whole.count + 1)
    if some:
        print(f"SEED={SEED}: {some} of {whole.count}")
        calls = sorted(random.Random(SEED).sample(calls, min(some, len(calls))))
    envs = [{"FAIL_WHAT": kind, "FAIL_AT": str(call)} for call in calls]
    outcomes = faulty.run_all(command, envs, **more)
    faulty.assert_well(envs, outcomes)
    return outcomes


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("command", faulty.COMMANDS)
def test_some(command, kind):
    in_turn(command, kind, SOME)


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("command", faulty.COMMANDS)
def test_each(command, kind):
    outcomes = in_turn(command, kind)
    # It does fail: else nothing was tried.
    assert any(outcome.status != 0 for outcome in outcomes)
