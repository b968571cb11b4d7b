"""Stripe's side of a test: a sandbox on a real port, and an account from which it is operated.

No webhook is sent by itself: a test fetches events, signs them and delivers them when, as often and in whatever order
it likes.
"""

import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson

from gateway.sandbox.app import create_sandbox
from gateway.sandbox.config import SandboxConfig, SandboxPrice
from tests.harness.oracle import intents_of
from tests.harness.serving import free_socket, served, url_of
from tests.harness.stripe_front import StripeFront

KEY = "sk_test_bench"
SETTLE_SECONDS = 60.0

PRICE = "price_starter"
MONTHLY = "price_monthly"
FREE = "price_free"

PRICES = (
    SandboxPrice(id=PRICE, name="Starter", description="To begin with", unit_amount=500, currency="usd"),
    SandboxPrice(id=FREE, name="Nothing", description="Costs nothing", unit_amount=0, currency="usd"),
    SandboxPrice(id="price_euro", name="Euro", description="Elsewhere", unit_amount=500, currency="eur"),
    SandboxPrice(id="price_cents", name="Ten cents", description="Too little", unit_amount=10, currency="usd"),
    SandboxPrice(
        id="price_expensive", name="Expensive", description="Too much", unit_amount=99_999_900, currency="usd"
    ),
    SandboxPrice(id="price_retired", name="Old", description="Gone", unit_amount=500, currency="usd", active=False),
    SandboxPrice(
        id=MONTHLY,
        name="Monthly",
        description="Every month",
        unit_amount=900,
        currency="usd",
        recurring_interval="month",
    ),
)


class Clock:
    """The sandbox's clock: real time, plus what the bench adds so that delayed payments settle now."""

    def __init__(self) -> None:
        self.ahead_seconds = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead_seconds


