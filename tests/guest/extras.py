# SPDX-License-Identifier: ISC
"""What a guest can have beside its own small system: programs of this machine, a boot loader.

Pure but for the files that it makes and the programs that make them (ldd, cpio, grub-mkimage).
"""
import gzip
import pathlib
import re
import shutil
import subprocess
import tarfile

import guest as guests

GRUB = pathlib.Path("/usr/lib/grub/i386-pc")
GRUB_FONT = pathlib.Path("/usr/share/grub/unicode.pf2")
# What the boot loader needs to show a menu in a graphics mode, and to start a kernel from an archive on the second disk.
GRUB_MODULES = "biosdisk tar linux normal configfile gfxterm font vbe echo test true memdisk terminal".split()


def _need(path, package):
    if path is None or not pathlib.Path(path).exists():
        raise guests.GuestUnavailable(f"{package} is not installed")
    return str(path)


def overlay(folder, programs=(), files=None):
    """An archive for Guest(overlay=…): programs of this machine with their libraries, and files (text, bytes, or the path of
    one to be copied) by their path in the guest."""
    root = pathlib.Path(folder) / "overlay"
    for program in programs:
        path = _need(shutil.which(program), program)
        linked = subprocess.run(["ldd", path], check=True, capture_output=True, text=True).stdout
        for file in [path, *re.findall(r"(/\S+) \(0x", linked)]:
            _put(root / (f"bin/{program}" if file == path else file.lstrip("/")), pathlib.Path(file))
    for name, what in (files or {}).items():
        _put(root / name, what)
    names = "\n".join(str(path.relative_to(root)) for path in sorted(root.rglob("*")))
    return gzip.compress(subprocess.run(["cpio", "--quiet", "-o", "-H", "newc", "-R", "0:0"], cwd=root, input=names.encode(),
                                        check=True, capture_output=True).stdout)


def _put(path, what):
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(what, pathlib.Path):
        shutil.copy(_need(what, str(what)), path)
    else:
        path.write_bytes(what if isinstance(what, bytes) else what.encode())
    path.chmod(0o755)


def boot_loader(folder, menu, images):
    """QEMU's options for a machine that starts from a disk with GRUB: what it shows is said by `menu`,
    GRUB's configuration; the guest's kernel, its initramfs and a font are on (hd1)."""
    folder = pathlib.Path(folder)
    images = pathlib.Path(images)
    config, memory = folder / "grub.cfg", folder / "memdisk.tar"
    config.write_text(menu)
    with tarfile.open(memory, "w") as archive:
        archive.add(config, "boot/grub/grub.cfg")
    core = folder / "core.img"
    subprocess.run([_need(shutil.which("grub-mkimage"), "grub-common"), "-O", "i386-pc", "-p", "(memdisk)/boot/grub", "-m",
                    memory, "-o", core, *GRUB_MODULES], check=True, capture_output=True)
    # As grub-install leaves them: the first stage in the first sector, and the rest from the next one on.
    disk = folder / "grub.img"
    data = pathlib.Path(_need(GRUB / "boot.img", "grub-pc-bin")).read_bytes() + core.read_bytes()
    disk.write_bytes(data + bytes(-len(data) % (1 << 20)))
    with tarfile.open(folder / "system.tar", "w") as archive:
        for path in (images / "vmlinuz", images / "initramfs.gz", GRUB_FONT):
            archive.add(_need(path, "grub-common"), path.name)
    system = folder / "system.tar"
    system.write_bytes(system.read_bytes() + bytes(-system.stat().st_size % 512))
    return [word for number, path in enumerate((disk, system))
            for word in ("-drive", f"file={path},format=raw,if=ide,index={number},readonly=off,snapshot=on")]
