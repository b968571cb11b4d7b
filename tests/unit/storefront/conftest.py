"""The storefront alone, with the catalogue it reads and nothing behind it."""

from collections.abc import AsyncIterator
from importlib.resources import files
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from gateway.domain.catalogue import parse_catalogue
from gateway.settings import Settings
from gateway.storefront.router import create_storefront


@pytest.fixture
def settings() -> Settings:
    return a_setting()


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    async with a_client(settings) as client:
        yield client


def a_setting(*, key: str = "sk_test_1", development: bool = True, **more: Any) -> Settings:
    return Settings.model_validate(
        {"STRIPE_API_KEY": key, "STRIPE_WEBHOOK_SECRET": "whsec_1", "development": development, **more}
        | ({"public_url": "https://pay.example"} if key.startswith("sk_live_") else {})
    )


def a_client(settings: Settings) -> httpx.AsyncClient:
    app = Starlette(routes=create_storefront(settings))
    catalogue = parse_catalogue(files("gateway").joinpath("catalogue.toml").read_text("utf-8"))
    app.state.services = SimpleNamespace(catalogue=catalogue, settings=settings)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://shop.test")
