# SPDX-License-Identifier: ISC
"""One cell of the matrix: a pool that misbehaves in one way at one place, the program, and how that went."""
import contextlib
import dataclasses
import re
import tempfile
import threading
import time

import sim

import guarded
import harness
import table

HELLO = b"hello from web01\r\n"
# At most so many are on their way to where the server misbehaves. Those that wait there cost nothing; but those that
# have a short time limit must not meet it on the way.
STARTING = {True: threading.Semaphore(3), False: threading.Semaphore(8)}
# What is waited for is given up after so many seconds, the others after the usual time, which none of them takes.
SHORT = 4
# The kernel's peak, KiB: a reply of 128 MiB, what is kept of one as JSON (256 MiB), and what a sanitizer needs.
PEAK_MAX = 640 * 1024
# And nothing may take as long as this, where that is the limit.
PATIENCE = guarded.PATIENCE


@dataclasses.dataclass
class Cell:
    phase: str
    name: str
    status: int
    words: list
    fault: sim.Fault = None
    refuse: bool = False
    text: object = None
    graphical: object = None
    tls: bool = False
    kind: str = ""
    login: bool = False         # the session may have been made without our hearing of it
    vm: str = "web01"


@dataclasses.dataclass
class Outcome:
    status: int
    said: str
    session: str
    peak: int
    wrong: list
    seconds: float = 0


def _rpc(phase, method, words, rows, ok=0, **more):
    for name, how, status, *rest in rows:
        kind = next((word for word in rest if isinstance(word, str)), "")
        yield Cell(phase, name, status if ok is None or status != 0 else ok, words,
                   fault=sim.Fault("rpc", times=None, method=method, **how), kind=kind, **more)


def _always(rows, status):
    return [(name, how, status, *rest) for name, how, _, *rest in rows]


def _followed(rows):
    """Another question's answer stands right behind: an answer that claims too much eats of it."""
    return [(name, how, table.WRONG) if name == table.TOO_LONG else (name, how, *rest) for name, how, *rest in rows]


def _phases():
    console, wait = ["web01"], ["--wait=5", "web02"]
    shot, quoted = ["shot", "web01", "FOLDER/home/shot.png"], 'say "hi"'
    for name, how, status, *kind in table.DIAL:
        refuse = how["action"] == "refuse"
        yield Cell("dial", name, status, console, refuse=refuse, tls=True, kind="".join(kind),
                   fault=None if refuse else sim.Fault("accept", times=None, **how))
    for name, how, status, *kind in table.TLS:
        yield Cell("TLS", name, status, console, fault=sim.Fault("tls", times=None, **how), tls=True, kind="".join(kind))
    calls = [(name, how, status, *kind) for name, how, status, _, *kind in table.HTTP]
    yield from _rpc("login", "session.login_with_password", console, calls + table.JSON + table.LOGIN_ANSWERS, login=True)
    yield from _rpc("VM look-up", "VM.get_all_records_where", console,
                    _followed(calls) + table.JSON + table.VM_ANSWERS)
    yield from _rpc("a VM's record", "VM.get_record", [quoted], table.JSON + table.RECORD_ANSWERS, vm=quoted)
    yield from _rpc("which host", "session.get_this_host", shot,
                    _always(calls + table.JSON, table.OK) + table.HOST_ANSWERS)
    for words, leave in ((["type", "web01", "x"], ()), (["screen", "web01"], (table.LEAVES,))):
        some = [(f"{words[0]}: {name}", how, table.OK, *leave) for name, how, *_ in calls + table.JSON + table.HOST_ANSWERS
                if name in table.HOST_SOME]
        yield from _rpc("which host", "session.get_this_host", words, some)
    yield from _rpc("console look-up", "console.get_all_records_where", console,
                    calls + table.JSON + table.CONSOLE_ANSWERS)
    for name, how, _, status, *kind in table.HTTP:
        if status is not None:
            yield Cell("CONNECT", name, status, console, fault=sim.Fault("connect", times=None, **how), kind="".join(kind))
    for name, data, how, status, *kind in table.RELAY:
        yield Cell("relay", name, status, console, text=sim.Source(data), tls=True, kind="".join(kind),
                   fault=sim.Fault("console", times=None, **how) if how else None)
    yield from _rpc("logout", "session.logout", console, _always(calls + table.JSON, table.OK))
    polled = [(*row[:3], table.WAITS) for row in calls + table.JSON]
    yield from _rpc("event poll", "event.from", wait, _always(polled, table.NONE) + table.EVENT_ANSWERS)
    for name, dialogue, status, *kind in table.HANDSHAKE:
        yield Cell("RFB handshake", name, status, shot,
                   graphical=sim.Script(dialogue), kind="".join(kind))
    for name, dialogue, status, *kind in table.STREAM:
        yield Cell("RFB stream", name, status, ["screen", "web01"], graphical=sim.Script(dialogue), kind="".join(kind))


