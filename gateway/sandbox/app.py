"""The sandbox as an ASGI app.

The gateway starts it on a port of its own and talks to it over HTTP, as to Stripe itself.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from gateway.sandbox import catalogue, checkout_page, due_actions, home_page, ids, paper_page, session_page
from gateway.sandbox.api import MAX_BODY_BYTES, refusal_response, routes_of
from gateway.sandbox.checkout_view import Views
from gateway.sandbox.config import SandboxConfig
from gateway.sandbox.delivery import Delivery
from gateway.sandbox.entities.account import account, webhook_endpoint
from gateway.sandbox.errors import StripeRefusal, invalid, unknown_url
from gateway.sandbox.idempotency import Idempotency
from gateway.sandbox.routes import catalogue as catalogue_routes
from gateway.sandbox.routes import controls, events, offers, payment_pages, payments, sessions
from gateway.sandbox.runtime import Sandbox
from gateway.sandbox.schedule import Schedule
from gateway.sandbox.store import Clock, Kind, Store


def create_sandbox(config: SandboxConfig, *, clock: Clock = time.time) -> Starlette:
    """The app; its lifespan opens the state, delivers webhooks while it runs, and stops at once.

    `clock` is in Unix seconds.
    """
    sandbox = _assemble(config, clock)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        _take_up(sandbox)
        await sandbox.delivery.start()
        ticking = asyncio.create_task(due_actions.tick(sandbox), name="sandbox-clock")
        try:
            yield
        finally:
            ticking.cancel()
            with suppress(asyncio.CancelledError):
                await ticking
            await sandbox.delivery.stop()
            sandbox.store.close()

    return Starlette(
        routes=_routes(sandbox),
        lifespan=lifespan,
        exception_handlers={HTTPException: _http_error, StripeRefusal: _refusal},
        max_body_size=MAX_BODY_BYTES,
    )


def _assemble(config: SandboxConfig, clock: Clock) -> Sandbox:
    store = Store(clock=clock, path=config.state_path)
    delivery = Delivery(
        store=store,
        webhooks=config.webhooks,
        retry_delays_seconds=config.retry_delays_seconds,
    )
    return Sandbox(config=config, store=store, schedule=Schedule(), delivery=delivery, idempotency=Idempotency(store))


def _take_up(sandbox: Sandbox) -> None:
    store, config = sandbox.store, sandbox.config
    store.open()
    catalogue.seed(store, config.prices)
    if store.count(Kind.ACCOUNT) == 0:
        store.put(Kind.ACCOUNT, account(account_id=ids.mint("acct"), created=store.now(), name=config.shop_name))
    _take_up_endpoints(store, [webhook.url for webhook in config.webhooks])
    due_actions.restore(sandbox)
    store.commit()


def _take_up_endpoints(store: Store, urls: list[str]) -> None:
    """One endpoint an address; those of an earlier run keep their ids, place by place."""
    known = [endpoint["id"] for endpoint in store.oldest_first(Kind.ENDPOINT)]
    for endpoint_id in known[len(urls) :]:
        store.remove(Kind.ENDPOINT, endpoint_id)
    for place, url in enumerate(urls):
        endpoint_id = known[place] if place < len(known) else ids.mint("we")
        store.put(Kind.ENDPOINT, webhook_endpoint(endpoint_id=endpoint_id, created=store.now(), url=url))


def _routes(sandbox: Sandbox) -> list[BaseRoute]:
    views = Views(sandbox)
    entries = (
        *sessions.entries(),
        *catalogue_routes.entries(),
        *payments.entries(),
        *events.entries(),
        *payment_pages.entries(),
        *offers.entries(),
        *controls.entries(),
    )
    return [
        *routes_of(sandbox, entries),
        *checkout_page.routes(sandbox, views),
        *home_page.routes(sandbox, views),
        *session_page.routes(sandbox, views),
        *paper_page.routes(sandbox, views),
        Mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static"),
    ]


async def _http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if not request.url.path.startswith(("/v1/", "/_sandbox/")):
        return PlainTextResponse(error.detail, error.status_code, headers=error.headers)
    refusal = (
        unknown_url(request.method, request.url.path)
        if error.status_code in (404, 405)
        else invalid(error.detail, status=error.status_code)
    )
    return refusal_response(refusal, ids.mint("req"))


async def _refusal(request: Request, error: Exception) -> Response:
    if not isinstance(error, StripeRefusal):
        raise error
    return refusal_response(error, ids.mint("req"))
