"""In `gateway dev` a page on any port of this machine may call, watch and be returned to; elsewhere it may not."""

from contextlib import nullcontext

import pytest

from gateway.domain.errors import InvalidRequest, RedirectNotAllowed
from gateway.graphql.transport.origin import Origins
from gateway.openers import load_catalogue
from gateway.services.checkout.request import CheckoutRequest, check_request
from gateway.settings import Settings
from tests.unit.rest.stand_in import PRICE, StandIn, client_of

CREATE = "/api/create-checkout-session"
PAGES = {
    "a Vite page": ("http://localhost:5173", True),
    "a Next page": ("http://localhost:3000", True),
    "IPv4": ("http://127.0.0.1:8080", True),
    "another of the loopback network": ("http://127.0.1.1:8080", True),
    "IPv6": ("http://[::1]:4200", True),
    "with TLS": ("https://localhost:5173", True),
    "without a port": ("http://localhost", True),
    "a subdomain of localhost": ("http://shop.localhost:5173", True),
    "a page in the local network": ("http://192.168.1.7:5173", False),
    "localhost as a subdomain": ("http://localhost.evil.example", False),
    "localhost as a suffix": ("http://evillocalhost:5173", False),
    "localhost as userinfo": ("http://localhost:5173@evil.example", False),
    "127 as a subdomain": ("http://127.0.0.1.evil.example", False),
    "null": ("null", False),
    "two at once": ("http://localhost:1, http://evil.example", False),
}
ROWS = pytest.mark.parametrize(("origin", "is_local"), PAGES.values(), ids=PAGES)


@ROWS
@pytest.mark.parametrize("development", [True, False])
async def test_who_may_call_from_a_page(origin: str, is_local: bool, development: bool) -> None:
    preflight = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    async with client_of(StandIn(), development=development) as client:
        asked = await client.options(CREATE, headers={"Origin": origin, **preflight})
        called = await client.post("/graphql", json={"query": "{ __typename }"}, headers={"Origin": origin})
    is_allowed = development and is_local
    assert (asked.status_code == 204) is is_allowed
    assert asked.headers.get("access-control-allow-origin") == (origin if is_allowed else None)
    assert called.status_code == (200 if is_allowed else 403)


@ROWS
@pytest.mark.parametrize("development", [True, False])
def test_who_may_open_a_socket_and_be_returned_to(origin: str, is_local: bool, development: bool) -> None:
    is_allowed = development and is_local
    settings = Settings.model_validate(
        {"STRIPE_API_KEY": "sk_test_1", "STRIPE_WEBHOOK_SECRET": "whsec_1", "development": development}
    )
    assert Origins.of(settings).accepts(origin, host="localhost:3002") is is_allowed

    request = CheckoutRequest(price_id=PRICE, success_url=f"{origin}/done?session_id={{CHECKOUT_SESSION_ID}}")
    with nullcontext() if is_allowed else pytest.raises((RedirectNotAllowed, InvalidRequest)):
        check_request(request, load_catalogue(settings), settings)
