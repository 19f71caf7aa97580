# SPDX-License-Identifier: ISC
"""A name server on loopback. It has to have port 53, since resolv.conf names no other.

Owns its sockets and a thread for each; knows what `zone` says and nothing else. ALWAYS TRUE: every question is noted
before it is answered, so what was asked is known once the answer has been used.
"""
import ipaddress
import socket
import struct
import threading

A, CNAME, AAAA = 1, 5, 28
PORT = 53
FINE, NO_SUCH_NAME = 0x8580, 0x8583
TRUNCATED = 0x0200


def labels(name):
    return b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"


class Resolver:
    """`zone` says for each name its addresses, or the one name that it is an alias of. Names in `long` have an answer
    that fits no datagram. With `silent` it hears and says nothing."""

    def __init__(self, zone, long=(), silent=False, addresses=("127.0.0.1",)):
        self._zone, self._long, self._silent = zone, long, silent
        self.asked = []        # (address of ours, "udp" or "tcp", name)
        self._sockets = []
        for address in addresses:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            datagrams, streams = socket.socket(family, socket.SOCK_DGRAM), socket.socket(family, socket.SOCK_STREAM)
            streams.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            for each in (datagrams, streams):
                each.bind((address, PORT))
                self._sockets.append(each)
            streams.listen(8)
            threading.Thread(target=self._serve_datagrams, args=(datagrams, address), daemon=True).start()
            threading.Thread(target=self._serve_streams, args=(streams, address), daemon=True).start()

    def names(self):
        """What was asked for, each name once, in order."""
        return list(dict.fromkeys(name for _, _, name in self.asked))

    def close(self):
        for each in self._sockets:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # of datagrams it wakes who reads, and says that nothing is connected
            each.close()

    def _serve_datagrams(self, listener, address):
        try:
            while True:
                query, peer = listener.recvfrom(4096)
                answer = self._answer(query, address, "udp") if query else b""
                if answer and not self._silent:
                    listener.sendto(answer, peer)
                if not query:
                    return
        except OSError:
            return  # closed

    def _serve_streams(self, listener, address):
        try:
            while True:
                with listener.accept()[0] as peer, peer.makefile("rb") as stream:
                    while length := stream.read(2):
                        answer = self._answer(stream.read(*struct.unpack(">H", length)), address, "tcp")
                        if not self._silent:
                            peer.sendall(struct.pack(">H", len(answer)) + answer)
        except OSError:
            return

    def _answer(self, query, address, carrier):
        end = query.index(b"\0", 12) + 5
        question = query[12:end]
        name = self._name(question[:-4])
        kind = struct.unpack(">H", question[-4:-2])[0]
        self.asked.append((address, carrier, name))
        records, known = self._records(name, kind)
        if name in self._long and carrier == "udp":
            return query[:2] + struct.pack(">HHHHH", FINE | TRUNCATED, 1, 0, 0, 0) + question
        head = query[:2] + struct.pack(">HHHHH", FINE if known else NO_SUCH_NAME, 1, len(records), 0, 0)
        return head + question + b"".join(records)

    @staticmethod
    def _name(raw):
        parts, at = [], 0
        while raw[at]:
            parts.append(raw[at + 1:at + 1 + raw[at]].decode().lower())
            at += 1 + raw[at]
        return ".".join(parts)

    def _records(self, name, kind):
        """The records that answer a question, and whether there is such a name at all."""
        owner, records = name, []
        while isinstance(self._zone.get(owner), str):
            target = self._zone[owner]
            records.append(self._record(owner, CNAME, labels(target)))
            owner = target
        for text in self._zone.get(owner, ()):
            address = ipaddress.ip_address(text)
            if kind == (A if address.version == 4 else AAAA):
                records.append(self._record(owner, kind, address.packed))
        return records, owner in self._zone

    @staticmethod
    def _record(owner, kind, data):
        return labels(owner) + struct.pack(">HHIH", kind, 1, 60, len(data)) + data
