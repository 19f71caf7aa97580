# SPDX-License-Identifier: ISC
"""Prototypes of database records, taken from exchanges recorded on a real pool.

Owns the shape of every record: which fields it has, their types, their order and their usual
values. Never decides what a pool contains; callers copy a prototype and put identities into it.
"""
import copy
import functools
import json
import pathlib
import random
import re
import uuid

RECORDED = pathlib.Path(__file__).resolve().parents[1] / "data" / "wire" / "rpc.json"
NULL = "OpaqueRef:NULL"
EPOCH = "19700101T00:00:00Z"

_DATE = re.compile(r"\d{8}T\d\d:\d\d:\d\dZ")


class Date(str):
    """A time: a plain string in JSON, an element of its own in XML-RPC."""


class Identifiers:
    """References and uuids: random in form, the same on every run for the same seed."""

    def __init__(self, seed):
        self._random = random.Random(seed)

    def uuid(self):
        return str(uuid.UUID(int=self._random.getrandbits(128)))

    def ref(self):
        return "OpaqueRef:" + self.uuid()


# Fields that came after the first servers with JSON-RPC, and that a client might look for.
RECENT = {"domain_type", "certificates", "console_idle_timeout", "vm_console_idle_timeout",
          "limit_console_sessions", "tls_verification_enabled", "NVRAM", "editions"}


def prototype(kind, recent=True):
    """A fresh record of a `kind`: VM, dom0, console, host, pool, Certificate or session."""
    record = copy.deepcopy(_prototypes()[kind])
    return record if recent else {field: value for field, value in record.items()
                                  if field not in RECENT}


@functools.lru_cache(maxsize=None)
def table_names():
    """Every table of the database in lower case, in the order in which event.from counts them."""
    return tuple(_result("event.from")["valid_ref_counts"])


@functools.lru_cache(maxsize=None)
def _prototypes():
    def first(call, note=""):
        return _dated(next(iter(_result(call, note).values())))

    return {
        "VM": first("VM.get_all_records_where"),
        "dom0": first("VM.get_all_records_where", "dom0"),
        "console": first("console.get_all_records_where"),
        "host": first("host.get_all_records"),
        "pool": first("pool.get_all_records"),
        "Certificate": first("Certificate.get_all_records"),
        "session": {
            "uuid": "", "this_host": NULL, "this_user": NULL, "last_active": Date(EPOCH),
            "pool": False, "other_config": {}, "is_local_superuser": True, "subject": NULL,
            "validation_time": Date(EPOCH), "auth_user_sid": "", "auth_user_name": "root",
            "rbac_permissions": [], "tasks": [], "parent": NULL, "originator": "",
            "client_certificate": False,
        },
    }


@functools.lru_cache(maxsize=None)
def _recorded():
    return json.loads(RECORDED.read_text())


def _result(call, note=""):
    for exchange in _recorded():
        if exchange["call"] == call and exchange["note"] == note:
            return json.loads(exchange["response_body"])["result"]
    raise LookupError(f"{RECORDED.name} has no answer to {call} ({note or 'plain'})")


def _dated(record):
    return {field: Date(value) if isinstance(value, str) and _DATE.fullmatch(value) else value
            for field, value in record.items()}
