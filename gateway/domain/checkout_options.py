"""What the shop lets Stripe's checkout page offer: the `[checkout]` tables of the catalogue file.

The file's own table holds for all packages, a package's for that one. An option that a package does not name is the
file's. Each travels to Stripe under its documented name (`parameters_of`), where its mode has it.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from gateway.domain.duration import duration_seconds
from gateway.domain.language import Language, Text
from gateway.domain.stripe_event import Mode

SHORTEST_SECONDS, LONGEST_SECONDS = 30 * 60, 24 * 3600
MOST_RATES, MOST_TRIAL_DAYS, LONGEST_TEXT = 5, 730, 1200
TEXTS = ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
SUBMIT_TYPES = ("auto", "book", "donate", "pay", "subscribe")

_COUNTRY, _RATE, _METHOD = re.compile("[A-Z]{2}"), re.compile(r"shr_[A-Za-z0-9]{1,200}"), re.compile("[a-z0-9_]{2,40}")


class OptionError(ValueError):
    """An option cannot be used; the message names it and what to write."""


@dataclass(frozen=True, slots=True)
class CheckoutOptions:
    """None: not said. The names are those of the file."""

    allow_promotion_codes: bool | None = None
    automatic_tax: bool | None = None
    tax_id_collection: bool | None = None
    billing_address: str | None = None
    phone_number: bool | None = None
    shipping_countries: tuple[str, ...] | None = None
    shipping_rates: tuple[str, ...] | None = None
    invoice: bool | None = None
    currency: str | None = None
    """`price`: the price's own; `buyer`: Stripe chooses by where the buyer is."""
    payment_methods: tuple[str, ...] | None = None
    custom_text: tuple[tuple[str, Text], ...] | None = None
    submit_type: str | None = None
    expires_after: int | None = None
    """Seconds."""
    trial_days: int | None = None


NAMES = tuple(field.name for field in fields(CheckoutOptions))
ONLY_IN: Mapping[str, Mode] = {
    "invoice": Mode.PAYMENT,
    "shipping_rates": Mode.PAYMENT,
    "trial_days": Mode.SUBSCRIPTION,
}
"""Options that Stripe has in one mode alone. A subscription always has invoices."""


def parse_options(table: Any, *, where: str) -> CheckoutOptions:
    """One table. Raises OptionError, which begins with `where`."""
    if not isinstance(table, dict):
        raise OptionError(f"{where} must be a table of options")
    unknown = sorted(table.keys() - set(NAMES))
    if unknown:
        raise OptionError(f"{where} has an unknown field `{unknown[0]}`; known are {', '.join(NAMES)}")
    options = CheckoutOptions(**{name: _READERS[name](value, f"{where}: `{name}`") for name, value in table.items()})
    if options.shipping_rates and not options.shipping_countries:
        raise OptionError(f"{where}: `shipping_rates` needs `shipping_countries`, the countries you ship to")
    return options


def refuse_both_modes(options: CheckoutOptions, *, where: str) -> None:
    """A package has one mode. Raises OptionError for options that exclude each other by it."""
    modes = dict(_modes_of(options))
    if len(set(modes.values())) > 1:
        named = " and ".join(f"`{name}` ({_MODE_WORDS[mode]})" for name, mode in sorted(modes.items()))
        raise OptionError(f"{where}: {named} exclude each other")


def misplaced(options: CheckoutOptions, mode: Mode) -> str | None:
    """The first option that Stripe does not have in this mode, as a sentence; None: each has its place."""
    for name, only in _modes_of(options):
        if only is not mode:
            return f"`{name}` is for {_MODE_WORDS[only]}, and this price is {_MODE_WORDS[mode]}"
    return None


def over(general: CheckoutOptions, own: CheckoutOptions) -> CheckoutOptions:
    """The file's options with a package's own in their place."""
    return CheckoutOptions(**{name: _first(getattr(own, name), getattr(general, name)) for name in NAMES})


def joined(several: Iterable[CheckoutOptions]) -> CheckoutOptions | str:
    """The options of several packages sold together, or the name of one that they contradict each other in."""
    together: dict[str, Any] = {}
    for options in several:
        for name in NAMES:
            value = getattr(options, name)
            if value is not None and together.setdefault(name, value) != value:
                return name
    return CheckoutOptions(**together)


