# SPDX-License-Identifier: ISC
"""event.from: tokens, the long poll, and what the changes of a VM look like."""
import threading
import time

import pytest


class Follower:
    """A session that follows events of some classes."""

    def __init__(self, connection, classes):
        self.connection = connection
        self.session = connection.login()
        self.classes = classes
        self.token = ""

    def next(self, timeout=5.0):
        answer = self.connection.call("event.from", self.session, self.classes, self.token, timeout)
        if isinstance(answer, dict):
            self.token = answer["token"]
            return answer["events"]
        return answer

    def collect(self, count):
        """Events until there are so many, as (class, operation) with their snapshots."""
        found = []
        while len(found) < count:
            found += self.next()
        return found


@pytest.fixture
def follow(pool, connect):
    return lambda *classes: Follower(connect(pool.coordinator), list(classes))


def kinds(events):
    return sorted((event["class"], event["operation"]) for event in events)


def test_the_first_answer_is_the_present_state_at_once(pool, follow):
    vm = pool.add_vm("web01")
    follower = follow("vm/" + vm.ref)
    (event,) = follower.next(timeout=30.0)
    assert (event["class"], event["operation"], event["ref"]) == ("vm", "add", vm.ref)
    assert event["snapshot"]["power_state"] == "Running"
    assert len(follower.token) == 41


def test_a_start(pool, follow):
    vm = pool.add_vm("web01", power_state="Halted")
    follower = follow("vm/" + vm.ref, "console")
    follower.next()
    vm.start()
    events = follower.collect(3)
    assert kinds(events) == [("console", "add"), ("console", "add"), ("vm", "mod")]
    changed = next(event["snapshot"] for event in events if event["class"] == "vm")
    assert changed["power_state"] == "Running" and len(changed["consoles"]) == 2


def test_a_shutdown(pool, follow):
    vm = pool.add_vm("web01")
    follower = follow("vm/" + vm.ref, "console")
    follower.next()
    vm.shutdown()
    events = follower.collect(3)
    assert kinds(events) == [("console", "del"), ("console", "del"), ("vm", "mod")]
    assert all("snapshot" not in event for event in events if event["operation"] == "del")
    changed = next(event["snapshot"] for event in events if event["class"] == "vm")
    assert changed["power_state"] == "Halted" and changed["consoles"] == []


def test_later_calls_wait_for_a_change(pool, follow):
    vm = pool.add_vm("web01")
    follower = follow("vm/" + vm.ref)
    follower.next()
    timer = threading.Timer(0.3, vm.rename, ["web02"])
    timer.start()
    started = time.monotonic()
    (event,) = follower.next()
    assert time.monotonic() - started >= 0.25
    assert event["snapshot"]["name_label"] == "web02"
    timer.join()


def test_later_calls_end_with_their_time(pool, follow):
    vm = pool.add_vm("web01")
    follower = follow("vm/" + vm.ref)
    follower.next()
    token, started = follower.token, time.monotonic()
    assert follower.next(timeout=0.3) == []
    assert 0.25 <= time.monotonic() - started < 3
    assert follower.token == token


def test_only_what_was_subscribed_to(pool, follow):
    one, other = pool.add_vm("one"), pool.add_vm("other")
    follower = follow("VM/" + one.ref)
    follower.next()
    other.rename("nobody cares")
    one.rename("first")
    assert [event["ref"] for event in follower.next()] == [one.ref]
    assert {event["class"] for event in follow("*").next()} >= {"vm", "console", "host", "pool"}


def test_what_came_and_went_between_two_calls_was_never_there(pool, follow):
    follower = follow("console")
    follower.next()
    vm = pool.add_vm("web01")
    vm.shutdown()
    pool.add_vm("web02")
    assert kinds(follower.next()) == [("console", "add"), ("console", "add")]


def test_the_end_of_a_session_ends_its_wait(pool, follow):
    follower = follow("vm")
    follower.next()
    timer = threading.Timer(0.1, pool.expire_sessions)
    timer.start()
    assert follower.next(timeout=30.0) == ["SESSION_INVALID", follower.session]
    timer.join()


