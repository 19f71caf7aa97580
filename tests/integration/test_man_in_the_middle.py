# SPDX-License-Identifier: ISC
"""A man in the middle, wherever he appears: he is refused, and nothing was said to him."""
import contextlib
import os
import socket

import pytest

import sim
from sim import certs

import harness
import trusting
from outcome import assert_failed, assert_logged_out
from trusting import Middle, file, name, quiet  # noqa: F401

HELLO = b"hello"
CHANGED = "HAS CHANGED"


@pytest.fixture
def pool(make_pool):
    """web01 runs on the coordinator, web02 on the other host."""
    made = make_pool(hosts=2)
    made.add_vm("web01", backend=sim.Source(HELLO))
    made.add_vm("web02", made.hosts[1], backend=sim.Source(HELLO))
    return made


@pytest.fixture
def old_pool(make_pool):
    """The same, of the years when a pool vouched for nobody."""
    made = make_pool(hosts=2, generation="old")
    made.add_vm("web02", made.hosts[1], backend=sim.Source(HELLO))
    return made


@pytest.fixture
def know(file):
    """Makes the file; it must be the same after the test, whatever happened."""
    written = []

    def make(*hosts):
        trusting.know(file, *hosts)
        written.append(file.read_bytes())

    yield make
    assert [file.read_bytes()] == written


@contextlib.contextmanager
def in_place_of(host, **options):
    """The host is gone, and somebody else is at its address."""
    host.stop()
    with Middle(address=host.address, port=host.port, **options) as middle:
        yield middle


@contextlib.contextmanager
def on_the_way_to(host, honest):
    """Somebody who lets the first connections pass; he is before the console of a VM "web03"."""
    with Middle(behind=host, honest=honest) as middle:
        host.pool.add_vm("web03", backend=sim.Source(HELLO),
                         location=f"https://{middle.server}/console?uuid={{uuid}}")
        yield middle


def assert_refused(done, middle, *says, times=1):
    assert_failed(done, 3, *says)
    assert middle.certificate.fingerprint in done.stderr
    middle.assert_met_and_told_nothing(times)


def test_he_would_have_heard(pool, make_xencon):
    """What the others prove is worth something: who is believed does hear the password."""
    with Middle() as middle:
        process = make_xencon(pool, trust=False).start("--insecure", "-s", middle.server, "web01")
        harness.eventually(lambda: b"secret" in middle.heard, "he hears the password")
        harness.kill(process)
        harness.finish(process)


def test_he_who_passes_everything_on_is_none(pool, make_xencon):
    with on_the_way_to(pool.coordinator, honest=99) as middle:
        done = quiet(make_xencon(pool), "-s", middle.server, "web03")
        assert (done.stdout, done.returncode) == (HELLO, 0), done.stderr
        assert (middle.passed, middle.met) == (2, 0)


def test_at_the_first_connection_to_a_known_server(pool, make_xencon, file, know):
    know(*pool.hosts)
    stranger = make_xencon(pool, trust=False)
    expected = pool.coordinator.fingerprint
    with in_place_of(pool.coordinator) as middle:
        done = quiet(stranger, "web01")
        assert_refused(done, middle, CHANGED, name(pool.coordinator), expected, f"line 1 of {file}")


def test_on_a_terminal_a_change_is_no_question(pool, make_xencon, know):
    know(*pool.hosts)
    with in_place_of(pool.coordinator) as middle:
        terminal = make_xencon(pool, trust=False, password=None).terminal("web01")
        assert terminal.finish() == 3
        trusting.assert_asked_nothing(terminal.before)
        assert b"assword" not in terminal.before
        assert CHANGED.encode() in terminal.before
        middle.assert_met_and_told_nothing()


def test_the_line_number(pool, make_xencon, file):
    host = pool.coordinator
    trusting.write_known(file, "# one", "", f"other.example:443 {host.fingerprint}",
                         f"{name(host)} {host.fingerprint} # four", "five")
    with in_place_of(host) as middle:
        assert_refused(quiet(make_xencon(pool, trust=False), "web01"), middle, CHANGED,
                       f"line 4 of {file}", host.fingerprint)


@pytest.mark.parametrize("certificate", ["signed by another", "expired", "for another name",
                                         "of the same words"])
