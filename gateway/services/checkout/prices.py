"""The price as Stripe holds it, remembered for a few seconds, and whether it may be sold.

What it would cost is a control that is kept beside Stripe's own total; the buyer pays what Stripe asks.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.domain import money
from gateway.domain.errors import AmountTooLarge, AmountTooSmall, CurrencyNotSupported, InvalidRequest, PriceNotFound
from gateway.domain.language import Text
from gateway.domain.money import Money
from gateway.domain.stripe_event import Mode
from gateway.stripe_api.checkout import StripeCheckout, StripePrice

REMEMBER_SECONDS = 10.0

_METERED = Text(
    en="`priceId` is a metered price: what it costs is known only after its use, so it cannot be sold by a checkout.",
    zh="priceId 为按用量计费的价格，无法通过结账页面出售。",
)
_PAY_WHAT_YOU_WANT = Text(
    en="`priceId` is a price whose amount the buyer chooses (custom_unit_amount); give it a fixed amount to sell it.",
    zh="priceId 的金额由买家自行决定，请为其设置固定金额后再出售。",
)


@dataclass(frozen=True, slots=True)
class Sale:
    """`expected` is minor units by currency, empty where Stripe alone can say (tiers). `pinned` is sent to Stripe;
    None leaves the choice among the price's currencies to it."""

    currency: str
    pinned: str | None
    expected: Mapping[str, int]
    mode: Mode


class Prices:
    """Bounded by the catalogue: only its prices are ever asked for. `buyer_chooses` the currency, unless a caller asks
    for one."""

    def __init__(self, stripe: StripeCheckout, currencies: tuple[str, ...], *, buyer_chooses: bool = False) -> None:
        self._stripe = stripe
        self._currencies = currencies
        self._buyer_chooses = buyer_chooses
        self._known: dict[str, tuple[float, asyncio.Future[StripePrice | None]]] = {}

    async def sale(self, price_id: str, *, quantity: int, currency: str | None = None) -> Sale:
        """Checked in the contract's order: exists, currency, minimum, maximum. Raises those, or StripeFault."""
        price = await self.price(price_id)
        if price is None or not price.active:
            raise PriceNotFound
        if price.is_metered or price.is_pay_what_you_want:
            raise InvalidRequest(problem=_METERED if price.is_metered else _PAY_WHAT_YOU_WANT)
        offered = {price.currency: price.unit_amount, **price.options}
        chosen = self._chosen(price, offered, currency)
        expected = {
            name: offered_amount * units(price, quantity)
            for name, offered_amount in offered.items()
            if name in chosen and offered_amount is not None
        }
        for name, amount in expected.items():
            _check_amount(Money(amount, name))
        mode = Mode.SUBSCRIPTION if price.recurring else Mode.PAYMENT
        return Sale(chosen[0], chosen[0] if len(chosen) == 1 else None, expected, mode)

    async def price(self, price_id: str) -> StripePrice | None:
        """One call however many ask; a failure is not remembered. Raises StripeFault."""
        now = asyncio.get_running_loop().time()
        asked_at, flight = self._known.get(price_id, (0.0, None))
        if flight is None or now - asked_at > REMEMBER_SECONDS or (flight.done() and flight.exception() is not None):
            flight = asyncio.ensure_future(self._stripe.price(price_id))
            flight.add_done_callback(lambda done: done.cancelled() or done.exception())
            self._known[price_id] = (now, flight)
        return await asyncio.shield(flight)

    def _chosen(self, price: StripePrice, offered: Mapping[str, int | None], currency: str | None) -> list[str]:
        """The currencies Stripe may ask in, the price's own first where it is among them."""
        if currency is None and self._buyer_chooses:
            allowed = [name for name in offered if name in self._currencies]
        else:
            wanted = currency or price.currency
            allowed = [wanted] if wanted in offered and wanted in self._currencies else []
        if not allowed:
            raise CurrencyNotSupported(currency=currency or price.currency, supported=", ".join(self._currencies))
        return allowed


def units(price: StripePrice, quantity: int) -> int:
    """How many units Stripe charges: the quantity divided as the price's `transform_quantity` says."""
    whole, rest = divmod(quantity, price.divide_by)
    return whole + (1 if rest and price.rounds_up else 0)


def _check_amount(amount: Money) -> None:
    if money.is_too_small(amount):
        raise AmountTooSmall
    if money.is_too_large(amount):
        raise AmountTooLarge
