"""What of a payment may still be refunded: a pure function of its facts and of the refunds that are under way.

A refund that somebody asked for counts from the moment its row is written, so that two at once never give back more
than came.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from gateway.domain.errors import NotRefundable
from gateway.domain.facts import DisputeState, Facts, Refund, RefundState
from gateway.domain.language import Text
from gateway.domain.money import Money
from gateway.domain.movements import own_disputes, own_refunds, refund_gaps, totals_of
from gateway.domain.ownership import charges_of, is_paid, known_money, received_by_intent

_UNPAID = Text(en="it is not paid.", zh="尚未付款。")
_LOST = Text(en="a dispute about it was lost, and its money is gone.", zh="争议已败诉，款项已被划走。")
_NOTHING_LEFT = Text(en="nothing of it is left.", zh="已无可退金额。")
_NOTHING_CAME = Text(
    en="Stripe has not shown yet which charge paid it; try again.", zh="Stripe 尚未提供扣款信息，请重试。"
)


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A refund that somebody asked for. `stripe_id` is None while Stripe has not answered."""

    intent_id: str
    amount_minor: int
    stripe_id: str | None


@dataclass(frozen=True, slots=True)
class Refundable:
    """What may be refunded, and of which intent."""

    intent_id: str
    left: Money


def refundable(facts: Facts, under_way: Collection[UnderWay]) -> Refundable:
    """Of the intent that has most left. Raises NotRefundable."""
    if not is_paid(facts):
        raise NotRefundable(reason=_UNPAID)
    if any(dispute.newest.state is DisputeState.LOST for dispute in own_disputes(facts).values()):
        raise NotRefundable(reason=_LOST)
    received = received_by_intent(facts)
    if not received:
        raise NotRefundable(reason=_NOTHING_CAME)
    left = {intent_id: _left(facts, intent_id, money, under_way) for intent_id, money in received.items()}
    intent_id = max(sorted(left), key=lambda one: left[one])
    currency = received[intent_id].currency
    most = min(left[intent_id], _left_in_all(facts, currency, under_way))
    if most <= 0:
        raise NotRefundable(reason=_NOTHING_LEFT)
    return Refundable(intent_id, Money(most, currency))


def _left(facts: Facts, intent_id: str, received: Money, under_way: Collection[UnderWay]) -> int:
    of_intent = {key: refund for key, refund in own_refunds(facts).items() if _intent_of(facts, refund) == intent_id}
    charges = {key for key, charge in charges_of(facts).items() if charge.intent_id == intent_id}
    unnamed = sum(gap for charge_id, gap in refund_gaps(facts).items() if charge_id in charges)
    asked_for = sum(one.amount_minor for one in under_way if one.intent_id == intent_id and _is_new(facts, one))
    return received.amount_minor - _worth(facts, of_intent) - unnamed - asked_for


def _left_in_all(facts: Facts, currency: str, under_way: Collection[UnderWay]) -> int:
    """By the journal, which also knows refunds without an id, less what has not moved yet."""
    net = sum(line.captured - line.refunded for line in totals_of(facts) if line.currency == currency)
    waiting = {key: refund for key, refund in own_refunds(facts).items() if not refund.has_moved}
    return net - _worth(facts, waiting) - sum(one.amount_minor for one in under_way if _is_new(facts, one))


def _worth(facts: Facts, refunds: Mapping[str, Refund]) -> int:
    """Of those that went or are going back."""
    going = [one for one in refunds.values() if one.state in {RefundState.PENDING, RefundState.SUCCEEDED}]
    return sum(money.amount_minor for one in going if (money := known_money(one.amounts, facts)) is not None)


def _intent_of(facts: Facts, refund: Refund) -> str | None:
    charge = facts.charges.get(refund.charge_id or "")
    return refund.intent_id or (charge.intent_id if charge is not None else None)


def _is_new(facts: Facts, one: UnderWay) -> bool:
    """Whether no fact speaks of it yet."""
    return one.stripe_id is None or one.stripe_id not in facts.refunds
