# SPDX-License-Identifier: ISC
"""A host's listener and the life of a connection: heads in, replies out, until one side ends it.

Every connection has a thread. A request is answered before the next head is looked at, so
pipelined ones are answered in order. Knows when to read and what to close, and leaves calls to
methods.py and consoles to tunnel.py.
"""
import socket
import threading
import time

from . import codecs, faults, http, methods, tunnel
from .database import ApiError
from .relay import end
from .stream import Gone, Late, Retired, Stream, TlsStream

HANDSHAKE = 30
THUMBPRINT_REQUEST = "x-xenapi-request-host-certificate-thumbprint"
THUMBPRINT_RESPONSE = "x-xenapi-response-host-certificate-thumbprint"


def accept(host, listener):
    """Serve connections until the listener is shut down."""
    trusted = listener.family == socket.AF_UNIX
    while True:
        try:
            sock, peer = listener.accept()
        except OSError:
            return
        connection = host.pool.journal.opened(host, peer, trusted)
        connection.stream = Stream(sock)
        connection.stream.link = None if trusted else host.link
        thread = threading.Thread(target=_run, args=(host, connection, sock), daemon=True,
                                  name=f"connection {connection.ident}")
        thread.start()
        connection.thread = thread


def _run(host, connection, sock):
    try:
        if not connection.trusted and host.link.mode == "reset":
            connection.stream.reset()
            return
        fault = host.pool.faults.take("accept", host)
        if fault:
            faults.spoil(fault, connection.stream, host)
        host.life.admit_connection(connection.stream, secured=False)
        if host.pool.tls and not connection.trusted:
            _secure(host, connection, sock)
        host.life.admit_connection(connection.stream, secured=True)
        _serve(host, connection)
    except Retired:
        end(connection.stream)
    except (Gone, Late, OSError):
        pass
    finally:
        connection.stream.close()
        host.pool.journal.closed(connection)


def _secure(host, connection, sock):
    plain, deadline = connection.stream, time.monotonic() + HANDSHAKE
    fault = host.pool.faults.take("tls", host)
    if fault and fault.action == "wrong_cert":
        faults.change_certificate(fault, host)
        fault = None
    shape = faults.first_flight(fault, host) if fault else None
    stream = TlsStream(sock, host.tls_context, shape)
    stream.link = plain.link
    connection.stream = stream
    stream.continue_from(plain)
    stream.secure(deadline)


def _serve(host, connection):
    stream, first = connection.stream, True
    while True:
        try:
            head = _read_head(host, stream, first)
            if head is None:
                stream.finish()
                return
            request = http.Request(head)
        except http.Unparsable:
            _refuse(host, stream, http.internal_error("The HTTP headers could not be parsed."))
            return
        except Late:
            _refuse(host, stream, http.request_timeout())
            return
        except _TooLarge:
            _refuse(host, stream, http.head_too_large(), unread=True)
            return
        record = host.pool.journal.requested(host, connection.ident, request.method, head)
        first = False
        if not _answer(host, connection, request, record):
            return


class _TooLarge(Exception):
    pass


def _read_head(host, stream, first):
    """The next head; None when the client has ended instead. Only the first has to come soon."""
    settings, started = host.pool.settings, time.monotonic()
    while True:
        found = stream.inbound.find(http.END_OF_HEAD)
        size = found + len(http.END_OF_HEAD) if found >= 0 else len(stream.inbound) + 1
        if size > http.HEAD_LIMIT:
            raise _TooLarge
        if found >= 0:
            head = bytes(stream.inbound[:size])
            del stream.inbound[:size]
            if not head.startswith(b"PROXY "):
                return head
            # What a TLS front end says of the client, on a line of its own before the head.
            stream.inbound[:0] = head.partition(b"\r\n")[2]
            continue
        if stream.ended:
            return None
        deadline = min(time.monotonic() + settings.head_timeout,
                       started + settings.head_total_timeout) if first else None
        stream.read(deadline)


