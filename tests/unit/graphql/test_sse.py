"""An event stream ends with its peer, and says that it lives while it has nothing to say."""

import asyncio
import gc
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from starlette.types import Message

from gateway.graphql.context import Place
from gateway.graphql.transport import sse
from gateway.graphql.transport.operations import Answer, Rejected


class Peer:
    """The server's side of a connection whose other end a test plays."""

    def __init__(self) -> None:
        self.sent = b""
        self.status = 0
        self.answered = asyncio.Event()
        self.heard = asyncio.Event()
        self.left = asyncio.Event()
        self.is_over = False

    async def receive(self) -> Message:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.status = message.get("status", self.status)
        self.answered.set()
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
        streaming = asyncio.create_task(
            sse.send_events(peer.receive, peer.send, answers(), ending=asyncio.Event(), place=Place())
        )
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
        streaming = asyncio.create_task(
            sse.send_events(peer.receive, peer.send, answers(), ending=asyncio.Event(), place=Place())
        )
        await peer.heard.wait()
        ends.set()
        await streaming
    assert peer.sent.startswith(sse.HEARTBEAT)
    assert peer.sent.endswith(b'event: next\ndata: {"data":"x\\ny"}\n\n' + sse.COMPLETE)


async def test_a_stream_that_breaks_off_says_why(peer: Peer) -> None:
    async def answers() -> AsyncGenerator[Answer, None]:
        yield {"data": 1}
        reported: list[dict[str, Any]] = [{"message": "gone", "extensions": {"code": "internal_error"}}]
        raise Rejected(reported)

    await sse.send_events(peer.receive, peer.send, answers(), ending=asyncio.Event(), place=Place())
    assert peer.sent.endswith(
        b'data: {"errors":[{"message":"gone","extensions":{"code":"internal_error"}}]}\n\n' + sse.COMPLETE
    )


async def test_a_source_that_breaks_just_as_the_peer_leaves_breaks_nothing_else(peer: Peer) -> None:
    reported: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context))

    async def answers() -> AsyncGenerator[Answer, None]:
        await peer.left.wait()
        raise Rejected([{"message": "too late for anybody", "extensions": {"code": "internal_error"}}])
        yield {}

    async with asyncio.timeout(5):
        streaming = asyncio.create_task(
            sse.send_events(peer.receive, peer.send, answers(), ending=asyncio.Event(), place=Place())
        )
        await asyncio.sleep(0)
        peer.left.set()
        await streaming
    del streaming
    gc.collect()  # What nobody asked for is reported when it is collected.
    assert reported == []


async def test_a_process_that_ends_ends_its_streams_as_a_lost_connection_does(peer: Peer) -> None:
    ending, closed = asyncio.Event(), asyncio.Event()

    async def answers() -> AsyncGenerator[Answer, None]:
        try:
            yield {"data": 1}
            await asyncio.Event().wait()
        finally:
            closed.set()

    async with asyncio.timeout(5):
        streaming = asyncio.create_task(
            sse.send_events(peer.receive, peer.send, answers(), ending=ending, place=Place())
        )
        await peer.heard.wait()
        ending.set()
        await streaming
    assert closed.is_set()
    assert peer.sent == b'event: next\ndata: {"data":1}\n\n', "no `complete`, or a client would not come back"
    assert peer.is_over


async def test_an_event_bears_the_place_it_leaves_its_reader_at(peer: Peer) -> None:
    place = Place()

    async def answers() -> AsyncGenerator[Answer, None]:
        for version in (3, 7):
            place.reached = str(version)
            yield {"data": version}

    await sse.send_events(peer.receive, peer.send, answers(), ending=asyncio.Event(), place=place)
    sent = b'event: next\nid: 3\ndata: {"data":3}\n\nevent: next\nid: 7\ndata: {"data":7}\n\n'
    assert peer.sent == sent + sse.COMPLETE


async def test_a_reader_who_comes_back_to_nothing_is_answered_204(peer: Peer) -> None:
    async def answers() -> AsyncGenerator[Answer, None]:
        return
        yield {}

    await sse.send_events(peer.receive, peer.send, answers(), ending=asyncio.Event(), place=Place(after="7"))
    assert (peer.status, peer.sent, peer.is_over) == (204, b"", True)


async def test_a_reader_who_comes_back_hears_at_once_that_the_stream_goes_on(peer: Peer) -> None:
    place = Place(after="7")

    async def answers() -> AsyncGenerator[Answer, None]:
        place.begun.set()
        await asyncio.Event().wait()
        yield {}

    async with asyncio.timeout(5):
        streaming = asyncio.create_task(
            sse.send_events(peer.receive, peer.send, answers(), ending=asyncio.Event(), place=place)
        )
        await peer.answered.wait()
        peer.left.set()
        await streaming
    assert peer.status == 200


@pytest.mark.parametrize(("code", "named"), [("session_not_found", True), ("service_unavailable", False)])
async def test_only_a_refusal_that_stays_tells_its_reader_not_to_come_back(peer: Peer, code: str, named: bool) -> None:
    await sse.send_events_of(peer.send, {"errors": [{"message": "no", "extensions": {"code": code}}]})
    assert (b"id: complete\n" in peer.sent) is named
