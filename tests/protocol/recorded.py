# SPDX-License-Identifier: ISC
"""The exchanges that were recorded on a real pool."""
import json
import pathlib

WIRE = pathlib.Path(__file__).resolve().parents[1] / "data" / "wire"
RPC = json.loads((WIRE / "rpc.json").read_text())
CONNECT = json.loads((WIRE / "connect.json").read_text())
POOL = json.loads((WIRE / "pool.json").read_text())

SESSION = "OpaqueRef:f3762597-6eeb-c37d-25c5-e3a7d8ddf88e"
VM = ("OpaqueRef:1686bc90-2984-836e-37f7-cada4fba43d3", "ef3a6782-38cd-56a1-5029-0ffe9ec78b30")
RFB = ("OpaqueRef:b3897d45-0ec9-830c-b07c-04fbd966c86a", "99819d95-054c-f90e-dd71-0214650e37d8")
TEXT = ("OpaqueRef:787ffdc8-c6b0-23df-7f0a-16acfdebe6c0", "614187d9-aad9-4d62-8d54-f3c98d9e6177")


def name(exchange):
    """A short name of an exchange, for test ids."""
    words = exchange.get("case") or f"{exchange['call']} {exchange.get('note', '')}"
    return words.strip()


def translation(vm, session):
    """What to put for the identifiers of the recorded VM: those of one in the simulated pool."""
    pairs = {SESSION: session}
    for recorded, actual in ((VM, vm), (RFB, vm.console("rfb")), (TEXT, vm.console("vt100"))):
        pairs[recorded[0]], pairs[recorded[1]] = actual.ref, actual.uuid
    return pairs


def translate(text, pairs):
    for recorded, actual in pairs.items():
        text = text.replace(recorded, actual)
    return text
