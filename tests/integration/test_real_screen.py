# SPDX-License-Identifier: ISC
"""Real guests' screens in a terminal: QEMU behind the simulated pool, xencon in tmux, and what tmux shows held against what
the guest's kernel itself has on that terminal (/dev/vcs)."""
import gzip
import os
import pathlib
import re
import sys

import pytest

import harness
import screens
import sim
from outcome import assert_logged_out

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "guest")]

import cable  # noqa: E402
import extras  # noqa: E402
from guest import Guest, GuestUnavailable, build  # noqa: E402

pytestmark = pytest.mark.long

FONTS = pathlib.Path("/usr/share/consolefonts")
OVMF = pathlib.Path("/usr/share/ovmf/OVMF.fd")
TERMINFO = pathlib.Path("/lib/terminfo/l/linux")
PROMPT = "root@web01:/root#"
CHARACTERS = pathlib.Path("/usr/lib/locale/C.utf8/LC_CTYPE")
QUIT = "\x1d."
MENU = """
terminal_output console
echo 'in text'
loadfont (hd1)/unicode.pf2
set gfxmode=800x600
set gfxpayload=text
terminal_output gfxterm
set timeout=-1
menuentry 'nothing at all' { true }
menuentry 'xencon test guest' {
    linux (hd1)/vmlinuz console=tty0 console=ttyS0 no_timer_check
    initrd (hd1)/initramfs.gz
}
"""
TEXT = """Français : « Voix ambiguë d'un cœur », Zwölf Boxkämpfer – ÄÖÜ ß €
┌──────────┬──────────┐ £12.50 isn't "cheap" ~^`
│ sda1     │  512 MiB │ ░░▒▒▓▓ ¿Qué tal, señor?
└──────────┴──────────┘ if (x[i] != y->z && *p++ == '{')
"""
DIALOG = """LC_CTYPE=C.UTF-8 whiptail --title 'Größe' --menu 'Choose a disk' 15 60 4 1 sda 2 'sdb, été' 3 sdc 2>/chosen
echo chosen
"""
CYRILLIC = "Русский: Съешь же ещё этих мягких французских булок, да выпей чаю.\n"


@pytest.fixture(scope="module")
def images():
    try:
        return build()
    except GuestUnavailable as error:
        assert not os.environ.get("XENCON_REQUIRE_ALL"), error
        pytest.skip(str(error))


@pytest.fixture
def screen(xencon, tmp_path):
    made = screens.Screen(xencon, tmp_path)
    made.resize(25, 80)
    yield made
    made.stop()


class Machine:
    """A guest, its serial port, and xencon at its screen in a terminal."""

    def __init__(self, pool, screen, guest):
        self.guest, self.screen = guest, screen
        self.cable = cable.Cable(guest.serial_path)
        pool.add_vm("web02", consoles=("rfb",), domain_type="hvm", rfb_backend=sim.Socket(guest.vnc_path))

    def attach(self):
        self.screen.type("COLORTERM=truecolor xencon screen web02\r")
        self.screen.wait_for(lambda: self.screen.mode("alternate_on") == [1], "it is attached")

    def log_in(self):
        self.cable.login()
        # The terminal's shell may be up later than that.
        self.see(PROMPT)

    def see(self, text):
        self.screen.wait_for(lambda: any(text in line for line in self.screen.lines()), f"{text!r} is shown")

    def same(self, *wanted):
        """Waits until the terminal shows what the guest's kernel has there, the cursor too, with these rows among it; gives
        all rows. xencon's own message on the bottom row is gone by then."""
        def alike():
            lines, cursor = self.cable.screen()
            while lines and not lines[-1]:
                lines.pop()
            found[:] = [lines, cursor]
            *at, shown = self.screen.mode("cursor_y", "cursor_x", "cursor_flag")
            return set(wanted) <= set(lines) and lines == [line.rstrip() for line in self.screen.lines()] \
                and (tuple(at) == cursor or not shown) and lines
        found = []
        try:
            return harness.eventually(alike, f"the terminal shows what the guest has, {wanted} too")
        except AssertionError as error:
            raise AssertionError("\n".join([str(error), "the guest has:", *found[0], str(found[1]), "the terminal shows:",
                                            *self.screen.lines(), *self.screen.show("cursor_y", "cursor_x")])) from None

    def stop(self):
        self.cable.close()
        self.guest.stop()


@pytest.fixture
def machine(pool, screen, images):
    """Makes a guest that runs, with xencon attached before it does."""
    made = []

    def make(**arguments):
        try:
            made.append(Machine(pool, screen, Guest(paused=True, **arguments).start()))
        except GuestUnavailable as error:
            assert not os.environ.get("XENCON_REQUIRE_ALL"), error
            pytest.skip(str(error))
        made[-1].attach()
        made[-1].guest.cont()
        return made[-1]

    yield make
    for one in made:
        one.stop()


def extra(make, *arguments):
    try:
        return make(*arguments)
    except GuestUnavailable as error:
        assert not os.environ.get("XENCON_REQUIRE_ALL"), error
        pytest.skip(str(error))


def leave(machine, pool):
    machine.screen.type(QUIT)
    machine.screen.wait_for(lambda: machine.screen.lines()[-1] == "ready$", "the prompt is back")
    assert machine.screen.mode("alternate_on", "cursor_flag", "wrap_flag") == [0, 1, 1]
    assert_logged_out(pool)


