# SPDX-License-Identifier: ISC
"""The query language of get_all_records_where: parsing and evaluation.

    expr  := value "=" value | expr and expr | expr or expr | not expr | true | false | ( expr )
    value := "literal" | field "column"

`and` and `or` bind alike, from the left; `not` takes all that follows it. Quoted text ends at the
next quote: there is no escape, so text with a quote in it cannot be written. Columns have their
namespace set off by two underscores (name__label), unlike the fields of the records on the wire.
Never looks at a database: it gets one record at a time.
"""
import re

_TOKEN = re.compile(r'[ \t\n]*(?:(true|false|field|and|or|not|[=()])|"([^"]*)"|($))')
_NAMESPACES = ("name", "memory", "VCPUs", "actions", "PV", "HVM", "API_version")


class Malformed(Exception):
    """The query is not in the language; the text is the server's own for it."""


class MissingField(Exception):
    """The query names a column that the table does not have."""


def parse(text):
    """The query as a function from a record to true or false."""
    parser = _Parser(_tokens(text))
    expression = parser.expression()
    if parser.next() != "":
        raise Malformed("Stdlib.Parsing.Parse_error")
    return expression


def column(field):
    """The column that holds a record's field: name_label is in name__label."""
    for namespace in _NAMESPACES:
        if field.startswith(namespace + "_"):
            return namespace + "__" + field[len(namespace) + 1:]
    return field


def _tokens(text):
    position, tokens = 0, []
    while True:
        match = _TOKEN.match(text, position)
        if not match:
            raise Malformed('Failure("lexing: empty token")')
        position = match.end()
        keyword, literal, end = match.groups()
        if end is not None:
            return tokens + [""]
        tokens.append(keyword if keyword else ("literal", literal))


class _Parser:
    def __init__(self, tokens):
        self._tokens = tokens

    def next(self):
        return self._tokens.pop(0)

    def expression(self):
        left = self._term()
        while self._tokens[0] in ("and", "or"):
            left = _combine(self.next(), left, self._term())
        return left

    def _term(self):
        token = self.next()
        if token in ("true", "false"):
            return lambda record: token == "true"
        if token == "not":
            inner = self.expression()
            return lambda record: not inner(record)
        if token == "(":
            inner = self.expression()
            self._expect(")")
            return inner
        left = self._value(token)
        self._expect("=")
        right = self._value(self.next())
        return lambda record: left(record) == right(record)

    def _value(self, token):
        if token == "field":
            name = self._literal(self.next())
            return lambda record: _lookup(record, name)
        text = self._literal(token)
        return lambda record: text

    def _literal(self, token):
        if not isinstance(token, tuple):
            raise Malformed("Stdlib.Parsing.Parse_error")
        return token[1]

    def _expect(self, token):
        if self.next() != token:
            raise Malformed("Stdlib.Parsing.Parse_error")


def _combine(operator, left, right):
    if operator == "and":
        return lambda record: left(record) and right(record)
    return lambda record: left(record) or right(record)


def _lookup(record, name):
    for field, value in record.items():
        if column(field) == name:
            return _text(value)
    raise MissingField(name)


def _text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "(" + " ".join(f"'{item}'" for item in value) + ")"
    if isinstance(value, dict):
        return "(" + " ".join(f"('{key}' '{item}')" for key, item in value.items()) + ")"
    return str(value)
