# SPDX-License-Identifier: ISC
"""The messages of errors that stand in the sources, as doc/messages.md lists them.

Owns a reading of C that is enough for calls of error_set, error_set_errno and error_hint, and of the table of XAPI's
own errors. A message is shown as a person meets it: what is filled in is "…".
"""
import re

# As error_exit_status has it.
STATUS = {"LOCAL": 1, "PROTOCOL": 1, "USAGE": 2, "UNREACHABLE": 3, "UNTRUSTED": 3, "LOGIN": 4, "NOT_FOUND": 5,
          "UNAVAILABLE": 6, "LOST": 7, "LATE": 8}
CALL = re.compile(r"\b(error_set|error_set_errno|error_hint)\(")
CONVERSION = re.compile(r"%(?:[-0-9.*]*(?:zu|zd|ll?[dux]|[a-zA-Z])|[1-9])")
LITERAL = re.compile(r'"((?:\\.|[^"\\])*)"')
# A row of the table: code, kind, reason, and then text, cause, hint.
MEANING = re.compile(r"\{[\"A-Z_0-9]+, ERROR_(\w+), REASON_\w+,\s")


def arguments(text, at):
    """The arguments of the call whose parenthesis opened just before `at`."""
    found, current, depth = [], "", 1
    while depth:
        literal = LITERAL.match(text, at) or re.compile(r"'(?:\\.|[^'])'").match(text, at)
        piece = literal[0] if literal else text[at]
        at += len(piece)
        depth += (piece in "([{") - (piece in ")]}")
        if not depth:
            break
        if piece == "," and depth == 1:
            found.append(current.strip())
            current = ""
        else:
            current += piece
    return [*found, current.strip()]


def shown(words):
    """The texts of an argument: one, or those that a condition chooses from."""
    texts = []
    for branch in re.split(r"(?<=[\w)\"\s])\s[?:]\s", words):
        if branch.lstrip().startswith('"'):
            # PRIu64 and its like stand between literals.
            text = "".join(LITERAL.findall(re.sub(r'%"\s*PRI\w+\s*"', "%d", branch)))
            text = text.replace('\\"', '"').replace("\\\\", "\\").replace("%%", "\0")
            texts.append(CONVERSION.sub("…", text).replace("\0", "%").replace("……", "…"))
    return texts


def of_source(text):
    """Each (what, kinds, text) in order: "message" with the names of its kinds, or "hint" with none."""
    code = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    found = []
    for call in CALL.finditer(code):
        words = arguments(code, call.end())
        if words[0] == "struct error *err":
            continue                       # the function itself
        hint = call[1] == "error_hint"
        kinds = [] if hint else re.findall(r"ERROR_(\w+)", words[1])
        for each in shown(words[1 if hint else 2]):
            if each.strip("…") and (hint or kinds):
                found.append(("hint" if hint else "message", kinds, each))
    for row in MEANING.finditer(code):
        message, _, hint = (shown(words) for words in arguments(code, row.end()))
        found += [("message", [row[1]], message[0]), *(("hint", [], each) for each in hint if each)]
    return found


def of_tree(folder):
    """Two dicts: the messages with the set of their exit statuses, and each hint with the messages before it."""
    messages, hints = {}, {}
    for path in sorted(folder.rglob("*.c")):
        last = None
        for what, kinds, text in of_source(path.read_text()):
            if what == "message":
                messages.setdefault(text, set()).update(STATUS[kind] for kind in kinds)
                last = text
            else:
                hints.setdefault(text, []).append(last)
    return messages, hints
