"""Events → payment and facts: every type we listen to, and nothing of the types we do not."""

from typing import Any

import pytest

from gateway.domain.facts import NO_FACTS, Attempt, AttemptState, Facts, Refund, RefundState, Said, Source
from gateway.domain.identifiers import EventId
from gateway.domain.money import Money
from gateway.domain.stripe_event import KINDS, Kind, Mode, References, StripeEvent, parse_event, read_event, references
from gateway.domain.stripe_objects import NOTHING, Reading

ASKED = Money(500, "usd")
MARKER = "0123456789abcdef" * 2


def session(status: str, payment_status: str) -> dict[str, Any]:
    ids = {"id": "cs_test_a1", "object": "checkout.session", "payment_intent": "pi_1"}
    return ids | {"status": status, "payment_status": payment_status, "amount_total": 500, "currency": "usd"}


def intent(status: str, **more: Any) -> dict[str, Any]:
    received = 500 if status == "succeeded" else 0
    usual = {"id": "pi_1", "object": "payment_intent", "status": status, "amount_received": received}
    return usual | {"currency": "usd", "last_payment_error": None} | more


def charge(status: str, **more: Any) -> dict[str, Any]:
    done = status == "succeeded"
    usual = {"id": "ch_1", "object": "charge", "status": status, "created": 20, "currency": "usd", "disputed": False}
    money = {"paid": done, "captured": done, "amount_captured": 500 if done else 0, "amount_refunded": 0}
    return usual | money | {"payment_intent": "pi_1"} | more


def refund(status: str) -> dict[str, Any]:
    return {"id": "re_1", "object": "refund", "amount": 200, "status": status, "payment_intent": "pi_1"}


def attempted(state: AttemptState, failure: Said | None = None, **more: Any) -> Facts:
    return Facts(attempts={"ch_1": Attempt(state, Said(Source.CHARGE, 20), failure)}, **more)


def refunded(state: RefundState) -> Facts:
    return Facts(refunds={"re_1": Refund(state, 200)})


PENDING, FAILED, SUCCEEDED = AttemptState
DISPUTE = {"id": "du_1", "object": "dispute", "amount": 500, "charge": "ch_1", "payment_intent": "pi_1"}
REASON = ("payment_intent_authentication_failure", "", "Not authenticated.")
NOT_AUTHENTICATED = dict(zip(("code", "decline_code", "message"), REASON, strict=True))

TOLD: dict[str, tuple[dict[str, Any], Facts]] = {
    "checkout.session.completed": (session("complete", "paid"), Facts(complete=True, money=True)),
    "checkout.session.expired": (session("expired", "unpaid"), Facts(expired=True)),
    "checkout.session.async_payment_succeeded": (session("complete", "paid"), Facts(complete=True, money=True)),
    "checkout.session.async_payment_failed": (session("complete", "unpaid"), Facts(complete=True, async_failed=True)),
    "payment_intent.succeeded": (intent("succeeded"), Facts(money=True)),
    "payment_intent.payment_failed": (
        intent("requires_payment_method", last_payment_error=NOT_AUTHENTICATED),
        Facts(attempts={"evt_1": Attempt(FAILED, Said(Source.EVENT, 30), Said(Source.INTENT, REASON))}),
    ),
    "payment_intent.processing": (intent("processing"), NO_FACTS),
    "payment_intent.canceled": (intent("canceled"), Facts(intent_canceled=True)),
    "payment_intent.requires_action": (intent("requires_action"), NO_FACTS),
    "charge.succeeded": (charge("succeeded"), attempted(SUCCEEDED, money=True)),
    "charge.failed": (
        charge("failed", failure_code="expired_card", failure_message="Expired."),
        attempted(FAILED, Said(Source.CHARGE, ("expired_card", "", "Expired."))),
    ),
    "charge.pending": (charge("pending"), attempted(PENDING)),
    "charge.captured": (charge("succeeded"), attempted(SUCCEEDED, money=True)),
    "charge.refunded": (
        charge("succeeded", amount_refunded=200),
        attempted(SUCCEEDED, money=True, refunded_peak_minor=200),
    ),
    "charge.updated": (charge("succeeded"), attempted(SUCCEEDED, money=True)),
    "charge.refund.updated": (refund("failed"), refunded(RefundState.UNDONE)),
    "refund.created": (refund("pending"), refunded(RefundState.PENDING)),
    "refund.updated": (refund("succeeded"), refunded(RefundState.SUCCEEDED)),
    "refund.failed": (refund("failed"), refunded(RefundState.UNDONE)),
    "charge.dispute.created": (DISPUTE, Facts(disputed=True)),
    "charge.dispute.updated": (DISPUTE, Facts(disputed=True)),
    "charge.dispute.closed": (DISPUTE, Facts(disputed=True)),
    "charge.dispute.funds_withdrawn": (DISPUTE, Facts(disputed=True)),
    "charge.dispute.funds_reinstated": (DISPUTE, Facts(disputed=True)),
}
"""What each type of event tells of a payment of 500 usd, with a payload as Stripe would send it."""


