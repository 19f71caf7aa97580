# SPDX-License-Identifier: ISC
"""What a guest needs to have an X desktop: Debian's X server with its driver for frame buffers, and programs that draw.

The server's packages are downloaded and unpacked, never installed: no X server of this machine's own comes of it. Libraries and the
programs that draw are this machine's.
"""
import fcntl
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import guest as guests

PACKAGES = ["xserver-xorg-core", "xserver-xorg-video-fbdev", "libxcvt0"]
MODULES = ["drivers/fbdev_drv.so", "libfbdevhw.so", "libshadow.so"]
PROGRAMS = ["xclock", "xdpyinfo", "xeyes", "xlogo", "xsetroot"]
KEYBOARD = pathlib.Path("/usr/share/X11/xkb")
# The guest has no udev, and its keys are not of interest here. A driver that looks at the adapter itself would need more of the
# kernel than the guest has.
CONFIGURATION = """
Section "ServerFlags"
    Option "AutoAddDevices" "false"
    Option "AutoEnableDevices" "false"
    Option "AutoAddGPU" "false"
    Option "BlankTime" "0"
EndSection
Section "Device"
    Identifier "adapter"
    Driver "fbdev"
    Option "fbdev" "/dev/fb0"
EndSection
"""
# On a terminal of its own, as on any machine, so that the shell's can be looked at as well.
START = """#!/bin/sh
mkdir -p /var/log /var/lib/xkb /tmp/.X11-unix
exec /usr/lib/xorg/Xorg :0 vt7 -noreset -nolisten tcp -config /etc/xorg.conf -logfile /var/log/xorg >/dev/null 2>&1
"""


def files():
    """The files of a desktop by their path in the guest, as extras.overlay takes them; `sh /desktop` starts the server there."""
    root = _unpacked()
    library = root / "usr/lib/xorg"
    found = {"desktop": START, "etc/xorg.conf": CONFIGURATION, "usr/bin/xkbcomp": _program("xkbcomp"),
             "usr/lib/xorg/Xorg": library / "Xorg"}
    for name in MODULES:
        found[f"usr/lib/xorg/modules/{name}"] = library / "modules" / name
    for name in PROGRAMS:
        found[f"bin/{name}"] = _program(name)
    for path in list(found.values()):
        if isinstance(path, pathlib.Path):
            found |= _libraries(path, root)
    found |= {str(path)[1:]: path for path in KEYBOARD.rglob("*") if path.is_file()}
    return found


def _program(name):
    path = shutil.which(name)
    if path is None:
        raise guests.GuestUnavailable(f"{name} is not installed (Debian's packages are x11-apps, x11-utils, x11-xkb-utils and "
                                      "x11-xserver-utils)")
    return pathlib.Path(path)


def _libraries(path, root):
    """What a program or a module is linked with: found in the unpacked packages, else on this machine."""
    unpacked = root / "usr/lib/x86_64-linux-gnu"
    linked = subprocess.run(["ldd", path], check=True, capture_output=True, text=True,
                            env={**os.environ, "LD_LIBRARY_PATH": str(unpacked)}).stdout
    if missing := re.findall(r"(\S+) => not found", linked):
        raise guests.GuestUnavailable(f"{path.name} needs {missing}, which this machine has not")
    return {file.removeprefix(str(root)).lstrip("/"): pathlib.Path(file) for file in re.findall(r"(/\S+) \(0x", linked)}


def _unpacked():
    """The folder with the server's packages unpacked; made once, by whoever comes first. To be removed for newer ones."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "xencon-tests"
    cache.mkdir(parents=True, exist_ok=True)
    made = cache / "desktop"
    with open(cache / "desktop.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            with tempfile.TemporaryDirectory(dir=cache) as work:
                _unpack(pathlib.Path(work))
                (pathlib.Path(work) / "root").rename(made)
    return made


def _unpack(work):
    got = subprocess.run(["apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download", *PACKAGES], cwd=work, check=False,
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if got.returncode != 0:
        raise guests.GuestUnavailable(f"cannot download {PACKAGES}: {got.stdout.strip()}")
    for package in work.glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", package, work / "root"], check=True)
