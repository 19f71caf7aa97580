# SPDX-License-Identifier: ISC
"""doc/faults.md, out of what the cells have shown."""
import pathlib

import cells

PLACE = pathlib.Path(__file__).resolve().parents[2] / "doc" / "faults.md"
SAID_MAX = 260

HEAD = """\
# What a server can do wrong, and what xencon does then

Each row is a server that misbehaves in one way, in one phase of a connection, each time it gets there, and xencon on a
terminal. In all {count} of them: the exit status is the one that tests/faults/table.py has, what is said holds no
control character and no secret, the end comes within its time limits, memory stays below {peak} MiB by the kernel's
count, the terminal is as it was, and no process, connection or file is left behind. "session" is what became of the
session at the server: `none` was made, it is `gone`, or it is `not ours`: made by a login whose answer did not tell it.

Made by tests/faults/test_matrix.py, which compares it with what the program does: `UPDATE=1 /usr/bin/python3 -m pytest
tests/faults/test_matrix.py`. The server's address is HOST here, and `--connect-timeout` is {short} where a limit is waited for.
"""
PHASES = {
    "dial": "The TCP connection. `xencon web01`.",
    "TLS": "The server's first flight. `xencon web01`.",
    "login": "The answer to session.login_with_password. `xencon web01`.",
    "VM look-up": "The answer to VM.get_all_records_where. `xencon web01`.",
    "a VM's record": "The answer to VM.get_record, for a name that no query can say. `xencon 'say \"hi\"'`.",
    "which host": "The answer to session.get_this_host, asked in one flight with the VM: it would have saved a round trip. "
                  "`xencon shot web01 FILE`, or the command that is named.",
    "console look-up": "The answer to console.get_all_records_where. `xencon web01`.",
    "CONNECT": "The answer to CONNECT. `xencon web01`.",
    "relay": "What the console says. `xencon web01`.",
    "logout": "The answer to session.logout, behind a console that said hello and ended: that counts.",
    "event poll": "The answer to event.from. `xencon --wait=5 web02`, which is halted and stays so.",
    "RFB handshake": "The graphical console's first words. `xencon shot web01 FILE`.",
    "RFB stream": "What follows a good first picture. `xencon screen web01`, on a terminal.",
}


def _cell(text):
    text = text if len(text) <= SAID_MAX else text[:SAID_MAX].rstrip() + " …"
    return text.replace("|", "\\|").replace("<", "&lt;")


def write(outcomes):
    lines = [HEAD.format(count=len(outcomes), peak=cells.PEAK_MAX >> 10, short=cells.SHORT)]
    for phase in cells.PHASES:
        lines.append(f"\n## {phase}\n\n{PHASES[phase]}\n\n| what comes | status | session | what is said |\n|---|---|---|---|")
        lines += [f"| {_cell(cell.name)} | {outcome.status} | {outcome.session} | {_cell(outcome.said)} |"
                  for cell, outcome in outcomes if cell.phase == phase]
    return "\n".join(lines) + "\n"
