# SPDX-License-Identifier: ISC
"""What is shown fits the character set that the environment tells of, and numbers are read alike in all."""
import json

import pytest

import configs
import harness

NAME = "Büro\u00db€\u009b31m"

EIGHT_BITS = [{"LC_ALL": "de_DE.ISO-8859-1"}, {"LC_ALL": "C"}, {"LC_ALL": "POSIX"},
              {"LC_ALL": "", "LANG": "de_DE"}, {"LC_ALL": "", "LC_CTYPE": "C", "LANG": "C.UTF-8"},
              {"LC_ALL": ""}]
UTF_8 = [{"LC_ALL": "C.UTF-8"}, {"LC_ALL": "xx_YY.utf8"}, {"LC_ALL": "", "LANG": "de_DE.UTF-8@euro"},
         {"LC_ALL": "", "LC_CTYPE": "C.UTF-8", "LANG": "C"}]


@pytest.fixture
def twice(pool):
    """Two VMs of one name, so that it is told of."""
    for _ in range(2):
        pool.add_vm(NAME)


@pytest.mark.parametrize("env", EIGHT_BITS, ids=str)
def test_eight_bits(env, twice, xencon):
    """The second byte of many a letter is a control character there, such as CSI."""
    done = xencon.run(NAME, env=env)
    assert done.returncode == 5
    assert done.stderr.isascii()
    assert r"B\u{fc}ro\u{db}\u{20ac}\u{9b}31m" in done.stderr
    for words in (["--help"], ["help", "console"], [], ["-s", "", "x"]):
        done = xencon.run(*words, env=env)
        assert done.stdout.isascii() and done.stderr.isascii()
        assert r"\u" not in done.stdout.decode() + done.stderr


@pytest.mark.parametrize("env", UTF_8, ids=str)
def test_utf_8(env, twice, xencon):
    """Whether or not the C library has that locale."""
    done = xencon.run(NAME, env=env)
    assert done.returncode == 5
    assert r"BüroÛ€\u{9b}31m" in done.stderr
    assert "…" in xencon.run("--help", env=env).stdout.decode()
    # Columns stand below each other: what is wide in bytes is not wide on the screen.
    rows = [line for line in done.stderr.splitlines() if NAME[:4] in line and "running" in line.lower()]
    assert len({line.lower().index("running") for line in rows}) <= 1


@pytest.mark.parametrize("env", [{"LC_ALL": "de_DE.UTF-8"}, {"LC_NUMERIC": "de_DE.UTF-8"}], ids=str)
def test_a_fraction_has_a_point(env, pool, xencon):
    configs.add_source(pool)
    assert xencon.run("--idle=0.09", "--connect-timeout=9.5", "web01", env=env).returncode == 0
    assert xencon.run("--idle=0,09", "web01", env=env).returncode == 2


def test_json_is_ascii(pool, xencon):
    """A terminal may be what it is printed on, and JSON needs nothing else."""
    pool.add_vm(NAME)
    process = xencon.start("vnc", "--json", NAME)
    line = process.stdout.readline()
    assert line.isascii() and json.loads(line)["vm"] == NAME
    process.terminate()
    process.communicate(timeout=harness.PATIENCE)
