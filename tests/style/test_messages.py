# SPDX-License-Identifier: ISC
"""doc/errors.md has a line for each message of a failure: with its exit status, and what to do."""
import pathlib
import re

import messages

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "doc" / "errors.md").read_text()
ROW = re.compile(r"^\| ((?:[^|\\]|\\.)+) \| ((?:[^|\\]|\\.)*) \|$", re.M)


def rows():
    """(status, message, what to do) of each line."""
    for part in re.split(r"^## ", DOCUMENT, flags=re.M)[1:]:
        if part[0].isdigit():
            for message, advice in ROW.findall(part)[1:]:
                yield int(part[0]), message.replace("\\|", "|"), advice


def test_the_list_is_that_of_the_sources():
    found, hints = messages.of_tree(ROOT / "src")
    assert len(found) > 250 and len(hints) > 80
    said = sorted((status, message) for message, statuses in found.items() for status in statuses)
    listed = sorted((status, message) for status, message, _ in rows())
    missing = [row for row in said if row not in listed]
    stale = [row for row in listed if row not in said]
    assert not missing, "doc/errors.md lacks these, with (exit status, message)"
    assert not stale, "nothing says these any more"
    assert listed == said, "each stands there once"
    plain = DOCUMENT.replace("\\|", "|")
    assert [hint for hint in hints if hint not in plain] == [], "doc/errors.md lacks these second lines"


def test_each_line_tells_what_to_do():
    assert [message for _, message, advice in rows() if len(advice.split()) < 2] == []


def test_statuses_are_the_program_s():
    code = (ROOT / "src" / "base" / "error.c").read_text()
    function = code[code.index("int error_exit_status"):]
    pending, found = [], {}
    for kind, status in re.findall(r"case ERROR_(\w+):|return (\d+);", function):
        pending.append(kind) if kind else found.update(dict.fromkeys(pending, int(status))) or pending.clear()
    assert {kind: found[kind] for kind in messages.STATUS} == messages.STATUS


def test_a_message_is_read_out_of_c():
    text = """/* error_set(err, ERROR_LOCAL, "no"); */
    return error_set(err, x ? ERROR_LOGIN : ERROR_LATE,
        "a \\"%s\\", (%zu%%) " "b", f(1, ')'), 2);
    error_hint(err, bad ? "one (of %" PRIu64 ")" : "two");"""
    assert messages.of_source(text) == [
        ("message", ["LOGIN", "LATE"], 'a "…", (…%) b'), ("hint", [], "one (of …)"), ("hint", [], "two")]
