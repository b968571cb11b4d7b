"""Everything the gateway may refuse or fail at, as one tree; the codes are a promise to callers.

    GatewayError
    ├── InvalidPriceId (PriceNotInCatalogue)  PriceNotFound  CurrencyNotSupported  AmountTooSmall  AmountTooLarge
    ├── RedirectNotAllowed  InvalidRequest (InvalidSignature)  IdempotencyConflict  SessionNotFound
    ├── AlreadyPaid  PaymentInProgress
    ├── NotRefundable  RefundTooLarge
    ├── RateLimitExceeded
    ├── Unauthenticated
    ├── NotFound  MethodNotAllowed  RequestTimeout  PayloadTooLarge  UnsupportedMediaType
    └── CheckoutRefused  StripeUnavailable  ServiceUnavailable  InternalError

An error knows its code, its HTTP status, its type and its sentence in both languages. It carries no detail that an
anonymous caller should not read; what an operator needs is logged where it is raised.
"""

from enum import StrEnum
from typing import ClassVar

from gateway.domain.language import Language, Text


class ErrorType(StrEnum):
    """Stripe's own error types, which the guide's `type` repeats."""

    INVALID_REQUEST = "invalid_request_error"
    IDEMPOTENCY = "idempotency_error"
    RATE_LIMIT = "rate_limit_error"
    AUTHENTICATION = "authentication_error"
    API = "api_error"


class GatewayError(Exception):
    """The root: something that a client receives with its code."""

    code: ClassVar[str]
    http_status: ClassVar[int]
    type: ClassVar[ErrorType] = ErrorType.INVALID_REQUEST
    text: ClassVar[Text]
    retry_after_seconds: int | None = None
    session_id: str | None = None
    """The session that the caller's purchase has already, where that is the reason."""

    def __init__(self, **values: str | int | Text) -> None:
        super().__init__(self.code)
        self.values = values

    def message(self, language: Language) -> str:
        """The sentence for people, in their language; it names the field where there is one."""
        spoken = {
            name: value.in_(language) if isinstance(value, Text) else value for name, value in self.values.items()
        }
        return self.text.in_(language).format_map(spoken)

    def __str__(self) -> str:
        return f"{self.code}: {self.message(Language.EN)}"


class InvalidPriceId(GatewayError):
    """`field`, `priceId` unless it is a line's, is not written as Stripe writes price ids."""

    code, http_status = "invalid_price_id", 400
    text = Text(
        en="The price id is not valid: `{field}` must be a Stripe price id, like price_1AbC.",
        zh="无效的价格ID：{field} 必须是 Stripe 价格ID，例如 price_1AbC。",
    )

    def __init__(self, *, field: str = "priceId", **values: str | int | Text) -> None:
        super().__init__(field=field, **values)


class PriceNotInCatalogue(InvalidPriceId):
    """Well written, and not for sale here."""

    text = Text(
        en="The price id is not valid here: `{field}` is not in the shop's catalogue.",
        zh="无效的价格ID：{field} 不在本店的商品目录中。",
    )


class PriceNotFound(GatewayError):
    code, http_status = "price_not_found", 404
    text = Text(
        en="This price does not exist or is no longer offered.",
        zh="价格不存在或已失效，请确认价格ID是否仍然有效。",
    )


class CurrencyNotSupported(GatewayError):
    code, http_status = "currency_not_supported", 400
    text = Text(
        en="The currency {currency} is not supported; supported: {supported}.",
        zh="不支持的货币 {currency}，支持的货币：{supported}。",
    )


class AmountTooSmall(GatewayError):
    code, http_status = "amount_too_small", 400
    text = Text(en="The amount is below the smallest allowed payment.", zh="金额太小，低于最小支付限额。")


class AmountTooLarge(GatewayError):
    code, http_status = "amount_too_large", 400
    text = Text(en="The amount is above the largest allowed payment.", zh="金额太大，超过最大支付限额。")


class RedirectNotAllowed(GatewayError):
    code, http_status = "redirect_not_allowed", 400
    text = Text(
        en="`{field}` must be a url on one of the allowed origins (GATEWAY_ALLOWED_ORIGINS).",
        zh="{field} 必须是允许来源（GATEWAY_ALLOWED_ORIGINS）下的网址。",
    )


class InvalidRequest(GatewayError):
    """Takes `problem`: a Text that names the field and says what to send instead."""

    code, http_status = "invalid_request", 400
    text = Text(en="{problem}", zh="{problem}")


class InvalidSignature(InvalidRequest):
    """A webhook that is not proven to be Stripe's: nothing of it is stored. `reason` says what is wrong with it."""

    def __init__(self, reason: Text) -> None:
        super().__init__(problem=reason)


