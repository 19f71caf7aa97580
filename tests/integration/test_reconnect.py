# SPDX-License-Identifier: ISC
"""--reconnect: whatever ends the console, the machine is found again, and what was typed goes to nobody else."""
import os
import re
import time

import pytest

import guests
import harness
import procs
import sim
from guests import guest, pool, vm  # noqa: F401
from outcome import assert_logged_out, calls

KEPT_MAX = 16 << 20     # RELAY_TYPED_MAX


@pytest.fixture
def terminal(xencon, vm):
    """A terminal attached to the first guest."""
    made = xencon.terminal("--reconnect", "web01")
    made.expect('attached to "web01"')
    made.expect(f"guest {vm.domid}\r\n")
    return made


def finish(terminal, pool):
    assert terminal.is_raw()
    assert terminal.quit() == 0
    assert terminal.settings() == terminal.found
    assert_logged_out(pool)


def at_most_one_session(pool):
    assert len(pool.sessions) <= 1, pool.sessions


TRANSITIONS = [
    ("clean_reboot", "has rebooted"), ("hard_reboot", "has rebooted"),
    ("pool_migrate", "has migrated from .* to "),
]


@pytest.mark.parametrize("operation, by_guest", [
    ("clean_reboot", False), ("clean_reboot", True), ("hard_reboot", False), ("hard_reboot", True), ("pool_migrate", False)])
def test_it_comes_back(operation, by_guest, pool, vm, terminal):
    target = pool.hosts[1] if operation == "pool_migrate" else None
    course = vm.begin(operation, target, by_guest=by_guest)
    for step in course.names[1:]:
        course.to(step)
        at_most_one_session(pool)
    terminal.expect(f"guest {vm.domid}\r\n")
    terminal.send(b"x")
    finish(terminal, pool)


@pytest.mark.parametrize("operation, says", TRANSITIONS, ids=[each[0] for each in TRANSITIONS])
def test_what_happened_is_said(operation, says, pool, vm, terminal):
    """Slow enough to be seen: the tunnel has ended, the pool is asked, and then it goes on."""
    course = vm.begin(operation, pool.hosts[1] if operation == "pool_migrate" else None)
    course.to("ended" if operation == "pool_migrate" else "nothing")
    harness.eventually(lambda: calls(pool).count("VM.get_all_records_where") >= 2, "it looks")
    terminal.expect(f"waiting for its console|{harness.TRYING_ON}|ended")
    course.finish()
    terminal.expect(f'xencon: "web01" {says}')
    terminal.expect(f"guest {vm.domid}\r\n")
    finish(terminal, pool)


@pytest.mark.parametrize("by_guest", [False, True], ids=["by the pool", "by the guest"])
@pytest.mark.parametrize("operation", ["hard_reboot", "clean_reboot"])
def test_a_quick_reboot_is_said_each_time(operation, by_guest, pool, vm, terminal):
    """However soon the console is there again."""
    for _ in range(10):
        vm.begin(operation, by_guest=by_guest).finish()
        terminal.expect('xencon: "web01" has rebooted\r\n')
        terminal.expect(f"guest {vm.domid}\r\n")
    finish(terminal, pool)


def test_a_reboot_that_the_record_tells_late(pool, guest, vm, terminal):
    """The console of the new guest is there while the record still has the domain of the old one. That it
    rebooted is said then, and not once more when the console is lost for another reason."""
    course = vm.begin("hard_reboot").to("nothing")
    vm.refuse(None, None)
    terminal.expect('xencon: "web01" has rebooted\r\n')
    terminal.expect(f"guest {vm.domid}\r\n")
    assert_logged_out(pool)
    course.finish()
    vm.end_tunnels()
    terminal.expect(f"guest {vm.domid}\r\n")
    assert b"has rebooted" not in terminal.before
    terminal.send(b"x")
    guest.await_heard(vm.domid, b"x")
    vm.begin("hard_reboot").finish()
    terminal.expect('xencon: "web01" has rebooted\r\n')
    finish(terminal, pool)


@pytest.mark.parametrize("operation, again, state", [
    ("suspend", "resume", "suspended"), ("hard_shutdown", "start", "halted"),
    ("clean_shutdown", "start", "halted")])
