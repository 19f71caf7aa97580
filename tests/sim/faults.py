# SPDX-License-Identifier: ISC
"""Misbehaviour on request.

A fault waits at a stage until something gets there, and is used up after `times` (None: never).

    stage     what it spoils                          `host` and `method` narrow it to
    accept    a TCP connection that was just made     a host
    tls       the server's first flight               a host
    rpc       the reply to a call                     a host, a call's name
    connect   the reply to CONNECT                    a host
    console   what a console says, once it is open    a host, a protocol (vt100, rfb)

    action            stages    does
    split             2345      in pieces: cut at `at`, or `every` so many bytes; `pause` between
    drip              2345      split with every=1 and pause=0.001
    delay             1234      waits for `seconds` first, or `until` that gives true; a call's answer
                                is made before that, and a request shows its method once it is
    stall             12345     nothing more is sent or read, until the client closes
    silence           12345     nothing more is sent, but what comes is read and dropped
    reset             12345     a TCP reset
    truncate          2345      the first `at` bytes, then end of file without close_notify
    close             12345     end of file instead of an answer; clean=False: without close_notify
    replace           234       `data` instead of the answer, then goes on
    append            34        the right answer with `data` behind it, in one piece; then goes on
    garble            12345     `data` (default: noise) instead of the answer, then end of file
    wrong_cert        2         shows another `certificate` (default: a new one) from then on
    error             3         the call fails with `code` and `params`
    expire            34        all sessions have ended before this request
    not_json          3         an answer that is not JSON
    connection_close  3         the right answer, `connection: close`, and end of file
    status            34        another `line` ("503 Busy"), `headers`, `body`; then end of file
    oversize          34        too much of `part`: head, body, or length (a lie about the body);
                                `size` bytes of it, None for no end; `line` changes the status
    change            234       `change(data)` instead of the answer: bytes, or pieces without end;
                                then goes on, or `then` "close", "stall", "reset"
    join              4         reply and console's first bytes (or `data`) in one piece, for which
                                it waits up to `wait` seconds

Stages are numbered in the order of the first table. At `console`, `at` is how much the console
says before the action; pieces are TLS records of their own, or segments in the clear.
"""
import select
import threading

from . import certs, http
from .database import ApiError
from .stream import CHUNK, Gone

STAGES = ("accept", "tls", "rpc", "connect", "console")
NOISE = bytes(range(128, 256)) + b"\r\n\r\n"
FILLER = b"x" * CHUNK
LOOK_SECONDS = .01

# Each action's stages, by number, and parameters.
_ACTIONS = {
    "split": ("2345", "at every pause"),
    "drip": ("2345", "every pause"),
    "delay": ("1234", "seconds until"),
    "stall": ("12345", "at"),
    "silence": ("12345", "at"),
    "reset": ("12345", "at"),
    "truncate": ("2345", "at"),
    "close": ("12345", "at clean"),
    "replace": ("234", "data"),
    "append": ("34", "data"),
    "garble": ("12345", "at data"),
    "wrong_cert": ("2", "certificate"),
    "error": ("3", "code params"),
    "expire": ("34", ""),
    "not_json": ("3", "body"),
    "connection_close": ("3", ""),
    "status": ("34", "line headers body"),
    "oversize": ("34", "part size line"),
    "change": ("234", "change then every pause"),
    "join": ("4", "data wait"),
}


class Fault:
    """One fault; `used` counts how often it has struck."""

    def __init__(self, stage, action, times=1, host=None, method=None, **params):
        stages, names = _ACTIONS.get(action, ("", ""))
        if stage not in STAGES or str(STAGES.index(stage) + 1) not in stages:
            raise ValueError(f"no fault {action!r} at {stage!r}")
        if not set(params) <= set(names.split()):
            raise ValueError(f"{action!r} takes no {', '.join(set(params) - set(names.split()))}")
        self.stage = stage
        self.action = action
        self.times = times
        self.host = host
        self.method = method
        self.used = 0
        self._params = params

    def get(self, name, default=None):
        return self._params.get(name, default)

    def __repr__(self):
        return f"<Fault {self.action} at {self.stage}, used {self.used}>"


class Faults:
    """The faults that wait."""

    def __init__(self):
        self._waiting = []
        self._lock = threading.Lock()

    def add(self, fault):
        with self._lock:
            self._waiting.append(fault)
        return fault

    def clear(self):
        with self._lock:
            self._waiting.clear()

    def take(self, stage, host, method=None):
        """The first fault that waits for this, or None."""
        with self._lock:
            for fault in self._waiting:
                if (fault.stage == stage and fault.host in (None, host)
                        and fault.method in (None, method)
                        and (fault.times is None or fault.used < fault.times)):
                    fault.used += 1
                    return fault
            return None


def spoil(fault, stream, host):
    """Do to a new connection what the fault says; Gone when that was its end."""
    _send(fault, stream, b"", host)
    if fault.action != "delay":
        raise Gone(fault.action)


def first_flight(fault, host):
    """What spoils the first flight of a handshake, for a TlsStream."""

    def shape(stream):
        flight, stream.outbound = bytes(stream.outbound), bytearray()
        _send(fault, _Wire(stream), flight, host)

    return shape


