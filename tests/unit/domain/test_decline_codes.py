"""Every code that Stripe documents has its meaning for the buyer, and those that reveal too much are never shown."""

import re

import pytest

from gateway.domain.buyer_sentences import SENTENCES
from gateway.domain.decline_codes import GENERIC, HIDDEN, MEANINGS, FailureAdvice, shown

RETRY, OTHER_METHOD, CONTACT_ISSUER = FailureAdvice
CARDS = (
    "approve_with_id authentication_not_handled authentication_required call_issuer card_not_supported "
    "card_velocity_exceeded currency_not_supported do_not_honor do_not_try_again duplicate_transaction expired_card "
    "fraudulent generic_decline incorrect_address incorrect_cvc incorrect_number incorrect_pin incorrect_zip "
    "insufficient_funds invalid_account invalid_amount invalid_cvc invalid_expiry_month invalid_expiry_year "
    "invalid_number invalid_pin issuer_not_available lost_card merchant_blacklist "
    "mobile_device_authentication_required new_account_information_available no_action_taken not_permitted "
    "offline_pin_required online_or_offline_pin_required pickup_card pin_try_exceeded processing_error "
    "reenter_transaction restricted_card revocation_of_all_authorizations revocation_of_authorization "
    "security_violation service_not_allowed stolen_card stop_payment_order testmode_decline transaction_not_allowed "
    "try_again_later withdrawal_count_limit_exceeded"
).split()
OTHER_METHODS = (
    "compliance_violation currency_not_supported duplicate_transaction expired_card expired_payment_information "
    "insufficient_funds invalid_amount invalid_authorization invalid_billing_agreement invalid_business_account "
    "invalid_customer_account invalid_payment_information partner_generic_decline partner_high_risk_customer "
    "partner_payment_not_found payment_disputed payment_limit_exceeded processing_error recurring_not_supported_by_bank"
).split()
ERRORS = (
    "account_closed account_invalid account_number_invalid authentication_failure authentication_required "
    "bank_account_declined bank_account_restricted bank_account_unusable bank_account_unverified "
    "bank_account_verification_failed card_decline_rate_limit_exceeded card_declined charge_exceeds_source_limit "
    "charge_exceeds_transaction_limit debit_not_authorized expired_card expired_payment_method incorrect_address "
    "incorrect_cvc incorrect_number incorrect_postal_code incorrect_zip india_recurring_payment_mandate_canceled "
    "insufficient_funds invalid_card_type invalid_charge_amount invalid_cvc invalid_expiry_month invalid_expiry_year "
    "invalid_number no_account payment_intent_action_required payment_intent_authentication_failure "
    "payment_intent_incompatible_payment_method payment_intent_konbini_rejected_confirmation_number "
    "payment_intent_mandate_invalid payment_intent_payment_attempt_expired payment_intent_payment_attempt_failed "
    "payment_method_bank_account_blocked payment_method_billing_details_address_missing "
    "payment_method_currency_mismatch payment_method_customer_decline payment_method_microdeposit_failed "
    "payment_method_not_available payment_method_provider_decline payment_method_provider_timeout "
    "payment_method_restricted payment_method_unactivated payment_method_unexpected_state "
    "payment_method_unsupported_type postal_code_invalid processing_error refer_to_customer routing_number_invalid "
    "sepa_unsupported_account setup_intent_authentication_failure"
).split()
DOCUMENTED = sorted({*CARDS, *OTHER_METHODS, *ERRORS})
"""Stripe's pages "Decline codes" and, of "Error codes", what an attempt to pay can end with."""

PROSE = (
    "Your card was declined",
    "Your card has",
    "Your card's",
    "Your card number is",
    "Your card does not",
    "An error occurred while processing",
    "has failed authentication",
    "provide a new payment method",
    "您的银行卡",
)
"""How Stripe's own messages to buyers begin, or go on."""


@pytest.mark.parametrize("code", DOCUMENTED)
def test_every_documented_code_has_a_meaning_or_one_that_is_shown_instead(code: str) -> None:
    assert (code in MEANINGS) != (code in HIDDEN)
    assert HIDDEN.get(code, code) in MEANINGS


