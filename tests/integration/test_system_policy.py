# SPDX-License-Identifier: ISC
"""A machine whose OpenSSL is configured more strictly than usual: it is not the server's fault."""
import pytest

import sim

from outcome import HELLO, assert_failed

FILE = "openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\n{}\n"


@pytest.fixture
def strict(pool, xencon, tmp_path):
    pool.add_vm("web01", backend=sim.Source(HELLO))

    def run(line, *arguments):
        (tmp_path / "openssl.cnf").write_text(FILE.format(line))
        return xencon.run(*arguments, "web01", env={"OPENSSL_CONF": str(tmp_path / "openssl.cnf")})
    return run


@pytest.mark.parametrize("line", [
    "CipherString = DEFAULT@SECLEVEL=3", "CipherString = DEFAULT@SECLEVEL=5",
    "Protocol = -TLSv1.2", "MaxProtocol = TLSv1.1", "CipherString = ECDHE-ECDSA-AES256-GCM-SHA384"])
def test_a_policy_that_refuses_is_named(line, strict):
    done = strict(line)
    assert_failed(done, 3, "OpenSSL configuration")
    assert "--legacy-tls" not in done.stderr


@pytest.mark.parametrize("line", ["Groups = X25519", "SignatureAlgorithms = ed25519"])
def test_where_it_is_not_known_both_are_named(line, strict):
    assert_failed(strict(line), 3, "OpenSSL configuration", "--legacy-tls")


@pytest.mark.parametrize("line", ["", "MinProtocol = TLSv1.3", "CipherString = DEFAULT@SECLEVEL=2"])
def test_a_policy_that_allows_it(line, strict):
    done = strict(line)
    assert (done.stdout, done.returncode) == (HELLO, 0), done.stderr
