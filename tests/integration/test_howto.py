# SPDX-License-Identifier: ISC
"""The tasks of the manual's HOW TO, done from its own text: every command and every file that stands there."""
import re

import pytest

import configs
import harness
import manual
import places
import procs
import sim
import trusting
from outcome import assert_logged_out

LAB = "127.0.0.11"
TASKS = manual.tasks()
ANSWER = b" up 3 days, load average: 0.00"
BOOT = b"Linux version 6.1\r\nweb01 login: "
ENTER, QUIT = b"\r", b"\x1d."


@pytest.fixture
def place(make_pool, tmp_path):
    with places.need() as network:
        if not network.own:
            pytest.skip("no network of the test's own")
        pool = make_pool(port=places.HTTPS)
        made = places.Place(pool, tmp_path, {"xen1": pool.coordinator.address, "lab1": LAB})
        yield made
        made.close()


@pytest.fixture
def task(request):
    """The test's own; each of its examples must be used."""
    made = manual.tasks()[request.param]
    yield made
    assert made.left == [], f"{made.title}: not tried"


TRIED = set()


def of(title):
    TRIED.add(title)
    return pytest.mark.parametrize("task", [title], indirect=True, ids=str)


@pytest.fixture
def web02(place):
    """A guest that has only a screen."""
    try:
        backend = sim.TextScreen()
    except FileNotFoundError as error:
        pytest.skip(str(error))
    return place.pool.add_vm("web02", consoles=("rfb",), domain_type="hvm", rfb_backend=backend)


def remove(vm):
    vm.shutdown()
    vm.destroy()


def leave_shell(terminal):
    """Sees the prompt of the shell behind the console, and leaves by the escape command."""
    terminal.expect(rb'attached to "web01"')
    terminal.send(ENTER)
    terminal.expect(rb"web01:~# ")
    terminal.send(QUIT)
    assert terminal.finish() == 0


def test_no_task_is_left_out():
    assert TRIED == set(TASKS) and len(TASKS) == 10
    commands = [command for task in TASKS.values() for command in task.commands]
    assert len(commands) >= 25 and all(task.commands for task in TASKS.values())


@of("Connect for the first time")
def test_first(task, place):
    place.pool.add_vm("web01")
    terminal = place.run(task.command("xencon -s xen1 web01"))
    shown = trusting.answer(terminal)
    # The host says the same; its file is where the pool has made it.
    own = place.finished(task.command("openssl").replace("/etc/xensource/xapi-ssl.pem",
                                                         str(place.pool.coordinator.certificate.cert_file)))
    assert own.strip().partition("=")[2] in shown
    terminal.expect_exact(b"root@xen1's password:")
    terminal.send(b"secret\r")
    leave_shell(terminal)
    place.install_passwords(xen1="secret")
    place.configure(task.file("[default]"))
    leave_shell(place.run(task.command("xencon web01")))
    assert_logged_out(place.pool)


@of("Go through a jump host")
def test_jump(task, place):
    place.pool.add_vm("web01")
    place.know(xen1=place.pool.coordinator)
    place.env["XENCON_PASSWORD"] = "secret"
    place.open_gate()
    logins = [0]

    def leads_there(command, **env):
        leave_shell(place.run(command, **env))
        logins.append(place.gate.logins)
        assert logins[-1] > logins[-2]                   # it did go through ssh

    leads_there(task.command("xencon --proxy-command"))
    leads_there(task.command("xencon --ssh-command"), XENCON_PASSWORD="")
    assert logins[-1] - logins[-2] == 2                  # of hop, and of xen1 behind it
    place.configure(task.file("[behind]"))
    leads_there(task.command("xencon -P behind"))
    assert_logged_out(place.pool)


@of("Work inside of dom0")
def test_dom0(task, place):
    place.pool.add_vm("web01")
    place.open_gate()
    (place.home / "xencon").write_bytes((place.bin / "xencon").read_bytes())
    (place.home / "xencon").chmod(0o755)
    place.finished(task.command("scp "))
    leave_shell(place.run(task.command("ssh -t root@xen1 ./xencon web01")))
    terminal = place.run(task.command("ssh -t root@xen1 ./xencon --dom0"))
    terminal.expect(rb'attached to "Control domain on host: xen1"')
    terminal.send(QUIT)
    assert terminal.finish() == 0


@of("Use a console in scripts")
def test_scripts(task, place):
    place.log_in()
    vm = place.pool.add_vm("web01", backend=sim.Source(BOOT, stay=True), power_state="Halted")
    terminal = place.run(task.command("xencon --wait --until"))
    terminal.expect_exact(b"halted")
    vm.start()
    terminal.expect_exact(b"web01 login: ")
    assert terminal.finish() == 0
    remove(vm)
    vm = place.pool.add_vm("web01", backend=sim.Script(log_in))
    script = place.folder / "dialogue"
    script.write_text(task.file("#!/usr/bin/expect"))
    script.chmod(0o755)
    assert ANSWER.decode() in place.finished(str(script))
    remove(vm)
    vm = place.pool.add_vm("web01", backend=sim.Script(lambda sock: answer(sock, b"uptime\n", ANSWER)))
    assert ANSWER.decode() in place.finished(task.command("printf"))


def answer(sock, asked, said):
    heard = b""
    while heard != asked:
        heard += sock.recv(len(asked) - len(heard))
    sock.sendall(said)


