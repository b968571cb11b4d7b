"""`graphql-transport-ws`: strawberry keeps the protocol's state, we check what comes in and run the operations.

Every frame is checked before strawberry sees it, because `[]`, `null` or a binary frame would be a traceback there.
Mutations are refused: `complete` cancels what runs, and a half-run mutation is nothing anybody asked for.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Any

import orjson
from graphql import OperationType
from starlette.websockets import WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import NonJsonMessageReceived, NonTextMessageReceived, WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler, Operation
from strawberry.subscriptions.protocols.graphql_transport_ws.types import Message, SubscribeMessage

from gateway.domain.errors import GatewayError, InvalidRequest
from gateway.domain.language import Text
from gateway.graphql.context import Context
from gateway.graphql.errors import formatted_refusal
from gateway.graphql.transport.connection_init import fault_in
from gateway.graphql.transport.operations import Answer, Operations, Rejected, Request, is_hash_alone
from gateway.telemetry.logs import get_logger

MAX_FRAME_CHARACTERS = 64 * 1024
MAX_ID_CHARACTERS = 128
MAX_CLOSE_REASON_BYTES = 120
TYPES = ("connection_init", "ping", "pong", "subscribe", "complete")

log = get_logger(__name__)


class SocketAdapter(ASGIWebSocketAdapter):
    """Text frames of JSON, both ways; everything else is the protocol's 4400, and a peer that left is no error."""

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:
        while self.ws.application_state is not WebSocketState.DISCONNECTED:
            frame = await self.ws.receive()
            if frame["type"] == "websocket.disconnect":
                return
            text = frame.get("text")
            if not isinstance(text, str):
                raise NonTextMessageReceived
            if len(text) > MAX_FRAME_CHARACTERS:
                await self.close(1009, "Message too big")
                return
            try:
                yield orjson.loads(text)
            except orjson.JSONDecodeError as error:
                raise NonJsonMessageReceived from error

    async def send_json(self, message: Any) -> None:
        if self.ws.application_state is WebSocketState.DISCONNECTED:
            raise WebSocketDisconnected
        try:
            await self.ws.send_text(orjson.dumps(message).decode())
        except (WebSocketDisconnect, RuntimeError) as error:
            raise WebSocketDisconnected from error

    async def close(self, code: int, reason: str) -> None:
        """Closing twice, or after the peer, is nothing; a reason longer than a close frame holds is cut."""
        short = reason.encode()[:MAX_CLOSE_REASON_BYTES].decode(errors="ignore")
        if self.ws.application_state is not WebSocketState.DISCONNECTED:
            with suppress(WebSocketDisconnect, RuntimeError):
                await self.ws.close(code=code, reason=short)


class SocketHandler(BaseGraphQLTransportWSHandler[Context, None]):
    """One connection. The protocol's close codes are strawberry's: 4400, 4401, 4408, 4409, 4429."""

    async def handle_message(self, message: Message) -> None:
        fault = fault_of(message)
        if fault:
            await self.handle_invalid_message(fault)
        else:
            await super().handle_message(message)

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        limit = self.max_subscriptions_per_connection
        is_new = self.connection_acknowledged and message["id"] not in self.operations
        if is_new and limit is not None and len(self.operations) >= limit:
            text = Text(
                en=f"One connection carries at most {limit} operations at once.",
                zh=f"一个连接最多同时进行 {limit} 个操作。",
            )
            await self._send("error", message["id"], [self._formatted(InvalidRequest(problem=text))])
        else:
            await super().handle_subscribe(message)

    async def run_operation(self, operation: Operation[Context, None]) -> None:
        """Runs in the operation's own task. Cancelled by `complete` and by the connection's end."""
        request = Request(operation.query, operation.variables, operation.operation_name)
        try:
            async with aclosing(self._answers(request)) as answers:
                async for answer in answers:
                    await self._send("next", operation.id, answer)
            await self._finish(operation, "complete")
        except (Rejected, GatewayError) as error:
            errors = error.answer["errors"] if isinstance(error, Rejected) else [self._formatted(error)]
            with suppress(WebSocketDisconnected):
                await self._finish(operation, "error", errors)
        except WebSocketDisconnected:
            self.operations.pop(operation.id, None)
        except Exception as error:
            log.exception("A WebSocket operation broke.", action="graphql_socket_broke")
            await self.websocket.close(1011, "Internal error")
            raise WebSocketDisconnected from error

    async def _answers(self, request: Request) -> AsyncGenerator[Answer, None]:
        """It takes its caller's turn like a request, until the first answer."""
        turn = self.context.services.admission.turn(self.context.address)
        async with turn as end_turn, aclosing(self._begun(request)) as answers:
            async for answer in answers:
                end_turn()
                yield answer

    async def _begun(self, request: Request) -> AsyncGenerator[Answer, None]:
        operations: Operations = self.view.operations  # type: ignore[attr-defined]
        prepared = await operations.prepare(request, self.context)
        match prepared.operation.type:
            case OperationType.MUTATION:
                text = Text(en="Send mutations by POST; a socket carries none.", zh="请通过 POST 发送 mutation。")
                raise InvalidRequest(problem=text)
            case OperationType.SUBSCRIPTION:
                async with aclosing(operations.subscribe(prepared, self.context)) as answers:
                    async for answer in answers:
                        yield answer
            case OperationType.QUERY:
                yield await operations.execute(prepared, self.context)

    def _formatted(self, refusal: GatewayError) -> dict[str, Any]:
        return formatted_refusal(refusal, self.context.language)

    async def _finish(self, operation: Operation[Context, None], kind: str, payload: Any = None) -> None:
        """The id is free again before the client hears so, for it may use it at once."""
        if self.operations.pop(operation.id, None):
            await self._send(kind, operation.id, payload)

    async def _send(self, kind: str, operation_id: str, payload: Any = None) -> None:
        message = {"id": operation_id, "type": kind}
        await self.websocket.send_json(message if payload is None else message | {"payload": payload})


def fault_of(message: object) -> str | None:
    """Why a decoded frame is no message of the protocol, or None. `payload: null` counts as absent."""
    if not isinstance(message, dict) or message.get("type") not in TYPES:
        return "Not a message of graphql-transport-ws"
    if message.get("payload", ...) is None:
        del message["payload"]
    if message["type"] in {"subscribe", "complete"}:
        operation_id = message.get("id")
        if not isinstance(operation_id, str) or not 0 < len(operation_id) <= MAX_ID_CHARACTERS:
            return "`id` must be a short string"
    payload = message.get("payload", {})
    if message["type"] != "complete" and not isinstance(payload, dict):
        return "`payload` must be an object"
    check = _PAYLOADS.get(message["type"])
    return check(payload) if check else None


def _fault_of_subscribe(payload: dict[str, Any]) -> str | None:
    known = {"query": str, "variables": dict | None, "operationName": str | None, "extensions": dict | None}
    if is_hash_alone(payload):
        payload["query"] = None  # Strawberry demands the name; `Operations` declines the hash.
        known["query"] = str | None
    wrong = next((name for name, kind in known.items() if not isinstance(payload.get(name), kind)), None)
    return f"`payload.{wrong}` is missing or of the wrong type" if wrong else None


_PAYLOADS = {"connection_init": fault_in, "subscribe": _fault_of_subscribe}
