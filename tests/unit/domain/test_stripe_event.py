"""Events → payment, facts and attempts: every type we listen to, and nothing of the types we do not."""

from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.domain.attempts import Attempt, Attempts, AttemptState, Reported, Source
from gateway.domain.facts import (
    NO_FACTS,
    Asked,
    Charge,
    Dispute,
    DisputeState,
    DisputeView,
    Facts,
    Intent,
    Refund,
    RefundState,
)
from gateway.domain.identifiers import EventId
from gateway.domain.stripe_event import KINDS, Kind, References, StripeEvent, parse_event, read_event, references
from gateway.domain.stripe_objects import NOTHING, Reading

MARKER = "0123456789abcdef" * 2
INSTANCE = "fedcba9876543210" * 2


def session(status: str, payment_status: str) -> dict[str, Any]:
    ids = {"id": "cs_test_a1", "object": "checkout.session", "payment_intent": "pi_1"}
    return ids | {"status": status, "payment_status": payment_status, "amount_total": 500, "currency": "usd"}


def session_facts(**flags: Any) -> Facts:
    return Facts(asked=frozenset({Asked(500, "usd", 500)}), named_intents=frozenset({"pi_1"}), **flags)


def intent(status: str, **more: Any) -> dict[str, Any]:
    received = 500 if status == "succeeded" else 0
    usual = {"id": "pi_1", "object": "payment_intent", "status": status, "amount": 500, "amount_received": received}
    return usual | {"currency": "usd", "last_payment_error": None} | more


def intent_facts(**shown: Any) -> Facts:
    return Facts(intents={"pi_1": Intent(**shown)})


def charge(status: str, **more: Any) -> dict[str, Any]:
    done = status == "succeeded"
    usual = {"id": "ch_1", "object": "charge", "status": status, "created": 20, "currency": "usd", "disputed": False}
    money = {"paid": done, "captured": done, "amount": 500, "amount_captured": 500 if done else 0, "amount_refunded": 0}
    return usual | money | {"payment_intent": "pi_1"} | more


def charge_facts(**shown: Any) -> Facts:
    return Facts(charges={"ch_1": Charge("pi_1", created=20, **shown)})


def attempted(state: AttemptState, failure: Reported | None = None) -> Attempts:
    return {"ch_1": Attempt(state, Reported(Source.CHARGE, 20), "pi_1", failure)}


def refund(status: str) -> dict[str, Any]:
    usual = {"id": "re_1", "object": "refund", "amount": 200, "currency": "usd", "balance_transaction": "txn_1"}
    return usual | {"status": status, "payment_intent": "pi_1"}


def refunded(state: RefundState) -> Facts:
    return Facts(refunds={"re_1": Refund(state, {"usd": 200}, has_moved=True, intent_id="pi_1")})


def dispute(status: str) -> dict[str, Any]:
    usual = {"id": "du_1", "object": "dispute", "amount": 500, "currency": "usd", "status": status}
    return usual | {"charge": "ch_1", "payment_intent": "pi_1"}


def disputed(state: DisputeState) -> Facts:
    closed = frozenset({state} if state.is_closed else ())
    shown = Dispute(DisputeView(0, 0, state), {"usd": 500}, closed, intent_id="pi_1", charge_id="ch_1")
    return Facts(disputes={"du_1": shown})


PENDING, FAILED, SUCCEEDED = AttemptState
CAPTURED = charge_facts(is_paid=True, captured={"usd": 500})
REASON = ("payment_intent_authentication_failure", "", "Not authenticated.")
NOT_AUTHENTICATED = dict(zip(("code", "decline_code", "message"), REASON, strict=True))
INVOICE = {
    "id": "in_1",
    "object": "invoice",
    "billing_reason": "subscription_create",
    "parent": {"subscription_details": {"subscription": "sub_1"}},
}
OPENED = Facts(opening_invoices={"sub_1": frozenset({"in_1"})})
PAYS = {"id": "inpay_1", "object": "invoice_payment", "invoice": "in_1", "payment": {"payment_intent": "pi_1"}}

