# SPDX-License-Identifier: ISC
"""--wait: until the console can be had, from whatever state, and attached at the first moment."""
import re

import pytest

import guests
import harness
import procs
import ptys
import sim
from guests import guest, pool, vm  # noqa: F401
from outcome import assert_failed, assert_logged_out, calls, connects


LOGIN = "session.login_with_password"


def first_line(process):
    return process.stdout.readline()


def begin(xencon, *words):
    """Starts it in a pipe; gives it once it says that it waits."""
    process = xencon.start(*words)
    said = b""
    while b"leaves\n" not in said:
        line = process.stderr.readline()
        assert line, f"it ended: {said!r}"
        said += line
    process.said = said.decode()
    return process


def end(process, pool):
    process.stdin.close()
    harness.kill(process)
    harness.finish(process)
    assert_logged_out(pool)


def watching(pool):
    """Waits until a call of event.from is under way that has been answered once before."""
    harness.eventually(lambda: calls(pool).count("event.from") >= 2, "events are watched for")


def test_halted_and_then_started(pool, vm, xencon):
    vm.shutdown()
    process = begin(xencon, "--wait", "web01")
    assert 'xencon: "web01" is halted; waiting for its console, ^C leaves\n' in process.said
    watching(pool)
    course = vm.begin("start")
    for step in course.names[1:]:
        course.to(step)
    assert first_line(process) == f"guest {vm.domid}\r\n".encode()
    assert len(pool.sessions) <= 1
    end(process, pool)


@pytest.mark.parametrize("step", ["500", "resident", "after"])
def test_begun_while_it_starts(step, pool, vm, xencon):
    vm.shutdown()
    course = vm.begin("start").to(step)
    if step == "after":
        process = xencon.start("--wait", "web01")
    else:
        process = begin(xencon, "--wait", "web01")
        assert '"web01" is starting; waiting' in process.said
        course.finish()
    assert first_line(process) == f"guest {vm.domid}\r\n".encode()
    end(process, pool)


@pytest.mark.parametrize("operation, state", [("suspend", "suspended"), ("pause", "paused")])
def test_suspended_or_paused(operation, state, pool, vm, xencon):
    vm.begin(operation).finish()
    process = begin(xencon, "--wait", "web01")
    assert f'"web01" is {state}; waiting' in process.said
    vm.begin({"suspend": "resume", "pause": "unpause"}[operation]).finish()
    assert first_line(process) == f"guest {vm.domid}\r\n".encode()
    end(process, pool)


def test_a_name_that_is_not_there_yet(pool, guest, xencon):
    process = begin(xencon, "--wait", "web02")
    assert 'no VM on' in process.said and 'is called "web02"' in process.said
    assert 'did you mean "web01"?' in process.said
    assert "waiting for a VM of that name to appear" in process.said
    watching(pool)
    guests.add(pool, "web03")
    other = guests.add(pool, "web02")
    assert first_line(process) == f"guest {other.vm.domid}\r\n".encode()
    assert calls(pool).count("VM.get_all_records_where") < 12
    end(process, pool)


def test_a_name_that_several_have_by_then(pool, guest, xencon):
    process = begin(xencon, "--wait", "web02")
    with pool.database.transaction():
        guests.add(pool, "web02")
        guests.add(pool, "web02")
    assert harness.finish(process) == 5
    assert '2 VMs are called "web02"' in process.stderr.read().decode()


def test_the_time_is_up(pool, vm, xencon):
    vm.shutdown()
    done = xencon.run("--wait=1", "web01")
    assert_failed(done, 6, 'waited 1 s: "web01" is halted', pool=pool)


def test_the_time_is_up_for_a_name(pool, guest, xencon):
    done = xencon.run("--wait=1", "web02")
    assert_failed(done, 5, "waited 1 s: no VM on", 'did you mean "web01"?', pool=pool)


