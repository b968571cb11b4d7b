"""Money: an integer of minor units and a currency. Never a float, never a conversion."""

from dataclasses import dataclass

from gateway.domain.currencies import CHARGED_IN_HUNDREDTHS, MINIMUM_MINOR, decimal_digits, maximum_minor

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
    """What Stripe calls `amount`, in minor units (cents; for UGX and ISK hundredths), and a lower-case ISO code."""

    amount_minor: int
    currency: str

    @property
    def formatted(self) -> str:
        """For people: `$5.00`, `¥500`, `5.00 CHF`, `5,000 UGX`."""
        digits = decimal_digits(self.currency)
        whole, fraction = divmod(abs(self.amount_minor), 10**digits)
        has_fraction = digits > 0 and (fraction > 0 or self.currency not in CHARGED_IN_HUNDREDTHS)
        number = f"{whole:,}" + (f".{fraction:0{digits}d}" if has_fraction else "")
        sign = "-" if self.amount_minor < 0 else ""
        symbol = _SYMBOLS.get(self.currency)
        return f"{sign}{symbol}{number}" if symbol else f"{sign}{number} {self.currency.upper()}"


def is_too_small(money: Money) -> bool:
    """Below Stripe's least charge. Zero is not small but free: Checkout completes it without a payment.

    Where no least charge is known, Stripe judges.
    """
    return 0 < money.amount_minor < MINIMUM_MINOR.get(money.currency, 1) or money.amount_minor < 0


def is_too_large(money: Money) -> bool:
    """Above what Stripe's API takes in this currency. A payment method may take less, which Stripe judges."""
    return money.amount_minor > maximum_minor(money.currency)
