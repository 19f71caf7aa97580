# SPDX-License-Identifier: ISC
"""What a shell is offered for a line of ours: `xencon completion words`, without a shell around it."""
import re
import stat
import threading

import pytest

import sim

import harness
from outcome import assert_failed, assert_logged_out, calls

COMMANDS = ["console", "screen", "vnc", "shot", "type", "list", "trust", "completion", "help", "version"]


@pytest.fixture
def filled(pool):
    for name in ("web10", "web2", "my vm", "list", "-dash", "tab\there"):
        pool.add_vm(name, backend=sim.Echo())
    pool.add_vm("web2", power_state="Halted")
    pool.add_template("Debian")
    return pool


@pytest.fixture
def trusting(xencon, filled, tmp_path):
    """The program, which is told by its configuration what to trust."""
    folder = tmp_path / ".config" / "xencon"
    folder.mkdir(parents=True)
    (folder / "config").write_text(f"[default]\ncacert = {filled.coordinator.cert_file}\n[lab]\n[my pool]\n"
                                   f"server = {filled.coordinator.url}\n")
    xencon.options = []
    return xencon


def offer(program, *words, **run):
    """The kind, and the words with what is said of them."""
    done = program.run("completion", "words", "--", *words, **run)
    assert (done.returncode, done.stderr) == (0, "")
    kind, *lines = done.stdout.decode().split("\n")[:-1]
    return kind, dict(line.partition("\t")[::2] for line in lines)


def words(program, *line, **run):
    return list(offer(program, *line, **run)[1])


def seen(program, *line):
    """Until a look aside has found them."""
    return harness.eventually(lambda: words(program, *line), "the names are known")


def cache(tmp_path):
    return list((tmp_path / ".cache" / "xencon").glob("names-*[0-9a-f]"))