def test_the_time_is_up_while_the_server_is_silent(pool, vm, xencon):
    """It is not asked once more: an answer could take longer than the user waits."""
    vm.shutdown()
    process = begin(xencon, "--wait=2", "web01")
    watching(pool)
    pool.coordinator.network("stall")
    assert harness.finish(process) == 6
    assert 'waited 2 s: "web01" is halted' in process.stderr.read().decode()


def test_a_machine_that_never_has_a_text_console(pool, xencon):
    vm = pool.add_vm("win", consoles=("rfb",), domain_type="hvm")
    vm.shutdown()
    done = xencon.run("--wait", "win")
    assert_failed(done, 6, '"win" has no text console', "xencon vnc", pool=pool)


@pytest.mark.parametrize("operation", ["suspend", "pause"])
def test_a_machine_that_rests_and_never_has_a_text_console(operation, pool, xencon):
    pool.add_vm("win", consoles=("rfb",), domain_type="hvm").begin(operation).finish()
    done = xencon.run("--wait", "win")
    assert_failed(done, 6, '"win" has no text console', "xencon vnc", pool=pool)


def test_a_server_that_does_not_tell_what_rests(pool, xencon):
    """As those before 7.5: it is waited for until its consoles tell."""
    pool.unknown_calls.add("VM_metrics.get_current_domain_type")
    vm = pool.add_vm("win", consoles=("rfb",), domain_type="hvm")
    vm.begin("suspend").finish()
    process = begin(xencon, "--wait", "win")
    vm.begin("resume").finish()
    assert harness.finish(process) == 6
    assert '"win" has no text console' in process.stderr.read().decode()


@pytest.mark.parametrize("action, params", [
    ("error", {"code": "HANDLE_INVALID", "params": ("VM_metrics", "OpaqueRef:0")}), ("error", {"code": "INTERNAL_ERROR"}),
    ("expire", {}), ("close", {}), ("reset", {}), ("not_json", {}), ("status", {"line": "401 Unauthorized"}),
    ("status", {"line": "503 Busy"}), ("replace", {"data": b"what?"})])
@pytest.mark.parametrize("operation", ["suspend", "pause"])
def test_a_question_about_what_rests_that_fails(operation, action, params, pool, xencon):
    """Nothing is decided by that, and the next look asks again."""
    fault = pool.faults.add(sim.Fault("rpc", action, method="VM_metrics.get_current_domain_type", **params))
    pool.add_vm("win", consoles=("rfb",), domain_type="hvm").begin(operation).finish()
    done = xencon.run("--wait", "win")
    assert fault.used == 1
    assert_failed(done, 6, '"win" has no text console', "xencon vnc", pool=pool)


@pytest.mark.parametrize("operation, back", [
    ("suspend", "resume"), ("pause", "unpause"), ("hard_shutdown", "start")])
def test_a_graphical_one_in_its_place(operation, back, pool, xencon):
    """On a terminal: told by the type of what is halted, by the consoles of others as soon as they run."""
    vm = pool.add_vm("win", consoles=("rfb",), domain_type="hvm")
    vm.begin(operation).finish()
    with ptys.Pty() as pty:
        process = pty.start(xencon, "--as", "picture", "--graphics", "blocks", "--wait", "win")
        pty.read_until(b"waiting for its console")
        vm.begin(back).finish()
        connect, = harness.eventually(lambda: connects(pool), "it is asked for")
        assert vm.uuid.encode() in connect.head or vm.console("rfb").uuid.encode() in connect.head
        harness.kill(process)
        pty.read_rest()
        harness.finish(process)
    assert_logged_out(pool)


def test_a_type_for_its_next_start(pool, vm, xencon):
    """Changed while it runs it says nothing of the consoles that it has."""
    pool.database.set("VM", vm.ref, domain_type="hvm")
    process = xencon.start("--wait", "web01")
    assert first_line(process) == f"guest {vm.domid}\r\n".encode()
    end(process, pool)