@dataclass
class Desk:
    """Stripe's side: the buyer at the hosted page, the Dashboard, and the list of events."""

    url: str
    http: aiohttp.ClientSession
    clock: Clock
    seen: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Every event fetched so far, oldest first."""

    async def pay(self, session_id: str, method: str = "pm_card_visa") -> int:
        """The HTTP status: 200 complete or waiting for 3-D Secure, 402 declined, 400 no longer open."""
        return (await self._post(f"/v1/payment_pages/{session_id}/confirm", {"payment_method": method}))[0]

    async def decline(self, session_id: str) -> int:
        return await self.pay(session_id, "pm_card_chargeDeclined")

    async def answer_challenge(self, session_id: str, *, well: bool) -> None:
        outcome = {"outcome": "complete" if well else "fail"}
        url = f"{self.url}/c/pay/{session_id}/challenge"
        async with self.http.post(url, data=outcome, allow_redirects=False) as answer:
            await answer.read()

    async def expire(self, session_id: str) -> int:
        """As the Dashboard does it, or the clock: not at the gateway's wish."""
        return (await self._post(f"/v1/checkout/sessions/{session_id}/expire", {}))[0]

    async def refund(self, session_id: str, amount_minor: int | None = None) -> int:
        intent_id = (await self.session(session_id))["payment_intent"]["id"]
        amount = {"amount": str(amount_minor)} if amount_minor is not None else {}
        return (await self._post("/v1/refunds", {"payment_intent": intent_id, **amount}))[0]

    async def refund_if_paid(self, session_id: str, amount_minor: int) -> None:
        """Nothing where there is no charge, or not so much left of it."""
        if (await self.session(session_id))["payment_intent"] is not None:
            await self.refund(session_id, amount_minor)

    async def settle(self) -> None:
        """Every delayed payment ends now."""
        self.clock.ahead_seconds += SETTLE_SECONDS
        await self._get("/v1/account", {})

    async def control(self, path: str, **data: str) -> Any:
        """The object that a control under `/_sandbox` changed."""
        status, body = await self._post(f"/_sandbox/{path}", data)
        assert status == 200, body
        return body

    async def accept_creates(self) -> None:
        async with self.http.delete(f"{self.url}/_sandbox/create_refusal") as answer:
            assert answer.status == 200, await answer.text()

    async def price(self, amount_minor: int = 500, **extra: str) -> str:
        """The id of a new price in US dollars."""
        form = {"currency": "usd", "unit_amount": str(amount_minor), "product_data[name]": "A new one", **extra}
        status, price = await self._post("/v1/prices", form)
        assert status == 200, price
        return str(price["id"])

    async def promotion_codes(self) -> None:
        """TENTH takes a tenth off, ALL everything; made once."""
        if (await self._get("/v1/promotion_codes", {"limit": "1"}))["data"]:
            return
        for code, percent in (("TENTH", "10"), ("ALL", "100")):
            _, coupon = await self._post("/v1/coupons", {"percent_off": percent, "duration": "once"})
            form = {"code": code, "promotion[type]": "coupon", "promotion[coupon]": coupon["id"]}
            status, made = await self._post("/v1/promotion_codes", form)
            assert status == 200, made

    async def charge_id(self, session_id: str) -> str:
        """Of the session's own intent, or of its first invoice's."""
        session = await self.session(session_id)
        intent = session["payment_intent"]
        if intent is None:
            invoice = await self._get(f"/v1/invoices/{session['invoice']}", {"expand[0]": "payments"})
            intent_id = invoice["payments"]["data"][0]["payment"]["payment_intent"]
            intent = await self._get(f"/v1/payment_intents/{intent_id}", {"expand[0]": "latest_charge"})
        return str(intent["latest_charge"]["id"])

    async def dispute(self, session_id: str, **values: str) -> str:
        """Open a dispute about everything that was captured; its id."""
        return str((await self.control(f"charges/{await self.charge_id(session_id)}/dispute", **values))["id"])

    async def move_dispute(self, dispute_id: str, **values: str) -> None:
        await self.control(f"disputes/{dispute_id}", **values)

    async def refund_charge(self, session_id: str, amount_minor: int | None = None) -> str:
        """Give money back in either mode; the refund's id."""
        amount = {"amount": str(amount_minor)} if amount_minor is not None else {}
        form = {"charge": await self.charge_id(session_id), **amount}
        status, refund = await self._post("/v1/refunds", form)
        assert status == 200, refund
        return str(refund["id"])

    async def renew(self, session_id: str, method: str = "pm_card_visa") -> None:
        subscription = (await self.session(session_id))["subscription"]["id"]
        await self.control(f"subscriptions/{subscription}/renew", payment_method=method)

    async def session(self, session_id: str) -> dict[str, Any]:
        expand = {"expand[0]": "payment_intent.latest_charge", "expand[1]": "subscription"}
        return await self._get(f"/v1/checkout/sessions/{session_id}", expand)

    async def sessions(self) -> list[dict[str, Any]]:
        """All of them, newest first, their intents, charges and subscriptions expanded; `invoice_intents` are those of
        the first invoice, and every intent has its `refunds` and `disputes`."""
        expand = {"expand[0]": "data.payment_intent.latest_charge", "expand[1]": "data.subscription"}
        sessions = [session async for session in self._all("/v1/checkout/sessions", **expand)]
        intents = {
            one["id"]: one async for one in self._all("/v1/payment_intents", **{"expand[0]": "data.latest_charge"})
        }
        payments: dict[str, list[Any]] = defaultdict(list)
        async for payment in self._all("/v1/invoice_payments"):
            payments[payment["invoice"]].append(intents[payment["payment"]["payment_intent"]])
        aftermath: dict[tuple[str, str], list[Any]] = defaultdict(list)
        for name in ("refunds", "disputes"):
            async for thing in self._all(f"/v1/{name}"):
                aftermath[name, thing["payment_intent"]].append(thing)
        for session in sessions:
            session["invoice_intents"] = payments[session["invoice"]]
            for intent in intents_of(session):
                intent |= {name: aftermath[name, intent["id"]] for name in ("refunds", "disputes")}
        return sessions

    async def newest_session(self) -> dict[str, Any]:
        newest: dict[str, Any] = (await self._get("/v1/checkout/sessions", {"limit": "1"}))["data"][0]
        return newest

    async def events(self) -> list[dict[str, Any]]:
        """Those that happened since the last call, oldest first."""
        news: list[dict[str, Any]] = []
        async for event in self._all("/v1/events"):
            if event["id"] in self.seen:
                break
            news.insert(0, event)
        self.seen |= {event["id"]: event for event in news}
        return news

    async def _all(self, path: str, **expand: str) -> AsyncIterator[dict[str, Any]]:
        after: dict[str, str] = {}
        while True:
            page = await self._get(path, {"limit": "100", **expand, **after})
            for thing in page["data"]:
                yield thing
            if not page["has_more"]:
                return
            after = {"starting_after": page["data"][-1]["id"]}

    async def _get(self, path: str, params: dict[str, str]) -> dict[str, Any]:
        async with self.http.get(self.url + path, params=params) as answer:
            assert answer.status == 200, await answer.text()
            thing: dict[str, Any] = orjson.loads(await answer.read())
            return thing

    async def _post(self, path: str, data: dict[str, str]) -> tuple[int, Any]:
        async with self.http.post(self.url + path, data=data) as answer:
            return answer.status, orjson.loads(await answer.read())


@asynccontextmanager
async def stripe_side() -> AsyncIterator[tuple[StripeFront, Desk]]:
    """A sandbox with nothing in it, on a real port."""
    with free_socket() as taken:
        url = url_of(taken)
        front, clock = StripeFront(), Clock()
        headers = {"Authorization": f"Bearer {KEY}", "X-Desk": "1"}
        async with (
            served(front, taken),
            aiohttp.ClientSession(headers=headers) as http,
            fresh_sandbox(front, clock, url),
        ):
            yield front, Desk(url, http, clock)


@asynccontextmanager
async def fresh_sandbox(front: StripeFront, clock: Clock, url: str) -> AsyncIterator[None]:
    """An empty sandbox behind `front`, until the block ends."""
    config = SandboxConfig(base_url=url, prices=PRICES, settle_seconds=SETTLE_SECONDS)
    app = create_sandbox(config, clock=clock)
    async with app.router.lifespan_context(app):
        front.app = app
        yield
        front.calm()
