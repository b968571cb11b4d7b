"""Refusals in Stripe's words: HTTP status, type, code, param and message.

The wording is taken from public captures of Stripe's answers; where only one was found the sandbox follows it.
Nothing here decides anything: whoever finds the fault raises it.
"""

from typing import Any


class StripeRefusal(Exception):
    """An answer of 4xx with Stripe's error object."""

    def __init__(self, status: int, error: dict[str, Any]) -> None:
        super().__init__(error.get("message", ""))
        self.status = status
        self.error = error

    @property
    def began_execution(self) -> bool:
        """Whether an idempotency key keeps this answer: a declined card does, a validation failure does not."""
        return self.status == 402


def invalid(message: str, *, param: str | None = None, code: str | None = None, status: int = 400) -> StripeRefusal:
    """An `invalid_request_error`; `code` and `param` are left out when Stripe leaves them out."""
    error: dict[str, Any] = {"type": "invalid_request_error", "message": message}
    if code is not None:
        error["code"] = code
        error["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
    if param is not None:
        error["param"] = param
    return StripeRefusal(status, error)


def unknown_parameters(names: list[str]) -> StripeRefusal:
    plural = "s" if len(names) > 1 else ""
    message = f"Received unknown parameter{plural}: {', '.join(names)}"
    return invalid(message, param=names[0], code="parameter_unknown")


def missing_parameter(name: str) -> StripeRefusal:
    return invalid(f"Missing required param: {name}.", param=name, code="parameter_missing")


def no_such(noun: str, object_id: str, *, param: str = "id", status: int = 404) -> StripeRefusal:
    """`No such price: 'x'`. Sessions alone are named without quotes and without a param."""
    if noun == "checkout.session" and param == "id":
        return invalid(f"No such checkout.session: {object_id}", code="resource_missing", status=status)
    return invalid(f"No such {noun}: '{object_id}'", param=param, code="resource_missing", status=status)


def no_api_key() -> StripeRefusal:
    return invalid(
        "You did not provide an API key. You need to provide your API key in the Authorization header, using "
        "Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). The sandbox takes any key that begins with "
        "sk_test_ or rk_test_.",
        status=401,
    )


def bad_api_key(key: str) -> StripeRefusal:
    return invalid(f"Invalid API Key provided: {_masked(key)}", status=401)


def missing_permission(key: str, account_id: str, permission: str) -> StripeRefusal:
    """403: the key is genuine and may not do this."""
    message = (
        f"The provided key '{_masked(key)}' does not have the required permissions for this endpoint on account "
        f"'{account_id}'. Having the '{permission}' permission would allow this request to continue."
    )
    return invalid(message, status=403)


def unknown_url(method: str, path: str) -> StripeRefusal:
    return invalid(
        f"Unrecognized request URL ({method}: {path}). The sandbox knows a part of Stripe's API only.",
        status=404,
    )


def key_with_other_parameters(key: str) -> StripeRefusal:
    message = (
        "Keys for idempotent requests can only be used with the same parameters they were first used with. "
        f"Try using a key other than '{key}' if you meant to execute a different request."
    )
    return StripeRefusal(400, {"type": "idempotency_error", "message": message})


def key_in_use(key: str) -> StripeRefusal:
    message = (
        "There is currently another in-progress request using this Idempotent Key (that probably means you submitted "
        f"twice, and the other request is still going through): {key}. Please try again later."
    )
    return StripeRefusal(409, {"type": "idempotency_error", "code": "idempotency_key_in_use", "message": message})


def card_error(error: dict[str, Any]) -> StripeRefusal:
    """402: the bank, not the request, is the reason."""
    return StripeRefusal(402, {**error, "type": "card_error"})


def _masked(key: str) -> str:
    return key[:8] + "*" * 8 + key[-4:] if len(key) > 16 else key[:8] + "****"
