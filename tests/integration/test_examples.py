# SPDX-License-Identifier: ISC
"""doc/examples: each does what it says, against the simulated pool."""
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import urllib.request

import pexpect
import pytest

import sim

import harness
import jumps
from sim import ports
from sim.rfb import BARS

EXAMPLES = harness.ROOT / "doc" / "examples"

# A getty, a login and a shell, as a guest's console has them.
LOGIN = """
name=
while [ -z "$name" ]; do printf '\\nDebian web01 hvc0\\n\\nweb01 login: '; read -r name; done
stty -echo; printf 'Password: '; read -r password; stty echo; printf '\\n'
[ "$name:$password" = root:sesame ] || { echo 'Login incorrect'; exit; }
PS1='web01:~# ' exec sh -i
"""
INSTALLER = """
clear; printf 'Debian GNU/Linux installer menu (BIOS mode)\\n\\n  Graphical install\\n  Install\\n'
stty -echo -icanon; [ "$(dd bs=1 count=1 2>/dev/null)" = "$(printf '\\033')" ] || exit
stty echo icanon; clear; printf 'boot: '; read -r line
printf '%s\\n' "$line" >"$0"
clear; printf 'Installing the base system\\n'; clear; printf 'Debian web02 tty1\\n\\nweb02 login: '
exec cat
"""


class Examples:
    """Runs them as a user would who has `xencon` in the PATH, and the pool in the configuration."""

    def __init__(self, xencon, folder):
        self.folder = folder
        self.bin = folder / "bin"
        self.bin.mkdir()
        (self.bin / "xencon").symlink_to(pathlib.Path(harness.BINARY).resolve())
        config = folder / ".config" / "xencon" / "config"
        config.parent.mkdir(parents=True)
        config.write_text(f"[default]\ncacert = {xencon.options[-1]}\n")
        self.env = {**xencon.env, "PATH": f"{self.bin}:{os.environ['PATH']}:/usr/sbin", "GUEST_PASSWORD": "sesame",
                    "LANG": "C.UTF-8"}

    def program(self, name, text):
        """A program of the test's own in front of the system's."""
        path = self.bin / name
        path.write_text(text)
        path.chmod(0o755)

    def run(self, name, *words, env=None):
        return subprocess.run([EXAMPLES / name, *map(str, words)], env={**self.env, **(env or {})},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=2 * harness.PATIENCE, check=False)


@pytest.fixture
def examples(xencon, tmp_path):
    return Examples(xencon, tmp_path)


@pytest.fixture
def guest(pool):
    """Its console asks who logs in."""
    pool.add_vm("web01", backend=sim.Shell(argv=["/bin/sh", "-c", LOGIN]))


@pytest.mark.parametrize("name, program, package", [
    ("login.expect", "expect", "expect"), ("login.py", "python3", "python3-pexpect")])
def test_log_in_and_run_a_command(examples, guest, pool, name, program, package):
    jumps.need(program, package)
    done = examples.run(name, "web01", "root", "echo $((6*7)); (exit 3)")
    assert done.returncode == 3, done
    assert re.search(r"^42\r?$", done.stdout, re.M), done.stdout
    assert pool.sessions == {}
    refused = examples.run(name, "web01", "root", "true", env={"GUEST_PASSWORD": "wrong"})
    assert refused.returncode == 1 and "refuses the password" in refused.stderr


def test_uname_of_several(examples, guest, pool):
    names = ["web1", "a name with blanks"]
    for name in names:
        pool.add_vm(name)
    kernel = subprocess.run(["uname", "-a"], capture_output=True, text=True, check=True).stdout.strip()
    done = examples.run("uname-all", *names)
    assert (done.stdout, done.returncode) == ("".join(f"{name}: {kernel}\n" for name in names), 0), done.stderr


def test_uname_of_one_that_does_not_answer(examples, pool):
    pool.add_vm("off", power_state="Halted")
    pool.add_vm("web1")
    done = examples.run("uname-all", "off", "web1")
    assert done.returncode == 1 and "off: no answer" in done.stderr
    assert done.stdout.startswith("web1: Linux ")