def change_certificate(fault, host):
    """The host shows another certificate, of which the pool's database knows nothing."""
    other = fault.get("certificate") or certs.make(host.name, san=(host.address,), label="wrong")
    host.show(other, known=False)


def before_call(fault, host):
    """What a fault does before a call is made."""
    if fault.action == "expire":
        host.pool.expire_sessions()
    elif fault.action == "error":
        raise ApiError(fault.get("code"), *fault.get("params", ()))


def deliver(fault, stream, reply, host):
    """Send a reply, spoilt if there is a fault; Gone when the connection is at its end."""
    if fault is None:
        for piece in reply.pieces:
            stream.send(piece)
        return
    if fault.action == "status":
        reply = http.Reply(fault.get("line", "500 Internal Error"), fault.get("headers", ()),
                           fault.get("body", b""))
        stream.send(bytes(reply))
        end(stream, clean=True)
    elif fault.action == "not_json":
        body = fault.get("body", b"<html>not JSON</html>")
        headers = [(name, len(body) if name == "content-length" else value)
                   for name, value in reply.headers]
        stream.send(bytes(http.Reply(reply.status, headers, body, version=reply.version)))
    elif fault.action == "oversize":
        _oversize(fault, stream, reply)
    else:
        _send(fault, stream, bytes(reply), host)


def _delay(fault, pool):
    until = fault.get("until")
    if until is None:
        pool.pause(fault.get("seconds", 1))
        return
    while not until():
        if pool.pause(LOOK_SECONDS):
            return


def _send(fault, stream, data, host):
    """Send data as the fault says."""
    action = fault.action
    if action == "delay":
        _delay(fault, host.pool)
    elif action in ("stall", "silence"):
        hold(stream, reading=action == "silence")
    elif action == "reset":
        stream.reset()
        raise Gone("reset")
    elif action == "truncate":
        stream.send(data[:fault.get("at", 0)])
        end(stream, clean=False)
    elif action == "close":
        end(stream, fault.get("clean", True))
    elif action == "replace":
        data = fault.get("data", b"")
    elif action == "append":
        data += fault.get("data", b"")
    elif action == "garble":
        stream.send(fault.get("data", NOISE))
        end(stream, clean=True)
    elif action == "change":
        data = fault.get("change")(data)
    for piece in _pieces(fault, data):
        stream.send(piece)
        if pause_of(fault):
            host.pool.pause(pause_of(fault))
    then = fault.get("then")
    if then == "close":
        end(stream, clean=True)
    elif then == "stall":
        hold(stream, reading=False)
    elif then == "reset":
        stream.reset()
        raise Gone("reset")


def _pieces(fault, data):
    if not isinstance(data, (bytes, bytearray)):
        return data
    if fault.action == "drip" or fault.get("every"):
        step = fault.get("every", 1)
        return [data[start:start + step] for start in range(0, len(data), step)]
    if fault.action == "split":
        at = fault.get("at", len(data) // 2)
        return [piece for piece in (data[:at], data[at:]) if piece]
    return [data]


def pause_of(fault):
    """How long to wait between two pieces."""
    return fault.get("pause", 0.001 if fault.action == "drip" else 0)


def _oversize(fault, stream, reply):
    part, size = fault.get("part", "body"), fault.get("size")
    status = f"HTTP/{reply.version} {fault.get('line', reply.status)}\r\n".encode()
    if part == "length":
        claimed = size or 10 ** 18
        stream.send(status + f"content-length: {claimed}\r\n\r\n".encode() + reply.body)
        hold(stream, reading=True)
    if part == "head":
        stream.send(status + b"x-filler: ")
    elif size is None:
        stream.send(status + b"connection: close\r\n\r\n")
    else:
        stream.send(status + f"content-length: {size}\r\n\r\n".encode())
    left = size
    while left is None or left > 0:
        piece = FILLER if left is None else FILLER[:left]
        stream.send(piece)
        left = None if left is None else left - len(piece)
    if part == "head":
        stream.send(b"\r\n\r\n")
    end(stream, clean=True)


def hold(stream, reading):
    """Keep a connection until the client gives it up; then Gone."""
    if reading:
        while stream.ended is None:
            stream.read()
            stream.inbound.clear()
    else:
        stream.wait(select.POLLRDHUP)
    raise Gone("held until the client left")


def end(stream, clean):
    """End a connection, in order or not; Gone."""
    stream.finish(clean)
    stream.linger(2)
    raise Gone("ended")


class _Wire:
    """A TLS stream's connection below TLS, for spoiling a handshake."""

    def __init__(self, stream):
        self._stream = stream
        self.ended = None
        self.inbound = bytearray()

    def send(self, data):
        self._stream.outbound += data
        self._stream.drain()

    def finish(self, clean=True):
        del clean
        self._stream.finish(clean=False)

    def read(self):
        self._stream.wait(select.POLLIN)
        if not self._stream.sock.recv(CHUNK):
            self.ended = "clean"

    def linger(self, seconds):
        self._stream.linger(seconds)

    def reset(self):
        self._stream.reset()

    def wait(self, events):
        self._stream.wait(events)
