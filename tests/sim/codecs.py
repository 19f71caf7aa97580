# SPDX-License-Identifier: ISC
"""Calls and answers on the wire: JSON-RPC 2.0 and 1.0, and XML-RPC as the server writes it.

The server's XML has no <string> element: text and integers stand bare in <value>, and the answer
is a struct of Status and Value or ErrorDescription, never an XML-RPC fault. Knows no method.
"""
import json
import xmlrpc.client
from xml.sax.saxutils import escape

from . import records

JSON_TYPE = "application/json"
XML_TYPE = "text/xml"


class Malformed(Exception):
    """The body of a request is not a call."""


class Call:
    """One call: its method and parameters, and how its answer must be written."""

    def __init__(self, method, params, version, ident=None):
        self.method = method
        self.params = params
        self.version = version      # 2 and 1 are the JSON-RPC versions, "xml" is XML-RPC
        self.ident = ident

    def result(self, value):
        if self.version == 2:
            return _json({"jsonrpc": "2.0", "result": value, "id": self.ident})
        if self.version == 1:
            return _json({"result": value, "error": None, "id": self.ident})
        if self.method == "system.listMethods":
            return _xml_answer(_xml_value(value))
        return _xml_answer(_xml_value({"Status": "Success", "Value": value}))

    def failure(self, error):
        if self.version == 2:
            body = {"code": 1, "message": error.code, "data": error.params}
            return _json({"jsonrpc": "2.0", "error": body, "id": self.ident})
        details = [error.code] + error.params
        if self.version == 1:
            return _json({"result": None, "error": details, "id": self.ident})
        return _xml_answer(_xml_value({"Status": "Failure", "ErrorDescription": details}))


def decode_json(body, newest=2):
    """The call in a JSON body; `newest` is the newest version that the server answers in."""
    try:
        call = json.loads(body)
        version = min(newest, 2 if call.get("jsonrpc") == "2.0" else 1)
        return Call(str(call["method"]), list(call["params"]), version, call.get("id"))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Malformed(str(error)) from error


def decode_xml(body):
    try:
        params, method = xmlrpc.client.loads(body)
    except Exception as error:
        # Whatever expat and xmlrpc.client raise for it, it is not a call.
        raise Malformed(str(error)) from error
    if method is None:
        raise Malformed("not a methodCall")
    return Call(method, list(params), "xml")


def _json(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _xml_answer(value):
    return ('<?xml version="1.0"?><methodResponse><params><param>'
            f"{value}</param></params></methodResponse>").encode()


def _xml_value(value):
    return f"<value>{_xml_content(value)}</value>"


def _xml_content(value):
    if isinstance(value, bool):
        return f"<boolean>{int(value)}</boolean>"
    if isinstance(value, float):
        return f"<double>{value}</double>"
    if isinstance(value, records.Date):
        return f"<dateTime.iso8601>{value}</dateTime.iso8601>"
    if isinstance(value, (list, tuple)):
        return "<array><data>" + "".join(map(_xml_value, value)) + "</data></array>"
    if isinstance(value, dict):
        members = (f"<member><name>{escape(name)}</name>{_xml_value(item)}</member>"
                   for name, item in value.items())
        return "<struct>" + "".join(members) + "</struct>"
    return escape(str(value))
