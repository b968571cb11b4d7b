import pytest

from gateway.domain.advice import FailureAdvice, advise

RETRY, OTHER_METHOD, CONTACT_ISSUER = FailureAdvice


@pytest.mark.parametrize(
    ("code", "decline_code", "advice"),
    [
        ("card_declined", "generic_decline", CONTACT_ISSUER),
        ("card_declined", "do_not_honor", CONTACT_ISSUER),
        ("card_declined", "call_issuer", CONTACT_ISSUER),
        ("card_declined", "transaction_not_allowed", CONTACT_ISSUER),
        ("card_declined", "insufficient_funds", OTHER_METHOD),
        ("card_declined", "lost_card", OTHER_METHOD),
        ("card_declined", "stolen_card", OTHER_METHOD),
        ("card_declined", "fraudulent", OTHER_METHOD),
        ("card_declined", "try_again_later", RETRY),
        ("card_declined", "processing_error", RETRY),
        ("card_declined", None, OTHER_METHOD),
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
    assert advice is advise(code, decline_code)
