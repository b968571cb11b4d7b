"""Asking Stripe what became of one session, and folding the answer in.

Single-flight per session and fresh for a second, so that any number of readers cost one call; a reader waits for it a
second at most. After three time-outs the breaker opens: readers stop waiting, and single calls behind their backs find
out when Stripe is well again.
"""

import asyncio
from collections import OrderedDict
from datetime import UTC, datetime

from gateway.domain.identifiers import PaymentId
from gateway.domain.questions import SESSION, questions
from gateway.domain.snapshot import Snapshot
from gateway.domain.stripe_objects import read_retrieved
from gateway.services.recording.changes import Change, learned_from_session
from gateway.services.recording.recorder import Recorder
from gateway.stripe_api.checkout import Session, StripeCheckout
from gateway.stripe_api.errors import StripeFault
from gateway.stripe_api.gate import SLOW_SECONDS
from gateway.telemetry.logs import get_logger

FRESH_SECONDS = 1.0
WAIT_SECONDS = SLOW_SECONDS
REMEMBERED = 20_000
ENDPOINT = "sessions.retrieve"

log = get_logger(__name__)


class Refresher:
    def __init__(self, stripe: StripeCheckout, recorder: Recorder) -> None:
        self._stripe = stripe
        self._recorder = recorder
        self._flights: dict[PaymentId, asyncio.Task[bool]] = {}
        self._asked_at: OrderedDict[PaymentId, float] = OrderedDict()
        self._late: set[asyncio.Task[bool]] = set()

    async def refresh(self, snapshot: Snapshot) -> bool:
        """True when the row was brought up to date just now; False when what is known must do."""
        flight = self.start(snapshot)
        if flight is None or flight in self._late or self._stripe.gate.breaker(ENDPOINT).is_open:
            return False
        done, _ = await asyncio.wait({flight}, timeout=WAIT_SECONDS)
        if not done and flight not in self._late:
            self._late.add(flight)  # However many wait for it, one late answer is one time-out.
            flight.add_done_callback(self._late.discard)
            self._stripe.gate.breaker(ENDPOINT).failed()
        return bool(done) and flight.result()

    def start(self, snapshot: Snapshot) -> asyncio.Task[bool] | None:
        """The call under way for this session, a new one, or None while the last is fresh or Stripe is away."""
        flight = self._flights.get(snapshot.payment_id)
        if flight is not None:
            return flight
        now = asyncio.get_running_loop().time()
        if now - self._asked_at.get(snapshot.payment_id, -FRESH_SECONDS) < FRESH_SECONDS:
            return None
        if not self._stripe.gate.breaker(ENDPOINT).allows():
            return None
        self._remember(snapshot.payment_id, now)
        flight = asyncio.create_task(self._ask(snapshot))
        self._flights[snapshot.payment_id] = flight
        flight.add_done_callback(lambda _: self._flights.pop(snapshot.payment_id, None))
        return flight

    async def stop(self) -> None:
        for flight in list(self._flights.values()):
            flight.cancel()
        await asyncio.gather(*self._flights.values(), return_exceptions=True)

    async def fold(self, payment_id: PaymentId, session: Session, *, cause: str) -> Change:
        """Record an answer of Stripe's about one session."""
        learned = learned_from_session(session, retrieved_at=datetime.now(UTC))
        return await self._recorder.learn(payment_id, read_retrieved(session), learned, cause=cause)

    async def _ask(self, snapshot: Snapshot) -> bool:
        try:
            # What this answers is what was open before it was asked.
            asked = {question for question in questions(snapshot.facts) if question.startswith(SESSION)}
            session = await self._stripe.retrieve_session(snapshot.session_id)
            learned = learned_from_session(session, retrieved_at=datetime.now(UTC), answered=frozenset(asked))
            await self._recorder.learn(snapshot.payment_id, read_retrieved(session), learned, cause="retrieve")
        except StripeFault:
            return False  # Logged where it happened; what is known must do.
        except Exception as error:
            log.warning("A payment could not be refreshed.", action="refresh.failed", error=repr(error))
            return False
        return True

    def _remember(self, payment_id: PaymentId, now: float) -> None:
        self._asked_at[payment_id] = now
        self._asked_at.move_to_end(payment_id)
        if len(self._asked_at) > REMEMBERED:
            self._asked_at.popitem(last=False)