def test_it_stops_and_starts(operation, again, state, pool, vm, terminal):
    vm.begin(operation).finish()
    terminal.expect(f'"web01" is {state}; waiting for its console, \\^] \\. leaves')
    vm.begin(again, pool.hosts[1]).finish()
    terminal.expect(f'"web01" has been {"resumed" if again == "resume" else "started"}')
    terminal.expect(f"guest {vm.domid}\r\n")
    finish(terminal, pool)


def test_its_type_is_changed_while_it_runs(pool, vm, terminal):
    """That of its next start: it goes on as what it is."""
    pool.database.set("VM", vm.ref, domain_type="hvm")
    vm.begin("pool_migrate", pool.hosts[1]).finish()
    terminal.expect(f"guest {vm.domid}\r\n")
    finish(terminal, pool)


def test_it_is_deleted(pool, vm, terminal):
    vm.begin("hard_shutdown").finish()
    terminal.expect("is halted; waiting")
    vm.begin("destroy").finish()
    terminal.expect('xencon: "web01" has been deleted')
    assert terminal.finish() == 5
    assert terminal.settings() == terminal.found
    assert_logged_out(pool)


def test_it_is_renamed_and_a_namesake_appears(pool, vm, terminal):
    vm.begin("hard_shutdown").finish()
    terminal.expect("is halted; waiting")
    vm.rename("db01")
    guests.add(pool, "web01")
    vm.begin("start").finish()
    terminal.expect(f"guest {vm.domid}\r\n")
    finish(terminal, pool)


@pytest.mark.parametrize("operation, lived_on", [
    ("pool_migrate", True), ("hard_reboot", False), ("clean_reboot", False)])
def test_what_is_typed_meanwhile(operation, lived_on, pool, guest, vm, terminal):
    """Sent once to the guest that lived on; to one that was rebooted not at all, and that is said."""
    before = vm.domid
    course = vm.begin(operation, pool.hosts[1] if lived_on else None)
    course.to("500" if operation != "hard_reboot" else "nothing")
    harness.eventually(lambda: calls(pool).count("VM.get_all_records_where") >= 2, "it looks")
    terminal.send(b"secret words")
    terminal.send(harness.ESCAPE + b"s")
    # In a hard reboot the server says 200 in between, and ends what it has opened: that shows, too.
    terminal.expect("no console is attached; 12 bytes that were typed are kept|bytes in, .* out")
    course.finish()
    # What such a console was sent went with it, if it lasted: then there is nothing to be dropped.
    if not lived_on and operation != "hard_reboot":
        terminal.expect(r"what was typed meanwhile \(12 bytes\) is dropped")
    terminal.expect(f"guest {vm.domid}\r\n")
    terminal.send(b"!")
    guest.await_heard(vm.domid, b"!")
    assert guest.heard == {vm.domid: b"secret words!" if lived_on else b"!"}
    assert before not in guest.heard
    finish(terminal, pool)


def test_too_much_is_typed_meanwhile(pool, guest, vm, terminal):
    course = vm.begin("pool_migrate", pool.hosts[1]).to("ended")
    terminal.expect(f"waiting for its console|{harness.TRYING_ON}|ended")
    terminal.send(b"a" * KEPT_MAX)
    terminal.send(harness.ESCAPE + b"s")
    terminal.expect(f"{KEPT_MAX} bytes that were typed are kept")
    terminal.send(b"b")
    terminal.expect(b"\a")
    course.finish()
    terminal.expect(f"guest {vm.domid}\r\n")
    terminal.send(b"!")
    guest.await_heard(vm.domid, b"!")
    assert guest.heard[vm.domid] == b"a" * KEPT_MAX + b"!"
    finish(terminal, pool)


@pytest.mark.parametrize("network", ["stall", "refuse", "reset"])
def test_leaving_at_once_while_nothing_answers(network, pool, xencon):
    vm = guests.add(pool, host=pool.hosts[1]).vm
    terminal = xencon.terminal("--reconnect", "web01")
    terminal.expect(f"guest {vm.domid}\r\n")
    assert_logged_out(pool)
    pool.coordinator.network(network)
    vm.end_tunnels()
    harness.eventually(lambda: procs.rests(terminal.pid), "it waits for somebody")
    assert terminal.quit() == 0
    assert terminal.settings() == terminal.found


