"""Currencies as Stripe knows them: which exist, how many decimals, the least and the most that can be charged."""

ZERO_DECIMAL = frozenset("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split())
THREE_DECIMAL = frozenset("bhd jod kwd omr tnd".split())
IN_HUNDREDTHS = frozenset("isk ugx".split())
"""Sent as if they had two decimals, shown without: 500000 is 5,000 UGX."""
SUPPORTED = tuple(
    (
        "usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf "
        "chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg "
        "huf idr ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt "
        "mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar "
        "sbd scr sek sgd shp sle sos srd std szl thb tjs tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd "
        "xof xpf yer zar zmw "
    ).split()
)

_SMALL_UNITS = ZERO_DECIMAL | IN_HUNDREDTHS | frozenset(
    "amd aoa ars bdt cdf cop crc dzd etb gyd htg huf idr inr jmd kes khr kzt lak lbp lkr lrd mmk mnt mwk ngn npr pkr "
    "rsd sos tzs uzs yer".split()
)  # fmt: skip
"""A card is charged up to twelve digits of these, and eight of all others."""
_LEAST = {
    "aed": 200, "czk": 1500, "dkk": 250, "gbp": 30, "hkd": 400, "huf": 17500, "mxn": 1000, "myr": 200,
    "nok": 300, "pln": 200, "ron": 200, "sek": 300, "thb": 1000,
}  # fmt: skip
_SYMBOLS = {
    "usd": "$", "eur": "€", "gbp": "£", "cny": "¥", "jpy": "¥", "hkd": "HK$", "aud": "A$", "cad": "CA$", "inr": "₹",
    "krw": "₩", "twd": "NT$", "sgd": "S$", "nzd": "NZ$", "brl": "R$",
}  # fmt: skip


def least_amount(currency: str) -> int:
    """The smallest charge in minor units; 50 where Stripe names no other."""
    return _LEAST.get(currency, 50)


def largest_amount(currency: str) -> int:
    """The largest charge of a card in minor units."""
    return 999_999_999_999 if currency in _SMALL_UNITS else 99_999_999


def decimals(currency: str) -> int:
    """How many digits of an amount stand behind the point."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def shown(amount_minor: int, currency: str) -> str:
    """`$5.00`, `¥500`, `12.00 SEK`, `5,000 UGX`: for people."""
    digits = decimals(currency)
    whole, fraction = divmod(abs(amount_minor), 10**digits)
    has_fraction = digits > 0 and (fraction > 0 or currency not in IN_HUNDREDTHS)
    number = f"{whole:,}" + (f".{fraction:0{digits}d}" if has_fraction else "")
    sign = "-" if amount_minor < 0 else ""
    symbol = _SYMBOLS.get(currency)
    return f"{sign}{symbol}{number}" if symbol else f"{sign}{number} {currency.upper()}"
