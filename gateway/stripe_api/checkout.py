"""The calls to Stripe that the gateway makes, each in and out as plain JSON.

Every method raises a StripeFault and nothing else. No method is called inside a transaction.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import orjson
import stripe

from gateway.stripe_api.errors import Broken, Refused, StripeFault, Unanswered, translate
from gateway.stripe_api.gate import Gate
from gateway.telemetry.logs import get_logger
from gateway.telemetry.metrics import STRIPE_ERRORS, STRIPE_SECONDS
from gateway.telemetry.tracing import span

Session = dict[str, Any]

RETRIEVE_EXPAND = ["payment_intent.latest_charge", "subscription"]
PAGE = 100
PAGES_AT_MOST = 100

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class StripePrice:
    """What a create needs to know of a price. `unit_amount` is None where Stripe has no single amount (tiers).

    `options` are the other currencies it is offered in, with their amounts. `divide_by` and `rounds_up` are how Stripe
    turns the quantity into what is charged.
    """

    active: bool
    unit_amount: int | None
    currency: str
    recurring: bool
    options: Mapping[str, int | None] = field(default_factory=dict)
    divide_by: int = 1
    rounds_up: bool = False
    is_metered: bool = False
    is_pay_what_you_want: bool = False


class Listed(StrEnum):
    """What can be listed by when it was created."""

    SESSIONS = "sessions"
    REFUNDS = "refunds"
    DISPUTES = "disputes"


@dataclass(frozen=True, slots=True)
class Page:
    """`next_after` is where the next page begins; None: this was the last."""

    items: list[dict[str, Any]]
    next_after: str | None


class StripeCheckout:
    """Checkout Sessions and prices of one account."""

    def __init__(self, client: stripe.StripeClient, gate: Gate) -> None:
        self._v1 = client.v1
        self.gate = gate

    async def price(self, price_id: str) -> StripePrice | None:
        """None: Stripe has no such price. Waits for its turn."""
        params: Any = {"expand": ["currency_options"]}
        prices = self._v1.prices
        try:
            price = await self._call("prices.retrieve", lambda: prices.retrieve_async(price_id, params), wait=True)
        except Refused:
            return None
        return _price_of(price)

    async def create_session(self, parameters: Mapping[str, Any], *, idempotency_key: str) -> Session:
        """Create, or be given again what this key created. The SDK repeats a lost answer with the same key."""
        options: Any = {"idempotency_key": idempotency_key, "max_network_retries": 1}
        sessions = self._v1.checkout.sessions
        body: Any = dict(parameters)
        return await self._call("sessions.create", lambda: sessions.create_async(body, options), wait=True)

    async def retrieve_session(self, session_id: str, *, wait: bool = False) -> Session:
        """With the intent, its latest charge and the subscription expanded. By default never waits for a turn."""
        sessions = self._v1.checkout.sessions
        params: Any = {"expand": RETRIEVE_EXPAND}
        return await self._call("sessions.retrieve", lambda: sessions.retrieve_async(session_id, params), wait=wait)

    async def expire_session(self, session_id: str) -> Session:
        """Raises Refused when the session is no longer open: the caller retrieves what it has become."""
        sessions = self._v1.checkout.sessions
        return await self._call("sessions.expire", lambda: sessions.expire_async(session_id), wait=True)

    async def list_sessions(self, *, created_from: int, created_to: int) -> AsyncIterator[Session]:
        """All sessions created in the window (Unix seconds, both ends included), newest first, page by page."""
        after: str | None = None
        while True:
            page = await self.page_of(Listed.SESSIONS, created_from=created_from, created_to=created_to, after=after)
            for session in page.items:
                yield session
            if page.next_after is None:
                return
            after = page.next_after

    async def page_of(self, what: Listed, *, created_from: int, created_to: int, after: str | None) -> Page:
        """One page of what was created in the window, newest first; sessions are expanded. Waits for its turn."""
        params: Any = {"limit": PAGE, "created": {"gte": created_from, "lte": created_to}}
        if what is Listed.SESSIONS:
            params["expand"] = [f"data.{path}" for path in RETRIEVE_EXPAND]
        if after is not None:
            params["starting_after"] = after
        services = {
            Listed.SESSIONS: self._v1.checkout.sessions,
            Listed.REFUNDS: self._v1.refunds,
            Listed.DISPUTES: self._v1.disputes,
        }
        service: Any = services[what]
        page = await self._call(f"{what}.list", lambda: service.list_async(params), wait=True)
        found: list[dict[str, Any]] = page.get("data", [])
        return Page(found, found[-1]["id"] if found and page.get("has_more") else None)

    async def line_items(self, session_id: str) -> list[Session]:
        """What a session sells, its first two lines: enough to tell one package from anything else."""
        items = self._v1.checkout.sessions.line_items
        params: Any = {"limit": 2}
        page = await self._call("sessions.line_items", lambda: items.list_async(session_id, params), wait=True)
        return list(page.get("data", []))

    async def refunds_of(self, intent_id: str) -> list[Session]:
        """The refunds of an intent, newest first."""
        return await self._of_intent("refunds.list", self._v1.refunds, intent_id)

    async def create_refund(self, parameters: Mapping[str, Any], *, idempotency_key: str) -> dict[str, Any]:
        """Make a refund, or be given again what this key made. Waits for its turn."""
        options: Any = {"idempotency_key": idempotency_key, "max_network_retries": 1}
        body: Any = dict(parameters)
        refunds = self._v1.refunds
        return await self._call("refunds.create", lambda: refunds.create_async(body, options), wait=True)

    async def disputes_of(self, intent_id: str) -> list[Session]:
        """The disputes of an intent, newest first."""
        return await self._of_intent("disputes.list", self._v1.disputes, intent_id)

    async def retrieve_invoice(self, invoice_id: str) -> dict[str, Any]:
        """With its payments, which name the intents that pay it."""
        params: Any = {"expand": ["payments"]}
        invoices = self._v1.invoices
        return await self._call("invoices.retrieve", lambda: invoices.retrieve_async(invoice_id, params), wait=True)

    async def retrieve_intent(self, intent_id: str) -> dict[str, Any]:
        """With its latest charge."""
        params: Any = {"expand": ["latest_charge"]}
        intents = self._v1.payment_intents
        return await self._call(
            "payment_intents.retrieve", lambda: intents.retrieve_async(intent_id, params), wait=True
        )

    async def _of_intent(self, operation: str, service: Any, intent_id: str) -> list[Session]:
        found: list[Session] = []
        for _ in range(PAGES_AT_MOST):
            params: Any = {"payment_intent": intent_id, "limit": PAGE}
            if found:
                params["starting_after"] = found[-1]["id"]
            page = await self._call(operation, lambda: service.list_async(params), wait=True)  # noqa: B023 (awaited)
            found += page.get("data", [])
            if not page.get("has_more"):
                break
        return found

    async def _call(self, operation: str, request: Callable[[], Awaitable[Any]], *, wait: bool) -> dict[str, Any]:
        breaker, clock = self.gate.breaker(operation), asyncio.get_running_loop().time
        async with self.gate.turn(operation, wait=wait):
            began = clock()
            try:
                with STRIPE_SECONDS.labels(operation).time(), span(f"stripe {operation}"):
                    answer = await request()
            except Exception as error:
                fault = translate(error)
                _note(operation, fault, error)
                is_away = isinstance(fault, Unanswered | Broken)
                breaker.failed() if is_away else breaker.succeeded(seconds=clock() - began)
                raise fault from error
            breaker.succeeded(seconds=clock() - began)
        raw: dict[str, Any] = orjson.loads(answer.last_response.body)
        return raw


def _price_of(price: dict[str, Any]) -> StripePrice:
    transform, recurring = price.get("transform_quantity") or {}, price.get("recurring") or {}
    options = price.get("currency_options") or {}
    return StripePrice(
        active=price.get("active") is True,
        unit_amount=price.get("unit_amount"),
        currency=str(price.get("currency", "")).lower(),
        recurring=price.get("type") == "recurring",
        options={str(name).lower(): (option or {}).get("unit_amount") for name, option in options.items()},
        divide_by=transform.get("divide_by") or 1,
        rounds_up=transform.get("round") == "up",
        is_metered=recurring.get("usage_type") == "metered",
        is_pay_what_you_want=bool(price.get("custom_unit_amount")),
    )


def _note(operation: str, fault: StripeFault, error: Exception) -> None:
    STRIPE_ERRORS.labels(operation).inc()
    if isinstance(error, stripe.IdempotencyError):
        log.error("An idempotency key was used with other parameters.", action="stripe.idempotency", fault=str(fault))
    elif not isinstance(fault, Refused):
        log.warning("Stripe did not serve a call.", action="stripe.fault", operation=operation, fault=str(fault))
