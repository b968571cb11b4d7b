"""Creating and canceling a checkout session.

Create has recovery points: the row is committed first, then Stripe is called with a key made of the row, then the
session is linked; whoever comes by later can go on from any of them .
"""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from gateway.domain.catalogue import Catalogue
from gateway.domain.checkout_options import CheckoutOptions, joined, misplaced, over
from gateway.domain.errors import CheckoutRefused, InvalidRequest, SessionNotFound, StripeUnavailable
from gateway.domain.facts import Facts
from gateway.domain.facts_json import facts_from_json
from gateway.domain.identifiers import PaymentId, SessionId, parse_session_id
from gateway.domain.language import Text
from gateway.domain.snapshot import Snapshot
from gateway.domain.stripe_objects import Reading
from gateway.engines.database import Database
from gateway.models import Payment
from gateway.services.checkout import idempotency, purchases
from gateway.services.checkout.completion import Completer
from gateway.services.checkout.parameters import marker_of, session_parameters
from gateway.services.checkout.price_control import PriceControl
from gateway.services.checkout.prices import Prices, Sale
from gateway.services.checkout.request import CheckoutRequest, check_request
from gateway.services.payments.refresh import Refresher
from gateway.services.recording import rows
from gateway.services.recording.changes import Learned
from gateway.services.recording.recorder import Recorder, Recording
from gateway.services.recording.rows import snapshot_of
from gateway.services.running.installation import InstallationView
from gateway.settings import Settings
from gateway.stripe_api.checkout import StripeCheckout
from gateway.stripe_api.errors import Refused, StripeFault
from gateway.telemetry.failpoints import Failpoint, failpoint
from gateway.telemetry.logs import get_logger, hash_id

__all__ = ["CheckoutRequest", "CheckoutService", "CreatedSession"]

DEADLINE_SECONDS = 18.0
TRIES = 10
LONGEST_CAUSE = 300

