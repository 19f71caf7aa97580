# SPDX-License-Identifier: ISC
"""Every transition × vnc: the viewer that is there is closed, and the next one has the machine as it then is."""
import pytest

from listening import make_pool, network, serve  # noqa: F401
from outcome import assert_logged_out
from transitions import EACH, await_keys, keys, one_session


@pytest.fixture
def pool(make_pool):
    """The machine runs on the second host, and the first is the one that is asked."""
    return make_pool(hosts=2)


@EACH
def test_vnc(case, pool, serve):
    vm = pool.add_vm("web01", pool.hosts[1], consoles=("rfb",), domain_type="hvm")
    listener = serve()
    with one_session(pool):
        with listener.attach() as viewer:
            viewer.key(ord("a"))
            await_keys(vm, "a")
            assert_logged_out(pool)
            case.begin(pool, vm)
            viewer.read_all()
        listener.expect_children(0)
        case.end(pool, vm)
        with listener.attach() as viewer:
            viewer.key(ord("c"))
            await_keys(vm, "c")
            assert keys(vm) == "ac"
        listener.expect_children(0)
