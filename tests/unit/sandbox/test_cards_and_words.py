"""The table of cards, the checks of the form, and the words of the page."""

import pytest

from gateway.sandbox import cards, words
from gateway.sandbox.cards import Behaviour
from gateway.sandbox.checkout_form import COUNTRIES, Fault, check, check_number
from gateway.sandbox.money import shown

NOW = 1_900_000_000  # March 2030
GOOD = {
    "email": "a@example.com",
    "card_number": "4242 4242 4242 4242",
    "expiry": "12 / 34",
    "cvc": "123",
    "name": "Jenny Rosen",
    "country": "US",
    "postal_code": "94107",
}


SESSION = {
    "amount_total": 500,
    "billing_address_collection": None,
    "phone_number_collection": {"enabled": False},
    "shipping_address_collection": None,
}
ASKING = {
    **SESSION,
    "billing_address_collection": "required",
    "phone_number_collection": {"enabled": True},
    "tax_id_collection": {"enabled": True},
    "shipping_address_collection": {"allowed_countries": ["US", "CN"]},
}
ANSWERS = {
    "line1": "1 Main St",
    "city": "Springfield",
    "phone": "+1 555 0100",
    "tax_id": "",
    "ship_name": "Jenny",
    "ship_line1": "2 Main St",
    "ship_city": "Springfield",
    "ship_postal_code": "",
    "ship_country": "CN",
}


@pytest.mark.parametrize("missing", ["line1", "city", "phone", "ship_name", "ship_line1", "ship_city", "ship_country"])
def test_what_a_session_asks_for_must_be_filled_in(missing: str) -> None:
    assert check({**GOOD, **ANSWERS}, ASKING, now=NOW).faults == {}
    assert check({**GOOD, **ANSWERS, missing: " "}, ASKING, now=NOW).faults.keys() == {missing}
    elsewhere = check({**GOOD, **ANSWERS, "ship_country": "FR"}, ASKING, now=NOW)
    assert elsewhere.faults.keys() == {"ship_country"}


@pytest.mark.parametrize("card", cards.TABLE, ids=lambda card: card.number)
def test_every_card_of_the_table_passes_the_check_digit(card: cards.Card) -> None:
    assert cards.passes_luhn(card.number)
    assert check_number(card.spaced) is card


def test_every_named_method_leads_to_a_card() -> None:
    assert cards.by_method("pm_card_visa") is cards.by_number("4242424242424242")
    assert cards.by_method("pm_card_nothing") is None


def test_a_number_that_is_no_test_card_is_declined_and_a_wrong_one_incorrect() -> None:
    real, wrong = check_number("4111111111111111"), check_number("4242424242424241")

    assert isinstance(real, Fault)
    assert isinstance(wrong, Fault)
    assert (real.code, wrong.code) == ("card_declined", "incorrect_number")


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("email", "nobody", "invalid_email"),
        ("card_number", "", "number_missing"),
        ("card_number", "4242 4242 4242 4241", "incorrect_number"),
        ("expiry", "13/30", "invalid_expiry_month"),
        ("expiry", "02/30", "expiry_past"),
        ("expiry", "1", "incomplete_expiry"),
        ("cvc", "12", "incomplete_cvc"),
        ("name", " ", "name_missing"),
        ("country", "XX", "country_missing"),
        ("postal_code", "94", "invalid_zip"),
    ],
)
def test_each_fault_names_its_field(field: str, value: str, code: str) -> None:
    checked = check({**GOOD, field: value}, SESSION, now=NOW)

    assert {name: fault.code for name, fault in checked.faults.items()} == {field: code}
    assert checked.payer is None


def test_a_good_form_has_a_payer_and_a_card() -> None:
    checked = check(GOOD, SESSION, now=NOW)

    assert checked.faults == {}
    assert checked.payer is not None
    assert (checked.payer.exp_month, checked.payer.exp_year) == (12, 2034)


def test_both_languages_have_the_same_words_with_the_same_gaps() -> None:
    assert words.ENGLISH.keys() == words.CHINESE.keys()
    for key, text in words.ENGLISH.items():
        gaps = {part.split("}")[0] for part in text.split("{")[1:]}
        assert gaps == {part.split("}")[0] for part in words.CHINESE[key].split("{")[1:]}, key


def test_every_decline_and_country_has_its_words() -> None:
    declines = {card.decline_code for card in cards.TABLE if card.behaviour is Behaviour.DECLINE}

    assert declines <= words.ENGLISH.keys()
    assert {f"country_{code}" for code in COUNTRIES} <= words.ENGLISH.keys()


@pytest.mark.parametrize(
    ("locale", "accept", "lang"),
    [
        ("zh", "en", "zh"),
        ("zh-HK", "", "zh"),
        ("en", "zh-CN", "en"),
        ("auto", "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        (None, "en-US,en;q=0.9,zh;q=0.8", "en"),
        (None, "de;q=bad", "en"),
    ],
)
def test_the_session_decides_the_language_and_then_the_browser(locale: str | None, accept: str, lang: str) -> None:
    assert words.choose(locale, accept)["lang"] == lang


def test_money_is_shown_with_the_decimals_of_its_currency() -> None:
    assert [shown(500, "usd"), shown(500, "jpy"), shown(123_456, "sek")] == ["$5.00", "¥500", "1,234.56 SEK"]
