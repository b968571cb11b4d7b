"""What Stripe's page "Supported currencies" says of each currency: decimals, least and greatest charge.

Codes are lower-case ISO 4217, amounts are what the API takes as `amount`. What the page leaves open is left for Stripe
to judge: a currency that is not listed has two decimals, no minimum and eight digits.
Source: https://docs.stripe.com/currencies
"""

ZERO_DECIMAL = frozenset("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split())
"""The amount is in whole units: 500 is ¥500."""

THREE_DECIMAL = frozenset("bhd jod kwd omr tnd".split())
"""The amount is in thousandths: 5000 is 5.000 KWD."""

CHARGED_IN_HUNDREDTHS = frozenset("isk ugx".split())
"""The amount is in hundredths although the currency has none: 500000 is 5,000 UGX. Stripe charges no fractions."""

MINIMUM_MINOR = {
    "usd": 50, "aed": 200, "ars": 50, "aud": 50, "brl": 50, "cad": 50, "chf": 50, "cop": 50, "czk": 1500, "dkk": 250,
    "eur": 50, "gbp": 30, "hkd": 400, "huf": 17500, "idr": 50, "ils": 50, "inr": 50, "jpy": 50, "krw": 50, "mxn": 1000,
    "myr": 200, "nok": 300, "nzd": 50, "php": 50, "pln": 200, "ron": 200, "rub": 50, "sek": 300, "sgd": 50,
    "thb": 1000, "zar": 50,
}  # fmt: skip
"""The least charge of an account that settles in the same currency."""

_DIGITS = 8
_CARD_DIGITS = 12
_SMALL_UNITS = ZERO_DECIMAL | CHARGED_IN_HUNDREDTHS | frozenset(
    "amd aoa ars bdt cdf cop crc dzd etb gyd htg huf idr inr jmd kes khr kzt lak lbp lkr lrd mmk mnt mwk ngn npr pkr "
    "rsd sos tzs uzs yer".split()
)  # fmt: skip
"""Eight digits are less than about 10,000 US dollars here, or the page itself names more than eight."""


def decimal_digits(currency: str) -> int:
    """How many digits of an amount stand behind the point."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def maximum_minor(currency: str) -> int:
    """The greatest amount that some payment method takes.

    The page allows most cards twelve digits, and other methods eight (INR nine, COP ten, IDR twelve). Where prices of
    nine digits are common, the greater number holds, and Stripe judges by the method.
    """
    digits = _CARD_DIGITS if currency in _SMALL_UNITS else _DIGITS
    return int(10**digits) - 1
