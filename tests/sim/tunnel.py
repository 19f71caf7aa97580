"""CONNECT: who may have which console, and the relay between a client and a backend.

Owns the rules by which a console is found and refused, the list of open tunnels, and the moving of
bytes. Each direction ends by itself: a client's close_notify reaches the backend as the end of
what it reads, while what it still says is delivered; a backend's end becomes a close_notify.
"""
import select
import socket
import threading
import time

from . import faults, http
from .database import ApiError
from .stream import CHUNK, Gone, Late

REALM = "connect_console"
LINGER = 2


class Refused(Exception):
    """No tunnel; `reply` says why."""

    def __init__(self, reply):
        super().__init__(reply.status)
        self.reply = reply


class Tunnel:
    """A client's connection to a VM's console. `session` is one that only this tunnel uses."""

    def __init__(self, vm, user, session=None):
        self.vm = vm
        self.user = user
        self.session = session
        self.backend = None
        self._over = False

    def attach(self, backend):
        self.backend = backend
        if self._over:
            self.hang_up()

    def hang_up(self):
        """From any thread: the console has ended."""
        self._over = True
        if self.backend:
            try:
                self.backend.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Tunnels:
    """The tunnels that stand."""

    def __init__(self):
        self._open = []
        self._lock = threading.Lock()

    def __len__(self):
        return len(self._open)

    def add(self, tunnel, limited):
        """Note a tunnel; when limited to one per VM, gives the users who have it already."""
        with self._lock:
            users = [each.user for each in self._open if each.vm is tunnel.vm]
            if limited and users:
                return users
            self._open.append(tunnel)
            return []

    def drop(self, tunnel):
        with self._lock:
            self._open.remove(tunnel)

    def hang_up(self, vm=None, host=None):
        """End the tunnels to a VM, or to those on a host, or all."""
        with self._lock:
            for each in self._open:
                if vm in (None, each.vm) and host in (None, each.vm.host):
                    each.hang_up()


def connect(host, stream, request, record):
    """Answer CONNECT: open a tunnel and relay until it ends, or refuse. The connection is of no
    other use afterwards."""
    fault = host.pool.faults.take("connect", host, "CONNECT")
    try:
        if fault and fault.action == "expire":
            host.pool.expire_sessions()
        tunnel, console = _open(host, request)
    except Refused as refused:
        faults.deliver(fault, stream, refused.reply, host)
        _end(stream)
        return
    record.method, record.params = "CONNECT", [console.protocol, console.uuid]
    try:
        _serve(host, stream, tunnel, console, fault)
    finally:
        host.pool.tunnels.drop(tunnel)
        if tunnel.backend:
            tunnel.backend.close()
        if tunnel.session:
            host.pool.sessions_table.end(tunnel.session.ref)


def upgrade(host, request):
    """Answer GET of a console: as CONNECT up to the point where the WebSocket service, which is
    not there, would take over."""
    try:
        _find(host, request, _authorise(host, request, REALM + "_ws")[0])
    except Refused as refused:
        return refused.reply
    if host.pool.settings.limit_console_sessions:
        return http.bare("503 Service Unavailable", "1.0")
    return http.bare("501 Method Not Implemented", "1.0")


def _open(host, request):
    user, session = _authorise(host, request, REALM)
    console = _find(host, request, user)
    if console.backend is None or console.protocol == "rdp":
        raise Refused(http.bare("404 Not Found"))
    recent = host.pool.generation != "old"
    if session and recent:
        host.pool.sessions_table.end(session.ref)
        raise Refused(http.internal_error(
            'Db_exn.DBCache_NotFound("missing row", "session", "OpaqueRef:NULL")',
            request.reply_version))
    tunnel = Tunnel(console.vm, user.name, session)
    limited = recent and host.pool.settings.limit_console_sessions
    users = host.pool.tunnels.add(tunnel, limited)
    if users:
        raise Refused(http.limit_exceeded(request, users, console.vm.ref))
    return tunnel, console


def _authorise(host, request, realm):
    """The user, and with Basic the session that was made for this request alone."""
    sessions = host.pool.sessions_table
    ref = None if host.pool.cookie_refused else request.session
    try:
        if ref is not None:
            user, session = sessions.get(ref).user, None
        elif request.basic:
            # One login for the check of the role, another for the work.
            sessions.authenticate(*request.basic)
            session = sessions.login(*request.basic, host, "using Basic auth")
            user = session.user
        elif "authorization" in request.headers:
            unknown = request.headers["authorization"]
            raise _failure(f'Failure("Unknown authorization header: {unknown}")', request)
        else:
            raise Refused(http.unauthorised(request, realm))
    except ApiError:
        raise Refused(http.unauthorised(request, realm)) from None
    if not user.may("vm-operator"):
        raise Refused(http.forbidden(request.reply_version))
    return user, session


