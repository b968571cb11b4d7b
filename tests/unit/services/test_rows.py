"""What a row says to readers."""

from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.domain.facts import Asked, Facts
from gateway.domain.facts_json import asked_to_json, facts_to_json
from gateway.domain.money import Money
from gateway.models import Payment
from gateway.services.recording.rows import snapshot_of

SHOWN, FROZEN = Asked(540, "usd", 500, tax=40), Asked(450, "usd", 500, discount=50)


@pytest.mark.parametrize(
    ("shown", "frozen", "amount"),
    [(None, None, 500), (SHOWN, None, 540), (SHOWN, FROZEN, 450), (None, FROZEN, 450)],
    ids=["expected", "shown", "frozen before shown", "frozen"],
)
def test_the_amount_is_what_stripe_asks_for_and_before_that_what_was_expected(
    shown: Asked | None, frozen: Asked | None, amount: int
) -> None:
    facts = Facts(asked=frozenset({frozen} - {None}))  # type: ignore[arg-type]
    columns: dict[str, Any] = {"facts": facts_to_json(facts), "asked": asked_to_json(shown) if shown else None}
    row = Payment(
        id="0" * 32,
        price_id="price_1",
        quantity=1,
        currency="usd",
        expected={"usd": 500},
        attempts_seen={},
        version=1,
        created_at=datetime.now(UTC),
        updated_at=datetime.now(UTC),
        **columns,
    )
    assert snapshot_of(row).amount == Money(amount, "usd")
    assert snapshot_of(row).expected == Money(500, "usd")
