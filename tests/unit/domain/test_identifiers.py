import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.identifiers import MARKER, parse_payment_id, parse_price_id, parse_session_id

JUNK = ["", " ", "null", "../../etc/passwd", "cs_test_", "price_", "price_١٢٣", "cs_test_a\n", "price_a\x00", "'; --"]


@pytest.mark.parametrize("text", ["price_1QlYNRHVMy0i1BlJA1y0DxB2", "price_a", "price_" + "x" * 200])
def test_a_price_id_is_taken_as_stripe_writes_it(text: str) -> None:
    assert text == parse_price_id(text)


@pytest.mark.parametrize(
    "text", [*JUNK, "prod_1", "price_1-2", " price_1", "price_1 ", "price_" + "x" * 201, "PRICE_1"]
)
def test_anything_else_is_no_price_id(text: str) -> None:
    assert parse_price_id(text) is None


@pytest.mark.parametrize("text", ["cs_test_a1" + "b" * 56, "cs_live_b1xyz", "cs_test_" + "x" * 200])
def test_a_session_id_is_taken_in_either_mode(text: str) -> None:
    assert text == parse_session_id(text)


@pytest.mark.parametrize(
    "text", [*JUNK, "cs_a1", "cs_prod_a1", "cs_test_a1/expire", "cs_test_a?b", "cs_test_" + "x" * 201]
)
def test_anything_else_is_no_session_id(text: str) -> None:
    assert parse_session_id(text) is None


@pytest.mark.parametrize("text", [*JUNK, "0123456789ABCDEF0123456789ABCDEF", "0" * 31, "0" * 33, "g" * 32])
def test_anything_but_32_lower_case_hex_digits_is_no_marker_of_ours(text: str) -> None:
    assert parse_payment_id(text) is None


def test_our_marker_travels_under_a_name_of_our_own() -> None:
    assert MARKER == "gateway_payment_id"
    assert parse_payment_id("0123456789abcdef" * 2) == "0123456789abcdef" * 2


@given(st.text(max_size=300))
def test_parsers_answer_the_text_itself_or_nothing(text: str) -> None:
    for parse in (parse_price_id, parse_session_id, parse_payment_id):
        assert parse(text) in {None, text}
