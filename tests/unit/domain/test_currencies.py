import pytest

from gateway.domain.currencies import (
    CHARGED_IN_HUNDREDTHS,
    MINIMUM_MINOR,
    THREE_DECIMAL,
    ZERO_DECIMAL,
    decimal_digits,
    maximum_minor,
)

EVERY_TABLE = {*ZERO_DECIMAL, *THREE_DECIMAL, *CHARGED_IN_HUNDREDTHS, *MINIMUM_MINOR}


def test_no_currency_has_two_numbers_of_decimals() -> None:
    assert frozenset() == ZERO_DECIMAL & THREE_DECIMAL
    assert frozenset() == CHARGED_IN_HUNDREDTHS & (ZERO_DECIMAL | THREE_DECIMAL)


@pytest.mark.parametrize(
    ("currency", "digits"),
    [("jpy", 0), ("krw", 0), ("kwd", 3), ("usd", 2), ("huf", 2), ("twd", 2), ("isk", 2), ("ugx", 2), ("xyz", 2)],
)
def test_an_amount_has_as_many_decimals_as_stripes_api_takes(currency: str, digits: int) -> None:
    assert decimal_digits(currency) == digits


@pytest.mark.parametrize("currency", sorted(EVERY_TABLE))
def test_codes_are_lower_case_iso_4217(currency: str) -> None:
    assert len(currency) == 3
    assert currency.isascii()
    assert currency.islower()


@pytest.mark.parametrize(
    ("currency", "digits"),
    [
        ("usd", 8),
        ("eur", 8),
        ("kwd", 8),
        ("xyz", 8),
        ("inr", 12),
        ("cop", 12),
        ("idr", 12),
        ("jpy", 12),
        ("huf", 12),
        ("lbp", 12),
        ("ugx", 12),
        ("vnd", 12),
    ],
)
def test_the_greatest_amount_is_that_of_the_most_generous_payment_method(currency: str, digits: int) -> None:
    assert maximum_minor(currency) == int("9" * digits)


@pytest.mark.parametrize(("currency", "least"), MINIMUM_MINOR.items())
def test_every_least_amount_is_far_below_the_greatest(currency: str, least: int) -> None:
    assert 0 < least < maximum_minor(currency) / 1_000


@pytest.mark.parametrize(
    ("currency", "least"), [("usd", 50), ("gbp", 30), ("jpy", 50), ("krw", 50), ("huf", 17_500), ("thb", 1_000)]
)
def test_the_least_amount_is_in_the_same_unit_as_the_amount(currency: str, least: int) -> None:
    assert MINIMUM_MINOR[currency] == least
