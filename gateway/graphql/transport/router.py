"""`/graphql`, exactly: one endpoint for POST, GET, server-sent events and WebSocket.

It decides who may speak and in which form. Batches, multipart uploads and the legacy `graphql-ws` protocol are off;
mutations travel by POST alone. GatewayErrors leave it as they are: `gateway.http.refusals` answers them.
"""

import re
import time
from datetime import timedelta

import orjson
from graphql import OperationType
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types.unset import UnsetType

from gateway.domain.errors import InvalidRequest, MethodNotAllowed, RateLimitExceeded
from gateway.domain.language import Language, Text, accepted_language
from gateway.graphql.context import Context, Place
from gateway.graphql.schema import build_schema
from gateway.graphql.transport.connection_init import parameter
from gateway.graphql.transport.http_request import Media, asks_for_page, negotiate, parse_body, parse_url, read_body
from gateway.graphql.transport.operations import (
    Answer,
    Operations,
    PersistedQueryNotSupported,
    Prepared,
    Rejected,
    Request,
)
from gateway.graphql.transport.origin import Origins
from gateway.graphql.transport.playground import Playground
from gateway.graphql.transport.sse import SAID_IN_FULL, send_events, send_events_of, send_nothing_more
from gateway.graphql.transport.websocket import SocketAdapter, SocketHandler
from gateway.http.answer_headers import announce, attach
from gateway.http.durations import leave_out, name_operation
from gateway.http.media_type import require_json
from gateway.http.scope import header
from gateway.http.signing import HEADER as SIGNATURE
from gateway.http.signing import is_signed
from gateway.services.container import Services
from gateway.services.running.admission import is_bearer
from gateway.settings import Settings
from gateway.telemetry.logs import get_logger
from gateway.telemetry.seldom import SeldomWarning

INIT_TIMEOUT = timedelta(seconds=5)
MAX_SUBSCRIPTIONS = 5
_LANGUAGE = re.compile(rb"(?:^|&)lang=(en|zh)(?:&|$)")


def create_graphql(settings: Settings) -> ASGIApp:
    """The endpoint, to be routed at the exact path for http and websocket. Services come from `scope["app"]`."""
    return GraphQLEndpoint(settings)


class ForeignOrigin(InvalidRequest):
    """A page of another site speaks through its visitor's browser."""

    http_status = 403

    def __init__(self) -> None:
        super().__init__(
            problem=Text(
                en="Pages of this origin may not call here (GATEWAY_ALLOWED_ORIGINS).",
                zh="不允许来自该来源的页面访问（GATEWAY_ALLOWED_ORIGINS）。",
            )
        )


