# SPDX-License-Identifier: ISC
"""A client of our own for the simulated pool, close to the wire: it sends what it is told to and
sees what came, in which pieces, and how the connection ended. Shares no code with the pool."""
import json
import socket
import ssl
import time

TIMEOUT = 10


class Reset(Exception):
    """The connection was reset."""


class Client:
    """A connection to a host. `ended` is None, "clean" (close_notify; FIN in the clear), "torn"."""

    def __init__(self, host, tls=None, server_name=None, context=None, timeout=TIMEOUT):
        self.ended = None
        self.data = b""
        self.timeout = timeout
        self.records = []       # what each read gave
        self._tls = None
        if isinstance(host, str):
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.connect(host)
        else:
            self.sock = socket.create_connection((host.address, host.port))
        self.sock.settimeout(timeout)
        if tls or (tls is None and not isinstance(host, str) and host.pool.tls):
            self._secure(context or anything(), server_name)

    def _secure(self, context, server_name):
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_name)
        while True:
            try:
                self._tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self._flush()
                data = self.sock.recv(65536)
                if not data:
                    raise EOFError("end of file in the handshake") from None
                self._incoming.write(data)
        self._flush()

    @property
    def tls(self):
        return self._tls

    def send(self, data):
        if self._tls:
            self._tls.write(data)
            self._flush()
        else:
            self.sock.sendall(data)

    def finish(self):
        """End our direction, in order."""
        if self._tls:
            try:
                self._tls.unwrap()
            except ssl.SSLError:
                pass
            self._flush()
        else:
            self.sock.shutdown(socket.SHUT_WR)

    def read(self):
        """Read once; false when the other direction has ended."""
        if self._tls and self._read_record():
            return True
        try:
            data = self.sock.recv(65536)
        except ConnectionResetError:
            raise Reset() from None
        if not self._tls:
            self._got(data)
            self.ended = self.ended or (None if data else "clean")
        elif data:
            self._incoming.write(data)
            return self._read_record() or self.ended is None
        else:
            self.ended = self.ended or "torn"
        return self.ended is None

    def _read_record(self):
        try:
            data = self._tls.read(65536)
        except ssl.SSLWantReadError:
            return False
        except ssl.SSLZeroReturnError:
            data = b""
        if data:
            self._got(data)
            return True
        self.ended = "clean"
        return False

    def _got(self, data):
        self.data += data
        if data:
            self.records.append(data)

    def _flush(self):
        if self._outgoing.pending:
            self.sock.sendall(self._outgoing.read())

    def until(self, text):
        """Read until `text` has come; takes and gives all up to its end."""
        while text not in self.data:
            if not self.read():
                raise EOFError(f"ended before {text!r}: {self.data!r}")
        before, _, self.data = self.data.partition(text)
        return before + text

    def take(self, size):
        while len(self.data) < size:
            if not self.read():
                raise EOFError(f"ended after {len(self.data)} of {size} bytes")
        taken, self.data = self.data[:size], self.data[size:]
        return taken

    def rest(self):
        """Everything until the end."""
        while self.ended is None:
            self.read()
        taken, self.data = self.data, b""
        return taken

    def quiet(self, seconds):
        """True if nothing comes for so long."""
        before = len(self.data), self.ended
        self.sock.settimeout(seconds)
        deadline = time.monotonic() + seconds
        try:
            while time.monotonic() < deadline and (len(self.data), self.ended) == before:
                self.read()
        except TimeoutError:
            pass
        self.sock.settimeout(self.timeout)
        return (len(self.data), self.ended) == before

    def head(self):
        return self.until(b"\r\n\r\n").decode()

    def reply(self):
        """A reply with a content-length: its head and body."""
        head = self.head()
        fields = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
        return head, self.take(int(fields["content-length"]))

    def post(self, body, path="/jsonrpc", headers=()):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        lines = [f"POST {path} HTTP/1.1", "Host: xapi.example", f"Content-Length: {len(body)}",
                 *headers]
        self.send("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def ask(self, method, *params, version=2, headers=()):
        """A call's answer, whole."""
        call = {"method": method, "params": params, "id": 1}
        self.post({"jsonrpc": "2.0", **call} if version == 2 else call, headers=headers)
        self.last_head, body = self.reply()
        return json.loads(body)

    def call(self, method, *params):
        """A call's result, or the list of its error."""
        answer = self.ask(method, *params)
        if "error" in answer:
            return [answer["error"]["message"], *answer["error"]["data"]]
        return answer["result"]

    def login(self, user="root", password="secret", originator="test"):
        return self.call("session.login_with_password", user, password, "1.0", originator)

    def connect(self, target, session=None, headers=(), then=b"", version="1.1"):
        """Ask for a console; gives the reply's head."""
        if not isinstance(target, str):
            target = f"/console?uuid={target.uuid}"
        lines = [f"CONNECT {target} HTTP/{version}", "Host: xapi.example", *headers]
        if session:
            lines.append(f"Cookie: session_id={session}")
        self.send("\r\n".join(lines).encode() + b"\r\n\r\n" + then)
        return self.head()

    def open(self, console, session=None, then=b""):
        """A console that must be had."""
        head = self.connect(console, session or self.login(), then=then)
        assert head.startswith("HTTP/1.1 200 OK\r\n"), head + self.rest().decode()
        return self

    def close(self):
        self.sock.close()


def anything():
    """A TLS context that trusts everybody."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def wait_for_port(port, seconds=10):
    """Wait until somebody accepts connections there."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
