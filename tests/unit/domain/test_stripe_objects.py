"""Stripe's objects → facts, row by row of the facts table of design/status.md."""

from typing import Any

import pytest

from gateway.domain.facts import NO_FACTS, Attempt, AttemptState, Facts, Refund, RefundState, Said, Source
from gateway.domain.money import Money
from gateway.domain.stripe_objects import (
    Reading,
    mapping,
    number,
    read_charge,
    read_intent,
    read_refund,
    read_retrieved,
    read_session,
    received,
    text,
)

ASKED = Money(500, "usd")
OTHER_AMOUNT = frozenset({Money(450, "usd")})
OTHER_CURRENCY = frozenset({Money(500, "eur")})


def session(status: str = "open", payment_status: str = "unpaid", **more: Any) -> dict[str, Any]:
    usual = {"id": "cs_test_a1", "status": status, "payment_status": payment_status}
    return usual | {"amount_total": 500, "currency": "usd"} | more


def intent(status: str, **more: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {"id": "pi_1", "status": status, "amount": 500, "currency": "usd", "created": 10}
    return usual | {"amount_received": 500 if status == "succeeded" else 0, "last_payment_error": None} | more


def charge(status: str, **more: Any) -> dict[str, Any]:
    done = status == "succeeded"
    usual: dict[str, Any] = {"id": "ch_1", "status": status, "created": 20, "amount": 500, "currency": "usd"}
    money = {"paid": done, "captured": done, "amount_captured": 500 if done else 0, "amount_refunded": 0}
    return usual | money | {"disputed": False, "outcome": None} | more


def intent_facts(thing: dict[str, Any]) -> Facts:
    return read_intent(thing, ASKED, event_id="evt_1", seen_at=30).facts


@pytest.mark.parametrize(
    ("thing", "facts"),
    [
        (session(), NO_FACTS),
        (session("complete", "paid"), Facts(complete=True, money=True)),
        (session("complete", "unpaid"), Facts(complete=True)),
        (session("complete", "no_payment_required"), Facts(complete=True, nothing_due=True)),
        (session("open", "no_payment_required"), NO_FACTS),
        (session("expired", "no_payment_required"), Facts(expired=True)),
        (session("expired"), Facts(expired=True)),
        (session("expired", "paid"), Facts(expired=True, money=True)),
        (session("complete", "paid", amount_total=450), Facts(complete=True, wrong_money=OTHER_AMOUNT)),
        (session("complete", "paid", currency="eur"), Facts(complete=True, wrong_money=OTHER_CURRENCY)),
        (session("complete", "paid", currency="USD"), Facts(complete=True, money=True)),
        (session("complete", "unpaid", amount_total=450), Facts(complete=True)),
    ],
)
def test_a_session_tells_whether_it_is_complete_expired_paid_or_free(thing: dict[str, Any], facts: Facts) -> None:
    assert read_session(thing, ASKED) == Reading(facts)


@pytest.mark.parametrize(
    ("thing", "facts"),
    [
        (intent("requires_payment_method"), NO_FACTS),
        (intent("requires_confirmation"), NO_FACTS),
        (intent("requires_action"), NO_FACTS),
        (intent("requires_capture", amount_capturable=500), NO_FACTS),
        (intent("processing"), NO_FACTS),
        (intent("processing", latest_charge="ch_1"), NO_FACTS),
        (intent("canceled"), Facts(intent_canceled=True)),
        (intent("succeeded"), Facts(money=True)),
        (intent("succeeded", amount_received=450), Facts(wrong_money=OTHER_AMOUNT)),
        (intent("succeeded", currency="eur"), Facts(wrong_money=OTHER_CURRENCY)),
    ],
)
def test_an_intent_tells_of_money_and_of_its_cancellation(thing: dict[str, Any], facts: Facts) -> None:
    assert read_intent(thing, ASKED, event_id=None, seen_at=30) == Reading(facts)


METHOD = {"id": "pm_1", "created": 15, "card": {"brand": "visa", "last4": "0002"}}
DECLINE = {"code": "card_declined", "decline_code": "generic_decline", "message": "Your card was declined."}
SAID = Said(Source.INTENT, tuple(DECLINE.values()))
CARD = Said(Source.INTENT, ("visa", "0002"))


@pytest.mark.parametrize(
    ("error", "key", "attempt"),
    [
        (
            {**DECLINE, "charge": "ch_9", "payment_method": METHOD},
            "ch_9",
            Attempt(AttemptState.FAILED, Said(Source.METHOD, 15), SAID, CARD),
        ),
        (
            {**DECLINE, "payment_method": METHOD},
            "pm_1",
            Attempt(AttemptState.FAILED, Said(Source.METHOD, 15), SAID, CARD),
        ),
        (DECLINE, "evt_1", Attempt(AttemptState.FAILED, Said(Source.EVENT, 30), SAID)),
        (
            {"code": "processing_error", "charge": "ch_9"},
            "ch_9",
            Attempt(AttemptState.FAILED, Said(Source.EVENT, 30), Said(Source.INTENT, ("processing_error", "", ""))),
        ),
    ],
)
def test_a_failed_attempt_is_named_by_its_charge_else_its_method_else_the_event(
    error: dict[str, Any], key: str, attempt: Attempt
) -> None:
    told = intent_facts(intent("requires_payment_method", last_payment_error=error, latest_charge="ch_before"))
    assert told == Facts(attempts={key: attempt})


def test_a_failure_is_never_blamed_on_the_charge_of_the_try_before() -> None:
    told = intent_facts(intent("requires_payment_method", last_payment_error=DECLINE, latest_charge="ch_before"))
    assert "ch_before" not in told.attempts


def test_a_retrieve_that_names_neither_charge_nor_method_tells_of_no_attempt() -> None:
    thing = intent("requires_payment_method", last_payment_error=DECLINE)
    assert read_intent(thing, ASKED, event_id=None, seen_at=30).facts == NO_FACTS


def attempted(state: AttemptState, **more: Any) -> Facts:
    attempt = Attempt(state, Said(Source.CHARGE, 20), more.pop("failure", None), more.pop("card", None))
    return Facts(attempts={"ch_1": attempt}, **more)


@pytest.mark.parametrize(
    ("thing", "facts"),
    [
        (charge("pending"), attempted(AttemptState.PENDING)),
        (charge("succeeded"), attempted(AttemptState.SUCCEEDED, money=True)),
        (charge("succeeded", captured=False), attempted(AttemptState.SUCCEEDED)),
        (charge("succeeded", paid=False), attempted(AttemptState.SUCCEEDED)),
        (charge("succeeded", paid="true"), attempted(AttemptState.SUCCEEDED)),
        (charge("succeeded", amount_captured=450), attempted(AttemptState.SUCCEEDED, wrong_money=OTHER_AMOUNT)),
        (charge("succeeded", currency="eur"), attempted(AttemptState.SUCCEEDED, wrong_money=OTHER_CURRENCY)),
        (charge("succeeded", amount=900), attempted(AttemptState.SUCCEEDED, money=True)),
        (
            charge("succeeded", amount_refunded=200, disputed=True),
            attempted(AttemptState.SUCCEEDED, money=True, refunded_peak_minor=200, disputed=True),
        ),
        (charge("succeeded", disputed="yes"), attempted(AttemptState.SUCCEEDED, money=True)),
        (
            charge(
                "failed",
                failure_code="card_declined",
                failure_message="Your card was declined.",
                outcome={"reason": "generic_decline"},
                payment_method_details={"card": {"brand": "visa", "last4": "0002"}},
            ),
            attempted(
                AttemptState.FAILED,
                failure=Said(Source.CHARGE, tuple(DECLINE.values())),
                card=Said(Source.CHARGE, ("visa", "0002")),
            ),
        ),
        (
            charge("failed", failure_code="expired_card", outcome={"reason": "not_a_decline_code_here"}),
            attempted(AttemptState.FAILED, failure=Said(Source.CHARGE, ("expired_card", "", ""))),
        ),
    ],
)
def test_a_charge_tells_of_its_attempt_its_captured_money_and_what_went_back(
    thing: dict[str, Any], facts: Facts
) -> None:
    assert read_charge(thing, ASKED) == Reading(facts)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("pending", RefundState.PENDING),
        ("requires_action", RefundState.PENDING),
        ("succeeded", RefundState.SUCCEEDED),
        ("failed", RefundState.UNDONE),
        ("canceled", RefundState.UNDONE),
    ],
)
def test_a_refund_is_told_apart_by_its_id(status: str, state: RefundState) -> None:
    told = read_refund({"id": "re_1", "amount": 200, "status": status})
    assert told == Reading(Facts(refunds={"re_1": Refund(state, 200)}))


