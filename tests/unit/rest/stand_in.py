"""Services that answer as a test sets them: what the entry points do, every error included, without a database."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any

import httpx
from pydantic import SecretStr
from starlette.types import Scope

from gateway.app import create_app
from gateway.domain.attempts import NO_ATTEMPTS
from gateway.domain.catalogue import Catalogue
from gateway.domain.errors import AlreadyPaid, GatewayError, PaymentInProgress, RateLimitExceeded
from gateway.domain.facts import NO_FACTS, Facts
from gateway.domain.fulfilment import Fulfilment
from gateway.domain.identifiers import PaymentId, PriceId, SessionId
from gateway.domain.money import Money
from gateway.domain.snapshot import Snapshot, visible
from gateway.services.checkout.service import CheckoutRequest, CreatedSession
from gateway.services.container import Services
from gateway.services.inbox import Receipt
from gateway.services.running.admission import Operator, TooManyCalls, Window
from gateway.services.running.health import Readiness
from gateway.settings import Settings

SESSION = "cs_test_a1B2c3"
PRICE = "price_1QlYNRHVMy0i1BlJA1y0DxB2"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
UNPAID = Snapshot(
    payment_id=PaymentId("0" * 32),
    session_id=SessionId(SESSION),
    price_id=PriceId(PRICE),
    quantity=1,
    amount=Money(500, "usd"),
    expected=Money(500, "usd"),
    version=1,
    facts=NO_FACTS,
    attempts=NO_ATTEMPTS,
    visible=visible(NO_FACTS),
    url="https://checkout.example/c/pay",
    created_at=NOW,
    updated_at=NOW,
    expires_at=NOW,
    retrieved_at=None,
)
PAID = replace(UNPAID, version=2, facts=Facts(session_paid=True), visible=visible(Facts(session_paid=True)))


@dataclass
class StandIn:
    """`fails` is raised by whatever is called next; the lists hold what was asked.

    `operators` are known by their whole `Authorization`.
    """

    snapshot: Snapshot | None = UNPAID
    after_wait: Snapshot | None = None
    receipt: Receipt = Receipt.STORED
    readiness: Readiness = field(default_factory=lambda: Readiness(ok=True, checks={"database": "ok"}))
    fails: Exception | None = None
    limit: int = 100
    operators: dict[str, Operator] = field(default_factory=dict)
    used: int = 0
    created: list[CheckoutRequest] = field(default_factory=list)
    waited: list[tuple[float, str | None]] = field(default_factory=list)
    received: list[tuple[bytes, str | None]] = field(default_factory=list)

    async def create(self, request: CheckoutRequest) -> CreatedSession:
        self.created.append(request)
        self._fail()
        return CreatedSession(snapshot=UNPAID, url="https://checkout.example/c/pay", expires_at=NOW, reused=False)

    def fulfilment(self, snapshot: Snapshot) -> Fulfilment | None:
        return snapshot.visible.fulfilment

    async def read(self, session_id: str) -> Snapshot | None:
        self._fail()
        return self.snapshot if session_id == SESSION else None

    async def wait(self, session_id: str, *, seconds: float, status: str | None = None) -> Snapshot | None:
        self.waited.append((seconds, status))
        return (self.after_wait or self.snapshot) if session_id == SESSION else None

    async def receive(self, body: bytes, signature: str | None) -> Receipt:
        self.received.append((body, signature))
        self._fail()
        return self.receipt

    async def admit(self, address: str, cost: int = 1) -> Window:
        self.used += cost
        window = Window(limit=self.limit, remaining=max(0, self.limit - self.used), reset_seconds=30)
        if self.used > self.limit:
            raise TooManyCalls(window)
        return window

    def client_address(self, scope: Scope) -> str:
        return "192.0.2.1"

    @asynccontextmanager
    async def turn(self, address: str) -> AsyncIterator[Callable[[], None]]:
        yield lambda: None

    def operator(self, authorization: str | None) -> Operator | None:
        return self.operators.get(authorization or "")

    async def ready(self) -> Readiness:
        self._fail()
        return self.readiness

    def _fail(self) -> None:
        if self.fails is not None:
            raise self.fails


def settings_with(**values: Any) -> Settings:
    """Settings that read no environment file of the machine the tests run on."""
    required: dict[str, Any] = {
        "stripe_api_key": SecretStr("sk_test_1234567890"),
        "stripe_webhook_secrets": (SecretStr("whsec_1234567890"),),
    }
    return Settings(_env_file=None, **(required | values))


@asynccontextmanager
async def client_of(stand_in: StandIn, **values: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the whole application, whose services are the stand-in."""

    @asynccontextmanager
    async def opening(settings: Settings) -> AsyncIterator[Services]:
        it: Any = stand_in
        rest = {part.name: it for part in fields(Services) if part.name not in {"settings", "catalogue"}}
        yield Services(settings=settings, catalogue=Catalogue(()), **rest)

    app = create_app(settings_with(**values), opening=opening)
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://localhost:3002") as client,
    ):
        yield client


def assert_envelope(response: httpx.Response, error: type[GatewayError]) -> str:
    """The documented shape and nothing else; gives the message back."""
    body = response.json()
    assert response.status_code == error.http_status
    assert response.headers["content-type"] == "application/json"
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message", "type"}
    assert body["error"]["code"] == error.code
    assert body["error"]["type"] == error.type.value
    assert body["error"]["message"]
    return str(body["error"]["message"])


def any_error(kind: type[GatewayError]) -> GatewayError:
    """An error of this kind with all it takes."""
    if issubclass(kind, RateLimitExceeded):
        return kind(seconds=3)
    if issubclass(kind, AlreadyPaid | PaymentInProgress):
        return kind(SESSION)
    return kind(reason="r", left="l", problem="p", field="f", currency="c", supported="s", request_id="r")