def parameters_of(options: CheckoutOptions, mode: Mode, language: Language) -> dict[str, Any]:
    """Stripe's parameters, without what it does not have in this mode. Lifetime, currency and trial are not here."""
    is_payment = mode is Mode.PAYMENT
    asked: dict[str, Any] = {
        "allow_promotion_codes": options.allow_promotion_codes,
        "automatic_tax": _enabled(options.automatic_tax),
        "tax_id_collection": _enabled(options.tax_id_collection),
        "billing_address_collection": options.billing_address,
        "phone_number_collection": _enabled(options.phone_number),
        "shipping_address_collection": _listed("allowed_countries", options.shipping_countries),
        "shipping_options": [{"shipping_rate": rate} for rate in options.shipping_rates or () if is_payment] or None,
        "invoice_creation": _enabled(options.invoice) if is_payment else None,
        "allowed_payment_method_types": list(options.payment_methods) if options.payment_methods else None,
        "custom_text": {name: {"message": text.in_(language)} for name, text in options.custom_text or ()} or None,
        "submit_type": options.submit_type if (options.submit_type == "subscribe") is not is_payment else None,
    }
    return {name: value for name, value in asked.items() if value is not None}


def _modes_of(options: CheckoutOptions) -> Iterable[tuple[str, Mode]]:
    for name, mode in ONLY_IN.items():
        if getattr(options, name):
            yield name, mode
    if options.submit_type not in {None, "auto"}:
        yield "submit_type", Mode.SUBSCRIPTION if options.submit_type == "subscribe" else Mode.PAYMENT


_MODE_WORDS = {Mode.PAYMENT: "one-time", Mode.SUBSCRIPTION: "recurring"}


def _enabled(wanted: bool | None) -> dict[str, bool] | None:
    return {"enabled": wanted} if wanted is not None else None


def _listed(name: str, values: tuple[str, ...] | None) -> dict[str, list[str]] | None:
    return {name: list(values)} if values else None


def _first(own: Any, general: Any) -> Any:
    return general if own is None else own


def _flag(value: Any, name: str) -> bool:
    if not isinstance(value, bool):
        raise OptionError(f"{name} must be true or false")
    return value


def _choice(*choices: str) -> Callable[[Any, str], str]:
    def read(value: Any, name: str) -> str:
        if value not in choices:
            raise OptionError(f"{name} must be one of {', '.join(choices)}")
        return str(value)

    return read


def _words(pattern: re.Pattern[str], like: str, *, most: int) -> Callable[[Any, str], tuple[str, ...]]:
    def read(value: Any, name: str) -> tuple[str, ...]:
        words = value if isinstance(value, list) else []
        is_right = all(isinstance(word, str) and pattern.fullmatch(word) for word in words)
        if not words or not is_right or len(set(words)) != len(words) or len(words) > most:
            raise OptionError(f"{name} must be a list of 1 to {most}, each once, like {like}")
        return tuple(words)

    return read


def _days(value: Any, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MOST_TRIAL_DAYS:
        raise OptionError(f"{name} must be a whole number of days from 1 to {MOST_TRIAL_DAYS}")
    return value


def _lifetime(value: Any, name: str) -> int:
    try:
        seconds = duration_seconds(value) if isinstance(value, str) else 0
    except ValueError:
        seconds = 0
    if not SHORTEST_SECONDS <= seconds <= LONGEST_SECONDS:
        raise OptionError(f'{name} must be a duration from "30m" to "24h", as Stripe allows')
    return seconds


def _texts(value: Any, name: str) -> tuple[tuple[str, Text], ...]:
    if not isinstance(value, dict) or not value or value.keys() - set(TEXTS):
        raise OptionError(f"{name} must be a table of texts; known are {', '.join(TEXTS)}")
    return tuple((place, _text(text, f"{name}.{place}")) for place, text in sorted(value.items()))


def _text(value: Any, name: str) -> Text:
    """A plain string serves both languages."""
    both = {"en": value} if isinstance(value, str) else value
    is_right = isinstance(both, dict) and "en" in both and both.keys() <= {"en", "zh"}
    if not is_right or not all(isinstance(text, str) and 1 <= len(text) <= LONGEST_TEXT for text in both.values()):
        raise OptionError(f'{name} must be a text of 1 to {LONGEST_TEXT} characters, or {{ en = "…", zh = "…" }}')
    return Text(en=both["en"], zh=both.get("zh", both["en"]))


_READERS: Mapping[str, Callable[[Any, str], Any]] = {
    "allow_promotion_codes": _flag,
    "automatic_tax": _flag,
    "tax_id_collection": _flag,
    "billing_address": _choice("auto", "required"),
    "phone_number": _flag,
    "shipping_countries": _words(_COUNTRY, '["US", "CN"]', most=300),
    "shipping_rates": _words(_RATE, '["shr_1AbC"]', most=MOST_RATES),
    "invoice": _flag,
    "currency": _choice("price", "buyer"),
    "payment_methods": _words(_METHOD, '["card", "alipay"]', most=20),
    "custom_text": _texts,
    "submit_type": _choice(*SUBMIT_TYPES),
    "expires_after": _lifetime,
    "trial_days": _days,
}
