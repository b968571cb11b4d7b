"""One function a fault: what Stripe does, what must hold meanwhile, and that the same key is made good afterwards.

Each answers the figures it measured. `size` is 1 in the suite; more of everything in the full run.
"""

import asyncio
from collections.abc import Awaitable, Callable

from tests.faults.bench import Bench, new_key, percentile_99_ms
from tests.harness import proxy
from tests.harness.waiting import eventually

Scenario = Callable[[Bench, int], Awaitable[str]]

P99_MS = 100.0


async def black_holed(bench: Bench, size: int) -> str:
    """Nothing is answered; creates arrive and their answers do not. The known statuses go on being served."""
    sessions = [await bench.created() for _ in range(5 * size)]
    bench.proxy.when(proxy.CREATE, proxy.swallow_answer)
    bench.proxy.when(proxy.ANYTHING, proxy.black_hole)
    keys = [new_key() for _ in range(5 * size)]
    creating = asyncio.gather(*(bench.refused(key) for key in keys))
    opened_seconds = await bench.open_breaker(sessions)
    reads = await bench.read_many(sessions, count=300 * size)
    assert {read.body["status"] for read in reads} == {"unpaid"}
    assert percentile_99_ms(reads) < P99_MS, percentile_99_ms(reads)
    await bench.stripe.pay(sessions[0])
    await _becomes(bench, sessions[0], "paid")  # Webhooks still come in, and nobody need be asked.
    slowest = max([answer.seconds for answer in await creating])
    bench.proxy.heal()
    await asyncio.gather(*(bench.insist(key) for key in keys))
    return (
        f"{len(reads)} status reads p99 {percentile_99_ms(reads):.1f} ms, {opened_seconds:.1f} s after the start; "
        f"{len(keys)} creates 503 after at most {slowest:.1f} s, then one session each"
    )


async def price_black_holed(bench: Bench, size: int) -> str:
    """Not even the price is answered, so nothing was reserved; the same key starts afresh."""
    bench.proxy.when(proxy.ANYTHING, proxy.black_hole)
    keys = [new_key() for _ in range(3 * size)]
    answers = await asyncio.gather(*(bench.refused(key) for key in keys))
    bench.proxy.heal()
    await asyncio.gather(*(bench.insist(key) for key in keys))
    return f"{len(keys)} creates 503 after at most {max(answer.seconds for answer in answers):.1f} s"


async def five_seconds_slow(bench: Bench, size: int) -> str:
    """Every answer comes, late: creates wait for it, reads do not."""
    sessions = [await bench.created() for _ in range(5)]
    bench.proxy.when(proxy.ANYTHING, proxy.slow(5.0))
    keys = [new_key() for _ in range(3 * size)]
    creating = asyncio.gather(*(bench.create(key) for key in keys))
    first = await bench.read(sessions[0])
    assert first.seconds < 1.2, first.seconds
    await bench.open_breaker(sessions)
    reads = await bench.read_many(sessions, count=300 * size)
    assert percentile_99_ms(reads) < P99_MS, percentile_99_ms(reads)
    answers = await creating
    assert [answer.status for answer in answers] == [200] * len(keys), answers
    bench.proxy.heal()
    await bench.stripe.pay(sessions[0])
    await _becomes(bench, sessions[0], "paid")
    slowest = max(answer.seconds for answer in answers)
    return f"reads p99 {percentile_99_ms(reads):.1f} ms, creates 200 after at most {slowest:.1f} s"


async def connections_reset(bench: Bench, size: int) -> str:
    return await _refused_then_made_good(bench, size, proxy.reset)


async def reset_after_the_work(bench: Bench, size: int) -> str:
    return await _refused_then_made_good(bench, size, proxy.reset_after_work)


async def answers_truncated(bench: Bench, size: int) -> str:
    return await _refused_then_made_good(bench, size, proxy.truncate)


async def answers_garbled(bench: Bench, size: int) -> str:
    return await _refused_then_made_good(bench, size, proxy.garble)


async def too_many_requests(bench: Bench, size: int) -> str:
    return await _refused_then_made_good(bench, size, proxy.too_many)


async def key_still_in_use(bench: Bench, size: int) -> str:
    return await _refused_then_made_good(bench, size, proxy.key_in_use)


async def bad_gateway_pages(bench: Bench, size: int) -> str:
    return await _refused_then_made_good(bench, size, proxy.bad_gateway_page)


async def broken_before_the_work(bench: Bench, size: int) -> str:
    """A stored 500 would be replayed for ever: only another key can help, and only once nothing was made."""
    reported = await _refused_then_made_good(bench, size, proxy.broken(does_work=False))
    bench.proof.needs("idempotency keys that were raised", await bench.raised_keys())
    return reported


