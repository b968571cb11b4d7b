"""The gateway and the sandbox on real ports, with a post office between them that can lose webhooks."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.app import create_app
from gateway.sandbox.app import create_sandbox
from gateway.sandbox.config import SandboxConfig, SandboxPrice, SandboxWebhook
from gateway.services.container import Services
from gateway.settings import Settings
from tests.harness.commands import Commands
from tests.harness.commands import commands as running_commands
from tests.harness.serving import free_socket, served, url_of
from tests.harness.waiting import eventually

SECRET = "whsec_tests_only"
KEY = "sk_test_anything"
STARTER, MONTHLY, FOREIGN = "price_Starter", "price_Monthly", "price_Foreign"
PRICES = (
    SandboxPrice(id=STARTER, name="Starter", description="", unit_amount=500, currency="usd"),
    SandboxPrice(
        id=MONTHLY, name="Monthly", description="", unit_amount=900, currency="usd", recurring_interval="month"
    ),
    SandboxPrice(id=FOREIGN, name="Foreign", description="", unit_amount=700, currency="usd"),
)
CATALOGUE = "".join(
    f'[[packages]]\nprice_id = "{price}"\nunit_amount = {amount}\ncurrency = "usd"\nname = "A package"\n'
    for price, amount in ((STARTER, 500), (MONTHLY, 900))
)
DEADLINE_SECONDS = 30.0


@dataclass
class PostOffice:
    """Takes every webhook with a 200 and passes on those it does not lose: an event that was never made, to us."""

    forward_to: str = ""
    loses: Callable[[dict[str, Any]], bool] = lambda event: False
    lost: list[str] = field(default_factory=list)
    passed_on: int = 0
    http: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(timeout=30))

    async def receive(self, request: Request) -> Response:
        body = await request.body()
        event = json.loads(body)
        if self.loses(event):
            self.lost.append(event["type"])
            return Response()
        headers = {name: request.headers[name] for name in ("content-type", "stripe-signature")}
        answer = await self.http.post(self.forward_to, content=body, headers=headers)
        self.passed_on += answer.status_code == 200
        return Response(status_code=answer.status_code)


class Line:
    """The wire to Stripe: after `calls_left` calls it answers 503; None: it holds."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.calls_left: int | None = None
        self.refused = 0
        self.answers: dict[str, Any] = {}
        """What a path answers instead, for states the sandbox cannot be brought into."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self.calls_left is not None:
            if self.calls_left == 0:
                self.refused += 1
                await JSONResponse({"error": {"type": "api_error"}}, 503)(scope, receive, send)
                return
            self.calls_left -= 1
        if scope["type"] == "http" and scope["path"] in self.answers:
            await JSONResponse(self.answers[scope["path"]])(scope, receive, send)
            return
        await self.app(scope, receive, send)


@dataclass
class Pair:
    """`shop` speaks to the gateway, `stripe` to the sandbox as its API and as a buyer."""

    shop: httpx.AsyncClient
    stripe: httpx.AsyncClient
    post: PostOffice
    line: Line
    services: Services
    environment: dict[str, str]
    commands: Commands
    folder: Path

    async def create(self, price_id: str = STARTER) -> str:
        answer = await self.shop.post("/api/create-checkout-session", json={"priceId": price_id})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["sessionId"])

    async def create_at_stripe(self, price_id: str = STARTER, **fields: str) -> str:
        """A session that the gateway knows nothing of."""
        form = {
            "mode": "payment",
            "line_items[0][price]": price_id,
            "line_items[0][quantity]": "1",
            "success_url": "http://shop.test/{CHECKOUT_SESSION_ID}",
            **fields,
        }
        return str((await self.call("POST", "/v1/checkout/sessions", form))["id"])

    async def pay(self, session_id: str, method: str = "pm_card_visa") -> None:
        answer = await self.stripe.post(f"/v1/payment_pages/{session_id}/confirm", data={"payment_method": method})
        assert answer.status_code in {200, 402}, answer.text

    async def refund(self, session_id: str, amount: int | None = None) -> None:
        intent = (await self.call("GET", f"/v1/checkout/sessions/{session_id}"))["payment_intent"]
        form = {"payment_intent": intent} | ({"amount": str(amount)} if amount else {})
        await self.call("POST", "/v1/refunds", form)

    async def call(self, method: str, path: str, form: dict[str, str] | None = None) -> Any:
        answer = await self.stripe.request(method, path, data=form)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def stored(self, session_id: str) -> str:
        """The status in our row, without asking Stripe."""
        found = await self.services.payments._stored(session_id)
        assert found is not None
        return found.status.value

    async def gateway(self, *arguments: str, **environment: str) -> tuple[int, str, str]:
        """The command itself, in a process of its own: exit status, standard output, standard error."""
        given = self.environment | environment
        ran = await asyncio.to_thread(self.commands.piped, self.folder, *arguments, **given)
        return ran.status, ran.out, ran.err

    async def settled(self) -> None:
        """Until the sandbox has delivered, or the post office has lost, every event, and what these leave open is
        asked."""

        async def quiet() -> bool:
            return not (await self.call("GET", "/v1/events?delivery_success=false&limit=1"))["data"]

        await eventually(quiet)
        await self.services.refetcher.settled()


@asynccontextmanager
async def running(
    folder: Path, *, database_url: str | None = None, commands: Commands | None = None
) -> AsyncIterator[Pair]:
    """Both, over the database in the folder or the one given. No background reconciliation: the test runs it."""
    (folder / "catalogue.toml").write_text(CATALOGUE)
    ours, post_socket, stripes = (free_socket() for _ in range(3))
    post = PostOffice(forward_to=f"{url_of(ours)}/api/stripe/webhook")
    environment = {
        "STRIPE_API_KEY": KEY,
        "STRIPE_WEBHOOK_SECRET": SECRET,
        "STRIPE_API_BASE": url_of(stripes),
        "DATABASE_URL": database_url or f"sqlite://{folder / 'gateway.db'}",
        "GATEWAY_CATALOGUE": str(folder / "catalogue.toml"),
        "GATEWAY_STRIPE_RATE_LIMIT": "1000/second",
        "GATEWAY_RATE_LIMIT": "1000000/minute",
        "GATEWAY_RECONCILE_EVERY": "0",
    }
    names = {"STRIPE_WEBHOOK_SECRET": "stripe_webhook_secrets"}
    fields: dict[str, Any] = {
        names.get(name, name.removeprefix("GATEWAY_").lower()): value for name, value in environment.items()
    }
    settings = Settings(_env_file=None, **fields)
    app = create_app(settings)
    line = Line(
        create_sandbox(
            SandboxConfig(
                base_url=url_of(stripes),
                webhooks=(SandboxWebhook(f"{url_of(post_socket)}/hook", SECRET),),
                prices=PRICES,
                settle_seconds=0.2,
                retry_delays_seconds=(0.05, 0.1, 0.2),
            )
        )
    )
    office = Starlette(routes=[Route("/hook", post.receive, methods=["POST"])])
    async with AsyncExitStack() as stack:
        for served_app, taken in ((app, ours), (office, post_socket), (line, stripes)):
            await stack.enter_async_context(served(served_app, taken, lifespan=True))
        await stack.enter_async_context(post.http)
        shop = await stack.enter_async_context(httpx.AsyncClient(base_url=url_of(ours), timeout=30))
        headers = {"Authorization": f"Bearer {KEY}"}
        stripe = httpx.AsyncClient(base_url=url_of(stripes), timeout=30, headers=headers)
        await stack.enter_async_context(stripe)
        run = commands or stack.enter_context(running_commands())
        yield Pair(shop, stripe, post, line, app.state.services, environment, run, folder)
