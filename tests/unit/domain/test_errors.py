import re

import pytest

from gateway.domain.errors import (
    ALL_ERRORS,
    AlreadyPaid,
    CheckoutRefused,
    CurrencyNotSupported,
    ErrorType,
    GatewayError,
    InternalError,
    InvalidRequest,
    InvalidSignature,
    NotRefundable,
    PaymentInProgress,
    PriceNotInCatalogue,
    RateLimitExceeded,
    RedirectNotAllowed,
    RefundTooLarge,
    ServiceUnavailable,
    SessionNotFound,
    StripeUnavailable,
)
from gateway.domain.language import Language, Text

INVALID, API = "invalid_request_error", "api_error"

CONTRACT = {
    "invalid_price_id": (400, INVALID),
    "price_not_found": (404, INVALID),
    "currency_not_supported": (400, INVALID),
    "amount_too_small": (400, INVALID),
    "amount_too_large": (400, INVALID),
    "rate_limit_exceeded": (429, "rate_limit_error"),
    "invalid_request": (400, INVALID),
    "redirect_not_allowed": (400, INVALID),
    "session_not_found": (404, INVALID),
    "idempotency_conflict": (409, "idempotency_error"),
    "already_paid": (409, INVALID),
    "payment_in_progress": (409, INVALID),
    "checkout_refused": (502, API),
    "stripe_unavailable": (503, API),
    "service_unavailable": (503, API),
    "not_refundable": (400, INVALID),
    "refund_too_large": (400, INVALID),
    "unauthenticated": (401, "authentication_error"),
    "not_found": (404, INVALID),
    "method_not_allowed": (405, INVALID),
    "request_timeout": (408, INVALID),
    "payload_too_large": (413, INVALID),
    "unsupported_media_type": (415, INVALID),
    "internal_error": (500, API),
}
"""The promise to callers: code, HTTP status, type. Change it only with a decision record."""

REASON = Text(en="`Stripe-Signature` does not match this body.", zh="stripe-signature 与请求内容不匹配。")
KINDS_OF_ERROR = [*ALL_ERRORS, InvalidSignature, PriceNotInCatalogue]


def raised(kind: type[GatewayError]) -> GatewayError:
    """An error with all it takes."""
    if issubclass(kind, AlreadyPaid | PaymentInProgress):
        return kind("cs_test_a1")
    if issubclass(kind, InvalidSignature):
        return kind(REASON)
    takes: dict[type[GatewayError], dict[str, str | int | Text]] = {
        CurrencyNotSupported: {"currency": "EUR", "supported": "USD"},
        RedirectNotAllowed: {"field": "successUrl"},
        InvalidRequest: {"problem": Text(en="`priceId` is missing.", zh="缺少 priceId。")},
        InternalError: {"request_id": "req_17"},
        NotRefundable: {"reason": Text(en="it is not paid.", zh="尚未付款。")},
        RefundTooLarge: {"left": "$1.00"},
    }
    return RateLimitExceeded(seconds=7) if kind is RateLimitExceeded else kind(**takes.get(kind, {}))


def test_every_code_of_the_contract_has_its_status_and_its_type_and_there_is_no_other() -> None:
    assert {error.code: (error.http_status, error.type.value) for error in ALL_ERRORS} == CONTRACT


def test_no_two_errors_share_a_code() -> None:
    assert len(CONTRACT) == len(ALL_ERRORS)


def test_types_are_stripes_own() -> None:
    assert {kind for _, kind in CONTRACT.values()} == set(ErrorType)


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("kind", KINDS_OF_ERROR)
def test_every_message_is_a_whole_sentence_without_leftovers(kind: type[GatewayError], language: Language) -> None:
    message = raised(kind).message(language)
    assert message == message.strip()
    assert re.search(r"[{}]", message) is None
    assert message.endswith("." if language is Language.EN else "。")


@pytest.mark.parametrize("kind", KINDS_OF_ERROR)
def test_every_message_is_spoken_in_both_languages(kind: type[GatewayError]) -> None:
    english, chinese = (raised(kind).message(language) for language in (Language.EN, Language.ZH))
    assert english.isascii()
    assert re.search(r"[\u4e00-\u9fff]", chinese)


@pytest.mark.parametrize("kind", KINDS_OF_ERROR)
def test_both_languages_take_the_same_values(kind: type[GatewayError]) -> None:
    in_english, in_chinese = (set(re.findall(r"{(\w+)}", words)) for words in (kind.text.en, kind.text.zh))
    assert in_english == in_chinese


def test_an_error_reads_as_its_code_and_its_english_sentence_in_a_log() -> None:
    assert str(SessionNotFound()) == "session_not_found: There is no such checkout session."


def test_the_values_of_a_message_are_never_read_as_a_template() -> None:
    hostile = RedirectNotAllowed(field="{0.__class__}{field}{")
    assert "{0.__class__}{field}{" in hostile.message(Language.EN)


def test_errors_that_pass_say_when_to_come_again() -> None:
    waits = {kind.code: raised(kind).retry_after_seconds for kind in ALL_ERRORS}
    assert {code: wait for code, wait in waits.items() if wait is not None} == {
        "rate_limit_exceeded": 7,
        "stripe_unavailable": StripeUnavailable.retry_after_seconds,
        "service_unavailable": ServiceUnavailable.retry_after_seconds,
    }
    assert all(wait is None or 0 < wait <= 20 for wait in waits.values())


def test_a_bad_signature_is_an_invalid_request_that_says_what_is_wrong_with_it() -> None:
    error = InvalidSignature(REASON)
    assert isinstance(error, InvalidRequest)
    assert error.code == "invalid_request"
    assert error.message(Language.EN) == REASON.en
    assert error.message(Language.ZH) == REASON.zh


def test_only_a_purchase_that_has_a_session_already_names_it() -> None:
    named = {kind.code: raised(kind).session_id for kind in ALL_ERRORS if raised(kind).session_id is not None}
    assert named == {"already_paid": "cs_test_a1", "payment_in_progress": "cs_test_a1"}
    assert AlreadyPaid(session_id="cs_test_b2").session_id == "cs_test_b2"


def test_a_refusal_for_good_never_says_to_try_again() -> None:
    messages = [CheckoutRefused().message(language) for language in Language]
    assert not [message for message in messages if "again" in message or "重试" in message]
