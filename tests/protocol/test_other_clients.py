# SPDX-License-Identifier: ISC
"""Independent clients of the API must be able to use the simulated pool as they use real ones."""
import contextlib
import fcntl
import json
import os
import pathlib
import shutil
import ssl
import subprocess
import types
import xmlrpc.client

import pytest

import sim
from sim import ports

from . import client

HERE = pathlib.Path(__file__).resolve().parent
XEN_API = "xen-api@4.7.6"
NAMES = ["Control domain on host: xen1", "web01", "web02"]


@pytest.fixture(params=[True, False], ids=["tls", "clear"])
def pool(request):
    with sim.Pool(tls=request.param) as started:
        started.add_vm("web01")
        started.add_vm("web02", power_state="Halted")
        yield started


@pytest.fixture(scope="session")
def xen_api():
    """The directory with npm's xen-api, kept between runs outside of the tree."""
    if not shutil.which("npm"):
        pytest.skip("npm is not installed")
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    directory = cache / "xencon-tests" / "npm"
    directory.mkdir(parents=True, exist_ok=True)
    with open(directory / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (directory / "node_modules" / "xen-api" / "package.json").exists():
            install = ["npm", "install", "--no-save", "--no-audit", "--no-fund",
                       "--ignore-scripts", "--prefix", str(directory), XEN_API]
            done = subprocess.run(install, capture_output=True, text=True, timeout=300, check=False)
            if done.returncode != 0:
                pytest.skip(f"{XEN_API} is not to be had: {done.stderr.strip()[-200:]}")
    return directory


def test_debians_python_client(pool):
    xenapi = pytest.importorskip("os_xenapi.client.XenAPI")
    session = xenapi.Session(pool.coordinator.url, transport=python_transport(pool))
    session.login_with_password("root", "secret")
    assert session.API_version == "2.23"
    records = session.xenapi.VM.get_all_records()
    assert sorted(record["name_label"] for record in records.values()) == NAMES
    vm = session.xenapi.VM.get_by_name_label("web01")[0]
    assert session.xenapi.VM.get_power_state(vm) == "Running"
    assert session.xenapi.VM.get_is_a_template(vm) is False
    assert session.xenapi.VM.get_memory_static_max(vm) == "268435456"
    session.xenapi.VM.suspend(vm)
    assert session.xenapi.VM.get_power_state(vm) == "Suspended"
    session.xenapi.VM.resume(vm, False, False)
    answer = getattr(session.xenapi.event, "from")(["vm/" + vm], "", 0.0)
    assert answer["events"][0]["snapshot"]["power_state"] == "Running"
    task = session.xenapi.Async.VM.clean_reboot(vm)
    assert session.xenapi.task.get_status(task) == "success"
    session.xenapi.VM.clean_shutdown(vm)
    assert pool.vm_by_ref(vm).power_state == "Halted"
    with pytest.raises(xenapi.Failure, match="HANDLE_INVALID"):
        session.xenapi.VM.get_record("OpaqueRef:none")
    session.xenapi.session.logout()
    assert len(pool.sessions) == 0
    assert {request.kind for request in pool.requests} == {"POST"}


def python_transport(pool):
    if not pool.tls:
        return xmlrpc.client.Transport()
    context = ssl.create_default_context(cafile=pool.coordinator.cert_file)
    return xmlrpc.client.SafeTransport(context=context)


def test_debians_python_client_is_told_about_a_wrong_password(pool):
    xenapi = pytest.importorskip("os_xenapi.client.XenAPI")
    session = xenapi.Session(pool.coordinator.url, transport=python_transport(pool))
    with pytest.raises(xenapi.Failure, match="SESSION_AUTHENTICATION_FAILED"):
        session.login_with_password("root", "nope")


def test_npms_client(pool, xen_api):
    done = subprocess.run(["node", HERE / "xen-api.mjs", xen_api, pool.coordinator.url, "root",
                           "secret"], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"listed": NAMES, "watched": NAMES}
    assert pool.journal.wait(lambda: pool.requests[-1].method == "session.logout")
    assert all(request.head.startswith(b"POST /jsonrpc ") for request in pool.requests)


def test_a_real_tls_front_end(tmp_path, connect):
    """stunnel before the plain pool, set up as on hosts."""
    if not shutil.which("stunnel4"):
        pytest.skip("stunnel is not installed")
    certificate = sim.certs.make(san=("127.0.0.1",))
    with sim.Pool(tls=False) as pool:
        vm = pool.add_vm("web01", backend=sim.Echo())
        with front_end(tmp_path, certificate, pool.coordinator) as front:
            connection = connect(front)
            assert connection.tls.version() == "TLSv1.2"
            assert connection.tls.cipher()[0] == "ECDHE-RSA-AES256-GCM-SHA384"
            session = connection.login()
            assert connection.call("VM.get_power_state", session, vm.ref) == "Running"
            connection.open(vm.console(), session, then=b"early")
            connection.until(b"early")
            data = os.urandom(1 << 20)
            for start in range(0, len(data), 65536):
                connection.send(data[start:start + 65536])
                assert connection.take(65536) == data[start:start + 65536]
            vm.shutdown()
            assert connection.rest() == b"" and connection.ended == "clean"
            refused = connect(front)
            assert refused.connect(vm, session).startswith("HTTP/1.1 500 ")
            assert b"Console.Failure" in refused.rest() and refused.ended == "clean"


@contextlib.contextmanager
def front_end(directory, certificate, host):
    """A running stunnel; gives what `client` needs to know of a host."""
    # It cannot be told to take any port that is free.
    held = ports.Held()
    port = held.number
    config = directory / "stunnel.conf"
    config.write_text(f"""foreground = yes
pid =
[xapi]
accept = 127.0.0.1:{port}
connect = {host.address}:{host.port}
cert = {certificate.cert_file}
key = {certificate.key_file}
protocol = proxy
sslVersion = TLSv1.2
ciphers = ECDHE-RSA-AES256-GCM-SHA384
curve = secp384r1
TIMEOUTclose = 0
""")
    with open(directory / "stunnel.log", "w") as log:
        process = subprocess.Popen(["stunnel4", config], stderr=log)
    try:
        client.wait_for_port(port)
        yield types.SimpleNamespace(address="127.0.0.1", port=port,
                                    pool=types.SimpleNamespace(tls=True))
    finally:
        process.terminate()
        process.wait(10)
        held.close()
