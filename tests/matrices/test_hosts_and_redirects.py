"""Which `Host` is ours, and where a buyer may be sent afterwards."""

import pytest

from gateway.domain.catalogue import parse_catalogue
from gateway.domain.errors import InvalidRequest, RedirectNotAllowed
from gateway.domain.language import Language
from gateway.rest.fields import read_checkout_request
from gateway.services.checkout.request import CheckoutRequest, check_request
from tests.fuzz.bench import Bench, open_bench
from tests.fuzz.server import CATALOGUE, PRICE
from tests.fuzz.wire import Wire
from tests.unit.rest.stand_in import settings_with

HOSTS = {
    "ours": ("pay.example.com", True),
    "ours in capitals": ("PAY.Example.COM", True),
    "ours, its port spelt out": ("pay.example.com:443", True),
    "ours, the other scheme's port": ("pay.example.com:80", False),
    "ours, another port": ("pay.example.com:3002", False),
    "ours with a trailing dot": ("pay.example.com.", False),
    "a subdomain": ("a.pay.example.com", False),
    "ours as a subdomain": ("pay.example.com.evil.example", False),
    "ours as a suffix": ("evilpay.example.com", False),
    "foreign": ("evil.example", False),
    "an address": ("127.0.0.1", False),
    "localhost": ("localhost", False),
    "none": ("", False),
    "userinfo": ("pay.example.com@evil.example", False),
    "ours as userinfo": ("evil.example@pay.example.com", False),
    "a list": ("pay.example.com, evil.example", False),
    "a path": ("pay.example.com/evil", False),
    "an empty port": ("pay.example.com:", False),
    "not ASCII": ("p\u00e4y.example.com", False),
}


@pytest.fixture(scope="module")
def ours() -> object:
    with open_bench(public_url="https://pay.example.com") as bench:
        yield bench


@pytest.mark.parametrize(("host", "is_ours"), HOSTS.values(), ids=HOSTS)
async def test_with_a_public_url_only_its_host_is_answered(host: str, is_ours: bool, ours: Bench) -> None:
    named = host.encode("latin-1")
    async with Wire(ours.port) as wire:
        for path in ("/graphql?query={__typename}", "/api/check-payment-status/nothing", "/success", "/api/nowhere"):
            answer = await wire.request("GET", path, host=named)
            if is_ours:
                assert answer.status in {200, 404}
            else:
                assert answer.status == 400
                assert b"evil" not in answer.body
        assert (await wire.request("GET", "/healthz", host=named)).status in {200, 400}


@pytest.mark.parametrize(("host", "is_ours"), HOSTS.values(), ids=HOSTS)
async def test_without_one_every_host_is_answered_and_none_is_believed(host: str, is_ours: bool, bench: Bench) -> None:
    async with Wire(bench.port) as wire:
        answer = await wire.request("GET", "/", host=host.encode("latin-1"))
    assert answer.status in {200, 400}
    assert b"evil" not in answer.body


@pytest.mark.parametrize(
    ("target", "host", "status"),
    [
        ("http://pay.example.com/healthz", b"pay.example.com", 200),
        ("http://evil.example/api/check-payment-status/x", b"pay.example.com", 404),
        ("http://pay.example.com/api/check-payment-status/x", b"evil.example", 400),
        ("//evil.example/healthz", b"pay.example.com", 404),
    ],
)
async def test_an_absolute_address_is_a_path_and_the_host_header_decides(
    target: str, host: bytes, status: int, ours: Bench
) -> None:
    """Nothing we answer is made of either, so naming another host in the address gains nobody anything."""
    async with Wire(ours.port) as wire:
        answer = await wire.request("GET", target, host=host)
    assert answer.status == status
    assert b"evil" not in answer.body


async def test_two_hosts_are_none(ours: Bench) -> None:
    async with Wire(ours.port) as wire:
        answer = await wire.request("GET", "/", [(b"Host", b"evil.example")], host=b"pay.example.com")
    assert answer.status == 400


