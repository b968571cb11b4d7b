"""What a caller asks for, checked value by value before anything is looked up.

The order of refusals is the contract's: the price first (format, catalogue), then the other fields. What only Stripe
can know (does the price exist, its currency and amount) is checked by `checkout`.
"""

import hashlib
import re
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

import orjson

from gateway.domain.callers import ANONYMOUS, Caller
from gateway.domain.catalogue import Catalogue, Item
from gateway.domain.errors import InvalidPriceId, InvalidRequest, PriceNotInCatalogue, RedirectNotAllowed
from gateway.domain.identifiers import parse_price_id
from gateway.domain.language import Text
from gateway.domain.origins import is_loopback
from gateway.settings import Settings

MAX_QUANTITY = 999
MAX_ITEMS = 20
MAX_METADATA = 20
LONGEST_METADATA_KEY, LONGEST_METADATA_VALUE = 40, 500
RESERVED_PREFIX = "gateway_"
MAX_URL = 2048
_NOT_IN_URLS = frozenset(' \\"<>^`|')
_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f]{1,255}\.[^@\s.\x00-\x1f\x7f]{1,63}")
_CURRENCY = re.compile(r"[A-Za-z]{3}")
SHORTEST_ANONYMOUS_KEY = 22
"""Long enough that nobody guesses another caller's: a random UUID has 36 characters."""
_METADATA_KEY = re.compile(rf"[^\x00-\x1f\x7f\[\]]{{1,{LONGEST_METADATA_KEY}}}")
_PRINTABLE = re.compile(r"[^\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class CheckoutRequest:
    """A purchase as an entry point received it: one `price_id`, or several `items` in its place.

    `metadata` are the caller's own pairs; `caller` is who it was received from.
    """

    price_id: str | None = None
    quantity: int = 1
    items: tuple[Item, ...] = ()
    metadata: tuple[tuple[str, str], ...] = ()
    client_reference_id: str | None = None
    customer_email: str | None = None
    success_url: str | None = None
    cancel_url: str | None = None
    locale: str | None = None
    idempotency_key: str | None = None
    currency: str | None = None
    allow_repeat: bool = False
    caller: Caller = ANONYMOUS

    @property
    def lines(self) -> tuple[Item, ...]:
        """What is sold, once it has been checked."""
        return self.items or (Item(self.price_id or "", self.quantity),)

    @property
    def hash(self) -> str:
        """Two requests are the same when all but the key and the caller is. What was not sent does not count, so that
        a field which comes with a later release changes nothing."""
        fields = asdict(self)
        del fields["idempotency_key"], fields["caller"]
        for name in ("items", "metadata"):
            if not fields[name]:
                del fields[name]
        return _hash(fields)

    @property
    def purchase_key(self) -> str | None:
        """What one purchase of a known caller is; for anybody else a reference is a label and names nothing."""
        if self.client_reference_id is None or not self.caller.is_known:
            return None
        first, *others = [[item.price_id, item.quantity] for item in sorted(self.lines, key=_by_price)]
        return _hash([self.client_reference_id, *first, *others])

    @property
    def details(self) -> str:
        """What else must be the same for an open session to be handed back; language and urls do not matter."""
        known: list[object] = [self.customer_email, (self.currency or "").lower()]
        return _hash([*known, sorted(self.metadata)] if self.metadata else known)

    @property
    def stored_key(self) -> str | None:
        """The idempotency key within the caller's class, so that no class can meet or block another's."""
        if self.idempotency_key is None:
            return None
        return hashlib.sha256(f"{self.caller.label}\0{self.idempotency_key}".encode()).hexdigest()


def check_request(request: CheckoutRequest, catalogue: Catalogue, settings: Settings) -> None:
    """Raises InvalidPriceId, InvalidRequest (naming the field) or RedirectNotAllowed."""
    _check_lines(request, catalogue)
    _check_text("clientReferenceId", request.client_reference_id, longest=200)
    _check_key(request)
    if request.customer_email is not None and not _EMAIL.fullmatch(request.customer_email):
        raise _invalid("customerEmail", "must be an e-mail address", "必须是有效的电子邮件地址")
    _check_text("locale", request.locale, longest=35)
    if request.currency is not None and not _CURRENCY.fullmatch(request.currency):
        raise _invalid("currency", "must be three letters like usd or eur", "必须是三个字母的货币代码，如 usd、eur")
    if request.allow_repeat and not request.caller.is_known:
        raise _invalid(
            "allowRepeat",
            "is for callers who sign their requests or hold an operator's key",
            "仅适用于已签名的请求或持有运维密钥的调用方",
        )
    _check_metadata(request.metadata)
    _check_redirect("successUrl", request.success_url, settings)
    _check_redirect("cancelUrl", request.cancel_url, settings)


def _check_lines(request: CheckoutRequest, catalogue: Catalogue) -> None:
    if request.price_id is not None and request.items:
        raise _invalid("items", "is sent in place of `priceId`, not beside it", "与 priceId 不能同时发送")
    if request.price_id is None and not request.items:
        raise _invalid("priceId", "is missing; send it, or several `items`", "缺失，请发送 priceId 或 items")
    if request.items and request.quantity != 1:
        raise _invalid(
            "quantity", "belongs to `priceId`; each of `items` has its own", "仅用于 priceId，items 各有其数量"
        )
    if len(request.items) > MAX_ITEMS:
        raise _invalid("items", f"must have 1 to {MAX_ITEMS} entries", f"必须包含 1 到 {MAX_ITEMS} 项")
    for place, item in enumerate(request.lines):
        prefix = f"items[{place}]." if request.items else ""
        if parse_price_id(item.price_id) is None:
            raise InvalidPriceId(field=f"{prefix}priceId")
        if catalogue.find(item.price_id) is None:
            raise PriceNotInCatalogue(field=f"{prefix}priceId")
        if not 1 <= item.quantity <= MAX_QUANTITY:
            between = f"must be between 1 and {MAX_QUANTITY}", f"必须在 1 到 {MAX_QUANTITY} 之间"
            raise _invalid(f"{prefix}quantity", *between)
        if item.price_id in {other.price_id for other in request.lines[:place]}:
            raise _invalid(f"{prefix}priceId", "is there twice; raise its `quantity`", "重复，请增加 quantity")


def _check_metadata(pairs: tuple[tuple[str, str], ...]) -> None:
    """Stripe's lengths, and room for our own keys."""
    if len(pairs) > MAX_METADATA:
        raise _invalid(
            "metadata", f"has {len(pairs)} keys; at most {MAX_METADATA} are allowed", f"最多 {MAX_METADATA} 项"
        )
    for place, (key, value) in enumerate(pairs):
        shown = f"metadata.{key[:LONGEST_METADATA_KEY]}" if key.isprintable() else "metadata"
        if not _METADATA_KEY.fullmatch(key):
            raise _invalid(
                shown,
                f"must have a key of 1 to {LONGEST_METADATA_KEY} characters without brackets or control characters",
                f"的键须为 1 到 {LONGEST_METADATA_KEY} 个字符，且不含方括号或控制字符",
            )
        if key.startswith(RESERVED_PREFIX):
            raise _invalid(shown, f"begins with {RESERVED_PREFIX}, which is ours", f"以保留前缀 {RESERVED_PREFIX} 开头")
        if key in {other for other, _ in pairs[:place]}:
            raise _invalid(shown, "is there twice", "重复")
        _check_text(shown, value, longest=LONGEST_METADATA_VALUE)


def _by_price(item: Item) -> str:
    return item.price_id


def _check_key(request: CheckoutRequest) -> None:
    key = request.idempotency_key
    _check_text("idempotencyKey", key, longest=255)
    if key is not None and not request.caller.is_known and len(key) < SHORTEST_ANONYMOUS_KEY:
        raise _invalid(
            "idempotencyKey",
            f"must have at least {SHORTEST_ANONYMOUS_KEY} characters that nobody can guess; a random UUID will do",
            f"至少需要 {SHORTEST_ANONYMOUS_KEY} 个无法猜测的字符，例如随机 UUID",
        )


def _check_text(field: str, value: str | None, *, longest: int) -> None:
    if value is not None and (not _PRINTABLE.fullmatch(value) or len(value) > longest):
        raise _invalid(
            field, f"must be 1 to {longest} characters without control characters", f"长度必须为 1 到 {longest} 个字符"
        )


def _check_redirect(field: str, url: str | None, settings: Settings) -> None:
    """Only our own origin and the allowed ones (in dev this machine's too): else we were an open redirect.

    What is wrong with the text itself comes first, as an InvalidRequest: its origin may be an allowed one.
    """
    if url is None:
        return
    _check_url_text(field, url)
    own = urlsplit(settings.base_url)
    allowed = {f"{own.scheme}://{own.netloc}".lower(), *settings.allowed_origins}
    try:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}".lower()
    except ValueError:
        raise RedirectNotAllowed(field=field) from None
    is_allowed = origin in allowed or (settings.development and is_loopback(origin))
    if "@" in parts.netloc or not is_allowed:
        raise RedirectNotAllowed(field=field)


def _check_url_text(field: str, url: str) -> None:
    """A host in Unicode has become ASCII already where it is a domain name (`web_addresses.ascii_url`)."""
    if len(url) > MAX_URL:
        raise _invalid(
            field, f"has {len(url)} characters; at most {MAX_URL} are allowed", f"长度超过 {MAX_URL} 个字符的上限"
        )
    if not url.isascii():
        raise _invalid(
            field,
            "holds characters outside ASCII; send it percent-encoded, as `new URL(url).href` writes it "
            "(a host in punycode)",
            "含有非 ASCII 字符，请发送百分号编码后的网址，即 new URL(url).href 的写法（主机名用 punycode）",
        )
    if not url.isprintable() or set(url) & _NOT_IN_URLS:
        raise _invalid(
            field,
            'holds a space, a control character or one of the characters \\ " < > ^ ` |; send it percent-encoded',
            '含有空格、控制字符或 \\ " < > ^ ` | 等字符，请发送百分号编码后的网址',
        )


def _hash(fields: object) -> str:
    return hashlib.sha256(orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _invalid(field: str, en: str, zh: str) -> InvalidRequest:
    return InvalidRequest(problem=Text(en=f"`{field}` {en}.", zh=f"{field} {zh}。"))