@pytest.mark.parametrize("operation, back", [("suspend", "resume"), ("pause", "unpause")])
def test_a_type_for_its_next_start_while_it_rests(operation, back, pool, vm, xencon):
    """It goes on as what it was."""
    vm.begin(operation).finish()
    pool.database.set("VM", vm.ref, domain_type="hvm")
    process = begin(xencon, "--wait", "web01")
    vm.begin(back).finish()
    assert first_line(process) == f"guest {vm.domid}\r\n".encode()
    end(process, pool)


def test_a_server_without_events(pool, vm, xencon):
    pool.unknown_calls.add("event.from")
    vm.shutdown()
    process = begin(xencon, "--wait", "web01")
    vm.start()
    assert first_line(process) == f"guest {vm.domid}\r\n".encode()
    end(process, pool)


def test_the_session_expires_meanwhile(pool, vm, xencon):
    vm.shutdown()
    process = begin(xencon, "--wait", "web01")
    watching(pool)
    pool.expire_sessions()
    harness.eventually(lambda: calls(pool).count("session.login_with_password") == 2, "a new login")
    vm.start()
    assert first_line(process) == f"guest {vm.domid}\r\n".encode()
    end(process, pool)


@pytest.mark.parametrize("call", ["VM.get_all_records_where", "console.get_all_records_where"])
def test_sessions_that_end_at_once(call, pool, vm, xencon):
    """Another is no better: the pool is not flooded with logins, whichever step they end at."""
    pool.faults.add(sim.Fault("rpc", "error", code="SESSION_INVALID", params=("x",), method=call, times=None))
    assert_failed(xencon.run("--wait=3", "web01"), 4, "waited 3 s", "has ended the session", pool=pool)
    assert 2 <= calls(pool).count(LOGIN) <= 10


def test_a_session_whose_logout_is_barred_for_a_moment(pool, vm, xencon):
    """The look-ups break twice, the logout's connection once, and the login stands: none is left behind."""
    def break_off(_):
        pool.faults.add(sim.Fault("tls", "reset"))
        return b""

    vm.shutdown()
    process = begin(xencon, "--wait", "web01")
    watching(pool)
    pool.faults.add(sim.Fault("rpc", "reset", method="VM.get_all_records_where", times=2))
    pool.faults.add(sim.Fault("rpc", "change", method="VM.get_all_records_where", change=break_off, then="reset"))
    vm.begin("start").finish()
    assert first_line(process) == f"guest {vm.domid}\r\n".encode()
    end(process, pool)


def test_a_login_that_is_put_off_leaves_no_connection(pool, vm, xencon):
    """The server says that it is still starting, and keeps the connection."""
    at_once = xencon.start("--wait", "web01")
    assert first_line(at_once) == f"guest {vm.domid}\r\n".encode()
    pool.faults.add(sim.Fault("rpc", "error", code="HOST_STILL_BOOTING", method=LOGIN))
    process = begin(xencon, "--wait", "web01")
    assert "still starting up; trying on" in process.said
    assert first_line(process) == f"guest {vm.domid}\r\n".encode()
    harness.eventually(lambda: procs.descriptors(process.pid) == procs.descriptors(at_once.pid), "no more are open")
    end(at_once, pool)
    end(process, pool)


def test_interrupted(pool, vm, xencon):
    vm.shutdown()
    terminal = xencon.terminal("--wait", "web01")
    terminal.expect("waiting for its console, \\^C leaves")
    assert not terminal.is_raw()
    terminal.sendintr()
    assert terminal.finish() == 130
    assert_logged_out(pool)


@pytest.mark.parametrize("command", ["vnc", "vnc --stdio"])
def test_graphical(command, pool, vm, xencon):
    vm.shutdown()
    process = begin(xencon, *command.split(), "--wait", "web01")
    vm.begin("start").finish()
    if command == "vnc":
        assert first_line(process).startswith(b"vnc://127.0.0.1:")
    else:
        assert process.stdout.read(4) == b"RFB "
    end(process, pool)


