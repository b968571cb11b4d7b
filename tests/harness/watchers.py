"""Clients that watch a payment, over `graphql-transport-ws` or an event stream, and do not give up.

Each keeps the greatest version it saw and resumes after it, at the next address, whenever its connection ends: what a
careful front end does.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, WebSocketException
from websockets.typing import Subprotocol

WATCH = """subscription ($id: ID!, $since: Int) {
  paymentStatus(sessionId: $id, sinceVersion: $since) { status version isFinal }
}"""
REST_SECONDS = 0.1
OPEN_SECONDS = 10.0
FAULTS = (WebSocketException, InvalidHandshake, aiohttp.ClientError, OSError, TimeoutError, EOFError)
Close = int | str | None


@dataclass
class Watcher:
    session: str
    address: str | None = None
    """Whom to say it calls for, where the gateway believes that."""
    by_events: bool = False
    """Over an event stream instead of a WebSocket."""
    versions: list[int] = field(default_factory=list)
    final: str | None = None
    final_at: float = 0.0
    backwards: int = 0
    closes: Counter[Close] = field(default_factory=Counter)
    listening: asyncio.Event = field(default_factory=asyncio.Event)

    async def watch(self, urls: Sequence[str], *, start: int = 0) -> None:
        """Until the final status came; a connection that ends is opened again at the next address."""
        turn = start
        while self.final is None:
            try:
                await (self._one_stream if self.by_events else self._one_socket)(urls[turn % len(urls)])
            except FAULTS:
                await asyncio.sleep(REST_SECONDS)
            turn += 1

    async def _one_socket(self, url: str) -> None:
        address = url.replace("http", "ws", 1) + "/graphql"
        protocol = Subprotocol("graphql-transport-ws")
        headers = self._headers()
        async with connect(
            address,
            subprotocols=[protocol],
            additional_headers=headers,
            open_timeout=OPEN_SECONDS,
            compression=None,
            ping_interval=None,
        ) as socket:
            try:
                await self._listen(socket)
            finally:
                if self.final is None and socket.close_code is not None:
                    self.closes[socket.close_code] += 1

    async def _one_stream(self, url: str) -> None:
        """One event a line of `data:`; what ends without `complete` has lost its connection."""
        timeout = aiohttp.ClientTimeout(total=None, connect=OPEN_SECONDS, sock_read=3 * OPEN_SECONDS)
        headers = {**self._headers(), "Accept": "text/event-stream"}
        async with (
            aiohttp.ClientSession(timeout=timeout) as http,
            http.post(f"{url}/graphql", json=self._question(), headers=headers) as answer,
        ):
            answer.raise_for_status()
            try:
                async for line in answer.content:
                    if line == b"event: complete\n":
                        return
                    if line.startswith(b"data: ") and (data := json.loads(line[6:]).get("data")):
                        self._take(data["paymentStatus"])
            finally:
                if self.final is None:
                    self.closes["stream ended"] += 1
                    await asyncio.sleep(REST_SECONDS)

    def _headers(self) -> dict[str, str]:
        return {"X-Forwarded-For": self.address} if self.address else {}

    def _question(self) -> dict[str, Any]:
        since = self.versions[-1] if self.versions else None
        return {"query": WATCH, "variables": {"id": self.session, "since": since}}

    async def _listen(self, socket: ClientConnection) -> None:
        await socket.send(json.dumps({"type": "connection_init"}))
        payload = self._question()
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        async for frame in socket:
            message: dict[str, Any] = json.loads(frame)
            if message["type"] == "next":
                self._take(message["payload"]["data"]["paymentStatus"])
            elif message["type"] == "complete":
                return
            elif message["type"] == "error":
                await asyncio.sleep(REST_SECONDS)
                return

    def _take(self, payment: dict[str, Any]) -> None:
        version = int(payment["version"])
        if self.versions and version <= self.versions[-1]:
            self.backwards += 1
        self.versions.append(version)
        self.listening.set()
        if payment["isFinal"]:
            self.final, self.final_at = str(payment["status"]), time.perf_counter()


class Crowd:
    """Many watchers, spread over the sessions in turn; every `events_every`-th of them watches by an event stream."""

    def __init__(
        self,
        sessions: Sequence[str],
        count: int,
        *,
        addresses: Sequence[str | None] = (None,),
        events_every: int = 5,
    ) -> None:
        self.watchers = [
            Watcher(
                sessions[number % len(sessions)],
                addresses[number % len(addresses)],
                by_events=number % events_every == events_every - 1,
            )
            for number in range(count)
        ]
        self._tasks: list[asyncio.Task[None]] = []

    async def gather(self, urls: Sequence[str], *, seconds: float = 60.0) -> None:
        """Returns when every one has its first snapshot."""
        self._tasks = [
            asyncio.create_task(watcher.watch(urls, start=number)) for number, watcher in enumerate(self.watchers)
        ]
        async with asyncio.timeout(seconds):
            for watcher in self.watchers:
                await watcher.listening.wait()

    async def finish(self, *, seconds: float) -> None:
        """Wait for the last of them, at most so long."""
        await asyncio.wait(self._tasks, timeout=seconds)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def breaches(self) -> list[str]:
        missed = sum(watcher.final != "PAID" for watcher in self.watchers)
        backwards = sum(watcher.backwards for watcher in self.watchers)
        return [
            *([f"{missed} of {len(self.watchers)} watchers missed the final status"] if missed else []),
            *([f"{backwards} versions went backwards or came twice"] if backwards else []),
        ]

    @property
    def resumed(self) -> int:
        return sum(sum(watcher.closes.values()) for watcher in self.watchers)

    @property
    def closes(self) -> dict[Close, int]:
        return dict(sum((watcher.closes for watcher in self.watchers), Counter()))
