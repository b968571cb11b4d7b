"""A charge of Stripe's → what it took and gave back."""

from gateway.domain.facts import Charge
from gateway.domain.json_fields import Object, minor, moment, web_url


def charge_of(charge: Object, intent_id: str | None, money: str | None) -> Charge:
    amount, captured = minor(charge, "amount"), minor(charge, "amount_captured")
    is_captured = charge.get("paid") is True and charge.get("captured") is True
    came = (captured or 0) if is_captured and money else 0
    back = 0 if charge.get("captured") is False else minor(charge, "amount_refunded") or 0
    if came and amount is not None:
        back -= max(amount - came, 0)  # What was released without being captured did not move.
    return Charge(
        intent_id=intent_id,
        is_paid=came > 0 and (amount is None or came >= amount),
        captured={money: came} if money and came else {},
        refunded={money: back} if money and back > 0 else {},
        is_disputed=charge.get("disputed") is True,
        created=moment(charge, "created"),
        receipt_url=web_url(charge, "receipt_url"),
    )
