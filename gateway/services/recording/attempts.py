"""Attempts as rows: merged one by one under the payment's lock, and the few words about all of them by query.

However many there are, a write reads those it is about and asks three indexed questions about the rest.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from gateway.domain.attempts import (
    Attempt,
    Attempts,
    AttemptsSeen,
    AttemptState,
    LastFailure,
    Reported,
    Source,
    last_failure,
    merge_attempts,
)
from gateway.domain.attempts import seen as seen_of
from gateway.domain.identifiers import PaymentId
from gateway.engines.database import Connection
from gateway.models import AttemptRow
from gateway.services.recording.sql import first_of_each

SHOWN = 20
"""Views show the newest; every row is kept."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """`changed`: some row is new or different. `new` are the keys that were not there before."""

    changed: bool = False
    new: frozenset[str] = frozenset()


async def record(connection: Connection, payment_id: PaymentId, reported: Attempts) -> Recorded:
    """Merge these attempts into their rows."""
    if not reported:
        return Recorded()
    query = AttemptRow.filter(payment_id=payment_id, key__in=list(reported)).using_db(connection)
    known = {row.key: row for row in await query}
    changed = False
    for key, attempt in sorted(reported.items()):
        row = known.get(key)
        if row is None:
            await AttemptRow.create(payment_id=payment_id, key=key, **_columns(attempt), using_db=connection)
            continue
        merged = merge_attempts(attempt_of(row), attempt)
        if merged != attempt_of(row):
            await AttemptRow.filter(id=row.id).using_db(connection).update(**_columns(merged))
            changed = True
    new = frozenset(reported.keys() - known.keys())
    return Recorded(changed or bool(new), new)


async def seen(connection: Connection, payment_id: PaymentId, own_intents: Collection[str]) -> AttemptsSeen:
    """The same as `domain.attempts.seen` over all rows of the payment: one query, and two more where there are many."""
    if not own_intents:
        return AttemptsSeen()
    own = AttemptRow.filter(payment_id=payment_id, intent_id__in=sorted(own_intents)).using_db(connection)
    newest_rows = await own.order_by("-created", "-key").limit(SHOWN)
    if len(newest_rows) < SHOWN:  # These are all there are.
        return seen_of({row.key: attempt_of(row) for row in newest_rows}, own_intents=own_intents)
    latest = newest_rows[0]
    failed = await own.filter(state=AttemptState.FAILED.value).order_by("-created", "-key").first()
    return AttemptsSeen(
        is_moving=await own.filter(state__not=AttemptState.FAILED.value).exists(),
        latest_failed=latest.state == AttemptState.FAILED.value,
        last_failure=last_failure(attempt_of(failed)) if failed is not None else None,
    )


async def newest_of_each(
    connection: Connection, payment_ids: Collection[PaymentId]
) -> dict[PaymentId, list[tuple[str, Attempt]]]:
    """The newest attempts of each of them with their keys, newest first: two queries, however many payments."""
    newest_first = '"created" DESC, "key" DESC'
    shown = await first_of_each(
        connection, "attempt", by="payment_id", among=payment_ids, order=newest_first, first=SHOWN
    )
    found: dict[PaymentId, list[tuple[str, Attempt]]] = {payment_id: [] for payment_id in payment_ids}
    for row in await AttemptRow.filter(id__in=shown).using_db(connection).order_by("-created", "-key"):
        found[PaymentId(row.payment_id)].append((row.key, attempt_of(row)))
    return found


def seen_to_json(seen: AttemptsSeen) -> dict[str, Any]:
    """Absent means not so."""
    words: dict[str, Any] = {}
    if seen.is_moving:
        words["moving"] = True
    if seen.latest_failed:
        words["latest_failed"] = True
    if seen.last_failure is not None:
        failure = seen.last_failure
        words["last_failure"] = [failure.code, failure.decline_code, failure.message, failure.created]
    return words


def seen_from_json(words: dict[str, Any]) -> AttemptsSeen:
    """The inverse of `seen_to_json`."""
    failure = words.get("last_failure")
    return AttemptsSeen(
        is_moving=words.get("moving", False),
        latest_failed=words.get("latest_failed", False),
        last_failure=LastFailure(*failure) if failure else None,
    )


def attempt_of(row: AttemptRow) -> Attempt:
    return Attempt(
        state=AttemptState(row.state),
        created=Reported(Source(row.created_source), row.created),
        intent_id=row.intent_id,
        failure=_reported(row.failure),
        card=_reported(row.card),
    )


def _columns(attempt: Attempt) -> dict[str, Any]:
    return {
        "intent_id": attempt.intent_id,
        "state": attempt.state.value,
        "created": attempt.created.value,
        "created_source": attempt.created.source.value,
        "failure": _stored(attempt.failure),
        "card": _stored(attempt.card),
    }


def _stored(reported: Reported | None) -> list[Any] | None:
    return [reported.source.value, list(reported.value)] if reported is not None else None


def _reported(stored: Any) -> Reported | None:
    return Reported(Source(stored[0]), tuple(stored[1])) if stored else None
