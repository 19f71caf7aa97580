"""A simulated XAPI pool: on the wire as real hosts are, and misbehaving on request.

    with sim.Pool() as pool:
        vm = pool.add_vm("web01", backend=sim.Echo())
        ...                      # pool.coordinator.url, pool.requests, pool.sessions
        pool.faults.add(sim.Fault("connect", "reset"))

Standard library only, and the openssl command for certificates. What it does is held against
recorded exchanges by tests/protocol. Run `python3 -m sim` for a pool to play with.
"""
from . import certs
from .backends import Backend, Dead, Echo, Script, Sink, Socket, Source
from .database import ApiError
from .faults import Fault
from .pool import Pool
from .rfb import Rfb
from .sessions import REAL_AUTH_DELAY
from .shell import Shell

__all__ = ["ApiError", "Backend", "Dead", "Echo", "Fault", "Pool", "REAL_AUTH_DELAY", "Rfb",
           "Script", "Shell", "Sink", "Socket", "Source", "certs"]