def cells():
    """All of them, in the table's order; anew each time, since faults are used up."""
    return list(_phases())


PHASES = list(dict.fromkeys(cell.phase for cell in cells()))


def _pool(cell):
    pool = sim.Pool(tls=cell.tls)
    pool.start()
    pool.add_vm(cell.vm, backend=cell.text or sim.Source(HELLO), rfb_backend=cell.graphical)
    pool.add_vm("web02", power_state="Halted")
    if cell.fault:
        pool.faults.add(cell.fault)
    if cell.refuse:
        pool.coordinator.stop()
    return pool


TYPED = {table.LEAVES: guarded.QUIT, table.SAYS_NO: b"no\r"}


def run(cell):
    began = time.monotonic()
    try:
        outcome = _run(cell)
        outcome.seconds = time.monotonic() - began
        return outcome
    except guarded.Hangs as hangs:
        return Outcome(-1, "", "", 0, [str(hangs)])


def _run(cell):
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        pool = _pool(cell)
        stack.callback(pool.stop)
        words = [f"--connect-timeout={SHORT if cell.kind == table.WAITS else 15}"]
        if cell.tls:
            words += ["--cacert", harness.certificates(pool, folder)]
        words += [word.replace("FOLDER", folder) for word in cell.words]
        with STARTING[cell.kind == table.WAITS]:
            program = guarded.Run(folder, *words, env={"XENCON_SERVER": pool.coordinator.url})
            stack.callback(program.close)
            while not _is_there(cell, pool) and program.turn(0.05):
                pass
            if not cell.kind:
                program.finish()
        if cell.kind:
            program.finish(type=TYPED.get(cell.kind, b""))
        return _judge(cell, pool, program)


def _is_there(cell, pool):
    """Whether it has come to where the server misbehaves."""
    if cell.fault:
        return cell.fault.used > 0
    return any(request.kind == "CONNECT" for request in pool.requests)


def _judge(cell, pool, program):
    wrong = []
    said = bytes(program.said)
    if program.status != cell.status:
        wrong.append(f"status {program.status}, not {cell.status}")
    if program.status != 0 and b"xencon: " not in said:
        wrong.append(f"says {said[:200]!r}")
    if re.search(rb"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]|\r[^\n]", said) or b"\xc2\x9b" in said or "\u202e".encode() in said:
        wrong.append(f"would drive the terminal: {said!r}")
    if b"secret" in said:
        wrong.append("tells the password")
    if not program.is_restored():
        wrong.append(f"the terminal is not restored: {guarded.modes_left(bytes(program.printed))}")
    if program.peak > PEAK_MAX:
        wrong.append(f"{program.peak} KiB of memory")
    if program.left:
        wrong.append("a process is left")
    if program.sockets():
        wrong.append(f"left: {program.sockets()}")
    if not pool.journal.wait(lambda: not pool.open_connections, PATIENCE):
        wrong.append("a connection is left")
    session = "none" if not pool.sessions_table.most else "gone" if not pool.sessions else "not ours"
    if pool.sessions and not cell.login:
        wrong.append(f"{len(pool.sessions)} sessions are left")
    return Outcome(program.status, _plain(said.decode(), program, pool), session, program.peak, wrong)


def _plain(said, program, pool):
    """What is said, without what differs from run to run."""
    said = said.replace(str(program.folder), "…")
    said = re.sub(r"127\.0\.0\.\d+(:\d+)?", "HOST", said)
    said = re.sub(r"[A-Z][a-z]{2} +\d+ [\d:]{8} \d{4} GMT", "DATE", said)
    said = re.sub(r"([0-9A-F]{2}:){31}[0-9A-F]{2}", "FINGERPRINT", said)
    said = re.sub(r"(OpaqueRef:)?[0-9a-f]{8}-[0-9a-f-]{27}", "UUID", said)
    # What became of the VM is asked for within a second, which may be too short.
    said = re.sub(r"(has ended: the VM) .*", r"\1 …", said)
    # A reset may be there before the connection is, or behind it.
    said = said.replace("cannot connect to HOST: Connection reset", "no TLS connection with HOST: Connection reset")
    lines = [line.removeprefix("xencon: ") for line in said.splitlines()]
    return " / ".join(line for line in lines if line and not line.startswith("attached to"))
