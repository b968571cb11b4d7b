"""Callers that go away at any moment: nothing leaks, nothing is half written.

`python -m tests.sweeps.cancel --cancels 3000 --database sqlite|postgres` cancels receive, create, cancel, read, watch,
wait and history at random moments, four at a time; afterwards every key still gives one session.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from typing import Any

from gateway.domain.errors import GatewayError
from tests.harness.bare_gateway import BareGateway
from tests.harness.oracle import violations
from tests.harness.rows import rows_of
from tests.sweeps.bench import Bench, arguments, run
from tests.sweeps.plumbing import leaks

AT_ONCE = 4
LONGEST_SECONDS = 0.03
SESSIONS_AT_MOST = 40
CHECK_EVERY = 250


class Sweeper:
    def __init__(self, gateway: BareGateway, bench: Bench) -> None:
        self._gateway = gateway
        self._random = bench.random
        self._sessions: list[str] = []
        self._unsent: list[dict[str, Any]] = []
        self._keys = 0
        self.tally: Counter[str] = Counter()

    async def go(self, cancels: int) -> list[str]:
        """Until so many calls were cut off in the middle. What leaked, as sentences."""
        found: list[str] = []
        checked = 0
        while self.tally["canceled"] < cancels and not found:
            await self._stock()
            await asyncio.gather(*(self._one() for _ in range(AT_ONCE)))
            if self.tally["canceled"] // CHECK_EVERY > checked:
                checked = self.tally["canceled"] // CHECK_EVERY
                found += await leaks(self._gateway)
        return found + await leaks(self._gateway)

    async def same_keys(self) -> list[str]:
        """Ask for every key again: whatever its first caller left behind is finished now."""
        for number in range(self._keys):
            await self._gateway.create(idempotency_key=_key(number))
        return []

    async def _stock(self) -> None:
        """Sessions and events to work on."""
        if len(self._sessions) < 8 or (self._random.random() < 0.05 and len(self._sessions) < SESSIONS_AT_MOST):
            session_id = await self._gateway.created()
            await self._gateway.desk.pay(session_id, self._random.choice(["pm_card_visa", "pm_card_chargeDeclined"]))
            self._sessions.append(session_id)
            self._unsent += await self._gateway.desk.events()
        if len(self._sessions) >= SESSIONS_AT_MOST:
            del self._sessions[: SESSIONS_AT_MOST // 2]

    async def _one(self) -> None:
        name, call = self._call()
        task = asyncio.create_task(call)
        if self._random.random() < 0.5:
            for _ in range(self._random.randrange(40)):
                await asyncio.sleep(0)
        else:
            await asyncio.sleep(self._random.random() * LONGEST_SECONDS)
        task.cancel()
        try:
            await task
            self.tally["finished first"] += 1
        except asyncio.CancelledError:
            self.tally["canceled"] += 1
            self.tally[f"canceled in {name}"] += 1
        except GatewayError as refusal:
            self.tally[f"{name} refused: {refusal.code}"] += 1

    def _call(self) -> tuple[str, Coroutine[Any, Any, Any]]:
        """One of the entry points, with its name."""
        session_id, services = self._random.choice(self._sessions), self._gateway.services
        calls: dict[str, Callable[[], Coroutine[Any, Any, Any]]] = {
            "receive": self._receive,
            "create": self._create,
            "cancel": lambda: services.checkout.cancel(session_id),
            "read": lambda: services.payments.read(session_id),
            "watch": lambda: self._watch(session_id),
            "wait": lambda: services.payments.wait(session_id, seconds=5),
            "history": lambda: self._history(session_id),
        }
        name = self._random.choice(list(calls))
        return name, calls[name]()

    def _receive(self) -> Coroutine[Any, Any, Any]:
        event = self._random.choice(self._unsent)
        if len(self._unsent) > 1 and self._random.random() < 0.5:
            self._unsent.remove(event)
        return self._gateway.deliver(event)

    def _create(self) -> Coroutine[Any, Any, Any]:
        self._keys += 1
        return self._gateway.create(idempotency_key=_key(self._keys - 1))

    async def _watch(self, session_id: str) -> None:
        async with aclosing(self._gateway.services.payments.watch(session_id)) as snapshots:
            async for _ in snapshots:
                pass

    async def _history(self, session_id: str) -> None:
        snapshot = await self._gateway.services.payments.read(session_id)
        assert snapshot is not None
        await self._gateway.services.payments.histories([snapshot.payment_id])


def _key(number: int) -> str:
    """As long as an anonymous caller's key must be."""
    return f"cut-{number:020}"


async def cut_off(gateway: BareGateway, bench: Bench) -> list[str]:
    sweeper = Sweeper(gateway, bench)
    found = await sweeper.go(bench.count)
    found += await sweeper.same_keys()
    await gateway.settled()
    bench.notes |= dict(sorted(sweeper.tally.items()))
    bench.proof.needs("calls cut off in the middle", sweeper.tally["canceled"], at_least=bench.count)
    for name in ("receive", "create", "cancel", "watch"):
        bench.proof.needs(f"of them {name}", sweeper.tally[f"canceled in {name}"])
    bench.proof.needs("calls that came to their end", sweeper.tally["finished first"])
    return found + violations(await rows_of(bench.database_url), await gateway.desk.sessions())


async def sweep(bench: Bench) -> list[str]:
    async with bench.gateway() as gateway:
        return await cut_off(gateway, bench)


if __name__ == "__main__":
    run(sweep, arguments(__doc__, "--cancels", 3000))
