"""Every way a call to Stripe can fail, as one of four faults; each says what may be done next.

    StripeFault
    ├── Refused       Stripe judged the request and said no: the same request will never pass
    ├── Unexecuted    turned away before execution (key, permission, rate): the same key may try again
    │   ├── RateLimited   by the rate, 429
    │   └── Forbidden     a restricted key lacks a permission, 403; `message` names it
    ├── Unanswered    no answer: it may or may not have happened; only the same key may try again
    └── Broken        the key is spent (Stripe's own 5xx, stored with it): look for what was made, then take another

A 5xx that is not in Stripe's words comes from something in between, which knows nothing of what Stripe does next: it is
Unanswered. Taking another key for it would open a second session.

`translate` is total: an exception it does not know is Unanswered, the fault that assumes least.
"""

import re

import stripe

from gateway.domain.errors import (
    AmountTooLarge,
    AmountTooSmall,
    GatewayError,
    InvalidRequest,
    PriceNotFound,
    SessionNotFound,
    StripeUnavailable,
)
from gateway.domain.language import Text

_OUR_NAMES = {
    "customer_email": "customerEmail",
    "client_reference_id": "clientReferenceId",
    "line_items[0][quantity]": "quantity",
    "locale": "locale",
}
"""Parameters that carry what a caller sent. Urls are not among them: they were checked here, so that a refusal of one
speaks of the shop's own settings."""


class StripeFault(Exception):
    """`error` is what a client is given; `message` is Stripe's own, for operators alone."""

    def __init__(self, error: GatewayError, detail: str = "", *, message: str = "") -> None:
        super().__init__(f"{type(self).__name__}: {detail or error}")
        self.error = error
        self.message = message or detail


class Refused(StripeFault):
    pass


class Unexecuted(StripeFault):
    pass


class RateLimited(Unexecuted):
    pass


class Forbidden(Unexecuted):
    pass


class Unanswered(StripeFault):
    pass


class Broken(StripeFault):
    pass


def translate(error: BaseException) -> StripeFault:
    """The fault behind any exception of a call. `detail` is for the log alone; it may quote Stripe."""
    detail = f"{type(error).__name__} {getattr(error, 'code', None) or ''} {getattr(error, 'request_id', None) or ''}"
    match error:
        case stripe.RateLimitError():
            return RateLimited(StripeUnavailable(), detail)
        case stripe.PermissionError():
            return Forbidden(StripeUnavailable(), detail, message=_words(error))
        case stripe.AuthenticationError():
            return Unexecuted(StripeUnavailable(), detail, message=_words(error))
        case stripe.InvalidRequestError():
            return Refused(_refusal(error), f"{detail} {error.param}: {error.user_message}", message=_words(error))
        case stripe.CardError():
            return Refused(StripeUnavailable(), detail, message=_words(error))
        case _:
            return (Broken if _is_spent(error) else Unanswered)(StripeUnavailable(), detail)


def _is_spent(error: BaseException) -> bool:
    """The key has done something already, with other parameters than these, or ended in a stored 5xx of Stripe's."""
    if isinstance(error, stripe.IdempotencyError):
        return True
    return isinstance(error, stripe.APIError) and (error.http_status or 0) >= 500 and _is_in_stripes_words(error)


def _words(error: stripe.StripeError) -> str:
    return str(error.user_message or error)


def _is_in_stripes_words(error: stripe.APIError) -> bool:
    """For a body that is no JSON the SDK puts the headers where the decoded body should be."""
    body: object = error.json_body
    return isinstance(body, dict) and isinstance(body.get("error"), dict)


def _refusal(error: stripe.InvalidRequestError) -> GatewayError:
    """Stripe's codes → ours. What Stripe refuses for a reason that is ours alone reads as unavailable."""
    message = (error.user_message or "").lower()
    param = error.param or ""
    if error.code == "amount_too_small" or "must add up to at least" in message:
        return AmountTooSmall()
    if error.code == "amount_too_large" or "must be no more than" in message:
        return AmountTooLarge()
    if re.search(r"line_items.*price|^price", param) or "no such price" in message:
        return PriceNotFound()
    if error.code == "resource_missing" and "checkout.session" in message:
        return SessionNotFound()
    line = re.fullmatch(r"line_items\[([1-9]\d?)\]\[quantity\]", param)
    name = f"items[{line[1]}].quantity" if line is not None else _OUR_NAMES.get(param)
    if name is not None:
        return InvalidRequest(problem=Text(en=f"`{name}` is not valid.", zh=f"{name} 无效。"))
    return StripeUnavailable()
