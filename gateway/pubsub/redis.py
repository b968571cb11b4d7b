"""Fan-out between processes over Redis pub/sub: one channel a watched payment, one connection to hear them all.

Redis is a doorbell, never a source of truth: while it is away nothing waits for it longer than a moment, the hub's
sweep finds what was missed, and when it is back every watched payment is rung once.

One connection lives until the first thing goes wrong on it, and is then replaced as a whole. One task reads from it and
one writes to it, what is wanted since the last time all at once; watchers only say what they want and wait to learn
that it is heard.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from redis.asyncio import Redis

from gateway.domain.identifiers import PaymentId
from gateway.engines.redis_guard import RedisAway, RedisGuard, close_in_time, never_again, one_retry
from gateway.pubsub.bus import ANY_PAYMENT, Doorbell, Ring
from gateway.telemetry.logs import get_logger
from gateway.telemetry.metrics import BUS_FAULTS

TIMEOUT_SECONDS = 0.25
REST_SECONDS = 0.5
"""Before a lost connection is replaced."""
PING_SECONDS = 2.0
PREFIX = "gateway:payment:"
IDLE_CHANNEL = "gateway:idle"
"""Always subscribed, so that there is something to wait on."""

log = get_logger(__name__)


@dataclass(slots=True)
class _Channel:
    """One payment, kept while somebody wants it or Redis was asked to send it."""

    was_deaf: bool
    """Wanted while nothing was heard: to be rung as soon as it is heard."""
    is_wanted: bool = True
    is_subscribed: bool = False
    confirmed: asyncio.Event = field(default_factory=asyncio.Event)


class RedisBus:
    def __init__(self, url: str) -> None:
        bounds: Any = {"socket_connect_timeout": PING_SECONDS, "socket_timeout": PING_SECONDS}
        self._redis: Redis = Redis.from_url(url, **bounds, retry=one_retry())
        # A client that replaces its connection behind our back would be deaf meanwhile, and nobody would know.
        self._listener: Redis = Redis.from_url(url, **bounds, retry=never_again())
        self._guard = RedisGuard("doorbells", self._redis.ping)
        self._ring: Ring | None = None
        self._listening: asyncio.Task[None] | None = None
        self._is_heard = False
        self._is_known_lost = False
        self._channels: dict[PaymentId, _Channel] = {}
        self._changed: set[PaymentId] = set()
        self._news = asyncio.Event()

    @property
    def is_heard(self) -> bool:
        return self._is_heard and not self._guard.is_away

    async def start(self, ring: Ring) -> None:
        self._ring = ring
        self._listening = asyncio.create_task(self._listen())

    async def stop(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
        await self._guard.close()
        await close_in_time(self._listener)
        await close_in_time(self._redis)

    async def publish(self, doorbell: Doorbell) -> None:
        """Our own watchers are rung at once; the others hear it from Redis."""
        self._ring_for(doorbell.payment_id, doorbell.version)
        try:
            await self._guard.ask(lambda: self._redis.publish(PREFIX + doorbell.payment_id, str(doorbell.version)))
        except RedisAway:
            BUS_FAULTS.labels("publish").inc()

    async def open(self, payment_id: PaymentId) -> None:
        """Returns once Redis has confirmed, or after a moment: then the sweep must do."""
        channel = self._channels.setdefault(payment_id, _Channel(was_deaf=not self._is_heard))
        channel.is_wanted = True
        self._note(payment_id)
        if self._is_heard:
            with suppress(TimeoutError):
                async with asyncio.timeout(TIMEOUT_SECONDS):
                    await channel.confirmed.wait()

    async def close(self, payment_id: PaymentId) -> None:
        channel = self._channels.get(payment_id)
        if channel is not None and not channel.is_subscribed:
            del self._channels[payment_id]
            self._changed.discard(payment_id)
        elif channel is not None:
            channel.is_wanted = False
            self._note(payment_id)

    def _note(self, payment_id: PaymentId) -> None:
        self._changed.add(payment_id)
        self._news.set()

    async def _listen(self) -> None:
        """Connection after connection, until it is stopped."""
        while True:
            try:
                async with self._listener.pubsub() as pubsub:
                    await pubsub.subscribe(IDLE_CHANNEL)
                    _heed_cancel()
                    await self._live(pubsub)
            except Exception as error:
                BUS_FAULTS.labels("listen").inc()
                if not self._is_known_lost:
                    log.warning("Redis is not heard; the sweep takes over.", action="bus.lost", error=repr(error))
                self._is_known_lost = True
            finally:
                self._forget_connection()
            await asyncio.sleep(REST_SECONDS)

    async def _live(self, pubsub: Any) -> None:
        """Until the first thing goes wrong, which is raised."""
        both = {asyncio.create_task(self._subscribe(pubsub)), asyncio.create_task(self._hear(pubsub))}
        try:
            done, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)
        for task in done:
            task.result()

    def _forget_connection(self) -> None:
        self._is_heard = False
        self._channels = {one: _Channel(was_deaf=True) for one, channel in self._channels.items() if channel.is_wanted}
        self._changed = set(self._channels)

    async def _subscribe(self, pubsub: Any) -> None:
        """Keep the connection subscribed to what is wanted, and prove every now and then that it lives."""
        while True:
            self._news.clear()
            opening, closing = self._changes()
            async with asyncio.timeout(PING_SECONDS):
                await _tell(pubsub, "subscribe", opening)
                await _tell(pubsub, "unsubscribe", closing)
            _heed_cancel()
            self._is_heard = True
            if self._is_known_lost:
                log.info("Redis is heard again.", action="bus.back")
            self._is_known_lost = False
            try:
                async with asyncio.timeout(PING_SECONDS):
                    await self._news.wait()
            except TimeoutError:
                async with asyncio.timeout(PING_SECONDS):
                    await pubsub.ping()

    def _changes(self) -> tuple[set[PaymentId], set[PaymentId]]:
        """What to subscribe to and what to give up, by what has changed since the last call."""
        changed, self._changed = self._changed & self._channels.keys(), set()
        opening = {one for one in changed if self._channels[one].is_wanted and not self._channels[one].is_subscribed}
        # One that is not confirmed yet is given up later: its confirmation would be taken for the next one's.
        closing = {
            one for one in changed if not self._channels[one].is_wanted and self._channels[one].confirmed.is_set()
        }
        for payment_id in opening:
            self._channels[payment_id].is_subscribed = True
        for payment_id in closing:
            del self._channels[payment_id]
        return opening, closing

    async def _hear(self, pubsub: Any) -> None:
        """Read what comes. Raises TimeoutError when not even a ping is answered."""
        while True:
            message = await pubsub.get_message(timeout=2 * PING_SECONDS)
            if message is None:
                raise TimeoutError("Redis answered no ping")
            self._take(message)
            _heed_cancel()

    def _take(self, message: dict[str, Any]) -> None:
        channel, data = _text(message.get("channel")), _text(message.get("data"))
        if not channel.startswith(PREFIX):
            return
        payment_id = PaymentId(channel.removeprefix(PREFIX))
        if message["type"] in {"subscribe", "psubscribe"}:
            self._confirm(payment_id)
        elif message["type"] in {"message", "pmessage"} and data.isdecimal():
            self._ring_for(payment_id, int(data))

    def _confirm(self, payment_id: PaymentId) -> None:
        channel = self._channels.get(payment_id)
        if channel is None:
            return
        channel.confirmed.set()
        if not channel.is_wanted:
            self._note(payment_id)  # It can be given up now.
        elif channel.was_deaf:
            channel.was_deaf = False
            self._ring_for(payment_id, None)

    def _ring_for(self, payment_id: PaymentId, version: int | None) -> None:
        if self._ring is not None:
            self._ring(Doorbell(payment_id, version))


async def _tell(pubsub: Any, verb: str, payment_ids: set[PaymentId]) -> None:
    for pattern, some in (("", payment_ids - {ANY_PAYMENT}), ("p", payment_ids & {ANY_PAYMENT})):
        if some:
            await getattr(pubsub, pattern + verb)(*(PREFIX + payment_id for payment_id in some))


def _heed_cancel() -> None:
    """The client uses `wait_for`, which on Python 3.11 loses a cancel that comes just as what it waits for is done."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value or "")
