# SPDX-License-Identifier: ISC
"""What changes when: a VM's transitions, stopped at each step of the table of real pools."""
import threading
import time

import pytest

import sim

BARE_404 = ("HTTP/1.1 404 Not Found\r\nConnection: close\r\n"
            "Cache-Control: no-cache, no-store\r\n\r\n")
FAILURE = b"Console.Failure</body></html>"


class Watcher:
    """Sees a VM as a client does: its record, its consoles, CONNECT, a tunnel, events."""

    def __init__(self, pool, connect, vm):
        self.pool, self.vm, self._connect = pool, vm, connect
        self.connection = connect(pool.coordinator)
        self.session = self.connection.login()
        self.token = ""
        self.tunnel = None

    def record(self, *fields):
        record = self.connection.call("VM.get_record", self.session, self.vm.ref)
        return [record[field] for field in fields]

    @property
    def operations(self):
        return sorted(self.record("current_operations")[0].values())

    def consoles(self):
        found = self.connection.call("console.get_all_records_where", self.session,
                                     f'field "VM"="{self.vm.ref}"')
        return sorted((record["protocol"], record["uuid"], record["location"])
                      for record in found.values())

    def attach(self):
        self.tunnel = self._connect(self.vm.host).open(self.vm.console(), self.session)

    def tunnel_is_over(self):
        return self.tunnel.rest() == b"" and self.tunnel.ended == "clean"

    def tunnel_stands(self):
        self.tunnel.send(b"x")
        return self.tunnel.until(b"x")

    def connects(self, host=None, target=None, version="1.1"):
        """What CONNECT says: a step's name, or "200" when the console is there."""
        connection = self._connect(host or self.vm.host)
        head = connection.connect(target or self.vm, self.session, version=version)
        if head.startswith("HTTP/1.1 200 OK\r\n"):
            if connection.read():
                return "200"
            assert connection.ended == "clean"
            return "nothing"
        body = connection.rest()
        if head == BARE_404:
            assert body == b""
            return "404"
        assert head.startswith(f"HTTP/{version} 500 Internal Error\r\n") and body.endswith(FAILURE)
        return "500"

    def events(self, timeout=5.0):
        answer = self.connection.call("event.from", self.session,
                                      ["vm/" + self.vm.ref, "console"], self.token, timeout)
        self.token = answer["token"]
        return sorted((event["class"], event["operation"]) for event in answer["events"])


@pytest.fixture
def pool():
    with sim.Pool(hosts=2) as started:
        yield started


@pytest.fixture
def watch(pool, connect):
    def make(power_state="Running"):
        vm = pool.add_vm("web01", backend=sim.Echo(), power_state=power_state)
        watcher = Watcher(pool, connect, vm)
        if power_state == "Running":
            watcher.attach()
        watcher.events()
        return watcher
    return make


ADDED = [("console", "add")] * 2 + [("vm", "mod")]
DELETED = [("console", "del")] * 2 + [("vm", "mod")]
REPLACED = [("console", "add")] * 2 + [("console", "del")] * 2 + [("vm", "mod")]
CHANGED = [("vm", "mod")]


def test_a_start(watch):
    watcher = watch("Halted")
    course = watcher.vm.begin("start")
    assert watcher.connects() == "500" and watcher.operations == []
    course.to("500")
    assert watcher.operations == ["start"] and watcher.events() == CHANGED
    assert watcher.connects(version="1.0") == "500"
    course.to("resident")
    assert watcher.record("power_state", "resident_on") == ["Halted", watcher.vm.host.ref]
    assert watcher.events() == CHANGED and watcher.connects(version="1.0") == "500"
    course.finish()
    assert watcher.events() == ADDED and watcher.connects() == "200"
    power, operations, domid = watcher.record("power_state", "current_operations", "domid")
    assert (power, operations, domid > 0) == ("Running", {}, True)
    assert watcher.connects(target=watcher.vm.console("rfb")) == "200"


def test_a_clean_reboot(watch):
    watcher = watch()
    before, (domid,) = watcher.consoles(), watcher.record("domid")
    course = watcher.vm.begin("clean_reboot").to("begun")
    assert watcher.operations == ["clean_reboot"] and watcher.tunnel_stands()
    course.to("nothing")
    assert watcher.tunnel_is_over() and watcher.connects() == "nothing"
    course.to("404")
    assert watcher.connects() == watcher.connects(target=watcher.vm.console()) == "404"
    watcher.events()
    course.to("500")
    assert watcher.events() == DELETED and watcher.connects() == "500"
    power, consoles, other = watcher.record("power_state", "consoles", "domid")
    assert (power, consoles) == ("Running", []) and other not in (domid, -1)
    course.finish()
    assert watcher.events() == ADDED and watcher.connects() == "200"
    assert not {uuid for _, uuid, _ in before} & {uuid for _, uuid, _ in watcher.consoles()}
    assert watcher.record("domid") == [other] and watcher.operations == []


