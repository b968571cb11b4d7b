"""The inbox: a webhook is verified, stored and applied in one transaction, and only then answered.

The transaction that applies an event is the one that stores it, so "stored" and "handled" cannot differ. An event we
fail to apply is stored all the same and tried again; one we cannot store is not acknowledged, and Stripe comes again.
"""

import time
from dataclasses import dataclass
from enum import StrEnum

import orjson

from gateway.database import Connection, Database
from gateway.domain.errors import GatewayError, InvalidRequest, InvalidSignature
from gateway.domain.identifiers import EventId
from gateway.domain.language import Text
from gateway.domain.stripe_event import References, StripeEvent, parse_event
from gateway.models.webhook_event import EventState
from gateway.pubsub.hub import Hub
from gateway.services.payments.refresh import publish
from gateway.services.recording import events as inbox_rows
from gateway.services.recording import projection
from gateway.services.recording.events import AlreadyStored, Placed
from gateway.stripe_api.signature import is_authentic
from gateway.telemetry.failpoints import Failpoint, failpoint
from gateway.telemetry.logs import get_logger
from gateway.telemetry.metrics import LIVEMODE_MISMATCH, WEBHOOK_LAG, WEBHOOKS, WEBHOOKS_REFUSED

log = get_logger(__name__)


class Receipt(StrEnum):
    """What became of a delivery; all three are acknowledged."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class _Outcome:
    receipt: Receipt
    changes: list[projection.Change]


class InboxService:
    def __init__(self, database: Database, hub: Hub, *, secrets: tuple[str, ...], livemode: bool) -> None:
        self._database = database
        self._hub = hub
        self._secrets = secrets
        self._livemode = livemode

    async def receive(self, body: bytes, signature: str | None) -> Receipt:
        """Take one delivery; when this returns, the event is durable.

        Raises InvalidSignature or InvalidRequest (nothing stored, do not come again) or ServiceUnavailable (not
        stored, come again). Any number of deliveries of one event, at once or years apart, have one effect.
        """
        event, text = self._verified(body, signature)
        outcome = await self._stored(event, text)
        WEBHOOKS.labels(outcome.receipt).inc()
        if outcome.receipt is not Receipt.DUPLICATE:
            WEBHOOK_LAG.observe(max(time.time() - event.created, 0.0))
        log.info(
            "A webhook was received.",
            action="webhook.received",
            event_id=event.id,
            type=event.type,
            outcome=outcome.receipt.value,
        )
        await publish(self._hub, outcome.changes)
        failpoint(Failpoint.BEFORE_ACKNOWLEDGE)
        return outcome.receipt

    async def retry_due(self) -> int:
        """Look again at unmatched and failed events whose time has come. How many were applied."""
        due = await self._database.read(inbox_rows.due)
        applied = 0
        for event_id in due:
            applied += bool(await self.replay(event_id))
        return applied

    async def replay(self, event_id: EventId) -> list[projection.Change]:
        """Apply a stored event once more, and tell the watchers. One that fails again is kept as failed."""
        changes = await self._retried(event_id)
        await publish(self._hub, changes)
        return changes

    async def _retried(self, event_id: EventId) -> list[projection.Change]:
        try:
            return await self._database.run(
                lambda connection: inbox_rows.retry(connection, event_id, livemode=self._livemode)
            )
        except GatewayError:
            raise
        except Exception as error:
            log.exception("An event could not be applied again.", action="webhook.failed", event_id=event_id)
            reason = repr(error)[:2000]
            await self._database.run(lambda connection: inbox_rows.note_failure(connection, event_id, reason))
            return []

    def _verified(self, body: bytes, signature: str | None) -> tuple[StripeEvent, str]:
        if not is_authentic(body, signature, self._secrets):
            WEBHOOKS_REFUSED.labels("signature").inc()
            raise InvalidSignature
        try:
            event = parse_event(orjson.loads(body))
        except orjson.JSONDecodeError:
            event = None
        if event is None:
            WEBHOOKS_REFUSED.labels("body").inc()
            raise InvalidRequest(problem=Text(en="The body is not a Stripe event.", zh="请求内容不是 Stripe 事件。"))
        return event, body.decode()

    async def _stored(self, event: StripeEvent, text: str) -> _Outcome:
        try:
            return await self._database.run(lambda connection: self._store_and_apply(connection, event, text))
        except AlreadyStored:
            return _Outcome(Receipt.DUPLICATE, [])
        except GatewayError:
            raise
        except Exception as error:
            log.exception("An event could not be applied; it is kept.", action="webhook.failed", event_id=event.id)
            return await self._kept_as_failed(event, text, error)

    async def _store_and_apply(self, connection: Connection, event: StripeEvent, text: str) -> _Outcome:
        placed = await inbox_rows.place(connection, event, livemode=self._livemode)
        await inbox_rows.store(connection, event, text, placed)
        if event.livemode != self._livemode:
            LIVEMODE_MISMATCH.inc()
            log.error("An event of the other mode came in.", action="webhook.livemode_mismatch", event_id=event.id)
        if placed.payment_id is None:
            if placed.state is EventState.UNMATCHED:
                log.warning("An event's payment is not here.", action="webhook.unmatched", event_id=event.id)
            ignored = placed.state is EventState.IGNORED
            return _Outcome(Receipt.IGNORED if ignored else Receipt.STORED, [])
        changes = await inbox_rows.apply_event(connection, event, placed.payment_id, placed.names)
        return _Outcome(Receipt.STORED, changes)

    async def _kept_as_failed(self, event: StripeEvent, text: str, error: Exception) -> _Outcome:
        placed = Placed(EventState.FAILED, None, References())
        try:
            await self._database.run(
                lambda connection: inbox_rows.store(connection, event, text, placed, error=repr(error)[:2000])
            )
        except AlreadyStored:
            return _Outcome(Receipt.DUPLICATE, [])
        return _Outcome(Receipt.STORED, [])
