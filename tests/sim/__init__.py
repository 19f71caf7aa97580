# SPDX-License-Identifier: ISC
"""A simulated XAPI pool: on the wire as real hosts are, and misbehaving on request.

    with sim.Pool() as pool:
        vm = pool.add_vm("web01", backend=sim.Echo())
        ...                      # pool.coordinator.url, pool.requests, pool.sessions
        pool.faults.add(sim.Fault("connect", "reset"))

Standard library only, and the openssl command for certificates. What it does is held against
recorded exchanges by tests/protocol. Run `python3 -m sim` for a pool to play with.

How tests control it. At once, seen by clients in one piece:

    vm.start() shutdown() reboot(quick) migrate(host) destroy() rename(name); pool.clone(vm, name)
    pool.elect(host); host.stop() start() show(certificate, known) renew_certificate(known=False)
    pool.settings.NAME = value (pool.SETTINGS); pool.expire_sessions(); pool.unknown_calls.add(name)

In the steps of a real pool, as courses (courses.py) that stand where a test wants them:

    course = vm.begin("clean_reboot").to("404")     # transitions.py; also by_guest=True, host=…
    course = pool.designate(host).to("elected")     # changes.py; emergency_transition, bring_back,
    course.finish()                                 # restart
    hold = pool.hold("VM.start", "resident", vm)    # the next such call of a client stops there
    hold.wait(); hold.move("after"); hold.finish()
    pool.scale = 0.1                                # calls take a tenth of the real time; 0: none

What a step is called after is mostly what CONNECT says from then on: 404, 500, or nothing, which is
200 and the end of file. States by themselves:

    host.life.set(front=…, xapi=…, hangs=…, error=…)    # life.py: dead, starting, waiting
    pool.kill_coordinator(); pool.eject(host)           # gives the pool that the host now is
    pool.save_database(); pool.restore_database()       # tokens of event.from become deaf
    host.network("stall")                               # network.py; refuse, reset, up
    lost = host.lose(); lost.notice()                   # connections that died; the host notices
    pool.database.short_lived = True                    # what came and went shows its end

No test has to sleep: `Hold.wait`, `Journal.wait` and reading from a connection wait for what is
meant. The API has these changes, too: operations.py, and pool.designate_new_master.
"""
from . import certs
from .backends import Backend, Command, Dead, Echo, Script, Sink, Socket, Source
from .database import ApiError
from .faults import Fault
from .pool import Pool
from .rfb import Rfb
from .sessions import REAL_AUTH_DELAY
from .shell import Shell
from .textscreen import TextScreen

__all__ = ["ApiError", "Backend", "Command", "Dead", "Echo", "Fault", "Pool", "REAL_AUTH_DELAY", "Rfb",
           "Script", "Shell", "Sink", "Socket", "Source", "TextScreen", "certs"]
