# SPDX-License-Identifier: ISC
"""The simulated pool: its hosts, VMs, sessions and settings, and their common life.

Owns everything there is between `start` and `stop`, after which no thread, child, socket or file
of it is left. Speaks no protocol itself: each host has a listener (server.py), which asks the pool.
"""
import itertools
import threading

from . import (changes, courses, faults, host, journal, life, records, sessions, shell, tunnel,
               vm)
from .database import ApiError, Database

# What an administrator, or the age of the server, may have set differently.
SETTINGS = {
    "limit_console_sessions": False,      # one connection to a VM's consoles at a time
    "vm_console_idle_timeout": 0,         # seconds without activity after which a console closes
    "console_idle_timeout": 0,            # the same for control domains, set for every host
    "idle_period": 0,                     # seconds between two looks at that; 5 on real hosts
    "idle_versions": (3, 7, 8),           # of RFB 3 that are read as RFB; 26.x knows (3,) alone,
                                          # and one who speaks another is never idle there
    "head_timeout": 10,                   # seconds in which something of a first head must come
    "head_total_timeout": 60,             # seconds in which all of it must
    "abrupt_errors": False,               # replies to heads that were not read are lost in a reset
    "session_limit": 500,                 # per user, or per originator for root
    "migrate_returns": "after",           # the step after which VM.pool_migrate is answered
}

# No two pools of a run have an identifier in common, and a run repeats itself.
_SEEDS = itertools.count(1)


class Settings:
    """SETTINGS as attributes; what the pool's record shows of them follows."""

    def __init__(self, pool):
        object.__setattr__(self, "_pool", pool)
        self.__dict__.update(SETTINGS)

    def follow(self, record):
        """Become what the pool's record says."""
        self.__dict__.update((name, record[name]) for name in SETTINGS if name in record)

    def __setattr__(self, name, value):
        if name not in SETTINGS:
            raise AttributeError(f"no setting {name!r}")
        self.__dict__[name] = value
        for each in self._pool.hosts:
            if name in self._pool.database.get("host", each.ref):
                self._pool.database.set("host", each.ref, **{name: value})
        if name in self._pool.database.get("pool", self._pool.ref):
            self._pool.database.set("pool", self._pool.ref, **{name: value})