SHOP = "https://shop.example.com"
REDIRECTS = {
    "an allowed page": (f"{SHOP}/thanks", True),
    "the origin alone": (SHOP, True),
    "our own page": ("https://pay.example.com/success", True),
    "Stripe's placeholder": (f"{SHOP}/thanks?session_id={{CHECKOUT_SESSION_ID}}", True),
    "query and fragment": (f"{SHOP}/a?b=c&d=https://evil.example#e@f", True),
    "in capitals": ("HTTPS://SHOP.example.com/a", True),
    "allowed with a port of its own": ("http://localhost:8080/done", True),
    "an encoded path": (f"{SHOP}/%2e%2e/%0d%0a", True),
    "a fragment right away": (f"{SHOP}#@evil.example", True),
    "foreign": ("https://evil.example", False),
    "other port": (f"{SHOP}:8443/", False),
    "its port spelt out": (f"{SHOP}:443/", False),
    "other scheme": ("http://shop.example.com/", False),
    "userinfo": (f"{SHOP}@evil.example/", False),
    "userinfo of ours": ("https://user:password@shop.example.com/", False),
    "an encoded at": (f"{SHOP}%40evil.example/", False),
    "a backslash": ("https://evil.example\\.shop.example.com", False),
    "a backslash behind the host": (f"{SHOP}\\@evil.example", False),
    "scheme-relative": ("//evil.example", False),
    "scheme-relative to us": ("//shop.example.com/", False),
    "a path alone": ("/thanks", False),
    "one slash": ("https:/shop.example.com/", False),
    "three slashes": ("https:///shop.example.com/", False),
    "no slash": ("https:shop.example.com", False),
    "javascript": ("javascript:alert(1)//https://shop.example.com", False),
    "data": ("data:text/html,https://shop.example.com", False),
    "a suffix": (f"{SHOP}.evil.example", False),
    "a prefix": ("https://evilshop.example.com", False),
    "a subdomain": ("https://a.shop.example.com", False),
    "a trailing dot": ("https://shop.example.com./", False),
    "an encoded host": ("https://shop%2eexample.com/", False),
    "an encoded slash": (f"{SHOP}%2f.evil.example", False),
    "an encoded hash": (f"{SHOP}%23.evil.example", False),
    "a semicolon": (f"{SHOP};evil.example", False),
    "full-width letters": ("https://ｓhop.example.com/", False),
    "a full-width dot": ("https://shop。example.com/", False),
    "a unicode path": (f"{SHOP}/\u00e9", False),
    "a space in front": (f" {SHOP}/", False),
    "a tab in the host": ("https://shop.ex\tample.com/", False),
    "a line break": (f"{SHOP}/\r\nLocation: https://evil.example", False),
    "NUL": (f"{SHOP}/\x00", False),
    "a bracket": ("https://[shop.example.com]/", False),
    "not even a url": ("https://[", False),
    "angle brackets": (f"{SHOP}/<script>", False),
    "quotes": (f'{SHOP}/"onload="', False),
    "nothing": ("", False),
    "too long": (f"{SHOP}/" + "a" * 2048, False),
}


@pytest.mark.parametrize(("url", "is_allowed"), REDIRECTS.values(), ids=REDIRECTS)
@pytest.mark.parametrize("field", ["success_url", "cancel_url"])
def test_a_buyer_is_sent_only_to_pages_we_know(field: str, url: str, is_allowed: bool) -> None:
    settings = settings_with(public_url="https://pay.example.com", allowed_origins=f"{SHOP},http://localhost:8080")
    request = CheckoutRequest(PRICE, **{field: url})  # type: ignore[arg-type]
    if is_allowed:
        check_request(request, parse_catalogue(CATALOGUE), settings)
    else:
        with pytest.raises((RedirectNotAllowed, InvalidRequest)):
            check_request(request, parse_catalogue(CATALOGUE), settings)


REASONS = {
    "too long": (f"{SHOP}/" + "a" * 2048, "has 2073 characters; at most 2048"),
    "a unicode path": (f"{SHOP}/\u652f\u4ed8", "outside ASCII"),
    "a unicode query": (f"{SHOP}/?a=\u00e9", "outside ASCII"),
    "full-width letters in the host": ("https://\uff53hop.example.com/", "outside ASCII"),
    "a full-width dot": ("https://shop\u3002example.com/", "outside ASCII"),
    "a space": (f"{SHOP}/a b", "holds a space"),
    "a line break": (f"{SHOP}/\r\n", "a control character"),
    "quotes": (f'{SHOP}/"a"', "percent-encoded"),
    "foreign": ("https://evil.example", "GATEWAY_ALLOWED_ORIGINS"),
    "a foreign host in unicode": ("https://\u5e97.evil.example", "GATEWAY_ALLOWED_ORIGINS"),
}


@pytest.mark.parametrize("name", REASONS)
@pytest.mark.parametrize("field", ["successUrl", "cancelUrl"])
async def test_a_redirect_is_refused_by_its_name_for_the_true_reason(field: str, name: str) -> None:
    url, reason = REASONS[name]
    settings = settings_with(allowed_origins=SHOP)
    wish = read_checkout_request({"priceId": PRICE, field: url}, idempotency_key=None)
    with pytest.raises((RedirectNotAllowed, InvalidRequest)) as refused:
        check_request(wish, parse_catalogue(CATALOGUE), settings)
    for language in Language:
        assert field in refused.value.message(language)
    assert reason in refused.value.message(Language.EN)


@pytest.mark.parametrize("host", ["\u5e97.example", "xn--hxt.example", "\u5e97.EXAMPLE"])
@pytest.mark.parametrize("named", ["https://\u5e97.example", "https://xn--hxt.example:443"])
def test_a_shop_with_a_unicode_name_is_allowed_in_either_spelling_and_sent_in_ascii(named: str, host: str) -> None:
    document = {"priceId": PRICE, "successUrl": f"https://{host}/a?b={{CHECKOUT_SESSION_ID}}"}
    wish = read_checkout_request(document, idempotency_key=None)
    check_request(wish, parse_catalogue(CATALOGUE), settings_with(allowed_origins=named))
    assert wish.success_url is not None
    assert wish.success_url.lower() == "https://xn--hxt.example/a?b={checkout_session_id}"
