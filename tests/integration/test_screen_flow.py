# SPDX-License-Identifier: ISC
"""A server that offers to send changes by itself: it may while the terminal takes them, and not for longer."""
import random
import struct
import threading

import harness
import procs
import sim
from sim import rfb

OFFER = b"\x96"  # EndOfContinuousUpdates
CONTINUOUS = -313
SIDE = 64


class Flowing(sim.Rfb):
    """Sends a piece of noise over and over while it may. `states` are what clients have set, in order."""

    def __init__(self):
        super().__init__(640, 400)
        self.states, self.sent = [], 0
        self.more = threading.Condition()

    def serve(self, sock):
        viewer = _Viewer(self, sock)
        sender = threading.Thread(target=viewer.send, daemon=True)
        sender.start()
        try:
            viewer.run()
        finally:
            with self.more:
                viewer.over = True
                self.more.notify_all()
            sender.join()


class _Viewer(rfb.Viewer):
    def __init__(self, server, sock):
        super().__init__(server, sock)
        self.over = False
        self._writes = threading.Lock()
        self._messages[150] = self._enable

    def _set_encodings(self):
        super()._set_encodings()
        assert CONTINUOUS in self._server.events[-1]["encodings"]
        with self._writes:
            self._sock.sendall(OFFER)

    def _enable(self):
        on, *_ = self._unpack(">BHHHH")
        with self._server.more:
            self._server.states.append(bool(on))
            self._server.more.notify_all()
        if not on:
            with self._writes:
                self._sock.sendall(OFFER)

    def _update(self):
        incremental, *_ = self._unpack(">BHHHH")
        self._server.record("update", incremental=bool(incremental))
        if not incremental:
            with self._writes:
                self._sock.sendall(struct.pack(">BxHHHHHi", 0, 1, 0, 0, 640, 400, 0) + bytes(4 * 640 * 400))

    def send(self):
        rng = random.Random(1)
        try:
            while True:
                with self._server.more:
                    self._server.more.wait_for(lambda: self.over or self._server.states[-1:] == [True])
                    if self.over:
                        return
                    self._server.sent += 1
                place = rng.randrange(640 - SIDE), rng.randrange(400 - SIDE)
                with self._writes:
                    self._sock.sendall(struct.pack(">BxHHHHHi", 0, 1, *place, SIDE, SIDE, 0)
                                       + rng.randbytes(4 * SIDE * SIDE))
        except OSError:
            pass


def test_changes_flow_while_they_are_taken(pool, xencon):
    server = Flowing()
    pool.add_vm("web02", consoles=("rfb",), domain_type="hvm", rfb_backend=server)
    terminal = xencon.terminal("screen", "--graphics", "blocks", "web02", dimensions=(40, 120))
    terminal.send(b"\x1b[?62c")
    harness.eventually(lambda: server.states[:1] == [True], "changes may flow")
    # Nobody reads: then none comes.
    harness.eventually(lambda: server.states[-1:] == [False] and procs.rests(terminal.pid), "they are held")
    sent = server.sent
    assert procs.rests(terminal.pid, 1)
    assert server.sent == sent
    # Read again, and they flow.
    count = len(server.states)

    def flows():
        terminal.read_nonblocking(1 << 20, timeout=0.1)
        return True in server.states[count:]
    harness.eventually(flows, "they flow again")
    assert terminal.quit() == 0
