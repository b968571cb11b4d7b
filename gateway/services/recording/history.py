"""The history: append-only, one row a version, each carrying the hash of the one before (I5, I13).

A line covers the status, the facts, what was asked and the journal's sums by a digest. With an audit key the chain is
an HMAC that names its key; without one it is a plain hash, which shows mistakes and not a forger.
"""

import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import orjson

from gateway.domain.facts import Facts
from gateway.domain.facts_json import facts_to_json
from gateway.domain.identifiers import PaymentId
from gateway.domain.movements import targets
from gateway.domain.status import Status
from gateway.engines.database import Connection
from gateway.models import Movement, StatusChange, WebhookEvent
from gateway.models.columns import table_of
from gateway.services.recording.sql import Select, insert

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class StatusChangeView:
    """One line of a payment's history. `from_status` is None for the first.

    `at` is when it was recorded; `occurred_at` is Stripe's time of what was learned, None where it was not looked up or
    Stripe did not say.
    """

    version: int
    from_status: Status | None
    to_status: Status
    cause: str
    at: datetime
    occurred_at: datetime | None = None


class AuditKeys:
    """The keys that chains are made with: the first writes, all of them verify. None: plain hashes."""

    def __init__(self, keys: tuple[str, ...] = ()) -> None:
        self._keys = {key_id_of(key): key.encode() for key in keys}
        self.writing = next(iter(self._keys), None)

    def knows(self, key_id: str | None) -> bool:
        return key_id is None or key_id in self._keys

    def mac(self, key_id: str | None, text: str) -> str:
        """64 hex digits. Raises KeyError for a key that is not known."""
        if key_id is None:
            return hashlib.sha256(text.encode()).hexdigest()
        return hmac.new(self._keys[key_id], text.encode(), hashlib.sha256).hexdigest()


def key_id_of(key: str) -> str:
    """A name for a key that does not give it away: 16 hex digits."""
    return hashlib.sha256(b"gateway audit key\n" + key.encode()).hexdigest()[:16]


async def append(
    connection: Connection,
    payment_id: PaymentId,
    change: StatusChangeView,
    *,
    kind: str | None,
    digest: str,
    keys: AuditKeys,
) -> None:
    """Add the next link of the payment's chain. The caller's lock on the payment keeps the chain straight.

    `kind` says what the shop's back ends are notified of (`domain.notices`); None: of nothing.
    """
    last = await _LAST_HASH.rows(connection, payment_id)
    previous = last[0][0] if last else GENESIS
    line = {
        "payment_id": payment_id,
        "version": change.version,
        "from_status": change.from_status,
        "to_status": change.to_status,
        "cause": change.cause,
        "at": change.at,
        "previous_hash": previous,
        "kind": kind,
        "hash": keys.mac(keys.writing, linked_text(previous, payment_id, change, digest)),
        "digest": digest,
        "key_id": keys.writing,
    }
    await insert(connection, StatusChange, line)


_LAST_HASH = Select.of(
    f'SELECT "hash" FROM "{table_of(StatusChange)}" WHERE "payment_id" = ? ORDER BY "version" DESC LIMIT 1'  # noqa: S608
)


async def newest_key_id(connection: Connection) -> str | None:
    """Which key the last line was made with; None for a plain hash, or no line."""
    last = await StatusChange.all().using_db(connection).order_by("-id").only("id", "key_id").first()
    return last.key_id if last is not None else None


async def history(connection: Connection, payment_id: PaymentId) -> list[StatusChangeView]:
    """Oldest first, with Stripe's times."""
    return (await histories(connection, [payment_id]))[payment_id]


async def histories(
    connection: Connection, payment_ids: Collection[PaymentId]
) -> dict[PaymentId, list[StatusChangeView]]:
    """Of each of them, oldest first, with Stripe's times."""
    found: dict[PaymentId, list[StatusChangeView]] = {payment_id: [] for payment_id in payment_ids}
    rows = StatusChange.filter(payment_id__in=list(payment_ids)).using_db(connection).order_by("payment_id", "version")
    lines = await rows
    moved = await _when_money_moved(connection, payment_ids)
    reported = await _when_reported(connection, lines)
    for row in lines:
        occurred_at = moved.get((row.payment_id, row.at)) or reported.get(_event_id(row) or "")
        found[PaymentId(row.payment_id)].append(replace(change_view(row), occurred_at=occurred_at))
    return found


async def _when_money_moved(
    connection: Connection, payment_ids: Collection[PaymentId]
) -> dict[tuple[str, datetime], datetime]:
    """Payment and when a transaction recorded movements of it → the latest time that Stripe's objects give for them."""
    rows = Movement.filter(payment_id__in=list(payment_ids), occurred_at__isnull=False).using_db(connection)
    times = await rows.order_by("occurred_at").values_list("payment_id", "recorded_at", "occurred_at")
    return {(payment_id, recorded_at): occurred_at for payment_id, recorded_at, occurred_at in times}


async def _when_reported(connection: Connection, lines: Collection[StatusChange]) -> dict[str, datetime]:
    """Event id → when Stripe made the event."""
    ids = [event_id for line in lines if (event_id := _event_id(line)) is not None]
    rows = WebhookEvent.filter(id__in=ids).using_db(connection)
    return dict(await rows.values_list("id", "created_at")) if ids else {}


def _event_id(line: StatusChange) -> str | None:
    kind, _, event_id = line.cause.partition(" ")
    return event_id if kind == "webhook" and event_id else None


def change_view(row: StatusChange) -> StatusChangeView:
    return StatusChangeView(
        version=row.version,
        from_status=Status(row.from_status) if row.from_status else None,
        to_status=Status(row.to_status),
        cause=row.cause,
        at=row.at,
    )


def linked_text(
    previous: str, payment_id: PaymentId, change: StatusChangeView | StatusChange, digest: str | None
) -> str:
    """What a line's hash is over: the previous hash and every column, as both databases give them back.

    Lines from before facts were covered have no digest, and end without one.
    """
    at = change.at.astimezone(UTC).isoformat(timespec="microseconds")
    parts = [previous, payment_id, str(change.version), change.from_status or "", change.to_status, change.cause, at]
    return "\n".join(parts if digest is None else [*parts, digest])


def digest_of(status: Status, facts: Facts) -> str:
    """64 hex digits over the status, the facts with what was asked, and the sums that the journal must have."""
    sums = [[*_named(target), amount] for target, amount in sorted(targets(facts).items())]
    covered = {"status": status.value, "facts": facts_to_json(facts), "sums": sums}
    return hashlib.sha256(orjson.dumps(covered, option=orjson.OPT_SORT_KEYS)).hexdigest()


def seal_of(payment_id: PaymentId, version: int, digest: str, keys: AuditKeys) -> str:
    """What covers the row between two lines: `key id:mac`, the id empty without a key."""
    return f"{keys.writing or ''}:{keys.mac(keys.writing, sealed_text(payment_id, version, digest))}"


def sealed_text(payment_id: PaymentId, version: int, digest: str) -> str:
    return "\n".join(("seal", payment_id, str(version), digest))


def _named(target: object) -> list[str]:
    return [str(getattr(target, name)) for name in ("stripe_id", "kind", "currency")]
