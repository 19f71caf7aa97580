# SPDX-License-Identifier: ISC
"""Bulk output through ssh: xencon beside `ssh HOST cat`, in the same run, over the same sshd and cipher.

And beside nc(1), which says CONNECT to the same pool at a socket that is forwarded as xencon's is: what ssh takes for it
whoever asks. The console is cat's, too, and writes into the pool's connection itself: the simulated pool would take more
than xencon does. Prints MB/s of each, the median of some runs taken in turn, and xencon's ratios: of the medians, and the
median of each turn's.
"""
import multiprocessing
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "integration")]

import gates  # noqa: E402
import sim  # noqa: E402
import arguments  # noqa: E402

SIZE = 256 << 20
WARM = 1 << 20


def rate(command, env, request=b""):
    """MB/s from the first mebibyte on, so that logging in is nobody's burden. The head of an answer to the request counts
    as some of the bytes."""
    with subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        out, length, started = process.stdout.fileno(), 0, None
        process.stdin.write(request)
        process.stdin.flush()
        while data := os.read(out, 1 << 20):
            length += len(data)
            if started is None and length >= WARM:
                started, first = time.perf_counter(), length
            if length >= SIZE:
                break
        elapsed = time.perf_counter() - started
        process.stdin.close()
        process.terminate()
    assert length >= SIZE
    return (SIZE - first) / elapsed / 1e6


def serve(socket, data, said):
    """The pool, in a process of its own: what it costs is not the reader's."""
    pool = sim.Pool()
    pool.start()
    vm = pool.add_vm("web01", backend=sim.Command("cat", data, stay=True))     # until who reads has had enough
    pool.coordinator.listen_unix(socket)
    session = pool.sessions_table.admit("root", pool.coordinator).ref
    said.put(f"CONNECT /console?uuid={vm.console().uuid} HTTP/1.1\r\nCookie: session_id={session}\r\n\r\n".encode())
    time.sleep(3600)


def main():
    runs = arguments.take(__doc__, runs=5).runs
    gate = gates.Gate()
    (gate.folder / "data").write_bytes(os.urandom(SIZE + WARM))
    said = multiprocessing.Queue()
    pool = multiprocessing.Process(target=serve, daemon=True,
                                   args=(str(gate.socket), gate.folder / "data", said))
    pool.start()
    connect = said.get()
    forwarded = gate.folder / "forwarded"
    other = subprocess.Popen([*gate.command.split(), "-N", "-L", f"{forwarded}:{gate.socket}", gates.NAME])
    while not forwarded.exists():
        time.sleep(0.05)
    try:
        program = gate.program(tempfile.mkdtemp(dir=gate.folder))
        both = {"xencon": program.command("-q", "--stdio", "web01"),
                "ssh cat": [*gate.command.split(), gates.NAME, f"cat {gate.folder}/data"],
                "nc, a forwarded socket": ["nc", "-U", str(forwarded)]}
        seen = {who: [] for who in both}
        for _ in range(runs):
            for who, command in both.items():
                seen[who].append(rate(command, program.env, connect if "nc" in command else b""))
        medians = {who: statistics.median(rates) for who, rates in seen.items()}
        for who, median in medians.items():
            print(f"{who}: {median:.0f} MB/s")
        for who in list(medians)[1:]:
            turns = statistics.median(one / another for one, another in zip(seen["xencon"], seen[who]))
            print(f"xencon / {who}: {medians['xencon'] / medians[who]:.2f}, in a turn {turns:.2f}")
    finally:
        other.kill()
        other.wait()
        pool.terminate()
        gate.close()


if __name__ == "__main__":
    main()