async def broken_after_the_work(bench: Bench, size: int) -> str:
    """The session is there although Stripe said 500: it is found by our marker, and the first answer is 200."""
    bench.proxy.when(proxy.CREATE, proxy.broken(does_work=True))
    keys = [new_key() for _ in range(4 * size)]
    answers = await asyncio.gather(*(bench.create(key) for key in keys))
    assert [answer.status for answer in answers] == [200] * len(keys), answers
    bench.proxy.heal()
    await asyncio.gather(*(bench.insist(key) for key in keys))
    return f"{len(keys)} creates 200"


async def work_done_late_behind_a_bad_gateway(bench: Bench, size: int) -> str:
    """A 502 that is not Stripe's says nothing about what Stripe does next, so no other key may be taken for it."""
    late = proxy.LateWork(seconds=2.0)
    bench.proxy.when(proxy.CREATE, late)
    keys = [new_key() for _ in range(4 * size)]
    await asyncio.gather(*(bench.refused(key) for key in keys))
    await late.finish()
    bench.proxy.heal()
    await asyncio.gather(*(bench.insist(key) for key in keys))
    return f"{len(keys)} creates, {len(await bench.stripe.sessions())} sessions"


async def paid_though_never_answered(bench: Bench, size: int) -> str:
    """The answer is lost and the session paid all the same: the webhook makes it known, but not the url of its page."""

    async def pay_and_fall_silent(call: proxy.Call) -> None:
        await bench.stripe.pay(proxy.made_by(await call.forward()))
        call.reset()

    bench.proxy.when(proxy.CREATE, pay_and_fall_silent)
    keys = [new_key() for _ in range(4 * size)]
    await asyncio.gather(*(bench.create(key) for key in keys))
    bench.proxy.heal()
    sessions = await asyncio.gather(*(bench.insist(key) for key in keys))
    await asyncio.gather(*(_becomes(bench, session, "paid") for session in sessions))
    return f"{len(keys)} creates made good, with their url"


async def retrieves_trickle(bench: Bench, size: int) -> str:
    """One byte a second: no read of ours times out, and yet no reader may wait for it, nor the next call be lost."""
    session = await bench.created()
    bench.proxy.when(proxy.RETRIEVE, proxy.trickle)
    reads = [await bench.read(session) for _ in range(10 * size)]
    assert sum(read.seconds > 0.1 for read in reads) <= 3, [round(read.seconds, 2) for read in reads]
    bench.proxy.heal()

    async def asked_again() -> bool:
        before = bench.proxy.seen.total()
        await bench.read(session)
        return bench.proxy.seen.total() > before

    await eventually(asked_again, seconds=20, what="the endless answer is given up and Stripe is asked again")
    return f"{len(reads)} reads, {sum(read.seconds > 0.1 for read in reads)} of them waited"


async def _refused_then_made_good(bench: Bench, size: int, action: proxy.Action) -> str:
    """Creates fail in this way and are asked to come again; status reads go on; then all is well again."""
    session = await bench.created()
    bench.proxy.when(proxy.CREATE, action)
    bench.proxy.when(proxy.RETRIEVE, action)
    keys = [new_key() for _ in range(4 * size)]
    answers = await asyncio.gather(*(bench.refused(key) for key in keys))
    reads = [await bench.read(session) for _ in range(5)]
    assert {read.body["status"] for read in reads} == {"unpaid"}
    bench.proxy.heal()
    await asyncio.gather(*(bench.insist(key) for key in keys))
    await bench.stripe.pay(session)
    await _becomes(bench, session, "paid")
    slowest = max(answer.seconds for answer in answers)
    bench.proof.needs("creates that were refused, then made good", bench.refusals, at_least=len(keys))
    return f"{len(keys)} creates 503 after at most {slowest:.1f} s, then one session each"


async def _becomes(bench: Bench, session_id: str, status: str) -> None:
    async def it_is() -> bool:
        return bool((await bench.read(session_id)).body["status"] == status)

    await eventually(it_is, seconds=20, what=f"{session_id} becomes {status}")


SCENARIOS: tuple[Scenario, ...] = (
    *(black_holed, price_black_holed, five_seconds_slow, connections_reset, reset_after_the_work, answers_truncated),
    *(answers_garbled, too_many_requests, key_still_in_use, bad_gateway_pages, broken_before_the_work),
    *(broken_after_the_work, work_done_late_behind_a_bad_gateway, paid_though_never_answered),
    retrieves_trickle,
)

SLOW: tuple[Scenario, ...] = (black_holed, price_black_holed, five_seconds_slow, retrieves_trickle)
"""Those that wait for deadlines; the others end in moments."""