class GraphQLEndpoint(GraphQL[Context, None]):
    """Strawberry's endpoint with its HTTP half replaced; of its WebSocket half the protocol's state is kept."""

    websocket_adapter_class = SocketAdapter
    graphql_transport_ws_handler_class = SocketHandler

    def __init__(self, settings: Settings) -> None:
        schema = build_schema()
        is_open = settings.has_playground
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=INIT_TIMEOUT,
            max_subscriptions_per_connection=MAX_SUBSCRIPTIONS,
        )
        self.operations = Operations(schema, introspection=is_open)
        self.playground = Playground() if is_open else None
        self.origins = Origins.of(settings)
        self.warn = SeldomWarning(
            get_logger("gateway.graphql"),
            "A WebSocket of a page of another origin was refused; if it is yours, name it in GATEWAY_ALLOWED_ORIGINS.",
            action="refused.socket_origin",
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_ours = self.origins.accepts(header(scope, b"origin"), host=header(scope, b"host"))
        if scope["type"] == "websocket":
            await self._serve_socket(WebSocket(scope, receive, send), is_ours=is_ours)
            return
        if not is_ours:
            raise ForeignOrigin
        accept = header(scope, b"accept") or ""
        if self.playground and scope["method"] == "GET" and asks_for_page(scope, accept):
            await self.playground.page()(scope, receive, send)
            return
        media = negotiate(accept)
        if media is Media.STREAM and scope["method"] == "GET" and header(scope, b"last-event-id") == SAID_IN_FULL:
            await send_nothing_more(send)
            return
        try:
            await self._serve_request(scope, receive, send, media=media)
        except ClientDisconnect:
            return

    async def _serve_request(self, scope: Scope, receive: Receive, send: Send, *, media: Media) -> None:
        context = context_of(scope)
        name_operation(scope, "graphql", "refused")
        request = await self._read(scope, receive, context)
        try:
            prepared = await self.operations.prepare(request, context)
            name_operation(scope, "graphql", prepared.operation.root)
            if prepared.operation.type is OperationType.SUBSCRIPTION:
                await self._stream(scope, receive, send, prepared=prepared, context=context, media=media)
                return
            _require_post(scope, prepared)
            answer, status = await self.operations.execute(prepared, context), 200
        except PersistedQueryNotSupported as declined:
            answer, status = declined.answer, 200
        except Rejected as rejected:
            # With `application/json` a request that was fine as HTTP is 200 whatever GraphQL thinks of it.
            answer, status = rejected.answer, 400 if media is Media.RESPONSE else 200
        finally:
            if context.window:
                announce(scope, context.window)
        if media is Media.STREAM:
            await send_events_of(send, answer)
        else:
            await _send_json(send, answer, media=media, status=status)

    async def _read(self, scope: Scope, receive: Receive, context: Context) -> Request:
        if scope["method"] == "GET":
            return parse_url(scope)
        if scope["method"] != "POST":
            attach(scope, "allow", "GET, POST")
            raise MethodNotAllowed
        require_json(scope)
        body = await read_body(receive)
        secrets = [secret.get_secret_value() for secret in context.services.settings.signing_secrets]
        if secrets:
            signature = header(scope, SIGNATURE.lower().encode())
            context.is_signed = is_signed(signature, body, secrets=secrets, now_seconds=time.time())
        return parse_body(body)

    async def _stream(
        self, scope: Scope, receive: Receive, send: Send, *, prepared: Prepared, context: Context, media: Media
    ) -> None:
        if media is not Media.STREAM:
            raise InvalidRequest(
                problem=Text(
                    en="Subscribe over WebSocket (graphql-transport-ws) or with `Accept: text/event-stream`.",
                    zh="订阅请使用 WebSocket（graphql-transport-ws）或 Accept: text/event-stream。",
                )
            )
        with context.services.admission.stream(context.address):
            if context.window:
                announce(scope, context.window)
                context.window = None
            context.place = place = Place(after=header(scope, b"last-event-id") or None)
            leave_out(scope)
            answers = self.operations.subscribe(prepared, context)
            await send_events(receive, send, answers, ending=context.services.ending, place=place)

    async def _serve_socket(self, socket: WebSocket, *, is_ours: bool) -> None:
        """A refused handshake is an HTTP answer where the server can give one, else its plain 403."""
        if not is_ours:
            self.warn(header(socket.scope, b"origin") or "")
            await _refuse_handshake(socket, PlainTextResponse("foreign origin", 403))
            return
        context = context_of(socket.scope)
        try:
            with context.services.admission.stream(context.address):
                await self.run(socket, context=context)
        except RateLimitExceeded as refusal:
            headers = {"Retry-After": str(refusal.retry_after_seconds)}
            await _refuse_handshake(socket, PlainTextResponse("too many sockets", 429, headers=headers))

    def is_websocket_origin_allowed(self, request: WebSocket, origin: str) -> bool:
        """Judged before strawberry asks, by the rule that HTTP follows too."""
        return True

    async def on_ws_connect(self, context: Context) -> UnsetType:
        """A page cannot set headers on its socket, so an operator's key and a language come in `connection_init`."""
        authorization = parameter(context.connection_params, "authorization")
        if authorization is not None:
            context.operator = context.services.admission.operator(authorization)
        language = parameter(context.connection_params, "accept-language")
        context.language = accepted_language(language, otherwise=context.language)
        return UnsetType()


def context_of(scope: Scope) -> Context:
    """The caller behind a request or a handshake."""
    services: Services = scope["app"].state.services
    authorization = header(scope, b"authorization")
    operator = services.admission.operator(authorization)
    return Context(
        services=services,
        address=services.admission.client_address(scope),
        language=_language(scope),
        operator=operator,
        has_wrong_key=operator is None and is_bearer(authorization),
    )


def _language(scope: Scope) -> Language:
    """A page's own language (`?lang=zh` on the endpoint's url), because a browser lets no script set a header on an
    EventSource. Else what `Accept-Language` prefers."""
    chosen = _LANGUAGE.search(scope["query_string"])
    return Language(chosen[1].decode()) if chosen else accepted_language(header(scope, b"accept-language"))


def _require_post(scope: Scope, prepared: Prepared) -> None:
    if prepared.operation.type is OperationType.MUTATION and scope["method"] != "POST":
        attach(scope, "allow", "POST")
        raise MethodNotAllowed


async def _send_json(send: Send, answer: Answer, *, media: Media, status: int) -> None:
    body = orjson.dumps(answer)
    headers = [
        (b"content-type", f"{media}; charset=utf-8".encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"private, no-cache"),
        (b"vary", b"Accept, Accept-Language"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _refuse_handshake(socket: WebSocket, answer: Response) -> None:
    if "websocket.http.response" in socket.scope.get("extensions", {}):
        await socket.send_denial_response(answer)
    else:
        await socket.close(1008)
