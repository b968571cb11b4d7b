"""Server-sent events, as graphql-sse's "distinct connections" and urql both read them: LF frames, one event a chunk.

A silent stream says so every fifteen seconds, so that proxies keep it. A peer that left or stopped reading is let go.

An `EventSource` opens its address again whenever a stream ends, and says by `Last-Event-ID` what it had. It resumes
there; where there is nothing more to say the answer is 204, at which it stops for good (HTML, "Server-sent events").
"""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import suppress
from typing import Any

import orjson
from starlette.types import Receive, Send

from gateway.graphql.context import Place
from gateway.graphql.transport.operations import Answer, Rejected, is_for_good

HEARTBEAT_SECONDS = 15.0
SEND_TIMEOUT_SECONDS = 20.0
HEARTBEAT = b": still here\n\n"
COMPLETE = b"event: complete\ndata:\n\n"
SAID_IN_FULL = "complete"
"""The id of an answer that is whole: whoever comes back with it has nothing to wait for."""
STREAM_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
]


def frame(answer: Answer, event_id: str | None = None) -> bytes:
    """One result. JSON has no raw line break, so one `data:` line holds it."""
    named = f"id: {event_id}\n".encode() if event_id is not None else b""
    return b"event: next\n" + named + b"data: " + orjson.dumps(answer) + b"\n\n"


async def send_events(
    receive: Receive, send: Send, answers: AsyncGenerator[Answer, None], *, ending: asyncio.Event, place: Place
) -> None:
    """Send every answer, then `complete`. It ends early, and closes `answers`, when the peer is gone.

    A peer that comes back and has everything is answered 204. When the process is about to end the stream ends
    without `complete`: a client takes that for a lost connection and resumes elsewhere.
    """
    first = asyncio.ensure_future(anext(answers, None))
    try:
        if await _is_said_in_full(first, place):
            await send_nothing_more(send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": list(STREAM_HEADERS)})
        is_cut = await _stream(receive, _pump(send, answers, first, place), ending)
    finally:
        await _settle(first)
        await answers.aclose()
    if is_cut:
        await _send(send, b"", more=False)


async def _stream(receive: Receive, pump: Coroutine[Any, Any, None], ending: asyncio.Event) -> bool:
    """Until everything is sent, the peer has left or the process is about to end; whether it was the last of these."""
    pumping = asyncio.create_task(pump)
    leaving = asyncio.create_task(_disconnected(receive))
    stopping = asyncio.create_task(ending.wait())
    try:
        await asyncio.wait({pumping, leaving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        return not (pumping.done() or leaving.done())
    finally:
        for task in (pumping, leaving, stopping):
            task.cancel()
        with suppress(asyncio.CancelledError, OSError, TimeoutError):
            await pumping
        with suppress(asyncio.CancelledError):
            await asyncio.gather(leaving, stopping)


async def send_events_of(send: Send, answer: Answer) -> None:
    """One result and the end: a query, a mutation or a refusal of a client that reads streams alone."""
    body = frame(answer, SAID_IN_FULL if is_for_good(answer) else None) + COMPLETE
    headers = [*STREAM_HEADERS, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def send_nothing_more(send: Send) -> None:
    """204: an `EventSource` does not come back."""
    await send({"type": "http.response.start", "status": 204, "headers": [(b"cache-control", b"no-store")]})
    await send({"type": "http.response.body", "body": b""})


async def _is_said_in_full(first: "asyncio.Future[Answer | None]", place: Place) -> bool:
    """Whether the source ended before it began. Only a peer that comes back is kept waiting for that."""
    if place.after is None:
        return False
    beginning = asyncio.create_task(place.begun.wait())
    either: set[asyncio.Future[Any]] = {first, beginning}
    try:
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    finally:
        beginning.cancel()
    return first.done() and not place.begun.is_set() and first.exception() is None and first.result() is None


async def _pump(
    send: Send, answers: AsyncGenerator[Answer, None], following: "asyncio.Future[Answer | None]", place: Place
) -> None:
    while True:
        try:
            while not (await asyncio.wait({following}, timeout=HEARTBEAT_SECONDS))[0]:
                await _send(send, HEARTBEAT)
            answer = following.result()
        except Rejected as rejected:
            event_id = SAID_IN_FULL if is_for_good(rejected.answer) else place.reached
            await _send(send, frame(rejected.answer, event_id))
            break
        finally:
            await _settle(following)
        if answer is None:
            break
        await _send(send, frame(answer, place.reached))
        following = asyncio.ensure_future(anext(answers, None))
    await _send(send, COMPLETE, more=False)


async def _settle(following: "asyncio.Future[Answer | None]") -> None:
    """A generator that still runs cannot be closed: wait until it has stopped. What it raised is nobody's any more."""
    following.cancel()
    with suppress(asyncio.CancelledError, Exception):
        await following


async def _send(send: Send, body: bytes, *, more: bool = True) -> None:
    async with asyncio.timeout(SEND_TIMEOUT_SECONDS):
        await send({"type": "http.response.body", "body": body, "more_body": more})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
