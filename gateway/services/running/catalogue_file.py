"""The catalogue file beside the account's prices: written from them, and compared with them."""

import json
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from gateway.domain.catalogue import Catalogue, Package
from gateway.domain.checkout_options import misplaced, over
from gateway.domain.identifiers import parse_price_id
from gateway.domain.json_fields import currency, identifier, mapping, minor, text
from gateway.domain.stripe_event import Mode
from gateway.services.checkout.price_control import price_problem
from gateway.stripe_api.account import StripeAccount
from gateway.stripe_api.checkout import StripeCheckout, StripePrice
from gateway.stripe_api.errors import StripeFault

_HEADING = """# Written by `gateway catalogue pull` from the active prices: what is sold, and what pages call it.
# `unit_amount` is in minor units and is shown; what is charged is the price as Stripe holds it.
# Remove what you do not sell. A name may be { en = "...", zh = "..." }.
"""


@dataclass(frozen=True, slots=True)
class ComparedPackage:
    """One package beside its price. `problem` is None where Stripe charges what is shown."""

    price_id: str
    shown: str
    problem: str | None


def toml_of(prices: Iterable[dict[str, Any]]) -> str:
    """A catalogue file of these prices, their products expanded; what has no single amount becomes a comment."""
    return _HEADING + "".join(_entries(prices))


def misplaced_option(package: Package, price: StripePrice | None) -> str | None:
    """A package's own option that Stripe does not have for such a price, in a sentence."""
    if price is None:
        return None
    problem = misplaced(package.options, Mode.SUBSCRIPTION if price.recurring else Mode.PAYMENT)
    return f"{package.price_id}: {problem}" if problem is not None else None


async def compare(catalogue: Catalogue, stripe: StripeCheckout) -> AsyncIterator[ComparedPackage]:
    """Every package, in the order of the file. Raises StripeFault."""
    for package in catalogue:
        price = await stripe.price(package.price_id)
        problem = price_problem(package, price) or misplaced_option(package, price)
        if problem is None and price is not None and not price.active:
            problem = f"{package.price_id} is inactive at Stripe: it cannot be sold"
        yield ComparedPackage(package.price_id, package.unit_amount.formatted, problem)


async def lacking(catalogue: Catalogue, account: StripeAccount) -> list[str]:
    """What the account lacks for the options of the file, in sentences. Raises StripeFault."""
    options = [over(catalogue.checkout, package.options) for package in catalogue]
    problems = []
    for rate_id in sorted({rate for each in options for rate in each.shipping_rates or ()}):
        if not await account.has_shipping_rate(rate_id):
            problems.append(f"`shipping_rates` names {rate_id}, and the account has no such active rate")
    if any(each.automatic_tax for each in options) and not await _has_taxes(account):
        problems.append("`automatic_tax` is on, and Stripe Tax is not set up for this account")
    return problems


async def _has_taxes(account: StripeAccount) -> bool:
    """A key that may not ask is given the benefit of the doubt."""
    try:
        return await account.can_compute_taxes()
    except StripeFault:
        return True


def _entries(prices: Iterable[dict[str, Any]]) -> Iterator[str]:
    for price in prices:
        price_id, amount, money = identifier(price, "id"), minor(price, "unit_amount"), currency(price)
        product = mapping(price, "product")
        if price_id is None or parse_price_id(price_id) is None or product.get("active") is False:
            continue
        if amount is None or money is None:
            yield f"\n# {price_id} has no single amount (tiers, or the buyer chooses): it cannot be sold here.\n"
            continue
        name, description = text(product, "name") or price_id, text(product, "description")
        nickname = text(price, "nickname")
        yield f"\n[[packages]]\nprice_id = {_quoted(price_id)}\nunit_amount = {amount}\ncurrency = {_quoted(money)}\n"
        yield f"name = {_quoted(f'{name} ({nickname})' if nickname else name)}\n"
        if description:
            yield f"description = {_quoted(description)}\n"


def _quoted(value: str) -> str:
    """A basic string of TOML: as JSON writes it, and DEL too."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
