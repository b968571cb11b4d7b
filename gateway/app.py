"""Settings in, one ASGI application out. Nothing is built at import, and no rule lives here."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway import __version__
from gateway.bootstrap import open_services, require_writable
from gateway.client.router import create_client_module
from gateway.console.router import create_console
from gateway.graphql.notice_body import notice_body
from gateway.graphql.transport.router import create_graphql
from gateway.http.access_log import AccessLog
from gateway.http.answer_headers import AnswerHeaders
from gateway.http.assets import asset_routes
from gateway.http.base_path import BasePath
from gateway.http.cors import Cors
from gateway.http.fair_turns import FairTurns
from gateway.http.hosts import Hosts
from gateway.http.reader import StrictReader
from gateway.http.refusals import GRAPHQL_PATH, Refusals
from gateway.http.request_id import RequestId
from gateway.http.shortcuts import Shortcuts
from gateway.http.traced import Traced
from gateway.rest.documentation_page import create_documentation
from gateway.rest.errors import translate_framework_errors
from gateway.rest.health import health_routes
from gateway.rest.router import create_rest
from gateway.services.container import Services
from gateway.settings import Settings
from gateway.storefront.error_page import create_error_page
from gateway.storefront.router import create_storefront
from gateway.telemetry.logs import get_logger
from gateway.telemetry.tracing import TracingNotInstalled, start_tracing
from gateway.webhooks.router import create_webhooks
from gateway.worker.runner import background_work

OpenServices = Callable[[Settings], AbstractAsyncContextManager[Services]]


def create_app(settings: Settings, *, opening: OpenServices | None = None) -> FastAPI:
    """The gateway with all its entry points. Services open and close with the server's lifespan."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with _traced(settings), (opening or open_with_background)(settings) as services:
            app.state.services = services
            yield

    hot = [*create_rest(), *create_webhooks(), *_exactly(GRAPHQL_PATH, create_graphql(settings))]
    app = FastAPI(
        title="Payments gateway",
        version=__version__,
        description="Create a Stripe Checkout session, send the buyer, learn what became of the payment.",
        servers=[{"url": settings.base_url}],
        lifespan=lifespan,
        middleware=[*_middlewares(settings), Middleware(Shortcuts, routes=hot)],
        docs_url=None,
        openapi_url="/api/openapi.json",
        redoc_url=None,
        redirect_slashes=False,
        # Its spans would carry session ids in their urls; it also asks the environment on every call.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    translate_framework_errors(app)
    app.router.routes[:0] = [*hot, *_other_routes(settings)]
    return app


@asynccontextmanager
async def open_with_background(settings: Settings) -> AsyncIterator[Services]:
    """The services, and the background work beside them."""
    async with open_services(settings) as services:
        await require_writable(services)
        if not settings.development:  # There the pretend Stripe begins together with us; it is asked in the background.
            await services.installation.prove()
        services.notices.describe = partial(notice_body, services)
        await services.notices.register()
        async with background_work(services):
            yield services


@asynccontextmanager
async def _traced(settings: Settings) -> AsyncIterator[None]:
    """Spans are sent meanwhile, where an endpoint for them is set."""
    if settings.otlp_endpoint is None:
        yield
        return
    try:
        stop = start_tracing(settings.otlp_endpoint)
    except TracingNotInstalled:
        get_logger(__name__).warning(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set and the extra [otel] is not installed: no span is sent.",
            action="tracing.not_installed",
        )
        yield
        return
    try:
        yield
    finally:
        await asyncio.to_thread(stop)


def _other_routes(settings: Settings) -> list[BaseRoute]:
    """Those that are not called most, before the documentation's own."""
    pages = [*create_console(settings), *create_storefront(settings), *create_documentation(settings)]
    if settings.has_playground or settings.has_docs:
        pages += asset_routes()
    return [*health_routes(), *create_client_module(), *pages]


def _middlewares(settings: Settings) -> list[Middleware]:
    """From the outside in. Errors are answered inside CORS, so that browsers may read them, and inside the log."""
    return [
        Middleware(AnswerHeaders, livemode=settings.livemode),
        Middleware(RequestId),
        *([Middleware(Traced)] if settings.otlp_endpoint else []),
        Middleware(AccessLog),
        Middleware(
            Cors,
            origins=settings.allowed_origins,
            own=settings.base_url,
            loopback=settings.development,
            more_headers=settings.cors_headers,
        ),
        Middleware(Refusals, page=create_error_page(settings)),
        Middleware(BasePath, path=settings.base_path),
        # In dev the pretend Stripe and the browser call by localhost, whatever a tunnel makes of us outside.
        Middleware(Hosts, public_url=None if settings.development else settings.public_url),
        Middleware(StrictReader),
        Middleware(FairTurns),
    ]


class _Endpoint:
    """Starlette takes an object for an ASGI application and a function for a handler of requests."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


def _exactly(path: str, app: ASGIApp) -> list[BaseRoute]:
    """The application at this path alone, for HTTP and WebSocket: a mount would answer 307 without the slash."""
    endpoint = _Endpoint(app)
    return [Route(path, endpoint), WebSocketRoute(path, endpoint)]
