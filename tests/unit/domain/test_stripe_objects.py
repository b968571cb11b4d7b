"""Stripe's objects → facts and attempts, object by object."""

from typing import Any

import pytest

from gateway.domain.attempts import Attempt, AttemptState, Reported, Source
from gateway.domain.facts import NO_FACTS, Asked, Charge, Conversion, Facts, Intent, Refund, RefundState
from gateway.domain.json_fields import identifier, mapping, minor, moment, number, objects, reference, text
from gateway.domain.stripe_objects import (
    NOTHING,
    Reading,
    asked_by,
    read_charge,
    read_intent,
    read_invoice,
    read_invoice_payment,
    read_refund,
    read_retrieved,
    read_session,
)

FIVE = frozenset({Asked(500, "usd", 500)})


def session(status: str = "open", payment_status: str = "unpaid", **more: Any) -> dict[str, Any]:
    usual = {"id": "cs_test_a1", "status": status, "payment_status": payment_status}
    return usual | {"amount_total": 500, "amount_subtotal": 500, "currency": "usd"} | more


def intent(status: str, **more: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {"id": "pi_1", "status": status, "amount": 500, "currency": "usd", "created": 10}
    return usual | {"amount_received": 500 if status == "succeeded" else 0, "last_payment_error": None} | more


def charge(status: str, **more: Any) -> dict[str, Any]:
    done = status == "succeeded"
    usual: dict[str, Any] = {"id": "ch_1", "status": status, "created": 20, "amount": 500, "currency": "usd"}
    money = {"paid": done, "captured": done, "amount_captured": 500 if done else 0, "amount_refunded": 0}
    return usual | money | {"disputed": False, "outcome": None, "payment_intent": "pi_1"} | more


@pytest.mark.parametrize(
    ("thing", "facts"),
    [
        (session(), NO_FACTS),
        (session("complete", "paid"), Facts(complete=True, session_paid=True, asked=FIVE)),
        (session("complete", "unpaid"), Facts(complete=True, asked=FIVE)),
        (session("complete", "no_payment_required"), Facts(complete=True, nothing_due=True, asked=FIVE)),
        (session("open", "no_payment_required"), NO_FACTS),
        (session("expired", "no_payment_required"), Facts(expired=True, asked=FIVE)),
        (session("expired"), Facts(expired=True, asked=FIVE)),
        (session("expired", "paid"), Facts(expired=True, session_paid=True, asked=FIVE)),
        (session(amount_total=450), NO_FACTS),
        (session(created=7), Facts(session_created=7)),
        (session(payment_intent="pi_1"), Facts(named_intents=frozenset({"pi_1"}))),
        (session(payment_intent={"id": "pi_1"}), Facts(named_intents=frozenset({"pi_1"}))),
        (session(invoice="in_1"), Facts(named_invoices=frozenset({"in_1"}))),
        (session(invoice={"id": "in_1"}), Facts(named_invoices=frozenset({"in_1"}))),
        (session(subscription="sub_1"), Facts(named_subscriptions=frozenset({"sub_1"}))),
    ],
)
def test_a_session_shows_whether_it_is_complete_expired_paid_or_free_and_what_is_its_own(
    thing: dict[str, Any], facts: Facts
) -> None:
    assert read_session(thing) == Reading(facts)


@pytest.mark.parametrize("more", [{"amount_total": 450}, {"currency": "eur"}, {"amount_subtotal": 900}])
def test_a_session_that_stripe_calls_paid_is_paid_whatever_its_total(more: dict[str, Any]) -> None:
    assert read_session(session("complete", "paid", **more)).facts.session_paid


@pytest.mark.parametrize(
    ("more", "asked"),
    [
        ({}, Asked(500, "usd", 500)),
        ({"currency": "USD"}, Asked(500, "usd", 500)),
        ({"amount_subtotal": None}, Asked(500, "usd", 500)),
        (
            {"amount_total": 700, "total_details": {"amount_discount": 50, "amount_tax": 100, "amount_shipping": 150}},
            Asked(700, "usd", 500, 50, 100, 150),
        ),
        (
            {
                "amount_subtotal": None,
                "amount_total": 700,
                "total_details": {"amount_discount": 50, "amount_tax": 100, "amount_shipping": 150},
            },
            Asked(700, "usd", 500, 50, 100, 150),
        ),
        (
            {
                "currency": "mxn",
                "amount_total": 9250,
                "currency_conversion": {"amount_total": 500, "amount_subtotal": 550, "source_currency": "usd"},
            },
            Asked(500, "usd", 550),
        ),
        (
            {
                "currency": "mxn",
                "amount_total": 9250,
                "currency_conversion": {"amount_total": 500, "source_currency": "usd"},
            },
            Asked(500, "usd", 500),
        ),
        ({"amount_total": None}, None),
        ({"amount_total": -1}, None),
        ({"amount_total": "500"}, None),
        ({"amount_total": 500.0}, None),
        ({"amount_total": True}, None),
        ({"amount_total": 2**53}, None),
        ({"currency": None}, None),
        ({"currency": "dollars"}, None),
        (
            {"amount_total": 15_000_000_000, "amount_subtotal": None, "currency": "idr"},
            Asked(15 * 10**9, "idr", 15 * 10**9),
        ),
    ],
)
def test_what_is_asked_are_the_sessions_own_figures(more: dict[str, Any], asked: Asked | None) -> None:
    assert asked_by(session(**more)) == asked


def test_an_old_version_names_the_rate_by_which_it_converted_once_that_is_frozen() -> None:
    converted = {"amount_total": 500, "amount_subtotal": 500, "source_currency": "usd", "fx_rate": "18.5"}
    shown: dict[str, Any] = {"currency": "mxn", "amount_total": 9250, "currency_conversion": converted}
    rate = frozenset({Conversion("mxn", 9250, "usd", 500)})
    assert read_session(session("complete", "paid", **shown)).facts.conversions == rate
    assert read_session(session("open", **shown)).facts == NO_FACTS


@pytest.mark.parametrize(
    ("thing", "shown"),
    [
        (intent("requires_payment_method"), Intent(created=10)),
        (intent("requires_confirmation"), Intent(created=10)),
        (intent("requires_action"), Intent(created=10)),
        (intent("requires_capture", amount_capturable=500), Intent(created=10)),
        (intent("processing"), Intent(created=10)),
        (intent("processing", latest_charge="ch_1"), Intent(created=10)),
        (intent("canceled"), Intent(is_canceled=True, created=10)),
        (intent("succeeded"), Intent(is_paid=True, received={"usd": 500}, created=10)),
        (intent("succeeded", amount_received=700), Intent(is_paid=True, received={"usd": 700}, created=10)),
        (intent("succeeded", amount_received=300), Intent(received={"usd": 300}, created=10)),
        (intent("succeeded", currency="eur"), Intent(is_paid=True, received={"eur": 500}, created=10)),
        (intent("requires_capture", amount_received=500), Intent(created=10)),
        (intent("canceled", amount_received=500), Intent(is_canceled=True, created=10)),
    ],
)
def test_an_intent_shows_whether_it_is_paid_in_full_by_its_own_figures_or_canceled(
    thing: dict[str, Any], shown: Intent
) -> None:
    assert read_intent(thing, event_id=None, seen_at=30) == Reading(Facts(intents={"pi_1": shown}))


@pytest.mark.parametrize("received", [None, "500", 500.0, True, -500, 0])
def test_a_succeeded_intent_without_an_amount_that_was_received_is_reported_and_not_paid(received: Any) -> None:
    reading = read_intent(intent("succeeded", amount_received=received), event_id=None, seen_at=30)
    assert reading == Reading(
        Facts(intents={"pi_1": Intent(created=10)}), unknown=("payment_intent.amount_received=missing",)
    )


METHOD = {"id": "pm_1", "created": 15, "card": {"brand": "visa", "last4": "0002"}}
DECLINE = {"code": "card_declined", "decline_code": "generic_decline", "message": "Your card was declined."}
WORDS = Reported(Source.INTENT, tuple(DECLINE.values()))
CARD = Reported(Source.INTENT, ("visa", "0002"))
FAILED = AttemptState.FAILED


@pytest.mark.parametrize(
    ("error", "key", "attempt"),
    [
        (
            {**DECLINE, "charge": "ch_9", "payment_method": METHOD},
            "ch_9",
            Attempt(FAILED, Reported(Source.METHOD, 15), "pi_1", WORDS, CARD),
        ),
        (
            {**DECLINE, "payment_method": METHOD},
            "pm_1",
            Attempt(FAILED, Reported(Source.METHOD, 15), "pi_1", WORDS, CARD),
        ),
        (DECLINE, "evt_1", Attempt(FAILED, Reported(Source.EVENT, 30), "pi_1", WORDS)),
        (
            {"code": "processing_error", "charge": "ch_9"},
            "ch_9",
            Attempt(FAILED, Reported(Source.EVENT, 30), "pi_1", Reported(Source.INTENT, ("processing_error", "", ""))),
        ),
    ],
)
def test_a_failed_attempt_is_named_by_its_charge_else_its_method_else_the_event(
    error: dict[str, Any], key: str, attempt: Attempt
) -> None:
    thing = intent("requires_payment_method", last_payment_error=error, latest_charge="ch_before")
    assert read_intent(thing, event_id="evt_1", seen_at=30).attempts == {key: attempt}


def test_a_failure_is_never_blamed_on_the_charge_of_the_attempt_before() -> None:
    thing = intent("requires_payment_method", last_payment_error=DECLINE, latest_charge="ch_before")
    assert "ch_before" not in read_intent(thing, event_id="evt_1", seen_at=30).attempts


def test_a_retrieve_that_names_neither_charge_nor_method_shows_no_attempt() -> None:
    thing = intent("requires_payment_method", last_payment_error=DECLINE)
    assert read_intent(thing, event_id=None, seen_at=30).attempts == {}


CAPTURED = {"is_paid": True, "captured": {"usd": 500}}


@pytest.mark.parametrize(
    ("thing", "shown"),
    [
        (charge("pending"), {}),
        (charge("failed"), {}),
        (charge("succeeded"), CAPTURED),
        (charge("succeeded", captured=False), {}),
        (charge("succeeded", paid=False), {}),
        (charge("succeeded", paid="true"), {}),
        (charge("succeeded", amount_captured=300), {"captured": {"usd": 300}}),
        (charge("succeeded", amount_captured=0), {}),
        (charge("succeeded", amount_captured=-500), {}),
        (charge("succeeded", amount_captured="500"), {}),
        (charge("succeeded", currency="eur"), {"is_paid": True, "captured": {"eur": 500}}),
        (charge("succeeded", amount=900), {"captured": {"usd": 500}}),
        (charge("succeeded", amount_refunded=200), CAPTURED | {"refunded": {"usd": 200}}),
        (charge("succeeded", disputed=True), CAPTURED | {"is_disputed": True}),
        (charge("succeeded", disputed="yes"), CAPTURED),
        (charge("succeeded", amount_captured=300, amount_refunded=200), {"captured": {"usd": 300}}),
        (
            charge("succeeded", amount_captured=300, amount_refunded=350),
            {"captured": {"usd": 300}, "refunded": {"usd": 150}},
        ),
        (charge("succeeded", captured=False, amount_refunded=500), {}),
    ],
)
def test_a_charge_shows_its_captured_money_and_what_of_it_went_back(
    thing: dict[str, Any], shown: dict[str, Any]
) -> None:
    assert read_charge(thing).facts == Facts(charges={"ch_1": Charge("pi_1", created=20, **shown)})


@pytest.mark.parametrize(
    ("thing", "attempt"),
    [
        (charge("pending"), Attempt(AttemptState.PENDING, Reported(Source.CHARGE, 20), "pi_1")),
        (charge("succeeded"), Attempt(AttemptState.SUCCEEDED, Reported(Source.CHARGE, 20), "pi_1")),
        (
            charge("succeeded", payment_intent=None),
            Attempt(AttemptState.SUCCEEDED, Reported(Source.CHARGE, 20)),
        ),
        (
            charge(
                "failed",
                failure_code="card_declined",
                failure_message="Your card was declined.",
                outcome={"reason": "generic_decline"},
                payment_method_details={"card": {"brand": "visa", "last4": "0002"}},
            ),
            Attempt(
                FAILED,
                Reported(Source.CHARGE, 20),
                "pi_1",
                Reported(Source.CHARGE, tuple(DECLINE.values())),
                Reported(Source.CHARGE, ("visa", "0002")),
            ),
        ),
        (
            charge("failed", failure_code="expired_card", outcome={"reason": "not_a_decline_code_here"}),
            Attempt(FAILED, Reported(Source.CHARGE, 20), "pi_1", Reported(Source.CHARGE, ("expired_card", "", ""))),
        ),
    ],
)
def test_a_charge_is_one_attempt(thing: dict[str, Any], attempt: Attempt) -> None:
    assert read_charge(thing).attempts == {"ch_1": attempt}


def test_a_charge_brings_the_refunds_it_lists() -> None:
    listed = {"object": "list", "data": [{"id": "re_1", "amount": 200, "status": "succeeded", "currency": "usd"}]}
    assert read_charge(charge("succeeded", refunds=listed)).facts.refunds.keys() == {"re_1"}


@pytest.mark.parametrize(
    ("status", "state", "moved_by_status"),
    [
        ("pending", RefundState.PENDING, False),
        ("requires_action", RefundState.PENDING, False),
        ("succeeded", RefundState.SUCCEEDED, True),
        ("failed", RefundState.FAILED, True),
        ("canceled", RefundState.CANCELED, False),
    ],
)
@pytest.mark.parametrize(
    ("more", "moved"),
    [
        ({}, None),
        ({"balance_transaction": None}, False),
        ({"balance_transaction": "txn_1"}, True),
        ({"balance_transaction": {"id": "txn_1"}}, True),
        ({"balance_transaction": None, "failure_balance_transaction": "txn_2"}, True),
    ],
)
def test_a_refund_is_known_by_its_id_and_moves_money_with_a_balance_transaction(
    status: str, state: RefundState, moved_by_status: bool, more: dict[str, Any], moved: bool | None
) -> None:
    usual = {"id": "re_1", "amount": 200, "currency": "usd", "charge": "ch_1", "payment_intent": "pi_1", "created": 9}
    has_moved = moved_by_status if moved is None else moved
    shown = Refund(state, {"usd": 200}, has_moved, "pi_1", "ch_1", 9)
    assert read_refund(usual | {"status": status} | more) == Reading(Facts(refunds={"re_1": shown}))


PAYMENTS = [{"payment": {"type": "payment_intent", "payment_intent": "pi_1"}}]
OLD = {"subscription": "sub_1", "payment_intent": "pi_1"}
NEW = {"parent": {"subscription_details": {"subscription": "sub_1"}}}
OPENS: dict[str, Any] = {"opening_invoices": {"sub_1": frozenset({"in_1"})}}
PAYS: dict[str, Any] = {"invoice_intents": {"in_1": frozenset({"pi_1"})}}


@pytest.mark.parametrize(
    ("thing", "facts"),
    [
        ({}, NO_FACTS),
        ({"billing_reason": "subscription_create"}, NO_FACTS),
        (NEW | {"billing_reason": "subscription_create"}, Facts(**OPENS)),
        (NEW | {"billing_reason": "subscription_cycle"}, NO_FACTS),
        (NEW | {"billing_reason": "subscription_cycle", "payments": {"data": PAYMENTS}}, Facts(**PAYS)),
        (OLD | {"billing_reason": "subscription_create"}, Facts(**OPENS, **PAYS)),
        (OLD | {"billing_reason": "subscription_update"}, Facts(**PAYS)),
        ({"payments": {"object": "list", "data": PAYMENTS}}, Facts(**PAYS)),
        ({"payments": PAYMENTS}, Facts(**PAYS)),
        ({"payments": [{"payment": {"type": "charge", "charge": "ch_1"}}, 3, None]}, NO_FACTS),
    ],
)
def test_an_invoice_shows_which_subscription_it_opened_and_the_intents_that_pay_it(
    thing: dict[str, Any], facts: Facts
) -> None:
    assert read_invoice({"id": "in_1", "object": "invoice"} | thing) == Reading(facts)
    assert read_invoice({"object": "invoice"} | thing) == NOTHING


def test_an_invoice_payment_shows_which_intent_pays_an_invoice() -> None:
    assert read_invoice_payment(PAYMENTS[0] | {"invoice": "in_1"}) == Reading(Facts(**PAYS))
    assert read_invoice_payment(PAYMENTS[0]) == NOTHING
    assert read_invoice_payment({"invoice": "in_1"}) == NOTHING
    expanded = {"payment": {"payment_intent": intent("succeeded")}, "invoice": {"id": "in_1"}}
    assert read_invoice_payment(expanded).facts.intents["pi_1"].is_paid


WAITING = intent("requires_payment_method")
ENDED = {"status": "incomplete_expired"}


@pytest.mark.parametrize(
    ("thing", "async_failed", "open_and_canceled"),
    [
        (session("complete", payment_intent=WAITING), True, False),
        (session("open", payment_intent=WAITING), False, False),
        (session("expired", payment_intent=WAITING), False, False),
        (session("complete", subscription=ENDED), True, False),
        (session("open", subscription=ENDED), False, False),
        (session("complete", subscription={"status": "incomplete"}), False, False),
        (session("complete", "paid", subscription={"status": "active"}), False, False),
        (session("open", payment_intent=intent("canceled")), False, True),
        (session("complete", payment_intent=intent("canceled")), False, False),
        (session("expired", payment_intent=intent("canceled")), False, False),
        (session("complete", payment_intent="pi_1", subscription="sub_1"), False, False),
        ({}, False, False),
    ],
)
def test_a_retrieve_shows_what_only_the_whole_picture_shows(
    thing: dict[str, Any], async_failed: bool, open_and_canceled: bool
) -> None:
    facts = read_retrieved(thing).facts
    assert (facts.async_failed, facts.open_and_canceled) == (async_failed, open_and_canceled)


def test_a_retrieve_reads_what_it_has_expanded() -> None:
    paying = intent("succeeded", latest_charge=charge("succeeded"))
    reading = read_retrieved(session("complete", "paid", payment_intent=paying))
    assert reading.facts.named_intents == reading.facts.intents.keys() == {"pi_1"}
    assert reading.facts.charges["ch_1"].is_paid
    assert reading.attempts.keys() == {"ch_1"}
    invoice = {"id": "in_1", "payments": {"data": [{"payment": {"payment_intent": paying}}]}}
    subscribed = read_retrieved(session("complete", "paid", invoice=invoice))
    assert subscribed.facts.invoice_intents == {"in_1": frozenset({"pi_1"})}
    assert subscribed.facts.charges["ch_1"].is_paid


@pytest.mark.parametrize(
    ("reading", "unknown"),
    [
        (read_session(session("paused")), "session.status=paused"),
        (read_session(session("complete", "half_paid")), "session.payment_status=half_paid"),
        (
            read_intent(intent("requires_luck"), event_id=None, seen_at=0),
            "payment_intent.status=requires_luck",
        ),
        (read_charge(charge("undecided")), "charge.status=undecided"),
        (read_refund({"id": "re_1", "amount": 5, "status": "reversed"}), "refund.status=reversed"),
        (read_session(session("complete", "paid", amount_total=None)), "session.amount_total=missing"),
    ],
)
def test_a_word_stripe_never_documented_is_reported_and_pays_nothing(reading: Reading, unknown: str) -> None:
    assert reading.unknown == (unknown,)
    assert reading.attempts == {}
    assert not any(intent.is_paid for intent in reading.facts.intents.values())
    assert not any(each.is_paid for each in reading.facts.charges.values())
    assert not reading.facts.refunds


def test_a_reported_word_is_cut_to_a_bound() -> None:
    (unknown,) = read_session(session("x" * 1000)).unknown
    assert len(unknown) < 100


def test_readings_add_up_with_what_each_did_not_understand() -> None:
    pending = {"ch_1": Attempt(AttemptState.PENDING, Reported(Source.CHARGE, 1))}
    both = Reading(Facts(session_paid=True), unknown=("a=1",)) | Reading(Facts(complete=True), pending, ("b=2",))
    assert both == Reading(Facts(session_paid=True, complete=True), pending, ("a=1", "b=2"))


def test_fields_are_read_by_their_type_or_not_at_all() -> None:
    thing: dict[str, Any] = {
        "text": "x", "number": 3, "negative": -3, "flag": True, "float": 1.5, "object": {"id": "a"}, "nothing": None,
        "list": [{"id": "b"}, 3], "long": "x" * 256, "zero byte": "\x00", "large": 2**53, "late": 2**33,
    }  # fmt: skip
    found = {read: [name for name in thing if read(thing, name) is not None] for read in (text, number, minor, moment)}
    assert found == {
        text: ["text", "long"],
        number: ["number", "negative", "late"],
        minor: ["number", "late"],
        moment: ["number"],
    }
    assert [name for name in thing if mapping(thing, name)] == ["object"]
    assert [name for name in thing if objects(thing, name)] == ["list"]
    assert [name for name in thing if identifier(thing, name)] == ["text"]
    assert [name for name in thing if reference(thing, name)] == ["text", "object"]
    assert (text({}, "a"), number({}, "a"), mapping({}, "a"), objects({}, "a")) == (None, None, {}, [])
