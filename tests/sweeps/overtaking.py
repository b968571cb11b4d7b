"""Webhooks delivered before the create call is answered (design/safety.md, faults).

`python -m tests.sweeps.overtaking --payments 1000 --database sqlite|postgres` prints how many came out right.
"""

import asyncio

from gateway.domain.status import Status
from tests.integration.services.oracle import violations
from tests.integration.services.rig import House
from tests.integration.services.rows import rows_of
from tests.integration.services.stripe_front import CREATE, Fault
from tests.sweeps.bench import Bench, arguments, run


async def overtake(house: House, payments: int) -> list[str]:
    """Buy so many times, each paid and told before Stripe answers the create. What went wrong, as sentences."""
    found = []
    for number in range(payments):
        house.front.next(CREATE, Fault.HOLD)
        creating = asyncio.create_task(house.create(idempotency_key=f"overtaken-{number}"))
        await house.front.reached()
        session_id = (await house.desk.newest_session())["id"]
        await house.desk.pay(session_id)
        await house.deliver_news(backwards=number % 2 == 1)
        house.front.release()
        created = await creating
        again = await house.create(idempotency_key=f"overtaken-{number}")
        if not (created.snapshot.session_id == again.snapshot.session_id == session_id and created.url == again.url):
            found.append(f"payment {number}: {created} and {again} for {session_id}")
        if again.snapshot.status is not Status.PAID:
            found.append(f"payment {number}: {again.snapshot.status}")
    return found


async def overtaken(house: House, bench: Bench) -> list[str]:
    found = await overtake(house, bench.count)
    return found + violations(await rows_of(bench.database_url), await house.desk.sessions())


async def sweep(bench: Bench) -> list[str]:
    async with bench.house() as house:
        return await overtaken(house, bench)


if __name__ == "__main__":
    run(sweep, arguments(__doc__, "--payments", 1000))
