"""The entry points as a shop and as Stripe use them. A connection that dies under a call is None, not an error."""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import aiohttp

STARTER = "price_1QlYNRHVMy0i1BlJA1y0DxB2"
_CANCEL = (
    "mutation ($id: ID!) { cancelCheckoutSession(sessionId: $id) "
    "{ __typename ... on Payment { status } ... on Refusal { code } } }"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, body and headers of one call that was answered to its end; `seconds` is how long it took."""

    status: int
    body: Any
    headers: Mapping[str, str]
    seconds: float

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


class Shop:
    """One client on one gateway, which may be dead at any moment."""

    def __init__(self, url: str, *, webhook_secret: str) -> None:
        self._url = url
        self._secret = webhook_secret.encode()

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(self._url, timeout=aiohttp.ClientTimeout(total=60))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.close()

    async def create(self, key: str | None = None, *, price_id: str = STARTER, **fields: Any) -> Answer | None:
        headers = {"Idempotency-Key": key} if key is not None else {}
        return await self._call(
            "POST", "/api/create-checkout-session", json={"priceId": price_id, **fields}, headers=headers
        )

    async def status(self, session_id: str) -> Answer | None:
        return await self._call("GET", f"/api/check-payment-status/{session_id}")

    async def cancel(self, session_id: str) -> Answer | None:
        return await self._call("POST", "/graphql", json={"query": _CANCEL, "variables": {"id": session_id}})

    async def deliver(self, event: Mapping[str, Any]) -> Answer | None:
        """Post an event as Stripe does, signed here and now."""
        body = json.dumps(event).encode()
        stamp = int(time.time())
        digest = hmac.new(self._secret, f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        headers = {"Stripe-Signature": f"t={stamp},v1={digest}", "Content-Type": "application/json"}
        return await self._call("POST", "/api/stripe/webhook", data=body, headers=headers)

    async def _call(self, method: str, path: str, **options: Any) -> Answer | None:
        began = time.perf_counter()
        try:
            async with self._http.request(method, path, **options) as answer:
                text = await answer.text()
                took = time.perf_counter() - began
                body = json.loads(text) if text else None
                return Answer(answer.status, body, dict(answer.headers), took)
        except (aiohttp.ClientError, OSError, TimeoutError):
            return None
