# SPDX-License-Identifier: ISC
"""The shortest way through: a name, and what the console says."""


def test_a_pipe_reaches_the_shell_behind_the_console(pool, xencon):
    pool.add_vm("web01")
    done = xencon.run("web01", input=b"echo $((6*7))\n")
    assert b"42" in done.stdout
    assert done.returncode == 0
    assert pool.sessions == {}


def test_a_terminal_reaches_the_shell_and_comes_back(pool, xencon):
    pool.add_vm("web01")
    terminal = xencon.terminal("web01")
    before = terminal.found
    terminal.attached()
    terminal.send(b"\r")
    terminal.expect(b"web01:~# ")
    terminal.send(b"echo $((6*7))\r")
    terminal.expect(b"42\r\n")
    assert terminal.quit() == 0
    assert terminal.settings() == before
    assert pool.sessions == {}
