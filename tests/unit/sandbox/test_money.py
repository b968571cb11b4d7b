"""The pretend Stripe repeats what the gateway knows of currencies, because neither may import the other."""

import pytest

from gateway.domain import currencies
from gateway.domain.money import Money
from gateway.sandbox import money
from gateway.sandbox.errors import StripeRefusal
from gateway.sandbox.totals import check_total

CURRENCIES = sorted(
    {
        *money.SUPPORTED,
        *currencies.ZERO_DECIMAL,
        *currencies.THREE_DECIMAL,
        *currencies.CHARGED_IN_HUNDREDTHS,
        *currencies.MINIMUM_MINOR,
    }
)


@pytest.mark.parametrize("currency", CURRENCIES)
def test_both_know_the_same_of_each_currency(currency: str) -> None:
    assert currency in money.SUPPORTED
    assert money.decimals(currency) == currencies.decimal_digits(currency)
    assert money.largest_amount(currency) == currencies.maximum_minor(currency)
    assert money.least_amount(currency) == currencies.MINIMUM_MINOR.get(currency, money.least_amount(currency))


@pytest.mark.parametrize("currency", CURRENCIES)
@pytest.mark.parametrize("amount", [0, 1, 100, 123_456, 500_000])
def test_both_show_the_same_number(amount: int, currency: str) -> None:
    """The symbols differ: one knows more of them than the other."""
    assert _number(money.shown(amount, currency)) == _number(Money(amount, currency).formatted)


@pytest.mark.parametrize(("currency", "largest"), [("usd", 99_999_999), ("ugx", 999_999_999_999)])
def test_the_largest_amount_is_taken_and_one_unit_more_is_refused(currency: str, largest: int) -> None:
    check_total(largest, currency)
    with pytest.raises(StripeRefusal) as refused:
        check_total(largest + 1, currency)
    assert refused.value.error["code"] == "amount_too_large"


def _number(shown: str) -> str:
    return "".join(character for character in shown if character.isdigit() or character in ".,")