def test_a_hard_reboot_keeps_the_consoles(watch):
    watcher = watch()
    before, (domid,) = watcher.consoles(), watcher.record("domid")
    course = watcher.vm.begin("hard_reboot").to("begun")
    watcher.events()
    course.to("nothing")
    assert watcher.tunnel_is_over()
    assert watcher.connects() == watcher.connects(target=watcher.vm.console("rfb")) == "nothing"
    course.finish()
    assert watcher.events() == CHANGED and watcher.consoles() == before
    assert watcher.record("domid") != [domid] and watcher.connects() == "200"


@pytest.mark.parametrize("operation", ["hard_shutdown", "clean_shutdown"])
def test_a_shutdown(operation, watch):
    watcher = watch()
    course = watcher.vm.begin(operation).to("nothing")
    assert watcher.tunnel_is_over()
    course.to("404")
    assert watcher.connects() == "404" and watcher.record("power_state") == ["Running"]
    watcher.events()
    course.to("500")
    assert watcher.events() == CHANGED and watcher.connects() == "500"
    assert watcher.record("power_state", "resident_on", "domid") == [
        "Halted", "OpaqueRef:NULL", -1]
    assert len(watcher.record("consoles")[0]) == 2
    course.finish()
    assert watcher.events() == DELETED and watcher.consoles() == []
    assert watcher.record("consoles", "current_operations") == [[], {}]


def test_a_migration(watch):
    watcher = watch()
    here, there = watcher.pool.hosts
    before, (domid,) = watcher.consoles(), watcher.record("domid")
    course = watcher.vm.begin("pool_migrate", there).to("begun")
    assert watcher.operations == ["pool_migrate"] and watcher.tunnel_stands()
    course.to("404")
    assert watcher.connects(here) == "404" and watcher.tunnel_stands()
    course.to("ended")
    assert watcher.tunnel_is_over()
    watcher.events()
    course.to("500")
    # The host is another, and nothing else: the consoles' locations lead to the old one.
    assert watcher.events() == CHANGED and watcher.record("resident_on") == [there.ref]
    assert watcher.consoles() == before and watcher.record("domid") == [domid]
    assert watcher.connects(here, watcher.vm.console()) == "500"
    course.to("404 there")
    assert watcher.connects(there) == "404"
    course.to("consoles")
    assert watcher.events() == REPLACED and watcher.connects(there) == "404"
    after = watcher.consoles()
    assert not {uuid for _, uuid, _ in before} & {uuid for _, uuid, _ in after}
    assert all(location.startswith(there.url) for _, _, location in after)
    assert watcher.record("domid") != [domid]
    course.finish()
    assert watcher.connects(there) == "200" and watcher.connects(here) == "500"
    assert watcher.record("power_state", "current_operations") == ["Running", {}]


def test_suspend_and_resume(watch):
    watcher = watch()
    before = watcher.consoles()
    course = watcher.vm.begin("suspend").to("404")
    assert watcher.tunnel_is_over() and watcher.connects() == "404"
    watcher.events()
    course.to("500")
    assert watcher.events() == CHANGED and watcher.connects() == "500"
    assert watcher.record("power_state", "resident_on") == ["Suspended", "OpaqueRef:NULL"]
    assert watcher.consoles() == before
    course.finish()
    assert watcher.events() == DELETED and watcher.record("domid", "consoles") == [-1, []]
    there = watcher.pool.hosts[1]
    course = watcher.vm.begin("resume", there).to("begun")
    watcher.events()
    course.to("resident")
    assert watcher.events() == CHANGED and watcher.record("resident_on") == [there.ref]
    assert watcher.connects(there) == "500"
    course.finish()
    assert watcher.events() == ADDED and watcher.record("power_state") == ["Running"]
    assert watcher.connects(there) == "200"
    assert all(location.startswith(there.url) for _, _, location in watcher.consoles())


def test_a_pause_leaves_the_tunnel(watch):
    watcher = watch()
    before = watcher.consoles()
    watcher.vm.begin("pause").finish()
    assert watcher.record("power_state") == ["Paused"] and watcher.connects() == "500"
    watcher.vm.begin("unpause").finish()
    assert watcher.consoles() == before and watcher.connects() == "200"
    assert watcher.tunnel_stands()


def test_a_destruction(watch):
    watcher = watch("Halted")
    course = watcher.vm.begin("destroy").to("begun")
    assert watcher.events() == CHANGED
    course.finish()
    assert watcher.events() == [("vm", "del")]


def test_what_the_guest_does_by_itself_is_no_operation(watch):
    watcher = watch()
    course = watcher.vm.begin("clean_reboot", by_guest=True).to("404")
    assert watcher.operations == []
    course.finish()
    assert watcher.connects() == "200"


