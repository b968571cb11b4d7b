"""Whether Stripe knows us: the key, the clock, the webhook endpoints. For `gateway doctor`; it changes nothing.

It goes past the bucket and the breaker: three calls, made when somebody asks what is wrong.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any

import orjson
import stripe

from gateway.stripe_api.errors import Refused, translate

ENDPOINTS_AT_MOST = 100
PAGE = 100


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

    async def account_id(self) -> str:
        """Whose key this is. A restricted key may not be allowed to ask: Unexecuted."""
        answer = await _ask(self._v1.accounts.retrieve_current_async())
        return str(orjson.loads(answer.body).get("id", ""))

    def permissions(self, price_id: str) -> dict[str, Callable[[], Awaitable[None]]]:
        """What the gateway needs to be allowed, by name, each as a call that changes nothing.

        Raises Forbidden where it is not allowed. A session of a price that does not exist is refused by
        Stripe, and by another refusal where the key may write no sessions at all.
        """
        one: Any = {"limit": 1}
        nothing: Any = {"mode": "payment", "line_items": [{"price": "price_that_does_not_exist", "quantity": 1}]}
        v1 = self._v1
        calls: dict[str, Callable[[], Awaitable[Any]]] = {
            "read prices": lambda: v1.prices.retrieve_async(price_id),
            "write Checkout Sessions": lambda: v1.checkout.sessions.create_async(nothing),
            "read PaymentIntents": lambda: v1.payment_intents.list_async(one),
            "read refunds": lambda: v1.refunds.list_async(one),
            "read disputes": lambda: v1.disputes.list_async(one),
            "read invoices": lambda: v1.invoices.list_async(one),
        }
        return {name: partial(_is_allowed, call) for name, call in calls.items()}

    async def active_prices(self) -> AsyncIterator[dict[str, Any]]:
        """Every price that may be sold, newest first, its product expanded."""
        after: str | None = None
        while True:
            params: Any = {"active": True, "limit": PAGE, "expand": ["data.product"]}
            if after is not None:
                params["starting_after"] = after
            page = orjson.loads((await _ask(self._v1.prices.list_async(params))).body)
            for price in page["data"]:
                yield price
            if not page["has_more"]:
                return
            after = page["data"][-1]["id"]

    async def has_shipping_rate(self, rate_id: str) -> bool:
        """An active one."""
        try:
            answer = await _ask(self._v1.shipping_rates.retrieve_async(rate_id))
        except Refused:
            return False
        return bool(orjson.loads(answer.body).get("active"))

    async def can_compute_taxes(self) -> bool:
        """Whether Stripe Tax is set up: without it a checkout with `automatic_tax` is refused."""
        answer = await _ask(self._v1.tax.settings.retrieve_async())
        return bool(orjson.loads(answer.body).get("status") == "active")

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


async def _is_allowed(call: Callable[[], Awaitable[Any]]) -> None:
    try:
        await _ask(call())
    except Refused:
        return  # Judged and refused: so it was allowed to ask.


async def _ask(request: Awaitable[Any]) -> Any:
    try:
        return (await request).last_response
    except Exception as error:
        raise translate(error) from error
