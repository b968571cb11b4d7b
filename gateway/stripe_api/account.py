"""Whether Stripe knows us: the key, the clock, the webhook endpoints. For `gateway doctor`; it changes nothing.

It goes past the bucket and the breaker: three calls, made when somebody asks what is wrong.
"""

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import orjson
import stripe

from gateway.stripe_api.errors import translate

ENDPOINTS_AT_MOST = 100


@dataclass(frozen=True, slots=True)
class Greeting:
    """An answer to a call that only a working key may make. `date` is Stripe's clock, to the second."""

    date: datetime | None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where Stripe sends events. `api_version` None is the account's default; `*` among `events` is all of them."""

    url: str
    enabled: bool
    api_version: str | None
    events: frozenset[str]


class StripeAccount:
    """Every method raises a StripeFault and nothing else."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._v1 = client.v1

    async def greet(self) -> Greeting:
        """Ask for one checkout session: the permission that everything else needs."""
        answer = await _ask(self._v1.checkout.sessions.list_async({"limit": 1}))
        date = answer.headers.get("Date") or answer.headers.get("date")
        return Greeting(parsedate_to_datetime(date).astimezone(UTC) if date else None)

    async def endpoints(self) -> list[Endpoint]:
        """Those of the key's account and mode. A restricted key may not be allowed to see them: Unexecuted."""
        answer = await _ask(self._v1.webhook_endpoints.list_async({"limit": ENDPOINTS_AT_MOST}))
        return [
            Endpoint(
                url=str(found.get("url", "")),
                enabled=found.get("status") == "enabled",
                api_version=found.get("api_version"),
                events=frozenset(found.get("enabled_events") or ()),
            )
            for found in orjson.loads(answer.body).get("data", [])
        ]


def spoken_version() -> str:
    """The API version this program's SDK asks for, and so reads."""
    return str(stripe.api_version)


async def _ask(request: Awaitable[Any]) -> Any:
    try:
        return (await request).last_response
    except Exception as error:
        raise translate(error) from error
