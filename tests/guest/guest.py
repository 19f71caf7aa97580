# SPDX-License-Identifier: ISC
"""A small real Linux in QEMU, whose serial port and VNC server stand behind simulated consoles in end-to-end tests.

    with Guest(paused=True) as guest:
        ...                 # attach to guest.serial_path (bytes, a login prompt) or guest.vnc_path (RFB, a shell on the screen)
        guest.cont()        # now it boots; nothing it prints is missed

On the serial port `root` logs in without a password; the screen has a root shell that is logged in already. What the guest is made of:
`build`, beside this file. A boot under emulation takes a few seconds.

What to know about the two sockets:
- The serial port has one client at a time; a second one connects and then waits until the first has gone. While there is none, what
  the guest prints is lost, as on a real cable. A reboot of the guest does not end the connection, power-off does.
- The VNC server takes any number of clients, without a password.

QEMU is killed when the thread that called start() ends, however it ends, so a guest never outlives its test.
"""

import ctypes
import functools
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile

QEMU = "qemu-system-x86_64"
# Messages on both; the last one is /dev/console. An emulated processor that gets no time for a while makes the kernel take its
# timer for broken, and panic.
KERNEL_ARGUMENTS = "console=tty0 console=ttyS0 no_timer_check"
QMP_TIMEOUT_S = 60

_BARE = ["-nodefaults", "-no-user-config", "-display", "none"]
_ACCEL = {"kvm": ["-accel", "kvm", "-cpu", "host"], "tcg": ["-accel", "tcg", "-cpu", "max"]}

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


class GuestError(Exception):
    """The guest, or QEMU, did not do what was asked."""


class GuestUnavailable(GuestError):
    """This machine lacks something that a guest needs; the message says what."""


@functools.lru_cache(maxsize=None)
def build(directory=None):
    """Returns the folder that holds the guest's kernel and initramfs (None: the user's cache), made first if they are not there."""
    directory = pathlib.Path(directory or _default_directory())
    script = pathlib.Path(__file__).with_name("build")
    made = subprocess.run([script, directory], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if made.returncode != 0:
        raise GuestUnavailable(f"cannot make the guest's kernel and initramfs: {made.stdout.strip()}")
    return directory


def _default_directory():
    cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(cache) / "xencon-tests" / "guest"


@functools.lru_cache(maxsize=None)
def kvm_works():
    """Whether a virtual CPU runs on /dev/kvm. That it opens says little: on a nested host QEMU may hang or abort all the same. So a
    firmware of two instructions is run, whose only act is to end QEMU with a status of its own."""
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return False
    firmware = bytearray(b"\xf4" * 0x10000)  # hlt
    firmware[0xFFF0:0xFFF4] = b"\xb0\x20\xe6\xf4"  # at the reset vector: mov al, 0x20; out 0xf4, al
    with tempfile.NamedTemporaryFile(prefix="xencon-kvm-") as image:
        image.write(firmware)
        image.flush()
        command = [_qemu(), *_BARE, *_ACCEL["kvm"], "-device", "isa-debug-exit,iobase=0xf4", "-bios", image.name]
        try:
            ran = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=10, preexec_fn=_die_with_parent())
        except subprocess.TimeoutExpired:
            return False
    return ran.returncode == 0x20 << 1 | 1  # how isa-debug-exit makes a status of a value


def _qemu():
    path = shutil.which(QEMU)
    if path is None:
        raise GuestUnavailable(f"'{QEMU}' is not in PATH: install it (Debian's package is qemu-system-x86)")
    return path


def _die_with_parent():
    """For preexec_fn: the kernel kills the child when this thread ends, and if it has ended already the child does not begin."""
    parent = os.getpid()

    def in_child():
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return in_child


