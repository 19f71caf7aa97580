# SPDX-License-Identifier: ISC
"""Where settings come from, in order: option, typed profile, variable, [default], and last what xe was told."""
import itertools

import pytest

import configs
import harness
import sim

from configs import bare, home  # noqa: F401
from outcome import HELLO, assert_failed, assert_served

SOURCES = ["option", "profile", "variable", "default", "xe"]


class Sources:
    """Says a thing in any of the five places, and gathers the words and variables that takes."""

    def __init__(self, home):
        self.home = home
        self.words = ["-P", "lab"]
        self.env = {}
        self.sections = {"lab": [], "default": []}
        self.xe = []

    def say(self, source, key, value):
        if source == "option":
            self.words += [f"--{key}", value]
        elif source == "variable":
            self.env["XENCON_" + key.upper()] = value
        elif source == "xe":
            self.xe.append(f"{ {'user': 'username'}.get(key, key)}={value}\n")
        else:
            self.sections[{"profile": "lab"}.get(source, source)].append(f"{key} = {value}\n")

    def say_password(self, source, password):
        if source in ("variable", "xe"):
            self.say(source, "password", password)
        else:
            path = self.home.secret(f"password-{source}", password + "\n")
            self.say(source, "password-file", str(path))

    def write(self):
        self.home.configure("".join(f"[{name}]\n{''.join(lines)}"
                                    for name, lines in self.sections.items()))
        self.home.secret(".xe", "".join(self.xe))


@pytest.fixture
def sources(home):
    return Sources(home)


def run(program, sources):
    sources.write()
    return program.run(*sources.words, "web01", env=sources.env)


@pytest.mark.parametrize("higher, lower", itertools.combinations(SOURCES, 2))
def test_the_user(higher, lower, pool, bare, sources):
    pool.add_user("adam", "apple")
    sources.say("option", "server", pool.coordinator.url)
    sources.say_password("option", "apple")
    sources.say(higher, "user", "adam")
    sources.say(lower, "user", "eve")
    assert_served(run(bare, sources), pool)
    assert configs.logins(pool) == [("adam", "apple")]


@pytest.mark.parametrize("higher, lower", itertools.combinations(SOURCES, 2))
def test_the_server(higher, lower, pool, bare, sources):
    """The lower one is nowhere."""
    sources.say("option", "user", "root")
    sources.say_password("option", "secret")
    sources.say(higher, "server", pool.coordinator.url)
    sources.say(lower, "server", "127.0.0.1:1")
    assert_served(run(bare, sources), pool)


@pytest.mark.parametrize("higher, lower", itertools.combinations(SOURCES, 2))
def test_the_password(higher, lower, pool, bare, sources):
    sources.say("profile", "server", pool.coordinator.url)
    if "xe" in (higher, lower):     # xe's password is for xe's server and user
        sources.sections["lab"].clear()
        sources.say("xe", "server", pool.coordinator.url)
    sources.say_password(higher, "secret")
    sources.say_password(lower, "wrong")
    assert_served(run(bare, sources), pool)
    assert configs.logins(pool) == [("root", "secret")]


@pytest.mark.parametrize("source", SOURCES[:-1])
def test_a_server_of_ours_never_gets_the_password_of_xe(source, pool, bare, sources):
    sources.say(source, "server", pool.coordinator.url)
    sources.say("xe", "server", "xen9")
    sources.say("xe", "password", "secret")
    assert_failed(run(bare, sources), 4, "no password for \"root\"", pool=pool)
    assert configs.logins(pool) == []


@pytest.mark.parametrize("source", SOURCES[:-1])
def test_another_user_never_gets_the_password_of_xe(source, pool, bare, sources):
    sources.say(source, "user", "adam")
    sources.say("xe", "server", pool.coordinator.url)
    sources.say("xe", "password", "secret")
    assert_failed(run(bare, sources), 4, "no password for \"adam\"", pool=pool)
    assert configs.logins(pool) == []


@pytest.mark.parametrize("option, variable, uses", [
    ("lab", None, "lab"), (None, "lab", "lab"), ("lab", "shop", "lab"), (None, None, None),
    (None, "", None),
], ids=str)
def test_the_profile(option, variable, uses, pool, bare, home):
    """The profile itself comes from an option or a variable."""
    for user in ("lab", "shop", "nobody"):
        pool.add_user(user, "secret")
    home.configure(f"[default]\nserver = {pool.coordinator.url}\nuser = nobody\n"
                   "[lab]\nuser = lab\n[shop]\nuser = shop\n")
    words = ["-P", option] if option else []
    env = {"XENCON_PASSWORD": "secret"}
    if variable is not None:
        env["XENCON_PROFILE"] = variable
    assert_served(bare.run(*words, "web01", env=env), pool)
    assert configs.logins(pool) == [(uses or "nobody", "secret")]


