"""The whole gateway and the sandbox on real ports: SQLite, Stripe's SDK, and webhooks that travel over HTTP."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.app import create_app
from gateway.models.migrations import upgrade
from gateway.sandbox.app import create_sandbox
from gateway.sandbox.config import SandboxConfig, SandboxPrice, SandboxWebhook
from gateway.settings import Settings
from tests.harness.serving import free_socket, served, url_of

WEBHOOK_SECRET = "whsec_tests_only"
KEY = "sk_test_anything"
STARTER, RETIRED, YEN, CENTS, EXPENSIVE, UNKNOWN_AT_STRIPE = (
    f"price_{name}" for name in ("Starter", "Retired", "Yen", "Cents", "Expensive", "Missing")
)

_AT_STRIPE = tuple(
    SandboxPrice(id=price, name=price, description="", unit_amount=amount, currency=currency, active=price != RETIRED)
    for price, amount, currency in (
        (STARTER, 500, "usd"),
        (RETIRED, 500, "usd"),
        (YEN, 500, "jpy"),
        (CENTS, 10, "usd"),
        (EXPENSIVE, 99_999_999, "usd"),
    )
)
_PACKAGE = '[[packages]]\nprice_id = "{}"\nunit_amount = 500\ncurrency = "usd"\nname = "A package"\n'


@dataclass
class ServedGateway:
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
async def gateway(folder: Path) -> AsyncIterator[ServedGateway]:
    async with opened(folder) as gateway:
        yield gateway


@asynccontextmanager
async def opened(folder: Path, **values: Any) -> AsyncIterator[ServedGateway]:
    """The gateway with settings of its own."""
    gateway_socket, sandbox_socket = free_socket(), free_socket()
    url, sandbox_url = url_of(gateway_socket), url_of(sandbox_socket)
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
        served(create_app(settings), gateway_socket, lifespan=True),
        served(sandbox, sandbox_socket, lifespan=True),
        httpx.AsyncClient(base_url=url, timeout=30) as shop,
        httpx.AsyncClient(base_url=sandbox_url, timeout=30) as buyer,
    ):
        yield ServedGateway(url, shop, buyer)


def _settings(**values: Any) -> Settings:
    required: dict[str, Any] = {"stripe_api_key": KEY, "stripe_webhook_secrets": WEBHOOK_SECRET}
    return Settings(_env_file=None, **(required | values))
