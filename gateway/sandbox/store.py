"""Everything the sandbox remembers: Stripe objects as plain JSON dictionaries, by kind and id, and the one clock.

Objects are changed in place and then `put`; `commit` writes all that changed in one transaction, so a file never
holds half of a request. The store knows no rule of payments.
"""

import sqlite3
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import orjson

Object = dict[str, Any]
Clock = Callable[[], float]

MAX_OBJECTS_PER_KIND = 100_000


class Kind(StrEnum):
    """What is stored. The names that begin with an underscore are private records, never shown as Stripe objects."""

    SESSION = "checkout.session"
    INTENT = "payment_intent"
    CHARGE = "charge"
    METHOD = "payment_method"
    REFUND = "refund"
    DISPUTE = "dispute"
    PRICE = "price"
    PRODUCT = "product"
    CUSTOMER = "customer"
    SUBSCRIPTION = "subscription"
    INVOICE = "invoice"
    INVOICE_PAYMENT = "invoice_payment"
    COUPON = "coupon"
    PROMOTION_CODE = "promotion_code"
    SHIPPING_RATE = "shipping_rate"
    BALANCE = "balance_transaction"
    EVENT = "event"
    ACCOUNT = "account"
    ENDPOINT = "webhook_endpoint"
    PRICE_OPTIONS = "_price_options"
    CONTROL = "_control"
    CHECKOUT = "_checkout"
    DELIVERY = "_delivery"
    IDEMPOTENCY = "_idempotency"


class Store:
    """One owner, one event loop: nothing in it waits, so whatever is done between two awaits is done as a whole."""

    def __init__(self, *, clock: Clock, path: Path | None) -> None:
        self._clock = clock
        self._path = path
        self._objects: dict[Kind, dict[str, Object]] = {kind: {} for kind in Kind}
        # A dictionary, because it keeps the order in which things came: `place` in the file is "newest first" later.
        self._changed: dict[tuple[Kind, str], None] = {}
        self._file: sqlite3.Connection | None = None

    def open(self) -> None:
        """Take up what an earlier run left in the file, if there is one."""
        if self._path is None:
            return
        self._path.touch(mode=0o600)
        self._file = sqlite3.connect(self._path, isolation_level=None)
        self._file.execute("PRAGMA journal_mode=WAL")
        # A lost second after a power cut is no matter for pretend money; the process may die and loses nothing.
        self._file.execute("PRAGMA synchronous=OFF")
        self._file.execute(
            "CREATE TABLE IF NOT EXISTS objects (place INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, "
            "body BLOB NOT NULL, UNIQUE (kind, id))"
        )
        for kind, object_id, body in self._file.execute("SELECT kind, id, body FROM objects ORDER BY place"):
            self._objects[Kind(kind)][object_id] = orjson.loads(body)

    def close(self) -> None:
        self.commit()
        if self._file is not None:
            self._file.close()
            self._file = None

    def time(self) -> float:
        return self._clock()

    def now(self) -> int:
        """Whole seconds, as Stripe dates everything."""
        return int(self._clock())

    def put(self, kind: Kind, value: Object) -> Object:
        """Add it, or note that it has changed. Past the bound the oldest of its kind is forgotten."""
        objects = self._objects[kind]
        objects[value["id"]] = value
        self._changed[kind, value["id"]] = None
        if len(objects) > MAX_OBJECTS_PER_KIND:
            self.remove(kind, next(iter(objects)))
        return value

    def remove(self, kind: Kind, object_id: str) -> None:
        if self._objects[kind].pop(object_id, None) is not None:
            self._changed[kind, object_id] = None

    def get(self, kind: Kind, object_id: str) -> Object | None:
        return self._objects[kind].get(object_id)

    def need(self, kind: Kind, object_id: str) -> Object:
        """The object, where its absence would be our own mistake."""
        return self._objects[kind][object_id]

    def newest_first(self, kind: Kind) -> Iterator[Object]:
        return reversed(self._objects[kind].values())

    def oldest_first(self, kind: Kind) -> Iterator[Object]:
        return iter(self._objects[kind].values())

    def count(self, kind: Kind) -> int:
        return len(self._objects[kind])

    def commit(self) -> None:
        """Write what changed since the last commit, all or nothing. In memory-only mode it only forgets the list."""
        changed, self._changed = self._changed, {}
        if self._file is None or not changed:
            return
        known = [(kind, object_id) for kind, object_id in changed if object_id in self._objects[kind]]
        gone = [(kind, object_id) for kind, object_id in changed if object_id not in self._objects[kind]]
        self._file.execute("BEGIN")
        self._file.executemany(
            "INSERT INTO objects (kind, id, body) VALUES (?, ?, ?) "
            "ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body",
            [(kind, object_id, orjson.dumps(self._objects[kind][object_id])) for kind, object_id in known],
        )
        self._file.executemany("DELETE FROM objects WHERE kind = ? AND id = ?", gone)
        self._file.execute("COMMIT")


def copy_of(value: Object) -> Object:
    """A deep copy: an event must show its object as it was."""
    copied: Object = orjson.loads(orjson.dumps(value))
    return copied