def test_a_dead_connection_of_our_own_still_counts(pool, vm, terminal):
    """For as long as the server takes to notice that it is dead: that is said, and tried on."""
    assert_logged_out(pool)
    body = b"<html><body>User 'root' is currently connected to this console.</body></html>"
    fault = pool.faults.add(sim.Fault("connect", "status", line="503 Connection Limit Exceeded", body=body,
                                      times=4))
    vm.end_tunnels()
    terminal.expect("User 'root' is currently connected to this console.*" + harness.TRYING_ON)
    terminal.expect(f"guest {vm.domid}\r\n")
    assert fault.used == 4
    finish(terminal, pool)


def test_a_host_that_refuses_each_session(pool, vm, terminal):
    """Another session is no better: the pool is not flooded with logins."""
    assert_logged_out(pool)
    pool.faults.add(sim.Fault("connect", "status", line="401 Unauthorized", body=b"no", times=None))
    vm.end_tunnels()
    terminal.expect(r'refuses the session for the console of "web01".*' + harness.TRYING_ON)
    time.sleep(2)
    assert calls(pool).count("session.login_with_password") <= 4
    pool.faults.clear()
    terminal.expect(f"guest {vm.domid}\r\n")
    finish(terminal, pool)


def test_a_host_that_is_away_is_tried_ever_more_seldom(pool, xencon):
    """The pool answers all the while, and tells at once where the machine is started instead."""
    vm = guests.add(pool, host=pool.hosts[1]).vm
    terminal = xencon.terminal("--reconnect", "web01")
    terminal.expect(f"guest {vm.domid}\r\n")
    pool.hosts[1].stop()
    terminal.expect(harness.TRYING_ON)
    before = calls(pool).count("console.get_all_records_where")
    time.sleep(4)
    assert calls(pool).count("console.get_all_records_where") - before <= 8
    vm.begin("hard_shutdown").finish()
    vm.begin("start", pool.hosts[0]).finish()
    terminal.expect(f"guest {vm.domid}\r\n")
    finish(terminal, pool)


def test_the_network_is_away_for_a_while(pool, vm, terminal):
    assert_logged_out(pool)
    pool.coordinator.network("reset")
    terminal.expect(harness.TRYING_ON)
    pool.coordinator.network("up")
    terminal.expect('attached to "web01"')
    terminal.expect(f"guest {vm.domid}\r\n")
    finish(terminal, pool)


@pytest.mark.long
@pytest.mark.parametrize("network", ["refuse", "reset", "stall"])
def test_half_a_minute_without_network(network, pool, guest, vm, terminal):
    """What was typed meanwhile is the guest's that lived on. A network that drops all has cut nothing: what was on
    its way arrives."""
    for host in pool.hosts:
        host.network(network)
    if network == "refuse":
        vm.end_tunnels()
    if network != "stall":
        terminal.expect(harness.TRYING_ON)
    terminal.send(b"typed meanwhile")
    time.sleep(30)
    for host in pool.hosts:
        host.network("up")
    if network != "stall":
        terminal.expect('attached to "web01"')
    guest.await_heard(vm.domid, b"typed meanwhile")
    assert guest.all() == b"typed meanwhile"
    finish(terminal, pool)
    assert pool.sessions_table.most == 1


def test_another_coordinator_on_purpose(pool, vm, terminal):
    pool.designate(pool.hosts[1]).finish()
    terminal.expect("the pool's coordinator is .* now")
    terminal.expect(f"guest {vm.domid}\r\n")
    finish(terminal, pool)


def test_nothing_is_attached_in_a_pipe(pool, guest, vm, xencon):
    process = xencon.start("--reconnect", "web01")
    assert process.stdout.readline() == f"guest {vm.domid}\r\n".encode()
    for _ in range(3):
        vm.begin("hard_reboot").finish()
        assert process.stdout.readline() == f"guest {vm.domid}\r\n".encode()
        at_most_one_session(pool)
    process.stdin.write(b"root\n")
    process.stdin.flush()
    guest.await_heard(vm.domid, b"root\n")
    harness.kill(process)
    harness.finish(process)
    assert_logged_out(pool)


