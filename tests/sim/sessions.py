# SPDX-License-Identifier: ISC
"""Sessions: logging in, the limits on their number, and their end.

Owns who is logged in. A session ends by logging out, by expiry, or by being the oldest of too
many: root's are counted by originator, other users' by name. Knows nothing of connections; a
console that is open does not need its session.
"""
import random
import threading
import time

from . import records
from .database import ApiError

REAL_AUTH_DELAY = (2, 5)
ROLES = ("pool-admin", "pool-operator", "vm-power-admin", "vm-admin", "vm-operator", "read-only")

# The server sees its own TLS front end as the client, and says who that says it is.
NO_ROLE = ("Subject {} (identifier u1000, from HTTP request from Internet with User-Agent: {}) "
           "has no access rights in this pool")


class User:
    """Someone who may log in. Without a role he is known, but may do nothing."""

    def __init__(self, name, password, role="pool-admin"):
        self.name = name
        self.password = password
        self.role = role

    def may(self, role):
        """True if the user's role includes another."""
        return self.role in ROLES and ROLES.index(self.role) <= ROLES.index(role)


class Session:
    """A live session."""

    def __init__(self, ref, user, originator, host, number):
        self.ref = ref
        self.user = user
        self.originator = originator
        self.host = host
        self.number = number      # the larger, the later it was used

    @property
    def group(self):
        if self.user.name == "root":
            return ("originator", self.originator)
        return ("user", self.user.name)


class Sessions:
    """All sessions of a pool, in `live` by reference; `most` is how many lived at one moment."""

    def __init__(self, pool, auth_delay):
        self.live = {}
        self.most = 0
        self.logins = 0
        self.users = {}
        self._pool = pool
        self._auth_delay = auth_delay
        self._database = pool.database
        self._identifiers = pool.identifiers
        self._stopping = threading.Event()
        self._uses = 0

    def add_user(self, user):
        self.users[user.name] = user

    def authenticate(self, name, password, agent="unknown"):
        """The user; a wrong name or password fails only after a delay, so that nobody guesses."""
        with self._database.lock:
            self.logins += 1
        user = self.users.get(name)
        if user is None or user.password != password:
            self._wait()
            raise ApiError("SESSION_AUTHENTICATION_FAILED", name, "Authentication failure")
        if user.role not in ROLES:
            self._wait()
            raise ApiError("SESSION_AUTHORIZATION_FAILED", name, NO_ROLE.format(name, agent))
        return user

    def login(self, name, password, host, originator="", agent="unknown"):
        return self._open(self.authenticate(name, password, agent), host, originator)

    def admit(self, name, host, originator=""):
        """A session for somebody who has proved to be root by other means than a password."""
        return self._open(User(name, None), host, originator)

    def _open(self, user, host, originator):
        with self._database.transaction():
            session = Session(self._identifiers.ref(), user, originator, host, self._next_use())
            self.live[session.ref] = session
            self.most = max(self.most, len(self.live))
            self._database.add("session", session.ref, self._record(session))
            self._evict(session.group)
        return session

    def get(self, ref):
        """The session, marked as used; SESSION_INVALID when it does not live."""
        with self._database.lock:
            session = self.live.get(ref)
            if session is None:
                raise ApiError("SESSION_INVALID", str(ref))
            session.number = self._next_use()
            return session

    def end(self, ref):
        with self._database.transaction():
            if self.live.pop(ref, None):
                self._database.delete("session", ref)

    def expire(self):
        """End all of them."""
        with self._database.transaction():
            for ref in list(self.live):
                self.end(ref)

    def stop(self):
        """Let nobody wait for the end of a delay any more."""
        self._stopping.set()

    def _wait(self):
        delay = self._auth_delay
        self._stopping.wait(random.uniform(*delay) if isinstance(delay, tuple) else delay)

    def _next_use(self):
        self._uses += 1
        return self._uses

    def _evict(self, group):
        members = [session for session in self.live.values() if session.group == group]
        members.sort(key=lambda session: session.number)
        for session in members[:max(0, len(members) - self._pool.settings.session_limit)]:
            self.end(session.ref)

    def _record(self, session):
        now = records.Date(time.strftime("%Y%m%dT%H:%M:%SZ", time.gmtime()))
        return {**self._pool.prototype("session"), "uuid": self._identifiers.uuid(),
                "this_host": session.host.ref, "last_active": now, "validation_time": now,
                "auth_user_name": session.user.name, "originator": session.originator,
                "is_local_superuser": session.user.name == "root"}