REPORTED: dict[str, tuple[dict[str, Any], Facts, Attempts]] = {
    "checkout.session.completed": (session("complete", "paid"), session_facts(complete=True, session_paid=True), {}),
    "checkout.session.expired": (session("expired", "unpaid"), session_facts(expired=True), {}),
    "checkout.session.async_payment_succeeded": (
        session("complete", "paid"),
        session_facts(complete=True, session_paid=True),
        {},
    ),
    "checkout.session.async_payment_failed": (
        session("complete", "unpaid"),
        session_facts(complete=True, async_failed=True),
        {},
    ),
    "payment_intent.succeeded": (intent("succeeded"), intent_facts(is_paid=True, received={"usd": 500}), {}),
    "payment_intent.payment_failed": (
        intent("requires_payment_method", last_payment_error=NOT_AUTHENTICATED),
        intent_facts(),
        {"evt_1": Attempt(FAILED, Reported(Source.EVENT, 30), "pi_1", Reported(Source.INTENT, REASON))},
    ),
    "payment_intent.processing": (intent("processing"), intent_facts(), {}),
    "payment_intent.canceled": (intent("canceled"), intent_facts(is_canceled=True), {}),
    "payment_intent.requires_action": (intent("requires_action"), intent_facts(), {}),
    "payment_intent.partially_funded": (intent("requires_action"), intent_facts(), {}),
    "charge.succeeded": (charge("succeeded"), CAPTURED, attempted(SUCCEEDED)),
    "charge.failed": (
        charge("failed", failure_code="expired_card", failure_message="Expired."),
        charge_facts(),
        attempted(FAILED, Reported(Source.CHARGE, ("expired_card", "", "Expired."))),
    ),
    "charge.pending": (charge("pending"), charge_facts(), attempted(PENDING)),
    "charge.captured": (charge("succeeded"), CAPTURED, attempted(SUCCEEDED)),
    "charge.refunded": (
        charge("succeeded", amount_refunded=200),
        charge_facts(is_paid=True, captured={"usd": 500}, refunded={"usd": 200}),
        attempted(SUCCEEDED),
    ),
    "charge.updated": (charge("succeeded"), CAPTURED, attempted(SUCCEEDED)),
    "charge.refund.updated": (refund("failed"), refunded(RefundState.FAILED), {}),
    "refund.created": (refund("pending"), refunded(RefundState.PENDING), {}),
    "refund.updated": (refund("succeeded"), refunded(RefundState.SUCCEEDED), {}),
    "refund.failed": (refund("failed"), refunded(RefundState.FAILED), {}),
    "charge.dispute.created": (dispute("needs_response"), disputed(DisputeState.NEEDS_RESPONSE), {}),
    "charge.dispute.updated": (dispute("under_review"), disputed(DisputeState.UNDER_REVIEW), {}),
    "charge.dispute.closed": (dispute("won"), disputed(DisputeState.WON), {}),
    "charge.dispute.funds_withdrawn": (dispute("lost"), disputed(DisputeState.LOST), {}),
    "charge.dispute.funds_reinstated": (dispute("prevented"), disputed(DisputeState.PREVENTED), {}),
    "invoice.paid": (INVOICE, OPENED, {}),
    "invoice.payment_succeeded": (INVOICE, OPENED, {}),
    "invoice.payment_failed": (INVOICE, OPENED, {}),
    "invoice.finalized": (INVOICE, OPENED, {}),
    "invoice_payment.paid": (PAYS, Facts(invoice_intents={"in_1": frozenset({"pi_1"})}), {}),
}
"""What each type of event reports of a payment, with a payload as Stripe would send it."""


def event(event_type: str, thing: Any) -> StripeEvent:
    return StripeEvent(EventId("evt_1"), event_type, 30, livemode=False, object=thing)


def test_every_type_we_listen_to_is_in_this_table_and_no_other() -> None:
    assert set(REPORTED) == set(KINDS)


def test_the_event_types_of_the_integration_guide_are_all_listened_to() -> None:
    guide = "checkout.session.completed checkout.session.expired payment_intent.succeeded payment_intent.payment_failed"
    more = (
        "checkout.session.async_payment_succeeded checkout.session.async_payment_failed payment_intent.processing "
        "payment_intent.canceled payment_intent.requires_action charge.succeeded charge.failed charge.pending "
        "charge.refunded charge.updated charge.dispute.created refund.created refund.updated refund.failed"
    )
    assert set(f"{guide} {more}".split()) <= set(KINDS)


@pytest.mark.parametrize("event_type", REPORTED)
def test_an_event_reports_its_facts_and_attempts(event_type: str) -> None:
    thing, facts, attempts = REPORTED[event_type]
    assert read_event(event(event_type, thing)) == Reading(facts, attempts)