@pytest.mark.parametrize("name", SENTENCES)
def test_a_sentence_is_in_both_languages_and_neither_a_code_nor_stripes_prose(name: str) -> None:
    text = SENTENCES[name]
    assert re.search(r"[a-z]", text.en)
    assert not re.search(r"[\u4e00-\u9fff]", text.en)
    assert re.search(r"[\u4e00-\u9fff]", text.zh)
    for sentence in (text.en, text.zh):
        assert not re.search(r"\w_\w|[Ss]tripe|[Ff]raud|[Ll]ost|[Ss]tolen|欺诈|挂失|被盗", sentence)
        assert [prose for prose in PROSE if prose.casefold() in sentence.casefold()] == []


@pytest.mark.parametrize("name", SENTENCES)
def test_a_sentence_says_what_to_do_next(name: str) -> None:
    text = SENTENCES[name]
    assert re.search(r"[Pp]lease ", text.en)
    assert re.search(r"请", text.zh)


def test_every_sentence_is_used() -> None:
    assert {meaning.text for meaning in MEANINGS.values()} == set(SENTENCES.values())


@pytest.mark.parametrize("reason", [*HIDDEN, "highest_risk_level", "rule", "a_reason_of_next_year"])
@pytest.mark.parametrize("code", ["card_declined", "itself"])
def test_a_reason_that_buyers_must_not_learn_looks_like_any_decline(code: str, reason: str) -> None:
    seen = shown("card_declined", reason) if code == "card_declined" else shown(reason, None)
    if reason in HIDDEN:
        assert seen.decline_code == HIDDEN[reason]
        assert seen.code == ("card_declined" if HIDDEN[reason] == GENERIC else "payment_method_provider_decline")
        assert seen == shown(seen.code, seen.decline_code)
    elif code == "card_declined":
        assert seen == shown("card_declined", GENERIC)
    else:
        assert (seen.code, seen.decline_code) == ("payment_failed", None)


@pytest.mark.parametrize("code", [*DOCUMENTED, "", "payment_failed", "a_code_of_next_year"])
@pytest.mark.parametrize("decline_code", [None, "", "insufficient_funds", "fraudulent", "a_reason_of_next_year"])
def test_what_is_shown_is_documented_and_hidden_nowhere(code: str, decline_code: str | None) -> None:
    seen = shown(code, decline_code)
    assert seen.code in MEANINGS
    assert seen.decline_code is None or seen.decline_code in MEANINGS
    assert not {seen.code, seen.decline_code} & HIDDEN.keys()
    assert shown(seen.code, seen.decline_code) == seen


@pytest.mark.parametrize(
    ("code", "decline_code", "advice"),
    [
        ("card_declined", "generic_decline", CONTACT_ISSUER),
        ("card_declined", "do_not_honor", CONTACT_ISSUER),
        ("card_declined", "call_issuer", CONTACT_ISSUER),
        ("card_declined", "transaction_not_allowed", CONTACT_ISSUER),
        ("card_declined", "insufficient_funds", OTHER_METHOD),
        ("card_declined", "lost_card", CONTACT_ISSUER),
        ("card_declined", "stolen_card", CONTACT_ISSUER),
        ("card_declined", "fraudulent", CONTACT_ISSUER),
        ("card_declined", "try_again_later", RETRY),
        ("card_declined", "processing_error", RETRY),
        ("card_declined", None, CONTACT_ISSUER),
        ("expired_card", "expired_card", OTHER_METHOD),
        ("expired_card", None, OTHER_METHOD),
        ("incorrect_cvc", "incorrect_cvc", RETRY),
        ("incorrect_cvc", None, RETRY),
        ("incorrect_number", None, RETRY),
        ("processing_error", None, RETRY),
        ("payment_intent_authentication_failure", None, RETRY),
        ("payment_intent_authentication_failure", "", RETRY),
        ("processing_error", "insufficient_funds", OTHER_METHOD),
        ("payment_failed", None, OTHER_METHOD),
        ("", None, OTHER_METHOD),
        ("a_code_of_next_year", "a_reason_of_next_year", OTHER_METHOD),
    ],
)
def test_the_decline_code_advises_the_buyer_else_the_code_does(
    code: str, decline_code: str | None, advice: FailureAdvice
) -> None:
    assert advice is shown(code, decline_code).meaning.advice


def test_a_failed_3d_secure_check_has_a_sentence_of_its_own() -> None:
    seen = shown("payment_intent_authentication_failure", None)
    assert seen.meaning.text is SENTENCES["NOT_AUTHENTICATED"]
