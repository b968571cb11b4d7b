"""A gateway with a few payments behind it, their Stripe still running, and copies of its database to break."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from gateway.models.migrations import upgrade
from gateway.settings import Settings
from tests.harness.commands import Commands
from tests.integration.reconciliation.pair import KEY, SECRET, STARTER, Pair, running


@dataclass(frozen=True)
class Sample:
    """Sessions by what became of them; `path` is the database."""

    pair: Pair
    path: Path
    paid: str
    refunded: str
    open: str


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with our schema and nothing in it, made once and copied."""
    path = tmp_path_factory.mktemp("template") / "gateway.db"
    values: dict[str, Any] = {
        "stripe_api_key": KEY,
        "stripe_webhook_secrets": SECRET,
        "database_url": f"sqlite://{path}",
    }
    asyncio.run(upgrade(Settings(_env_file=None, **values)))
    return path


@pytest.fixture
def folder(tmp_path: Path, migrated: Path) -> Path:
    shutil.copy(migrated, tmp_path / "gateway.db")
    return tmp_path


@pytest.fixture
async def pair(folder: Path, commands: Commands) -> AsyncIterator[Pair]:
    async with running(folder, commands=commands) as started:
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sample(tmp_path_factory: pytest.TempPathFactory, migrated: Path, commands: Commands) -> AsyncIterator[Sample]:
    """One paid after a decline, one refunded in part, one still open. Tests read it and never change it."""
    folder = tmp_path_factory.mktemp("sample")
    shutil.copy(migrated, folder / "gateway.db")
    async with running(folder, commands=commands) as pair:
        paid, refunded, still_open = [await _bought(pair, key) for key in ("one", "two", "three")]
        await pair.pay(paid, "pm_card_chargeDeclined")
        await pair.settled()  # So that the failure is a version of its own.
        for session_id in (paid, refunded):
            await pair.pay(session_id)
        await pair.refund(refunded, 200)
        await pair.settled()
        yield Sample(pair, folder / "gateway.db", paid, refunded, still_open)


async def _bought(pair: Pair, key: str) -> str:
    body = {"priceId": STARTER, "clientReferenceId": f"order-{key}"}
    headers = {"Idempotency-Key": f"key-{key}-as-long-as-it-must-be"}
    answer = await pair.shop.post("/api/create-checkout-session", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["sessionId"])
