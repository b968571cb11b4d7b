"""The account's balance: each movement of money is one balance transaction, in the account's own currency.

Stripe converts at the day's rate; this sandbox has one fixed rate a currency, so that a test knows the figure.
"""

from decimal import ROUND_HALF_UP, Decimal

from gateway.sandbox import money
from gateway.sandbox.entities.after_payment import balance_transaction
from gateway.sandbox.runtime import Sandbox
from gateway.sandbox.store import Kind, Object

SETTLEMENT_CURRENCY = "usd"
DISPUTE_FEE = 1_500

_RATES = {
    "usd": "1", "eur": "1.10", "gbp": "1.25", "cny": "0.14", "hkd": "0.13", "jpy": "0.0070", "krw": "0.00075",
    "twd": "0.031", "sgd": "0.75", "aud": "0.65", "cad": "0.73", "chf": "1.15", "inr": "0.012",
}  # fmt: skip
_OTHER_RATE = "0.10"


def book_charge(sandbox: Sandbox, charge: Object) -> None:
    """The captured amount arrives, less 2.9 % and 30 cents."""
    settled, _ = settle(charge["amount_captured"], charge["currency"])
    fee = (settled * 29 + 500) // 1_000 + 30
    booked = book(sandbox, charge, charge["amount_captured"], kind="charge", category="charge", fee=fee)
    charge["balance_transaction"] = booked["id"]


def book(sandbox: Sandbox, source: Object, amount: int, *, kind: str, category: str, fee: int = 0) -> Object:
    """One movement caused by `source`; `amount` is signed minor units in its currency, `fee` in the settlement's."""
    settled, rate = settle(amount, source["currency"])
    booked = balance_transaction(
        amount=settled,
        fee=fee,
        currency=SETTLEMENT_CURRENCY,
        exchange_rate=None if source["currency"] == SETTLEMENT_CURRENCY else float(rate),
        created=sandbox.store.now(),
        source=source["id"],
        kind=kind,
        category=category,
    )
    return sandbox.store.put(Kind.BALANCE, booked)


def settle(amount: int, currency: str) -> tuple[int, Decimal]:
    """Minor units of the settlement currency, and the rate between major units."""
    rate = Decimal(_RATES.get(currency, _OTHER_RATE))
    major = Decimal(amount).scaleb(-money.decimals(currency))
    return int((major * 100 * rate).quantize(Decimal(1), ROUND_HALF_UP)), rate