WAITING = intent("requires_payment_method")
ENDED = {"status": "incomplete_expired"}


@pytest.mark.parametrize(
    ("thing", "facts"),
    [
        (session("complete", payment_intent=WAITING), Facts(complete=True, async_failed=True)),
        (session("open", payment_intent=WAITING), NO_FACTS),
        (session("expired", payment_intent=WAITING), Facts(expired=True)),
        (session("complete", subscription=ENDED), Facts(complete=True, async_failed=True)),
        (session("open", subscription=ENDED), NO_FACTS),
        (session("complete", subscription={"status": "incomplete"}), Facts(complete=True)),
        (session("complete", "paid", subscription={"status": "active"}), Facts(complete=True, money=True)),
        (session("complete", payment_intent=intent("canceled")), Facts(complete=True, intent_canceled=True)),
        (session("expired", payment_intent=intent("succeeded")), Facts(expired=True, money=True)),
        (session("complete", payment_intent="pi_1", subscription="sub_1"), Facts(complete=True)),
        (
            session("open", payment_intent=intent("processing", latest_charge=charge("pending"))),
            attempted(AttemptState.PENDING),
        ),
        (
            session("complete", "paid", payment_intent=intent("succeeded", latest_charge=charge("succeeded"))),
            attempted(AttemptState.SUCCEEDED, complete=True, money=True),
        ),
    ],
)
def test_a_retrieve_tells_what_only_the_whole_picture_shows(thing: dict[str, Any], facts: Facts) -> None:
    assert read_retrieved(thing, ASKED) == Reading(facts)