def test_a_pane_for_each(examples, pool, tmp_path):
    jumps.need("tmux", "tmux")
    for name in ("web01", "it's web02"):
        pool.add_vm(name)
    env = {**examples.env, "TMUX_TMPDIR": str(tmp_path), "SHELL": "/bin/sh"}
    del env["XENCON_PASSWORD"]
    (tmp_path / "password").write_text("secret\n")
    (tmp_path / "password").chmod(0o600)
    with open(tmp_path / ".config/xencon/config", "a", encoding="utf-8") as config:
        config.write(f"password-file = {tmp_path}/password\n")

    def tmux(*words):
        return subprocess.run(["tmux", *words], env=env, capture_output=True, text=True, check=True).stdout

    subprocess.run([EXAMPLES / "tmux-consoles", "web01", "it's web02"], env=env, check=True,
                   timeout=harness.PATIENCE)
    try:
        panes = tmux("list-panes", "-t", "consoles", "-F", "#{pane_id} #{pane_title}").splitlines()
        assert [pane.partition(" ")[2] for pane in panes] == ["web01", "it's web02"]
        for pane in panes:
            number, _, name = pane.partition(" ")
            harness.eventually(lambda n=number: "attached" in tmux("capture-pane", "-p", "-t", n),
                               f"{name} is attached")
    finally:
        tmux("kill-server")


def test_a_viewer_through_a_hop(examples, pool, tmp_path):
    jumps.need("vncsnapshot", "vncsnapshot")
    pool.add_vm("web02", consoles=("rfb",), domain_type="hvm")
    hop = jumps.Sshd(tmp_path / "hop")
    try:
        ssh = hop.ssh()
        examples.program("ssh", f"#!/bin/sh\nexec {shutil.which('ssh')} {shlex.join(ssh[1:-1])} \"$@\"\n")
        picture = tmp_path / "picture.jpg"
        done = examples.run("vnc-through-hop", "127.0.0.1", "web02",
                            env={"VIEWER": f"vncsnapshot -quiet %h:%d {picture}"})
        assert done.returncode == 0, done.stderr
        assert picture.read_bytes()[:2] == b"\xff\xd8"
        assert "Accepted publickey" in hop.log()
    finally:
        hop.close()


def test_a_recorded_session(examples, pool, tmp_path):
    jumps.need("asciinema", "asciinema")
    pool.add_vm("web 01")
    cast = tmp_path / "session.cast"
    terminal = pexpect.spawn(str(EXAMPLES / "record-session"), ["web 01", str(cast)], env=examples.env,
                             timeout=harness.PATIENCE, dimensions=(24, 100))
    terminal.expect("attached to")
    terminal.send("\recho $((6*7))\r")
    terminal.expect("42")
    terminal.send("\x1d.")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
    head, *events = [json.loads(line) for line in cast.read_text().splitlines()]
    assert head["title"] == "web 01"
    assert "42" in "".join(text for _, kind, text in events if kind == "o")


def test_an_unattended_installation(examples, pool, tmp_path):
    line = tmp_path / "line"
    pool.add_vm("web02", consoles=("rfb",), domain_type="hvm",
                rfb_backend=sim.TextScreen(argv=["/bin/sh", "-c", INSTALLER, str(line)]))
    done = examples.run("install-unattended", "web02", "http://10.0.0.1/preseed.cfg")
    assert (done.stdout, done.returncode) == ("web02 is installed\n", 0), done.stderr
    assert line.read_text() == "auto priority=critical url=http://10.0.0.1/preseed.cfg\n"


class Units:
    """The systemd units, as they would be for the binary that is tested."""

    def __init__(self, home):
        self.folder = home / "units"
        shutil.copytree(EXAMPLES / "systemd", self.folder)
        self.home = home
        for path in self.folder.glob("*.service"):
            path.write_text(path.read_text().replace("/usr/bin/xencon", str(pathlib.Path(harness.BINARY).resolve())))

    def command(self, unit, key, instance=""):
        text = (self.folder / unit).read_text()
        [line] = re.findall(rf"^{key}=(.*)$", text, re.M)
        for sign, value in (("%h", self.home), ("%E", self.home / ".config"), ("%i", instance), ("%I", instance)):
            line = line.replace(sign, str(value))
        assert "%" not in line
        return shlex.split(line)