def test_a_token_that_is_none(follow):
    follower = follow("vm")
    follower.token = "nonsense"
    assert follower.next() == ["EVENT_FROM_TOKEN_PARSE_FAILURE", "nonsense"]


def test_no_answer_takes_less_than_the_batch(pool, follow):
    follower = follow("vm")
    for _ in range(2):
        started = time.monotonic()
        follower.next(timeout=0.0)
        assert time.monotonic() - started >= 0.05


def test_what_is_unknown_is_nothing_and_no_error(follow):
    for text in ("vm/OpaqueRef:none", "nonsense", "nonsense/OpaqueRef:none"):
        follower = follow(text)
        assert follower.next(timeout=0.0) == [] and len(follower.token) == 41


def test_changes_melt_into_what_is_there_now(pool, follow):
    vm = pool.add_vm("web01")
    follower = follow("vm/" + vm.ref)
    follower.next()
    vm.rename("web02")
    vm.shutdown()
    vm.rename("web03")
    (event,) = follower.next()
    assert event["operation"] == "mod" and event["snapshot"]["name_label"] == "web03"
    assert event["snapshot"]["power_state"] == "Halted"


def test_what_lived_shortly_may_show_its_end(pool, follow):
    pool.database.short_lived = True
    follower = follow("console")
    follower.next()
    pool.add_vm("web01").shutdown()
    events = follower.next()
    assert kinds(events) == [("console", "del"), ("console", "del")]


def test_a_token_from_the_future_is_deaf(pool, follow):
    vm = pool.add_vm("web01")
    follower = follow("vm/" + vm.ref)
    future = follower.token = f"{10 ** 9:020d},{0:020d}"
    for name in ("web02", "web03"):
        timer = threading.Timer(0.1, vm.rename, [name])
        timer.start()
        started = time.monotonic()
        assert follower.next(timeout=0.3) == [] and follower.token == future
        assert time.monotonic() - started >= 0.3
        timer.join()


def test_a_database_that_goes_back_makes_tokens_deaf(pool, follow):
    vm = pool.add_vm("web01")
    pool.save_database()
    vm.rename("web02")
    pool.settings.vm_console_idle_timeout = 60
    follower = follow("vm/" + vm.ref)
    follower.next()
    pool.restore_database()
    assert follower.next() == ["SESSION_INVALID", follower.session]
    follower.session = follower.connection.login()
    assert vm.name == "web01" and pool.settings.vm_console_idle_timeout == 0
    vm.rename("web03")
    assert follower.next(timeout=0.2) == []
    follower.token = ""
    (event,) = follower.next()
    assert event["snapshot"]["name_label"] == "web03"
    assert sorted(event["snapshot"]["consoles"]) == sorted(each.ref for each in vm.consoles)


def test_an_older_server_knows_no_such_call(pool, follow):
    pool.unknown_calls.add("event.from")
    follower = follow("vm")
    assert follower.next() == ["MESSAGE_METHOD_UNKNOWN", "event.from"]
    assert "event.from" not in follower.connection.call("system.listMethods")


def test_vms_are_managed_through_the_api(pool, connect):
    vm = pool.add_vm("web01", power_state="Halted")
    connection = connect(pool.coordinator)
    session = connection.login()

    def state():
        return connection.call("VM.get_power_state", session, vm.ref)

    assert connection.call("VM.start", session, vm.ref, False, False) == ""
    assert state() == "Running"
    before = vm.console().uuid
    assert connection.call("VM.clean_reboot", session, vm.ref) == ""
    assert vm.console().uuid != before
    assert connection.call("VM.start", session, vm.ref, False, False) == [
        "VM_BAD_POWER_STATE", vm.ref, "halted", "running"]
    assert connection.call("VM.pool_migrate", session, vm.ref, pool.hosts[0].ref, {}) == ""
    assert connection.call("Async.VM.hard_shutdown", session, vm.ref).startswith("OpaqueRef:")
    assert state() == "Halted"
    assert connection.call("VM.get_consoles", session, vm.ref) == []
    assert connection.call("VM.destroy", session, vm.ref) == ""
    assert connection.call("VM.get_record", session, vm.ref) == ["HANDLE_INVALID", "VM", vm.ref]
