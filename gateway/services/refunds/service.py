"""Refunding: the row is committed first, then Stripe is asked with a key made of it, then the answer is recorded.

Whoever comes by later can go on from any of these: a row without an answer is looked for among the refunds of its
intent, by our id in their metadata, before Stripe is asked again. Stripe forgets a key after a day; a row does not.
"""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from gateway.domain.discrepancies import Condition, DiscrepancyKind
from gateway.domain.errors import GatewayError, NotRefundable, StripeUnavailable
from gateway.domain.identifiers import REFUND_MARKER, PaymentId
from gateway.domain.json_fields import identifier, mapping, text
from gateway.domain.language import Text
from gateway.domain.money import Money
from gateway.domain.snapshot import Snapshot
from gateway.domain.states import RefundRequestState
from gateway.domain.stripe_objects import read_refund
from gateway.engines.database import Connection, Database
from gateway.models import RefundRequest
from gateway.services.payments import portrait
from gateway.services.recording import discrepancies, rows
from gateway.services.recording.changes import Learned, learned_from_session
from gateway.services.recording.recorder import Recorder, Recording
from gateway.services.recording.rows import snapshot_of
from gateway.services.recording.sql import update
from gateway.services.refunds import requests
from gateway.services.refunds.requests import Wish
from gateway.services.running.installation import InstallationView
from gateway.stripe_api.checkout import StripeCheckout
from gateway.stripe_api.errors import Broken, Refused, StripeFault
from gateway.telemetry.failpoints import Failpoint, failpoint
from gateway.telemetry.logs import get_logger

DEADLINE_SECONDS = 18.0
ATTEMPTS_A_CALL = 3
TRY_AGAIN_AFTER = timedelta(minutes=1)
BATCH = 50
LONGEST_CAUSE = 300

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RefundRequestView:
    """A refund that an operator asked for. `problem` is Stripe's word, where it refused."""

    id: str
    payment_id: PaymentId
    amount: Money
    reason: str | None
    by: str
    state: RefundRequestState
    stripe_id: str | None
    problem: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Refunded:
    """The payment as it is now, and the refund that was made."""

    snapshot: Snapshot
    request: RefundRequestView


