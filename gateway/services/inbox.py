"""The inbox: a webhook is verified, stored and applied in one transaction, and only then answered.

The transaction that applies an event is the one that stores it, so "stored" and "handled" cannot differ. An event we
fail to apply is stored all the same and tried again; one we cannot store is not acknowledged, and Stripe comes again.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import orjson

from gateway.domain.discrepancies import Condition, DiscrepancyKind
from gateway.domain.errors import GatewayError, InvalidRequest, InvalidSignature, ServiceUnavailable
from gateway.domain.identifiers import EventId
from gateway.domain.json_fields import text
from gateway.domain.language import Text
from gateway.domain.states import EventState
from gateway.domain.stripe_event import Kind, References, StripeEvent, parse_event, read_event
from gateway.engines.database import Connection, Database
from gateway.services.recording import discrepancies, events
from gateway.services.recording.changes import Change, Learned, learned_from_session
from gateway.services.recording.events import AlreadyStored, Ours, Placed
from gateway.services.recording.recorder import Recorder, Recording
from gateway.stripe_api.signature import SignatureVerdict, verify_signature
from gateway.telemetry.failpoints import Failpoint, failpoint
from gateway.telemetry.logs import get_logger
from gateway.telemetry.metrics import LIVEMODE_MISMATCH, RENEWALS, WEBHOOK_LAG, WEBHOOKS, WEBHOOKS_REFUSED
from gateway.telemetry.tracing import span

LONGEST_REASON = 2000

log = get_logger(__name__)


class Receipt(StrEnum):
    """What became of a delivery; all three are acknowledged."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class _Stored:
    receipt: Receipt
    change: Change | None = None


class InboxService:
    """`ours` says whose events are taken: asked anew for each, because the account may be proven later."""

    def __init__(
        self, database: Database, recorder: Recorder, *, secrets: tuple[str, ...], ours: Callable[[], Ours]
    ) -> None:
        self._database = database
        self._recorder = recorder
        self._secrets = secrets
        self._ours = ours

    async def receive(self, body: bytes, signature: str | None) -> Receipt:
        """Take one delivery; when this returns, the event is durable.

        Raises InvalidSignature or InvalidRequest (nothing stored, do not come again) or ServiceUnavailable (not
        stored, come again). Any number of deliveries of one event, at once or years apart, have one effect.
        """
        event, text = self._verified(body, signature)
        with span("inbox.apply", **{"stripe.event.type": event.type}):
            stored = await self._stored(event, text)
        WEBHOOKS.labels(stored.receipt).inc()
        if stored.receipt is not Receipt.DUPLICATE:
            WEBHOOK_LAG.observe(max(time.time() - event.created, 0.0))
        log.info(
            "A webhook was received.",
            action="webhook.received",
            event_id=event.id,
            type=event.type,
            outcome=stored.receipt.value,
        )
        failpoint(Failpoint.BEFORE_ACKNOWLEDGE)
        return stored.receipt

    async def retry_due(self) -> int:
        """Look again at unmatched and failed events whose time has come. How many were applied."""
        due = await self._database.read(events.due)
        applied = 0
        for event_id in due:
            applied += await self.replay(event_id) is not None
        return applied

    async def replay(self, event_id: EventId) -> Change | None:
        """Apply a stored event once more. None: it belongs to no payment, or failed again and is kept as failed."""
        try:
            return await self._recorder.record(lambda recording: self._apply_again(recording, event_id))
        except GatewayError:
            raise
        except Exception as error:
            log.exception("An event could not be applied again.", action="webhook.failed", event_id=event_id)
            reason = repr(error)[:LONGEST_REASON]
            await self._database.run(lambda connection: _note_failure(connection, event_id, reason))
            return None

    def _verified(self, body: bytes, signature: str | None) -> tuple[StripeEvent, str]:
        verdict = verify_signature(body, signature, self._secrets)
        if verdict is not SignatureVerdict.AUTHENTIC:
            WEBHOOKS_REFUSED.labels(verdict.value).inc()
            log.warning("A webhook was refused.", action="webhook.refused", reason=verdict.value)
            raise InvalidSignature(_REASONS[verdict])
        try:
            event = parse_event(orjson.loads(body))
        except orjson.JSONDecodeError:
            event = None
        if event is None:
            WEBHOOKS_REFUSED.labels("body").inc()
            raise InvalidRequest(problem=Text(en="The body is not a Stripe event.", zh="请求内容不是 Stripe 事件。"))
        return event, body.decode()

    async def _stored(self, event: StripeEvent, text: str) -> _Stored:
        try:
            return await self._recorder.record(lambda recording: self._store_and_apply(recording, event, text))
        except AlreadyStored:
            return await self._duplicate(event)
        except GatewayError:
            raise
        except Exception as error:
            log.exception("An event could not be applied; it is kept.", action="webhook.failed", event_id=event.id)
            return await self._kept_as_failed(event, text, error)

    async def _store_and_apply(self, recording: Recording, event: StripeEvent, text: str) -> _Stored:
        placed = await events.place(recording.connection, event, self._ours())
        await events.store(recording.connection, event, text, placed)
        if event.livemode != self._ours().livemode:
            LIVEMODE_MISMATCH.inc()
            log.error("An event of the other mode came in.", action="webhook.livemode_mismatch", event_id=event.id)
        if placed.state is EventState.UNMATCHED:
            log.warning("An event's payment is not here.", action="webhook.unmatched", event_id=event.id)
            await _apply(recording, event, placed)
            return _Stored(Receipt.STORED)
        change = await _apply(recording, event, placed)
        return _Stored(Receipt.STORED if change is not None else Receipt.IGNORED, change)

    async def _apply_again(self, recording: Recording, event_id: EventId) -> Change | None:
        event, tries = await events.stored(recording.connection, event_id)
        if event is None:
            return None
        placed = await events.place(recording.connection, event, self._ours())
        await events.mark(recording.connection, event_id, placed.state, payment_id=placed.payment_id, tries=tries + 1)
        if placed.state is not EventState.UNMATCHED:
            await events.settle(recording.connection, event_id)
        return await _apply(recording, event, placed)

    async def _kept_as_failed(self, event: StripeEvent, text: str, error: Exception) -> _Stored:
        placed, reason = Placed(EventState.FAILED, None, References()), repr(error)[:LONGEST_REASON]

        async def work(connection: Connection) -> None:
            await events.store(connection, event, text, placed, error=reason)
            await _show_failed(connection, event.id, reason)

        try:
            await self._database.run(work)
        except AlreadyStored:
            return await self._duplicate(event)
        return _Stored(Receipt.STORED)

    async def _duplicate(self, event: StripeEvent) -> _Stored:
        """Raises ServiceUnavailable when the database refused the row for another reason than its id."""
        if not await self._database.read(lambda connection: events.is_stored(connection, event.id)):
            log.error("The database refuses an event.", action="webhook.refused_by_database", event_id=event.id)
            raise ServiceUnavailable
        return _Stored(Receipt.DUPLICATE)