def numbered(start, size):
    """So many bytes of a stream in which each place is told from every other; both are multiples of 8."""
    return b"".join(b"%07d\n" % number for number in range(start // 8, (start + size) // 8))


def fill(process):
    """Sends all that anybody on the way takes; gives how much that was."""
    sent = 0
    os.set_blocking(process.stdin.fileno(), False)

    def is_full():
        nonlocal sent
        try:
            while True:
                sent += os.write(process.stdin.fileno(), numbered(sent, 4096))
        except BlockingIOError:
            return procs.rests(process.pid)

    harness.eventually(is_full, "nobody takes anything any more", timeout=2 * harness.PATIENCE)
    os.set_blocking(process.stdin.fileno(), True)
    return sent


@pytest.mark.parametrize("lived_on", [True, False], ids=["it lived on", "another guest"])
def test_what_a_pipe_says_to_a_console_that_goes_away(lived_on, pool, xencon):
    """What was read of it and not sent is for the next console, or said to be dropped: no byte goes without a word."""
    guest = guests.add(pool, guest=guests.Deaf())
    vm = guest.vm
    process = xencon.start("-v", "--reconnect", "--idle", "0.2", "web01")
    assert process.stdout.readline() == b"guest\r\n"
    sent = fill(process)
    if lived_on:
        course = vm.begin("pool_migrate", pool.hosts[1]).to("ended")
        harness.eventually(lambda: calls(pool).count("VM.get_all_records_where") >= 2, "it looks")
        course.finish()
    else:
        vm.begin("hard_shutdown").finish()
        vm.begin("start").finish()
    assert process.stdout.readline() == f"guest {vm.domid}\r\n".encode()
    _, said = process.communicate(timeout=2 * harness.PATIENCE)
    assert process.returncode == 0
    gone, = re.findall(rb"(\d+) out$", said.split(b"attached to")[1], re.M)
    dropped = re.findall(rb"meanwhile \((\d+) bytes\) is dropped", said)
    assert not lived_on or not dropped
    assert guest.all() == numbered(0, sent)[int(gone) + sum(map(int, dropped)):]


@pytest.mark.long
def test_many_reboots(pool, guest, vm, xencon):
    """Each is followed, nothing typed is lost or doubled, and nothing grows."""
    with open(os.devnull, "wb") as null:
        process = xencon.start("--reconnect", "web01", stderr=null)
    sizes = []
    for number in range(201):
        assert process.stdout.readline() == f"guest {vm.domid}\r\n".encode()
        process.stdin.write(b"x")
        process.stdin.flush()
        guest.await_heard(vm.domid, b"x")
        if number in (100, 200):    # after the first the heap has nearly come to its size
            assert_logged_out(pool)
            sizes.append((procs.descriptors(process.pid), procs.memory(process.pid, "VmRSS")))
        if number < 200:
            vm.begin(("hard_reboot", "clean_reboot")[number % 2]).finish()
    assert set(guest.heard.values()) == {b"x"} and len(guest.heard) == 201
    (descriptors, memory), (descriptors_then, memory_then) = sizes
    assert descriptors_then == descriptors
    assert memory_then - memory < 256 * 1024
    harness.kill(process)
    harness.finish(process)
    assert_logged_out(pool)
    assert pool.sessions_table.most == 1


def test_one_session_at_most_and_no_busy_loop(pool, guest, vm, xencon):
    """While it waits nothing is to be done: what it costs in CPU over some seconds is next to nothing."""
    vm.shutdown()
    process = xencon.start("--wait", "web01")
    harness.eventually(lambda: calls(pool).count("event.from") >= 2, "events are watched for")
    harness.eventually(lambda: procs.rests(process.pid), "it waits")
    before = len(pool.requests)
    assert procs.rests(process.pid, 2)
    assert len(pool.requests) == before
    at_most_one_session(pool)
    harness.kill(process)
    harness.finish(process)
    assert_logged_out(pool)