def test_firmware_boot_loader_kernel_and_shell(machine, images, pool, tmp_path):
    """One attachment over all that a machine shows from the first moment on: three sizes of its screen."""
    options = extra(extras.boot_loader, tmp_path, MENU, images)
    # The firmware's own menu is there for a while.
    made = machine(kernel=False, options=[*options, "-boot", "menu=on,splash-time=2000"])
    made.see("SeaBIOS (version ")
    made.see("Press ESC for boot menu")
    made.see("GNU GRUB  version 2")
    made.screen.resize(40, 100)
    made.see("*nothing at all")
    assert any("┌" in line and "┐" in line for line in made.screen.lines())
    made.screen.type("\x1b[B")
    made.see("*xencon test guest")
    made.screen.type("\r")
    made.see("] ")
    made.screen.resize(25, 80)
    made.log_in()
    assert any(re.match(r"\[ +\d+\.\d+\] ", line) for line in made.same()), "the kernel's messages are read"
    leave(made, pool)
    assert any(PROMPT in line for line in made.screen.lines("-S", "-")), "the last text stays above the prompt"


def test_a_shell_and_vi(machine, pool):
    made = machine()
    made.log_in()
    screen = made.screen
    screen.type("clear; echo $((6*7)) \"a'b\" | tr a-z A-Z\r")
    made.same("42 A'B")
    screen.type("vi note\r")
    made.see("- note 1/1 100%")
    screen.type("ifirst line\rsecond\x1b")
    made.see("- note [Modified] 2/2 100%")
    shown = made.same()
    assert shown[:3] == ["first line", "second", "~"]
    screen.type(":wq\r")
    made.see(PROMPT)
    made.same(PROMPT)
    screen.type("cat note; seq 200 220\r")
    made.same("first line", "second", "220")
    assert made.cable.run("cat /root/note") == "first line\nsecond\n"
    leave(made, pool)


def test_dialogs_of_an_installer(machine, pool, tmp_path):
    files = {"lib/terminfo/l/linux": TERMINFO, "ask": DIALOG, str(CHARACTERS)[1:]: CHARACTERS}
    made = machine(overlay=extra(extras.overlay, tmp_path, ["whiptail"], files))
    made.log_in()
    made.screen.type("sh /ask\r")
    made.see("<Cancel>")
    shown = made.same()
    assert any("┌" in line and "Größe" in line and "┐" in line for line in shown), shown
    colours = "\n".join(made.screen.lines("-e"))
    assert "48;2;0;0;168" in colours and "48;2;168;0;0" in colours, "blue around, red where one is"
    made.screen.type("\x1b[B\t\r")
    made.same("chosen")
    assert made.cable.run("cat /chosen") == "2"
    leave(made, pool)


def test_text_in_other_fonts(machine, pool, tmp_path):
    """UTF-8 text in the adapter's own font, then in others that are loaded while xencon looks."""
    files = {"text": TEXT, "cyrillic": CYRILLIC}
    names = ["Lat15-Fixed16.psf.gz", "Lat15-TerminusBold16.psf.gz", "Uni2-Terminus16.psf.gz", "Cyr_a8x14.psf.gz"]
    names = [name for name in names if (FONTS / name).exists()]
    assert len(names) >= 3 or not os.environ.get("XENCON_REQUIRE_ALL")
    files |= {f"fonts/{name.removesuffix('.gz')}": gzip.decompress((FONTS / name).read_bytes()) for name in names}
    made = machine(overlay=extra(extras.overlay, tmp_path, ["setfont"], files))
    made.log_in()
    made.screen.type("clear; cat /text\r")
    made.see("512 MiB")
    # What the adapter's font lacks (œ, –, €) is drawn as something else: the boxes and Latin-1 letters are there.
    made.see("┌──────────┬──────────┐ £12.50")
    made.see("Zwölf Boxkämpfer")
    for name in names:
        made.screen.type(f"setfont /fonts/{name.removesuffix('.gz')}; clear; cat /text\r")
        made.see("£12.50 isn't" if "Cyr" not in name else "isn't")
        if name.startswith("Lat15-Fixed"):
            made.same(*TEXT.split("\n")[1:4])
        if name.startswith("Uni2"):
            made.screen.type("clear; cat /cyrillic\r")
            made.same(CYRILLIC.strip())
    leave(made, pool)


def test_a_frame_buffer_of_1024x768(machine, pool, tmp_path):
    """UEFI's firmware, and then the kernel's console on its frame buffer, 128 columns wide; fonts of other sizes there."""
    if not OVMF.exists():
        assert not os.environ.get("XENCON_REQUIRE_ALL")
        pytest.skip("no OVMF (Debian's package is ovmf)")
    name = "Lat15-TerminusBold32x16.psf.gz"
    files = {"text": TEXT, "font": gzip.decompress((FONTS / name).read_bytes())}
    made = machine(overlay=extra(extras.overlay, tmp_path, ["setfont"], files),
                   options=["-bios", str(OVMF), "-vga", "none", "-device", "VGA,xres=1024,yres=768"])
    made.screen.resize(48, 128)
    made.log_in()
    assert len(made.same()) > 5
    made.screen.type("\x1dsclear; stty size; seq 1000\r")
    made.see("1024x768: 128x48 cells of 8x16")
    made.screen.type("\x1ds")
    assert made.same("999", "1000", PROMPT)[-2:] == ["1000", PROMPT]
    made.screen.type("setfont /font; clear; cat /text\r")
    made.see("£12.50 isn't")
    made.see("│ sda1     │  512 MiB │")
    made.screen.resize(24, 64)
    made.see("│ sda1     │  512 MiB │")
    leave(made, pool)


def test_a_panic_stays_to_be_read(machine, pool):
    made = machine()
    made.log_in()
    made.cable.send("echo c > /proc/sysrq-trigger\r")
    made.see("Kernel panic - not syncing: sysrq triggered crash")
    # An emulated machine takes a second for each line of what follows.
    made.see("Call Trace:")
    leave(made, pool)
    assert any("Kernel panic - not syncing" in line for line in made.screen.lines("-S", "-"))