@pytest.mark.parametrize("operation, step", [
    ("clean_reboot", "nothing"), ("clean_reboot", "404"), ("clean_reboot", "500"),
    ("hard_reboot", "nothing"), ("pool_migrate", "404"), ("pool_migrate", "500"),
    ("pool_migrate", "404 there"), ("pool_migrate", "consoles")])
@pytest.mark.parametrize("words", [(), ("--stdio",), ("vnc", "--stdio")], ids=["pipe", "stdio", "vnc"])
def test_it_is_over_in_a_moment(words, operation, step, pool, vm, xencon):
    """Without an option it is looked at again for a while."""
    course = vm.begin(operation, pool.hosts[1] if operation == "pool_migrate" else None).to(step)
    process = xencon.start(*words, "web01")
    harness.eventually(lambda: calls(pool).count("VM.get_all_records_where") >= 2, "it looks again")
    course.finish()
    expected = b"RFB " if words[:1] == ("vnc",) else f"guest {vm.domid}\r\n".encode()
    assert process.stdout.read(len(expected)) == expected
    end(process, pool)


def test_what_was_piped_into_nothing_is_sent_once(pool, guest, xencon):
    vm = guest.vm
    course = vm.begin("hard_reboot").to("nothing")
    process = xencon.start("web01")
    process.stdin.write(b"root\n")
    process.stdin.flush()
    harness.eventually(lambda: calls(pool).count("CONNECT") >= 3, "it is tried again")
    course.finish()
    assert first_line(process) == f"guest {vm.domid}\r\n".encode()
    guest.await_heard(vm.domid, b"root\n")
    assert guest.all() == b"root\n"
    end(process, pool)


class Rehearsal(guests.Guest):
    """Its first client's console takes so many bytes, and ends without one."""

    def __init__(self, size):
        super().__init__()
        self._left = size

    def serve(self, sock):
        if not self._left:
            super().serve(sock)
        while self._left and (data := sock.recv(self._left)):
            self._left -= len(data)


@pytest.mark.parametrize("key", [b"", harness.ESCAPE + b"z"], ids=["as it came", "before it was to stop"])
def test_what_was_typed_into_nothing_is_sent_again(key, pool, xencon):
    """By whichever way it was sent; there is no shell here that would see it stop."""
    guest = guests.add(pool, guest=Rehearsal(len(b"root\r")))
    terminal = xencon.terminal("web01")
    terminal.attached()
    terminal.send(b"root\r" + key)
    terminal.expect_exact(f"guest {guest.vm.domid}\r\n")
    guest.await_heard(guest.vm.domid, b"root\r")
    assert terminal.quit() == 0
    assert guest.all() == b"root\r"
    assert_logged_out(pool)


@pytest.mark.parametrize("moved", [False, True], ids=["in its place", "to another host"])
def test_it_is_told_once_where_one_is_attached(moved, pool, xencon, tmp_path):
    """What ended without a byte was none; only another place is news."""
    guest = guests.add(pool, guest=guests.Fleeting(lambda: moved and guest.vm.migrate(pool.hosts[1])))
    log = tmp_path / "log"
    process = xencon.start("--log", log, "--timestamps", "web01")
    assert first_line(process) == f"guest {guest.vm.domid}\r\n".encode()
    process.stdin.close()
    assert harness.finish(process) == 0
    places = [host.address for host in pool.hosts[:1 + moved]]
    for text in (process.stderr.read().decode(), log.read_text()):
        assert re.findall(r'attached to "web01" on ([0-9.]+)', text) == places


def test_what_was_told_since_makes_it_news_again(pool, vm, xencon):
    """Who was told that there is none yet is told when there is."""
    course = vm.begin("hard_reboot").to("nothing")
    process = begin(xencon, "--wait", "web01")
    assert 'attached to "web01"' in process.said
    course.finish()
    assert first_line(process) == f"guest {vm.domid}\r\n".encode()
    end(process, pool)
    assert process.stderr.read().decode().count("attached to") == 1
