# SPDX-License-Identifier: ISC
"""The listener outlives what happens to the VM, the pool and its sessions between two viewers."""
import pytest

import harness
import sim
from listening import make_pool, network, serve, web01  # noqa: F401
from outcome import MESSAGE, assert_logged_out
from sim.rfb import BARS


@pytest.fixture
def pool(make_pool):
    return make_pool(hosts=2)


def assert_shown(listener):
    with listener.attach() as viewer:
        assert tuple(viewer.picture()[0][20::40]) == BARS


def last_connect(pool):
    return [request for request in pool.requests if request.kind == "CONNECT"][-1]


def assert_told_once(listener, *says):
    """The next viewer is told why, and so is the user, once and in the same words."""
    before = listener.said()
    reason = listener.refusal()
    for text in says:
        assert text in reason
    assert reason.startswith("xencon: ")
    words = listener.words(reason)
    said = listener.says(words, before.count(words) + 1)[len(before):]
    assert said.count(words) == 1
    for line in said.splitlines():
        assert MESSAGE.match(line), line


def test_the_vm_moves_between_two_viewers(pool, web01, serve):
    listener = serve()
    assert_shown(listener)
    assert last_connect(pool).host is pool.hosts[0]
    web01.migrate(pool.hosts[1])
    assert_shown(listener)
    assert last_connect(pool).host is pool.hosts[1]
    assert last_connect(pool).console is web01.console("rfb")


def test_the_vm_moves_while_somebody_looks_on(pool, web01, serve):
    listener = serve()
    with listener.attach() as viewer:
        web01.migrate(pool.hosts[1])
        viewer.read_all()
    said = listener.says("has ended")
    for words in ('"web01"', "rebooted or moved", "vm_console_idle_timeout"):
        assert words in said
    assert_shown(listener)
    assert last_connect(pool).host is pool.hosts[1]


@pytest.mark.parametrize("quick", [True, False], ids=["quick", "full"])
def test_the_vm_reboots(pool, web01, serve, quick):
    listener = serve()
    with listener.attach() as viewer:
        web01.reboot(quick)
        viewer.read_all()
    listener.says("has ended")
    assert_shown(listener)


def test_the_vm_is_halted_and_started_again(pool, web01, serve):
    listener = serve()
    web01.shutdown()
    assert_told_once(listener, '"web01" is halted')
    assert_told_once(listener, '"web01" is halted')
    web01.start(pool.hosts[1])
    assert_shown(listener)
    assert_logged_out(pool)


def test_others_go_on_while_one_is_refused(pool, web01, serve):
    listener = serve()
    with listener.attach() as viewer:
        fault = pool.faults.add(sim.Fault("connect", "status", line="404 Not Found", times=None))
        assert_told_once(listener, 'the console of "web01" is not there', "Not Found")
        pool.faults.clear()
        assert tuple(viewer.picture()[0][20::40]) == BARS
    assert_shown(listener)


def test_it_is_out_of_date(pool, web01, serve):
    """Where it runs was known, and is another host by the time that the console is asked for."""
    listener = serve()
    pool.faults.add(sim.Fault("rpc", "delay", seconds=0.3, method="session.get_this_host"))
    with listener.viewer() as viewer:
        assert pool.journal.wait(lambda: any(each.method == "session.get_this_host" for each in pool.requests))
        web01.migrate(pool.hosts[1])
        viewer.greet()
    assert listener.said() == ""


def test_the_vm_is_destroyed(pool, web01, serve):
    listener = serve()
    web01.shutdown()
    web01.destroy()
    assert_told_once(listener, "no VM")


def test_the_vm_is_renamed(pool, web01, serve):
    """It is the same VM, so it goes on being the one that was announced."""
    listener = serve()
    web01.rename("db01")
    assert_shown(listener)
    assert last_connect(pool).console.vm is web01


def test_a_namesake_appears(pool, web01, serve):
    """Neither do viewers get another VM than the one announced, nor does the name become unclear."""
    listener = serve("--json")
    assert listener.about["uuid"] == web01.uuid
    listener.where = listener.about["url"]
    pool.add_vm("web01")
    assert_shown(listener)
    assert last_connect(pool).console.vm is web01
    web01.rename("db01")
    assert_shown(listener)
    assert last_connect(pool).console.vm is web01


