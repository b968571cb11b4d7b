"""Subscribers that come and go: the database answers, nobody is still listened for, memory returns.

`python -m tests.sweeps.subscribe --pairs 10000 --database sqlite|postgres`: each pair starts a watch and ends it at a
random moment, by closing or by cancellation, fifty at a time.
"""

import asyncio
import gc
import tracemalloc
from contextlib import aclosing

from tests.harness.bare_gateway import BareGateway
from tests.sweeps.bench import Bench, arguments, run
from tests.sweeps.plumbing import leaks

AT_ONCE = 50
GROWTH_AT_MOST_BYTES = 5_000_000


async def come_and_go(gateway: BareGateway, bench: Bench) -> list[str]:
    """`bench.count` pairs. What went wrong, as sentences."""
    sessions = [await gateway.created() for _ in range(10)]
    await _pairs(gateway, bench, sessions, min(bench.count, 200))  # What is allocated once is allocated now.
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    try:
        await _pairs(gateway, bench, sessions, bench.count)
        found = await leaks(gateway)
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    bench.notes["memory grown, bytes"] = grown
    bench.proof.needs("watches that saw their first snapshot and were closed", bench.met["closed"])
    bench.proof.needs("watches canceled before they ended", bench.met["canceled"])
    return found if grown < GROWTH_AT_MOST_BYTES else [*found, f"memory grew by {grown} bytes"]


async def sweep(bench: Bench) -> list[str]:
    async with bench.gateway() as gateway:
        return await come_and_go(gateway, bench)


async def _pairs(gateway: BareGateway, bench: Bench, sessions: list[str], count: int) -> None:
    for start in range(0, count, AT_ONCE):
        await asyncio.gather(*(_pair(gateway, bench, sessions) for _ in range(min(AT_ONCE, count - start))))


async def _pair(gateway: BareGateway, bench: Bench, sessions: list[str]) -> None:
    session_id = bench.random.choice(sessions)
    if bench.random.random() < 0.5:
        async with aclosing(gateway.services.payments.watch(session_id)) as snapshots:
            await anext(snapshots)
        bench.met["closed"] += 1
        return
    task = asyncio.create_task(_listen(gateway, session_id))
    for _ in range(bench.random.randrange(60)):
        await asyncio.sleep(0)
    bench.met["canceled"] += task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _listen(gateway: BareGateway, session_id: str) -> None:
    async with aclosing(gateway.services.payments.watch(session_id)) as snapshots:
        async for _ in snapshots:
            pass


if __name__ == "__main__":
    run(sweep, arguments(__doc__, "--pairs", 10_000))