class Guest:
    """One guest and its QEMU.

    paused: QEMU stands ready with all its sockets, but the guest begins only with cont().
    images: a folder made by build(); None: the one in the user's cache, which is made when it is not there.
    overlay: a cpio archive, by gzip, whose files the guest has besides.
    options: more of QEMU's options.
    vnc: what is added to its VNC server's.
    serial: what QEMU has behind its serial port: a socket, or "pty" as on a Xen host; serial_path is then dom0's end of that.
    kernel: False: it starts as a machine does, from its firmware on and from a disk among the options.

    XENCON_TEST_KVM=1 in the environment lets it run on KVM where that works; otherwise the CPU is emulated. `accel` says which.
    """

    def __init__(self, *, paused=False, images=None, overlay=b"", options=(), vnc="", kernel=True, serial="socket"):
        self._paused = paused
        self._images = images
        self._overlay, self._more, self._vnc = overlay, options, vnc
        self._kernel = kernel
        self._serial = serial
        self._process = None
        self._dir = None
        self.accel = self.serial_path = self.vnc_path = self.qmp_path = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    @property
    def pid(self):
        return self._process.pid

    def start(self):
        """Starts QEMU and returns self once serial_path, vnc_path and qmp_path can be connected to."""
        qemu = _qemu()
        images = build(self._images).resolve()
        self.accel = "kvm" if os.environ.get("XENCON_TEST_KVM") == "1" and kvm_works() else "tcg"

        self._dir = pathlib.Path(tempfile.mkdtemp(prefix="xencon-guest-"))
        self.serial_path, self.vnc_path, self.qmp_path = (str(self._dir / name) for name in ("serial", "vnc", "qmp"))
        try:
            # The kernel unpacks one archive after the other.
            (self._dir / "initrd").write_bytes((images / "initramfs.gz").read_bytes() + self._overlay)
            # QEMU inherits its control socket already listening. So one can connect at once, and is either answered, which QEMU does
            # when all its sockets stand, or cut off, when it has failed.
            with socket.socket(socket.AF_UNIX) as listener, open(self._dir / "log", "wb") as log:
                listener.bind(self.qmp_path)
                listener.listen(16)
                self._process = subprocess.Popen(
                    [qemu, *self._options(images, listener.fileno())],
                    cwd=self._dir, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                    pass_fds=[listener.fileno()], preexec_fn=_die_with_parent(),
                )
            self.qmp("query-status")
            if self._serial == "pty":
                port, = [each for each in self.qmp("query-chardev") if each["label"] == "port"]
                self.serial_path = port["filename"].removeprefix("pty:")
        except BaseException:
            self.stop()
            raise
        return self

    def _options(self, images, qmp_fd):
        # Sockets have relative names (QEMU's folder is ours): a comma or a long path would need special treatment in QEMU's options.
        return [
            *_BARE, *_ACCEL[self.accel], "-name", "web01", "-smp", "1", "-m", "256M", "-vga", "std",
            *(["-kernel", str(images / "vmlinuz"), "-initrd", "initrd", "-append", KERNEL_ARGUMENTS] if self._kernel else []),
            *(["-chardev", "pty,id=port", "-serial", "chardev:port"] if self._serial == "pty"
              else ["-serial", "unix:serial,server=on,wait=off"]),
            "-vnc", f"unix:vnc{self._vnc}",
            "-chardev", f"socket,id=qmp,fd={qmp_fd},server=on,wait=off", "-mon", "chardev=qmp,mode=control",
            *(["-S"] if self._paused else []), *self._more,
        ]

    def qmp(self, command, **arguments):
        """Runs one QMP command and returns its result. The control socket is free again afterwards, for others to use."""
        request = {"execute": command, "arguments": arguments}
        try:
            with socket.socket(socket.AF_UNIX) as control:
                control.settimeout(QMP_TIMEOUT_S)
                control.connect(self.qmp_path)
                with control.makefile("rw", encoding="utf-8") as lines:
                    _answer(lines, {"execute": "qmp_capabilities"})
                    answer = _answer(lines, request)
        except OSError as error:
            raise GuestError(f"qemu did not answer '{command}': {error}{self._last_words()}") from error
        if "error" in answer:
            raise GuestError(f"qemu refused '{command}': {answer['error'].get('desc')}")
        return answer["return"]

    def _last_words(self):
        try:
            said = (self._dir / "log").read_text(errors="replace").strip()
        except OSError:
            return ""
        return f"; it said: {said}" if said else ""

    def cont(self):
        """Lets a paused guest run."""
        self.qmp("cont")

    def screendump(self, path):
        """Writes what the screen shows now to path, as PPM."""
        self.qmp("screendump", filename=os.path.abspath(path))

    def wait(self, timeout_s):
        """Waits until the guest has powered itself off, and returns QEMU's exit status."""
        try:
            return self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise GuestError(f"the guest is still running after {timeout_s} s") from None

    def stop(self):
        """Pulls the plug, and removes all that start() made. Harmless when it never started or has stopped already."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
        if self._dir is not None:
            shutil.rmtree(self._dir, ignore_errors=True)
            self._dir = None


def _answer(lines, request):
    """Sends a QMP request and returns its answer; the greeting and events, which may come before it, are passed over."""
    lines.write(json.dumps(request) + "\n")
    lines.flush()
    for line in lines:
        message = json.loads(line)
        if "return" in message or "error" in message:
            return message
    raise ConnectionError("it closed the connection")
