# SPDX-License-Identifier: ISC
"""What the kernel tells of a running program: memory, processor time, state, system calls."""
import functools
import os
import pathlib
import shutil
import subprocess
import time

import harness

STRACE = shutil.which("strace")
KEEPER = "xencon-keeper"


@functools.cache
def confines():
    """Whether the program was built to confine itself (-Dconfine)."""
    return KEEPER.encode() in pathlib.Path(harness.BINARY).read_bytes()


def memory(pid, field):
    """VmRSS or VmHWM (the most that it ever was) in bytes."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    raise AssertionError(f"no {field} of process {pid}")


def _stat(pid):
    """The fields of /proc/PID/stat from the state on."""
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def state(pid):
    """R, S, D, T (stopped) or Z (dead and not waited for)."""
    return _stat(pid)[0]


def is_gone(pid):
    """True when a process has ended, waited for or not."""
    try:
        return state(pid) in "ZX"
    except OSError:
        return True


def is_stopped(pid):
    """True when a process is stopped; one that has ended since it was listed is not."""
    try:
        return state(pid) == "T"
    except OSError:
        return False


def waits(pid, number):
    """True when a process catches a signal, and waits for something."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("SigCgt:"):
            return bool(int(line.split()[1], 16) >> (number - 1) & 1) and state(pid) == "S"
    return False


def ticks(pid):
    """Processor time in hundredths of a second."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) * 100 // os.sysconf("SC_CLK_TCK")


def processor_s(pid):
    """Processor time in seconds, to the nanosecond."""
    return int(pathlib.Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def descriptors(pid):
    """How many files a process has open."""
    return len(os.listdir(f"/proc/{pid}/fd"))


def is_keeper(pid):
    """True for the process that a confined one asks for what it may not do."""
    try:
        return pathlib.Path(f"/proc/{pid}/comm").read_text() == KEEPER + "\n"
    except OSError:
        return False   # it has ended


def offspring(pid):
    """All of its children."""
    return [int(word) for word in
            pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def children(pid):
    """Those that do something: without the keeper."""
    return [child for child in offspring(pid) if not is_keeper(child)]


def keeper(pid):
    """The one of that process."""
    found, = filter(is_keeper, offspring(pid))
    return found


def twins(pid):
    """The processes that were started with the same words: what a program has forked and left, too."""
    words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            twin = int(path.parent.name)
            if words and path.read_bytes() == words and twin != pid and not is_keeper(twin):
                found.append(twin)
        except (FileNotFoundError, ProcessLookupError):
            pass  # it has just ended
    return found


def wait_stopped(pid):
    harness.eventually(lambda: state(pid) == "T", "the program is stopped")


def _switches(pid):
    """How often a process has gone to sleep."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("voluntary_ctxt_switches:"):
            return int(line.split()[1])
    raise AssertionError(f"nothing is known of process {pid}")


def rests(pid, seconds=0.2):
    """True when a process sleeps for so long without waking up."""
    before = _switches(pid)
    if state(pid) != "S":
        return False
    time.sleep(seconds)
    return state(pid) == "S" and _switches(pid) == before


def calls(pid, seconds, trace):
    """How many system calls a process makes in so many seconds; None where they cannot be seen.
    `trace` is a file to use."""
    if STRACE is None:
        return None
    command = [STRACE, "-f", "-o", str(trace), "-p", str(pid)]
    tracer = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE)
    greeting = tracer.stderr.readline()
    if b"attached" not in greeting:
        tracer.communicate()
        return None
    time.sleep(seconds)
    tracer.terminate()
    tracer.communicate()
    lines = pathlib.Path(trace).read_text().splitlines()
    return sum(1 for line in lines if "detached" not in line and "---" not in line)