class RefundService:
    """Whoever calls has been recognised as an operator who may write."""

    def __init__(
        self,
        database: Database,
        stripe: StripeCheckout,
        recorder: Recorder,
        installation: Callable[[], InstallationView],
        *,
        livemode: bool,
    ) -> None:
        self._database = database
        self._stripe = stripe
        self._recorder = recorder
        self._installation = installation
        self._livemode = livemode

    async def refund(self, wish: Wish) -> Refunded:
        """Once for one key, however often it is asked for.

        Raises InvalidRequest, SessionNotFound, NotRefundable, RefundTooLarge, IdempotencyConflict; StripeUnavailable
        within 20 seconds, after which it is still made: by the same key, or in the background.
        """
        requests.check(wish)
        row = await self._reserve(wish)
        log.info("A refund was asked for.", action="refund.asked", refund=row.id, payment_id=row.payment_id, by=row.by)
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                await self._make(row.id, is_first=_is_first_try(row))
        except TimeoutError:
            raise StripeUnavailable from None
        snapshot = snapshot_of(
            await self._database.read(lambda connection: rows.by_id(connection, PaymentId(row.payment_id)))
        )
        return Refunded(snapshot, _view(await self._load(row.id)))

    async def complete_pending(self) -> int:
        """Go on with what a crash or an outage left. How many were ended."""
        before = datetime.now(UTC) - TRY_AGAIN_AFTER
        query = RefundRequest.filter(state=RefundRequestState.PENDING.value, tried_at__lt=before)
        ended = 0
        for row in await self._database.read(query.order_by("tried_at").limit(BATCH).using_db):
            await self._change(row, tried_at=datetime.now(UTC))
            try:
                await self._make(row.id, is_first=False)
                ended += 1
            except StripeUnavailable:
                continue
            except GatewayError:
                ended += 1
        return ended

    async def of_payments(self, payment_ids: Collection[PaymentId]) -> dict[PaymentId, list[RefundRequestView]]:
        """Those that were asked for of each of them, oldest first."""
        query = RefundRequest.filter(payment_id__in=list(payment_ids)).order_by("created_at", "id")
        found: dict[PaymentId, list[RefundRequestView]] = {payment_id: [] for payment_id in payment_ids}
        for row in await self._database.read_for_operators(query.using_db):
            found[PaymentId(row.payment_id)].append(_view(row))
        return found

    async def _reserve(self, wish: Wish) -> RefundRequest:
        """Where no charge is known yet, Stripe is asked for it, and the payment is looked at once more."""
        work = partial(requests.reserve, wish=wish, livemode=self._livemode)
        try:
            return await self._database.run(work)
        except NotRefundable:
            if not await self._learned(wish.session_id):
                raise
        return await self._database.run(work)

    async def _learned(self, session_id: str) -> bool:
        """Whether Stripe showed more of this payment than was known."""
        try:
            found = await portrait.retrieve(self._stripe, session_id)
        except StripeFault:
            return False
        row = await self._database.read(lambda connection: rows.by_session(connection, found.session["id"]))
        if row is None:
            return False
        learned = learned_from_session(found.session, retrieved_at=datetime.now(UTC))
        await self._recorder.learn(PaymentId(row.id), found.reading(), learned, cause="retrieve")
        after = await self._database.read(lambda connection: rows.by_id(connection, PaymentId(row.id)))
        return bool(after.revision != row.revision)

    async def _make(self, request_id: str, *, is_first: bool) -> None:
        """Stripe has it, or has refused it, when this returns. Raises what the caller is given."""
        for _ in range(ATTEMPTS_A_CALL):
            row = await self._load(request_id)
            if row.state == RefundRequestState.MADE.value:
                return
            if row.state == RefundRequestState.REFUSED.value:
                raise _refusal(row.problem)
            try:
                made = None if is_first else await self._made_already(row)
                await self._record(row, made or await self._ask(row))
                return
            except Refused as fault:
                await self._judge_refusal(row, fault, has_answered=not is_first)
            except Broken:
                is_first = False  # Its key is spent; whether it made something, a look says.
                if await self._made_already_or_none(row) is None:
                    await self._change(row, attempt=row.attempt + 1, tried_at=datetime.now(UTC))
            except StripeFault as fault:
                await self._change(row, tried_at=datetime.now(UTC))
                raise fault.error from fault
        raise StripeUnavailable

    async def _ask(self, row: RefundRequest) -> dict[str, Any]:
        failpoint(Failpoint.BEFORE_STRIPE_REFUND)
        asked = requests.parameters(row, self._installation().instance)
        made = await self._stripe.create_refund(asked, idempotency_key=f"refund-{row.id}-{row.attempt}")
        failpoint(Failpoint.AFTER_STRIPE_REFUND)
        return made

    async def _made_already(self, row: RefundRequest) -> dict[str, Any] | None:
        """The refund that an earlier try made, by our id in its metadata. Raises StripeFault."""
        refunds = await self._stripe.refunds_of(row.intent_id)
        return next((one for one in refunds if text(mapping(one, "metadata"), REFUND_MARKER) == row.id), None)

    async def _made_already_or_none(self, row: RefundRequest) -> dict[str, Any] | None:
        try:
            return await self._made_already(row)
        except StripeFault as fault:
            raise fault.error from fault

    async def _judge_refusal(self, row: RefundRequest, fault: Refused, *, has_answered: bool) -> None:
        """Unless an earlier try had made it after all, it ends here. Raises NotRefundable."""
        made = await self._made_already_or_none(row)
        if made is not None:
            await self._record(row, made)
            return
        log.warning("Stripe refused a refund.", action="refund.refused", refund=row.id, fault=str(fault))

        async def work(connection: Connection) -> None:
            columns = {"state": RefundRequestState.REFUSED.value, "problem": fault.message[:2000]}
            same = {"id": row.id, "state": RefundRequestState.PENDING.value}
            if await update(connection, RefundRequest, columns, where=same) and has_answered:
                condition = Condition(DiscrepancyKind.REFUND_REFUSED, row.id)
                detail = f"Stripe refused a refund of {requests.amount_of(row).formatted}: {fault.message}"
                payments, now = [PaymentId(row.payment_id)], datetime.now(UTC)
                await discrepancies.show(connection, condition, detail, payments=payments, now=now)

        await self._database.run(work)
        raise _refusal(fault.message) from fault

    async def _record(self, row: RefundRequest, refund: dict[str, Any]) -> None:
        async def work(recording: Recording) -> None:
            made = {"state": RefundRequestState.MADE.value, "stripe_id": identifier(refund, "id")}
            await update(recording.connection, RefundRequest, made, where={"id": row.id})
            cause = f"refund by {row.by}"[:LONGEST_CAUSE]
            await recording.apply(PaymentId(row.payment_id), read_refund(refund), Learned(), cause=cause)

        await self._recorder.record(work)
        log.info("A refund was made.", action="refund.made", refund=row.id, payment_id=row.payment_id, by=row.by)

    async def _change(self, row: RefundRequest, **columns: Any) -> None:
        """Unless somebody else has brought it further meanwhile."""
        same = {"id": row.id, "attempt": row.attempt, "state": RefundRequestState.PENDING.value}
        await self._database.run(lambda connection: update(connection, RefundRequest, columns, where=same))

    async def _load(self, request_id: str) -> RefundRequest:
        return await self._database.read(lambda connection: RefundRequest.get(id=request_id, using_db=connection))


def _is_first_try(row: RefundRequest) -> bool:
    """So that Stripe still knows the key, whatever became of the process that wrote the row."""
    return row.tried_at == row.created_at and datetime.now(UTC) - row.created_at < TRY_AGAIN_AFTER


def _refusal(problem: str | None) -> NotRefundable:
    """Stripe's own words: whoever asks for a refund is an operator."""
    said = problem or "no reason given"
    return NotRefundable(reason=Text(en=f"Stripe refuses it: {said}", zh=f"Stripe 拒绝退款：{said}"))


def _view(row: RefundRequest) -> RefundRequestView:
    return RefundRequestView(
        id=row.id,
        payment_id=PaymentId(row.payment_id),
        amount=requests.amount_of(row),
        reason=row.reason,
        by=row.by,
        state=RefundRequestState(row.state),
        stripe_id=row.stripe_id,
        problem=row.problem,
        created_at=row.created_at,
    )
