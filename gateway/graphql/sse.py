"""Server-sent events, as graphql-sse's "distinct connections" and urql both read them: LF frames, one event a chunk.

A silent stream says so every fifteen seconds, so that proxies keep it. A peer that left or stopped reading is let go.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress

import orjson
from starlette.types import Receive, Send

from gateway.graphql.operations import Answer, Rejected

HEARTBEAT_SECONDS = 15.0
SEND_TIMEOUT_SECONDS = 20.0
HEARTBEAT = b": still here\n\n"
COMPLETE = b"event: complete\ndata:\n\n"
STREAM_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
]


def frame(answer: Answer) -> bytes:
    """One result. JSON has no raw line break, so one `data:` line holds it."""
    return b"event: next\ndata: " + orjson.dumps(answer) + b"\n\n"


async def send_events(
    receive: Receive, send: Send, answers: AsyncGenerator[Answer, None], *, ending: asyncio.Event
) -> None:
    """Send every answer, then `complete`. It ends early, and closes `answers`, when the peer is gone.

    When the process is about to end the stream ends without `complete`: a client takes that for a lost connection and
    resumes elsewhere.
    """
    await send({"type": "http.response.start", "status": 200, "headers": list(STREAM_HEADERS)})
    pumping = asyncio.create_task(_pump(send, answers))
    leaving = asyncio.create_task(_disconnected(receive))
    stopping = asyncio.create_task(ending.wait())
    try:
        await asyncio.wait({pumping, leaving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        is_cut = not (pumping.done() or leaving.done())
    finally:
        for task in (pumping, leaving, stopping):
            task.cancel()
        with suppress(asyncio.CancelledError, OSError, TimeoutError):
            await pumping
        with suppress(asyncio.CancelledError):
            await asyncio.gather(leaving, stopping)
        await answers.aclose()
    if is_cut:
        await _send(send, b"", more=False)


async def send_events_of(send: Send, answer: Answer) -> None:
    """One result and the end: a query, a mutation or a refusal of a client that reads streams alone."""
    await send({"type": "http.response.start", "status": 200, "headers": list(STREAM_HEADERS)})
    await send({"type": "http.response.body", "body": frame(answer) + COMPLETE})


async def _pump(send: Send, answers: AsyncGenerator[Answer, None]) -> None:
    while True:
        following = asyncio.ensure_future(anext(answers, None))
        try:
            while not (await asyncio.wait({following}, timeout=HEARTBEAT_SECONDS))[0]:
                await _send(send, HEARTBEAT)
            answer = following.result()
        except Rejected as rejected:
            await _send(send, frame(rejected.answer))
            break
        finally:
            await _settle(following)
        if answer is None:
            break
        await _send(send, frame(answer))
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
