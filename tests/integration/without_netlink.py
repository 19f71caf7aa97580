# SPDX-License-Identifier: ISC
"""Runs a command that cannot have netlink sockets, as on a system that does not offer them.

A seccomp filter makes socket(AF_NETLINK, …) fail with EACCES. Linux on x86-64 and ARM64.
"""
import ctypes
import errno
import os
import platform
import struct
import sys

PR_SET_NO_NEW_PRIVS = 38
PR_SET_SECCOMP = 22
SECCOMP_MODE_FILTER = 2
SECCOMP_RET_ALLOW = 0x7fff0000
SECCOMP_RET_ERRNO = 0x00050000

LOAD_WORD = 0x20                     # BPF_LD | BPF_W | BPF_ABS
JUMP_EQUAL = 0x15                    # BPF_JMP | BPF_JEQ | BPF_K
RETURN = 0x06                        # BPF_RET | BPF_K
CALL_NUMBER, FIRST_ARGUMENT = 0, 16  # offsets in struct seccomp_data

SOCKET = {"x86_64": 41, "aarch64": 198}
AF_NETLINK = 16


def install():
    program = [
        (LOAD_WORD, 0, 0, CALL_NUMBER),
        (JUMP_EQUAL, 0, 3, SOCKET[platform.machine()]),
        (LOAD_WORD, 0, 0, FIRST_ARGUMENT),
        (JUMP_EQUAL, 0, 1, AF_NETLINK),
        (RETURN, 0, 0, SECCOMP_RET_ERRNO | errno.EACCES),
        (RETURN, 0, 0, SECCOMP_RET_ALLOW),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *each) for each in program))
    filter_ = ctypes.create_string_buffer(struct.pack("HP", len(program), ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    for option, *rest in ((PR_SET_NO_NEW_PRIVS, 1, 0), (PR_SET_SECCOMP, SECCOMP_MODE_FILTER,
                                                       ctypes.addressof(filter_))):
        arguments = [ctypes.c_ulong(value) for value in (*rest, 0, 0)]
        if libc.prctl(option, *arguments) != 0:
            raise OSError(ctypes.get_errno(), "no seccomp filter")


if __name__ == "__main__":
    install()
    os.execvp(sys.argv[1], sys.argv[1:])