def _answer(host, connection, request, record):
    """Handle one request; true when the connection goes on."""
    stream = connection.stream
    host.life.admit_request(stream)
    if request.method == "CONNECT" and request.path.startswith("/console"):
        tunnel.connect(host, connection, request, record)
        return False
    if request.method == "POST":
        agent = request.headers.get("user-agent", "unknown")
        context = methods.Context(host, stream, connection.trusted, agent)
        return _remote_call(context, request, record)
    if request.method == "GET" and request.path.startswith("/console"):
        reply = tunnel.upgrade(host, request)
    elif request.method in http.METHODS:
        reply = http.forbidden()
    else:
        reply = http.not_implemented(request)
    _refuse(host, stream, reply)
    return False


def _remote_call(context, request, record):
    host, stream = context.host, context.stream
    body = _read_body(stream, request)
    if isinstance(body, http.Reply):
        _refuse(host, stream, body, unread=True)
        return False
    record.body = body
    is_json = request.path.startswith("/jsonrpc") and host.pool.json_rpc > 0
    try:
        if is_json:
            call = codecs.decode_json(body, host.pool.json_rpc)
        else:
            call = codecs.decode_xml(body)
    except codecs.Malformed as error:
        _refuse(host, stream, http.internal_error(str(error), request.reply_version))
        return False
    fault = host.pool.faults.take("rpc", host, call.method)
    late = fault and fault.action == "delay"
    if not late:
        host.pool.journal.called(record, call)
    answer, extra = _call(context, request, call, fault)
    if late:
        # Who waits for this call changes something now: the answer is from before.
        host.pool.journal.called(record, call)
    stream.check()
    if fault and fault.action == "connection_close":
        request.close = True
    content_type = codecs.JSON_TYPE if is_json else codecs.XML_TYPE
    faults.deliver(fault, stream, http.answer(request, answer, content_type, extra), host)
    if context.afterwards:
        context.afterwards()
    if request.close:
        end(stream)
    return not request.close


def _call(context, request, call, fault):
    """The answer's body and its extra headers."""
    host = context.host
    try:
        if fault:
            faults.before_call(fault, host)
        vouching = host.pool.recent and THUMBPRINT_REQUEST in request.headers
        if call.method not in methods.LOCAL:
            by_password = call.method == methods.LOGIN and not context.trusted
            host.life.admit_call(context.stream, by_password, vouching)
        return call.result(methods.call(context, call.method, call.params)), ()
    except ApiError as error:
        return call.failure(error), _thumbprint(host, request, error)
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        # Parameters of the wrong type; the server's own words differ from case to case.
        return call.failure(ApiError("INTERNAL_ERROR", repr(error))), ()


def _thumbprint(host, request, error):
    """A recent supporter vouches for the coordinator's certificate to those who ask it to."""
    certificate = host.pool.coordinator.certificate
    if error.code != "HOST_IS_SLAVE" or not host.pool.recent or certificate is None:
        return ()
    prints = {"sha-256:master": certificate.fingerprint,
              "sha-1:master": certificate.fingerprint_sha1}
    wanted = prints.get(request.headers.get(THUMBPRINT_REQUEST))
    return [(THUMBPRINT_RESPONSE, wanted)] if wanted else ()


def _read_body(stream, request):
    """The body, or the reply that refuses it."""
    length = request.headers.get("content-length", "")
    if not length.isdigit():
        return http.internal_error('Failure("We require a content-length: HTTP header")',
                                   request.reply_version)
    if int(length) > http.BODY_LIMIT:
        return http.internal_error("Http_svr.Client_requested_size_over_limit",
                                   request.reply_version)
    while len(stream.inbound) < int(length):
        if stream.ended:
            raise Gone("end of file in a body")
        stream.read()
    body = bytes(stream.inbound[:int(length)])
    del stream.inbound[:int(length)]
    return body


def _refuse(host, stream, reply, unread=False):
    """Send the reply that ends a connection. When something was left unread the kernel answers
    what comes next with a reset, and that often overtakes the reply."""
    if unread and host.pool.settings.abrupt_errors:
        stream.reset()
        raise Gone("reset")
    stream.send(bytes(reply))
    end(stream)
