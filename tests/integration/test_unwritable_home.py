# SPDX-License-Identifier: ISC
"""A home that cannot be written to, or whose files cannot be read, stands in nobody's way."""
import pytest

import sim

import harness
import trusting
from outcome import HELLO, assert_failed, assert_logged_out


@pytest.fixture
def pool(make_pool):
    made = make_pool(hosts=2)
    made.add_vm("web01", backend=sim.Source(HELLO))
    return made


def a_folder(home):
    """In place of known_hosts."""
    trusting.known_hosts(home).mkdir(parents=True)


def a_file(home):
    """In place of the folder that it is in; nothing can be made there either."""
    folder = trusting.state_folder(home)
    folder.parent.mkdir(parents=True)
    folder.write_text("")


def how(kind, pool, home):
    return {"fingerprint": ["--fingerprint", pool.coordinator.fingerprint],
            "cacert": ["--cacert", harness.certificates(pool, home)],
            "insecure": ["--insecure"]}[kind]


@pytest.mark.parametrize("spoil", [a_folder, a_file])
@pytest.mark.parametrize("kind", ["fingerprint", "cacert", "insecure"])
def test_what_decides_without_it(kind, spoil, pool, make_xencon, tmp_path):
    spoil(tmp_path)
    done = make_xencon(pool, trust=False).run(*how(kind, pool, tmp_path), "web01",
                                              start_new_session=True)
    assert (done.stdout, done.returncode) == (HELLO, 0), done.stderr
    assert_logged_out(pool)


@pytest.mark.parametrize("spoil", [a_folder, a_file])
def test_where_it_decides_it_is_named(spoil, pool, make_xencon, tmp_path):
    spoil(tmp_path)
    done = make_xencon(pool, trust=False).run("web01", start_new_session=True)
    assert_failed(done, 1, str(trusting.known_hosts(tmp_path)), pool=pool)