@pytest.mark.parametrize("how", ["option", "variable"])
def test_a_profile_that_is_not_there(how, pool, bare, home):
    path = home.configure("[default]\nserver = xen9\n[lab]\n")
    words, env = ((["--profile", "lap"], {}) if how == "option" else ([], {"XENCON_PROFILE": "lap"}))
    done = bare.run(*words, "web01", env={"XENCON_PASSWORD": "secret", **env})
    assert_failed(done, 2, "no profile \"lap\"", str(path), "did you mean \"lab\"?", pool=pool)


def test_a_profile_that_is_like_none(pool, bare, home):
    path = home.configure("[default]\nserver = xen9\n[lab]\n")
    done = bare.run("-P", "production", "web01", env={"XENCON_PASSWORD": "secret"})
    assert_failed(done, 2, "no profile \"production\"", str(path), "a section: [production]", pool=pool)


def test_a_flag_of_the_file_is_taken_back(pool, bare, home):
    """--no-quiet counts for more than the file's quiet, and leaves its server as it is."""
    home.configure(f"[default]\nserver = {pool.coordinator.url}\nquiet = yes\n")
    env = {"XENCON_PASSWORD": "secret"}
    assert "attached" not in bare.run("web01", env=env).stderr
    assert "attached to \"web01\"" in bare.run("--no-quiet", "web01", env=env).stderr


def test_the_user_before_the_host(pool, xencon):
    """As ssh has it; and what was typed is who logs in."""
    host = pool.coordinator.url.removeprefix("https://")
    done = xencon.run("-s", f"eve@{host}", "web01", env={"XENCON_PASSWORD": "secret"})
    assert_failed(done, 4, "\"eve\"", pool=pool)


def test_a_profile_without_any_file(pool, bare):
    done = bare.run("-P", "lab", "-s", pool.coordinator.url, "web01")
    assert_failed(done, 2, "no profile \"lab\"", pool=pool)


RIVALS = {
    "password-file": ("/nonexistent", "password-command"), "password-command": ("false",
                                                                               "password-file"),
}


@pytest.mark.parametrize("loser", RIVALS)
@pytest.mark.parametrize("higher, lower", [("option", "profile"), ("option", "default"),
                                           ("variable", "default"), ("profile", "default")])
def test_sources_of_the_password_that_rival(higher, lower, loser, pool, bare, sources, home):
    """What a lower source says of the password in another way is not even looked at."""
    path = home.secret("good", "secret\n")
    value, winner = RIVALS[loser]
    sources.say("option", "server", pool.coordinator.url)
    if higher == "variable":
        sources.say_password(higher, "secret")
    else:
        sources.say(higher, winner, str(path) if winner == "password-file" else "echo secret")
    sources.say(lower, loser, value)
    assert_served(run(bare, sources), pool)


@pytest.mark.parametrize("higher, lower", [("option", "profile"), ("option", "default"),
                                           ("profile", "default")])
def test_trust_that_rivals(higher, lower, pool, home, make_xencon):
    """A fingerprint asked for is checked, be it that a lower source would trust anybody."""
    configs.add_source(pool)
    program = make_xencon(pool, trust=False)
    wrong = ":".join(["AB"] * 32)
    sources = Sources(home)
    sources.say(higher, "fingerprint", wrong)
    sources.sections[{"profile": "lab"}.get(lower, lower)].append("insecure = yes\n")
    done = run(program, sources)
    assert_failed(done, 3, "fingerprint", pool=pool)
    assert pool.requests == []


@pytest.mark.parametrize("higher, lower", [("option", "profile"), ("option", "default"),
                                           ("profile", "default")])
def test_no_trust_that_rivals(higher, lower, pool, home, make_xencon):
    configs.add_source(pool)
    program = make_xencon(pool, trust=False)
    sources = Sources(home)
    if higher == "option":
        sources.words.append("--insecure")
    else:
        sources.sections["lab"].append("insecure = yes\n")
    sources.say(lower, "fingerprint", ":".join(["AB"] * 32))
    assert_served(run(program, sources), pool)