Result = TypeVar("Result")

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CreatedSession:
    """A session to send the buyer to. `reused`: it was open already for the same purchase."""

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
        recorder: Recorder,
        control: PriceControl,
        installation: Callable[[], InstallationView],
    ) -> None:
        self._settings = settings
        self._catalogue = catalogue
        self._database = database
        self._stripe = stripe
        self._prices = prices
        self._refresher = refresher
        self._completer = completer
        self._recorder = recorder
        self._control = control
        self._installation = installation

    async def create(self, request: CheckoutRequest) -> CreatedSession:
        """One session for one purchase, however often and from however many places it is asked for.

        Raises the contract's refusals; StripeUnavailable within 20 seconds, after which the same key may try again.
        """
        check_request(request, self._catalogue, self._settings)

        async def made() -> tuple[Payment, bool]:
            payment, reused = await self._purchase(request)
            return await self._completer.complete(PaymentId(payment.id)), reused

        row, reused = await self._within_deadline(made())
        created = _created(row, reused=reused)
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
        await self._within_deadline(self._expire(payment_id, SessionId(session_id)))
        return await self._snapshot(payment_id)

    async def write_off(self, session_id: str, *, by: str, note: str) -> Snapshot:
        """An operator ends a payment that will never move again: complete and not final. An open session is expired
        first. Raises SessionNotFound, InvalidRequest; StripeUnavailable when it cannot be expired.
        """
        if not note.strip():
            raise InvalidRequest(problem=_NOTE_MISSING)
        row = await self._find(session_id)
        payment_id = PaymentId(row.id)
        if not row.is_final and not facts_from_json(row.facts).complete:
            await self._within_deadline(self._expire(payment_id, SessionId(session_id)))
            if (await self._snapshot(payment_id)).is_final:
                return await self._snapshot(payment_id)
        cause = f"written off by {by}: {note.strip()}"[:LONGEST_CAUSE]

        async def work(recording: Recording) -> None:
            locked = await rows.locked(recording.connection, payment_id)
            if locked.is_final or not facts_from_json(locked.facts).complete:
                raise InvalidRequest(problem=_NOT_TO_BE_WRITTEN_OFF)
            await recording.apply(payment_id, Reading(Facts(written_off=True)), Learned(), cause=cause)

        await self._recorder.record(work)
        log.warning("A payment was written off.", action="payment.written_off", payment_id=payment_id, by=by)
        return await self._snapshot(payment_id)

    async def _purchase(self, request: CheckoutRequest) -> tuple[Payment, bool]:
        """The row this request stands for, and whether it was recognised by its purchase."""
        for _ in range(TRIES):
            known = await self._database.read(lambda connection: idempotency.recall(connection, request))
            if known is not None:
                return known, False
            found = await self._database.read(lambda connection: purchases.open_purchase(connection, request))
            try:
                if found is None:
                    return await self._reserve(request), False
                if await self._is_handed_back(found, request):
                    return found, True
            except idempotency.AlreadyReserved:
                continue  # A parallel call was faster: its row is there to be recalled now.
        raise StripeUnavailable

    async def _reserve(self, request: CheckoutRequest) -> Payment:
        """Write the row of a new purchase, once Stripe has said that its price can be sold."""
        currency = request.currency.lower() if request.currency is not None else None
        options = self._offered(request)
        sale = await self._prices.sale(request.lines, currency=currency, options=options)
        self._refuse_misplaced(request, sale)
        for item in request.lines:
            await self._control.seen(item.price_id, await self._prices.price(item.price_id))
        payment_id = PaymentId(uuid.uuid4().hex)
        marker = marker_of(payment_id, self._installation().instance)
        parameters = session_parameters(request, sale, options, marker, self._settings)
        reservation = idempotency.Reservation(payment_id, request, sale, parameters, self._settings.livemode)
        return await self._recorder.record(lambda recording: idempotency.reserve(recording, reservation))

    def _offered(self, request: CheckoutRequest) -> CheckoutOptions:
        """What the catalogue lets the page offer. Raises InvalidRequest for packages that cannot be sold together."""
        own = [package.options for item in request.lines if (package := self._catalogue.find(item.price_id))]
        together = joined(own)
        if isinstance(together, str):
            raise InvalidRequest(problem=_not_together(together))
        return over(self._catalogue.checkout, together)

    def _refuse_misplaced(self, request: CheckoutRequest, sale: Sale) -> None:
        """A package's own option that its price's mode does not have: the shop's file is wrong, and not the caller."""
        for item in request.lines:
            package = self._catalogue.find(item.price_id)
            problem = misplaced(package.options, sale.mode) if package is not None else None
            if problem is not None:
                log.error(
                    "The catalogue asks for what Stripe does not have in this mode.",
                    action="checkout.misplaced_option",
                    price_id=item.price_id,
                    problem=problem,
                    fix="correct [packages.checkout] in the file of GATEWAY_CATALOGUE",
                )
                raise CheckoutRefused

    async def _is_handed_back(self, found: Payment, request: CheckoutRequest) -> bool:
        """An open session of the same purchase: ours to hand out, or expired first. What it has become is judged by
        what Stripe says then, never by a clock."""
        payment_id = PaymentId(found.id)
        if purchases.may_be_handed_back(found, request):
            await self._database.run(lambda connection: idempotency.remember(connection, request, payment_id))
            return True
        row = await self._completer.complete(payment_id)
        try:
            await self._expire(payment_id, SessionId(str(row.session_id)))
        except Refused:  # Stripe does not have it any more: nobody can pay it, and reconciliation says so.
            await self._database.run(lambda connection: purchases.release(connection, payment_id))
        return False

    async def _find(self, session_id: str) -> Payment:
        known = parse_session_id(session_id)
        if known is None:
            raise SessionNotFound
        row = await self._database.read(
            lambda connection: rows.by_session(connection, known, livemode=self._settings.livemode)
        )
        if row is None:
            raise SessionNotFound
        return row

    async def _record_cancel(self, payment_id: PaymentId) -> bool:
        """False when the payment is final already: then there is nothing to cancel, and nothing is recorded."""

        async def work(recording: Recording) -> bool:
            row = await rows.locked(recording.connection, payment_id)
            if row.is_final:
                return False
            await recording.apply(payment_id, Reading(Facts(cancel_requested=True)), Learned(), cause="api")
            return True

        return await self._recorder.record(work)

    async def _expire(self, payment_id: PaymentId, session_id: SessionId) -> None:
        failpoint(Failpoint.BEFORE_STRIPE_EXPIRE)
        try:
            session = await self._stripe.expire_session(session_id)
        except Refused:  # It is no longer open: what it has become is the answer.
            session = await self._stripe.retrieve_session(session_id, wait=True)
        failpoint(Failpoint.AFTER_STRIPE_EXPIRE)
        await self._refresher.fold(payment_id, session, cause="api")

    async def _within_deadline(self, work: Awaitable[Result]) -> Result:
        """Raises StripeUnavailable when time is up, and what a client is given for a fault of Stripe's."""
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                return await work
        except TimeoutError:
            raise StripeUnavailable from None
        except StripeFault as fault:
            raise fault.error from fault

    async def _snapshot(self, payment_id: PaymentId) -> Snapshot:
        return snapshot_of(await self._database.read(lambda connection: rows.by_id(connection, payment_id)))


def _created(row: Payment, *, reused: bool) -> CreatedSession:
    """The stored answer: the url as Stripe first gave it, though Stripe itself forgets it once the session ends."""
    if row.url is None or row.expires_at is None:
        raise StripeUnavailable
    return CreatedSession(snapshot_of(row), row.url, row.expires_at, reused)


def _not_together(option: str) -> Text:
    return Text(
        en=f"`items` cannot be sold in one checkout: the shop's option `{option}` differs between them.",
        zh=f"items 不能在同一次结账中出售：商店选项 {option} 对它们的设置不同。",
    )


_NOTE_MISSING = Text(en="`note` is required: say why.", zh="note 为必填项，请说明原因。")
_NOT_TO_BE_WRITTEN_OFF = Text(
    en="`sessionId` names a payment that is not complete or has ended: only one that waits for money is written off.",
    zh="sessionId 对应的支付尚未完成结账或已经结束，只有仍在等待款项的支付才能核销。",
)