def test_the_sessions_expire_between_two_viewers(pool, web01, serve):
    listener = serve()
    assert_shown(listener)
    pool.expire_sessions()
    assert_shown(listener)


def test_the_sessions_expire_while_somebody_looks_on(pool, web01, serve):
    with serve().attach() as viewer:
        pool.expire_sessions()
        assert tuple(viewer.picture()[0][20::40]) == BARS


def test_the_session_expires_on_the_way(pool, web01, serve):
    """401 on CONNECT: the viewer is told, or it is tried again; never is it left hanging."""
    listener = serve()
    pool.faults.add(sim.Fault("connect", "expire"))
    with listener.viewer() as viewer:
        assert viewer.read(4) == b"RFB "
    harness.eventually(lambda: not listener.children(), "the viewer's process has ended")
    assert_shown(listener)


def test_the_coordinator_restarts_between_two_viewers(pool, web01, serve):
    listener = serve()
    assert_shown(listener)
    assert_logged_out(pool)
    pool.coordinator.stop()
    assert_told_once(listener, "Connection refused")
    pool.coordinator.start()
    assert_shown(listener)


def test_the_coordinator_restarts_while_somebody_looks_on(pool, web01, serve):
    listener = serve()
    with listener.attach() as viewer:
        assert_logged_out(pool)
        pool.coordinator.stop()
        viewer.read_all()
        pool.coordinator.start()
    listener.expect_children(0)
    assert '"web01"' in listener.said()
    assert_shown(listener)


def test_another_host_becomes_coordinator(pool, web01, serve):
    """The host that was named answers HOST_IS_SLAVE from now on."""
    listener = serve()
    pool.elect(pool.hosts[1])
    with listener.viewer() as viewer:
        assert viewer.read(4) == b"RFB "
    listener.expect_children(0)


def test_the_password_is_changed(pool, web01, serve):
    listener = serve()
    pool.add_user("root", "other")
    assert_told_once(listener, "wrong user name or password")


def test_the_certificate_is_changed(pool, web01, serve):
    listener = serve()
    pool.coordinator.show(sim.certs.make("xen1", label="new", san=("127.0.0.1",)))
    assert_told_once(listener, "not trusted")
    assert pool.coordinator.fingerprint in listener.said()


def test_a_server_that_says_nothing(pool, web01, serve):
    listener = serve("--connect-timeout", "1")
    pool.faults.add(sim.Fault("connect", "stall"))
    assert_told_once(listener, "no answer", "1 s")
    assert_shown(listener)


def test_a_viewer_does_not_wait_for_another_ones_server(pool, web01, serve):
    listener = serve()
    pool.faults.add(sim.Fault("connect", "stall"))
    with listener.viewer() as viewer:
        harness.eventually(lambda: any(each.kind == "CONNECT" for each in pool.requests),
                           "the first viewer is on its way")
        assert_shown(listener)
        assert listener.end() == 0
        assert b"signal" not in viewer.read_all()
    assert_logged_out(pool)


def test_a_viewer_leaves_before_the_server_has_answered(pool, web01, serve):
    listener = serve("--connect-timeout", "1")
    pool.faults.add(sim.Fault("connect", "stall"))
    with listener.viewer():
        harness.eventually(lambda: any(each.kind == "CONNECT" for each in pool.requests),
                           "the viewer is on its way")
    listener.says("no answer")
    listener.expect_children(0)
    assert_shown(listener)


def test_a_viewer_that_leaves_first_is_nobodys_fault(pool, serve):
    """Before the console has said a word, which then ends because of that."""
    guest = sim.Sink()
    pool.add_vm("web01", rfb_backend=guest)
    listener = serve()
    with listener.viewer() as viewer:
        viewer.send(b"word")
        assert guest.wait_for(4, harness.PATIENCE)
    listener.expect_children(0)
    assert listener.said() == ""


def test_a_logout_that_hangs_keeps_no_viewer(pool, web01, serve):
    """The console breaks off; the viewer must see that at once, whatever the logout does."""
    listener = serve("--connect-timeout", "300")
    pool.faults.add(sim.Fault("console", "reset", at=12))
    pool.faults.add(sim.Fault("rpc", "stall", method="session.logout"))
    try:
        with listener.viewer() as viewer:
            assert viewer.read_all() == b"RFB 003.008\n"
        listener.expect_children(0)
    finally:
        pool.expire_sessions()
        pool.cut()
