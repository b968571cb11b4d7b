"""What must hold at every committed state, checked over the whole database (docs/invariants.md).

It reads in bounded batches and changes nothing; every violation names what it is about. What needs Stripe to be judged
is said to be unchecked when Stripe cannot be asked, and never passes in silence.
"""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime

from gateway.domain.identifiers import InstanceId
from gateway.engines.database import Database
from gateway.services.integrity import audit, money_side, rows_side, sums_side
from gateway.services.integrity.audit import Progress
from gateway.services.integrity.stripe_side import StripeSide
from gateway.services.integrity.violation import Violation
from gateway.services.reconciliation.ledger import LedgerLine
from gateway.services.recording.history import AuditKeys
from gateway.stripe_api.checkout import StripeCheckout
from gateway.stripe_api.errors import StripeFault

__all__ = ["CHECKED", "Report", "Violation", "check"]

CHECKED = {
    "I2": "an applied event's facts are in its payment",
    "I3": "every status is what its facts say",
    "I4": "no payment left a final status",
    "I5": "versions are 1 to n, one history line each",
    "I6": "one session a payment, one payment a key",
    "I7": "no session without a row, no row without a session",
    "I9": "paid minus refunded is what Stripe says",
    "I10": "received is what was asked, or the desk says otherwise",
    "I13": "events, history and sealed rows were never changed",
    "I16": "booked sums are what the facts say",
    "I17": "what somebody has to look at has exactly one row on the desk",
    "I19": "one installation, one mode",
    "I23": "a summed hour is what its payments and movements say",
}
KEPT = 1000


@dataclass(frozen=True, slots=True)
class Report:
    """`violations` holds the first thousand, `counts` all of them; `unchecked` says which parts were not, and why."""

    violations: tuple[Violation, ...]
    counts: dict[str, int]
    unchecked: dict[str, str]
    ledger: tuple[LedgerLine, ...]

    @property
    def ok(self) -> bool:
        """Nothing that was checked is violated."""
        return not self.counts


async def check(
    database: Database,
    *,
    keys: AuditKeys,
    livemode: bool,
    instances: frozenset[InstanceId] = frozenset(),
    stripe: StripeCheckout | None = None,
    since: datetime | None = None,
    progress: Progress | None = None,
) -> Report:
    """Check everything. Without `stripe`, its side of I6, I7 and I9 is unchecked; `since` bounds that side alone."""
    kept: list[Violation] = []
    counts: Counter[str] = Counter()
    unchecked: dict[str, str] = {}
    side = None
    if stripe is not None:
        side = StripeSide(database, stripe, livemode=livemode, instances=instances, since=since)

    async def take(violations: AsyncIterator[Violation]) -> None:
        async for violation in violations:
            counts[violation.invariant] += 1
            if len(kept) < KEPT:
                kept.append(violation)

    await take(_of_histories(database, keys, progress))
    for part in (
        rows_side.payments,
        rows_side.keys,
        rows_side.events,
        rows_side.guards,
        money_side.amounts,
        money_side.desk,
        sums_side.hours,
    ):
        await take(part(database))
    await take(money_side.installation(database, livemode=livemode))
    if side is None:
        unchecked = dict.fromkeys(("I7", "I9"), "Stripe was not asked: only our own rows were looked at")
    else:
        try:
            await take(side.violations(until=datetime.now(UTC)))
        except StripeFault as fault:
            unchecked = dict.fromkeys(("I7", "I9"), f"Stripe did not answer ({type(fault).__name__})")
    return Report(tuple(kept), dict(counts), unchecked, side.ledger.lines() if side is not None else ())


async def _of_histories(database: Database, keys: AuditKeys, progress: Progress | None) -> AsyncIterator[Violation]:
    async with aclosing(audit.breaks(database, keys, progress=progress)) as found:
        async for broken in found:
            subject = f"payment {broken.payment_id} version {broken.version}"
            yield Violation(broken.invariant, subject, broken.sentence)
