# SPDX-License-Identifier: ISC
"""Through a real stunnel, as it stands in front of XAPI, with the settings that hosts have had."""
import os
import shutil
import signal
import socket
import subprocess

import pytest

import sim

import harness
from outcome import assert_failed, assert_logged_out

STUNNEL = shutil.which("stunnel4") or shutil.which("stunnel")
PORT = 8443

# XenServer 8.2 and later; 7.x; and what had to be given up.
MODERN = "sslVersion = TLSv1.2\nciphers = ECDHE-RSA-AES256-GCM-SHA384\ncurves = secp384r1\n"
SEVEN = "sslVersion = TLSv1.2\nciphers = AES128-SHA256\n"
ANCIENT = "sslVersion = TLSv1\nciphers = AES128-SHA:@SECLEVEL=0\n"

CONFIGURATION = """foreground = yes
pid =
debug = notice
socket = l:TCP_NODELAY=1
socket = r:TCP_NODELAY=1
[xapi]
accept = {accept}
connect = {connect}
protocol = proxy
cert = {cert}
key = {key}
TIMEOUTclose = 1
"""

pytestmark = pytest.mark.skipif(STUNNEL is None, reason="there is no stunnel (Debian: stunnel4)")


class Front:
    """A stunnel in front of a pool that speaks in the clear, at a loopback address of its own."""

    def __init__(self, folder, pool, settings):
        self.pool = pool
        number = os.getpid()
        self.address = f"127.{100 + number // 62500 % 100}.{number // 250 % 250}.{number % 250 + 1}"
        self.server = f"{self.address}:{PORT}"
        self.certificate = sim.certs.make("xen1", san=(self.address,))
        path = folder / "stunnel.conf"
        path.write_text(CONFIGURATION.format(
            accept=self.server, connect=f"127.0.0.1:{pool.coordinator.port}",
            cert=self.certificate.cert_file, key=self.certificate.key_file) + settings)
        self.log = open(folder / "stunnel.log", "wb")
        self.process = subprocess.Popen([STUNNEL, path], stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=self.log)
        harness.eventually(self._listens, "stunnel listens")

    def _listens(self):
        assert self.process.poll() is None, "stunnel has ended, see its log"
        try:
            socket.create_connection((self.address, PORT)).close()
            return True
        except ConnectionRefusedError:
            return False

    def add_vm(self, name, **arguments):
        location = f"https://{self.server}/console?uuid={{uuid}}"
        return self.pool.add_vm(name, location=location, **arguments)

    def xencon(self, folder):
        made = harness.Xencon(folder)
        made.options = ["-s", self.server, "--cacert", self.certificate.cert_file]
        return made

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.log.close()


@pytest.fixture
def front(make_pool, tmp_path):
    fronts = []

    def make(settings=MODERN):
        fronts.append(Front(tmp_path, make_pool(tls=False), settings))
        return fronts[-1]

    yield make
    for each in fronts:
        each.stop()


@pytest.mark.parametrize("settings, spoken", [
    (MODERN, "TLSv1.2, ECDHE-RSA-AES256-GCM-SHA384"), (SEVEN, "TLSv1.2, AES128-SHA256"),
], ids=["8.2", "7.x"])
def test_a_shell_and_back(settings, spoken, front, tmp_path):
    made = front(settings)
    made.add_vm("web01")
    terminal = made.xencon(tmp_path).terminal("-v", "web01")
    before = terminal.found
    terminal.expect_exact(spoken)
    terminal.attached()
    terminal.send(b"\r")
    terminal.expect_exact(b"web01:~# ")
    terminal.send(b"echo $((6*7))\r")
    terminal.expect_exact(b"42\r\n")
    assert terminal.quit() == 0
    assert terminal.settings() == before
    assert_logged_out(made.pool)
    assert len({request.connection_id for request in made.pool.requests[:4]}) == 1


@pytest.mark.parametrize("settings", [MODERN, SEVEN], ids=["8.2", "7.x"])
def test_much_of_everything_both_ways(settings, front, tmp_path):
    made = front(settings)
    made.add_vm("web01", backend=sim.Echo())
    data = bytes(range(256)) * 8192
    done = made.xencon(tmp_path).run("-q", "--stdio", "web01", input=data)
    assert done.stdout == data
    assert (done.returncode, done.stderr) == (0, "")
    assert_logged_out(made.pool)


def test_a_console_that_ends_ends_in_order(front, tmp_path):
    made = front()
    made.add_vm("web01", backend=sim.Source(size=300_000))
    done = made.xencon(tmp_path).run("-q", "web01")
    assert done.stdout == made.pool.vms[-1].backend.data
    assert (done.returncode, done.stderr) == (0, "")


def test_a_dead_backend(front, tmp_path):
    made = front()
    made.add_vm("web01", backend=sim.Dead())
    assert_failed(made.xencon(tmp_path).run("-q", "web01"), 6, "backend is not answering",
                  pool=made.pool)


def test_old_tls_alone(front, tmp_path):
    made = front(ANCIENT)
    made.add_vm("web01")
    done = made.xencon(tmp_path).run("web01")
    assert_failed(done, 3, f"no TLS connection with {made.server}", "version")
    assert not made.pool.requests


def test_clear_text_to_its_port(front, tmp_path):
    made = front()
    done = made.xencon(tmp_path).run("-s", f"http://{made.server}", "web01")
    assert_failed(done, done.returncode, made.server, f"https://{made.server}")
    assert not made.pool.requests


def test_nothing_behind_it(front, tmp_path):
    made = front()
    made.pool.stop()
    done = made.xencon(tmp_path).run("web01")
    assert_failed(done, 3, made.server)


def test_it_dies_amid_a_console(front, tmp_path):
    made = front()
    made.add_vm("web01", backend=sim.Source(b"hello", stay=True))
    process = made.xencon(tmp_path).start("-q", "web01")
    assert process.stdout.read(5) == b"hello"
    made.process.send_signal(signal.SIGKILL)
    _, said = process.communicate(timeout=harness.PATIENCE)
    assert process.returncode == 7
    assert said.startswith(b'xencon: "web01": the connection')
