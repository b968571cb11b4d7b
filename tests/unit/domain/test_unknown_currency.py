"""A refund or a dispute in a currency that nobody asked for: it books nothing, and Stripe is asked what it was."""

import pytest

from gateway.domain.facts import (
    Asked,
    BalanceTransaction,
    Charge,
    Conversion,
    Dispute,
    DisputeState,
    DisputeView,
    Facts,
    Refund,
    RefundState,
    merge,
)
from gateway.domain.movements import MovementKind, targets
from gateway.domain.questions import is_urgent, questions

CAPTURED = Facts(
    complete=True,
    session_paid=True,
    asked=frozenset({Asked(500, "usd", 500)}),
    named_intents=frozenset({"pi_1"}),
    charges={"ch_1": Charge("pi_1", is_paid=True, captured={"usd": 500})},
)
PESOS = {"mxn": 9250}
IN_PESOS = Conversion("mxn", 9250, "usd", 500)
DISPUTE = DisputeView(0, 1, DisputeState.NEEDS_RESPONSE)


def refunded(amounts: dict[str, int]) -> Facts:
    return Facts(refunds={"re_1": Refund(RefundState.SUCCEEDED, amounts, True, "pi_1", "ch_1", 4)})


def disputed(amounts: dict[str, int]) -> Facts:
    out = {"txn_1": BalanceTransaction(-500, "usd", 1)}
    return Facts(disputes={"du_1": Dispute(DISPUTE, amounts, frozenset(), out, "pi_1")})


def booked(facts: Facts) -> set[tuple[MovementKind, str, int]]:
    return {(target.kind, target.currency, amount) for target, amount in targets(facts).items()}


CAPTURE = (MovementKind.CAPTURE, "usd", 500)


@pytest.mark.parametrize(
    ("later", "question"),
    [(refunded(PESOS), "refunds:re_1:currency"), (disputed(PESOS), "disputes:du_1:currency")],
    ids=["refund", "dispute"],
)
def test_it_books_nothing_and_is_asked_about(later: Facts, question: str) -> None:
    known = merge(CAPTURED, later)
    assert booked(known) == {CAPTURE}
    assert question in questions(known)
    assert is_urgent(questions(known))


@pytest.mark.parametrize(
    ("later", "question", "movement"),
    [
        (refunded, "refunds:re_1:currency", (MovementKind.REFUND, "usd", -500)),
        (disputed, "disputes:du_1:currency", (MovementKind.DISPUTE, "usd", -500)),
    ],
    ids=["refund", "dispute"],
)
@pytest.mark.parametrize(
    "known",
    [
        pytest.param((PESOS | {"usd": 500}, CAPTURED), id="its amount in dollars is known too"),
        pytest.param((PESOS, merge(CAPTURED, Facts(conversions=frozenset({IN_PESOS})))), id="the session converts it"),
        pytest.param(({"": 500}, CAPTURED), id="it names no currency"),
    ],
)
def test_once_it_is_known_in_the_currency_asked_for_it_is_booked_and_not_asked_about(
    later: object, question: str, movement: object, known: tuple[dict[str, int], Facts]
) -> None:
    amounts, before = known
    assert callable(later)
    facts = merge(before, later(amounts))
    assert booked(facts) == {CAPTURE, movement}
    assert question not in questions(facts)


@pytest.mark.parametrize("later", [refunded(PESOS), disputed(PESOS)], ids=["refund", "dispute"])
def test_before_anything_is_asked_for_every_currency_is_as_good_as_another(later: Facts) -> None:
    known = merge(Facts(named_intents=frozenset({"pi_1"})), later)
    assert not any(question.endswith(":currency") for question in questions(known))


def test_what_never_moved_and_has_no_amount_is_not_asked_about() -> None:
    known = merge(CAPTURED, Facts(refunds={"re_1": Refund(RefundState.PENDING, {}, False, "pi_1", "ch_1", 4)}))
    assert booked(known) == {CAPTURE}
    assert not any(question.endswith(":currency") for question in questions(known))
