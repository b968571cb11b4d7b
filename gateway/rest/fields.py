"""Reads the fields of a create call by type. Lengths, ranges and meanings are the service's to judge.

An unknown field is refused by name, because a misspelt one would change nothing and nobody would notice. `null` counts
as absent.
"""

from collections.abc import Collection
from typing import Any

from gateway.domain.callers import ANONYMOUS, Caller
from gateway.domain.catalogue import Item
from gateway.domain.errors import InvalidRequest
from gateway.domain.language import Text
from gateway.http.redirects import read_redirect
from gateway.services.checkout.request import CheckoutRequest
from gateway.telemetry.logs import redact

FIELDS = (
    "priceId",
    "quantity",
    "items",
    "metadata",
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
    if price_id is None and document.get("items") is None:
        raise InvalidRequest(
            problem=Text(
                en="`priceId` is missing; send a price id as a string.", zh="缺少 priceId，请以字符串发送价格ID。"
            )
        )
    return CheckoutRequest(
        price_id=price_id,
        quantity=_quantity(document),
        items=_items(document),
        metadata=_metadata(document),
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


def _refuse_unknown(document: dict[str, Any], *, known: Collection[str] = FIELDS, within: str = "") -> None:
    unknown = next((name for name in document if name not in known), None)
    if unknown is not None:
        name = within + redact(unknown)[:LONGEST_QUOTED]
        raise InvalidRequest(problem=Text(en=f"Unknown field `{name}`.", zh=f"未知字段 {name}。"))


def _string(document: dict[str, Any], field: str, *, within: str = "") -> str | None:
    value = document.get(field)
    if value is None or isinstance(value, str):
        return value
    name = f"{within}{field}"
    raise InvalidRequest(problem=Text(en=f"`{name}` must be a string.", zh=f"{name} 必须是字符串。"))


def _flag(document: dict[str, Any], field: str) -> bool:
    value = document.get(field)
    if value is None or isinstance(value, bool):
        return bool(value)
    raise InvalidRequest(problem=Text(en=f"`{field}` must be true or false.", zh=f"{field} 必须是 true 或 false。"))


def _quantity(document: dict[str, Any], *, within: str = "") -> int:
    value = document.get("quantity")
    if value is None:
        return 1
    # In Python, true is an int.
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    name = f"{within}quantity"
    raise InvalidRequest(problem=Text(en=f"`{name}` must be a whole number.", zh=f"{name} 必须是整数。"))


def _items(document: dict[str, Any]) -> tuple[Item, ...]:
    value = document.get("items")
    if value is None:
        return ()
    if not isinstance(value, list) or not value:
        raise InvalidRequest(
            problem=Text(
                en='`items` must be a list, like [{"priceId": "price_…", "quantity": 1}].',
                zh='items 必须是数组，例如 [{"priceId": "price_…", "quantity": 1}]。',
            )
        )
    return tuple(_item(item, f"items[{place}]") for place, item in enumerate(value))


def _item(value: Any, name: str) -> Item:
    if not isinstance(value, dict):
        raise InvalidRequest(problem=Text(en=f"`{name}` must be an object.", zh=f"{name} 必须是对象。"))
    _refuse_unknown(value, known=("priceId", "quantity"), within=f"{name}.")
    price_id = _string(value, "priceId", within=f"{name}.")
    if price_id is None:
        raise InvalidRequest(problem=Text(en=f"`{name}.priceId` is missing.", zh=f"缺少 {name}.priceId。"))
    return Item(price_id, _quantity(value, within=f"{name}."))


def _metadata(document: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    value = document.get("metadata")
    if value is None:
        return ()
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise InvalidRequest(
            problem=Text(
                en="`metadata` must be an object whose values are strings.", zh="metadata 必须是值为字符串的对象。"
            )
        )
    return tuple(value.items())
