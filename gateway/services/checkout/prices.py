"""The price as Stripe holds it, remembered for a few seconds, and whether it may be sold.

What it would cost is a control that is kept beside Stripe's own total; the buyer pays what Stripe asks.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.domain import money
from gateway.domain.catalogue import NO_OPTIONS, Item
from gateway.domain.checkout_options import CheckoutOptions
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
    """Bounded by the catalogue: only its prices are ever asked for."""

    def __init__(self, stripe: StripeCheckout, currencies: tuple[str, ...]) -> None:
        self._stripe = stripe
        self._currencies = currencies
        self._known: dict[str, tuple[float, asyncio.Future[StripePrice | None]]] = {}

    async def sale(
        self, lines: Sequence[Item], *, currency: str | None = None, options: CheckoutOptions = NO_OPTIONS
    ) -> Sale:
        """Checked in the contract's order: exists, currency, minimum, maximum. Raises those, or StripeFault."""
        prices = [await self._sellable(item) for item in lines]
        mode = _one_mode(prices)
        offers = [{price.currency: price.unit_amount, **price.options} for price in prices]
        chosen = self._chosen(offers, currency, buyer_chooses=options.currency == "buyer")
        expected: dict[str, int] = {}
        for name in chosen:
            amounts = [offer[name] for offer in offers]
            if None not in amounts:
                counted = zip(prices, lines, amounts, strict=True)
                expected[name] = sum((amount or 0) * units(price, item.quantity) for price, item, amount in counted)
        if options.trial_days is not None and mode is Mode.SUBSCRIPTION:
            expected = dict.fromkeys(expected, 0)
        for name, amount in expected.items():
            _check_amount(Money(amount, name))
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

    async def _sellable(self, item: Item) -> StripePrice:
        price = await self.price(item.price_id)
        if price is None or not price.active:
            raise PriceNotFound
        if price.is_metered or price.is_pay_what_you_want:
            raise InvalidRequest(problem=_METERED if price.is_metered else _PAY_WHAT_YOU_WANT)
        return price

    def _chosen(
        self, offers: Sequence[Mapping[str, int | None]], currency: str | None, *, buyer_chooses: bool
    ) -> list[str]:
        """The currencies Stripe may ask in: those that every line is offered in, the first line's own first."""
        own = next(iter(offers[0]))
        wanted = [currency] if currency is not None else list(offers[0]) if buyer_chooses else [own]
        allowed = [name for name in wanted if name in offers[0] and name in self._currencies]
        if not allowed:
            raise CurrencyNotSupported(currency=currency or own, supported=", ".join(self._currencies))
        shared = [name for name in allowed if all(name in offer for offer in offers)]
        if not shared:
            place = next(place for place, offer in enumerate(offers) if allowed[0] not in offer)
            raise InvalidRequest(problem=_two_currencies(place, allowed[0], next(iter(offers[place]))))
        return shared


def _one_mode(prices: Sequence[StripePrice]) -> Mode:
    """Raises InvalidRequest where one-time and recurring prices are mixed."""
    for place, price in enumerate(prices):
        if price.recurring is not prices[0].recurring:
            raise InvalidRequest(problem=_two_modes(place))
    return Mode.SUBSCRIPTION if prices[0].recurring else Mode.PAYMENT


def _two_modes(place: int) -> Text:
    return Text(
        en=f"`items[{place}].priceId` is of another mode (one-time, recurring) than `items[0].priceId`; sell it apart.",
        zh=f"items[{place}].priceId 与 items[0].priceId 分属一次性与周期性价格，不能一起出售。",
    )


def _two_currencies(place: int, one: str, other: str) -> Text:
    return Text(
        en=f"`items[{place}].priceId` is not offered in {one} but in {other}: all items are paid in one currency.",
        zh=f"items[{place}].priceId 不支持货币 {one}（其货币为 {other}），所有商品必须使用同一货币。",
    )


def units(price: StripePrice, quantity: int) -> int:
    """How many units Stripe charges: the quantity divided as the price's `transform_quantity` says."""
    whole, rest = divmod(quantity, price.divide_by)
    return whole + (1 if rest and price.rounds_up else 0)


def _check_amount(amount: Money) -> None:
    if money.is_too_small(amount):
        raise AmountTooSmall
    if money.is_too_large(amount):
        raise AmountTooLarge
