#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Logs in on the text console of a VM, runs a command, and prints what that prints.

  GUEST_PASSWORD=... login.py VM USER COMMAND
"""
import os
import sys

import pexpect

ENTER, ESCAPE = "\r", "\x1d"


def main(vm, user, command):
    console = pexpect.spawn("xencon", [vm], timeout=60, encoding="utf-8", dimensions=(24, 200))
    console.expect("attached to")
    console.send(ENTER)  # a console does not say by itself where it is
    console.expect("login: $")
    console.send(user + ENTER)
    console.expect("Password: ")
    console.send(os.environ["GUEST_PASSWORD"] + ENTER)
    if console.expect(["[#$] $", "incorrect"]) == 1:
        sys.exit("login.py: the guest refuses the password")
    # The guest repeats what is typed; quotes keep that from looking like the marks themselves.
    console.send(f"echo '='begin; {command}; echo '='$?=" + ENTER)
    console.expect(r"\n=begin\r\n(.*?)=(\d+)=\r")
    output, status = console.match.group(1), int(console.match.group(2))
    print(output.replace("\r\n", "\n"), end="")
    console.send("exit" + ENTER)
    console.expect("login: $")
    console.send(ESCAPE + ".")
    console.expect(pexpect.EOF)
    console.close()
    return status


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