def _find(host, request, user):
    """The console that is asked for, if it can be served here."""
    pool, query = host.pool, request.query
    ref = query.get("ref")
    if "uuid" in query:
        found = pool.database.find("VM", uuid=query["uuid"])
        found = found or pool.database.find("console", uuid=query["uuid"])
        if not found:
            raise _failure(f'Db_exn.Read_missing_uuid("console", "", "{query["uuid"]}")', request)
        ref = found[0]
    for vm in pool.vms:
        console = vm.console("rfb") if vm.ref == ref else None
        for each in vm.consoles:
            console = each if each.ref == ref else console
        if console is None:
            continue
        if vm.is_control_domain and not user.may("pool-admin"):
            raise _failure("RBAC_PERMISSION_DENIED: [ http/connect_console/host_console; No "
                           "permission in user session ]", request)
        if vm.power_state != "Running" or vm.host is not host:
            break
        return console
    raise _failure("Console.Failure", request)


def _failure(reason, request):
    return Refused(http.internal_error(reason, request.reply_version))


def _serve(host, stream, tunnel, console, fault):
    """Say 200, and only then find out whether anything answers at the backend."""
    reply = http.tunnel_open()
    if fault and fault.action == "join":
        tunnel.attach(console.backend.connect())
        first = fault.get("data") or _first_bytes(tunnel.backend, fault.get("wait", 5))
        stream.send(bytes(reply) + first)
    else:
        faults.deliver(fault, stream, reply, host)
        tunnel.attach(console.backend.connect())
    if tunnel.backend is None:
        _end(stream)
        return
    idle = host.pool.settings.vm_console_idle_timeout
    shaper = faults.Shaper(host.pool.faults.take("console", host, console.protocol))
    relay(stream, tunnel.backend, shaper, idle or None)


def _first_bytes(backend, seconds):
    if backend is None or not select.select([backend], [], [], seconds)[0]:
        return b""
    return backend.recv(CHUNK)


def relay(stream, backend, shaper, idle=None):
    """Move bytes both ways until the console or the connection ends. Memory is bounded: a side is
    read only while less than CHUNK waits for the other."""
    backend.setblocking(False)
    flow = _Flow(stream, backend, shaper)
    last_input = time.monotonic()
    try:
        while not flow.over:
            if idle and time.monotonic() > last_input + idle:
                break
            if flow.turn(last_input + idle if idle else None):
                last_input = time.monotonic()
        if not shaper.end(stream):
            _end(stream)
    except (Gone, Late):
        pass


def _end(stream):
    stream.finish()
    stream.linger(LINGER)


class _Flow:
    """The state of one relay."""

    def __init__(self, stream, backend, shaper):
        self._stream = stream
        self._backend = backend
        self._shaper = shaper
        self._held = bytearray()      # from the backend, not yet given to the stream
        self._backend_ended = False
        self._input_closed = False

    @property
    def over(self):
        if self._shaper.reached:
            return not self._stream.outbound
        return self._backend_ended and not self._held and not self._stream.outbound

    def turn(self, deadline):
        """Wait for something to do and do it; true when the client has said something."""
        self._move_out()
        if self.over:
            return False
        stream, backend = self._stream, self._backend
        for fd, events in self._poll(deadline):
            if fd == stream.fileno():
                if events & ~select.POLLOUT:
                    stream.receive()
            elif events & ~select.POLLOUT:
                self._read_backend()
        heard = bool(stream.inbound)
        self._move_in()
        stream.flush()
        if stream.ended == "torn" and not stream.outbound and stream.aborted:
            raise Gone("cut")
        return heard

    def _poll(self, deadline):
        stream, poll = self._stream, select.poll()
        wanted = select.POLLOUT if stream.outbound else 0
        if stream.ended is None and len(stream.inbound) < CHUNK:
            wanted |= select.POLLIN
        if wanted:
            poll.register(stream, wanted)
        wanted = select.POLLOUT if stream.inbound and not self._input_closed else 0
        if not self._backend_ended and len(self._held) + len(stream.outbound) < CHUNK:
            wanted |= select.POLLIN
        if wanted:
            poll.register(self._backend, wanted)
        due = [moment for moment in (deadline, self._shaper.due(self._held)) if moment is not None]
        return poll.poll(max(0, min(due) - time.monotonic()) * 1000 + 1 if due else None)

    def _read_backend(self):
        try:
            data = self._backend.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        self._held += data
        self._backend_ended = not data

    def _move_out(self):
        while piece := self._shaper.next(self._held):
            self._stream.put(piece)

    def _move_in(self):
        stream = self._stream
        try:
            while stream.inbound and not self._input_closed:
                with memoryview(stream.inbound) as data:
                    sent = self._backend.send(data[:CHUNK])
                del stream.inbound[:sent]
            if stream.ended and not stream.inbound and not self._input_closed:
                self._input_closed = True
                self._backend.shutdown(socket.SHUT_WR)
        except BlockingIOError:
            pass
        except OSError:
            # The backend takes nothing any more; what it has said is still delivered.
            self._input_closed = True
        if self._input_closed:
            stream.inbound.clear()
