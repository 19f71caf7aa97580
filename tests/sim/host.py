# SPDX-License-Identifier: ISC
"""A host of the pool: its place in the pool's database, its certificates, and its listener.

Owns what a host shows and where it listens; the protocol is spoken by server.py.
"""
import ipaddress
import pathlib
import socket
import threading

from . import certs, life, network, ports, records, server, tls, vm


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
        self.life = life.Life(self)
        self.link = network.Link()
        self._held = None
        self._listener = None
        self._accepting = []
        self._certificate_refs = {}

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

    def renew_certificate(self, label="renewed", known=True):
        """Replace the certificate by a new one, of which the pool's database knows, or not."""
        options = tls.certificate_options(self.pool.tls_profile)
        self.show(certs.make(self.name, san=(self.address,), label=label, **options), known)

    def network(self, mode):
        """What becomes of connections from now on: a mode of network.Link. A reset strikes those
        that stand, too."""
        if mode == "refuse":
            self._close_listener()
        self.link.set(mode)
        if mode == "reset":
            self.pool.break_off(self)
        if mode != "refuse" and not self._listener:
            self.start()

    def lose(self):
        """The connections that stand are lost without either end's knowing; gives what can be told
        to `notice`."""
        return network.Lost([connection.stream for connection in self.pool.journal.open_connections
                             if connection.host is self and not connection.trusted])

    def join(self, pool):
        """Become a host of another pool, with the same certificates."""
        self.pool = pool
        self.ref = pool.identifiers.ref()
        self._certificate_refs = {}

    def prepare(self):
        """Make the host's certificates and records."""
        if self.pool.tls and not self.certificate:
            options = tls.certificate_options(self.pool.tls_profile)
            self.internal_certificate = certs.make(self.name, label="internal", **options)
            self.show(certs.make(self.name, san=(self.address,), **options), known=False)
        self.pool.database.add("host", self.ref, {
            **self.pool.prototype("host"), "uuid": self.uuid, "name_label": self.name,
            "hostname": self.name, "address": self.address, "https_only": self.pool.tls})
        if self.pool.recent:
            self._record_certificates()

    def bind(self):
        """Take the address and port; a port of 0 becomes the one that was got."""
        self._held = ports.Held(self.port, self.address)
        self.port = self._held.number

    def release(self):
        """Give the address and port up."""
        held, self._held = self._held, None
        if held:
            held.close()

    def start(self):
        """Accept connections."""
        if not self._held:
            self.bind()
        self._listener = self._held.listener()
        self._accept(self._listener)

    def listen_unix(self, path):
        """Accept connections on a unix socket as well, as inside dom0: in the clear, and whoever
        can open it is root."""
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(path))
        self._accept(listener)

    def stop(self):
        """Stop listening and cut every connection, as a host that dies does. The port stays its own."""
        for pair in list(self._accepting):
            self._stop_accepting(*pair)
        self._listener = None
        self.pool.cut(self)

    def add_control_domain(self):
        name = f"Control domain on host: {self.name}"
        self.dom0 = vm.VM(self.pool, name, self, ("vt100", "rfb"), self.pool.make_shell(self.name),
                          None, "ref", dom0=True)
        self.pool.adopt(self.dom0)
        self.pool.database.set("host", self.ref, control_domain=self.dom0.ref)

    def _close_listener(self):
        for listener, thread in list(self._accepting):
            if listener is self._listener:
                self._stop_accepting(listener, thread)
        self._listener = None

    def _stop_accepting(self, listener, thread):
        self._accepting.remove((listener, thread))
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
        if listener.family == socket.AF_UNIX:
            pathlib.Path(listener.getsockname()).unlink(missing_ok=True)
        listener.close()

    def _accept(self, listener):
        listener.listen(128)
        thread = threading.Thread(target=server.accept, args=(self, listener), daemon=True,
                                  name=f"listener {self.name}")
        self._accepting.append((listener, thread))
        thread.start()

    def _record_certificates(self):
        """A certificate that was replaced has a record of its own; the old one's goes."""
        database = self.pool.database
        for kind, certificate in (("host_internal", self.internal_certificate),
                                  ("host", self.certificate)):
            known, ref = self._certificate_refs.get(kind, (None, None))
            if certificate is None or known is certificate:
                continue
            with database.transaction():
                if ref:
                    database.delete("Certificate", ref)
                ref = self.pool.identifiers.ref()
                self._certificate_refs[kind] = (certificate, ref)
                database.add("Certificate", ref, {
                    **self.pool.prototype("Certificate"), "uuid": self.pool.identifiers.uuid(),
                    "type": kind, "host": self.ref,
                    "not_before": records.Date(certificate.not_before),
                    "not_after": records.Date(certificate.not_after),
                    "fingerprint": certificate.fingerprint,
                    "fingerprint_sha256": certificate.fingerprint,
                    "fingerprint_sha1": certificate.fingerprint_sha1})
        shown = [ref for _, ref in self._certificate_refs.values()]
        database.set("host", self.ref, certificates=shown)
