"""Currencies as Stripe knows them: which exist, how many decimals, the least and the most that can be charged."""

ZERO_DECIMAL = frozenset(
    "bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf".split(),
)
SUPPORTED = tuple(
    (
        "usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bif bmd bnd bob brl bsd bwp byn bzd cad cdf "
        "chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg "
        "huf idr ils inr isk jmd jpy kes kgs khr kmf krw kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop "
        "mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd "
        "scr sek sgd shp sle sos srd std szl thb tjs top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xof "
        "xpf yer zar zmw "
    ).split()
)
LARGEST_AMOUNT = 99_999_999

_LEAST = {
    "aed": 200, "bgn": 100, "czk": 1500, "dkk": 250, "gbp": 30, "hkd": 400, "huf": 17500, "mxn": 1000, "myr": 200,
    "nok": 300, "pln": 200, "ron": 200, "sek": 300, "thb": 1000,
}  # fmt: skip
_SYMBOLS = {
    "usd": "$", "eur": "€", "gbp": "£", "cny": "¥", "jpy": "¥", "hkd": "HK$", "aud": "A$", "cad": "CA$", "inr": "₹",
    "krw": "₩", "twd": "NT$", "sgd": "S$", "nzd": "NZ$", "brl": "R$",
}  # fmt: skip


def least_amount(currency: str) -> int:
    """The smallest charge in minor units; 50 where Stripe names no other."""
    return _LEAST.get(currency, 50)


def shown(amount_minor: int, currency: str) -> str:
    """`$5.00`, `¥500`, `12.00 SEK`: for people."""
    number = f"{amount_minor:,}" if currency in ZERO_DECIMAL else f"{amount_minor / 100:,.2f}"
    symbol = _SYMBOLS.get(currency)
    return f"{symbol}{number}" if symbol else f"{number} {currency.upper()}"