async def _apply(recording: Recording, event: StripeEvent, placed: Placed) -> Change | None:
    """None: the event is nobody's, or nobody has proven that it is ours."""
    if placed.payment_id is None:
        return None
    if event.type == "invoice.paid" and text(event.object, "billing_reason") == "subscription_cycle":
        RENEWALS.inc()
    if not placed.is_applied:
        recording.ask(placed.payment_id)
        return None
    learned = learned_from_session(event.object) if event.kind is Kind.SESSION else Learned()
    return await recording.apply(placed.payment_id, read_event(event), learned, cause=f"webhook {event.id}")


async def _note_failure(connection: Connection, event_id: EventId, reason: str) -> None:
    _, tries = await events.stored(connection, event_id)
    await events.mark(connection, event_id, EventState.FAILED, tries=tries + 1, error=reason)
    await _show_failed(connection, event_id, reason)


async def _show_failed(connection: Connection, event_id: EventId, reason: str) -> None:
    condition = Condition(DiscrepancyKind.EVENT_FAILED, event_id)
    await discrepancies.show(connection, condition, reason, payments=[], now=datetime.now(UTC))


_REASONS = {
    SignatureVerdict.MALFORMED: Text(
        en="`Stripe-Signature` is missing or is not written like `t=…,v1=…`.",
        zh="stripe-signature 缺失或格式不正确，应为 t=…,v1=…。",
    ),
    SignatureVerdict.TIMESTAMP: Text(
        en="`Stripe-Signature` is right and its time is more than 300 seconds away: check both clocks.",
        zh="stripe-signature 正确，但时间戳相差超过 300 秒，请检查时钟。",
    ),
    SignatureVerdict.SECRET: Text(
        en="`Stripe-Signature` does not match this body: check STRIPE_WEBHOOK_SECRET.",
        zh="stripe-signature 与请求内容不匹配，请检查 STRIPE_WEBHOOK_SECRET。",
    ),
}
