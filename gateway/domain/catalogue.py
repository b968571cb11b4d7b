"""The catalogue: which prices may be sold, and what people call them.

It names packages; it never decides what is charged. The amount shown here is for pages alone: Stripe's price is read
and validated when a session is created.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gateway.domain.checkout_options import (
    CheckoutOptions,
    OptionError,
    parse_options,
    refuse_both_modes,
)
from gateway.domain.identifiers import PriceId, parse_price_id
from gateway.domain.language import Language, Text
from gateway.domain.money import Money

_KEYS = {"price_id", "unit_amount", "currency", "name", "description", "checkout"}


NO_OPTIONS = CheckoutOptions()


class CatalogueError(ValueError):
    """The catalogue cannot be used; the message names the package, the field and the fix."""


@dataclass(frozen=True, slots=True)
class Package:
    """One thing for sale. `unit_amount` is what the catalogue says, for display."""

    price_id: PriceId
    unit_amount: Money
    names: Text
    descriptions: Text | None
    options: CheckoutOptions = NO_OPTIONS
    """Its own, in place of the file's."""

    def name(self, language: Language) -> str:
        return self.names.in_(language)

    def description(self, language: Language) -> str | None:
        return self.descriptions.in_(language) if self.descriptions else None


@dataclass(frozen=True, slots=True)
class Item:
    """One line of what is sold."""

    price_id: str
    quantity: int


class Catalogue:
    """The packages in the order of the file, found by price id, and what checkout offers for all of them."""

    def __init__(self, packages: tuple[Package, ...], checkout: CheckoutOptions = NO_OPTIONS) -> None:
        self.checkout = checkout
        self._by_id = {package.price_id: package for package in packages}

    def __iter__(self) -> Iterator[Package]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def find(self, price_id: str) -> Package | None:
        return self._by_id.get(PriceId(price_id))


def parse_catalogue(toml: str) -> Catalogue:
    """Read a catalogue file. Raises CatalogueError with a sentence that says where and how to fix it."""
    try:
        document = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(f"the catalogue is not valid TOML: {error}") from error
    entries = document.get("packages")
    if not isinstance(entries, list) or not entries:
        raise CatalogueError("the catalogue needs at least one [[packages]] table")
    packages = tuple(_package(number, entry) for number, entry in enumerate(entries, start=1))
    if len({package.price_id for package in packages}) != len(packages):
        raise CatalogueError("the catalogue names the same price_id twice")
    try:
        return Catalogue(packages, parse_options(document.get("checkout", {}), where="[checkout]"))
    except OptionError as error:
        raise CatalogueError(str(error)) from error


def _package(number: int, entry: Any) -> Package:
    where = f"package {number}"
    if not isinstance(entry, dict):
        raise CatalogueError(f"{where} must be a [[packages]] table")
    unknown = sorted(entry.keys() - _KEYS)
    if unknown:
        raise CatalogueError(f"{where} has an unknown field `{unknown[0]}`; known are {', '.join(sorted(_KEYS))}")
    price_id = parse_price_id(str(entry.get("price_id", "")))
    if price_id is None:
        raise CatalogueError(f"{where}: `price_id` must be a Stripe price id, like price_1AbC")
    amount = entry.get("unit_amount")
    if not isinstance(amount, int) or isinstance(amount, bool) or amount < 0:
        raise CatalogueError(f"{where}: `unit_amount` must be a whole number of minor units (cents)")
    currency = entry.get("currency")
    if not isinstance(currency, str) or not re.fullmatch(r"[a-z]{3}", currency):
        raise CatalogueError(f"{where}: `currency` must be three lower-case letters, like usd")
    names = _texts(entry, where=where, field="name")
    if names is None:
        raise CatalogueError(f"{where}: `name` is missing")
    descriptions = _texts(entry, where=where, field="description")
    return Package(price_id, Money(amount, currency), names, descriptions, _options(entry, where=where))


def _options(entry: dict[str, Any], *, where: str) -> CheckoutOptions:
    place = f"{where}, [packages.checkout]"
    try:
        options = parse_options(entry.get("checkout", {}), where=place)
        refuse_both_modes(options, where=place)
    except OptionError as error:
        raise CatalogueError(str(error)) from error
    return options


def _texts(entry: dict[str, Any], *, where: str, field: str) -> Text | None:
    """A plain string serves both languages; a table gives `en` and, if wanted, `zh`."""
    value = entry.get(field)
    if value is None:
        return None
    if isinstance(value, str):
        return Text(en=value, zh=value)
    if isinstance(value, dict) and isinstance(value.get("en"), str) and value.keys() <= {"en", "zh"}:
        return Text(en=value["en"], zh=str(value.get("zh", value["en"])))
    raise CatalogueError(f'{where}: `{field}` must be a string or {{ en = "…", zh = "…" }}')
