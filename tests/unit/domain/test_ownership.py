"""An object is the payment's own only if the row's session names it; a marker is a hint and never a proof."""

import pytest
from hypothesis import given

from gateway.domain.facts import NO_FACTS, Asked, Charge, Facts, Intent, merge
from gateway.domain.movements import targets
from gateway.domain.ownership import (
    asked_of,
    first_invoices,
    foreign_intents,
    is_paid,
    own_intents,
    session_word,
    unexplained_intents,
    unexplained_invoices,
)
from gateway.domain.status import derive
from tests.unit.domain.strategies import facts

NAMED = Facts(named_intents=frozenset({"pi_1"}))
PAID_INTENT = Facts(intents={"pi_1": Intent(is_paid=True, received={"usd": 500})})
PAID_CHARGE = Facts(charges={"ch_1": Charge("pi_1", is_paid=True, captured={"usd": 500})})
PAYS_INVOICE = Facts(invoice_intents={"in_1": frozenset({"pi_1"})})
OPENS = Facts(opening_invoices={"sub_1": frozenset({"in_1"})})


@pytest.mark.parametrize(
    ("known", "own"),
    [
        (NO_FACTS, set()),
        (NAMED, {"pi_1"}),
        (PAID_INTENT, set()),
        (PAID_CHARGE, set()),
        (PAYS_INVOICE, set()),
        (merge(PAYS_INVOICE, Facts(named_invoices=frozenset({"in_1"}))), {"pi_1"}),
        (merge(PAYS_INVOICE, Facts(named_invoices=frozenset({"in_2"}))), set()),
        (merge(PAYS_INVOICE, OPENS), set()),
        (merge(merge(PAYS_INVOICE, OPENS), Facts(named_subscriptions=frozenset({"sub_1"}))), {"pi_1"}),
        (merge(merge(PAYS_INVOICE, OPENS), Facts(named_subscriptions=frozenset({"sub_2"}))), set()),
    ],
)
def test_an_intent_is_own_when_the_session_or_its_first_invoice_names_it(known: Facts, own: set[str]) -> None:
    assert own_intents(known) == own
    assert is_paid(merge(known, merge(PAID_INTENT, PAID_CHARGE))) is bool(own)


def test_the_first_invoice_is_the_sessions_or_the_one_that_opened_its_subscription() -> None:
    subscribed = Facts(
        named_subscriptions=frozenset({"sub_1"}),
        opening_invoices={"sub_1": frozenset({"in_1"}), "sub_9": frozenset({"in_9"})},
    )
    assert first_invoices(subscribed) == {"in_1"}
    assert first_invoices(merge(subscribed, Facts(named_invoices=frozenset({"in_1"})))) == {"in_1"}
    assert first_invoices(Facts(named_invoices=frozenset({"in_2"}))) == {"in_2"}
    assert first_invoices(Facts(opening_invoices=subscribed.opening_invoices)) == frozenset()
    assert unexplained_invoices(subscribed) == {"in_9"}
    assert unexplained_invoices(OPENS) == {"in_1"}


@pytest.mark.parametrize("known", [PAID_INTENT, PAID_CHARGE])
def test_an_intent_joined_by_marker_alone_is_unexplained_and_foreign_once_the_session_has_shown_its_own(
    known: Facts,
) -> None:
    assert unexplained_intents(known) == {"pi_1"}
    assert foreign_intents(known) == frozenset()
    for shown in (Facts(complete=True), Facts(expired=True), Facts(named_intents=frozenset({"pi_2"}))):
        assert foreign_intents(merge(known, shown)) == {"pi_1"}
    assert foreign_intents(merge(merge(known, NAMED), Facts(complete=True))) == frozenset()


def test_a_one_dollar_intent_does_not_buy_a_four_hundred_dollar_row() -> None:
    dollar = Facts(
        intents={"pi_9": Intent(is_paid=True, received={"usd": 100})},
        charges={"ch_9": Charge("pi_9", is_paid=True, captured={"usd": 100})},
    )
    for also in (NO_FACTS, Facts(complete=True, asked=frozenset({Asked(40_000, "usd", 40_000)})), NAMED):
        known = merge(dollar, also)
        assert not is_paid(known)
        assert derive(known) == derive(also)
        assert targets(known) == {}


@pytest.mark.parametrize("known", [Facts(session_paid=True), merge(NAMED, PAID_INTENT), merge(NAMED, PAID_CHARGE)])
def test_whoever_is_asked_by_stripe_and_pays_what_stripe_asked_has_paid(known: Facts) -> None:
    assert is_paid(known)


@pytest.mark.parametrize("known", [NO_FACTS, NAMED, merge(NAMED, Facts(intents={"pi_1": Intent(received={"usd": 1})}))])
def test_an_own_intent_that_was_not_paid_in_full_is_no_payment(known: Facts) -> None:
    assert not is_paid(known)


def test_of_two_frozen_totals_the_least_was_asked() -> None:
    both = Facts(asked=frozenset({Asked(500, "usd", 500), Asked(450, "usd", 500, 50)}))
    assert asked_of(both) == Asked(450, "usd", 500, 50)
    assert asked_of(NO_FACTS) is None


def test_the_sessions_word_stands_only_where_no_intent_is_own() -> None:
    said = Facts(session_paid=True, asked=frozenset({Asked(500, "usd", 500)}))
    assert session_word(said) is not None
    assert session_word(merge(said, PAID_INTENT)) is not None
    assert session_word(merge(said, NAMED)) is None
    assert session_word(Facts(asked=said.asked)) is None


@given(facts, facts)
def test_what_is_own_stays_own_and_what_is_paid_stays_paid(known: Facts, more: Facts) -> None:
    """I4, over any facts at all."""
    after = merge(known, more)
    assert own_intents(known) <= own_intents(after)
    assert first_invoices(known) <= first_invoices(after)
    assert is_paid(known) <= is_paid(after)


@given(facts, facts)
def test_what_no_session_or_invoice_names_changes_neither_status_nor_money(known: Facts, others: Facts) -> None:
    """I20: everything of others under ids of its own."""
    foreign = Facts(
        intents={f"x{key}": each for key, each in others.intents.items()},
        charges={
            f"x{key}": Charge(f"x{each.intent_id}", each.is_paid, each.captured, each.refunded, each.is_disputed)
            for key, each in others.charges.items()
        },
    )
    assert derive(merge(known, foreign)) == derive(known)
    assert targets(merge(known, foreign)) == targets(known)
