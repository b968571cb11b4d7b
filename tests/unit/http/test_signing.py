import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.signing import TOLERANCE_SECONDS, is_signed, sign

NOW = 1_700_000_000
BODY = b'{"priceId":"price_1"}'
HEADER = sign(BODY, secret="new", at_seconds=NOW)


def test_a_signature_made_with_any_of_the_secrets_is_accepted() -> None:
    assert is_signed(HEADER, BODY, secrets=["old", "new"], now_seconds=NOW)
    assert is_signed(f"{HEADER},v1={'0' * 64},v0=x", BODY, secrets=["new"], now_seconds=NOW)
    assert not is_signed(HEADER, BODY, secrets=["old"], now_seconds=NOW)
    assert not is_signed(HEADER, BODY, secrets=[], now_seconds=NOW)


@pytest.mark.parametrize("away", [-1, 1])
def test_the_clock_may_differ_by_five_minutes_in_either_direction(away: int) -> None:
    assert is_signed(HEADER, BODY, secrets=["new"], now_seconds=NOW + away * TOLERANCE_SECONDS)
    assert not is_signed(HEADER, BODY, secrets=["new"], now_seconds=NOW + away * (TOLERANCE_SECONDS + 1))


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "t=1",
        HEADER.split(",")[1],
        HEADER.replace("v1", "v2"),
        HEADER.upper(),
        HEADER + f",t={NOW}",
        "t=é,v1=é",
        f"t={'9' * 5000},v1=x",
        HEADER + "," * 2000,
    ],
)
def test_anything_else_is_no_signature(header: str | None) -> None:
    assert not is_signed(header, BODY, secrets=["new"], now_seconds=NOW)


@given(st.text(max_size=100))
def test_no_header_raises(header: str) -> None:
    assert not is_signed(header, BODY, secrets=["new"], now_seconds=NOW)
