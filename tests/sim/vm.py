# SPDX-License-Identifier: ISC
"""Virtual machines and their consoles: what starting, stopping and moving does to both.

A VM that starts gets console records with new uuids; halting destroys them, migrating replaces
them, a quick reboot keeps them. Whatever ends a domain ends the tunnels to its consoles. Owns the
state of a VM and mirrors it into the pool's database; never reads a request. `start`, `shutdown`,
`reboot` and `migrate` happen at once and are seen in one piece; `begin` gives the same as a course,
in the steps of real pools (transitions.py).
"""
from . import backends, records, rfb, transitions
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
    consoles' locations, present and future. `has_tools` is whether its guest can be asked to shut
    itself down."""

    def __init__(self, pool, name, host, protocols, backend, rfb_backend, location, dom0=False):
        self.pool = pool
        self.name = name
        self.host = host
        self.protocols = tuple(protocols)
        self.location = location
        self.is_control_domain = dom0
        self.ref = pool.identifiers.ref()
        self.uuid = pool.identifiers.uuid()
        self.metrics = pool.identifiers.ref()
        self.domain_type = None     # as it was started
        self.power_state = "Halted"
        self.domid = -1
        self.consoles = []
        self.has_tools = True
        self._refusals = {}
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

    def begin(self, operation, host=None, by_guest=False):
        """The course of an operation: start, resume, unpause, clean_shutdown, hard_shutdown,
        clean_reboot, hard_reboot, suspend, pause, pool_migrate, destroy. Nothing has happened yet:
        `to` a step or `finish` it. `host` is where a start, resume or migration leads."""
        return transitions.begin(self, operation, host, by_guest)

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
        self.end_tunnels(stop_backends=True)

    def reboot(self, quick=False):
        self._require("Running")
        with self.pool.database.transaction():
            if not quick:
                self._destroy_consoles()
                self._make_consoles()
            self._update(domid=self.pool.next_domain())
        self.end_tunnels(stop_backends=True)

    def migrate(self, host):
        """Move to another host; the guest goes on, the tunnels to its consoles do not."""
        self._require("Running")
        with self.pool.database.transaction():
            self.host = host
            self._destroy_consoles()
            self._make_consoles()
            self._update(resident_on=host.ref, domid=self.pool.next_domain())
        self.end_tunnels(stop_backends=False)

    def destroy(self):
        self._require("Halted")
        self.vanish()

    def vanish(self):
        """The record goes, and what stood behind it."""
        with self.pool.database.transaction():
            self.pool.database.delete("VM", self.ref)
        self.pool.forget(self)

    def refuse(self, host, what):
        """What CONNECT says at a host (None: at every host) in the middle of a transition: "404",
        "500" or "nothing", which is 200 and the end; None: what is right."""
        if what is not None:
            self._refusals[host] = what
        elif host is None:
            self._refusals.clear()
        else:
            self._refusals.pop(host, None)

    def refusal(self, host):
        return self._refusals.get(host) or self._refusals.get(None)

    def place(self, host):
        """Be resident on a host, and nothing else."""
        self.host = host
        self._update(resident_on=host.ref)

    def change(self, consoles=None, operations=None, **fields):
        """Change the record: power_state, domid, `host` (None: resident nowhere), `operations`
        (current_operations); `consoles=()` destroys them."""
        with self.pool.database.transaction():
            if "host" in fields:
                host = fields.pop("host")
                fields["resident_on"] = host.ref if host else records.NULL
            if operations is not None:
                fields["current_operations"] = operations
            if consoles is not None:
                self._destroy_consoles()
            self._update(**fields)

    def renew_consoles(self):
        """New consoles, with uuids of their own and the present host in their location. Part of a
        transaction: the VM's record follows with the next change."""
        self._destroy_consoles()
        self._make_consoles()

    def recover(self):
        """Put into a database that has gone back what the VM is and does; its name is the
        database's, as it was."""
        database = self.pool.database
        if database.has("VM", self.ref):
            self.name = database.get("VM", self.ref)["name_label"]
        else:
            database.add("VM", self.ref, self.record)
        for ref in database.find("console", VM=self.ref):
            database.delete("console", ref)
        for console in self.consoles:
            database.add("console", console.ref, console.record)
        resident = self.power_state in ("Running", "Paused")
        self.change(operations={}, host=self.host if resident else None, domid=self.domid,
                    power_state=self.power_state)

    def end_tunnels(self, stop_backends=False):
        """The tunnels end in order; with `stop_backends` the guest behind them does too."""
        self.pool.tunnels.hang_up(self)
        for backend in self.backends:
            backend.disconnect()
            if stop_backends:
                backend.stop()

    def rename(self, name):
        self.name = name
        self._update(name_label=name)

    @property
    def record(self):
        kind = "dom0" if self.is_control_domain else "VM"
        return {**self.pool.prototype(kind), "uuid": self.uuid, "name_label": self.name,
                "power_state": self.power_state, "consoles": [], "affinity": self.host.ref,
                "resident_on": records.NULL, "domid": -1, "metrics": self.metrics}

    def _make_consoles(self):
        for protocol in self.protocols:
            console = Console(self, protocol, self._backends[protocol], self.location)
            self.consoles.append(console)
            self.pool.database.add("console", console.ref, console.record)

    def _destroy_consoles(self):
        for console in self.consoles:
            self.pool.database.delete("console", console.ref)
        self.consoles = []

    def _update(self, **fields):
        if self.power_state == "Halted" and fields.get("power_state") == "Running":
            self.domain_type = self.pool.database.get("VM", self.ref).get("domain_type")
        self.power_state = fields.get("power_state", self.power_state)
        self.domid = fields.get("domid", self.domid)
        consoles = sorted(console.ref for console in self.consoles)
        self.pool.database.set("VM", self.ref, consoles=consoles, **fields)
        self.pool.refresh_hosts()

    def _require(self, state):
        if self.power_state != state:
            raise ApiError("VM_BAD_POWER_STATE", self.ref, state.lower(), self.power_state.lower())
