"""Virtual machines and their consoles: what starting, stopping and moving does to both.

A VM that starts gets console records with new uuids; halting destroys them, migrating replaces
them, a quick reboot keeps them. Whatever ends a domain ends the tunnels to its consoles. Owns the
state of a VM and mirrors it into the pool's database; never reads a request.
"""
from . import backends, records, rfb
from .database import ApiError


class Console:
    """One console of a running VM. Its `location` may be set to any text."""

    def __init__(self, vm, protocol, backend, location):
        identifiers = vm.pool.identifiers
        self.vm = vm
        self.protocol = protocol
        self.backend = backend
        self.uuid = identifiers.uuid()
        self.ref = identifiers.ref()
        self._location = location_text(location, vm.host, self)

    @property
    def location(self):
        return self._location

    @location.setter
    def location(self, text):
        self._location = text
        self.vm.pool.database.set("console", self.ref, location=text)

    @property
    def record(self):
        return {**self.vm.pool.prototype("console"), "uuid": self.uuid, "protocol": self.protocol,
                "location": self.location, "VM": self.vm.ref}


def location_text(style, host, console):
    """A location: `uuid` and `ref` are the two usual forms, `empty` what a refresh of the database
    can leave; any other text is a template of {scheme} {address} {port} {uuid} {ref}."""
    if style == "empty":
        return ""
    if style in ("uuid", "ref"):
        style = "{base}/console?" + style + "={" + style + "}"
    return style.format(base=host.location_base, scheme=host.scheme, address=host.address,
                        port=host.port, uuid=console.uuid, ref=console.ref)


class VM:
    """A virtual machine, or with `dom0` a host's control domain. `location` is the style of its
    consoles' locations, present and future."""

    def __init__(self, pool, name, host, protocols, backend, rfb_backend, location, dom0=False):
        self.pool = pool
        self.name = name
        self.host = host
        self.protocols = tuple(protocols)
        self.location = location
        self.is_control_domain = dom0
        self.ref = pool.identifiers.ref()
        self.uuid = pool.identifiers.uuid()
        self.power_state = "Halted"
        self.consoles = []
        graphical = rfb_backend or rfb.Rfb()
        self._backends = {"vt100": backend, "rfb": graphical, "rdp": backends.Dead()}
        for each in self.backends:
            each.name = each.name or name

    @property
    def backend(self):
        """What is behind the text console."""
        return self._backends["vt100"]

    @property
    def rfb_backend(self):
        return self._backends["rfb"]

    @property
    def backends(self):
        return [backend for backend in self._backends.values() if backend is not None]

    def console(self, protocol="vt100"):
        """The console of a kind, or None."""
        for console in self.consoles:
            if console.protocol == protocol:
                return console
        return None

    def start(self, host=None):
        self._require("Halted")
        with self.pool.database.transaction():
            self.host = host or self.host
            self._make_consoles()
            self._update(power_state="Running", resident_on=self.host.ref,
                         domid=self.pool.next_domain())

    def shutdown(self):
        self._require("Running")
        with self.pool.database.transaction():
            self._destroy_consoles()
            self._update(power_state="Halted", resident_on=records.NULL, domid=-1)
        self._end_domain(stop_backends=True)

    def reboot(self, quick=False):
        self._require("Running")
        with self.pool.database.transaction():
            if not quick:
                self._destroy_consoles()
                self._make_consoles()
            self._update(domid=self.pool.next_domain())
        self._end_domain(stop_backends=True)

    def migrate(self, host):
        """Move to another host; the guest goes on, the tunnels to its consoles do not."""
        self._require("Running")
        with self.pool.database.transaction():
            self.host = host
            self._destroy_consoles()
            self._make_consoles()
            self._update(resident_on=host.ref, domid=self.pool.next_domain())
        self._end_domain(stop_backends=False)

    def destroy(self):
        self._require("Halted")
        with self.pool.database.transaction():
            self.pool.database.delete("VM", self.ref)
        self.pool.forget(self)

    def rename(self, name):
        self.name = name
        self._update(name_label=name)

    @property
    def record(self):
        kind = "dom0" if self.is_control_domain else "VM"
        return {**self.pool.prototype(kind), "uuid": self.uuid, "name_label": self.name,
                "power_state": self.power_state, "consoles": [], "affinity": self.host.ref,
                "resident_on": records.NULL, "domid": -1}

    def _make_consoles(self):
        for protocol in self.protocols:
            console = Console(self, protocol, self._backends[protocol], self.location)
            self.consoles.append(console)
            self.pool.database.add("console", console.ref, console.record)

    def _destroy_consoles(self):
        for console in self.consoles:
            self.pool.database.delete("console", console.ref)
        self.consoles = []

    def _end_domain(self, stop_backends):
        self.pool.tunnels.hang_up(self)
        for backend in self.backends:
            backend.disconnect()
            if stop_backends:
                backend.stop()

    def _update(self, **fields):
        self.power_state = fields.get("power_state", self.power_state)
        consoles = sorted(console.ref for console in self.consoles)
        self.pool.database.set("VM", self.ref, consoles=consoles, **fields)
        self.pool.refresh_hosts()

    def _require(self, state):
        if self.power_state != state:
            raise ApiError("VM_BAD_POWER_STATE", self.ref, state.lower(), self.power_state.lower())