def call_in_thread(watcher, connect, method, *params):
    """A call on a connection of its own; gives the thread and a list that gets the answer."""
    answers, connection = [], connect(watcher.pool.coordinator)
    thread = threading.Thread(target=lambda: answers.append(
        connection.call(method, watcher.session, watcher.vm.ref, *params)))
    thread.start()
    return thread, answers


def test_a_call_is_held_at_a_step(pool, watch, connect):
    watcher = watch()
    hold = pool.hold("VM.clean_reboot", "404", watcher.vm)
    thread, answers = call_in_thread(watcher, connect, "VM.clean_reboot")
    hold.wait()
    assert watcher.connects() == "404" and answers == []
    other = connect(pool.coordinator)
    assert other.call("VM.hard_reboot", watcher.session, watcher.vm.ref) == [
        "OTHER_OPERATION_IN_PROGRESS", "VM", watcher.vm.ref]
    hold.move("500")
    assert watcher.connects() == "500"
    hold.finish()
    thread.join()
    assert answers == [""] and watcher.connects() == "200"


def test_a_start_returns_before_the_events_say_so(pool, watch, connect):
    watcher = watch("Halted")
    hold = pool.hold("VM.start", "resident")
    thread, answers = call_in_thread(watcher, connect, "VM.start", False, False)
    hold.wait()
    thread.join()
    assert answers == [""] and watcher.record("power_state") == ["Halted"]
    hold.finish()
    assert watcher.record("power_state") == ["Running"]


def test_a_migration_may_return_early(pool, watch, connect):
    watcher = watch()
    pool.settings.migrate_returns = "404 there"
    hold = pool.hold("VM.pool_migrate", "404 there")
    thread, answers = call_in_thread(watcher, connect, "VM.pool_migrate", pool.hosts[1].ref, {})
    hold.wait()
    thread.join()
    assert answers == [""] and watcher.connects(pool.hosts[1]) == "404"
    hold.finish()


def test_a_task_ends_with_its_course(pool, watch):
    watcher = watch()
    hold = pool.hold("VM.suspend", "500")
    task = watcher.connection.call("Async.VM.suspend", watcher.session, watcher.vm.ref)
    hold.wait()
    assert watcher.connection.call("task.get_status", watcher.session, task) == "pending"
    hold.finish()
    status, token = "pending", ""
    while status == "pending":
        answer = watcher.connection.call("event.from", watcher.session, ["task/" + task], token,
                                         10.0)
        token, (event,) = answer["token"], answer["events"]
        status = event["snapshot"]["status"]
    assert status == "success"


def test_the_scale_of_time(watch, connect):
    """A fifth of the time of a real pool."""
    watcher = watch()
    watcher.pool.scale = 0.2
    started = time.monotonic()
    thread, answers = call_in_thread(watcher, connect, "VM.hard_shutdown")
    assert watcher.tunnel_is_over()
    thread.join()
    assert time.monotonic() - started >= 0.2 * 0.37
    assert answers == [""] and watcher.record("power_state", "consoles") == ["Halted", []]


def test_what_cannot_be_done(watch):
    watcher = watch("Halted")
    call, session, ref = watcher.connection.call, watcher.session, watcher.vm.ref
    assert call("VM.clean_reboot", session, ref) == ["VM_BAD_POWER_STATE", ref, "running", "halted"]
    watcher.vm.start()
    watcher.vm.has_tools = False
    assert call("VM.clean_shutdown", session, ref) == ["VM_LACKS_FEATURE", ref]
    with pytest.raises(ValueError, match="does not come to 'nonsense'"):
        watcher.vm.begin("suspend").to("nonsense")


def test_the_end_of_the_pool_does_not_wait_for_a_hold(connect):
    with sim.Pool(tls=False) as pool:
        vm = pool.add_vm("web01", backend=sim.Echo())
        hold = pool.hold("VM.suspend", "404")
        connection = connect(pool.coordinator)
        session = connection.login()
        connection.call("Async.VM.suspend", session, vm.ref)
        hold.wait()
    assert hold.course.at == "404"


def test_twins_appear_and_names_change(pool, watch):
    watcher = watch("Halted")
    call, session = watcher.connection.call, watcher.session
    twin = call("VM.clone", session, watcher.vm.ref, "web01")
    assert sorted(call("VM.get_by_name_label", session, "web01")) == sorted([watcher.vm.ref, twin])
    assert call("VM.set_name_label", session, twin, "web02") == ""
    assert call("VM.get_by_name_label", session, "web01") == [watcher.vm.ref]
    imported = pool.add_vm("web01", pool.hosts[1], backend=sim.Echo())
    assert imported.ref in call("VM.get_by_name_label", session, "web01")