@pytest.mark.parametrize(
    "event_type",
    [
        "payment_intent.created",
        "invoice.created",
        "customer.created",
        "customer.subscription.updated",
        "charge",
        "v2 invoice.paid",
        "x.y.z",
        "",
    ],
)
def test_every_other_type_reports_nothing(event_type: str) -> None:
    for thing, _, _ in REPORTED.values():
        other = event(event_type, thing)
        assert other.kind is None
        assert read_event(other) == NOTHING


@pytest.mark.parametrize("event_type", REPORTED)
def test_only_objects_that_show_money_report_money(event_type: str) -> None:
    facts = read_event(event(event_type, REPORTED[event_type][0])).facts
    paid = [intent.is_paid for intent in facts.intents.values()] + [each.is_paid for each in facts.charges.values()]
    shows = facts.session_paid or any(paid)
    paying = {"checkout.session.completed", "checkout.session.async_payment_succeeded", "payment_intent.succeeded"}
    paying |= {"charge.succeeded", "charge.captured", "charge.refunded", "charge.updated"}
    assert shows is (event_type in paying)


@pytest.mark.parametrize(
    ("event_type", "facts"),
    [
        ("checkout.session.completed", Facts(complete=True)),
        ("checkout.session.expired", Facts(expired=True)),
        ("checkout.session.async_payment_succeeded", Facts(complete=True)),
        ("checkout.session.async_payment_failed", Facts(complete=True, async_failed=True)),
    ],
)
def test_the_type_of_a_session_event_counts_even_where_its_object_is_empty_but_never_as_money(
    event_type: str, facts: Facts
) -> None:
    assert read_event(event(event_type, {})).facts == facts


def test_the_type_of_a_completed_event_freezes_the_total_of_its_object() -> None:
    thing = {"amount_total": 500, "currency": "usd", "payment_status": "no_payment_required"}
    facts = read_event(event("checkout.session.completed", thing)).facts
    assert facts.nothing_due
    assert facts.asked == {Asked(500, "usd", 500)}


# Total over Kind: a kind added later is either read and joined, or these fail.


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_is_listened_to_read_and_joined(kind: Kind) -> None:
    types = [event_type for event_type, its_kind in KINDS.items() if its_kind is kind]
    assert types
    for event_type in types:
        assert isinstance(read_event(event(event_type, {})), Reading)
    assert references(kind, {}) == References()


@pytest.mark.parametrize("event_type", REPORTED)
def test_every_event_leads_to_its_payment_by_our_marker_first(event_type: str) -> None:
    ours = {"metadata": {"gateway_payment_id": MARKER, "gateway_instance": INSTANCE}}
    names = references(KINDS[event_type], REPORTED[event_type][0] | ours)
    assert (names.marker, names.instance) == (MARKER, INSTANCE)


KEYS = {Kind.INVOICE: "in_1", Kind.INVOICE_PAYMENT: "in_1"}


@pytest.mark.parametrize("event_type", REPORTED)
def test_every_event_leads_to_its_payment_by_its_intent_or_its_invoice(event_type: str) -> None:
    names = references(KINDS[event_type], REPORTED[event_type][0])
    assert names.key == KEYS.get(KINDS[event_type], "pi_1")
    assert names.session_id == ("cs_test_a1" if KINDS[event_type] is Kind.SESSION else None)


@pytest.mark.parametrize(
    "thing",
    [
        {"parent": {"subscription_details": {"metadata": {"gateway_payment_id": MARKER}}}},
        {"subscription_details": {"metadata": {"gateway_payment_id": MARKER}}},
        {"metadata": {"gateway_payment_id": MARKER}},
    ],
)
def test_an_invoice_carries_the_marker_of_its_subscription(thing: dict[str, Any]) -> None:
    assert references(Kind.INVOICE, thing).marker == MARKER


def test_what_names_no_intent_is_joined_by_its_charge() -> None:
    assert references(Kind.CHARGE, {"id": "ch_1"}).key == "ch_1"
    assert references(Kind.REFUND, {"id": "re_1", "charge": "ch_1"}).key == "ch_1"
    assert references(Kind.DISPUTE, {"id": "du_1", "charge": {"id": "ch_1"}}).key == "ch_1"


def test_an_expanded_intent_leads_there_as_well() -> None:
    assert references(Kind.CHARGE, {"payment_intent": {"id": "pi_2"}}).key == "pi_2"


