# SPDX-License-Identifier: ISC
"""Signals at 300 moments from start to end, each before a call of the system or of memory that chance has chosen, and
in the midst of each call that may wait: the terminal is as it was, the session is gone, the status is right. The seed is
printed; SEED= takes it again.
"""
import os
import random
import signal

import pytest

import faulty

SEED = int(os.environ.get("SEED", random.randrange(1 << 30)))
MOMENTS = 300
SOME = 24
FATAL = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT]
# These end nothing: who is stopped is told to go on by the guard, which looks at the terminal before.
OTHERS = [signal.SIGWINCH, signal.SIGCHLD, signal.SIGCONT, signal.SIGTSTP]


def moments(count):
    """(command, signal, which of its calls), in equal parts."""
    chance = random.Random(SEED)
    print(f"SEED={SEED}")
    lengths = {command: faulty.run(command, {"FAIL_WHAT": "signal"}).count for command in faulty.COMMANDS}
    assert min(lengths.values()) > 100
    kinds = [(command, number) for command in faulty.COMMANDS for number in FATAL + OTHERS]
    for index in range(count):
        command, number = kinds[index % len(kinds)]
        yield command, number, chance.randint(1, lengths[command])


def send(moment, what="signal", **more):
    command, number, call = moment
    outcome = faulty.run(command, {"FAIL_WHAT": what, "FAIL_AT": str(call), "FAIL_SIGNAL": str(int(number)), **more})
    wrong = list(outcome.wrong)
    # What came at the very end, when all was done, may have ended it or not; before that it has.
    right = {0, 128 + number} if number in FATAL else {0}
    if outcome.status not in right:
        wrong.append(f"status {outcome.status}: {outcome.said!r}")
    if outcome.sessions:
        wrong.append(f"a session is left: {outcome.said!r}")
    return outcome, wrong


def check(count):
    wanted = list(moments(count))
    with faulty.workers() as workers:
        done = list(workers.map(send, wanted))
    assert {str(moment): wrong for moment, (_, wrong) in zip(wanted, done) if wrong} == {}
    assert any(outcome.stops for outcome, _ in done)
    ended = [outcome.status for (_, number, _), (outcome, _) in zip(wanted, done) if number in FATAL]
    assert sum(status != 0 for status in ended) > len(ended) * 2 // 3


def test_some_moments():
    check(SOME)


@pytest.mark.long
def test_many_moments():
    check(MOMENTS)


# Where there is a keeper, and no process that would log out beside the console, the program does that in the end, confined.
KEEPER_ALONE = {"FAIL_FORK": "2"}


@pytest.mark.parametrize("command, more", [*((command, {}) for command in faulty.COMMANDS),
                                           ("console", KEEPER_ALONE), ("screen", KEEPER_ALONE)])
def test_amid_each_call_that_may_wait(command, more):
    calls = faulty.run(command, {"FAIL_WHAT": "amid", **more}).count
    assert calls > 10
    wanted = [(command, FATAL[call % len(FATAL)], call) for call in range(1, calls + 1)]
    with faulty.workers() as workers:
        done = list(workers.map(lambda moment: send(moment, "amid", **more), wanted))
    assert {str(moment): wrong for moment, (_, wrong) in zip(wanted, done) if wrong} == {}
    assert sum(outcome.status != 0 for outcome, _ in done) > len(done) // 3
