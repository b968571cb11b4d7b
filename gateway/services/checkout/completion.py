"""Row → Checkout Session: the part of a create that talks to Stripe, and that a crash may leave half done.

The key we send Stripe is the row's id and attempt number, never made from a clock, so whoever completes a row, however
often and however many at once, is given the same session. The attempt is raised only when a try is known to have ended
without one: Stripe stores a 5xx with its key and would replay it for ever.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from gateway.domain.discrepancies import Condition, DiscrepancyKind
from gateway.domain.errors import ALL_ERRORS, CheckoutRefused, GatewayError, InvalidRequest, StripeUnavailable
from gateway.domain.identifiers import MARKER, PaymentId
from gateway.domain.json_fields import mapping, text
from gateway.domain.language import Text
from gateway.domain.states import Creation
from gateway.engines.database import Connection, Database
from gateway.models import Payment
from gateway.services.checkout import idempotency
from gateway.services.checkout.parameters import LIFETIME, renewed
from gateway.services.payments.refresh import Refresher
from gateway.services.recording import discrepancies, rows
from gateway.stripe_api.checkout import Session, StripeCheckout
from gateway.stripe_api.errors import Broken, RateLimited, Refused, StripeFault, Unexecuted
from gateway.telemetry.failpoints import Failpoint, failpoint
from gateway.telemetry.logs import get_logger

ENDPOINT = "sessions.create"
ATTEMPTS_A_CALL = 3
CLOCK_SLACK_SECONDS = 300
ANSWERS_KEPT = timedelta(hours=23)
COMPLETE_AFTER = timedelta(minutes=1)
BATCH = 100

log = get_logger(__name__)
_BY_CODE = {error.code: error for error in ALL_ERRORS}


class Completer:
    def __init__(self, database: Database, stripe: StripeCheckout, refresher: Refresher, *, livemode: bool) -> None:
        self._livemode = livemode
        self._database = database
        self._stripe = stripe
        self._refresher = refresher
        self._flights: dict[PaymentId, asyncio.Task[Payment]] = {}

    async def complete(self, payment_id: PaymentId) -> Payment:
        """The row with its session linked. Raises the refusal Stripe gave, or StripeUnavailable.

        One flight a row in this process; it goes on when its caller is gone, so nothing is left half done.
        """
        flight = self._flights.get(payment_id)
        if flight is None:
            flight = asyncio.create_task(self._complete(payment_id))
            self._flights[payment_id] = flight
            flight.add_done_callback(self._landed(payment_id))
        return await asyncio.shield(flight)

    async def complete_abandoned(self) -> int:
        """Finish or close what a crash or an outage left: rows without a session for a minute. How many were ended."""
        before = datetime.now(UTC) - COMPLETE_AFTER
        left = await self._database.read(
            lambda connection: (
                Payment.filter(creation=Creation.CREATING.value, livemode=self._livemode, created_at__lt=before)
                .using_db(connection)
                .order_by("tried_at", "created_at")
                .limit(BATCH)
                .values_list("id", flat=True)
            )
        )
        ended = 0
        for payment_id in left:
            try:
                await self._note_try(PaymentId(str(payment_id)))
                await self.complete(PaymentId(str(payment_id)))
                ended += 1
            except StripeUnavailable:
                if self._stripe.gate.breaker(ENDPOINT).is_open:
                    break  # Stripe is away: the rest waits for the next round.
            except GatewayError:
                ended += 1
        return ended

    async def stop(self) -> None:
        if self._flights:
            await asyncio.wait(set(self._flights.values()), timeout=5)

    def _landed(self, payment_id: PaymentId) -> Callable[[asyncio.Task[Payment]], None]:
        def landed(flight: asyncio.Task[Payment]) -> None:
            self._flights.pop(payment_id, None)
            if not flight.cancelled():
                flight.exception()

        return landed

    async def _complete(self, payment_id: PaymentId) -> Payment:
        refusals = 0
        for _ in range(ATTEMPTS_A_CALL):
            row = await self._load(payment_id)
            if row.creation == Creation.LINKED.value and not _lacks_its_answer(row):
                return row
            if row.refusal is not None:
                raise _refusal(row.refusal)
            try:
                return await self._link(row, await self._create(row))
            except Refused as fault:
                refusals += 1
                found = await self._judge_refusal(row, fault, is_second=refusals > 1)
                if found is not None:
                    return await self._link(row, found)
            except Broken:
                found = await self._made_already(row)
                if found is not None:
                    return await self._link(row, found)
                await self._raise_attempt(row, row.parameters)
            except RateLimited as fault:
                await self._close_if_nobodys(row)
                raise fault.error from fault
            except StripeFault as fault:
                if isinstance(fault, Unexecuted):
                    log.error("Stripe refuses us.", action="checkout.unexecuted", fault=str(fault))  # noqa: TRY400 (no defect)
                raise fault.error from fault
        raise StripeUnavailable

    async def _judge_refusal(self, row: Payment, fault: Refused, *, is_second: bool) -> Session | None:
        """Stripe said no. What a caller can fix ends the row at once; anything else is tried once more with fresh
        parameters, and refused again it is refused for good. A session that was made after all is answered."""
        log.warning("Stripe refused a session.", action="checkout.refused", payment_id=row.id, fault=str(fault))
        if not isinstance(fault.error, StripeUnavailable):
            await self._close(row, fault.error)
            raise fault.error from fault
        found = await self._made_already(row)
        if found is not None:
            return found
        if is_second:
            await self._close(row, CheckoutRefused(), message=fault.message)
            raise CheckoutRefused from fault
        await self._raise_attempt(row, renewed(row.parameters, lifetime=_lifetime_of(row)))
        return None

    async def _create(self, row: Payment) -> Session:
        failpoint(Failpoint.BEFORE_STRIPE_CREATE)
        session = await self._stripe.create_session(row.parameters, idempotency_key=f"{row.id}-{row.attempt}")
        failpoint(Failpoint.AFTER_STRIPE_CREATE)
        return session

    async def _link(self, row: Payment, session: Session) -> Payment:
        payment_id = PaymentId(row.id)
        await self._refresher.fold(payment_id, session, cause="api")
        return await self._load(payment_id)

    async def _made_already(self, row: Payment) -> Session | None:
        """The session a broken answer may have left behind, found by our marker among those of that time."""
        created = int(row.created_at.timestamp())
        now = int(datetime.now(UTC).timestamp())
        window = {"created_from": created - CLOCK_SLACK_SECONDS, "created_to": now + CLOCK_SLACK_SECONDS}
        try:
            async for session in self._stripe.list_sessions(**window):
                is_marked = text(mapping(session, "metadata"), MARKER) == row.id
                if is_marked and rows.is_asked_for(row, session):
                    return session
        except StripeFault as fault:
            raise fault.error from fault
        return None

    async def _raise_attempt(self, row: Payment, parameters: dict[str, Any]) -> None:
        """Only after a look at Stripe showed that the attempts so far made nothing."""
        await self._change(row, attempt=row.attempt + 1, parameters=parameters)

    async def _close_if_nobodys(self, row: Payment) -> None:
        """Stripe never executed it, and nobody holds a key or a purchase that leads back to the row."""
        if row.purchase_key is not None or await self._database.read(
            partial(idempotency.has_key, payment_id=PaymentId(row.id))
        ):
            return
        try:
            found = await self._made_already(row)
        except StripeUnavailable:
            if row.tried_at != row.created_at:
                raise
            found = None  # It was its first try, and Stripe did not execute it.
        if found is None:
            await self._close(row, StripeUnavailable())

    async def _close(self, row: Payment, refusal: GatewayError, *, message: str | None = None) -> None:
        """The row ends here and frees its key and its purchase; refused for good, somebody has to look."""
        payment_id = PaymentId(row.id)

        async def work(connection: Connection) -> None:
            same = Payment.filter(id=row.id, attempt=row.attempt, creation=Creation.CREATING.value).using_db(connection)
            columns = {"creation": Creation.REFUSED.value, "refusal": refusal.code, "open_key": None}
            if not await same.update(**columns):
                return  # Somebody else has brought it further meanwhile.
            await idempotency.release(connection, payment_id)
            missing = Condition(DiscrepancyKind.MISSING_THERE, payment_id)
            await discrepancies.close(connection, missing, now=datetime.now(UTC))
            if message is not None:
                condition = Condition(DiscrepancyKind.REFUSED_FOR_GOOD, payment_id)
                now = datetime.now(UTC)
                await discrepancies.show(connection, condition, message, payments=[payment_id], now=now)

        await self._database.run(work)

    async def _note_try(self, payment_id: PaymentId) -> None:
        """So that rows that fail every time starve nobody."""
        tried_at = datetime.now(UTC)
        await self._database.run(
            lambda connection: Payment.filter(id=payment_id).using_db(connection).update(tried_at=tried_at)
        )

    async def _change(self, row: Payment, **columns: Any) -> None:
        """Unless somebody else has brought the row further meanwhile."""

        async def work(connection: Connection) -> None:
            same = Payment.filter(id=row.id, attempt=row.attempt, creation=Creation.CREATING.value)
            await same.using_db(connection).update(**columns)

        await self._database.run(work)

    async def _load(self, payment_id: PaymentId) -> Payment:
        return await self._database.read(lambda connection: rows.by_id(connection, payment_id))


def _lifetime_of(row: Payment) -> timedelta:
    """As long as it was given at first."""
    expires_at: Any = row.parameters.get("expires_at")
    return datetime.fromtimestamp(expires_at, UTC) - row.created_at if isinstance(expires_at, int) else LIFETIME


def _lacks_its_answer(row: Payment) -> bool:
    """Linked by a webhook that overtook Stripe's answer, which then was lost; the url of the page is in that alone.

    Stripe gives the answer to the first key again for a day. After that, or after another attempt, asking for it
    could open a second session.
    """
    is_kept = row.created_at > datetime.now(UTC) - ANSWERS_KEPT
    return row.url is None and row.attempt == 1 and is_kept


def _refusal(code: str) -> GatewayError:
    error = _BY_CODE.get(code, StripeUnavailable)
    if error is InvalidRequest:
        return InvalidRequest(problem=Text(en="Stripe refused a field of this request.", zh="请求中的某个字段无效。"))
    return error()
