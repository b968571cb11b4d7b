"""Traffic and kills together, then peace: everything left undone is waited for, and only then is it judged."""

import asyncio
import random
import time
from dataclasses import dataclass

from tests.harness.deployment import Deployment
from tests.harness.shop import Shop
from tests.harness.stripe import Stripe
from tests.harness.tables import Tables, read_tables
from tests.harness.truth import Truth, read_truth
from tests.harness.waiting import eventually
from tests.kill_loop.journal import Journal
from tests.kill_loop.killer import Killer, kill_migrations
from tests.kill_loop.traffic import SHOPPERS, Postman, Shopper

SETTLE_SECONDS = 150.0
"""An abandoned create is a minute old before the completer looks at it, every quarter of a minute."""
MIGRATION_KILLS = 3
OPINIONS = ("audit verify", "doctor --invariants", "reconcile")


@dataclass(frozen=True, slots=True)
class Aftermath:
    """All that the verdict is found from."""

    journal: Journal
    killer: Killer
    tables: Tables
    truth: Truth
    opinions: dict[str, str]
    """The gateway's own commands that judge its data, and what those said that did not exit with 0."""
    seconds: float


async def kill_loop(deployment: Deployment, *, kills: int, seed: int, patient: bool) -> Aftermath:
    """`patient`: no shopper walks away from an error, so that nothing has to wait for the completer's minute."""
    dice, journal, stop, began = random.Random(seed), Journal(), asyncio.Event(), time.monotonic()
    await kill_migrations(deployment, dice, min(kills, MIGRATION_KILLS))
    await deployment.migrate()
    killer = Killer(deployment, dice)
    async with deployment.sandbox() as stripe, deployment.shop() as shop:
        shoppers = [
            Shopper(shop, stripe, journal, random.Random(f"{seed}-{number}"), patient=patient)
            for number in range(SHOPPERS)
        ]
        postman = Postman(shop, stripe, journal, random.Random(f"{seed}-postman"))
        traffic = asyncio.gather(*(shopper.run(stop) for shopper in shoppers), postman.run(stop))
        for _ in range(kills):
            if traffic.done():
                break  # Traffic never ends by itself: whatever it raised is raised by the await below.
            await killer.kill_once()
        last = await deployment.started_gateway()
        stop.set()
        await traffic
        await settle(deployment, stripe, shop, journal)
        assert await last.stop() == 0, last.said()[-4000:]
        tables, truth = await read_tables(deployment.database_url), await read_truth(stripe)
        opinions = {command: await opinion(deployment, command) for command in OPINIONS}
    note_deliveries(journal, truth)
    return Aftermath(journal, killer, tables, truth, opinions, time.monotonic() - began)


async def opinion(deployment: Deployment, command: str) -> str:
    """Empty when it found nothing. Asked last, for reconciliation would repair what the verdict is to find."""
    code, said = await deployment.run(*command.split())
    return "" if code == 0 else f"exit {code}: {said[-500:]}"


async def settle(deployment: Deployment, stripe: Stripe, shop: Shop, journal: Journal) -> None:
    """Until nothing is under way at Stripe, in the post, or in the gateway. Reconciliation is not asked for help."""

    async def stripe_is_done() -> bool:
        return all(intent["status"] != "processing" for intent in await stripe.intents())

    async def post_is_done() -> bool:
        return not await stripe.events(delivery_success="false")

    async def gateway_is_done() -> bool:
        tables = await read_tables(deployment.database_url)
        waiting = any(row["creation"] == "creating" for row in tables.payments)
        return not waiting and all(row["state"] in {"applied", "ignored"} for row in tables.events)

    await eventually(stripe_is_done, seconds=SETTLE_SECONDS, what="every delayed payment at Stripe is settled")
    for event in await stripe.events(delivery_success="false"):
        await stripe.resend(event["id"])  # Stripe would come by itself, within three days.
    await eventually(post_is_done, seconds=SETTLE_SECONDS, what="every webhook is delivered")
    await eventually(gateway_is_done, seconds=SETTLE_SECONDS, what="no create and no event is left half done")
    for session_id in sorted(journal.sessions_seen()):
        answer = await shop.status(session_id)
        journal.note_answer("status", answer)
        if answer is not None and answer.ok:
            journal.note_status(session_id, answer.body["status"])


def note_deliveries(journal: Journal, truth: Truth) -> None:
    """What Stripe itself counts as delivered was acknowledged just as well."""
    for event in truth.events.values():
        if event["pending_webhooks"] == 0:
            journal.acknowledged.setdefault(event["id"], event)
