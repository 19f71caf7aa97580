# SPDX-License-Identifier: ISC
"""What is said about the program itself: usage, manual, completions and configuration agree with each other."""
import re
import subprocess

import pytest

import harness
from outcome import assert_failed

COMMANDS = ["console", "screen", "vnc", "shot", "type", "list", "trust", "completion", "help", "version"]
OPTION = re.compile(r"^ {2}(?:(-\w),?| {3}) ?(--[a-z0-9-]+)?", re.M)


@pytest.fixture
def program(make_xencon):
    return make_xencon(None)


def text(program, *words, **run):
    done = program.run(*words, **run)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.decode()


def options(listed):
    """Each option by its name, or letter where it has none."""
    return [name or letter for letter, name in OPTION.findall(listed)]


def sections(program):
    """The groups of --help: which commands, and their options."""
    parts = re.split(r"\n\noptions of (.+):\n", text(program, "--help"))[1:]
    groups = dict(zip(parts[::2], (options(part.split("\n\n")[0]) for part in parts[1::2])))
    assert len(groups) == len(parts) // 2
    return groups


@pytest.mark.plain
def test_each_option_stands_once_below_those_who_take_it(program):
    groups = sections(program)
    usage = text(program, "--help")
    every = groups.pop("every command")
    own = {command: [] for command in COMMANDS}
    listed = list(every)
    for names, group in groups.items():
        assert group
        listed += group
        for name in names.split(", "):
            own[name] += group
    assert len(listed) == len(set(listed)) > 40
    for command in COMMANDS:
        helped = text(program, "help", command)
        found = options(helped)
        common = [] if command in ("completion", "help", "version") else every
        assert sorted(found) == sorted(own[command] + common), command
        # Nor does the parser take another.
        for option in set(listed) - set(own[command]) - set(every):
            value = "=x" if re.search(rf"{option} [A-Z]", usage) else ""
            assert_failed(program.run(command, option + value), 2, f"xencon {command} takes no {option}")


@pytest.mark.parametrize("locale", ["C.UTF-8", "C"])
@pytest.mark.parametrize("words", [["--help"], *(["help", command] for command in COMMANDS),
                                   ["help", "--manual"]], ids=str)
def test_it_fits_a_terminal(words, locale, program):
    shown = text(program, *words, env={"LC_ALL": locale})
    # What a program prints stands in the manual as it is, however long.
    literal = (harness.ROOT / "doc" / "xencon.1").read_text()
    assert [line for line in shown.splitlines() if len(line) > 80 and line.strip() not in literal] == []
    assert locale != "C" or shown.isascii()


@pytest.mark.parametrize("command", COMMANDS)
def test_examples_are_lines_that_the_command_takes(command, program):
    shown = text(program, "help", command)
    examples = re.findall(r"^  \$ (.*)$", shown, re.M)
    assert examples
    for line in examples:
        assert "xencon " in line
        taken = options(shown)
        for word in line.split():
            if word.startswith("--"):
                assert word.partition("=")[0] in taken, line


def test_the_manual_is_the_tree_s(program):
    made = subprocess.run(["mandoc", "-Tascii", "-Owidth=78", harness.ROOT / "doc" / "xencon.1"],
                          capture_output=True, check=True).stdout
    assert text(program, "help", "--manual").encode() == re.sub(rb".\x08", b"", made)
    assert_failed(program.run("help", "--manual", "list"), 2, "--manual shows all of it")
    with open("/dev/full", "wb") as full:
        process = program.start("help", "--manual", stdout=full)
        _, said = process.communicate(timeout=harness.PATIENCE)
    assert process.returncode == 1 and said.startswith(b"xencon: cannot write the manual")


@pytest.mark.parametrize("pager, says, status", [
    ("cat", b"XENCON(1)", 0), ("head -n 1", b"XENCON(1)", 0), ("exit 7", b"", 7),
    ("printf %s \"$LESS\"; cat >/dev/null", b"FRX", 0), ("", b"XENCON(1)", 0),
], ids=str)
def test_a_terminal_has_a_pager(pager, says, status, program):
    terminal = program.terminal("help", "--manual", env={"PAGER": pager})
    shown = terminal.read()
    terminal.wait()
    assert says in shown and terminal.exitstatus == status
    assert b"SEE ALSO" in shown or pager not in ("cat", "")


def test_the_pager_has_the_terminal(program):
    """It is in the foreground, and what is typed is its own."""
    terminal = program.terminal("help", "--manual", env={"PAGER": "read x </dev/tty; echo \"<$x>\"; cat >/dev/null"})
    terminal.send(b"hello\r")
    terminal.expect(rb"<hello>")
    assert terminal.finish() == 0


def test_what_is_no_terminal_has_none(program):
    assert b"XENCON(1)" in program.run("help", "--manual", env={"PAGER": "touch pager; cat"}).stdout


def test_keys_of_the_configuration_are_the_long_options(program, tmp_path):
    """All but those that make sense only where they are typed."""
    table = (harness.ROOT / "src/conf/option_table.h").read_text().replace("\\\n", " ")
    rows = re.findall(r"\bROW\(\s*\w+,\s*(NULL|\"[^\"]+\"),\s*(?:0|'.'),\s*(NULL|\"[^\"]+\"),"
                      r"\s*([\w |]+?),\s*([\w |]+?),", table)
    assert len(rows) == table.count("ROW(") > 40
    config = tmp_path / "config"
    for name, argument, _, flags in rows:
        key = name.strip('"')
        if name == "NULL":
            continue
        config.write_text(f"[other]\n{key} = {'yes' if argument == 'NULL' else '1'}\n")
        config.chmod(0o600)
        done = program.run("--config", config, "trust")
        if "OPTION_TYPED" in flags:
            assert_failed(done, 2, "line 2")
        else:
            assert done.returncode == 0, f"{key}: {done.stderr}"
