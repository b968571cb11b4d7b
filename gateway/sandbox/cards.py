"""The one table of test cards: what each number does here, and where the rule comes from.

`STRIPE` rows do what Stripe documents for that number. `GUIDE` rows follow the integration guide where Stripe does
something else today (3063, 3089, 0010). `SANDBOX` rows are ours alone, for outcomes no Stripe card gives. Any other
number that passes the Luhn check is declined as a real card would be in test mode, so that nobody types one in
believing it works.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum


class Source(Enum):
    STRIPE = "Stripe"
    GUIDE = "integration guide"
    SANDBOX = "sandbox"


class Behaviour(StrEnum):
    SUCCEED = "succeed"
    DECLINE = "decline"
    CHALLENGE = "challenge"
    PROCESS_THEN_SUCCEED = "process_then_succeed"
    PROCESS_THEN_FAIL = "process_then_fail"
    DISPUTE = "dispute"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """`label` and `label_zh` are what the hosted page prints beside the number; the codes are those of a decline."""

    number: str
    behaviour: Behaviour
    label: str
    label_zh: str
    source: Source = Source.STRIPE
    code: str = "card_declined"
    decline_code: str = "generic_decline"
    message: str = "Your card was declined."
    blocked: bool = False
    on_page: bool = True

    @property
    def brand(self) -> str:
        return "mastercard" if self.number.startswith("5") else "visa"

    @property
    def last4(self) -> str:
        return self.number[-4:]

    @property
    def spaced(self) -> str:
        return " ".join(self.number[start : start + 4] for start in range(0, len(self.number), 4))


TABLE: tuple[Card, ...] = (
    Card(number="4242424242424242", behaviour=Behaviour.SUCCEED, label="Payment succeeds", label_zh="支付成功"),
    Card(
        number="5555555555554444",
        behaviour=Behaviour.SUCCEED,
        label="Payment succeeds (Mastercard)",
        label_zh="支付成功（万事达）",
        on_page=False,
    ),
    Card(
        number="4000000000003220",
        behaviour=Behaviour.CHALLENGE,
        label="3-D Secure required",
        label_zh="需要 3-D Secure 验证",
    ),
    Card(
        number="4000000000003063",
        behaviour=Behaviour.CHALLENGE,
        label="Authenticate: complete or fail",
        label_zh="需要认证（可选择通过或失败）",
        source=Source.GUIDE,
    ),
    Card(number="4000000000000002", behaviour=Behaviour.DECLINE, label="Declined", label_zh="一般失败（被拒）"),
    Card(
        number="4000000000009995",
        behaviour=Behaviour.DECLINE,
        label="Insufficient funds",
        label_zh="余额不足",
        decline_code="insufficient_funds",
        message="Your card has insufficient funds.",
    ),
    Card(
        # The guide calls this card declined; Stripe declines it as expired, and both are true of that answer.
        number="4000000000000069",
        behaviour=Behaviour.DECLINE,
        label="Declined: expired card",
        label_zh="卡片被拒（已过期）",
        code="expired_card",
        decline_code="expired_card",
        message="Your card has expired.",
    ),
    Card(
        number="4100000000000019",
        behaviour=Behaviour.DECLINE,
        label="Blocked as fraudulent",
        label_zh="欺诈检测（被拦截）",
        decline_code="fraudulent",
        blocked=True,
    ),
    Card(
        number="4000000000003089",
        behaviour=Behaviour.PROCESS_THEN_SUCCEED,
        label="Processing, then paid",
        label_zh="处理中，稍后成功",
        source=Source.GUIDE,
    ),
    Card(
        number="4000000000003071",
        behaviour=Behaviour.PROCESS_THEN_FAIL,
        label="Processing, then failed",
        label_zh="处理中，稍后失败",
        source=Source.SANDBOX,
    ),
    Card(
        number="4000000000000010",
        behaviour=Behaviour.DECLINE,
        label="Currency not supported",
        label_zh="货币不支持",
        source=Source.GUIDE,
        decline_code="currency_not_supported",
        message="Your card does not support this currency.",
    ),
    Card(
        number="4000000000000259",
        behaviour=Behaviour.DISPUTE,
        label="Succeeds, then disputed",
        label_zh="成功后发生争议",
    ),
)

_BY_NUMBER = {card.number: card for card in TABLE}

# PaymentMethods by name, for paying without a browser. The pm_sandbox_ ones are ours.
_BY_METHOD = {
    "pm_card_visa": "4242424242424242",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_visa_chargeDeclined": "4000000000000002",
    "pm_card_chargeDeclined": "4000000000000002",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_visa_chargeDeclinedExpiredCard": "4000000000000069",
    "pm_card_chargeDeclinedExpiredCard": "4000000000000069",
    "pm_card_visa_chargeDeclinedFraudulent": "4100000000000019",
    "pm_card_chargeDeclinedFraudulent": "4100000000000019",
    "pm_card_radarBlock": "4100000000000019",
    "pm_card_threeDSecure2Required": "4000000000003220",
    "pm_card_authenticationRequired": "4000000000003220",
    "pm_card_createDispute": "4000000000000259",
    "pm_sandbox_authentication": "4000000000003063",
    "pm_sandbox_processing": "4000000000003089",
    "pm_sandbox_processingFails": "4000000000003071",
    "pm_sandbox_currencyNotSupported": "4000000000000010",
}


def by_number(number: str) -> Card | None:
    """The card of this number, digits only."""
    return _BY_NUMBER.get(number)


def known(number: str) -> Card:
    """The card of a number that was taken from this table."""
    return _BY_NUMBER[number]


def by_method(method_id: str) -> Card | None:
    """The card behind a test PaymentMethod such as pm_card_visa."""
    number = _BY_METHOD.get(method_id)
    return _BY_NUMBER[number] if number else None


def passes_luhn(number: str) -> bool:
    """The check digit every card number carries."""
    if not (number.isascii() and number.isdecimal() and 12 <= len(number) <= 19):
        return False
    total = 0
    for place, digit in enumerate(reversed(number)):
        doubled = int(digit) * (2 if place % 2 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0
