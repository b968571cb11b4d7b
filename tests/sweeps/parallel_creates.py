"""Parallel creates with one idempotency key: one Stripe session, one answer (I6, I8).

`python -m tests.sweeps.parallel_creates --keys 50 --database sqlite|postgres`: a hundred calls a key, at once, while
Stripe loses an answer now and then. A refused call comes again, as a client would.
"""

import asyncio
from collections import Counter

from gateway.domain.errors import ServiceUnavailable, StripeUnavailable
from gateway.domain.identifiers import MARKER
from gateway.services.checkout.service import CreatedSession
from tests.harness.bare_gateway import BareGateway
from tests.harness.oracle import violations
from tests.harness.rows import rows_of
from tests.harness.stripe_front import CREATE, Fault
from tests.sweeps.bench import Bench, arguments, run

CALLS = 100
FAULTS = (Fault.LOSE_ANSWER, Fault.LOSE_REQUEST, Fault.BREAK_AFTER, Fault.BREAK_BEFORE, Fault.IN_USE)


async def crowd(gateway: BareGateway, bench: Bench, *, calls: int = CALLS) -> list[str]:
    """`bench.count` keys, each asked for by so many at once. What went wrong, as sentences."""
    found: list[str] = []
    tally: Counter[str] = Counter()
    for number in range(bench.count):
        if number % 2:
            gateway.front.next(CREATE, *bench.random.choices(FAULTS, k=bench.random.randint(1, 3)))
        answers = await asyncio.gather(*(_insist(gateway, f"key-{number:020}", tally) for _ in range(calls)))
        gateway.front.calm()
        distinct = {(one.snapshot.session_id, one.url, one.expires_at, one.reused) for one in answers}
        if len(distinct) != 1:
            found.append(f"key {number}: {len(distinct)} answers")
    rows, sessions = await rows_of(bench.database_url), await gateway.desk.sessions()
    found += violations(rows, sessions)
    marked = Counter(session["metadata"][MARKER] for session in sessions)
    if len(marked) != bench.count or len(sessions) != bench.count:
        found.append(f"{bench.count} keys, {len(sessions)} sessions of {len(marked)} payments at Stripe")
    bench.proof.needs("calls beyond the first of their key", bench.count * (calls - 1))
    bench.proof.needs("faults of Stripe that a create met", gateway.front.met.total())
    bench.notes |= {"answers": bench.count * calls, "sessions at Stripe": len(sessions), **tally}
    return found


async def sweep(bench: Bench) -> list[str]:
    async with bench.gateway() as gateway:
        return await crowd(gateway, bench)


async def _insist(gateway: BareGateway, key: str, tally: Counter[str]) -> CreatedSession:
    while True:
        try:
            return await gateway.create(idempotency_key=key)
        except (ServiceUnavailable, StripeUnavailable) as refusal:
            tally[f"{refusal.code}, came again"] += 1
            await asyncio.sleep(0.01)


if __name__ == "__main__":
    run(sweep, arguments(__doc__, "--keys", 50))
