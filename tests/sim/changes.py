# SPDX-License-Identifier: ISC
"""A pool's own changes: another coordinator, a coordinator that dies and comes back, xapi starting
anew, a host that leaves.

Owns the order in which these happen, as courses like those of VMs (courses.py); what a host does in
each of their states is in life.py.
"""
from .courses import Course, Step
from .database import ApiError

# For how long all goes on as before once a new coordinator was designated.
NOTICE = 10


class Changes:
    """The part of a Pool that changes what the pool is."""

    def elect(self, coordinator):
        """Another host becomes coordinator, at once; sessions do not survive that."""
        self.coordinator = coordinator
        self.sessions_table.expire()
        self.database.set("pool", self.ref, master=coordinator.ref)
        self._untie()

    def designate(self, host):
        """The course of pool.designate_new_master. Steps: returned (nothing is different for a
        while), down (everything has ended on every host, front ends hang up in the handshake),
        starting (TLS is fine, the first request gets an end of file), no address, booting (every
        call gets HOST_HAS_NO_MANAGEMENT_IP, HOST_STILL_BOOTING), elected (the new one takes logins;
        supporters name it, other calls there hang), after."""
        if host is self.coordinator:
            raise ApiError("HOST_IS_MASTER", host.ref)
        return self._election("pool.designate_new_master", host)

    def emergency_transition(self, host):
        """The course by which a supporter becomes coordinator in place of a dead one: as above,
        while the dead host stays dead, and its VMs Running and resident there."""
        return self._election("pool.emergency_transition_to_master", host)

    def kill_coordinator(self, front="handshake"):
        """The coordinator's xapi dies, and will not come back by itself; its front end lives and
        hangs up in the handshake, or "after" it, or there with a "reset". Tunnels to other hosts go on."""
        dead = self.coordinator
        self._end(dead)
        self.sessions_table.expire()
        dead.life.set(front=front)
        return dead

    def bring_back(self, host):
        """The course by which a dead host comes back: starting, after. It is a supporter when
        another took over; else coordinator again, with the database that was last saved."""
        def after():
            if host is self.coordinator and self._saved:
                self.restore_database()
            host.life.set(xapi="up")
            if host is self.coordinator:
                self._untie()

        return Course("bring back", host, [
            Step("starting", 1, lambda: host.life.set(front="up", xapi="eof")),
            Step("after", 3, after)])

    def restart(self, host=None, older=False, first="eof"):
        """The course by which xapi starts anew on a host (default: the coordinator): down,
        starting (the first request gets `first`: eof, reset, or wait, to be answered later), after.
        `older`: with the database that was last saved. A supporter cannot finish its start while
        the coordinator is gone."""
        host = host or self.coordinator

        def down():
            self._end(host)
            if host is self.coordinator:
                self.sessions_table.expire()
            host.life.set(front="handshake")

        def after():
            if older:
                self.restore_database()
            host.life.set(xapi="up", tied=host.life.lost)

        return Course("restart", host, [
            Step("down", 0, down),
            Step("starting", 1, lambda: host.life.set(front="up", xapi=first)),
            Step("after", 3, after)])

    def save_database(self):
        """Keep a copy of the database, for a coordinator that comes back with an older one."""
        self._saved = self.database.save()

    def restore_database(self):
        """Go back to the database that was last saved: event generations, settings and records.
        What VMs are doing is looked up anew, as a xapi that starts does."""
        with self.database.transaction():
            self.sessions_table.expire()
            self.database.restore(self._saved)
            for ref in self.database.find("session"):
                self.database.delete("session", ref)
            self.settings.follow(self.database.get("pool", self.ref))
            for vm in list(self.vms):
                vm.recover()
            self.refresh_hosts()

    def eject(self, host):
        """A supporter without VMs leaves; gives its own pool, of which it is coordinator."""
        if host is self.coordinator:
            raise ValueError("the coordinator cannot be ejected")
        guests = [vm.name for vm in self.vms if vm.host is host and vm is not host.dom0]
        if guests:
            raise ValueError(f"{host.name} has VMs: {guests}")
        self._end(host)
        host.dom0.change(consoles=())
        host.dom0.vanish()
        self.hosts.remove(host)
        with self.database.transaction():
            for ref in self.database.find("Certificate", host=host.ref):
                self.database.delete("Certificate", ref)
            self.database.delete("host", host.ref)
        own = type(self)(tls=self.tls, generation=self.generation, tls_profile=self.tls_profile,
                         json_rpc=self.json_rpc, location_port=self.location_port, members=[host])
        own.journal, own.faults = self.journal, self.faults
        own.sessions_table.users.update(self.sessions_table.users)
        self.ejected.append(own)
        return own

    def _election(self, name, host):
        def living():
            return [each for each in self.hosts if not (each is old and was_dead)]

        def everywhere(**state):
            for each in living():
                each.life.set(**state)

        def down():
            for each in living():
                self._end(each)
            self.sessions_table.expire()
            everywhere(front="handshake")

        def elected():
            self.elect(host)
            for each in living():
                each.life.set(error=None, hangs=each is not host)

        old, was_dead = self.coordinator, self.coordinator.life.dead
        return Course(name, self, [
            Step("returned", 0.2),
            Step("down", NOTICE, down),
            Step("starting", NOTICE + 1, lambda: everywhere(front="up", xapi="eof")),
            Step("no address", NOTICE + 2, lambda: everywhere(
                xapi="up", error=ApiError("HOST_HAS_NO_MANAGEMENT_IP"))),
            Step("booting", NOTICE + 2.5, lambda: everywhere(
                error=ApiError("HOST_STILL_BOOTING"))),
            Step("elected", NOTICE + 3, elected),
            Step("after", NOTICE + 10, lambda: everywhere(hangs=False))], "returned")

    def _end(self, host):
        """What ends when a host's xapi does: tunnels by close_notify, long polls and idle
        connections by an end of file."""
        # In this order: what is not yet a tunnel finds out before it has become one.
        for connection in self.journal.open_connections:
            if connection.host is host and not connection.tunnels:
                connection.stream.retire()
        self.tunnels.hang_up(host=host)
        with self.database.transaction():
            pass      # wakes the calls that wait for events
        self.waiters.wake()

    def _untie(self):
        """Supporters that could not finish their start for want of a coordinator can now."""
        for each in self.hosts:
            each.life.set(tied=False)
