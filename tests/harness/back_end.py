"""The shop's own back end: takes notices, verified by the public library, and answers as a test wants."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from standardwebhooks import Webhook

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLwSwMfKQ9r8GKYo="
OTHER_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDC2FVsBQIhro="
HANGS = 0
DIES = -1

Decide = Callable[[dict[str, Any]], int]
"""A notice's body → the status to answer, or HANGS, or DIES."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One delivery as it came. `id` is its `webhook-id`."""

    id: str
    body: dict[str, Any]
    answered: int

    @property
    def type(self) -> str:
        return str(self.body["type"])


@dataclass
class BackEnd:
    """`decide` says what is answered; `notices` is everything that came, in order."""

    url: str = ""
    secret: str = SECRET
    decide: Decide = lambda _: 200
    notices: list[Notice] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    released: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def taken(self) -> list[Notice]:
        return [notice for notice in self.notices if 200 <= notice.answered < 300]

    def of(self, session_id: str) -> list[Notice]:
        return [notice for notice in self.notices if notice.body["sessionId"] == session_id]

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """Raises WebhookVerificationError for a notice that is not signed right."""
        body = Webhook(self.secret).verify(await request.read(), dict(request.headers))
        answer = self.decide(body)
        self.notices.append(Notice(request.headers["webhook-id"], body, answer))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if answer == HANGS:
                await self.released.wait()
            if answer in {HANGS, DIES} and request.transport is not None:
                request.transport.abort()
            headers = {"Location": "/elsewhere"} if 300 <= answer < 400 else {}
            return web.Response(status=max(answer, 200), text=f"answer {answer}", headers=headers)
        finally:
            self.at_once -= 1


@asynccontextmanager
async def back_end(secret: str = SECRET) -> AsyncIterator[BackEnd]:
    """On a free port of this machine, until the block ends."""
    shop = BackEnd(secret=secret)
    app = web.Application(client_max_size=2**20)
    app.router.add_post("/notices", shop.receive)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    shop.url = f"http://127.0.0.1:{runner.addresses[0][1]}/notices"
    try:
        yield shop
    finally:
        shop.released.set()
        await runner.cleanup()
