"""Fan-out between processes over Redis pub/sub: one channel a watched payment, one connection to hear them all.

Redis is a doorbell, never a source of truth: while it is away nothing waits for it longer than a blip, the hub's sweep
finds what was missed, and when it is back every watched payment is rung once.
"""

import asyncio
from contextlib import suppress
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from gateway.domain.identifiers import PaymentId
from gateway.pubsub.bus import ANY_PAYMENT, Doorbell, Ring
from gateway.redis_guard import RedisAway, RedisGuard, close_in_time, one_retry
from gateway.telemetry.logs import get_logger
from gateway.telemetry.metrics import BUS_FAULTS

BLIP_SECONDS = 0.25
REST_SECONDS = 0.5
"""Before a lost connection is opened again."""
PING_SECONDS = 2.0
PREFIX = "gateway:payment:"
IDLE_CHANNEL = "gateway:idle"
"""Always subscribed, so that the connection has something to wait on."""

FAULTS = (RedisError, OSError, TimeoutError)
log = get_logger(__name__)


class RedisBus:
    def __init__(self, url: str) -> None:
        # Reading has its own deadline in `_hear`; these bound the handshake of every connection that is opened.
        self._redis: Redis = Redis.from_url(
            url, socket_connect_timeout=PING_SECONDS, socket_timeout=PING_SECONDS, retry=one_retry()
        )
        self._guard = RedisGuard("doorbells", self._redis.ping)
        self._pubsub: Any = None
        self._ring: Ring | None = None
        self._heard: dict[PaymentId, asyncio.Event] = {}
        self._listening: asyncio.Task[None] | None = None

    @property
    def is_heard(self) -> bool:
        return self._pubsub is not None

    async def start(self, ring: Ring) -> None:
        self._ring = ring
        self._listening = asyncio.create_task(self._listen())

    async def stop(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
        await self._guard.close()
        await close_in_time(self._redis)

    async def publish(self, doorbell: Doorbell) -> None:
        """Our own watchers are rung at once; the others hear it from Redis."""
        if self._ring is not None:
            self._ring(doorbell)
        try:
            await self._guard.ask(lambda: self._redis.publish(PREFIX + doorbell.payment_id, doorbell.version))
        except RedisAway:
            BUS_FAULTS.labels("publish").inc()

    async def open(self, payment_id: PaymentId) -> None:
        """Returns once Redis has confirmed, or after a blip: then the sweep must do."""
        heard = self._heard.get(payment_id)
        is_first = heard is None
        if heard is None:
            heard = self._heard[payment_id] = asyncio.Event()
        with suppress(TimeoutError):
            async with asyncio.timeout(BLIP_SECONDS):
                if is_first:
                    await self._tell("subscribe", payment_id)
                if self._pubsub is not None and not self._guard.is_away:
                    await heard.wait()

    async def close(self, payment_id: PaymentId) -> None:
        if self._heard.pop(payment_id, None) is not None:
            await self._tell("unsubscribe", payment_id)

    async def _tell(self, verb: str, payment_id: PaymentId) -> None:
        if self._pubsub is None:
            return  # The listener subscribes to all that is wanted as soon as it is connected.
        try:
            async with asyncio.timeout(BLIP_SECONDS):
                pattern = "p" if payment_id == ANY_PAYMENT else ""
                await getattr(self._pubsub, pattern + verb)(PREFIX + payment_id)
        except FAULTS as error:
            BUS_FAULTS.labels(verb).inc()
            log.warning("Redis did not take a subscription.", action="bus.subscribe_failed", error=repr(error))

    async def _listen(self) -> None:
        """Hear until told to stop; whatever breaks the connection, connect again."""
        while True:
            try:
                async with self._redis.pubsub() as pubsub:
                    await self._resubscribe(pubsub)
                    await self._hear(pubsub)
            except FAULTS as error:
                BUS_FAULTS.labels("listen").inc()
                log.warning("Redis is away; the sweep takes over.", action="bus.lost", error=repr(error))
            finally:
                self._pubsub = None
            await asyncio.sleep(REST_SECONDS)

    async def _resubscribe(self, pubsub: Any) -> None:
        async with asyncio.timeout(PING_SECONDS):
            one_by_one = self._heard.keys() - {ANY_PAYMENT}
            await pubsub.subscribe(IDLE_CHANNEL, *(PREFIX + payment_id for payment_id in one_by_one))
            if ANY_PAYMENT in self._heard:
                await pubsub.psubscribe(PREFIX + ANY_PAYMENT)
        self._pubsub = pubsub
        for payment_id in self._heard:
            self._ring_for(payment_id)  # Whatever was rung while we were deaf is found now.

    async def _hear(self, pubsub: Any) -> None:
        """Reads messages; a connection that answers no ping within its time is given up."""
        pinged = False
        while True:
            message = await pubsub.get_message(timeout=PING_SECONDS)
            if message is None:
                if pinged:
                    raise TimeoutError("Redis answered no ping")
                async with asyncio.timeout(PING_SECONDS):
                    await pubsub.ping()
                pinged = True
                continue
            pinged = False
            self._take(message)

    def _take(self, message: dict[str, Any]) -> None:
        channel = message.get("channel") or b""
        name = channel.decode() if isinstance(channel, bytes) else str(channel)
        if not name.startswith(PREFIX):
            return
        payment_id = PaymentId(name.removeprefix(PREFIX))
        if message["type"] in {"subscribe", "psubscribe"}:
            heard = self._heard.get(payment_id)
            if heard is not None:
                heard.set()
        elif message["type"] in {"message", "pmessage"}:
            self._ring_for(payment_id, version=int(message["data"]))

    def _ring_for(self, payment_id: PaymentId, *, version: int = 2**31) -> None:
        if self._ring is not None:
            self._ring(Doorbell(payment_id, version))
