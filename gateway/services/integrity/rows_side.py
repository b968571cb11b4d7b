"""The invariants that our own tables can answer alone: I2, I3, I6, I7, I10 and I13.

Each function walks one table by its key, a batch at a time, and yields what is violated.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise

import orjson
from tortoise.expressions import Q

from gateway.domain.facts import merge
from gateway.domain.facts_json import facts_from_json
from gateway.domain.questions import is_settled
from gateway.domain.states import Creation, EventState
from gateway.domain.status import derive
from gateway.domain.stripe_event import StripeEvent, parse_event, read_event, references
from gateway.engines.database import Connection, Database
from gateway.models import IdempotencyKey, Payment, WebhookEvent
from gateway.models.guards import missing_guards
from gateway.models.webhook_event import READING
from gateway.services.integrity.violation import Violation, of_payment, of_session
from gateway.services.recording.attempts import seen_from_json

BATCH = 200
EVENTS = 100
"""An event's body may have half a megabyte."""
COMPLETED_WITHIN = timedelta(minutes=10)


async def payments(database: Database) -> AsyncIterator[Violation]:
    """I3, our side of I7, and I6: walked by session, so that two rows of one session follow each other."""
    for has_session in (False, True):
        last: Payment | None = None
        while batch := await database.read(partial(_payments_after, last=last, has_session=has_session)):
            for one, other in pairwise([*([last] if last is not None else []), *batch]):
                if one.session_id is not None and one.session_id == other.session_id:
                    yield of_session("I6", one.session_id, f"the payments {one.id} and {other.id} both have it")
            for payment in batch:
                for violation in _of_row(payment):
                    yield violation
            last = batch[-1]


async def keys(database: Database) -> AsyncIterator[Violation]:
    """I6: an idempotency key stands for one payment, which is there and was asked for by the same request.

    A purchase of a known caller may be handed back under another key, in another language or with other urls.
    """
    last: IdempotencyKey | None = None
    while batch := await database.read(partial(_keys_after, last=last)):
        in_order = [*([last] if last is not None else []), *batch]
        for one, other in pairwise(in_order):
            if one.key == other.key:
                both = f"an idempotency key stands for the payments {one.payment_id} and {other.payment_id}"
                yield Violation("I6", f"payment {other.payment_id}", both)
        found = await database.read(partial(_payments_of, ids=[key.payment_id for key in batch]))
        for key in batch:
            payment = found.get(key.payment_id)
            if payment is None:
                yield Violation("I6", f"payment {key.payment_id}", "an idempotency key stands for it, and it is gone")
            elif payment.purchase_key is None and payment.request_hash != key.request_hash:
                yield of_payment("I6", payment, "an idempotency key stands for it, and was used for another request")
        last = batch[-1]


async def events(database: Database) -> AsyncIterator[Violation]:
    """I13: an event is what it came as. I2: what it reports of its payment is what the payment knows."""
    last = ""
    while batch := await database.read(partial(_events_after, last=last)):
        found = await database.read(partial(_payments_of, ids=[row.payment_id for row in batch if row.payment_id]))
        for row in batch:
            event = _parsed(row.body)
            if event is None or not _is_as_it_came(row, event):
                yield Violation("I13", f"event {row.id}", "its body and what was noted of it when it came differ")
            elif row.payment_id is not None and row.state == EventState.APPLIED.value and row.read_as == READING:
                for violation in _of_event(event, found.get(row.payment_id)):
                    yield violation
        last = batch[-1].id


async def guards(database: Database) -> AsyncIterator[Violation]:
    """I13: the database itself refuses to rewrite; without its triggers nothing would."""
    for name in await database.read(missing_guards):
        yield Violation("I13", f"trigger {name}", "it is gone: rows may be rewritten, or sums be wrong, unnoticed")


def _of_row(payment: Payment) -> list[Violation]:
    violations = []
    try:
        facts = facts_from_json(payment.facts)
        attempts = seen_from_json(payment.attempts_seen)
    except (ValueError, KeyError, TypeError, AttributeError):
        return [of_payment("I3", payment, "its facts cannot be read")]
    rule = derive(facts, attempts)
    if (payment.status, payment.is_final) != (rule.status.value, rule.is_final):
        says, is_ = _words(payment.status, payment.is_final), _words(rule.status.value, rule.is_final)
        violations.append(of_payment("I3", payment, f"it says {says}, and its facts say {is_} (rule {rule.number})"))
    if payment.is_settled != is_settled(facts, payment.answered, is_final=rule.is_final):
        violations.append(of_payment("I3", payment, "whether it is settled is not what its facts say"))
    if payment.session_id is None and payment.creation == Creation.LINKED.value:
        violations.append(of_payment("I7", payment, "it is linked, and has no session"))
    if payment.creation == Creation.CREATING.value and payment.created_at < datetime.now(UTC) - COMPLETED_WITHIN:
        violations.append(of_payment("I7", payment, "it never got a session and was not closed within ten minutes"))
    return violations


def _of_event(event: StripeEvent, payment: Payment | None) -> list[Violation]:
    subject = f"event {event.id}"
    if payment is None:
        return [Violation("I2", subject, "it was applied to a payment that is not there")]
    if event.kind is None or references(event.kind, event.object).session_id not in {None, payment.session_id}:
        return []  # Of a second session: reported when it came, and never recorded.
    reported = read_event(event).facts
    known = facts_from_json(payment.facts)
    if merge(known, reported) != known:
        return [Violation("I2", subject, f"it was applied, and payment {payment.id} does not know what it reports")]
    return []


def _words(status: str, is_final: bool) -> str:
    return f"{status}{', final' if is_final else ''}"


def _parsed(body: str) -> StripeEvent | None:
    try:
        return parse_event(orjson.loads(body))
    except orjson.JSONDecodeError:
        return None


def _is_as_it_came(row: WebhookEvent, event: StripeEvent) -> bool:
    created = datetime.fromtimestamp(min(max(event.created, 0), 2**33), UTC)
    noted = (row.id, row.type, row.livemode, row.created_at)
    return noted == (event.id, event.type, event.livemode, created)


async def _payments_after(connection: Connection, *, last: Payment | None, has_session: bool) -> list[Payment]:
    query = Payment.filter(session_id__isnull=not has_session)
    if last is not None and has_session:
        query = query.filter(Q(session_id__gt=last.session_id) | Q(session_id=last.session_id, id__gt=last.id))
    elif last is not None:
        query = query.filter(id__gt=last.id)
    return await query.using_db(connection).order_by("session_id", "id").limit(BATCH)


async def _keys_after(connection: Connection, *, last: IdempotencyKey | None) -> list[IdempotencyKey]:
    query = IdempotencyKey.all()
    if last is not None:
        query = query.filter(Q(key__gt=last.key) | Q(key=last.key, payment_id__gt=last.payment_id))
    return await query.using_db(connection).order_by("key", "payment_id").limit(BATCH)


async def _events_after(connection: Connection, *, last: str) -> list[WebhookEvent]:
    return await WebhookEvent.filter(id__gt=last).using_db(connection).order_by("id").limit(EVENTS)


async def _payments_of(connection: Connection, *, ids: list[str]) -> dict[str, Payment]:
    if not ids:
        return {}
    return {row.id: row for row in await Payment.filter(id__in=ids).using_db(connection)}