@pytest.mark.parametrize("words, lab, default, talks", [
    (["-q"], "verbose = yes", "", False), (["-v"], "quiet = yes", "", True),
    (["-q"], "", "verbose = yes", False), ([], "quiet = yes", "verbose = yes", False),
    ([], "verbose = yes", "quiet = yes", True), ([], "verbose = no", "verbose = yes", False),
    ([], "", "verbose = yes", True),
], ids=str)
def test_how_much_is_said(words, lab, default, talks, pool, bare, home):
    home.configure(f"[lab]\n{lab}\n[default]\n{default}\n")
    done = bare.run("-P", "lab", "-s", pool.coordinator.url, *words, "web01",
                    env={"XENCON_PASSWORD": "secret"})
    assert_served(done, pool)
    assert ("connected to" in done.stderr) == talks


NARROW = {
    "--stdio and an escape character": ("escape = ^A", ["--stdio", "web01"]),
    "time stamps without a log": ("timestamps = yes", ["web01"]),
}


@pytest.mark.parametrize("line, words", NARROW.values(), ids=NARROW)
def test_a_line_of_the_configuration_never_contradicts_the_command(line, words, pool, bare, home):
    """What is typed outweighs a line that does not fit it."""
    home.configure(f"[default]\nserver = {pool.coordinator.url}\n{line}\n")
    assert_served(bare.run(*words, env={"XENCON_PASSWORD": "secret"}), pool)


@pytest.mark.parametrize("line", ["listen = 127.0.0.1:5999", "viewer = true", "json = yes"])
def test_stdio_of_vnc_outweighs_a_listener_of_the_configuration(line, pool, bare, home):
    home.configure(f"[default]\nserver = {pool.coordinator.url}\n{line}\n")
    done = bare.run("vnc", "--stdio", "web01", env={"XENCON_PASSWORD": "secret"})
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(b"RFB "), done.stderr


def test_nothing_says_where_to(bare, pool):
    assert_failed(bare.run("web01", env={"XENCON_PASSWORD": "secret"}), 2, "no server is given",
                  "--server", "XENCON_SERVER", pool=pool)


@pytest.mark.parametrize("user", ["DOMAIN\\eve", "eve@corp.test", "DOMAIN\\dömi", "eve with blanks"])
@pytest.mark.parametrize("source", SOURCES)
def test_names_of_a_directory_pass_as_they_are(source, user, pool, bare, sources):
    pool.add_user(user, "secret")
    sources.say("option", "server", pool.coordinator.url)
    sources.say_password("option", "secret")
    sources.say(source, "user", user)
    assert_served(run(bare, sources), pool)
    assert configs.logins(pool) == [(user, "secret")]


@pytest.mark.parametrize("code, status, says", [
    ("HOST_STILL_BOOTING", 3, "start"), ("RBAC_PERMISSION_DENIED", 4, "role"),
    ("SESSION_AUTHORIZATION_FAILED", 4, ""), ("HOST_IS_SLAVE", 1, ""),
])
def test_failures_that_another_password_would_not_mend(code, status, says, pool, make_xencon):
    """On a terminal it asks once, says why, and leaves."""
    pool.faults.add(sim.Fault("rpc", "error", times=None, method="session.login_with_password",
                              code=code, params=["x"]))
    terminal = make_xencon(pool, password=None).terminal("web01")
    terminal.expect("password: ")
    terminal.sendline("secret")
    left = terminal.finish()
    said = terminal.before.decode()
    assert "password: " not in said
    assert ", try again\r\n" not in said
    assert says in said
    assert "secret" not in said
    if code != "HOST_IS_SLAVE":
        assert left == status, said


def test_three_tries_on_a_terminal(pool, make_xencon):
    terminal = make_xencon(pool, password=None).terminal("web01")
    for word in ("one1", "two2", "three3"):
        terminal.expect("password: ")
        terminal.sendline(word)
    assert terminal.finish() == 4
    said = terminal.before.decode()
    assert [password for _, password in configs.logins(pool)] == ["one1", "two2", "three3"]
    assert not any(word in said for word in ("one1", "two2", "three3"))


def test_the_third_try_is_as_good_as_the_first(pool, make_xencon):
    configs.add_source(pool)
    terminal = make_xencon(pool, password=None).terminal("web01")
    for word in ("one1", "two2", "secret"):
        terminal.expect("password: ")
        terminal.sendline(word)
    terminal.expect(HELLO)
    assert terminal.finish() == 0
    harness.eventually(lambda: not pool.sessions, "every session has ended")
