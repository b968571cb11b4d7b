from datetime import UTC, datetime

import pytest
from hypothesis import given

from gateway.domain.attempts import NO_ATTEMPTS, Attempts, AttemptsSeen, LastFailure, seen
from gateway.domain.facts import (
    NO_FACTS,
    Asked,
    BalanceTransaction,
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
from gateway.domain.identifiers import PaymentId, PriceId, SessionId
from gateway.domain.money import Money
from gateway.domain.ownership import own_intents
from gateway.domain.snapshot import Failure, Snapshot, Visible, is_disputed, visible
from gateway.domain.status import Status
from tests.unit.domain import strategies

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
GENERIC = ("card_declined", "generic_decline", "Your card was declined.")
FIVE = Asked(500, "usd", 500)
AMOUNT = Money(500, "usd")
PAID = Facts(
    session_paid=True,
    complete=True,
    asked=frozenset({FIVE}),
    named_intents=frozenset({"pi_1"}),
    intents={"pi_1": Intent(is_paid=True, received={"usd": 500})},
)


def failed(words: tuple[str, str, str] = GENERIC, *, is_moving: bool = False) -> AttemptsSeen:
    return AttemptsSeen(is_moving, not is_moving, LastFailure(*words, int(NOON.timestamp())))


def snapshot(known: Facts, attempts: AttemptsSeen = NO_ATTEMPTS, *, amount: Money = AMOUNT) -> Snapshot:
    return Snapshot(
        payment_id=PaymentId("0" * 32),
        session_id=SessionId("cs_test_a1"),
        price_id=PriceId("price_1"),
        quantity=1,
        amount=amount,
        expected=Money(500, "usd"),
        version=1,
        facts=known,
        attempts=attempts,
        visible=visible(known, attempts),
        url="https://checkout.stripe.com/c/pay/cs_test_a1",
        created_at=NOON,
        updated_at=NOON,
        expires_at=None,
        retrieved_at=None,
    )


def refund(minor: int) -> Facts:
    moved = Refund(RefundState.SUCCEEDED, {"usd": minor}, has_moved=True, intent_id="pi_1")
    return merge(PAID, Facts(refunds={"re_1": moved}))


def disputed(*states: DisputeState) -> Facts:
    disputes = {
        f"du_{number}": Dispute(DisputeView(0, 0, state), {"usd": 500}, intent_id="pi_1")
        for number, state in enumerate(states)
    }
    return merge(PAID, Facts(disputes=disputes, charges={"ch_1": Charge("pi_1", is_disputed=True)}))


def test_of_a_new_payment_a_client_sees_that_it_is_unpaid_and_payable() -> None:
    assert visible(NO_FACTS) == Visible(
        status=Status.UNPAID,
        is_final=False,
        is_payable=True,
        last_failure=None,
        asked=None,
        paid=None,
        refunded=None,
        disputed=False,
    )


def test_the_last_failure_carries_stripes_words_and_stripes_time() -> None:
    expected = Failure(code=GENERIC[0], decline_code=GENERIC[1], message=GENERIC[2], at=NOON)
    assert visible(NO_FACTS, failed()).last_failure == expected


def test_a_failure_stays_to_be_read_after_the_payment_succeeded() -> None:
    shown = visible(PAID, failed(is_moving=True))
    assert (shown.status, shown.last_failure is not None) == (Status.PAID, True)


def test_a_failure_that_nobody_explained_still_has_a_code_and_a_sentence() -> None:
    shown = visible(NO_FACTS, failed(("", "", ""))).last_failure
    assert shown == Failure("payment_failed", None, "The payment was not completed.", NOON)


@pytest.mark.parametrize("attempts", [NO_ATTEMPTS, AttemptsSeen(is_moving=True)])
def test_an_attempt_that_did_not_fail_is_no_failure(attempts: AttemptsSeen) -> None:
    assert visible(NO_FACTS, attempts).last_failure is None


@pytest.mark.parametrize(
    "closed",
    [Facts(session_paid=True), PAID, Facts(complete=True), Facts(expired=True), Facts(nothing_due=True, complete=True)],
)
def test_the_checkout_url_is_shown_only_while_it_can_still_be_paid(closed: Facts) -> None:
    assert snapshot(NO_FACTS).checkout_url == "https://checkout.stripe.com/c/pay/cs_test_a1"
    assert snapshot(NO_FACTS, failed()).checkout_url is not None
    assert snapshot(closed).checkout_url is None


def test_a_snapshot_has_the_status_of_what_is_visible() -> None:
    assert (snapshot(PAID).status, snapshot(PAID).is_final) == (Status.PAID, True)


def test_what_was_paid_and_refunded_are_sums_in_the_currency_that_was_asked_for() -> None:
    assert (visible(PAID).asked, visible(PAID).paid, visible(PAID).refunded) == (
        Money(500, "usd"),
        Money(500, "usd"),
        None,
    )
    assert visible(refund(200)).refunded == Money(200, "usd")
    euros = merge(PAID, Facts(charges={"ch_1": Charge("pi_1", captured={"eur": 450})}))
    assert visible(euros).paid == Money(450, "eur")


def test_of_nothing_paid_a_snapshot_says_nothing_of_its_own_currency() -> None:
    empty = snapshot(NO_FACTS, amount=Money(450, "eur"))
    assert (empty.paid, empty.refunded) == (Money(0, "eur"), Money(0, "eur"))
    assert (snapshot(refund(200)).paid, snapshot(refund(200)).refunded) == (Money(500, "usd"), Money(200, "usd"))


def test_the_total_of_an_open_session_is_not_in_its_facts_and_changes_no_version() -> None:
    assert visible(NO_FACTS).asked is None
    assert snapshot(NO_FACTS).amount == Money(500, "usd")


@pytest.mark.parametrize(
    ("states", "is_shown"),
    [
        ((DisputeState.WARNING_NEEDS_RESPONSE,), True),
        ((DisputeState.WARNING_UNDER_REVIEW,), True),
        ((DisputeState.WARNING_CLOSED,), False),
        ((DisputeState.NEEDS_RESPONSE,), True),
        ((DisputeState.UNDER_REVIEW,), True),
        ((DisputeState.PREVENTED,), False),
        ((DisputeState.WON,), False),
        ((DisputeState.LOST,), True),
        ((DisputeState.WON, DisputeState.NEEDS_RESPONSE), True),
        ((DisputeState.WON, DisputeState.WARNING_CLOSED), False),
        ((), True),
    ],
)
def test_a_payment_is_disputed_while_a_dispute_is_open_or_lost(
    states: tuple[DisputeState, ...], is_shown: bool
) -> None:
    assert is_disputed(disputed(*states)) is is_shown
    assert visible(disputed(*states)).disputed is is_shown


def test_a_dispute_of_another_intent_disputes_nothing() -> None:
    foreign = Dispute(
        DisputeView(0, 1, DisputeState.LOST),
        {"usd": 500},
        transactions={"txn_1": BalanceTransaction(-500, "usd", 1)},
        intent_id="pi_9",
    )
    assert visible(merge(PAID, Facts(disputes={"du_9": foreign}))) == visible(PAID)


@given(strategies.facts)
def test_nothing_is_refunded_that_no_message_reported(known: Facts) -> None:
    reported = sum(max(each.amounts.values(), default=0) for each in known.refunds.values())
    reported += max(known.legacy_refunded.values(), default=0)
    refunded = visible(known).refunded
    if not known.conversions:
        assert refunded is None or 0 < refunded.amount_minor <= reported


@given(strategies.facts, strategies.attempts)
def test_any_facts_can_be_shown(known: Facts, attempts: Attempts) -> None:
    found = seen(attempts, own_intents=own_intents(known))
    shown = visible(known, found)
    assert shown == visible(merge(known, known), found)
    assert not (shown.is_final and shown.is_payable)
    assert shown.paid is None or shown.paid.amount_minor > 0
