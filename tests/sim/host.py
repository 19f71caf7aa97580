"""A host of the pool: its place in the pool's database, its certificates, and its listener.

Owns what a host shows and where it listens; the protocol is spoken by server.py.
"""
import ipaddress
import pathlib
import socket
import threading

from . import certs, records, server, tls, vm


class Host:
    """`address` is bare, as in the database: an IPv6 one has brackets only in `url`."""

    def __init__(self, pool, name, address, port):
        self.pool = pool
        self.name = name
        self.address = address
        self.port = port
        self.ref = pool.identifiers.ref()
        self.uuid = pool.identifiers.uuid()
        self.dom0 = None
        self.certificate = None
        self.internal_certificate = None
        self.tls_context = None
        self._listener = None
        self._accepting = []
        self._certificate_refs = (pool.identifiers.ref(), pool.identifiers.ref())

    @property
    def scheme(self):
        return "https" if self.pool.tls else "http"

    @property
    def bracketed(self):
        """The address as it is written in a URL."""
        return f"[{self.address}]" if self._is_ipv6 else self.address

    @property
    def url(self):
        return f"{self.scheme}://{self.bracketed}:{self.port}"

    @property
    def location_base(self):
        """How the locations of consoles on this host begin; real ones have no port, because real
        hosts are on the usual one."""
        return self.url if self.pool.location_port else f"{self.scheme}://{self.bracketed}"

    @property
    def cert_file(self):
        return self.certificate.cert_file if self.certificate else None

    @property
    def fingerprint(self):
        return self.certificate.fingerprint if self.certificate else None

    @property
    def _is_ipv6(self):
        return ipaddress.ip_address(self.address).version == 6

    def show(self, certificate, known=True):
        """Show another certificate from now on; `known` puts it into the pool's database."""
        self.certificate = certificate
        self.tls_context = tls.context(self.pool.tls_profile, certificate,
                                       self.internal_certificate)
        if known and self.pool.recent:
            self._record_certificates()

    def prepare(self):
        """Make the host's certificates, records and control domain."""
        if self.pool.tls:
            options = tls.certificate_options(self.pool.tls_profile)
            self.internal_certificate = certs.make(self.name, label="internal", **options)
            self.show(certs.make(self.name, san=(self.address,), **options), known=False)
        self.pool.database.add("host", self.ref, {
            **self.pool.prototype("host"), "uuid": self.uuid, "name_label": self.name,
            "hostname": self.name, "address": self.address, "https_only": self.pool.tls})
        if self.pool.recent:
            shown = list(self._certificate_refs) if self.pool.tls else []
            self.pool.database.set("host", self.ref, certificates=shown)
            self._record_certificates()

    def bind(self):
        """Take the address and port; a port of 0 becomes the one that was got."""
        family = socket.AF_INET6 if self._is_ipv6 else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((self.address, self.port))
        except OSError:
            listener.close()
            raise
        self.port = listener.getsockname()[1]
        self._listener = listener

    def release(self):
        """Give the address and port up."""
        listener, self._listener = self._listener, None
        if listener:
            listener.close()

    def start(self):
        """Accept connections."""
        if not self._listener:
            self.bind()
        self._accept(self._listener)

    def listen_unix(self, path):
        """Accept connections on a unix socket as well, as inside dom0: in the clear, and whoever
        can open it is root."""
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(path))
        self._accept(listener)

    def stop(self):
        """Stop listening and cut every connection, as a host that dies does."""
        for listener, thread in self._accepting:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            if listener.family == socket.AF_UNIX:
                pathlib.Path(listener.getsockname()).unlink(missing_ok=True)
            listener.close()
        self._accepting = []
        self.release()
        self.pool.cut(self)

    def add_control_domain(self):
        name = f"Control domain on host: {self.name}"
        self.dom0 = vm.VM(self.pool, name, self, ("vt100", "rfb"), self.pool.make_shell(self.name),
                          None, "ref", dom0=True)
        self.pool.adopt(self.dom0)
        self.pool.database.set("host", self.ref, control_domain=self.dom0.ref)

    def _accept(self, listener):
        listener.listen(128)
        thread = threading.Thread(target=server.accept, args=(self, listener), daemon=True,
                                  name=f"listener {self.name}")
        self._accepting.append((listener, thread))
        thread.start()

    def _record_certificates(self):
        pairs = zip(self._certificate_refs, (self.internal_certificate, self.certificate),
                    ("host_internal", "host"))
        for ref, certificate, kind in pairs:
            if certificate is None:
                continue
            record = {
                **self.pool.prototype("Certificate"), "uuid": ref.partition(":")[2], "type": kind,
                "host": self.ref, "not_before": records.Date(certificate.not_before),
                "not_after": records.Date(certificate.not_after),
                "fingerprint": certificate.fingerprint,
                "fingerprint_sha256": certificate.fingerprint,
                "fingerprint_sha1": certificate.fingerprint_sha1}
            if self.pool.database.has("Certificate", ref):
                self.pool.database.set("Certificate", ref, **record)
            else:
                self.pool.database.add("Certificate", ref, record)
