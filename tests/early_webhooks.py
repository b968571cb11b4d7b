"""Webhooks that overtake the answer to the create call that caused them.

`python -m tests.early_webhooks --count 1000 [--database sqlite|postgres] [--seed N]`. A proxy holds Stripe's answer
while the session is paid; in half of the cases until the gateway has taken the webhooks in, else for a moment only.
"""

import argparse
import asyncio
import random
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.harness import invariants, proxy
from tests.harness.databases import database
from tests.harness.deployment import Deployment
from tests.harness.fork_server import open_fork_server
from tests.harness.proof import Proof
from tests.harness.shop import Shop
from tests.harness.stamp import stamp
from tests.harness.stripe import Stripe
from tests.harness.tables import read_tables
from tests.harness.truth import read_truth
from tests.harness.waiting import eventually

AT_ONCE = 12
METHODS = {
    "paid": "pm_card_visa",
    "failed": "pm_card_chargeDeclined",
    "processing": "pm_sandbox_processing",
}


@dataclass
class Hurry:
    """Buyers who pay before the shop knows that there is a session."""

    stripe: Stripe
    shop: Shop
    dice: random.Random
    paid_early: Counter[str] = field(default_factory=Counter)

    async def pay_before_the_answer(self, session_id: str) -> None:
        outcome = self.dice.choice(["paid", "paid", "paid", "failed", "processing"])
        if self.dice.random() < 0.5:
            await self.stripe.pay(session_id, METHODS[outcome])
            await self._taken_in(session_id)
            self.paid_early["webhooks first"] += 1
        else:
            await self.stripe.pay(session_id, METHODS[outcome])
            await asyncio.sleep(self.dice.uniform(0, 0.03))
            self.paid_early["side by side"] += 1

    async def _taken_in(self, session_id: str) -> None:
        """Known to the gateway, which can know of it from Stripe alone."""
        page = await self.stripe.session(session_id)
        if page["status"] != "complete":
            return  # A declined card sends no session event: only the intent's, which name no session.

        async def known() -> bool:
            answer = await self.shop.status(session_id)
            return answer is not None and answer.ok

        await eventually(known, seconds=20, what=f"{session_id} is known from its webhooks alone")


async def early_webhooks(deployment: Deployment, *, count: int, seed: int) -> tuple[list[str], list[str]]:
    """What was measured, and every breach."""
    await deployment.migrate()
    async with (
        deployment.sandbox() as stripe,
        proxy.open_proxy(deployment.sandbox_port) as before,
        deployment.shop() as shop,
    ):
        deployment.stripe_base = before.url
        gateway = await deployment.started_gateway()
        hurry = Hurry(stripe, shop, random.Random(seed))
        before.when(proxy.CREATE, proxy.hold_answer(hurry.pay_before_the_answer))
        given = await _create_all(shop, count)
        await _settled(stripe, deployment)
        assert await gateway.stop() == 0, gateway.said()[-4000:]
        tables, truth = await read_tables(deployment.database_url), await read_truth(stripe)
    drift = invariants.ledger_drift(tables, truth)
    breaches = [
        *invariants.wrong_statuses(tables, truth),
        *invariants.doubled_effects(tables, truth),
        *invariants.broken_histories(tables),
        *invariants.wrong_journals(tables),
        *invariants.orphans(tables, truth),
        *invariants.second_sessions(given, tables, truth),
        *(f"ledger drift {currency} {amount:+d}" for currency, amount in drift.items()),
    ]
    proof = Proof()
    proof.needs("answers to create that were held", before.misbehaved, at_least=count)
    for how in ("webhooks first", "side by side"):
        proof.needs(f"sessions paid before the answer, {how}", hurry.paid_early[how])
    breaches += proof.verdicts()
    statuses = Counter(row["status"] for row in tables.payments)
    right = len(tables.payments) - len(invariants.wrong_statuses(tables, truth))
    figures = [
        f"sessions              {len(tables.payments)}, {right} right ({dict(statuses)})",
        *proof.lines(),
        f"events, history       {len(tables.events)}, {len(tables.changes)}",
        f"breaches              {len(breaches)}",
    ]
    return figures, breaches


def _key(number: int) -> str:
    """As long as an anonymous caller's key must be."""
    return f"key-{number:020}"


async def _create_all(shop: Shop, count: int) -> dict[str, set[str]]:
    given: dict[str, set[str]] = {}
    numbers = iter(range(count))

    async def buyer() -> None:
        for number in numbers:
            answer = await shop.create(_key(number))
            assert answer is not None, "the gateway hung up"
            assert answer.status == 200, answer.body
            assert answer.body["url"], answer.body
            given[_key(number)] = {answer.body["sessionId"]}

    await asyncio.gather(*(buyer() for _ in range(AT_ONCE)))
    return given


async def _settled(stripe: Stripe, deployment: Deployment) -> None:
    async def is_settled() -> bool:
        if any(intent["status"] == "processing" for intent in await stripe.intents()):
            return False
        return not await stripe.events(delivery_success="false")

    await eventually(is_settled, seconds=60, what="everything is settled and delivered")


async def run(*, count: int, dialect: str, seed: int) -> tuple[list[str], list[str]]:
    with tempfile.TemporaryDirectory(prefix="gateway-early-") as name:
        folder = Path(name)
        with database(dialect, folder) as url:
            async with open_fork_server(folder) as fork_server:
                return await early_webhooks(Deployment(folder, url, fork_server=fork_server), count=count, seed=seed)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.early_webhooks", description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    options = parser.parse_args()
    figures, breaches = asyncio.run(run(count=options.count, dialect=options.database, seed=options.seed))
    print("\n".join([*stamp(options.seed), *figures, *(f"  ! {breach}" for breach in breaches[:50])]))
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
