"""The gateway without HTTP: its real services over a real sandbox (`stripe_account.py`).

A test hands signed events to `services.inbox.receive` itself.
"""

import hashlib
import hmac
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from gateway.bootstrap import open_services
from gateway.services.checkout.service import CheckoutRequest, CreatedSession
from gateway.services.container import Services
from gateway.services.inbox import Receipt
from gateway.settings import Settings
from tests.harness.stripe_account import KEY, PRICE, PRICES, Desk
from tests.harness.stripe_front import StripeFront

SECRET = "whsec_bench"
UNKNOWN_AT_STRIPE = "price_forgotten"
_PACKAGE = '[[packages]]\nprice_id = "{0}"\nunit_amount = {1}\ncurrency = "{2}"\nname = "A package"\n'


@dataclass
class BareGateway:
    """The services under test and everything around them."""

    services: Services
    settings: Settings
    front: StripeFront
    desk: Desk

    async def create(self, price_id: str = PRICE, **wishes: Any) -> CreatedSession:
        return await self.services.checkout.create(CheckoutRequest(price_id, **wishes))

    async def created(self, price_id: str = PRICE, **wishes: Any) -> str:
        """The id of a new session."""
        return str((await self.create(price_id, **wishes)).snapshot.session_id)

    async def deliver(self, event: dict[str, Any]) -> Receipt:
        return await self.services.inbox.receive(*signed(event))

    async def settled(self) -> None:
        """Until no question to Stripe is under way."""
        await self.services.refetcher.settled()

    async def learn_news(self, *, backwards: bool = False) -> None:
        """Deliver everything that happened, and let the gateway ask Stripe what that leaves open."""
        await self.deliver_news(backwards=backwards)
        await self.settled()

    async def deliver_news(self, *, backwards: bool = False) -> list[Receipt]:
        """Everything that happened since the last time, each once."""
        events = await self.desk.events()
        return [await self.deliver(event) for event in (reversed(events) if backwards else events)]


def signed(event: dict[str, Any], secret: str = SECRET) -> tuple[bytes, str]:
    """A body and its `Stripe-Signature`, made afresh as Stripe does for each try."""
    body, stamp = orjson.dumps(event), int(time.time())
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return body, f"t={stamp},v1={digest}"


@asynccontextmanager
async def open_gateway(
    database_url: str, scratch: Path, side: tuple[StripeFront, Desk], **values: Any
) -> AsyncIterator[BareGateway]:
    """Services on a database that is migrated already. A second call on the same database is a restart."""
    front, desk = side
    settings = settings_for(database_url, scratch, stripe_api_base=desk.url, **values)
    async with open_services(settings) as services:
        yield BareGateway(services, settings, front, desk)


def settings_for(database_url: str, scratch: Path, **values: Any) -> Settings:
    catalogue = scratch / "catalogue.toml"
    if not catalogue.exists():
        packages = [(price.id, price.unit_amount, price.currency) for price in PRICES]
        packages.append((UNKNOWN_AT_STRIPE, 500, "usd"))
        catalogue.write_text("\n".join(_PACKAGE.format(*package) for package in packages))
    required: dict[str, Any] = {
        "stripe_api_key": KEY,
        "stripe_webhook_secrets": SECRET,
        "database_url": database_url,
        "catalogue": catalogue,
        "stripe_rate_limit": "100000/second",
        "allowed_origins": "https://shop.example",
    }
    return Settings(_env_file=None, **(required | values))
