"""What a caller asks for, checked value by value before anything is looked up.

The order of refusals is the contract's: the price first (format, catalogue), then the other fields. What only Stripe
can know (does the price exist, its currency and amount) is checked by `checkout`.
"""

import hashlib
import re
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

import orjson

from gateway.domain.catalogue import Catalogue
from gateway.domain.errors import InvalidPriceId, InvalidRequest, RedirectNotAllowed
from gateway.domain.identifiers import parse_price_id
from gateway.domain.language import Text
from gateway.settings import Settings

MAX_QUANTITY = 999
MAX_URL = 2048
_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f]{1,255}\.[^@\s.\x00-\x1f\x7f]{1,63}")
_LOCALE = re.compile(r"auto|[a-z]{2,3}(?:-[A-Za-z0-9]{2,4})?")
_PRINTABLE = re.compile(r"[^\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class CheckoutRequest:
    """A purchase as a door received it. Only `price_id` is required."""

    price_id: str
    quantity: int = 1
    client_reference_id: str | None = None
    customer_email: str | None = None
    success_url: str | None = None
    cancel_url: str | None = None
    locale: str | None = None
    idempotency_key: str | None = None

    @property
    def hash(self) -> str:
        """Two requests are the same when all but the key is."""
        fields = asdict(self)
        del fields["idempotency_key"]
        return hashlib.sha256(orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)).hexdigest()

    @property
    def open_key(self) -> str | None:
        """What an open session may be handed out again for; None without a reference, as nobody can be recognised."""
        return self.hash if self.client_reference_id is not None else None


def check_request(request: CheckoutRequest, catalogue: Catalogue, settings: Settings) -> None:
    """Raises InvalidPriceId, InvalidRequest (naming the field) or RedirectNotAllowed."""
    if parse_price_id(request.price_id) is None or catalogue.find(request.price_id) is None:
        raise InvalidPriceId
    if not 1 <= request.quantity <= MAX_QUANTITY:
        raise _invalid("quantity", f"must be between 1 and {MAX_QUANTITY}", f"必须在 1 到 {MAX_QUANTITY} 之间")
    _check_text("clientReferenceId", request.client_reference_id, longest=200)
    _check_text("idempotencyKey", request.idempotency_key, longest=255)
    if request.customer_email is not None and not _EMAIL.fullmatch(request.customer_email):
        raise _invalid("customerEmail", "must be an e-mail address", "必须是有效的电子邮件地址")
    if request.locale is not None and not _LOCALE.fullmatch(request.locale):
        raise _invalid("locale", "must be a language tag like en, zh or zh-TW", "必须是语言标签，如 en、zh 或 zh-TW")
    _check_redirect("successUrl", request.success_url, settings)
    _check_redirect("cancelUrl", request.cancel_url, settings)


def _check_text(field: str, value: str | None, *, longest: int) -> None:
    if value is not None and (not _PRINTABLE.fullmatch(value) or len(value) > longest):
        raise _invalid(
            field, f"must be 1 to {longest} characters without control characters", f"长度必须为 1 到 {longest} 个字符"
        )


def _check_redirect(field: str, url: str | None, settings: Settings) -> None:
    """Only our own origin and the allowed ones: anything else would make us an open redirect."""
    if url is None:
        return
    own = urlsplit(settings.base_url)
    allowed = {f"{own.scheme}://{own.netloc}".lower(), *settings.allowed_origins}
    try:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}".lower()
    except ValueError:
        raise RedirectNotAllowed(field=field) from None
    plain = len(url) <= MAX_URL and url.isascii() and url.isprintable() and not set(url) & set(' \\"<>^`|')
    if not plain or "@" in parts.netloc or origin not in allowed:
        raise RedirectNotAllowed(field=field)


def _invalid(field: str, en: str, zh: str) -> InvalidRequest:
    return InvalidRequest(problem=Text(en=f"`{field}` {en}.", zh=f"{field} {zh}。"))
