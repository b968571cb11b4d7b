"""The totals of an order: subtotal − discount + tax + shipping, line by line and in one currency.

Two rules are this sandbox's own: automatic tax is always `TAX_PERCENT` percent on top of every line, whatever the
buyer's country, and known from the start; shipping is not taxed. All amounts are minor units.
"""

from dataclasses import dataclass

from gateway.sandbox import discounts, money, pricing
from gateway.sandbox.errors import invalid
from gateway.sandbox.store import Kind, Object, Store

TAX_PERCENT = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    subtotal: int
    discount: int
    tax: int
    shipping: int

    @property
    def total(self) -> int:
        return self.subtotal - self.discount + self.tax + self.shipping


def reprice(store: Store, session: Object, private: Object) -> None:
    """Bring an open session's amounts in line with its items, currency, discount, tax and shipping."""
    totals = compute(
        store,
        private["line_items"],
        currency=session["currency"],
        discount=private["discount"],
        taxed=session["automatic_tax"]["enabled"],
        shipping=_ship(store, session, private),
        is_trial=private["trial_days"] is not None,
    )
    session.update(
        amount_subtotal=totals.subtotal,
        amount_total=totals.total,
        total_details={
            "amount_discount": totals.discount,
            "amount_shipping": totals.shipping,
            "amount_tax": totals.tax,
        },
        discounts=[private["discount"]] if private["discount"] else [],
        payment_status="unpaid" if totals.total else "no_payment_required",
    )


def compute(
    store: Store,
    items: list[Object],
    *,
    currency: str,
    discount: Object | None,
    taxed: bool,
    shipping: int,
    is_trial: bool = False,
) -> Totals:
    """Fill in the amounts of the items and return their sums. Every price must offer the currency.

    What recurs costs nothing while it is tried.
    """
    for item in items:
        amount = pricing.amount_of(store, item["price"], quantity=item["quantity"], currency=currency)
        if is_trial and item["price"]["recurring"]:
            amount = 0
        item.update(currency=currency, amount_subtotal=amount)
    subtotals = [item["amount_subtotal"] for item in items]
    taken = discounts.amount_off(store, discount, subtotal=sum(subtotals), currency=currency)
    for item, share in zip(items, spread(taken, subtotals), strict=True):
        net = item["amount_subtotal"] - share
        tax = tax_on(net) if taxed else 0
        item.update(amount_discount=share, amount_tax=tax, amount_total=net + tax)
    return Totals(
        subtotal=sum(subtotals),
        discount=taken,
        tax=sum(item["amount_tax"] for item in items),
        shipping=shipping,
    )


def tax_on(amount: int) -> int:
    """Rounded half up."""
    return (amount * TAX_PERCENT + 50) // 100


def spread(amount: int, weights: list[int]) -> list[int]:
    """Shares of `amount` in proportion to the weights; their sum is exactly `amount`."""
    whole, weight, before, shares = sum(weights), 0, 0, []
    for each in weights:
        weight += each
        reached = amount * weight // whole if whole else 0
        shares.append(reached - before)
        before = reached
    return shares


def check_total(amount: int, currency: str) -> None:
    """Raises StripeRefusal for a total that cannot be charged; nothing due at all can."""
    least = money.least_amount(currency)
    if 0 < amount < least:
        message = (
            f"The Checkout Session's total amount due must add up to at least {money.shown(least, currency)} {currency}"
        )
        raise invalid(message, code="amount_too_small")
    most = money.largest_amount(currency)
    if amount > most:
        message = f"Amount must be no more than {money.shown(most, currency)}"
        raise invalid(message, code="amount_too_large")


def shipping_amount(rate: Object, currency: str) -> int | None:
    """What a rate costs in this currency; None if it does not offer it."""
    fixed = rate["fixed_amount"]
    if fixed["currency"] == currency:
        return int(fixed["amount"])
    option = fixed.get("currency_options", {}).get(currency)
    return option and int(option["amount"])


def _ship(store: Store, session: Object, private: Object) -> int:
    """Show every offered rate in the session's currency, and take the chosen one."""
    chosen = private["shipping_rate"]
    if chosen is None:
        return 0
    for option in session["shipping_options"]:
        rate = store.need(Kind.SHIPPING_RATE, option["shipping_rate"])
        option["shipping_amount"] = shipping_amount(rate, session["currency"])
    amount = shipping_amount(store.need(Kind.SHIPPING_RATE, chosen), session["currency"]) or 0
    session["shipping_cost"] = {
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "shipping_rate": chosen,
    }
    return amount
