"""The whole gateway and the sandbox on real ports: SQLite, Stripe's SDK, and webhooks that travel over HTTP."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from gateway.app import create_app
from gateway.models.migrations import upgrade
from gateway.sandbox.app import create_sandbox
from gateway.sandbox.config import SandboxConfig, SandboxPrice, SandboxWebhook
from gateway.settings import Settings

WEBHOOK_SECRET = "whsec_tests_only"
KEY = "sk_test_anything"
STARTER, RETIRED, YEN, CENTS, DEAR, UNKNOWN_AT_STRIPE = (
    f"price_{name}" for name in ("Starter", "Retired", "Yen", "Cents", "Dear", "Missing")
)

_AT_STRIPE = tuple(
    SandboxPrice(id=price, name=price, description="", unit_amount=amount, currency=currency, active=price != RETIRED)
    for price, amount, currency in (
        (STARTER, 500, "usd"),
        (RETIRED, 500, "usd"),
        (YEN, 500, "jpy"),
        (CENTS, 10, "usd"),
        (DEAR, 99_999_999, "usd"),
    )
)
_PACKAGE = '[[packages]]\nprice_id = "{}"\nunit_amount = 500\ncurrency = "usd"\nname = "A package"\n'


@dataclass
class House:
    """`shop` speaks to the gateway as a front end would; `buyer` to the sandbox."""

    url: str
    shop: httpx.AsyncClient
    buyer: httpx.AsyncClient

    async def create(self, price_id: str = STARTER, **fields: Any) -> httpx.Response:
        return await self.shop.post("/api/create-checkout-session", json={"priceId": price_id, **fields})

    async def status(self, session_id: str, **headers: str) -> httpx.Response:
        return await self.shop.get(f"/api/check-payment-status/{session_id}", headers=headers)

    async def pay(self, session_id: str) -> None:
        answer = await self.buyer.post(
            f"/v1/payment_pages/{session_id}/confirm",
            data={"payment_method": "pm_card_visa"},
            headers={"Authorization": f"Bearer {KEY}"},
        )
        assert answer.status_code == 200, answer.text


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with our schema and nothing in it, made once and copied for each test."""
    path = tmp_path_factory.mktemp("template") / "gateway.db"
    asyncio.run(upgrade(_settings(database_url=f"sqlite://{path}")))
    return path


@pytest.fixture
def folder(tmp_path: Path, migrated: Path) -> Path:
    shutil.copy(migrated, tmp_path / "gateway.db")
    catalogue = "\n".join(_PACKAGE.format(price.id) for price in _AT_STRIPE) + _PACKAGE.format(UNKNOWN_AT_STRIPE)
    (tmp_path / "catalogue.toml").write_text(catalogue)
    return tmp_path


@pytest.fixture
async def house(folder: Path) -> AsyncIterator[House]:
    async with opened(folder) as house:
        yield house


@asynccontextmanager
async def opened(folder: Path, **values: Any) -> AsyncIterator[House]:
    """The house with settings of its own."""
    gateway_socket, sandbox_socket = _free_socket(), _free_socket()
    url, sandbox_url = _url(gateway_socket), _url(sandbox_socket)
    defaults: dict[str, Any] = {
        "database_url": f"sqlite://{folder / 'gateway.db'}",
        "catalogue": folder / "catalogue.toml",
        "stripe_api_base": sandbox_url,
        "stripe_rate_limit": "1000/second",
    }
    settings = _settings(**(defaults | values))
    sandbox = create_sandbox(
        SandboxConfig(
            base_url=sandbox_url,
            webhooks=(SandboxWebhook(f"{url}/api/stripe/webhook", WEBHOOK_SECRET),),
            prices=_AT_STRIPE,
            retry_delays_seconds=(0.05, 0.1, 0.2),
        )
    )
    async with (
        _served(create_app(settings), gateway_socket),
        _served(sandbox, sandbox_socket),
        httpx.AsyncClient(base_url=url, timeout=30) as shop,
        httpx.AsyncClient(base_url=sandbox_url, timeout=30) as buyer,
    ):
        yield House(url, shop, buyer)


def _settings(**values: Any) -> Settings:
    required: dict[str, Any] = {"stripe_api_key": KEY, "stripe_webhook_secrets": WEBHOOK_SECRET}
    return Settings(_env_file=None, **(required | values))


@asynccontextmanager
async def _served(app: Any, taken: socket.socket) -> AsyncIterator[None]:
    config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1, lifespan="on")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[taken]))
    async with asyncio.timeout(20):
        while not (server.started or task.done()):  # noqa: ASYNC110 uvicorn offers a flag and no event
            await asyncio.sleep(0.005)
    try:
        yield
    finally:
        server.should_exit = True
        await task
        taken.close()


def _free_socket() -> socket.socket:
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    taken.bind(("127.0.0.1", 0))
    return taken


def _url(taken: socket.socket) -> str:
    return f"http://127.0.0.1:{taken.getsockname()[1]}"
