# SPDX-License-Identifier: ISC
"""A name server on loopback that knows one name. It has to have port 53, since resolv.conf names no other."""
import socket
import struct
import threading

A = 1


class Resolver:
    """Answers A questions for `name`; everything else does not exist, AAAA of the name has no records."""

    def __init__(self, name, address):
        self._name = b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"
        self._address = socket.inet_aton(address)
        self.asked = 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 53))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            query, peer = self._socket.recvfrom(4096)
            self._socket.sendto(self._answer(query), peer)

    def _answer(self, query):
        end = query.index(b"\0", 12) + 5
        question = query[12:end]
        known = question[:-4].lower() == self._name
        found = known and struct.unpack(">H", question[-4:-2])[0] == A
        self.asked += found
        head = query[:2] + struct.pack(">HHHHH", 0x8580 if known else 0x8583, 1, int(found), 0, 0)
        record = b"\xc0\x0c" + struct.pack(">HHIH", A, 1, 60, 4) + self._address
        return head + question + (record if found else b"")
