"""Questions that the facts leave open, put to Stripe: each once, after the commit, in the background.

An intent's events come a moment before the session's, so a question is put after a moment, if it is still open then. A
process that dies in between loses nothing: the row says that it has questions, and the next round asks them.
"""

import asyncio
from collections import OrderedDict
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

from gateway.domain.facts_json import facts_from_json
from gateway.domain.identifiers import PaymentId
from gateway.domain.questions import DISPUTES, REFUNDS, is_urgent, unanswered
from gateway.engines.database import Connection, Database
from gateway.models import Payment
from gateway.services.payments import portrait
from gateway.services.recording import rows
from gateway.services.recording.changes import learned_from_session
from gateway.services.recording.recorder import Recorder
from gateway.stripe_api.checkout import StripeCheckout
from gateway.stripe_api.errors import Refused, StripeFault
from gateway.telemetry.logs import get_logger

AT_ONCE = 4
DELAY_SECONDS = 1.0
FIRST_PAUSE_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 900.0
WAITING_AT_MOST = 10_000
BATCH = 50
CAUSE = "retrieve"

log = get_logger(__name__)


class Refetcher:
    def __init__(
        self,
        database: Database,
        stripe: StripeCheckout,
        recorder: Recorder,
        *,
        livemode: bool,
        delay_seconds: float = DELAY_SECONDS,
    ) -> None:
        self._livemode = livemode
        self._database = database
        self._stripe = stripe
        self._recorder = recorder
        self._flights: dict[PaymentId, asyncio.Task[bool]] = {}
        self._again: set[PaymentId] = set()
        self._whatever: set[PaymentId] = set()
        self._unanswered = _Unanswered()
        self._places = asyncio.Semaphore(AT_ONCE)
        self._delay_seconds = delay_seconds
        self._hurry = asyncio.Event()

    def start(self, payment_id: PaymentId, *, whatever: bool = False) -> None:
        """Ask soon, if there is still a question then, or `whatever` the facts say. One flight a payment; a question
        that comes up meanwhile is asked right after it."""
        if whatever:
            self._whatever.add(payment_id)
        if payment_id in self._flights:
            self._again.add(payment_id)
            return
        if len(self._flights) >= WAITING_AT_MOST:
            return  # The row says that it has questions: the next round asks them.
        flight = asyncio.create_task(self._fly_later(payment_id))
        self._flights[payment_id] = flight
        flight.add_done_callback(lambda _: self._landed(payment_id))

    async def ask_now(self, payment_id: PaymentId) -> bool:
        """Everything Stripe shows of it, for somebody who waits: whether it answered. Raises StripeUnavailable."""
        self._whatever.add(payment_id)
        try:
            async with self._places:
                return await self._ask(payment_id)
        except StripeFault as fault:
            raise fault.error from fault

    async def run_due(self) -> int:
        """One bounded round over rows with questions, those not looked at for longest first. How many were asked."""
        due = await self._database.run(partial(_due, livemode=self._livemode))
        asked = 0
        for payment_id in due:
            if payment_id not in self._flights and self._unanswered.may_ask(payment_id):
                asked += await self._fly(payment_id)
        return asked

    async def settled(self) -> None:
        """Ask at once, and return when nothing is under way."""
        self._hurry.set()
        while self._flights:
            await asyncio.wait(set(self._flights.values()))
            await asyncio.sleep(0)
        self._hurry.clear()

    async def stop(self) -> None:
        for flight in list(self._flights.values()):
            flight.cancel()
        await asyncio.gather(*self._flights.values(), return_exceptions=True)

    def _landed(self, payment_id: PaymentId) -> None:
        self._flights.pop(payment_id, None)
        if payment_id in self._again:
            self._again.discard(payment_id)
            self.start(payment_id)

    async def _fly_later(self, payment_id: PaymentId) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._delay_seconds):
                await self._hurry.wait()
        return await self._fly(payment_id)

    async def _fly(self, payment_id: PaymentId) -> bool:
        async with self._places:
            try:
                return await self._ask(payment_id)
            except StripeFault:
                self._unanswered.note(payment_id)  # Logged where it happened; the row still says that it has questions.
                return False
            except Exception as error:
                log.warning("A payment could not be asked about.", action="refetch.failed", error=repr(error))
                return False

    async def _ask(self, payment_id: PaymentId) -> bool:
        row = await self._database.read(lambda connection: rows.by_id(connection, payment_id))
        if row.session_id is None or row.livemode is not self._livemode:
            return False
        facts = facts_from_json(row.facts)
        asked = unanswered(facts, row.answered)
        if not is_urgent(asked) and payment_id not in self._whatever:
            return False  # Events have answered it meanwhile.
        self._whatever.discard(payment_id)
        try:
            found = await portrait.retrieve(self._stripe, row.session_id)
        except Refused:
            return await self._give_up(payment_id, asked)
        if any(question.startswith((REFUNDS, DISPUTES)) for question in asked):
            found = await portrait.with_aftermath(self._stripe, found, facts)
        learned = learned_from_session(found.session, retrieved_at=datetime.now(UTC), answered=asked)
        await self._recorder.learn(payment_id, found.reading(), learned, cause=CAUSE)
        return True

    async def _give_up(self, payment_id: PaymentId, asked: frozenset[str]) -> bool:
        """Stripe has no such session: there is nobody to ask, and reconciliation says so."""

        async def work(connection: Connection) -> None:
            row = await rows.locked(connection, payment_id)
            answered = sorted({*row.answered, *asked})
            left = unanswered(facts_from_json(row.facts), answered)
            same = Payment.filter(id=row.id).using_db(connection)
            await same.update(answered=answered, has_questions=is_urgent(left))

        await self._database.run(work)
        return False


class _Unanswered:
    """Whom Stripe failed to answer, so that one who never is answered is asked ever more seldom. Bounded."""

    def __init__(self) -> None:
        self._failures: OrderedDict[PaymentId, tuple[int, float]] = OrderedDict()

    def may_ask(self, payment_id: PaymentId) -> bool:
        return asyncio.get_running_loop().time() >= self._failures.get(payment_id, (0, 0.0))[1]

    def note(self, payment_id: PaymentId) -> None:
        count = self._failures.pop(payment_id, (0, 0.0))[0] + 1
        pause = min(FIRST_PAUSE_SECONDS * 2 ** min(count - 1, 10), LONGEST_PAUSE_SECONDS)
        self._failures[payment_id] = (count, asyncio.get_running_loop().time() + pause)
        if len(self._failures) > WAITING_AT_MOST:
            self._failures.popitem(last=False)


async def _due(connection: Connection, *, livemode: bool) -> list[PaymentId]:
    """Taken up now, so that those which Stripe fails to answer wait behind the others."""
    query = Payment.filter(has_questions=True, livemode=livemode).using_db(connection)
    found = await query.order_by("tried_at", "id").limit(BATCH).values_list("id", flat=True)
    due = [PaymentId(str(key)) for key in found]
    if due:
        await Payment.filter(id__in=due).using_db(connection).update(tried_at=datetime.now(UTC))
    return due
