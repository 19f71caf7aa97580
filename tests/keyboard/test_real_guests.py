# SPDX-License-Identifier: ISC
"""What is typed comes out as what was typed: a real Linux with its keyboard's layout loaded, on QEMU with and without
a keymap, and every character of the layout."""
import gzip
import os
import re
import select
import shutil
import subprocess

import pytest

import built
import cable
import guest as guests

pytestmark = pytest.mark.long

LIMIT_S = float(os.environ.get("PATIENCE", 120))

LAYOUTS = ["us", "gb", "de", "fr"]
# How QEMU is started, and what the VM's platform:keymap says then. XenServer's has no lock-key-sync.
SERVERS = {"none": ([], "", "-"), "none-xenserver": ([], ",lock-key-sync=off", "-"),
           "en-us": (["-k", "en-us"], ",lock-key-sync=off", "en-us"), "en-us-sync": (["-k", "en-us"], "", "en-us"),
           "de": (["-k", "de"], ",lock-key-sync=off", "de")}


def need(held, what):
    """Skips where something is not installed, unless all is to be there."""
    if not held:
        assert not os.environ.get("XENCON_REQUIRE_ALL"), what
        pytest.skip(what)


@pytest.fixture(scope="module")
def overlay(tmp_path_factory):
    """loadkeys with its libraries, and the layouts as Debian's console-setup makes them of xkb's."""
    need(shutil.which("ckbcomp"), "no ckbcomp (console-setup)")
    need(shutil.which("loadkeys"), "no loadkeys (kbd)")
    try:
        guests.build()
    except guests.GuestUnavailable as error:
        need(False, str(error))
    root = tmp_path_factory.mktemp("overlay")
    loadkeys = shutil.which("loadkeys")
    linked = subprocess.run(["ldd", loadkeys], check=True, capture_output=True, text=True).stdout
    for file in [loadkeys, *re.findall(r"(/\S+) \(0x", linked)]:
        copy = root / ("bin/loadkeys" if file == loadkeys else file.lstrip("/"))
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, copy)
        copy.chmod(0o755)
    for layout in LAYOUTS:
        made = subprocess.run(["ckbcomp", "-model", "pc105", "-layout", layout], check=True, capture_output=True).stdout
        (root / f"{layout}.kmap").write_bytes(made)
    # What comes in on the second terminal goes out on the serial port, byte for byte.
    (root / "echo").write_text("stty raw -echo; stty raw </dev/ttyS0; echo listening >/dev/ttyS0; exec cat >/dev/ttyS0\n")
    names = "\n".join(str(path.relative_to(root)) for path in sorted(root.rglob("*")))
    archive = subprocess.run(["cpio", "--quiet", "-o", "-H", "newc", "-R", "0:0"], cwd=root, input=names.encode(),
                             check=True, capture_output=True).stdout
    return gzip.compress(archive)


# The kernel's table of accents does not have the ring: it gives a star and the letter.
CONSOLE_LACKS = "\u00c5\u00e5"


class Press:
    """The program `press`."""

    def __init__(self, path, layout, keymap):
        self._process = subprocess.Popen([built.program("keyboard/press"), path, layout, keymap], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True, bufsize=1)
        self.ready = self._line().split()

    def _line(self):
        assert select.select([self._process.stdout], [], [], LIMIT_S)[0], "press says nothing"
        return self._process.stdout.readline().strip()

    def tell(self, line):
        self._process.stdin.write(line + "\n")
        return self._line()

    def stop(self):
        self._process.stdin.close()
        assert self._process.wait(LIMIT_S) == 0
        self._process.stdout.close()


class Machine:
    """A guest with a shell on the serial port and a layout, and somebody who types on its keyboard."""

    def __init__(self, overlay, layout, server):
        options, vnc, keymap = SERVERS[server]
        self.guest = guests.Guest(paused=True, overlay=overlay, options=options, vnc=vnc).start()
        self.serial = cable.Wire(self.guest.serial_path)
        self.guest.cont()
        self.serial.read_until(b"web01 login: ")
        self.serial.send("root\r")
        self.serial.read_until(b"root@web01:/root# ")
        self.serial.send(f"loadkeys -q -u -C /dev/tty1 /{layout}.kmap && echo lo''aded\r")
        self.serial.read_until(b"loaded\r\n")
        self.press = Press(self.guest.vnc_path, layout, keymap)

    def listen(self):
        """From here on what is typed comes out of the serial port."""
        self.serial.send("openvt -c 2 -s -- sh /echo\r")
        self.serial.read_until(b"listening\n")

    def type(self, command, expected):
        """Types, and gives what came out; as many bytes as are expected, so that none is waited for in vain."""
        assert self.press.tell(command) == "done", command
        return self.serial.take(len(expected))

    def stop(self):
        self.press.stop()
        self.serial.close()
        self.guest.stop()


@pytest.fixture
def make_machine(overlay):
    machines = []

    def make(layout, server):
        machines.append(Machine(overlay, layout, server))
        return machines[-1]

    yield make
    for machine in machines:
        machine.stop()


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_character(make_machine, layout, server):
    machine = make_machine(layout, server)
    characters = [chr(int(code, 16)) for code in machine.press.tell("list").split()]
    characters = [character for character in characters if character not in CONSOLE_LACKS]
    assert len(characters) >= 95 and set(map(chr, range(0x20, 0x7f))) <= set(characters)
    machine.listen()
    wrong = {}
    for character in characters:
        came = machine.type(f"type {ord(character):x}", character.encode())
        if came != character.encode():
            wrong[character] = came
    assert wrong == {}


@pytest.mark.parametrize("server", ["none", "de"])
def test_keys(make_machine, server):
    """Keys that are no characters, as the Linux console tells them; and commands."""
    machine = make_machine("de", server)
    machine.listen()
    expected = {f"f{number}": f"\x1b[[{'ABCDE'[number - 1]}" for number in range(1, 6)}
    expected |= {f"f{number}": f"\x1b[{code}~" for number, code in zip(range(6, 13), (17, 18, 19, 20, 21, 23, 24))}
    expected |= {"up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D", "home": "\x1b[1~",
                 "insert": "\x1b[2~", "del": "\x1b[3~", "end": "\x1b[4~", "pageup": "\x1b[5~", "pagedown": "\x1b[6~",
                 "enter": "\r", "kpenter": "\r", "tab": "\t", "esc": "\x1b", "backspace": "\x7f", "space": " ",
                 "ctrl-c": "\x03", "ctrl-z": "\x1a", "alt-x": "\x1bx", "a,B,c": "aBc"}
    came = {name: machine.type(f"keys {name}", text).decode() for name, text in expected.items()}
    assert came == expected


@pytest.mark.parametrize("server", ["none", "en-us"])
def test_another_terminal_and_a_restart(make_machine, server):
    """Alt-F2 goes to another of the kernel's terminals, Ctrl-Alt-Del restarts."""
    machine = make_machine("de", server)
    # The kernel goes to no terminal that nobody has opened.
    machine.serial.send("openvt -c 2 -- sleep 9999; echo op''ened\r")
    machine.serial.read_until(b"opened\r\n")
    machine.press.tell("keys alt-f2")
    machine.serial.send("until grep -q tty2 /sys/class/tty/tty0/active; do sleep 0.1; done; echo chan''ged\r")
    machine.serial.read_until(b"changed\r\n")
    machine.press.tell("keys ctrl-alt-del")
    machine.serial.read_until(b"] Linux version ")
