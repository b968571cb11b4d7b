"""Creating and canceling a checkout session.

Create has recovery points: the row is committed first, then Stripe is called with a key made of the row, then the
session is linked; whoever comes by later can go on from any of them (design/contract.md, never two payments).
"""

import asyncio
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from gateway.database import Connection, Database
from gateway.domain.catalogue import Catalogue
from gateway.domain.errors import SessionNotFound, StripeUnavailable
from gateway.domain.facts import Facts
from gateway.domain.identifiers import PaymentId, SessionId, parse_session_id
from gateway.domain.snapshot import Snapshot
from gateway.domain.stripe_objects import Reading
from gateway.models import Payment
from gateway.services.checkout import idempotency
from gateway.services.checkout.completion import Completer
from gateway.services.checkout.parameters import session_parameters
from gateway.services.checkout.prices import Prices
from gateway.services.checkout.request import CheckoutRequest, check_request
from gateway.services.payments.refresh import Refresher
from gateway.services.recording import projection, rows
from gateway.services.recording.rows import snapshot_of
from gateway.settings import Settings
from gateway.stripe_api.checkout import StripeCheckout
from gateway.stripe_api.errors import Refused, StripeFault
from gateway.telemetry.failpoints import Failpoint, failpoint
from gateway.telemetry.logs import get_logger, hash_id

__all__ = ["CheckoutRequest", "CheckoutService", "CreatedSession"]

DEADLINE_SECONDS = 18.0
TRIES = 5

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CreatedSession:
    """A session to send the buyer to. `reused`: it was open already for the same `clientReferenceId`."""

    snapshot: Snapshot
    url: str
    expires_at: datetime
    reused: bool


class CheckoutService:
    def __init__(
        self,
        *,
        settings: Settings,
        catalogue: Catalogue,
        database: Database,
        stripe: StripeCheckout,
        prices: Prices,
        refresher: Refresher,
        completer: Completer,
    ) -> None:
        self._settings = settings
        self._catalogue = catalogue
        self._database = database
        self._stripe = stripe
        self._prices = prices
        self._refresher = refresher
        self._completer = completer

    async def create(self, request: CheckoutRequest) -> CreatedSession:
        """One session for one purchase, however often and from however many places it is asked for.

        Raises the contract's refusals; StripeUnavailable within 20 seconds, after which the same key may try again.
        """
        check_request(request, self._catalogue, self._settings)
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                known = await self._purchase(request)
                row = await self._completer.complete(PaymentId(known.payment.id))
        except TimeoutError:
            raise StripeUnavailable from None
        except StripeFault as fault:
            raise fault.error from fault
        created = _created(row, reused=known.reused)
        log.info(
            "A checkout session was handed out.",
            action="checkout.created",
            payment_id=row.id,
            session=hash_id(created.snapshot.session_id),
            reused=created.reused,
        )
        return created

    async def cancel(self, session_id: str) -> Snapshot:
        """Expire the session at Stripe; the answer is what the payment really is, paid included.

        The intent to cancel is recorded first, so that the expired event reads as canceled whenever it comes. Raises
        SessionNotFound; StripeUnavailable within 20 seconds, after which the cancel is still wished for.
        """
        row = await self._find(session_id)
        payment_id = PaymentId(row.id)
        if not await self._record_cancel(payment_id):
            return await self._snapshot(payment_id)
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                await self._expire(payment_id, SessionId(session_id))
        except TimeoutError:
            raise StripeUnavailable from None
        except StripeFault as fault:
            raise fault.error from fault
        return await self._snapshot(payment_id)

    async def _purchase(self, request: CheckoutRequest) -> idempotency.Known:
        """The row this request stands for: an earlier one, or a new one."""
        for _ in range(TRIES):
            known = await self._recall(request)
            if known is not None:
                return known
            try:
                return idempotency.Known(await self._reserve(request), reused=False)
            except idempotency.AlreadyReserved:
                continue  # A parallel call was faster: its row is there to be recalled now.
        raise StripeUnavailable

    async def _reserve(self, request: CheckoutRequest) -> Payment:
        """Write the row of a new purchase, once Stripe has said that its price can be sold."""
        sale = await self._prices.sale(request.price_id, quantity=request.quantity)
        payment_id = PaymentId(uuid.uuid4().hex)
        parameters = session_parameters(request, sale.mode, payment_id, self._settings)
        reservation = idempotency.Reservation(payment_id, request, sale, parameters, self._settings.livemode)
        return await self._database.run(lambda connection: idempotency.reserve(connection, reservation))

    async def _recall(self, request: CheckoutRequest) -> idempotency.Known | None:
        known = await self._database.read(lambda connection: idempotency.recall(connection, request))
        if known is None or not known.reused:
            return known
        if not await self._is_still_open(known.payment):
            return None
        try:
            await self._database.run(
                lambda connection: idempotency.remember(connection, request, PaymentId(known.payment.id))
            )
        except idempotency.AlreadyReserved:
            return await self._database.read(lambda connection: idempotency.recall(connection, request))
        return known

    async def _is_still_open(self, payment: Payment) -> bool:
        """Whether a session may be handed out again. A clock may only cause a refetch, never decide."""
        snapshot = snapshot_of(payment)
        if snapshot.facts.cancel_requested:
            await self._expire(snapshot.payment_id, snapshot.session_id)
        elif payment.session_id and _may_have_expired(payment):
            session = await self._stripe.retrieve_session(payment.session_id, wait=True)
            await self._refresher.fold(snapshot.payment_id, session, cause="retrieve")
        else:
            return True
        row = await self._database.read(lambda connection: rows.by_id(connection, snapshot.payment_id))
        return row.open_key is not None

    async def _find(self, session_id: str) -> Payment:
        known = parse_session_id(session_id)
        if known is None:
            raise SessionNotFound
        row = await self._database.read(lambda connection: rows.by_session(connection, known))
        if row is None:
            raise SessionNotFound
        return row

    async def _record_cancel(self, payment_id: PaymentId) -> bool:
        """False when the payment is final already: then there is nothing to cancel, and nothing is recorded."""

        async def work(connection: Connection) -> bool:
            row = await rows.locked(connection, payment_id)
            if row.is_final:
                return False
            wish = Reading(Facts(cancel_requested=True))
            await projection.apply(connection, payment_id, wish, projection.Learned(), cause="api")
            return True

        return await self._database.run(work)

    async def _expire(self, payment_id: PaymentId, session_id: SessionId) -> None:
        failpoint(Failpoint.BEFORE_STRIPE_EXPIRE)
        try:
            session = await self._stripe.expire_session(session_id)
        except Refused:  # It is no longer open: what it has become is the answer.
            session = await self._stripe.retrieve_session(session_id, wait=True)
        failpoint(Failpoint.AFTER_STRIPE_EXPIRE)
        await self._refresher.fold(payment_id, session, cause="api")

    async def _snapshot(self, payment_id: PaymentId) -> Snapshot:
        return snapshot_of(await self._database.read(lambda connection: rows.by_id(connection, payment_id)))


def _created(row: Payment, *, reused: bool) -> CreatedSession:
    """The stored answer: the url as Stripe first gave it, though Stripe itself forgets it once the session ends."""
    if row.url is None or row.expires_at is None:
        raise StripeUnavailable
    return CreatedSession(snapshot_of(row), row.url, row.expires_at, reused)


def _may_have_expired(payment: Payment) -> bool:
    return payment.expires_at is not None and payment.expires_at <= datetime.now(UTC) + timedelta(minutes=1)
