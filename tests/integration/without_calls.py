# SPDX-License-Identifier: ISC
"""Runs a command under a kernel that lacks some system calls: without_calls.py NAME[,NAME…] COMMAND…

A seccomp filter answers each of them with ENOSYS, as an old kernel does, or a container that knows a list of calls. Linux
on x86-64 and ARM64. "later" are all that came after Linux 3.10 but getrandom, whose lack OpenSSL takes, beside a new
kernel, for an attack.
"""
import ctypes
import errno
import os
import platform
import struct
import sys

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
ALLOW, FAIL = 0x7fff0000, 0x00050000 | errno.ENOSYS
LOAD_NUMBER, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06    # BPF_LD|W|ABS, BPF_JMP|JEQ|K, BPF_JMP|JGE|K, BPF_RET|K

NUMBERS = {
    "x86_64": {"mlock": 149, "madvise": 28, "prctl": 157, "setrlimit": 160, "prlimit64": 302, "getrandom": 318,
               "later": 314},
    "aarch64": {"mlock": 228, "madvise": 233, "prctl": 167, "setrlimit": 164, "prlimit64": 261, "getrandom": 278,
                "later": 274},
}[platform.machine()]


def install(names):
    program = [(LOAD_NUMBER, 0, 0, 0)]
    for name in names:
        if name == "later":
            program += [(EQUAL, 2, 0, NUMBERS["getrandom"]), (AT_LEAST, 0, 1, NUMBERS["later"])]
        else:
            program += [(EQUAL, 0, 1, NUMBERS[name])]
        program += [(RETURN, 0, 0, FAIL)]
    program += [(RETURN, 0, 0, ALLOW)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *each) for each in program))
    filter_ = ctypes.create_string_buffer(struct.pack("HP", len(program), ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    for option, *rest in ((PR_SET_NO_NEW_PRIVS, 1, 0), (PR_SET_SECCOMP, SECCOMP_MODE_FILTER,
                                                       ctypes.addressof(filter_))):
        if libc.prctl(option, *(ctypes.c_ulong(value) for value in (*rest, 0, 0))) != 0:
            raise OSError(ctypes.get_errno(), "no seccomp filter")


if __name__ == "__main__":
    install(sys.argv[1].split(","))
    os.execvp(sys.argv[2], sys.argv[2:])
