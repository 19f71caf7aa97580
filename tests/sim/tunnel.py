# SPDX-License-Identifier: ISC
"""CONNECT: who may have which console, and what stands between a client and a backend.

Owns the rules by which a console is found and refused, and the list of open tunnels. Moving the
bytes is left to relay.py.
"""
import select
import socket
import threading

from . import faults, http, idle, shaping
from .database import ApiError
from .relay import end, relay
from .stream import CHUNK

REALM = "connect_console"


class Refused(Exception):
    """No tunnel; `reply` says why."""

    def __init__(self, reply):
        super().__init__(reply.status)
        self.reply = reply


class Tunnel:
    """A client's connection to a VM's console. `session` is one that only this tunnel uses."""

    def __init__(self, vm, host, user, session=None):
        self.vm = vm
        self.host = host
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
                if vm in (None, each.vm) and host in (None, each.host):
                    each.hang_up()


def connect(host, connection, request, record):
    """Answer CONNECT: open a tunnel and relay until it ends, or refuse. The connection is of no
    other use afterwards."""
    stream, fault = connection.stream, host.pool.faults.take("connect", host)
    if request.session or request.basic:
        host.life.admit_session(stream)
    try:
        if fault and fault.action == "expire":
            host.pool.expire_sessions()
        tunnel, console = _open(host, request)
    except Refused as refused:
        faults.deliver(fault, stream, refused.reply, host)
        end(stream)
        return
    record.console = console
    connection.tunnels = True
    try:
        stream.check()
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
    if session and host.pool.recent:
        host.pool.sessions_table.end(session.ref)
        raise Refused(http.internal_error(
            'Db_exn.DBCache_NotFound("missing row", "session", "OpaqueRef:NULL")',
            request.reply_version))
    tunnel = Tunnel(console.vm, host, user.name, session)
    limited = host.pool.recent and host.pool.settings.limit_console_sessions
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
    for vm in list(pool.vms):
        _refuse_meanwhile(vm, host, ref, request)
        console = _console_of(vm, ref)
        if console is None:
            continue
        if vm.is_control_domain and not user.may("pool-admin"):
            raise _failure("RBAC_PERMISSION_DENIED: [ http/connect_console/host_console; No "
                           "permission in user session ]", request)
        if vm.power_state != "Running" or vm.host is not host:
            break
        return console
    raise _failure("Console.Failure", request)


def _refuse_meanwhile(vm, host, ref, request):
    """What a VM in the middle of a transition is refused with."""
    refusal = vm.refusal(host)
    if refusal is None or ref not in (vm.ref, *(console.ref for console in vm.consoles)):
        return
    if refusal == "404":
        raise Refused(http.bare("404 Not Found"))
    if refusal == "500":
        raise _failure("Console.Failure", request)


def _console_of(vm, ref):
    """The console that a reference means: a VM means its graphical one."""
    if vm.ref == ref:
        return vm.console("rfb")
    return next((console for console in vm.consoles if console.ref == ref), None)


def _failure(reason, request):
    return Refused(http.internal_error(reason, request.reply_version))


def _serve(host, stream, tunnel, console, fault):
    """Say 200, and only then find out whether anything answers at the backend."""
    reply = http.tunnel_open()
    if fault and fault.action == "join":
        tunnel.attach(_connect_backend(host, console))
        first = fault.get("data") or _first_bytes(tunnel.backend, fault.get("wait", 5))
        stream.send(bytes(reply) + first)
    else:
        faults.deliver(fault, stream, reply, host)
        serve = getattr(console.backend, "serve_directly", None)
        if serve and not stream.encrypted and _is_alive(host, console):
            _hand_over(stream, tunnel, serve)
            return
        tunnel.attach(_connect_backend(host, console))
    if tunnel.backend is None:
        end(stream)
        return
    shaper = shaping.Shaper(host.pool.faults.take("console", host, console.protocol))
    relay(stream, tunnel.backend, shaper, _watch(host, console))


def _hand_over(stream, tunnel, serve):
    """The backend has the connection for itself, and blocks on it. What the client sent with CONNECT is lost."""
    stream.sock.setblocking(True)
    tunnel.attach(stream.sock.dup())
    serve(tunnel.backend)
    stream.sock.setblocking(False)
    end(stream)


def _watch(host, console):
    """The limit as it is now: a change strikes later connections only."""
    settings = host.pool.settings
    limit = settings.vm_console_idle_timeout
    if console.vm.is_control_domain:
        limit = host.pool.database.get("host", host.ref).get("console_idle_timeout", 0)
    return idle.Watch(limit, settings.idle_period, settings.idle_versions)


def _is_alive(host, console):
    """Between a domain's end and its next one, nobody is at the socket of its console. To ask a guest that has ended
    would boot it."""
    return console.vm.refusal(host) is None and console.vm.power_state == "Running"


def _connect_backend(host, console):
    """A connection to the backend, or None."""
    return console.backend.connect() if _is_alive(host, console) else None


def _first_bytes(backend, seconds):
    if backend is None or not select.select([backend], [], [], seconds)[0]:
        return b""
    return backend.recv(CHUNK)