def test_against_an_authority(certificate, make_pool, make_xencon, tmp_path):
    """--cacert names who may sign; his certificate is another's, or was signed for another."""
    authority = certs.authority("Ours")
    pool = make_pool()
    pool.coordinator.show(certs.make("xen1", san=("127.0.0.1",), issuer=authority))
    shown = {
        "signed by another": lambda: certs.make("xen1", san=("127.0.0.1",),
                                                issuer=certs.authority("Theirs")),
        "expired": lambda: certs.make("xen1", san=("127.0.0.1",), days=-2, issuer=authority),
        "for another name": lambda: certs.make("xen1", san=("127.0.0.9",), issuer=authority),
        "of the same words": lambda: certs.make("xen1", san=("127.0.0.1",), label="self-signed"),
    }[certificate]()
    xencon = make_xencon(pool, trust=False)
    with in_place_of(pool.coordinator, certificate=shown) as middle:
        done = quiet(xencon, "--cacert", authority.cert_file, "web01")
        assert_refused(done, middle, "is not trusted")


@pytest.mark.parametrize("option", ["--cacert", "--fingerprint"])
def test_against_options(option, pool, make_xencon):
    host = pool.coordinator
    value = host.cert_file if option == "--cacert" else host.fingerprint
    with in_place_of(host) as middle:
        assert_refused(quiet(make_xencon(pool, trust=False), option, value, "web01"), middle)


def test_a_password_is_not_asked_for(pool, make_xencon):
    host = pool.coordinator
    with in_place_of(host) as middle:
        terminal = make_xencon(pool, trust=False, password=None).terminal(
            "--fingerprint", host.fingerprint, "web01")
        assert terminal.finish() == 3
        assert b"assword" not in terminal.before
        middle.assert_met_and_told_nothing()


def believing(host, trust, middle, file):
    """Makes the host believed at his address in one of three ways; gives the options for it."""
    trusting.write_known(file, *[f"{middle.server} {host.fingerprint}"] * (trust == "known"))
    return ["--fingerprint", host.fingerprint] if trust == "pin" else []


@pytest.mark.parametrize("method", ["session.login_with_password", "VM.get_all_records_where",
                                    "console.get_all_records_where"])
@pytest.mark.parametrize("trust", ["known", "cacert", "pin"])
def test_after_the_first_connection(trust, method, pool, make_xencon, file):
    """The server ends its connection in order; on the next one, he is there."""
    host = pool.coordinator
    xencon = make_xencon(pool, trust=trust == "cacert")
    with on_the_way_to(host, honest=1) as middle:
        options = believing(host, trust, middle, file)
        pool.faults.add(sim.Fault("rpc", "connection_close", method=method))
        done = quiet(xencon, *options, "-s", middle.server, "web03")
        assert middle.passed == 1
        # He is there for the call that follows, and again when it is tried to log out.
        assert_refused(done, middle, times=2)


@pytest.mark.parametrize("trust", ["known", "cacert", "pin"])
def test_on_the_connection_of_the_logout(trust, pool, make_xencon, file):
    """The console was opened honestly, so it is served; the session is not shown to him."""
    host = pool.coordinator
    xencon = make_xencon(pool, trust=trust == "cacert")
    with on_the_way_to(host, honest=1) as middle:
        options = believing(host, trust, middle, file)
        done = quiet(xencon, "-v", *options, "-s", middle.server, "web03")
        assert (done.stdout, done.returncode) == (HELLO, 0), done.stderr
        assert "logout failed" in done.stderr
        # By the idle limit's question and by the logout.
        middle.assert_met_and_told_nothing(or_more=True)
    assert len(pool.sessions) == 1


def test_on_the_connection_of_the_logout_on_a_terminal(pool, make_xencon, file):
    """Nobody is asked about him while a console is on the screen."""
    host = pool.coordinator
    xencon = make_xencon(pool, trust=False)
    pin = ["--fingerprint", host.fingerprint]
    with on_the_way_to(host, honest=1) as middle:
        terminal = xencon.terminal(*pin, "-s", middle.server, "web03")
        terminal.expect_exact(HELLO)
        assert terminal.finish() == 0
        trusting.assert_asked_nothing(terminal.before)
        # By the logout, and by who asks why the console ended.
        middle.assert_met_and_told_nothing(or_more=True)
    assert not file.exists()


@pytest.mark.parametrize("trust", ["known", "cacert", "pin"])
def test_on_the_connection_of_a_viewer(trust, pool, make_xencon, file, tmp_path):
    """He comes while `vnc` is listening already: the viewer is sent away."""
    host = pool.coordinator
    xencon = make_xencon(pool, trust=trust == "cacert")
    with on_the_way_to(host, honest=99) as middle:
        options = believing(host, trust, middle, file)
        process = xencon.start("vnc", "-l", tmp_path / "viewer", *options, "-s", middle.server,
                               "web03", start_new_session=True)
        assert process.stdout.readline().strip() == os.fsencode(tmp_path / "viewer")
        assert see(tmp_path / "viewer", 12) == b"RFB 003.008\n"
        assert middle.met == 0
        middle.honest = 0
        # It is told why, in words of our own for lack of a server's.
        refusal = see(tmp_path / "viewer")
        assert refusal.startswith(b"RFB 003.003\n\0\0\0\0")
        assert middle.server.encode() in refusal
        # The first viewer's logout may have come across him, too.
        middle.assert_met_and_told_nothing(or_more=True)
        harness.kill(process)
        said = process.communicate(timeout=harness.PATIENCE)[1].decode()
        assert middle.certificate.fingerprint in said


