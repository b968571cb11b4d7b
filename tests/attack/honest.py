"""The honest client: a process of its own that reads statuses, buys now and then, and watches one payment.

`python -m tests.attack.honest <url> <reads a second>` writes what each call met as a line of JSON, with the system's
monotonic time, which all processes share. A line on standard input is a session to watch; the end of it is the end.
"""

import asyncio
import json
import sys
import time
from contextlib import suppress
from itertools import count, cycle
from typing import Any

import aiohttp

from tests.harness.shop import STARTER
from tests.harness.watchers import Watcher

ADDRESSES = tuple(f"127.0.2.{number}" for number in range(1, 41))
"""So many honest callers, that each stays within its own limit."""
BUYS_EVERY = 10
"""Every tenth call is a create."""
FRESH_EVERY = 4
"""Every fourth call comes on a connection of its own."""
CALL_SECONDS = 30.0
TICK_SECONDS = 0.02


class Honest:
    def __init__(self, url: str, per_second: float) -> None:
        self._url = url
        self._pause = 1 / per_second
        self._sessions: list[str] = []
        self._calls: set[asyncio.Task[None]] = set()
        self._watching: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """At a fixed pace: a call that waits does not keep the next from being made."""
        clients = [self._client(address) for address in ADDRESSES]
        try:
            listening = asyncio.create_task(self._listen())
            ticking = asyncio.create_task(_tick())
            turn = cycle(clients)
            for number in count():
                if listening.done():
                    break
                task = asyncio.create_task(self._call(next(turn), number))
                self._calls.add(task)
                task.add_done_callback(self._calls.discard)
                await asyncio.sleep(self._pause)
        finally:
            for task in (*self._calls, *self._watching, ticking):
                task.cancel()
            await asyncio.gather(*self._calls, *self._watching, ticking, return_exceptions=True)
            for client in clients:
                await client.close()

    def _client(self, address: str) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(local_addr=(address, 0))
        timeout = aiohttp.ClientTimeout(total=CALL_SECONDS)
        return aiohttp.ClientSession(self._url, connector=connector, timeout=timeout)

    async def _call(self, client: aiohttp.ClientSession, number: int) -> None:
        began = time.monotonic()
        what = "read" if self._sessions and number % BUYS_EVERY else "create"
        headers = {"Connection": "close"} if number % FRESH_EVERY == 0 else {}
        met: str | int
        try:
            if what == "create":
                made = client.post("/api/create-checkout-session", json={"priceId": STARTER}, headers=headers)
                async with made as answer:
                    met = answer.status
                    if met == 200:
                        self._sessions.append((await answer.json())["sessionId"])
            else:
                session = self._sessions[number % len(self._sessions)]
                async with client.get(f"/api/check-payment-status/{session}", headers=headers) as answer:
                    await answer.read()
                    met = answer.status
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            met = type(error).__name__
        _say({"what": what, "at": began, "seconds": time.monotonic() - began, "met": met})

    async def _listen(self) -> None:
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
        while line := await reader.readline():
            self._watching.add(asyncio.create_task(self._watch(line.decode().strip())))

    async def _watch(self, session: str) -> None:
        watcher = Watcher(session)
        watching = asyncio.create_task(watcher.watch([self._url]))
        try:
            await watcher.listening.wait()
            _say({"what": "watching", "session": session})
            await watching
            _say({"what": "final", "session": session, "met": watcher.final, "at": time.monotonic()})
        finally:
            watching.cancel()


async def _tick() -> None:
    """How late the machine lets this very process run: what its latencies contain of other programs' work."""
    while True:
        began = time.monotonic()
        await asyncio.sleep(TICK_SECONDS)
        _say({"what": "tick", "at": began, "seconds": max(0.0, time.monotonic() - began - TICK_SECONDS), "met": 200})


def _say(fact: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(fact) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt, BrokenPipeError):
        asyncio.run(Honest(sys.argv[1], float(sys.argv[2])).run())