def log_in(sock):
    """A guest that answers a person, a word at a time."""
    answer(sock, b"\r", b"web01 login: ")
    answer(sock, b"root\r", b"root\r\nweb01:~# ")
    answer(sock, b"uptime\r", b"uptime\r\n" + ANSWER + b"\r\nweb01:~# ")
    sock.recv(1)


@of("Log a boot")
def test_boot(task, place, web02):
    place.log_in()
    vm = place.pool.add_vm("web01", backend=sim.Source(BOOT, stay=True), power_state="Halted")
    terminal = place.run(task.command("xencon --wait"))
    terminal.expect_exact(b"halted")
    vm.start()
    terminal.expect_exact(b"login: ")
    terminal.send(QUIT)
    assert terminal.finish() == 0
    assert re.search(r"^\d{4}-\d\d-\d\dT\S+ Linux version 6\.1", (place.home / "boot.log").read_text(), re.M)
    # The screen's guest is a shell, whose prompt is not that of login.
    assert place.run(task.command("xencon screen").replace("login: *", "web02:~# *")).finish() == 0
    assert "web02:~#" in (place.home / "boot.txt").read_text()
    assert_kept_in_the_background(task.command("nohup"), place, vm)
    assert_logged_out(place.pool)


def assert_kept_in_the_background(command, place, vm):
    """Begun from a shell that is left; the record goes on, over a reboot, until the machine is gone."""
    log = place.home / "web01.log"

    def boots():
        return log.read_text().count("login: ") if log.exists() else 0

    shell = place.run("exec bash --norc -i")
    shell.send(command.encode() + b"\r")
    harness.eventually(lambda: boots() == 1, "the record has begun")
    shell.send(b"exit\r")
    assert shell.finish() == 0
    pids = place.running()
    assert pids
    vm.reboot()
    harness.eventually(lambda: boots() == 2, "the next boot is in the record")
    remove(vm)
    harness.eventually(lambda: all(map(procs.is_gone, pids)), "it ends with the machine")


@of("Use a viewer over ssh")
def test_viewer(task, place, web02):
    place.know(xen1=place.pool.coordinator)
    place.env["XENCON_PASSWORD"] = "secret"
    place.open_gate()
    place.let_hop_know()
    place.install_viewer()
    assert "shows " in place.finished(task.command("xencon vnc"))
    there = place.run(task.command("ssh -t -L"))
    there.expect_exact(b"password:")
    there.send(b"secret\r")
    there.expect_exact(b"vnc://127.0.0.1:5999")
    assert "shows " in place.finished(task.command("vncviewer"))
    assert there.finish() == 0
    assert_logged_out(place.pool)


@of("Meet a certificate that has changed")
def test_changed(task, place):
    place.pool.add_vm("web01")
    place.log_in()
    before = trusting.replace(place.pool.coordinator)
    refused = place.finished("xencon web01", 3)
    assert before in refused and place.pool.coordinator.fingerprint in refused
    # The refusal says the same as the manual.
    forget = task.command("xencon trust --forget")
    assert forget in refused
    place.finished(forget)
    trust = place.run(task.command("xencon trust xen1"))
    assert place.pool.coordinator.fingerprint in trusting.answer(trust)
    assert trust.finish() == 0
    leave_shell(place.run("xencon web01"))


@of("Use several pools")
def test_pools(task, place, make_pool):
    place.pool.add_vm("web07")
    lab = make_pool(addresses=[LAB], port=places.HTTPS, names=["lab1"], password="other")
    lab.add_vm("web01")
    place.know(xen1=place.pool.coordinator, lab1=lab.coordinator)
    place.install_passwords(**{"xen/berlin": "secret", "xen/lab": "other"})
    place.configure(task.file("[default]"))
    assert "web07" in place.finished(task.command("xencon -P berlin"))
    leave_shell(place.run(task.command("xencon -P lab")))
    shown = place.finished(task.command("XENCON_PROFILE=lab"))
    assert "web01" in shown and "web07" not in shown
    assert configs.logins(lab) == [("root", "other")] * 2


@of("Reach a guest that has no text console")
def test_no_text(task, place, web02):
    place.log_in()
    assert re.search(r"web02 .* vnc ", place.finished(task.command("xencon list")))
    terminal = place.run(task.command("xencon web02"))
    terminal.expect_exact(b"web02:~#")
    terminal.send(QUIT)
    assert terminal.finish() == 0
    # Of the shell on this screen, which has no password to ask for, the command itself is what is seen.
    place.finished(task.command("xencon type"))
    assert "root" in place.finished(task.command("xencon shot").replace("Password:", "root"))


@of("Bring a blank screen to life")
def test_blank(task, place):
    place.log_in()
    try:
        backend = sim.TextScreen()
    except FileNotFoundError as error:
        pytest.skip(str(error))
    place.pool.add_vm("web01", backend=sim.Script(lambda sock: (sock.recv(1), sock.sendall(b"web01:~# "), sock.recv(1))),
                      rfb_backend=backend)
    terminal = place.run(task.command("xencon web01"))
    terminal.expect(rb'attached to "web01"')
    terminal.send(b"\x1ds")
    terminal.expect(rb'"web01" at xen1:443')
    terminal.send(ENTER)
    terminal.expect(rb"web01:~# ")
    terminal.send(QUIT)
    assert terminal.finish() == 0
    place.finished(task.command("xencon type"))
    assert ":~#" in place.finished(task.command("xencon shot"))