def test_machines_are_looked_up_aside(filled, trusting, tmp_path):
    """And kept: the next key asks nobody."""
    assert seen(trusting, "console", "web") == ["web2", "web10"]
    assert_logged_out(filled)
    asked = len(filled.requests)
    assert words(trusting, "console", "") == ["list", "my vm", "web2", "web10"]
    assert words(trusting, "--", "-") == ["-dash"]
    assert words(trusting, "console", "--", "") == ["-dash", "list", "my vm", "web2", "web10"]
    assert len(filled.requests) == asked
    [path] = cache(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "secret" not in path.read_text() and "OpaqueRef" not in path.read_text()


def test_a_list_is_a_look_as_well(filled, trusting):
    assert trusting.run("list").returncode == 0
    asked = len(filled.requests)
    assert words(trusting, "vnc", "--once", "my") == ["my vm"]
    assert len(filled.requests) == asked


def test_without_a_command(trusting):
    assert trusting.run("list").returncode == 0
    assert words(trusting, "") == [*COMMANDS, "my vm", "web2", "web10"]
    assert words(trusting, "l") == ["list"]
    assert words(trusting, "web10", "") == []


@pytest.mark.parametrize("line, expected", [
    (["console", "web10", ""], []), (["--dom0", "xen1", ""], COMMANDS), (["console", "--dom0=xen1", ""], []),
    (["--dom0", ""], ["xen1"]), (["list", "web2", "we"], ["web2", "web10"]), (["type", "web2", ""], []),
    (["help", "s"], ["screen", "shot"]), (["completion", ""], ["bash", "zsh", "fish"]),
    (["version", ""], []), (["-v", "console", "my"], ["my vm"]), (["-s"], None),
    (["--color="], ["--color=auto", "--color=always", "--color=never"]),
    (["--as", "t"], ["text"]), (["-P", ""], ["lab", "my pool"]), (["-Pl"], ["-Plab"]),
    (["--profile=my"], ["--profile=my pool"]), (["--layout", "de(no"], ["de(nodeadkeys)"]),
    (["--frobnicate="], []), (["--insecure="], []),
], ids=str)
def test_words(line, expected, trusting):
    assert trusting.run("list").returncode == 0
    assert words(trusting, *line) == (expected or [])


@pytest.mark.parametrize("line, kind", [
    (["--log", ""], "files"), (["--log=/t"], "files --log="), (["--config="], "files --config="),
    (["shot", "web2", ""], "files"), (["--proxy-command", ""], "programs"), (["-s", ""], "hosts"),
    (["-sxen"], "hosts -s"), (["trust", ""], "hosts"), (["--idle", ""], "none"),
    (["--viewer="], "programs --viewer="), (["-l", "/"], "files"),
], ids=str)
def test_what_the_shell_knows(line, kind, trusting):
    assert offer(trusting, *line) == (kind, {})


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_offered_its_own_options(command, trusting):
    """Those that its help names, and no others."""
    helped = trusting.run("help", command).stdout.decode()
    names = {"--help", *re.findall(r"^ +(?:-\w, )?(--[a-z0-9-]+|-[46])\b", helped, re.M)}
    found = {word.rstrip("=") for word in words(trusting, command, "-")}
    assert found == names


def test_options_end_as_their_values_want(trusting):
    found = words(trusting, "console", "--")
    assert {"--log=", "--wait", "--until=", "--insecure"} <= set(found)
    assert not {"--wait=", "--insecure=", "--listen="} & set(found)


def test_who_is_not_trusted_is_not_asked(filled, xencon):
    """No question, no password, no word; and nobody is asked again at once."""
    xencon.options = []
    assert words(xencon, "console", "") == []
    harness.eventually(lambda: filled.connections, "it was looked at")
    harness.eventually(lambda: not filled.open_connections, "the look has ended")
    assert not filled.requests
    count = len(filled.connections)
    assert words(xencon, "console", "") == []
    assert len(filled.connections) == count


def test_after_a_refused_login_nobody_is_asked(filled, trusting):
    wrong = {"XENCON_PASSWORD": "wrong", "XENCON_SERVER": filled.coordinator.url}
    assert words(trusting, "console", "", env=wrong) == []
    harness.eventually(lambda: calls(filled).count("session.login_with_password") == 1, "it tried")
    harness.eventually(lambda: not filled.open_connections, "the look has ended")
    for _ in range(3):
        assert words(trusting, "console", "", env=wrong) == []
    assert calls(filled).count("session.login_with_password") == 1


@pytest.mark.parametrize("line", [
    ["--password-command", "touch {0}; echo secret"], ["--proxy-command", "touch {0}; nc %h %p"],
], ids=lambda line: line[0])
def test_no_program_is_run(line, filled, trusting, tmp_path):
    mark = tmp_path / "mark"
    assert words(trusting, *(word.format(mark) for word in line), "console", "") == []
    assert not mark.exists() and not filled.connections


def test_without_a_password_nobody_is_asked(filled, trusting):
    del trusting.env["XENCON_PASSWORD"]
    assert words(trusting, "console", "") == []
    terminal = trusting.terminal("completion", "words", "--", "console", "")
    assert terminal.read() == b"words\r\n" and not filled.connections


def test_a_pool_that_does_not_answer_is_not_waited_for(filled, trusting):
    """What comes later is there for the next key."""
    held = threading.Event()
    fault = filled.faults.add(sim.Fault("rpc", "delay", seconds=3, method="session.login_with_password"))
    assert words(trusting, "console", "") == []
    assert filled.open_connections, "it was waited for"
    held.set()
    harness.eventually(lambda: fault.used, "the answer was held back")
    harness.eventually(lambda: "VM.get_all_records_where" in calls(filled), "the look went on")
    assert_logged_out(filled)
    assert seen(trusting, "console", "web") == ["web2", "web10"]


@pytest.mark.parametrize("spoil", ["another", "old", "future", "noise", "empty"])
def test_what_was_kept_counts_for_a_while_and_for_one_pool(spoil, filled, trusting, tmp_path):
    assert trusting.run("list").returncode == 0
    [path] = cache(tmp_path)
    head, key, rest = path.read_text().split("\n", 2)
    form, state, when = head.split(" ")
    path.write_text({
        "another": f"{head}\nother root\n{rest}", "old": f"{form} {state} {int(when) - 400}\n{key}\n{rest}",
        "future": f"{form} {state} {int(when) + 400}\n{key}\n{rest}", "noise": "x\0y\n" * 100,
        "empty": "",
    }[spoil])
    del trusting.env["XENCON_PASSWORD"]
    assert words(trusting, "console", "") == []


def test_no_place_to_keep_anything(filled, trusting, tmp_path):
    """A home that cannot be written to: nothing is kept, nothing is said."""
    (tmp_path / ".cache").write_text("a file")
    assert trusting.run("list").stderr == ""
    assert words(trusting, "vnc", "--on") == ["--once"]


@pytest.mark.parametrize("arguments, says", [
    ([], "no shell is named"), (["tcsh"], "no completions for \"tcsh\""), (["bash", "x"], "no completions"),
    (["words"], "needs the line's words"),
], ids=str)
def test_wrong_usage(arguments, says, make_xencon):
    assert_failed(make_xencon(None).run("completion", *arguments), 2, says)


@pytest.mark.parametrize("shell, file", [("bash", "xencon.bash"), ("zsh", "_xencon"), ("fish", "xencon.fish")])
def test_scripts_are_those_of_the_tree(shell, file, make_xencon):
    done = make_xencon(None).run("completion", shell)
    assert done.stdout == (harness.ROOT / "completions" / file).read_bytes()
    with open("/dev/full", "wb") as full:
        process = make_xencon(None).start("completion", shell, stdout=full)
        _, said = process.communicate(timeout=harness.PATIENCE)
    assert process.returncode == 1 and said.startswith(b"xencon: cannot write the completions")
