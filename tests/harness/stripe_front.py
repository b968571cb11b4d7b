"""What stands before the sandbox in these tests: it counts the gateway's calls and misbehaves as Stripe may.

Every fault is asked for by operation, for one call, and happens after or instead of the real work; the sandbox itself
stays honest.
"""

import asyncio
import re
from collections import Counter, defaultdict, deque
from collections.abc import Awaitable, Callable, MutableMapping
from enum import Enum
from typing import Any

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
App = Callable[[Any, Receive, Send], Awaitable[None]]

CREATE = "POST /v1/checkout/sessions"
RETRIEVE = "GET /v1/checkout/sessions/{id}"
EXPIRE = "POST /v1/checkout/sessions/{id}/expire"
PRICE = "GET /v1/prices/{id}"
LIST = "GET /v1/checkout/sessions"
REFUND = "POST /v1/refunds"

DESK = b"x-desk"
"""A header of the bench itself: calls that carry it are neither counted nor disturbed."""

_ID = re.compile(r"(?<=/)(?:cs_test|price|pi|ch)_[A-Za-z0-9]+")


class Fault(Enum):
    LOSE_ANSWER = "the work is done, the connection breaks"
    LOSE_REQUEST = "nothing is done, the connection breaks"
    BREAK_AFTER = "the work is done, the answer is a 500 that the key keeps"
    BREAK_BEFORE = "nothing is done, the answer is a 500 that the key keeps"
    IN_USE = "409: another request with this key is still running"
    HOLD = "the work is done, the answer waits for `release`"
    SILENCE = "nothing is done and nothing is ever answered"


class StripeFront:
    """An ASGI app around another; `app` may be exchanged between two histories."""

    def __init__(self, app: App | None = None) -> None:
        self.app = app
        self.calls: Counter[str] = Counter()
        self.met: Counter[str] = Counter()
        """Faults that a call of the gateway has met, by name."""
        self.away = False
        """While true every call of the gateway breaks off unanswered."""
        self._turned_away: dict[str, int] = {}
        self.adds_to_creates = b""
        """More of the form of every create: what an account may set up and the gateway does not."""
        self._faults: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._broken_keys: set[bytes] = set()
        self._held: set[asyncio.Event] = set()
        self._held_keys: set[bytes] = set()
        self._reached = asyncio.Event()

    def next(self, operation: str, *faults: Fault) -> None:
        """The next calls of this operation meet these faults, one each."""
        self._faults[operation].extend(faults)

    def turn_away(self, operation: str, status: int) -> None:
        """Every call of this operation is answered so, and nothing is done, until `calm`."""
        self._turned_away[operation] = status

    def calm(self) -> None:
        """No more faults; what is held is let go."""
        self._faults.clear()
        self._turned_away.clear()
        self.away = False
        self.release()

    async def reached(self) -> None:
        """Returns once a held or silent call has come in."""
        async with asyncio.timeout(10):
            await self._reached.wait()
        self._reached.clear()

    def release(self) -> None:
        for event in self._held:
            event.set()
        self._held.clear()
        self._reached.clear()

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        assert self.app is not None
        headers = dict(scope.get("headers", ()))
        if scope["type"] != "http" or DESK in headers:
            await self.app(scope, receive, send)
            return
        operation = f"{scope['method']} {_ID.sub('{id}', scope['path'])}"
        self.calls[operation] += 1
        if operation == CREATE and self.adds_to_creates:
            scope, receive = await _with_more(scope, receive, self.adds_to_creates)
        key = headers.get(b"idempotency-key", b"")
        if self.away:
            await _break_off(send)
        elif operation in self._turned_away:
            await _answer(send, self._turned_away[operation], _TURNED_AWAY)
        elif key and key in self._held_keys:
            await _answer(send, 409, _IN_USE)
        elif key in self._broken_keys:
            await _answer(send, 500, b'{"error": {"type": "api_error", "message": "Stored."}}')
        else:
            waiting = self._faults[operation]
            await self._meet(waiting.popleft() if waiting else None, key, scope, receive, send)

    async def _meet(self, fault: Fault | None, key: bytes, scope: Any, receive: Receive, send: Send) -> None:
        assert self.app is not None
        if fault is None:
            await self.app(scope, receive, send)
            return
        self.met[fault.name] += 1
        answer: list[Message] = []
        if fault in {Fault.LOSE_ANSWER, Fault.BREAK_AFTER, Fault.HOLD}:
            await self.app(scope, receive, _into(answer))
        match fault:
            case Fault.LOSE_ANSWER | Fault.LOSE_REQUEST:
                await _break_off(send)
            case Fault.BREAK_AFTER | Fault.BREAK_BEFORE:
                self._broken_keys.add(key)
                await _answer(send, 500, b'{"error": {"type": "api_error", "message": "Broken."}}')
            case Fault.IN_USE:
                await _answer(send, 409, _IN_USE)
            case Fault.HOLD | Fault.SILENCE:
                await self._wait(key)
                for message in answer:
                    await send(message)
                if not answer:
                    await _break_off(send)

    async def _wait(self, key: bytes) -> None:
        event = asyncio.Event()
        self._held.add(event)
        self._held_keys.add(key)
        self._reached.set()
        await event.wait()
        self._held_keys.discard(key)


_TURNED_AWAY = b'{"error": {"type": "invalid_request_error", "message": "Turned away."}}'
_IN_USE = (
    b'{"error": {"type": "idempotency_error", "code": "idempotency_key_in_use", "message": "There is currently another '
    b'in-progress request using this Idempotency Key. Please try again later."}}'
)


async def _with_more(scope: Any, receive: Receive, more: bytes) -> tuple[Any, Receive]:
    body, is_whole = b"", False
    while not is_whole:
        message = await receive()
        body, is_whole = body + message.get("body", b""), not message.get("more_body", False)
    body += more
    others = [pair for pair in scope["headers"] if pair[0] != b"content-length"]
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return {**scope, "headers": [*others, (b"content-length", str(len(body)).encode())]}, again


def _into(answer: list[Message]) -> Send:
    async def keep(message: Message) -> None:
        answer.append(message)

    return keep


async def _break_off(send: Send) -> None:
    """Promise a body and never send it: the server drops the connection."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"100")]})


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
