"""The arithmetic behind a session's totals and the account's balance, and the names of permissions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sandbox.balance import settle
from gateway.sandbox.permissions import all_names, needed
from gateway.sandbox.pricing import packages
from gateway.sandbox.totals import spread, tax_on


@pytest.mark.parametrize(
    ("quantity", "rounding", "charged"),
    [(10, "up", 2), (11, "up", 3), (14, "down", 2), (4, "down", 0), (4, "up", 1)],
)
def test_a_transformed_quantity_is_divided_and_rounded(quantity: int, rounding: str, charged: int) -> None:
    assert packages(quantity, {"divide_by": 5, "round": rounding}) == charged


def test_a_quantity_without_a_transformation_is_charged_as_it_is() -> None:
    assert packages(7, None) == 7


@given(st.data(), st.lists(st.integers(0, 10_000), min_size=1, max_size=8))
def test_shares_add_up_and_none_is_larger_than_its_line(data: st.DataObject, lines: list[int]) -> None:
    amount = data.draw(st.integers(0, sum(lines)))

    shares = spread(amount, lines)

    assert sum(shares) == amount
    assert all(0 <= share <= line for share, line in zip(shares, lines, strict=True))


def test_tax_is_a_tenth_rounded_half_up() -> None:
    assert [tax_on(amount) for amount in (0, 4, 5, 1_000, 1_005)] == [0, 0, 1, 100, 101]


def test_the_balance_is_kept_in_dollars_at_fixed_rates() -> None:
    booked = [(500, "usd"), (500, "eur"), (-700, "jpy"), (5_000, "kwd"), (500_000, "ugx")]
    assert [settle(amount, currency)[0] for amount, currency in booked] == [500, 550, -490, 50, 50_000]


@pytest.mark.parametrize(
    ("method", "path", "permission"),
    [
        ("POST", "/v1/checkout/sessions", "rak_checkout_session_write"),
        ("GET", "/v1/checkout/sessions/cs_1/line_items", "rak_checkout_session_read"),
        ("POST", "/v1/refunds", "rak_refund_write"),
        ("GET", "/v1/prices/price_1", "rak_plan_read"),
        ("GET", "/v1/account", "rak_accounts_kyc_basic_read"),
        ("POST", "/_sandbox/restricted_keys", None),
    ],
)
def test_each_path_needs_one_permission_and_controls_need_none(method: str, path: str, permission: str | None) -> None:
    assert needed(method, path) == permission
    assert permission is None or permission in all_names()