def test_a_unit_that_keeps_a_log(examples, pool, tmp_path):
    """systemd finds no fault; what it would run keeps a log, and goes on in a new file after a rotation."""
    jumps.need("systemd-analyze", "systemd")
    jumps.need("logrotate", "logrotate")
    units = Units(tmp_path)
    # Its own manager's folders: it need not run for this.
    verified = subprocess.run(
        ["systemd-analyze", "--user", "--man=no", "verify", *(str(units.folder / name) for name in (
            "xencon-log@web01.service", "xencon-rotate.service", "xencon-rotate.timer"))],
        env={**examples.env, "XDG_RUNTIME_DIR": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert (verified.returncode, verified.stderr) == (0, ""), verified
    said = sim.Shell(argv=["/bin/sh", "-c", "while read -r line; do echo \"heard $line\"; done"])
    pool.add_vm("web01", backend=said)
    logs = tmp_path / ".local/state/xencon-log"
    shutil.copy(EXAMPLES / "systemd/logrotate.conf", tmp_path / ".config/xencon/")
    subprocess.run(units.command("xencon-log@.service", "ExecStartPre"), check=True)
    assert logs.stat().st_mode & 0o777 == 0o700
    keeper = subprocess.Popen(units.command("xencon-log@.service", "ExecStart", "web01"), env=examples.env,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    log = logs / "web01.log"

    def say(word):
        with open(said.tty, "wb") as terminal:
            terminal.write(word)

    try:
        harness.eventually(lambda: said.clients, "the unit's command is attached")
        say(b"before\r\n")
        harness.eventually(lambda: log.exists() and b"before" in log.read_bytes(), "the log has it")
        subprocess.run([*units.command("xencon-rotate.service", "ExecStart"), "--force"], env=examples.env,
                       check=True)

        def goes_on():
            """It looks for its file now and then: what is said before that goes into the old one."""
            say(b"after\r\n")
            return log.exists() and b"after" in log.read_bytes()

        harness.eventually(goes_on, "a new log has what came after")
        assert b"before" in (logs / "web01.log.1").read_bytes() and b"before" not in log.read_bytes()
    finally:
        keeper.terminate()
        keeper.wait(harness.PATIENCE)


class Browser:
    """Headless Chromium, driven by the WebDriver protocol."""

    def __init__(self, folder):
        driver = jumps.need("chromedriver", "chromium-driver")
        self._held = ports.Held()
        self.port = self._held.number
        self.process = subprocess.Popen([driver, f"--port={self.port}"], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        harness.eventually(lambda: jumps.listens(self.port), "chromedriver listens")
        options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                   f"--user-data-dir={folder}", "--no-proxy-server"]
        made = self.ask("session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": {"args": options}}}})
        self.session = f"session/{made['sessionId']}"

    def ask(self, path, body, method="POST"):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/{path}", json.dumps(body).encode(),
                                         {"Content-Type": "application/json"}, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=2 * harness.PATIENCE) as reply:
            return json.load(reply)["value"]

    def script(self, text):
        return self.ask(f"{self.session}/execute/sync", {"script": text, "args": []})

    def close(self):
        try:
            self.ask(self.session, {}, "DELETE")
        finally:
            self.process.terminate()
            self.process.wait(harness.PATIENCE)
            self._held.close()


# The middle of each of the picture's bars, as the page's canvas has it.
PIXELS = """const canvas = document.querySelector('canvas');
if (!canvas || canvas.width < 40) return null;
const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, 1).data, seen = [];
for (let x = 20; x < canvas.width; x += 40) seen.push([data[4 * x], data[4 * x + 1], data[4 * x + 2]]);
return seen;"""


@pytest.mark.long
def test_a_browser_as_the_viewer(examples, pool, tmp_path):
    jumps.need("websockify", "websockify")
    pool.add_vm("web02", consoles=("rfb",), domain_type="hvm")
    held = ports.Held()
    port = held.number
    process = subprocess.Popen([EXAMPLES / "viewer-in-browser", "web02"], env={**examples.env, "PORT": str(port)},
                               stdout=subprocess.PIPE, text=True)
    browser = None
    try:
        address = process.stdout.readline().strip()
        assert address.startswith(f"http://127.0.0.1:{port}/vnc.html")
        harness.eventually(lambda: jumps.listens(port), "websockify listens")
        browser = Browser(tmp_path / "browser")
        browser.ask(f"{browser.session}/url", {"url": address})
        bars = [list(bar) for bar in BARS]
        harness.eventually(lambda: browser.script(PIXELS) == bars, "the browser shows the picture")
        # Without the word nobody gets there.
        browser.ask(f"{browser.session}/url", {"url": address[:-4]})
        harness.eventually(lambda: browser.script(
            "return document.querySelector('#noVNC_status').textContent").strip(), "the page says something")
        assert browser.script(PIXELS) != bars
    finally:
        if browser:
            browser.close()
        process.terminate()
        process.wait(harness.PATIENCE)
        held.close()
        process.stdout.close()


def test_each_is_tried_here():
    text = pathlib.Path(__file__).read_text(encoding="utf-8")
    files = [path for path in EXAMPLES.rglob("*") if path.is_file()]
    assert len(files) >= 9
    assert [path.name for path in files if path.name not in text.replace('systemd/', '')] == []
