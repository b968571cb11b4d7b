"""An event stream ends with its peer, and says that it lives while it has nothing to say."""

import asyncio
import gc
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from starlette.types import Message

from gateway.graphql import sse
from gateway.graphql.operations import Answer, Rejected


class Peer:
    """The server's side of a connection whose other end a test plays."""

    def __init__(self) -> None:
        self.sent = b""
        self.heard = asyncio.Event()
        self.left = asyncio.Event()
        self.is_over = False

    async def receive(self) -> Message:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.sent += message.get("body", b"")
        self.is_over = message["type"] == "http.response.body" and not message.get("more_body")
        if self.sent:
            self.heard.set()


@pytest.fixture
def peer() -> Peer:
    return Peer()


async def test_a_peer_that_leaves_closes_the_source(peer: Peer) -> None:
    closed = asyncio.Event()

    async def answers() -> AsyncGenerator[Answer, None]:
        try:
            yield {"data": 1}
            await asyncio.Event().wait()
        finally:
            closed.set()

    async with asyncio.timeout(5):
        streaming = asyncio.create_task(sse.send_events(peer.receive, peer.send, answers(), ending=asyncio.Event()))
        await peer.heard.wait()
        peer.left.set()
        await streaming
    assert closed.is_set()
    assert peer.sent == b'event: next\ndata: {"data":1}\n\n'


async def test_a_silent_stream_says_that_it_lives(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "HEARTBEAT_SECONDS", 0.01)
    ends = asyncio.Event()

    async def answers() -> AsyncGenerator[Answer, None]:
        await ends.wait()
        yield {"data": "x\ny"}

    async with asyncio.timeout(5):
        streaming = asyncio.create_task(sse.send_events(peer.receive, peer.send, answers(), ending=asyncio.Event()))
        await peer.heard.wait()
        ends.set()
        await streaming
    assert peer.sent.startswith(sse.HEARTBEAT)
    assert peer.sent.endswith(b'event: next\ndata: {"data":"x\\ny"}\n\n' + sse.COMPLETE)


async def test_a_stream_that_breaks_off_says_why(peer: Peer) -> None:
    async def answers() -> AsyncGenerator[Answer, None]:
        yield {"data": 1}
        told: list[dict[str, Any]] = [{"message": "gone"}]
        raise Rejected(told)

    await sse.send_events(peer.receive, peer.send, answers(), ending=asyncio.Event())
    assert peer.sent.endswith(b'data: {"errors":[{"message":"gone"}]}\n\n' + sse.COMPLETE)


async def test_a_source_that_breaks_just_as_the_peer_leaves_breaks_nothing_else(peer: Peer) -> None:
    told: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))

    async def answers() -> AsyncGenerator[Answer, None]:
        await peer.left.wait()
        raise Rejected([{"message": "too late for anybody to hear"}])
        yield {}

    async with asyncio.timeout(5):
        streaming = asyncio.create_task(sse.send_events(peer.receive, peer.send, answers(), ending=asyncio.Event()))
        await asyncio.sleep(0)
        peer.left.set()
        await streaming
    del streaming
    gc.collect()  # What nobody asked for is told when it is collected.
    assert told == []


async def test_a_process_that_ends_ends_its_streams_as_a_lost_connection_does(peer: Peer) -> None:
    ending, closed = asyncio.Event(), asyncio.Event()

    async def answers() -> AsyncGenerator[Answer, None]:
        try:
            yield {"data": 1}
            await asyncio.Event().wait()
        finally:
            closed.set()

    async with asyncio.timeout(5):
        streaming = asyncio.create_task(sse.send_events(peer.receive, peer.send, answers(), ending=ending))
        await peer.heard.wait()
        ending.set()
        await streaming
    assert closed.is_set()
    assert peer.sent == b'event: next\ndata: {"data":1}\n\n', "no `complete`, or a client would not come back"
    assert peer.is_over
