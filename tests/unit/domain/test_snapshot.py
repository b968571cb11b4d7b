from datetime import UTC, datetime

import pytest
from hypothesis import given

from gateway.domain.facts import (
    NO_FACTS,
    Attempt,
    AttemptState,
    Facts,
    Refund,
    RefundState,
    Said,
    Source,
    merge,
)
from gateway.domain.identifiers import PaymentId, PriceId, SessionId
from gateway.domain.money import Money
from gateway.domain.snapshot import Failure, Snapshot, Visible, refunded_minor, visible
from gateway.domain.status import Status
from tests.unit.domain.strategies import facts

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
GENERIC = ("card_declined", "generic_decline", "Your card was declined.")


def failed(*, key: str = "ch_1", at: datetime = NOON, said: tuple[str, str, str] | None = GENERIC) -> Facts:
    failure = Said(Source.INTENT, said) if said else None
    created = Said(Source.CHARGE, int(at.timestamp()))
    return Facts(attempts={key: Attempt(AttemptState.FAILED, created, failure)})


def snapshot(known: Facts) -> Snapshot:
    return Snapshot(
        payment_id=PaymentId("0" * 32),
        session_id=SessionId("cs_test_a1"),
        price_id=PriceId("price_1"),
        quantity=1,
        amount=Money(500, "usd"),
        version=1,
        facts=known,
        visible=visible(known),
        url="https://checkout.stripe.com/c/pay/cs_test_a1",
        created_at=NOON,
        updated_at=NOON,
        expires_at=None,
        asked_at=None,
    )


def test_of_a_new_payment_a_client_sees_that_it_is_unpaid_and_payable() -> None:
    assert visible(NO_FACTS) == Visible(
        status=Status.UNPAID, is_final=False, is_payable=True, last_failure=None, refunded_minor=0, disputed=False
    )


def test_the_last_failure_carries_stripes_words_and_stripes_time() -> None:
    expected = Failure(code=GENERIC[0], decline_code=GENERIC[1], message=GENERIC[2], at=NOON)
    assert expected == visible(failed()).last_failure


def test_the_last_failure_is_that_of_the_latest_failed_attempt() -> None:
    later = failed(key="ch_0", at=NOON.replace(hour=13), said=("expired_card", "expired_card", "Expired."))
    seen = visible(merge(failed(), later)).last_failure
    assert seen is not None
    assert seen.code == "expired_card"


def test_a_failure_stays_to_be_read_after_the_payment_succeeded() -> None:
    seen = visible(merge(failed(), Facts(money=True, complete=True)))
    assert (seen.status, seen.last_failure is not None) == (Status.PAID, True)


def test_a_failure_that_nobody_explained_still_has_a_code_and_a_sentence() -> None:
    for said in (None, ("", "", "")):
        seen = visible(failed(said=said)).last_failure
        assert seen == Failure("payment_failed", None, "The payment was not completed.", NOON)


@pytest.mark.parametrize("state", [AttemptState.PENDING, AttemptState.SUCCEEDED])
def test_an_attempt_that_did_not_fail_is_no_failure(state: AttemptState) -> None:
    assert visible(Facts(attempts={"ch_1": Attempt(state, Said(Source.CHARGE, 1))})).last_failure is None


@pytest.mark.parametrize(
    "closed", [Facts(money=True), Facts(complete=True), Facts(expired=True), Facts(nothing_due=True, complete=True)]
)
def test_the_checkout_url_is_shown_only_while_it_can_still_be_paid(closed: Facts) -> None:
    assert snapshot(NO_FACTS).checkout_url == "https://checkout.stripe.com/c/pay/cs_test_a1"
    assert snapshot(failed()).checkout_url is not None
    assert snapshot(closed).checkout_url is None


def test_a_snapshot_speaks_the_status_of_what_is_visible() -> None:
    assert (snapshot(Facts(money=True)).status, snapshot(Facts(money=True)).is_final) == (Status.PAID, True)


def refunds(peak_minor: int, **each: tuple[RefundState, int]) -> Facts:
    known = {key: Refund(state, amount) for key, (state, amount) in each.items()}
    return Facts(refunds=known, refunded_peak_minor=peak_minor)


DONE, WAITING, UNDONE = RefundState.SUCCEEDED, RefundState.PENDING, RefundState.UNDONE


@pytest.mark.parametrize(
    ("known", "went_back"),
    [
        (refunds(0), 0),
        (refunds(0, re_1=(DONE, 200)), 200),
        (refunds(200), 200),
        (refunds(200, re_1=(DONE, 200)), 200),
        (refunds(200, re_1=(DONE, 200), re_2=(DONE, 300)), 500),
        (refunds(500, re_1=(DONE, 200)), 500),
        (refunds(0, re_1=(WAITING, 200)), 200),
        (refunds(0, re_1=(UNDONE, 200)), 0),
        (refunds(200, re_1=(UNDONE, 200)), 0),
        (refunds(500, re_1=(DONE, 200), re_2=(UNDONE, 300)), 200),
        (refunds(500, re_1=(UNDONE, 300)), 200),
    ],
)
def test_what_went_back_is_told_by_refunds_and_charge_together_and_counted_once(known: Facts, went_back: int) -> None:
    assert went_back == refunded_minor(known)


@given(facts)
def test_nothing_is_refunded_that_no_message_told(known: Facts) -> None:
    told = known.refunded_peak_minor + sum(refund.amount_minor for refund in known.refunds.values())
    assert 0 <= refunded_minor(known) <= told or any(r.state is UNDONE for r in known.refunds.values())


@given(facts)
def test_any_facts_can_be_shown(known: Facts) -> None:
    seen = visible(known)
    assert seen == visible(merge(known, known))
    assert not (seen.is_final and seen.is_payable)