def see(path, size=65536):
    """What a viewer is shown at first, so many bytes or all that comes."""
    seen = b""
    with socket.socket(socket.AF_UNIX) as viewer:
        viewer.settimeout(harness.PATIENCE)
        viewer.connect(os.fspath(path))
        while len(seen) < size and (data := viewer.recv(size - len(seen))):
            seen += data
    return seen


def test_in_place_of_the_console_s_host(pool, make_xencon, know):
    """The pool says what the other host shows; no entry of it is needed to refuse another."""
    know(pool.coordinator)
    expected = pool.hosts[1].fingerprint
    with in_place_of(pool.hosts[1]) as middle:
        done = quiet(make_xencon(pool, trust=False), "web02")
        assert_refused(done, middle, name(pool.hosts[1]), expected)
    assert_logged_out(pool)


def test_in_place_of_the_console_s_host_on_a_terminal(pool, make_xencon, know):
    know(pool.coordinator)
    with in_place_of(pool.hosts[1]) as middle:
        terminal = make_xencon(pool, trust=False).terminal("web02")
        assert terminal.finish() == 3
        trusting.assert_asked_nothing(terminal.before)
        middle.assert_met_and_told_nothing()
    assert_logged_out(pool)


def test_in_place_of_the_console_s_host_that_is_known(old_pool, make_xencon, know):
    know(*old_pool.hosts)
    expected = old_pool.hosts[1].fingerprint
    with in_place_of(old_pool.hosts[1]) as middle:
        done = quiet(make_xencon(old_pool, trust=False), "web02")
        assert_refused(done, middle, CHANGED, name(old_pool.hosts[1]), expected, "line 2 of")
    assert_logged_out(old_pool)


def test_in_place_of_the_console_s_host_of_whom_nobody_knows(old_pool, make_xencon, know):
    know(old_pool.coordinator)
    with in_place_of(old_pool.hosts[1]) as middle:
        done = quiet(make_xencon(old_pool, trust=False), "web02")
        assert_refused(done, middle, "is not trusted", "xencon trust")
    assert_logged_out(old_pool)


def test_at_the_console_address(pool, make_xencon, know):
    """The address that the user gave for consoles vouches for nobody either."""
    know(pool.coordinator)
    with Middle() as middle:
        done = quiet(make_xencon(pool, trust=False), "--console-address", middle.server, "web02")
        assert_refused(done, middle, middle.server)
    assert_logged_out(pool)


def test_behind_a_supporter(pool, make_xencon, know):
    """The supporter tells what its coordinator shows; he shows something else."""
    know(pool.hosts[1])
    expected = pool.coordinator.fingerprint
    with in_place_of(pool.coordinator) as middle:
        done = quiet(make_xencon(pool, trust=False), "-s", pool.hosts[1].url, "web01")
        assert_refused(done, middle, name(pool.coordinator), expected)


@pytest.mark.parametrize("known, says", [(True, CHANGED), (False, "is not trusted")])
def test_behind_a_supporter_of_old(known, says, old_pool, make_xencon, know):
    know(*reversed(old_pool.hosts) if known else old_pool.hosts[1:])
    with in_place_of(old_pool.coordinator) as middle:
        done = quiet(make_xencon(old_pool, trust=False), "-s", old_pool.hosts[1].url, "web02")
        assert_refused(done, middle, says, name(old_pool.coordinator))


def test_behind_a_supporter_that_is_pinned(pool, make_xencon):
    with in_place_of(pool.coordinator) as middle:
        done = quiet(make_xencon(pool, trust=False), "-s", pool.hosts[1].url,
                     "--fingerprint", pool.hosts[1].fingerprint, "web01")
        assert_refused(done, middle, name(pool.coordinator))


def test_among_several_servers(pool, make_xencon, know):
    """A server that is refused is no reason to ask the next one: somebody is at work."""
    know(*pool.hosts)
    with in_place_of(pool.hosts[1]) as middle:
        servers = f"{name(pool.hosts[1])},{name(pool.coordinator)}"
        done = quiet(make_xencon(pool, trust=False), "-s", servers, "web01")
        assert_refused(done, middle, CHANGED)
    assert not pool.requests
