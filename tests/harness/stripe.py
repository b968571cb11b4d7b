"""The sandbox's own API, as a test needs it: buyers pay, money goes back, and the truth is read in full."""

from collections.abc import AsyncIterator, Mapping
from types import TracebackType
from typing import Any, Self

import aiohttp

MARKER = "gateway_payment_id"
"""Written down again on purpose: a test must not believe what it is testing."""

Object = dict[str, Any]


class Stripe:
    """One client on one sandbox. A refusal is an answer like any other: status and body."""

    def __init__(self, url: str, *, key: str) -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {key}"}

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=30)
        self._http = aiohttp.ClientSession(self._url, headers=self._headers, timeout=timeout)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.close()

    async def pay(self, session_id: str, method: str = "pm_card_visa") -> int:
        """200: complete (or waiting for the bank); 402: declined; 400: no longer open."""
        status, _ = await self._post(f"/v1/payment_pages/{session_id}/confirm", {"payment_method": method})
        return status

    async def refund(self, intent_id: str, amount: int | None = None) -> int:
        fields = {"payment_intent": intent_id} | ({"amount": str(amount)} if amount is not None else {})
        status, _ = await self._post("/v1/refunds", fields)
        return status

    async def expire(self, session_id: str) -> None:
        """At Stripe's own wish, as the clock does it."""
        status, body = await self._post(f"/v1/checkout/sessions/{session_id}/expire", {})
        assert status == 200, body

    async def resend(self, event_id: str) -> None:
        status, body = await self._post(f"/v1/events/{event_id}/retry", {})
        assert status == 200, body

    async def session(self, session_id: str) -> Object:
        return await self._get(f"/v1/checkout/sessions/{session_id}", {"expand[]": "payment_intent.latest_charge"})

    async def sessions(self) -> list[Object]:
        return [session async for session in self._all("/v1/checkout/sessions")]

    async def charges(self) -> list[Object]:
        return [charge async for charge in self._all("/v1/charges")]

    async def disputes(self) -> list[Object]:
        return [dispute async for dispute in self._all("/v1/disputes")]

    async def intents(self) -> list[Object]:
        return [intent async for intent in self._all("/v1/payment_intents")]

    async def events(self, **filters: str) -> list[Object]:
        return [event async for event in self._all("/v1/events", **filters)]

    async def latest_events(self, count: int) -> list[Object]:
        page = await self._get("/v1/events", {"limit": str(count)})
        return list(page["data"])

    async def _all(self, path: str, **filters: str) -> AsyncIterator[Object]:
        params = {"limit": "100", **filters}
        while True:
            page = await self._get(path, params)
            for item in page["data"]:
                yield item
            if not page["has_more"]:
                return
            params["starting_after"] = page["data"][-1]["id"]

    async def _get(self, path: str, params: Mapping[str, str]) -> Object:
        async with self._http.get(path, params=params) as answer:
            body: Object = await answer.json()
            assert answer.status == 200, body
            return body

    async def _post(self, path: str, fields: Mapping[str, str]) -> tuple[int, Object]:
        async with self._http.post(path, data=fields) as answer:
            return answer.status, await answer.json()
