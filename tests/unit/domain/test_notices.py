"""Which notice a change is: a pure function of what could be seen before and after it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gateway.domain.facts import (
    Charge,
    Dispute,
    DisputeState,
    DisputeView,
    Facts,
    Intent,
    Refund,
    RefundState,
    merge,
)
from gateway.domain.fulfilment import PENDING, Fulfilment, FulfilmentState, fulfilment_of
from gateway.domain.money import Money
from gateway.domain.notices import FULFILMENT, NoticeType, delivery_id, endpoint_id_of, kind_of_change
from gateway.domain.snapshot import Visible, visible
from gateway.domain.status import Status

UNPAID = Visible(Status.UNPAID, is_final=False, is_payable=True)
PAID = Facts(
    session_paid=True,
    named_intents=frozenset({"pi_1"}),
    intents={"pi_1": Intent(is_paid=True, received={"usd": 500})},
    charges={"ch_1": Charge("pi_1", is_paid=True, captured={"usd": 500})},
)


def refunded(state: RefundState) -> Facts:
    return merge(PAID, Facts(refunds={"re_1": Refund(state, {"usd": 200}, has_moved=True, intent_id="pi_1")}))


def disputed(state: DisputeState) -> Facts:
    return merge(PAID, Facts(disputes={"du_1": Dispute(DisputeView(0, 0, state), {"usd": 500}, intent_id="pi_1")}))


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.UNPAID])
def test_a_new_status_names_the_notice(status: Status) -> None:
    assert kind_of_change(UNPAID, replace(UNPAID, status=status)) == f"payment.{status}"


def test_a_status_that_is_unpaid_again_is_an_update() -> None:
    assert kind_of_change(replace(UNPAID, status=Status.FAILED), UNPAID) == NoticeType.UPDATED


def test_a_status_that_came_with_a_refund_names_the_notice() -> None:
    both = replace(UNPAID, status=Status.PAID, refunded=Money(100, "usd"))
    assert kind_of_change(UNPAID, both) == NoticeType.PAID


def test_more_that_went_back_is_a_refund_and_less_is_one_that_failed() -> None:
    before, after = visible(PAID), visible(refunded(RefundState.SUCCEEDED))
    assert kind_of_change(before, after) == NoticeType.REFUNDED
    assert kind_of_change(after, visible(refunded(RefundState.FAILED))) == NoticeType.REFUND_FAILED


@pytest.mark.parametrize("end", [DisputeState.WON, DisputeState.LOST, DisputeState.WARNING_CLOSED])
def test_a_dispute_begins_and_ends_visibly_whichever_way(end: DisputeState) -> None:
    before, during = visible(PAID), visible(disputed(DisputeState.NEEDS_RESPONSE))
    assert kind_of_change(before, during) == NoticeType.DISPUTED
    assert kind_of_change(during, visible(disputed(end))) == NoticeType.DISPUTE_CLOSED


def test_a_dispute_that_was_lost_before_it_was_known_is_sent() -> None:
    assert kind_of_change(visible(PAID), visible(disputed(DisputeState.LOST))) == NoticeType.DISPUTED


def test_a_dispute_known_by_the_charges_word_is_no_second_one_once_it_has_an_id() -> None:
    hinted = visible(merge(PAID, Facts(charges={"ch_1": Charge("pi_1", is_disputed=True)})))
    assert hinted == visible(disputed(DisputeState.NEEDS_RESPONSE))


def test_a_change_of_fulfilment_alone_is_sent_to_nobody() -> None:
    before, after = visible(PAID), visible(merge(PAID, Facts(delivered_at=1)))
    assert kind_of_change(before, after) == FULFILMENT


def test_anything_else_is_an_update() -> None:
    assert kind_of_change(UNPAID, replace(UNPAID, is_payable=False)) == NoticeType.UPDATED


def test_what_was_delivered_is_delivered_whatever_was_given_up() -> None:
    at = datetime.fromtimestamp(5, UTC)
    assert fulfilment_of(Facts()) is None
    assert fulfilment_of(Facts(given_up_at=5)) == Fulfilment(FulfilmentState.FAILED, at)
    assert fulfilment_of(Facts(given_up_at=4, delivered_at=5)) == Fulfilment(FulfilmentState.DELIVERED, at)
    assert PENDING.at is None


def test_an_id_is_of_one_change_and_one_back_end() -> None:
    shops = [endpoint_id_of(f"https://shop{number}.example") for number in range(3)]
    ids = {delivery_id(shop, change) for shop in shops for change in range(50)}
    assert len(ids) == 150
    assert delivery_id(shops[0], 7) == delivery_id(shops[0], 7)
    assert all(one.startswith("msg_") and len(one) == 36 for one in ids)
