# SPDX-License-Identifier: ISC
"""Completion in the real shells, on a pty: what is typed and completed arrives as the name that was meant."""
import os
import shutil

import pytest

import sim

import harness

# Each is reached by its first three letters.
NAMES = {
    "n01": "n01 two words", "n02": "n02 it's", "n03": 'n03 "hi"', "n04": "n04$HOME", "n05": "n05 日本語",
    "n06": "n06ü;&|", "n07": "n07back\\slash", "n08": "n08:80", "n09": "n09=b", "n10": "n10 *?[a]",
    "n11": "n11 (x) {y} <z>", "n12": "n12 `id`", "n13": "n13#~ !", "n14": "n14plain",
}

# Stands where the program would, prints what it was given, and passes on only what shells ask.
WRAPPER = """#!/bin/sh
[ "$1" = completion ] && exec {binary} "$@"
printf 'GIVEN'
for word; do printf '[%s]' "$word"; done
printf 'END\\n'
"""

SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], 'eval "$(xencon completion bash)"',
             "bind 'set enable-bracketed-paste off'"),
    "bash with bash-completion": (
        ["bash", "--norc", "--noprofile", "-i"],
        '. /usr/share/bash-completion/bash_completion; eval "$(xencon completion bash)"',
        "bind 'set enable-bracketed-paste off'"),
    "zsh": (["zsh", "-f", "-i"], 'eval "$(xencon completion zsh)"', "unset zle_bracketed_paste"),
    "fish": (["fish", "--no-config", "-i"], "xencon completion fish | source", "true"),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A home with a configuration, the names of a pool seen, and the wrapper in its PATH."""
    home = tmp_path_factory.mktemp("home")
    with sim.Pool() as pool:
        for name in NAMES.values():
            pool.add_vm(name, power_state="Halted")
        program = harness.Xencon(home, pool)
        config = home / ".config" / "xencon"
        config.mkdir(parents=True)
        (config / "config").write_text(
            f"[default]\nserver = {pool.coordinator.url}\ncacert = {pool.coordinator.cert_file}\n"
            "[pool two]\n")
        program.options = []
        del program.env["XENCON_SERVER"]
        assert program.run("list").returncode == 0
    wrapper = home / "bin" / "xencon"
    wrapper.parent.mkdir()
    wrapper.write_text(WRAPPER.format(binary=harness.BINARY))
    wrapper.chmod(0o755)
    (home / "a file").write_text("")
    return home, program


class Shell:
    """An interactive shell in which lines are typed."""

    def __init__(self, place, kind):
        home, program = place
        command, load, prepare = SHELLS[kind]
        if not shutil.which(command[0]):
            pytest.skip(f"{command[0]} is not installed")
        env = {**program.env, "PATH": f"{home / 'bin'}:{os.environ['PATH']}", "ZDOTDIR": str(home),
               "XDG_CONFIG_HOME": str(home / ".config"), "INPUTRC": "/dev/null"}
        self._pty = harness.Terminal(command[0], command[1:], env=env, cwd=str(home), dimensions=(50, 200))
        self.ready(prepare)
        self.ready(load)

    def ready(self, command):
        # Of the echo of the line only the command's own output has the word in one piece.
        self._pty.send(f"{command}; echo RE''ADY\r".encode())
        self._pty.expect(rb"READY\r?\n")

    def complete(self, typed):
        """Types it, Tab behind it where it has one; gives what the program was given then."""
        self._pty.send(typed.encode() + b"\r")
        self._pty.expect(rb"GIVEN((?:.|\n)*?)END")
        return self._pty.match[1].decode().replace("\r\n", "\n")

    def close(self):
        self._pty.close(force=True)


@pytest.fixture(params=SHELLS)
def shell(request, place):
    made = Shell(place, request.param)
    yield made
    made.close()


def test_names_of_every_kind(shell):
    for start, name in NAMES.items():
        assert shell.complete(f"xencon console {start}\t") == f"[console][{name}]"


@pytest.mark.parametrize("typed, name", [
    ("'n01\t", "n01"), ('"n01\t', "n01"), ("'n03\t", "n03"), ('"n04\t', "n04"), ('"n12\t', "n12"),
    ("'n05\t", "n05"), ("n01\\ tw\t", "n01"), ("n08:8\t", "n08"), ("n09=\t", "n09"),
    ("'n01 tw\t", "n01"), ('"n08:\t', "n08"), ("n05\\ 日\t", "n05"), ("n1\t4\t", "n14"),
], ids=repr)
def test_a_name_that_has_begun(shell, typed, name):
    assert shell.complete(f"xencon vnc --once {typed}") == f"[vnc][--once][{NAMES[name]}]"


@pytest.mark.parametrize("typed, given", [
    ("con\t n14\t", "[console][n14plain]"), ("n14\t", "[n14plain]"),
    ("--timest\t n14\t", "[--timestamps][n14plain]"), ("list --col\tnev\t", "[list][--color=never]"),
    ("-P poo\t n14\t", "[-P][pool two][n14plain]"), ("--profile=poo\t n14\t", "[--profile=pool two][n14plain]"),
    ("--log=a\t n14\t", "[--log=a file][n14plain]"), ("--log a\t n14\t", "[--log][a file][n14plain]"),
    ("help scr\t", "[help][screen]"), ("-- n02\t", "[--][n02 it's]"),
    ("screen --layout de\\(node\t n14\t", "[screen][--layout][de(nodeadkeys)][n14plain]"),
], ids=repr)
def test_lines(shell, typed, given):
    assert shell.complete(f"xencon {typed}") == given


def test_a_pool_that_is_not_known_says_nothing(shell):
    """Nothing on the terminal but what was typed: no question, no error."""
    assert shell.complete("xencon -s 127.0.0.1:1 console n\tx") == "[-s][127.0.0.1:1][console][nx]"
