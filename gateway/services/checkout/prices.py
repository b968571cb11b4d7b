"""The price as Stripe holds it, remembered for a few seconds, and whether it may be sold."""

import asyncio
from dataclasses import dataclass

from gateway.domain import money
from gateway.domain.errors import AmountTooLarge, AmountTooSmall, CurrencyNotSupported, PriceNotFound
from gateway.domain.money import Money
from gateway.domain.stripe_event import Mode
from gateway.stripe_api.checkout import StripeCheckout, StripePrice

REMEMBER_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Sale:
    """What will be charged, and in which of Checkout's modes."""

    amount: Money
    mode: Mode


class Prices:
    """Bounded by the catalogue: only its prices are ever asked for."""

    def __init__(self, stripe: StripeCheckout, currencies: tuple[str, ...]) -> None:
        self._stripe = stripe
        self._currencies = currencies
        self._known: dict[str, tuple[float, asyncio.Future[StripePrice | None]]] = {}

    async def sale(self, price_id: str, *, quantity: int) -> Sale:
        """Checked in the contract's order: exists, currency, minimum, maximum. Raises those, or StripeFault."""
        price = await self._price(price_id)
        if price is None or not price.active or price.unit_amount is None:
            raise PriceNotFound
        if price.currency not in self._currencies:
            raise CurrencyNotSupported(currency=price.currency, supported=", ".join(self._currencies))
        amount = Money(price.unit_amount * quantity, price.currency)
        if money.is_too_small(amount):
            raise AmountTooSmall
        if money.is_too_large(amount):
            raise AmountTooLarge
        return Sale(amount, Mode.SUBSCRIPTION if price.recurring else Mode.PAYMENT)

    async def _price(self, price_id: str) -> StripePrice | None:
        """One call however many ask; a failure is not remembered."""
        now = asyncio.get_running_loop().time()
        asked_at, flight = self._known.get(price_id, (0.0, None))
        if flight is None or now - asked_at > REMEMBER_SECONDS or (flight.done() and flight.exception() is not None):
            flight = asyncio.ensure_future(self._stripe.price(price_id))
            flight.add_done_callback(lambda done: done.cancelled() or done.exception())
            self._known[price_id] = (now, flight)
        return await asyncio.shield(flight)
