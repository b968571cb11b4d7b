"""Reads the fields of a create call by type. Lengths, ranges and meanings are the service's to judge.

An unknown field is refused by name, because a misspelt one would change nothing and nobody would notice. `null` counts
as absent.
"""

from typing import Any

from gateway.domain.callers import ANONYMOUS, Caller
from gateway.domain.errors import InvalidRequest
from gateway.domain.language import Text
from gateway.http.redirects import read_redirect
from gateway.services.checkout.request import CheckoutRequest
from gateway.telemetry.logs import redact

FIELDS = (
    "priceId",
    "quantity",
    "clientReferenceId",
    "customerEmail",
    "currency",
    "allowRepeat",
    "successUrl",
    "cancelUrl",
    "locale",
)
LONGEST_QUOTED = 60


def read_checkout_request(document: Any, *, idempotency_key: str | None, caller: Caller = ANONYMOUS) -> CheckoutRequest:
    """Raises InvalidRequest, whose message names the field and says what to send."""
    if not isinstance(document, dict):
        raise InvalidRequest(
            problem=Text(
                en='The body must be a JSON object, like {"priceId": "price_…"}.',
                zh='请求内容必须是 JSON 对象，例如 {"priceId": "price_…"}。',
            )
        )
    _refuse_unknown(document)
    price_id = _string(document, "priceId")
    if price_id is None:
        raise InvalidRequest(
            problem=Text(
                en="`priceId` is missing; send a price id as a string.", zh="缺少 priceId，请以字符串发送价格ID。"
            )
        )
    return CheckoutRequest(
        price_id=price_id,
        quantity=_quantity(document),
        client_reference_id=_string(document, "clientReferenceId"),
        customer_email=_string(document, "customerEmail"),
        currency=_string(document, "currency"),
        allow_repeat=_flag(document, "allowRepeat"),
        success_url=read_redirect(_string(document, "successUrl")),
        cancel_url=read_redirect(_string(document, "cancelUrl")),
        locale=_string(document, "locale"),
        idempotency_key=idempotency_key,
        caller=caller,
    )


def _refuse_unknown(document: dict[str, Any]) -> None:
    unknown = next((name for name in document if name not in FIELDS), None)
    if unknown is not None:
        name = redact(unknown)[:LONGEST_QUOTED]
        raise InvalidRequest(problem=Text(en=f"Unknown field `{name}`.", zh=f"未知字段 {name}。"))


def _string(document: dict[str, Any], field: str) -> str | None:
    value = document.get(field)
    if value is None or isinstance(value, str):
        return value
    raise InvalidRequest(problem=Text(en=f"`{field}` must be a string.", zh=f"{field} 必须是字符串。"))


def _flag(document: dict[str, Any], field: str) -> bool:
    value = document.get(field)
    if value is None or isinstance(value, bool):
        return bool(value)
    raise InvalidRequest(problem=Text(en=f"`{field}` must be true or false.", zh=f"{field} 必须是 true 或 false。"))


def _quantity(document: dict[str, Any]) -> int:
    value = document.get("quantity")
    if value is None:
        return 1
    # In Python, true is an int.
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise InvalidRequest(problem=Text(en="`quantity` must be a whole number.", zh="quantity 必须是整数。"))
