"""Webhooks: each event is signed and posted to every endpoint, several at once and in no promised order.

Anything but a 2xx is tried again after the configured delays, signed afresh each time; then it has failed until
somebody asks for a resend. What is undelivered is in the store, so a restart takes it up again. Redirects are not
followed.
"""

import asyncio
import hashlib
import hmac
import logging

import aiohttp
import orjson

from gateway.sandbox.config import SandboxWebhook
from gateway.sandbox.store import Kind, Object, Store

MAX_AT_ONCE = 32
TIMEOUT_SECONDS = 10.0

_log = logging.getLogger(__name__)


class Delivery:
    """`start` inside a running loop, `stop` drops what is under way at once (it stays pending in the store)."""

    def __init__(
        self, *, store: Store, webhooks: tuple[SandboxWebhook, ...], retry_delays_seconds: tuple[float, ...]
    ) -> None:
        self._store = store
        self._webhooks = webhooks
        self._delays = retry_delays_seconds
        self._queue: asyncio.Queue[str] = asyncio.Queue()
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._workers: list[asyncio.Task[None]] = []
        self._http: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        if not self._webhooks:
            return
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS))
        for record in self._store.oldest_first(Kind.DELIVERY):
            if record["state"] == "pending":
                self._queue.put_nowait(record["id"])
        self._workers = [
            asyncio.create_task(self._work(self._http), name=f"sandbox-delivery-{number}")
            for number in range(MAX_AT_ONCE)
        ]

    async def stop(self) -> None:
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        self._workers.clear()
        if self._http is not None:
            await self._http.close()

    def enqueue(self, delivery_id: str) -> None:
        timer = self._timers.pop(delivery_id, None)
        if timer is not None:
            timer.cancel()
        self._queue.put_nowait(delivery_id)

    async def _work(self, http: aiohttp.ClientSession) -> None:
        while True:
            delivery_id = await self._queue.get()
            event_id, _, place = delivery_id.partition("#")
            event = self._store.get(Kind.EVENT, event_id)
            record = self._store.get(Kind.DELIVERY, delivery_id)
            if event is None or record is None or int(place or 0) >= len(self._webhooks):
                continue
            try:
                status, answer = await self._post(http, self._webhooks[int(place or 0)], event)
                self._note(record, event, status, answer)
            except Exception:
                _log.exception("A webhook worker failed on one event and continues with the next.")

    async def _post(
        self, http: aiohttp.ClientSession, webhook: SandboxWebhook, event: Object
    ) -> tuple[int | None, str]:
        body = orjson.dumps(event, option=orjson.OPT_INDENT_2)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature_header(webhook.secret, body, timestamp=self._store.now()),
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        try:
            async with http.post(webhook.url, data=body, headers=headers, allow_redirects=False) as answer:
                return answer.status, str(answer.status)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return None, type(error).__name__

    def _note(self, record: Object, event: Object, status: int | None, answer: str) -> None:
        record["tries"] += 1
        record["answer"] = answer
        if status is not None and 200 <= status < 300:
            record["state"] = "delivered"
            event["pending_webhooks"] = max(0, event["pending_webhooks"] - 1)
            self._store.put(Kind.EVENT, event)
        elif record["tries"] > len(self._delays):
            record["state"] = "failed"
        else:
            self._try_later(record["id"], self._delays[record["tries"] - 1])
        self._store.put(Kind.DELIVERY, record)
        self._store.commit()

    def _try_later(self, delivery_id: str, delay_seconds: float) -> None:
        loop = asyncio.get_running_loop()
        self._timers[delivery_id] = loop.call_later(delay_seconds, self.enqueue, delivery_id)


def delivery_ids(event_id: str, endpoints: int) -> list[str]:
    """The record of an event's delivery to each endpoint. The first bears the event's own id."""
    return [event_id if place == 0 else f"{event_id}#{place}" for place in range(endpoints)]


def signature_header(secret: str, body: bytes, *, timestamp: int) -> str:
    """`t=…,v1=…`: HMAC-SHA256 over `t.body`, keyed with the whole secret, prefix included."""
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"
