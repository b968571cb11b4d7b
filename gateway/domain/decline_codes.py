"""Stripe's codes for an attempt that failed, and what each means to the buyer: a sentence and an advice.

Sources: Stripe's pages "Decline codes" (cards and other ways to pay) and "Error codes". Codes are for operators. A
buyer is shown those that help, and never the reason that a card was taken for lost, stolen or fraudulent: Stripe asks
that these look like any other decline, because whoever holds such a card must not learn why it was refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from gateway.domain import buyer_sentences as say
from gateway.domain.language import Text

DECLINED = "card_declined"
GENERIC = "generic_decline"
PROVIDER_DECLINED = "payment_method_provider_decline"
PROVIDER_GENERIC = "partner_generic_decline"
UNKNOWN = "payment_failed"
"""Our own code, where Stripe names none or one that is not documented."""


class FailureAdvice(StrEnum):
    """The integration guide's first FAQ: what the buyer should do now."""

    RETRY = "retry"
    OTHER_METHOD = "other_method"
    CONTACT_ISSUER = "contact_issuer"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code means to the buyer."""

    advice: FailureAdvice
    text: Text


@dataclass(frozen=True, slots=True)
class Shown:
    """A failure as its buyer may see it."""

    code: str
    decline_code: str | None
    meaning: Meaning


HIDDEN: Mapping[str, str] = {
    **dict.fromkeys(
        "fraudulent lost_card merchant_blacklist pickup_card restricted_card security_violation stolen_card".split(),
        GENERIC,
    ),
    **dict.fromkeys("compliance_violation partner_high_risk_customer".split(), PROVIDER_GENERIC),
}
"""Reasons no buyer learns, and what is shown instead. `restricted_card` and `security_violation` are among them because
Stripe explains them as a card that may be lost or stolen, or does not explain them, and advises nothing else."""

_RETRY: tuple[tuple[Text, str], ...] = (
    (
        say.NOT_AUTHENTICATED,
        "authentication_failure authentication_not_handled payment_intent_authentication_failure "
        "setup_intent_authentication_failure",
    ),
    (
        say.NEEDS_AUTHENTICATION,
        "authentication_required mobile_device_authentication_required payment_intent_action_required "
        "invoice_payment_intent_requires_action",
    ),
    (say.WRONG_NUMBER, "incorrect_number invalid_number"),
    (say.WRONG_CVC, "incorrect_cvc invalid_cvc"),
    (say.WRONG_DATE, "invalid_expiry_month invalid_expiry_year"),
    (say.WRONG_ADDRESS, "incorrect_address incorrect_postal_code incorrect_zip postal_code_invalid"),
    (say.WRONG_PIN, "incorrect_pin invalid_pin"),
    (say.TRY_AGAIN, "approve_with_id issuer_not_available processing_error reenter_transaction try_again_later"),
    (say.TIME_RAN_OUT, "payment_intent_payment_attempt_expired"),
    (say.METHOD_LATE, "payment_method_provider_timeout payment_method_microdeposit_processing_error"),
    (say.CALLED_OFF, "payment_method_customer_decline"),
    (say.BANK_DETAILS, "account_number_invalid bank_account_bad_routing_numbers routing_number_invalid"),
    (
        say.INCOMPLETE,
        "acss_debit_session_incomplete cardholder_phone_number_required email_invalid invalid_payment_information "
        "payment_intent_konbini_rejected_confirmation_number payment_method_billing_details_address_missing",
    ),
)
_OTHER_METHOD: tuple[tuple[Text, str], ...] = (
    (say.FAILED, f"{UNKNOWN} payment_intent_payment_attempt_failed payment_method_unexpected_state"),
    (say.NO_FUNDS, "insufficient_funds"),
    (say.LIMIT_REACHED, "charge_exceeds_source_limit charge_exceeds_transaction_limit payment_limit_exceeded"),
    (say.EXPIRED, "expired_card"),
    (say.EXPIRED_METHOD, "expired_payment_information expired_payment_method"),
    (say.TOO_MANY_PINS, "pin_try_exceeded"),
    (say.NEEDS_PIN, "offline_pin_required online_or_offline_pin_required"),
    (say.TOO_MANY_TRIES, "card_decline_rate_limit_exceeded"),
    (say.WRONG_CURRENCY, "currency_not_supported payment_method_currency_mismatch"),
    (say.TWICE, "duplicate_transaction"),
    (say.AMOUNT_NOT_TAKEN, "amount_too_large amount_too_small invalid_amount invalid_charge_amount"),
    (say.TEST_CARD, "testmode_decline"),
    (say.METHOD_DECLINED, f"{PROVIDER_DECLINED} {PROVIDER_GENERIC} payment_disputed partner_payment_not_found"),
    (
        say.METHOD_AWAY,
        "invalid_business_account invalid_card_type payment_intent_incompatible_payment_method "
        "payment_method_not_available payment_method_restricted payment_method_unactivated "
        "payment_method_unsupported_type",
    ),
    (say.METHOD_ACCOUNT, "invalid_authorization invalid_billing_agreement invalid_customer_account"),
    (
        say.BANK_ACCOUNT,
        "account_closed account_invalid bank_account_declined bank_account_restricted bank_account_unusable no_account "
        "payment_method_bank_account_blocked sepa_unsupported_account",
    ),
    (
        say.NOT_VERIFIED,
        "bank_account_unverified bank_account_verification_failed payment_method_microdeposit_failed "
        "payment_method_microdeposit_verification_amounts_invalid "
        "payment_method_microdeposit_verification_amounts_mismatch "
        "payment_method_microdeposit_verification_attempts_exceeded "
        "payment_method_microdeposit_verification_descriptor_code_mismatch "
        "payment_method_microdeposit_verification_timeout",
    ),
    (
        say.NO_REPEATED_CHARGES,
        "india_recurring_payment_mandate_canceled payment_intent_mandate_invalid recurring_not_supported_by_bank",
    ),
)
_CONTACT_ISSUER: tuple[tuple[Text, str], ...] = (
    (
        say.DECLINED,
        f"{DECLINED} {GENERIC} call_issuer do_not_honor do_not_try_again no_action_taken service_not_allowed",
    ),
    (say.NOT_FOR_THIS, "card_not_supported not_permitted transaction_not_allowed"),
    (say.LIMIT_REACHED, "card_velocity_exceeded withdrawal_count_limit_exceeded"),
    (say.ACCOUNT_PROBLEM, "invalid_account new_account_information_available"),
    (say.STOPPED, "revocation_of_all_authorizations revocation_of_authorization stop_payment_order"),
    (say.NOT_PERMITTED, "debit_not_authorized refer_to_customer"),
)

MEANINGS: Mapping[str, Meaning] = {
    code: Meaning(advice, text)
    for advice, groups in (
        (FailureAdvice.RETRY, _RETRY),
        (FailureAdvice.OTHER_METHOD, _OTHER_METHOD),
        (FailureAdvice.CONTACT_ISSUER, _CONTACT_ISSUER),
    )
    for text, codes in groups
    for code in codes.split()
}
"""Every code that a buyer may see."""


def shown(code: str, decline_code: str | None) -> Shown:
    """The failure as its buyer may see it: no code is hidden, and none is unknown to us.

    The decline code decides where there is one, else the error's code. A card declined for a reason that is not
    documented (a rule of Radar's, say) is an ordinary decline; anything else unknown is a failure without a code.
    """
    hidden = HIDDEN.get(decline_code or "") or HIDDEN.get(code)
    if hidden is not None:
        code, decline_code = (DECLINED if hidden == GENERIC else PROVIDER_DECLINED), hidden
    elif code == DECLINED and decline_code and decline_code not in MEANINGS:
        decline_code = GENERIC
    code = code if code in MEANINGS else UNKNOWN
    decline_code = decline_code if decline_code in MEANINGS else None
    return Shown(code, decline_code, MEANINGS[decline_code or code])
