"""Fill, then look: one run of the programme."""

import random
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import async_playwright

from tests.acceptance.conftest import QUIET
from tests.console import show
from tests.console.many import CATALOGUE, buy, fill
from tests.console.show import MOST_CLICKS, REASONS
from tests.harness.deployment import Deployment
from tests.harness.proxy import open_proxy


@dataclass
class Outcome:
    """`clicks` by status; `clues` that led to a payment; `run` is what a reconciliation said at its end."""

    counts: Counter[str] = field(default_factory=Counter)
    clicks: dict[str, int] = field(default_factory=dict)
    clues: list[str] = field(default_factory=list)
    run: str = ""
    pictures: int = 0

    @property
    def breaches(self) -> list[str]:
        too_many = [f"{status} took {count} clicks" for status, count in self.clicks.items() if count > MOST_CLICKS]
        return too_many + [f"{status} was not shown" for status in REASONS if status not in self.clicks]


async def run(
    folder: Path,
    database_url: str,
    *,
    payments: int,
    kills: int,
    seed: int,
    chromium: str,
    pictures: Path | None = None,
) -> Outcome:
    """Every question and every act; whatever is not as it should be raises, or is among the breaches."""
    (folder / "catalogue.toml").write_text(CATALOGUE, "utf-8")
    deployment = Deployment(folder, database_url, settings={"GATEWAY_CATALOGUE": str(folder / "catalogue.toml")})
    await deployment.migrate()
    outcome = Outcome()
    async with AsyncExitStack() as stack:
        stripe = await stack.enter_async_context(deployment.sandbox())
        before = await stack.enter_async_context(open_proxy(deployment.sandbox_port))
        deployment.stripe_base = before.url
        shop = await stack.enter_async_context(deployment.shop())
        dice = random.Random(seed)
        gateway, made = await fill(deployment, before, stripe, shop, payments=payments, kills=kills, dice=dice)
        stack.push_async_callback(gateway.stop)
        outcome.counts = made.counts
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=chromium, args=QUIET)
        stack.push_async_callback(browser.close)
        console = await stack.enter_async_context(show.open_console(browser, deployment.url))
        made.sessions["processing"] = [
            await buy(shop, stripe, "processing", number=payments, counts=outcome.counts)  # The bank answers soon.
        ]
        for status in REASONS:
            session = made.sessions[status][0]
            outcome.clicks[status] = await show.did_this_buyer_pay(console, session, status)
        paid = await buy(shop, stripe, "paid", number=payments + 1, counts=outcome.counts)
        await show.did_this_buyer_pay(console, paid, "paid")  # And so it is known here.
        email = f"buyer{payments + 1}@example.com"
        outcome.clues = await show.find_by_every_clue(console, paid, email=email)
        await show.refund_a_part(console, paid)
        await show.apply_again(console)
        await show.resolve(console)
        outcome.run = await show.reconcile(console, patience_seconds=60 + payments / 10)
        if pictures is not None:
            outcome.pictures = await show.photograph(browser, deployment.url, pictures, paid)
    return outcome
