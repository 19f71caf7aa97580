# SPDX-License-Identifier: ISC
"""The pool's database: tables of records, and the history that event.from reads.

Every change happens under one lock and moves the generation on; a row remembers the generations
at which it was made and last changed, a deleted one those of its making and its end. That is all
there is to an event: what differs from a generation that a client has seen. Knows nothing of
sessions, of the wire, or of what the tables mean.
"""
import contextlib
import copy
import threading

from . import query, records

# How many generations lie between a saved database and what was done after it.
DISTANCE = 10000


class ApiError(Exception):
    """A call's failure as the API reports it: a code and its parameters, all of them text."""

    def __init__(self, code, *params):
        super().__init__(code, *params)
        self.code = code
        self.params = list(params)


class _Row:
    def __init__(self, record, generation):
        self.record = record
        self.created = generation
        self.modified = generation


class Database:
    """Tables by name, each of rows by reference; `changed` is notified once per transaction.

    `short_lived`: what came and went since a token shows its end, though never its beginning; real
    pools do either.
    """

    def __init__(self):
        self.short_lived = False
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self._generation = 0
        self._tables = {}
        self._deleted = {}

    @property
    def generation(self):
        return self._generation

    @property
    def tables(self):
        return list(self._tables)

    @contextlib.contextmanager
    def transaction(self):
        """Several changes that observers see together."""
        with self.lock:
            yield
            self.changed.notify_all()

    def add(self, table, ref, record):
        with self.transaction():
            self._generation += 1
            self._tables.setdefault(table, {})[ref] = _Row(record, self._generation)

    def set(self, table, ref, **fields):
        with self.transaction():
            row = self._row(table, ref)
            self._generation += 1
            row.record.update(fields)
            row.modified = self._generation

    def delete(self, table, ref):
        with self.transaction():
            row = self._row(table, ref)
            self._generation += 1
            del self._tables[table][ref]
            self._deleted[table, ref] = (row.created, self._generation)

    def get(self, table, ref):
        """A copy of the record; HANDLE_INVALID when there is none."""
        with self.lock:
            return dict(self._row(table, ref).record)

    def has(self, table, ref):
        with self.lock:
            return ref in self._tables.get(table, {})

    def all(self, table):
        """Copies of all records by reference, in the server's order: the last reference first."""
        with self.lock:
            rows = self._tables.get(table, {})
            return {ref: dict(rows[ref].record) for ref in sorted(rows, reverse=True)}

    def find(self, table, **fields):
        """The references of the records that have all these values."""
        with self.lock:
            return sorted((ref for ref, row in self._tables.get(table, {}).items()
                           if all(row.record.get(field) == value
                                  for field, value in fields.items())), reverse=True)

    def by_uuid(self, table, uuid):
        """The reference of a uuid; UUID_INVALID when there is none."""
        for ref in self.find(table, uuid=uuid):
            return ref
        raise ApiError("UUID_INVALID", table, uuid)

    def where(self, table, expression):
        """The records, by reference, for which a query holds."""
        try:
            matches = query.parse(expression)
            return {ref: record for ref, record in self.all(table).items() if matches(record)}
        except query.Malformed as error:
            raise ApiError("INVALID_VALUE", expression, str(error)) from error
        except query.MissingField as error:
            raise ApiError("INTERNAL_ERROR", "missing field", str(error), "") from error

    def save(self):
        """A copy to go back to. What happens from here on counts as many changes, so that tokens
        given out after it stay in the future for good once `restore` has gone back."""
        with self.lock:
            saved = copy.deepcopy((self._generation, self._tables, self._deleted))
            self._generation += DISTANCE
            return saved

    def restore(self, saved):
        """Go back: records and generation are those of the copy."""
        with self.transaction():
            self._generation, self._tables, self._deleted = copy.deepcopy(saved)

    def counts(self):
        """The number of rows of every table, by its name in lower case."""
        with self.lock:
            sizes = {table.lower(): len(rows) for table, rows in self._tables.items()}
            return {name: sizes.get(name, 0) for name in records.table_names()}

    def changes(self, since, selects):
        """Events after a generation for the rows that `selects(class, ref)`, and the last one's
        generation: additions first, then modifications, then deletions."""
        with self.lock:
            added, modified, deleted, last = [], [], [], since
            for table, rows in self._tables.items():
                for ref, row in rows.items():
                    if row.modified <= since or not selects(table.lower(), ref):
                        continue
                    last = max(last, row.modified)
                    if row.created > since:
                        added.append(_event("add", table, ref, row.created, row.record))
                    else:
                        modified.append(_event("mod", table, ref, row.modified, row.record))
            for (table, ref), (created, ended) in self._deleted.items():
                if ended > since and selects(table.lower(), ref):
                    last = max(last, ended)
                    if created <= since or self.short_lived:
                        deleted.append(_event("del", table, ref, ended))
            return added + modified + deleted, last

    def _row(self, table, ref):
        try:
            return self._tables[table][ref]
        except KeyError:
            raise ApiError("HANDLE_INVALID", table, str(ref)) from None


def _event(operation, table, ref, generation, record=None):
    event = {"id": str(generation), "timestamp": "0.0", "class": table.lower(),
             "operation": operation, "ref": ref}
    if record is not None:
        event["snapshot"] = dict(record)
    return event