class Pool(changes.Changes):
    """A pool of `hosts`, with one `user`. Use as a context manager, or `start` and `stop` it.

    generation "26.1" is a recent server; an "old" one takes Basic on CONNECT, knows no thumbprint
    header, no Certificate class and no domain_type. json_rpc is the newest version that it answers
    in (0: XML-RPC alone). auth_delay is what a wrong password costs, in seconds; REAL_AUTH_DELAY
    is the range of real hosts. Unless `addresses` are given, hosts are at 127.0.0.1, 127.0.0.2 and
    so on with one port, as supporters tell the coordinator's address without one.
    `members` are hosts of another pool that become this one's.
    cookie_refused, location_port and tls_profile (6.5, 7.0, 8.2, 1.3) are as on servers of some years.
    `scale` is how long what the API is asked to do takes: 1 is as long as on real hosts, 0 no time.
    `unknown_calls` are calls that a server of its age does not know.
    """

    def __init__(self, hosts=1, tls=True, user="root", password="secret", generation="26.1",
                 json_rpc=2, auth_delay=0.2, addresses=None, port=0, names=None,
                 location_port=True, cookie_refused=False, tls_profile="8.2", seed=None,
                 scale=0, members=()):
        self.tls = tls
        self.scale = scale
        self.unknown_calls = set()
        self.generation = generation
        self.json_rpc = json_rpc
        self.location_port = location_port
        self.cookie_refused = cookie_refused
        self.tls_profile = tls_profile
        self.identifiers = records.Identifiers(next(_SEEDS) if seed is None else seed)
        self.uuid = self.identifiers.uuid()
        self.ref = self.identifiers.ref()
        self.database = Database()
        self.settings = Settings(self)
        self.journal = journal.Journal()
        self.tunnels = tunnel.Tunnels()
        self.faults = faults.Faults()
        self.courses = courses.Courses(self)
        self.waiters = life.Waiters()
        self.sessions_table = sessions.Sessions(self, auth_delay)
        self.add_user(user, password)
        self.vms = []
        self.ejected = []
        self.domains = 0
        self._saved = None
        self._stopping = threading.Event()
        if members:
            self.hosts = list(members)
        else:
            addresses = addresses or [f"127.0.0.{number + 1}" for number in range(hosts)]
            names = names or [f"xen{number + 1}" for number in range(len(addresses))]
            self.hosts = [host.Host(self, name, address, port)
                          for name, address in zip(names, addresses)]
            self._bind()
        self.coordinator = self.hosts[0]
        self._populate(members)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        """Accept connections at every host."""
        for each in self.hosts:
            each.start()

    def stop(self):
        """End everything; can be called twice."""
        self._stopping.set()
        self.sessions_table.stop()
        self.courses.stop()
        for each in self.ejected:
            each.stop()
        for each in self.hosts:
            each.stop()
            each.release()
        for each in self.vms:
            for backend in each.backends:
                backend.stop()

    @property
    def recent(self):
        return self.generation != "old"

    def prototype(self, kind):
        """A fresh record, with the fields that servers of this generation know."""
        return records.prototype(kind, self.recent)

    @property
    def sessions(self):
        """The live sessions by reference."""
        return self.sessions_table.live

    @property
    def requests(self):
        return self.journal.requests

    @property
    def connections(self):
        return self.journal.connections

    @property
    def open_connections(self):
        return self.journal.open_connections

    @property
    def supporters(self):
        return [each for each in self.hosts if each is not self.coordinator]

    def add_user(self, name, password, role="pool-admin"):
        """Another user; role None may log in nowhere."""
        self.sessions_table.add_user(sessions.User(name, password, role))

    def add_vm(self, name, host=None, consoles=("rfb", "vt100"), power_state="Running",
               domain_type="pv", backend=None, rfb_backend=None, location="uuid"):
        """A VM. `backend` is behind its text console, a shell unless given; `rfb_backend` behind
        the graphical one. `location` is a style of vm.location_text."""
        made = vm.VM(self, name, host or self.coordinator, consoles, backend or shell.Shell(),
                     rfb_backend, location)
        self.adopt(made, running=power_state == "Running",
                   **({"domain_type": domain_type} if self.recent else {}))
        if power_state not in ("Running", "Halted"):
            made.power_state = power_state
            self.database.set("VM", made.ref, power_state=power_state)
        return made

    def clone(self, of, name, backend=None):
        """A halted copy of a VM under another name, or the same."""
        record = self.database.get("VM", of.ref)
        return self.add_vm(name, of.host, of.protocols, "Halted",
                           record.get("domain_type", "pv"), backend)

    def hold(self, call, step, subject=None):
        """Stop the next course that the call ("VM.start") begins, for that VM or any, at a step of
        it; gives a courses.Hold."""
        return self.courses.hold(call, step, subject)

    def add_template(self, name):
        """A template of that name; gives its reference."""
        return self._add_record(name, is_a_template=True)

    def add_snapshot(self, of):
        """A snapshot: it has its VM's name, and is a template as well; gives its reference."""
        ref = self._add_record(of.name, is_a_template=True, is_a_snapshot=True, snapshot_of=of.ref)
        self.database.set("VM", of.ref, snapshots=[*self.database.get("VM", of.ref)["snapshots"],
                                                   ref])
        return ref

    def expire_sessions(self):
        self.sessions_table.expire()

    def pause(self, seconds):
        """Wait, but not beyond the end of the pool; true when it has come."""
        return self._stopping.wait(seconds)

    def cut(self, only=None):
        """Cut the connections to a host, or all, and wait until they have ended."""
        ending = self.journal.abort(only)
        self.tunnels.hang_up(host=only)
        with self.database.transaction():
            pass      # wakes the calls that wait for events
        for connection in ending:
            if connection.thread not in (None, threading.current_thread()):
                connection.thread.join(10)

    def break_off(self, only):
        """Reset the connections to a host, but those on its unix sockets."""
        for connection in self.journal.open_connections:
            if connection.host is only and not connection.trusted:
                connection.stream.break_off()
        with self.database.transaction():
            pass      # wakes the calls that wait for events

    def adopt(self, made, running=True, **fields):
        """Put a VM into the database, and start it."""
        self.vms.append(made)
        self.database.add("VM", made.ref, {**made.record, **fields})
        if running:
            made.start()

    def forget(self, gone):
        self.vms.remove(gone)
        for backend in gone.backends:
            backend.stop()

    def make_shell(self, name):
        made = shell.Shell()
        made.name = name
        return made

    def next_domain(self):
        self.domains += 1
        return self.domains

    def refresh_hosts(self):
        """Bring resident_VMs of the hosts up to date."""
        for each in self.hosts:
            resident = sorted(self.database.find("VM", resident_on=each.ref))
            if self.database.get("host", each.ref)["resident_VMs"] != resident:
                self.database.set("host", each.ref, resident_VMs=resident)

    def vm_by_ref(self, ref):
        for each in self.vms:
            if each.ref == ref:
                return each
        raise ApiError("VM_IS_TEMPLATE", ref)

    def host_by_ref(self, ref):
        for each in self.hosts:
            if each.ref == ref:
                return each
        raise ApiError("HANDLE_INVALID", "host", str(ref))

    def _bind(self):
        """Take a port at every address, the same one if the addresses differ."""
        distinct = len({each.address for each in self.hosts}) == len(self.hosts)
        wanted = [each.port for each in self.hosts]
        for attempt in range(20):
            try:
                for each, port in zip(self.hosts, wanted):
                    each.port = self.hosts[0].port if distinct and port == 0 else port
                    each.bind()
                return
            except OSError:
                # The port that the first host got may be taken at another's address.
                for each in self.hosts:
                    each.release()
                if attempt == 19 or not distinct:
                    raise
                self.hosts[0].port = wanted[0]

    def _populate(self, members):
        for each in members:
            each.join(self)
        self.database.add("pool", self.ref, {**self.prototype("pool"), "uuid": self.uuid,
                                             "master": self.coordinator.ref})
        for each in self.hosts:
            each.prepare()
        for each in self.hosts:
            each.add_control_domain()

    def _add_record(self, name, **fields):
        ref = self.identifiers.ref()
        self.database.add("VM", ref, {
            **self.prototype("VM"), "uuid": self.identifiers.uuid(), "name_label": name,
            "power_state": "Halted", "resident_on": records.NULL, "consoles": [], "domid": -1,
            "affinity": records.NULL, **fields})
        return ref
