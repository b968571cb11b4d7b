"""A sandbox on a real port, Stripe's own SDK in front of it, and a receiver that its webhooks arrive at."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
import pytest
import stripe
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.sandbox.app import create_sandbox
from gateway.sandbox.config import SandboxConfig, SandboxPrice, SandboxWebhook
from tests.harness.serving import free_socket, served
from tests.harness.waiting import eventually

SECRET = "whsec_tests_only"
KEY = "sk_test_anything"

PRICES = (
    SandboxPrice(
        id="price_starter",
        name="Starter Plan",
        name_zh="入门套餐",
        description="To begin with",
        unit_amount=500,
        currency="usd",
    ),
    SandboxPrice(
        id="price_monthly",
        name="Monthly",
        description="Every month",
        unit_amount=900,
        currency="usd",
        recurring_interval="month",
    ),
    SandboxPrice(id="price_retired", name="Retired", description="Gone", unit_amount=500, currency="usd", active=False),
    SandboxPrice(id="price_cents", name="Ten cents", description="Too little", unit_amount=10, currency="usd"),
)


class Clock:
    """Unix seconds that a test can move."""

    def __init__(self) -> None:
        self.now = 1_900_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Receiver:
    """Verifies each delivery with the SDK and keeps it. `refusals` are the statuses of the next answers."""

    url: str = ""
    secret: str = SECRET
    events: list[Any] = field(default_factory=list)
    timestamps: list[int] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)
    clock: Clock | None = None

    async def receive(self, request: Request) -> Response:
        body = await request.body()
        header = request.headers["stripe-signature"]
        stripe.WebhookSignature.verify_header(body.decode(), header, self.secret, None)
        self.timestamps.append(int(header.split(",")[0].removeprefix("t=")))
        if self.refusals:
            return Response(status_code=self.refusals.pop(0))
        self.events.append(stripe.Event.construct_from(json.loads(body), KEY))
        return Response()

    def types(self) -> list[str]:
        return [event.type for event in self.events]

    async def wait_for(self, event_type: str, count: int = 1) -> Any:
        await eventually(lambda: self.types().count(event_type) >= count)
        return next(event for event in reversed(self.events) if event.type == event_type)


@dataclass
class Running:
    """One sandbox and its clients. `post` speaks plain HTTP where the SDK has no method."""

    url: str
    stripe: stripe.StripeClient
    http: aiohttp.ClientSession
    receiver: Receiver
    clock: Clock
    config: SandboxConfig

    async def create(self, price: str = "price_starter", **extra: Any) -> Any:
        params = {
            "mode": "payment",
            "line_items": [{"price": price, "quantity": 1}],
            "success_url": "http://shop.test/done?session_id={CHECKOUT_SESSION_ID}",
            "cancel_url": "http://shop.test/cancel",
            **extra,
        }
        return await self.stripe.v1.checkout.sessions.create_async(params)  # type: ignore[arg-type]

    async def retrieve(self, session_id: str, *expand: str) -> Any:
        return await self.stripe.v1.checkout.sessions.retrieve_async(session_id, {"expand": list(expand)})

    async def pay(self, session_id: str, method: str = "pm_card_visa") -> tuple[int, Any]:
        return await self.post(f"/v1/payment_pages/{session_id}/confirm", {"payment_method": method})

    async def answer_challenge(self, session_id: str, outcome: str) -> str:
        url = f"{self.url}/c/pay/{session_id}/challenge"
        async with self.http.post(url, data={"outcome": outcome}, allow_redirects=False) as answer:
            assert answer.status == 303
            return answer.headers["Location"]

    async def control(self, path: str, **data: str) -> Any:
        """The object that a control under `/_sandbox` changed."""
        status, body = await self.post(f"/_sandbox/{path}", data)
        assert status == 200, body
        return body

    async def price(self, amount: int = 1_000, **extra: Any) -> str:
        """The id of a new price in US dollars."""
        params = {"currency": "usd", "unit_amount": amount, "product_data": {"name": "Tea"}, **extra}
        return str((await self.stripe.v1.prices.create_async(params)).id)  # type: ignore[arg-type]

    async def paid(self, price: str = "price_starter", **extra: Any) -> Any:
        """A new session that was paid, with its intent and charge expanded."""
        session = await self.create(price, **extra)
        await self.pay(session.id)
        return await self.retrieve(session.id, "payment_intent.latest_charge")

    async def post(self, path: str, data: dict[str, str], headers: dict[str, str] | None = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {KEY}", **(headers or {})}
        async with self.http.post(self.url + path, data=data, headers=headers) as answer:
            return answer.status, await answer.json()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as received:
        yield received


@asynccontextmanager
async def receiving(secret: str = SECRET) -> AsyncIterator[Receiver]:
    """Somebody's own back end, on a port of its own."""
    received = Receiver(secret=secret)
    app = Starlette(routes=[Route("/hook", received.receive, methods=["POST"])])
    async with served(app, lifespan=True) as url:
        received.url = f"{url}/hook"
        yield received


@pytest.fixture
async def sandbox(receiver: Receiver) -> AsyncIterator[Running]:
    async with running(receiver) as started:
        yield started


@asynccontextmanager
async def running(receiver: Receiver, **changes: Any) -> AsyncIterator[Running]:
    """A sandbox with settings of its own; the clock is the test's."""
    clock = changes.pop("clock", None) or Clock()
    taken = free_socket()
    url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    config = SandboxConfig(
        base_url=url,
        webhooks=(SandboxWebhook(receiver.url, SECRET),),
        prices=PRICES,
        retry_delays_seconds=(0.01, 0.02, 0.05),
    )
    config = replace(config, **changes)
    sdk_http = stripe.AIOHTTPClient()
    async with served(create_sandbox(config, clock=clock), taken, lifespan=True), aiohttp.ClientSession() as http:
        client = stripe.StripeClient(KEY, base_addresses={"api": url}, http_client=sdk_http)
        yield Running(url, client, http, receiver, clock, config)
        await sdk_http.close_async()  # type: ignore[no-untyped-call]