@pytest.mark.parametrize("marker", ["", "x", MARKER.upper(), 7, None, MARKER + "0"])
def test_a_marker_that_is_not_ours_leads_nowhere(marker: Any) -> None:
    names = references(Kind.SESSION, {"metadata": {"gateway_payment_id": marker, "gateway_instance": marker}})
    assert (names.marker, names.instance) == (None, None)


# The envelope.

ENVELOPE = {
    "id": "evt_1",
    "object": "event",
    "api_version": "2026-10-28.endive",
    "created": 30,
    "data": {"object": {"id": "cs_test_a1"}},
    "livemode": False,
    "type": "checkout.session.completed",
}


def test_an_envelope_is_read_with_the_object_it_carries() -> None:
    expected = StripeEvent(EventId("evt_1"), "checkout.session.completed", 30, False, {"id": "cs_test_a1"})
    assert parse_event(ENVELOPE) == expected
    assert expected.kind is Kind.SESSION


def test_an_event_without_an_object_is_an_event_that_reports_nothing() -> None:
    empty: tuple[Any, ...] = (None, 3, {}, {"object": []})
    for data in empty:
        parsed = parse_event(ENVELOPE | {"data": data})
        assert parsed is not None
        assert parsed.object == {}


def test_an_event_of_a_connected_account_names_it() -> None:
    parsed = parse_event(ENVELOPE | {"account": "acct_1"})
    assert parsed is not None
    assert parsed.account == "acct_1"


THIN = {
    "id": "evt_test_65lab",
    "object": "v2.core.event",
    "type": "v1.billing.meter.no_meter_found",
    "livemode": False,
    "created": "2026-11-25T10:20:52.246Z",
    "context": None,
    "reason": None,
    "related_object": {"id": "mtr_lab", "type": "billing.meter", "url": "/v1/billing/meters/mtr_lab"},
}


def test_a_thin_event_is_an_event_that_reports_nothing() -> None:
    parsed = parse_event(THIN)
    assert parsed is not None
    assert (parsed.created, parsed.kind) == (int(datetime(2026, 11, 25, 10, 20, 52, tzinfo=UTC).timestamp()), None)
    assert read_event(parsed) == NOTHING


@pytest.mark.parametrize(
    "created",
    ["2026-11-25T10:20:52.246Z", "2026-11-25T11:20:52+01:00", "2026-11-25T10:20:52", 1764066052],
    ids=["UTC", "another zone", "none", "seconds"],
)
def test_a_thin_events_time_is_read_in_every_shape(created: object) -> None:
    parsed = parse_event(THIN | {"created": created})
    expected = created if isinstance(created, int) else int(datetime(2026, 11, 25, 10, 20, 52, tzinfo=UTC).timestamp())
    assert (parsed and parsed.created) == expected


@pytest.mark.parametrize("event_type", REPORTED)
def test_a_thin_event_of_any_type_sets_no_fact(event_type: str) -> None:
    parsed = parse_event(THIN | {"type": event_type, "data": {"object": REPORTED[event_type][0]}})
    assert parsed is not None
    assert read_event(parsed).facts == NO_FACTS


@pytest.mark.parametrize("created", [None, "yesterday", "", [], 2**40])
def test_a_thin_event_without_a_time_is_no_event(created: Any) -> None:
    assert parse_event(THIN | {"created": created}) is None


@pytest.mark.parametrize("payload", [None, 3, "event", [], {}, [ENVELOPE], {"object": "event"}])
def test_a_body_of_another_shape_is_no_event(payload: Any) -> None:
    assert parse_event(payload) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"object": "charge"},
        {"id": ""},
        {"id": 7},
        {"id": "e" * 256},
        {"type": None},
        {"type": "t" * 101},
        {"created": "30"},
        {"created": 30.5},
        {"created": True},
        {"livemode": "false"},
        {"livemode": None},
    ],
)
def test_an_envelope_with_one_bad_field_is_no_event(wrong: dict[str, Any]) -> None:
    assert parse_event(ENVELOPE | wrong) is None


@pytest.mark.parametrize("unfit", ["pi_" + "x" * 253, "pi_\x00", ""])
def test_an_id_that_no_column_holds_leads_nowhere(unfit: str) -> None:
    for kind, thing in (
        (Kind.INTENT, {"id": unfit}),
        (Kind.CHARGE, {"payment_intent": unfit}),
        (Kind.SESSION, {"payment_intent": {"id": unfit}}),
    ):
        assert references(kind, thing).key is None