class IdempotencyConflict(GatewayError):
    code, http_status, type = "idempotency_conflict", 409, ErrorType.IDEMPOTENCY
    text = Text(
        en="This idempotency key was already used with another request.",
        zh="该幂等键已用于另一个不同的请求。",
    )


class SessionNotFound(GatewayError):
    code, http_status = "session_not_found", 404
    text = Text(en="There is no such checkout session.", zh="支付会话不存在。")


class AlreadyPaid(GatewayError):
    """Takes the `session_id` of the purchase that is paid."""

    code, http_status = "already_paid", 409
    text = Text(en="This purchase is already paid.", zh="该订单已支付。")

    def __init__(self, session_id: str) -> None:
        super().__init__()
        self.session_id = session_id


class PaymentInProgress(GatewayError):
    """Takes the `session_id` of the purchase whose money is on its way."""

    code, http_status = "payment_in_progress", 409
    text = Text(
        en="The payment for this purchase is still being processed.",
        zh="该订单的付款正在处理中。",
    )

    def __init__(self, session_id: str) -> None:
        super().__init__()
        self.session_id = session_id


class NotRefundable(GatewayError):
    """Takes `reason`, a Text."""

    code, http_status = "not_refundable", 400
    text = Text(en="This payment cannot be refunded: {reason}", zh="这笔支付无法退款：{reason}")


class RefundTooLarge(GatewayError):
    """Takes `left`, what may still be refunded, formatted."""

    code, http_status = "refund_too_large", 400
    text = Text(en="`amount` is more than is left to refund: {left}.", zh="amount 超过可退金额：{left}。")


class RateLimitExceeded(GatewayError):
    """Takes `seconds`, which is also the `Retry-After`."""

    code, http_status, type = "rate_limit_exceeded", 429, ErrorType.RATE_LIMIT
    text = Text(en="Too many requests. Try again in {seconds} seconds.", zh="请求过于频繁，请在 {seconds} 秒后重试。")

    def __init__(self, *, seconds: int) -> None:
        super().__init__(seconds=seconds)
        self.retry_after_seconds = seconds


class Unauthenticated(GatewayError):
    code, http_status, type = "unauthenticated", 401, ErrorType.AUTHENTICATION
    text = Text(en="A valid key or signature is required.", zh="需要有效的密钥或签名。")


class NotFound(GatewayError):
    code, http_status = "not_found", 404
    text = Text(en="There is nothing at this address.", zh="该地址不存在。")


class MethodNotAllowed(GatewayError):
    code, http_status = "method_not_allowed", 405
    text = Text(en="This address does not answer that method.", zh="该地址不支持此请求方法。")


class RequestTimeout(GatewayError):
    code, http_status = "request_timeout", 408
    text = Text(en="The request took too long to arrive.", zh="请求接收超时。")


class PayloadTooLarge(GatewayError):
    code, http_status = "payload_too_large", 413
    text = Text(en="The request body is too large.", zh="请求内容过大。")


class UnsupportedMediaType(GatewayError):
    code, http_status = "unsupported_media_type", 415
    text = Text(en="Send the body as application/json.", zh="请以 application/json 发送请求内容。")


class CheckoutRefused(GatewayError):
    """Stripe refuses for good. Trying again changes nothing, so it names no time to wait."""

    code, http_status, type = "checkout_refused", 502, ErrorType.API
    text = Text(
        en="The shop's payment settings do not allow this sale.",
        zh="商店的支付设置不允许此次交易。",
    )


class StripeUnavailable(GatewayError):
    code, http_status, type = "stripe_unavailable", 503, ErrorType.API
    text = Text(
        en="The payment provider is not answering right now. Please try again shortly.",
        zh="支付服务暂时不可用，请稍后重试。",
    )
    retry_after_seconds = 5


class ServiceUnavailable(GatewayError):
    code, http_status, type = "service_unavailable", 503, ErrorType.API
    text = Text(en="The service is not ready right now. Please try again shortly.", zh="服务暂时不可用，请稍后重试。")
    retry_after_seconds = 2


class InternalError(GatewayError):
    """Takes `request_id`, the only detail that a caller receives."""

    code, http_status, type = "internal_error", 500, ErrorType.API
    text = Text(
        en="Something went wrong on our side (request {request_id}).",
        zh="服务器内部错误（请求编号 {request_id}）。",
    )


ALL_ERRORS: tuple[type[GatewayError], ...] = tuple(GatewayError.__subclasses__())
"""Every code of the contract, in the order of the tree."""
