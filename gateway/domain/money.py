"""Money: an integer of minor units and a currency. Never a float, never a conversion.

Source of the tables: Stripe's "Supported currencies" (zero- and three-decimal currencies, minimum and maximum charge).
A currency without a known minimum is left for Stripe itself to judge.
"""

from dataclasses import dataclass

ZERO_DECIMAL = frozenset("bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf".split())
THREE_DECIMAL = frozenset("bhd jod kwd omr tnd".split())

MINIMUM_MINOR = {
    "usd": 50, "aed": 200, "aud": 50, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250, "eur": 50,
    "gbp": 30, "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000, "myr": 200, "nok": 300, "nzd": 50,
    "pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1000,
}  # fmt: skip

MAXIMUM_MINOR = 99_999_999
"""Eight digits, in every currency's minor unit."""

_SYMBOLS = {
    "usd": "$",
    "eur": "€",
    "gbp": "£",
    "jpy": "¥",
    "cny": "CN¥",
    "hkd": "HK$",
    "inr": "₹",
    "krw": "₩",
}


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in minor units (cents) of a lower-case ISO 4217 currency."""

    amount_minor: int
    currency: str

    @property
    def formatted(self) -> str:
        """For people: `$5.00`, `¥500`, `5.00 CHF`."""
        digits = decimal_digits(self.currency)
        whole, fraction = divmod(abs(self.amount_minor), 10**digits)
        number = f"{whole:,}" + (f".{fraction:0{digits}d}" if digits else "")
        sign = "-" if self.amount_minor < 0 else ""
        symbol = _SYMBOLS.get(self.currency)
        return f"{sign}{symbol}{number}" if symbol else f"{sign}{number} {self.currency.upper()}"


def decimal_digits(currency: str) -> int:
    """How many digits stand behind the point in this currency."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def is_too_small(money: Money) -> bool:
    """Below Stripe's least charge. Zero is not small but free: Checkout completes it without a payment."""
    return 0 < money.amount_minor < MINIMUM_MINOR.get(money.currency, 1) or money.amount_minor < 0


def is_too_large(money: Money) -> bool:
    return money.amount_minor > MAXIMUM_MINOR
