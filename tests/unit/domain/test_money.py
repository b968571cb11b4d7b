import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.currencies import MINIMUM_MINOR
from gateway.domain.money import Money, is_too_large, is_too_small


@pytest.mark.parametrize(
    ("money", "written"),
    [
        (Money(500, "usd"), "$5.00"),
        (Money(5, "usd"), "$0.05"),
        (Money(0, "usd"), "$0.00"),
        (Money(123456789, "eur"), "€1,234,567.89"),
        (Money(-1250, "gbp"), "-£12.50"),
        (Money(500, "jpy"), "¥500"),
        (Money(1234567, "krw"), "₩1,234,567"),
        (Money(500, "cny"), "CN¥5.00"),
        (Money(500, "chf"), "5.00 CHF"),
        (Money(12345, "kwd"), "12.345 KWD"),
        (Money(5, "kwd"), "0.005 KWD"),
        (Money(1000, "vnd"), "1,000 VND"),
        (Money(-7, "bhd"), "-0.007 BHD"),
        (Money(500000, "ugx"), "5,000 UGX"),
        (Money(500, "isk"), "5 ISK"),
        (Money(-500, "isk"), "-5 ISK"),
        (Money(0, "ugx"), "0 UGX"),
        (Money(1500000000, "idr"), "15,000,000.00 IDR"),
    ],
)
def test_money_is_written_as_people_of_that_currency_expect(money: Money, written: str) -> None:
    assert written == money.formatted


@given(
    st.integers(min_value=-(10**12), max_value=10**12),
    st.sampled_from(["usd", "chf", "jpy", "kwd", "vnd", "eur", "sek"]),
)
def test_no_digit_of_an_amount_is_lost_in_writing_it(amount_minor: int, currency: str) -> None:
    written = Money(amount_minor, currency).formatted
    digits = "".join(character for character in written if character.isdigit())
    assert abs(amount_minor) == int(digits)
    assert written.startswith("-") is (amount_minor < 0)


@given(st.integers(min_value=-(10**12), max_value=10**12), st.sampled_from(["isk", "ugx"]))
def test_a_currency_that_is_charged_in_hundredths_shows_a_fraction_only_where_there_is_one(
    amount_minor: int, currency: str
) -> None:
    number = Money(amount_minor, currency).formatted.split(" ")[0].replace(",", "")
    assert not number.endswith(".00")
    assert round(float(number) * 100) == amount_minor


@pytest.mark.parametrize(("currency", "least"), MINIMUM_MINOR.items())
def test_the_least_amount_of_a_currency_is_allowed_and_one_unit_less_is_not(currency: str, least: int) -> None:
    assert not is_too_small(Money(least, currency))
    assert is_too_small(Money(least - 1, currency))


@pytest.mark.parametrize("currency", ["usd", "jpy"])
def test_one_unit_is_too_small(currency: str) -> None:
    assert is_too_small(Money(1, currency))


def test_nothing_to_pay_is_not_too_small_but_less_than_nothing_is() -> None:
    assert not is_too_small(Money(0, "usd"))
    assert is_too_small(Money(-1, "usd"))


def test_a_currency_without_a_known_minimum_is_left_to_stripe() -> None:
    assert not is_too_small(Money(1, "isk"))
    assert is_too_small(Money(-1, "isk"))


@pytest.mark.parametrize("money", [Money(1500000000, "idr"), Money(120000000, "jpy"), Money(200000000, "cop")])
def test_prices_of_nine_and_ten_digits_are_allowed_where_the_unit_is_small(money: Money) -> None:
    assert not is_too_large(money)


@pytest.mark.parametrize("currency", ["usd", "eur", "gbp", "kwd", "xyz"])
def test_the_largest_amount_of_other_currencies_has_eight_digits(currency: str) -> None:
    assert not is_too_large(Money(99_999_999, currency))
    assert is_too_large(Money(100_000_000, currency))


def test_equal_amounts_of_two_currencies_are_two_things() -> None:
    assert Money(500, "usd") != Money(500, "eur")
