"""What a buyer should do after a failed attempt: the guide's first FAQ, as a table over Stripe's decline codes.

Source: Stripe's "Decline codes" page. A code we do not know means another method, the advice that is never wrong.
"""

from enum import StrEnum


class FailureAdvice(StrEnum):
    RETRY = "retry"
    OTHER_METHOD = "other_method"
    CONTACT_ISSUER = "contact_issuer"


_RETRY = frozenset(
    "approve_with_id authentication_required incorrect_cvc incorrect_number incorrect_zip invalid_cvc "
    "invalid_expiry_month invalid_expiry_year invalid_number issuer_not_available "
    "payment_intent_authentication_failure processing_error reenter_transaction try_again_later".split()
)
_CONTACT_ISSUER = frozenset(
    "call_issuer card_not_supported card_velocity_exceeded do_not_honor do_not_try_again generic_decline "
    "no_action_taken not_permitted restricted_card revocation_of_all_authorizations revocation_of_authorization "
    "security_violation service_not_allowed stop_payment_order transaction_not_allowed withdrawal_count_limit_exceeded"
    .split()
)  # fmt: skip


def advise(code: str, decline_code: str | None) -> FailureAdvice:
    """The decline code speaks first; without one, the error's code."""
    reason = decline_code or code
    if reason in _RETRY:
        return FailureAdvice.RETRY
    return FailureAdvice.CONTACT_ISSUER if reason in _CONTACT_ISSUER else FailureAdvice.OTHER_METHOD