def event(event_type: str, thing: Any) -> StripeEvent:
    return StripeEvent(EventId("evt_1"), event_type, 30, livemode=False, object=thing)


def test_every_type_we_listen_to_is_told_here_and_no_other() -> None:
    assert set(TOLD) == set(KINDS)


def test_the_guides_and_the_pages_event_types_are_all_listened_to() -> None:
    guide = "checkout.session.completed checkout.session.expired payment_intent.succeeded payment_intent.payment_failed"
    page = (
        "checkout.session.async_payment_succeeded checkout.session.async_payment_failed payment_intent.processing "
        "payment_intent.canceled payment_intent.requires_action charge.succeeded charge.failed charge.pending "
        "charge.refunded charge.updated charge.dispute.created refund.created refund.updated refund.failed"
    )
    assert set(f"{guide} {page}".split()) <= set(KINDS)


@pytest.mark.parametrize("event_type", TOLD)
def test_an_event_tells_its_facts(event_type: str) -> None:
    thing, facts = TOLD[event_type]
    assert read_event(event(event_type, thing), expected=ASKED, mode=Mode.PAYMENT) == Reading(facts)


@pytest.mark.parametrize("event_type", TOLD)
def test_in_subscription_mode_only_session_events_tell_facts(event_type: str) -> None:
    thing, facts = TOLD[event_type]
    told = facts if KINDS[event_type] is Kind.SESSION else NO_FACTS
    assert read_event(event(event_type, thing), expected=ASKED, mode=Mode.SUBSCRIPTION) == Reading(told)


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    "event_type",
    [
        "payment_intent.created",
        "invoice.paid",
        "customer.created",
        "customer.subscription.updated",
        "charge",
        "x.y.z",
        "",
    ],
)
def test_every_other_type_tells_nothing(event_type: str, mode: Mode) -> None:
    for thing, _ in TOLD.values():
        other = event(event_type, thing)
        assert other.kind is None
        assert read_event(other, expected=ASKED, mode=mode) == NOTHING


@pytest.mark.parametrize("event_type", TOLD)
def test_no_event_tells_of_money_when_another_sum_was_asked(event_type: str) -> None:
    thing, _ = TOLD[event_type]
    for expected in (Money(499, "usd"), Money(500, "eur")):
        assert not read_event(event(event_type, thing), expected=expected, mode=Mode.PAYMENT).facts.money


@pytest.mark.parametrize(
    ("event_type", "facts"),
    [
        ("checkout.session.completed", Facts(complete=True)),
        ("checkout.session.expired", Facts(expired=True)),
        ("checkout.session.async_payment_succeeded", Facts(complete=True)),
        ("checkout.session.async_payment_failed", Facts(complete=True, async_failed=True)),
    ],
)
def test_a_session_events_type_speaks_even_where_its_object_is_empty_but_never_of_money(
    event_type: str, facts: Facts
) -> None:
    assert read_event(event(event_type, {}), expected=ASKED, mode=Mode.PAYMENT).facts == facts


# Total over Kind: a kind added later is either read and joined, or these fail.


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_is_listened_to_read_and_joined(kind: Kind) -> None:
    types = [event_type for event_type, its_kind in KINDS.items() if its_kind is kind]
    assert types
    for event_type in types:
        assert isinstance(read_event(event(event_type, {}), expected=ASKED, mode=Mode.PAYMENT), Reading)
    assert references(kind, {}) == References()


@pytest.mark.parametrize("event_type", TOLD)
def test_every_event_leads_to_its_payment_by_our_marker_first(event_type: str) -> None:
    thing = TOLD[event_type][0] | {"metadata": {"gateway_payment_id": MARKER}}
    assert references(KINDS[event_type], thing).marker == MARKER


@pytest.mark.parametrize("event_type", TOLD)
def test_every_event_leads_to_its_payment_by_its_intent(event_type: str) -> None:
    names = references(KINDS[event_type], TOLD[event_type][0])
    assert names.intent_id == "pi_1"
    assert names.session_id == ("cs_test_a1" if KINDS[event_type] is Kind.SESSION else None)


def test_an_expanded_intent_leads_there_as_well() -> None:
    assert references(Kind.CHARGE, {"payment_intent": {"id": "pi_2"}}).intent_id == "pi_2"


@pytest.mark.parametrize("marker", ["", "x", MARKER.upper(), 7, None, MARKER + "0"])
def test_a_marker_that_is_not_ours_leads_nowhere(marker: Any) -> None:
    assert references(Kind.SESSION, {"metadata": {"gateway_payment_id": marker}}).marker is None


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


def test_an_event_without_an_object_is_an_event_that_tells_nothing() -> None:
    empty: tuple[Any, ...] = (None, 3, {}, {"object": []})
    for data in empty:
        parsed = parse_event(ENVELOPE | {"data": data})
        assert parsed is not None
        assert parsed.object == {}


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
        assert references(kind, thing).intent_id is None
