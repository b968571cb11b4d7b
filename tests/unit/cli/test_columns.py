"""How tables are made to fit a terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from gateway.cli.columns import fitted, lines_of, shorten

SESSION = "cs_test_" + "a1B2c3D4" * 7
HEADING = ["created", "session", "status", "amount", "kept", "price", "reference"]
PAYMENT = [
    "2026-11-26 07:48:07",
    SESSION,
    "no_payment_required",
    "$12,345.00",
    "$12,345.00, €1,000.00",
    "price_1QlYNRHVMy0i1BlJA1y0DxB2",
    "订单一〇四二号，请尽快处理",
]


def test_a_whole_payment_fits_80_columns() -> None:
    lines = lines_of(fitted([HEADING, PAYMENT], 80))
    assert max(map(cell_len, lines)) <= 80
    assert len(lines) == 2


def test_what_fits_is_left_alone() -> None:
    rows = [["received", "event"], ["2026-11-26 07:48:07", "evt_1QlYNRHVMy0i1BlJ"]]
    assert fitted(rows, 80) == rows


@pytest.mark.parametrize(
    ("text", "most", "short"),
    [
        (SESSION, 13, "cs_t…c3D4a1B2c3D4"[:5] + SESSION[-8:]),
        ("0123456789abcdef0123456789abcdef", 10, "012…abcdef"),
        ("2026-11-26 07:48:07", 18, "2026-11-26 07:48"),
        ("2026-11-26 07:48:07", 12, "11-26 07:48"),
        ("2026-11-26 07:48:07", 8, "07:48"),
        ("no such payment", 9, "no such…"),
        ("订单一〇四二", 6, "订单…"),
    ],
)
def test_each_kind_of_cell_is_shortened_in_its_own_way(text: str, most: int, short: str) -> None:
    assert shorten(text, most) == short


@given(
    rows=st.lists(st.lists(st.text("abc_19 :-é中", max_size=70), min_size=5, max_size=5), max_size=6),
    width=st.integers(60, 200),
)
def test_a_table_of_five_columns_fits_whatever_is_in_it(rows: list[list[str]], width: int) -> None:
    assert all(cell_len(line) <= width for line in lines_of(fitted(rows, width)))
