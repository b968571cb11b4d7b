"""The invariants that need Stripe to be judged: its side of I6, I7 and I9.

It walks the same pairs as reconciliation and repairs nothing: that is what `gateway reconcile` does.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar

from gateway.domain.facts_json import facts_from_json
from gateway.domain.identifiers import InstanceId
from gateway.engines.database import Connection, Database
from gateway.models import Payment
from gateway.services.integrity.violation import Violation, of_payment, of_session
from gateway.services.payments import portrait
from gateway.services.reconciliation.ledger import Ledger, agree, kept_here, kept_there, words
from gateway.services.reconciliation.pairs import Pair, Walker, instance, marker
from gateway.stripe_api.checkout import StripeCheckout
from gateway.stripe_api.errors import Refused

SLACK = timedelta(minutes=15)
"""How far Stripe's time of a session may be from our row's: clocks differ, and the completer comes later."""

Answer = TypeVar("Answer")


class StripeSide:
    """One comparison; `ledger` is what it summed up."""

    def __init__(
        self,
        database: Database,
        stripe: StripeCheckout,
        *,
        livemode: bool,
        instances: frozenset[InstanceId],
        since: datetime | None,
    ) -> None:
        self.ledger = Ledger()
        self._database = database
        self._stripe = stripe
        self._livemode = livemode
        self._instances = instances
        self._since = since

    async def violations(self, *, until: datetime) -> AsyncIterator[Violation]:
        """Raises StripeFault when Stripe does not answer; what came before stands."""
        start = self._since or await self._database.read(_oldest)
        if start is None or start >= until:
            return
        walker = Walker(
            self._database, self._stripe, livemode=self._livemode, start=start, end=until + SLACK, call=_once
        )
        async for pair in walker.pairs():
            async for violation in self._of_pair(pair):
                yield violation

    async def _of_pair(self, pair: Pair) -> AsyncIterator[Violation]:
        session, row = pair.session, pair.row
        if session is None:
            if row is not None and row.session_id is not None:
                async for violation in self._of_unlisted(row, row.session_id):
                    yield violation
            return
        if row is None:
            if marker(session) is not None and instance(session) in {None, *self._instances}:
                self.ledger.add(there=kept_there(await portrait.with_invoice(self._stripe, session)))
                yield of_session("I7", session["id"], "Stripe has it with our marker, and no row has it")
            return
        if row.session_id not in {None, session["id"]}:
            self.ledger.add(there=kept_there(await portrait.with_invoice(self._stripe, session)))
            yield of_session("I6", session["id"], f"a second session of payment {row.id}")
            return
        here = kept_here(row)
        there = kept_there(await self._picture(row, session))
        self.ledger.add(here=here, there=there)
        if not agree(here, there):
            yield of_payment("I9", row, f"it kept {words(here)} here and {words(there)} at Stripe")

    async def _of_unlisted(self, row: Payment, session_id: str) -> AsyncIterator[Violation]:
        """Its session was not in the list: made much later than the row, or not there at all."""
        try:
            await self._stripe.retrieve_session(session_id, wait=True)
        except Refused:
            self.ledger.add(here=kept_here(row))
            yield of_payment("I9", row, f"it kept {words(kept_here(row))}, and Stripe has no such session")

    async def _picture(self, row: Payment, session: dict[str, object]) -> portrait.Portrait:
        shown = await portrait.with_invoice(self._stripe, session)
        if portrait.shows_aftermath(shown.charges()):
            shown = await portrait.with_aftermath(self._stripe, shown, facts_from_json(row.facts))
        return shown


async def _once(call: Callable[[], Awaitable[Answer]]) -> Answer:
    return await call()


async def _oldest(connection: Connection) -> datetime | None:
    row = await Payment.all().using_db(connection).order_by("created_at", "id").first()
    return row.created_at - SLACK if row is not None else None