@pytest.mark.parametrize(
    ("reading", "facts", "unknown"),
    [
        (read_session(session("paused"), ASKED), NO_FACTS, "session.status=paused"),
        (
            read_session(session("complete", "half_paid"), ASKED),
            Facts(complete=True),
            "session.payment_status=half_paid",
        ),
        (
            read_intent(intent("requires_luck"), ASKED, event_id=None, seen_at=0),
            NO_FACTS,
            "payment_intent.status=requires_luck",
        ),
        (read_charge(charge("undecided"), ASKED), NO_FACTS, "charge.status=undecided"),
        (read_refund({"id": "re_1", "amount": 5, "status": "reversed"}), NO_FACTS, "refund.status=reversed"),
    ],
)
def test_a_word_stripe_never_documented_sets_no_fact_and_is_reported(
    reading: Reading, facts: Facts, unknown: str
) -> None:
    assert reading.unknown == (unknown,)
    assert reading.facts == facts


def test_a_reported_word_is_cut_to_a_bound() -> None:
    (unknown,) = read_session(session("x" * 1000), ASKED).unknown
    assert len(unknown) < 100


@pytest.mark.parametrize(
    "thing",
    [
        {"currency": "usd"},
        {"amount_total": 500},
        {"amount_total": "500", "currency": "usd"},
        {"amount_total": 500.0, "currency": "usd"},
        {"amount_total": True, "currency": "usd"},
        {"amount_total": 500, "currency": None},
        {"amount_total": 2**53, "currency": "usd"},
    ],
)
def test_money_without_an_exact_amount_and_currency_is_no_fact_and_is_reported(thing: dict[str, Any]) -> None:
    assert received(thing, "amount_total", ASKED) == Reading(unknown=("amount_total=missing",))


def test_readings_add_up_with_what_each_did_not_understand() -> None:
    both = Reading(Facts(money=True), ("a=1",)) | Reading(Facts(complete=True), ("b=2",))
    assert both == Reading(Facts(money=True, complete=True), ("a=1", "b=2"))


def test_fields_are_read_by_their_type_or_not_at_all() -> None:
    thing: dict[str, Any] = {"text": "x", "number": 3, "flag": True, "float": 1.5, "object": {"a": 1}, "nothing": None}
    assert [name for name in thing if text(thing, name) is not None] == ["text"]
    assert [name for name in thing if number(thing, name) is not None] == ["number"]
    assert [name for name in thing if mapping(thing, name)] == ["object"]
    assert (text({}, "a"), number({}, "a"), mapping({}, "a")) == (None, None, {})
