"""What became of one try to deliver a notice: written together with what follows from it.

A notice that was taken or given up makes room for the payment's next one in the same transaction; and the news that a
payment is paid, once taken, is a fact of it (`domain.fulfilment`).
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gateway.domain.discrepancies import Condition, DiscrepancyKind
from gateway.domain.facts import Facts
from gateway.domain.identifiers import PaymentId
from gateway.domain.notices import FULFILLING
from gateway.domain.states import DeliveryState
from gateway.domain.stripe_objects import Reading
from gateway.engines.database import Connection
from gateway.models import Delivery, NoticeEndpoint
from gateway.notifying.sender import Answer
from gateway.services.recording import discrepancies
from gateway.services.recording.changes import Learned
from gateway.services.recording.recorder import Recording
from gateway.services.recording.sql import update

GIVEN_UP_AFTER = timedelta(days=3)
FIRST_PAUSE_SECONDS = 4.0
LONGEST_PAUSE_SECONDS = 1800.0
JITTER = 0.25


@dataclass(frozen=True, slots=True)
class Try:
    """One try of one delivery: `outcome` as it is counted."""

    delivery: Delivery
    url: str
    answer: Answer
    at: datetime

    @property
    def outcome(self) -> str:
        if self.answer.is_taken:
            return "delivered"
        if self.answer.is_gone:
            return "gone"
        return "given_up" if self._is_over else "failed"

    @property
    def _is_over(self) -> bool:
        return self.at - (self.delivery.first_tried_at or self.at) >= GIVEN_UP_AFTER


def pause_seconds(tries: int) -> float:
    """Before the next try, after so many: 3 to 5 seconds, doubled each time up to half an hour."""
    pause = min(FIRST_PAUSE_SECONDS * float(2 ** min(max(tries, 1) - 1, 20)), LONGEST_PAUSE_SECONDS)
    return pause * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 (spread, no secret)


async def settle(recording: Recording, done: Try) -> None:
    """Write what became of it. A row that was settled meanwhile stays, unless the notice was taken after all."""
    row, outcome = done.delivery, done.outcome
    columns: dict[str, Any] = {
        "tries": row.tries + 1,
        "status_code": done.answer.status,
        "answer": done.answer.text,
        "first_tried_at": row.first_tried_at or done.at,
    }
    if outcome in {"delivered", "given_up"}:
        state = DeliveryState.DELIVERED if outcome == "delivered" else DeliveryState.FAILED
        columns |= {"state": state.value, "next_try_at": None, "settled_at": done.at}
    else:
        pause = 0.0 if outcome == "gone" else pause_seconds(row.tries + 1)
        columns |= {"next_try_at": done.at + timedelta(seconds=pause)}
    same = {"id": row.id} if outcome == "delivered" else {"id": row.id, "state": DeliveryState.PENDING.value}
    if not await update(recording.connection, Delivery, columns, where=same):
        return
    await _FOLLOWING[outcome](recording, done)


async def release(connection: Connection, endpoint_id: str, payment_id: str, *, now: datetime) -> None:
    """Make the payment's earliest pending notice due, unless it is already."""
    pending = Delivery.filter(
        endpoint_id=endpoint_id, payment_id=payment_id, state=DeliveryState.PENDING.value
    ).using_db(connection)
    first = await pending.order_by("change_id").first()
    if first is not None and first.next_try_at is None:
        await update(connection, Delivery, {"next_try_at": now}, where={"id": first.id})


async def _after_taken(recording: Recording, done: Try) -> None:
    row = done.delivery
    await release(recording.connection, row.endpoint_id, row.payment_id, now=done.at)
    await discrepancies.close(recording.connection, _failed(row), now=done.at)
    if row.type in FULFILLING:
        facts = Facts(delivered_at=int(done.at.timestamp()))
        await recording.apply(PaymentId(row.payment_id), Reading(facts), Learned(), cause=f"delivery {row.id}")


async def _after_given_up(recording: Recording, done: Try) -> None:
    row = done.delivery
    await release(recording.connection, row.endpoint_id, row.payment_id, now=done.at)
    reason = f"{done.answer.status}" if done.answer.status is not None else done.answer.text
    detail = f"{row.type} was tried {row.tries + 1} times over three days and not taken; the last answer: {reason}"
    payments = [PaymentId(row.payment_id)]
    await discrepancies.show(recording.connection, _failed(row), detail, payments=payments, now=done.at)
    if row.type in FULFILLING:
        facts = Facts(given_up_at=int(done.at.timestamp()))
        await recording.apply(PaymentId(row.payment_id), Reading(facts), Learned(), cause=f"delivery {row.id}")


async def _after_gone(recording: Recording, done: Try) -> None:
    """Nothing more is sent there; what waits for it goes on waiting."""
    same = {"id": done.delivery.endpoint_id}
    await update(recording.connection, NoticeEndpoint, {"paused_at": done.at}, where=same)
    detail = "it answered 410; resume it with: gateway deliveries resume"
    condition = Condition(DiscrepancyKind.BACK_END_GONE, done.url)
    await discrepancies.show(recording.connection, condition, detail, payments=[], now=done.at)


async def _after_failed(recording: Recording, done: Try) -> None:
    """It is tried again."""


def _failed(row: Delivery) -> Condition:
    return Condition(DiscrepancyKind.NOTICE_FAILED, row.id)


_FOLLOWING = {
    "delivered": _after_taken,
    "given_up": _after_given_up,
    "gone": _after_gone,
    "failed": _after_failed,
}
