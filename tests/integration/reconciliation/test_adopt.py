"""Sessions without a row: those that sell a package are adopted when asked to, all others are let be."""

from gateway.services.reconciliation.service import Difference, DifferenceKind, LedgerLine, Outcome

from .pair import FOREIGN, Pair
from .test_repair import assert_clean, reconcile

MARKER = "metadata[gateway_payment_id]"


def reported(found: list[Difference]) -> set[tuple[str, str | None, str, bool]]:
    return {(d.kind.value, d.session_id, d.after, d.repaired) for d in found}


async def test_a_session_from_before_the_gateway_is_adopted_with_what_became_of_it(pair: Pair) -> None:
    old = await pair.create_at_stripe(client_reference_id="order-7")
    await pair.pay(old)
    await pair.settled()
    assert (await pair.shop.get(f"/api/check-payment-status/{old}")).status_code == 404

    report = await assert_clean(pair)
    assert (report.sessions, report.passed_over) == (0, 1)
    report, found = await reconcile(pair, adopt=True)
    assert reported(found) == {("missing_here", old, "paid", True)}
    assert report.ledger == (LedgerLine("usd", 500, 500),)
    answer = await pair.shop.get(f"/api/check-payment-status/{old}")
    assert (answer.status_code, answer.json()["status"]) == (200, "paid")

    again, found = await reconcile(pair, adopt=True)
    assert (again.outcome, again.sessions, found) == (Outcome.CLEAN, 1, [])


async def test_an_adopted_session_hears_its_later_events(pair: Pair) -> None:
    old = await pair.create_at_stripe()
    await reconcile(pair, adopt=True)
    assert await pair.stored(old) == "unpaid"
    await pair.pay(old)
    await pair.settled()
    assert await pair.stored(old) == "paid"
    await assert_clean(pair)


async def test_what_is_not_in_the_catalogue_is_not_ours(pair: Pair) -> None:
    await pair.create_at_stripe(FOREIGN)
    await pair.create_at_stripe(**{"line_items[1][price]": FOREIGN, "line_items[1][quantity]": "1"})
    report, found = await reconcile(pair, adopt=True)
    assert (report.outcome, report.passed_over, found) == (Outcome.CLEAN, 2, [])


async def test_a_session_with_our_marker_and_no_row_is_reported_until_it_is_adopted(pair: Pair) -> None:
    lost = await pair.create_at_stripe(**{MARKER: "0" * 32})
    await pair.pay(lost)
    for _ in range(2):
        report, found = await reconcile(pair)
        assert reported(found) == {("missing_here", lost, "no row", False)}
        assert report.ledger == (LedgerLine("usd", 0, 500),)
    _, found = await reconcile(pair, adopt=True)
    assert reported(found) == {("missing_here", lost, "paid", True)}
    assert found[0].payment_id == "0" * 32
    await assert_clean(pair)


async def test_a_second_session_that_names_a_payment_is_reported_and_not_touched(pair: Pair) -> None:
    first = await pair.create()
    _, found = await reconcile(pair)
    marker = (await pair.call("GET", f"/v1/checkout/sessions/{first}"))["metadata"]["gateway_payment_id"]
    second = await pair.create_at_stripe(**{MARKER: marker})
    _, found = await reconcile(pair)
    assert [(d.kind, d.session_id, d.payment_id, d.repaired) for d in found] == [
        (DifferenceKind.MISSING_HERE, second, marker, False)
    ]
    assert await pair.stored(first) == "unpaid"
