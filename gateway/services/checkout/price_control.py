"""What the catalogue shows against what Stripe charges: seen by every create, by `gateway doctor`, and daily.

A difference stops nobody: the buyer sees and pays Stripe's price. But the shop showed another, so somebody must look.
"""

from datetime import UTC, datetime

from gateway.domain.catalogue import Catalogue, Package
from gateway.domain.discrepancies import Condition, DiscrepancyKind
from gateway.domain.money import Money
from gateway.engines.database import Connection, Database
from gateway.services.recording import discrepancies
from gateway.stripe_api.checkout import StripeCheckout, StripePrice
from gateway.stripe_api.errors import StripeFault


class PriceControl:
    """Remembers what it has recorded, so that a create costs a write only when the verdict changes."""

    def __init__(self, database: Database, stripe: StripeCheckout, catalogue: Catalogue) -> None:
        self._database = database
        self._stripe = stripe
        self._catalogue = catalogue
        self._recorded: dict[str, str | None] = {}

    async def seen(self, price_id: str, price: StripePrice | None) -> None:
        """A create has just read this price."""
        package = self._catalogue.find(price_id)
        if package is not None:
            problem = price_problem(package, price)
            if self._recorded.get(price_id, "") != problem:
                await self.record(price_id, problem)

    async def look(self) -> int:
        """The whole catalogue. How many prices differ; what Stripe does not answer is left for the next time."""
        differing = 0
        for package in self._catalogue:
            try:
                problem = price_problem(package, await self._stripe.price(package.price_id))
            except StripeFault:
                continue
            await self.record(package.price_id, problem)
            differing += problem is not None
        return differing

    async def record(self, price_id: str, problem: str | None) -> None:
        """Open or close the row of this price."""

        async def work(connection: Connection) -> None:
            condition, now = Condition(DiscrepancyKind.PRICE_DIFFERS, price_id), datetime.now(UTC)
            if problem is not None:
                await discrepancies.show(connection, condition, problem, payments=[], now=now)
            else:
                await discrepancies.close(connection, condition, now=now)

        await self._database.run(work)
        self._recorded[price_id] = problem


def price_problem(package: Package, price: StripePrice | None) -> str | None:
    """What is wrong, in a sentence; None when Stripe charges what is shown, or has no single amount."""
    if price is None:
        return f"the catalogue shows {package.price_id}, and Stripe has no such price"
    shown = package.unit_amount
    offered = {price.currency: price.unit_amount, **price.options}
    charged = offered.get(shown.currency)
    if shown.currency in offered and charged in {None, shown.amount_minor}:
        return None
    actual = Money(price.unit_amount or 0, price.currency) if charged is None else Money(charged, shown.currency)
    return f"the catalogue shows {shown.formatted} for {package.price_id}, and Stripe charges {actual.formatted}"
