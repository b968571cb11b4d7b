"""Peers that read nothing, answer no ping or do not let go: the server ends their connections by itself."""

import asyncio
import base64
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvloop

from gateway.serving import peers, servers, websocket_protocol
from gateway.serving.bounds import Bounds
from gateway.serving.http_protocol import GuardedHttp
from tests.harness.waiting import eventually

ENOUGH_SECONDS = 20.0
GRACE_SECONDS = 60
PIECE = "x" * 65_536
CLOSE_1012 = b"\x03\xf4"
"""The code in a close frame: the service restarts."""


class Application:
    """Writes without end to whoever asks for `/much`, answers nothing to `/upload` before it is whole, says nothing to
    others, and knows when they are gone.
    """

    def __init__(self) -> None:
        self.began = asyncio.Event()
        self.ended = asyncio.Event()
        self.pieces = 0

    async def __call__(self, scope: Any, receive: Callable[[], Awaitable[Any]], send: Any) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
            piece: dict[str, Any] = {"type": "websocket.send", "text": PIECE}
        else:
            if scope["path"] != "/upload":
                await send({"type": "http.response.start", "status": 200, "headers": []})
            piece = {"type": "http.response.body", "body": PIECE.encode(), "more_body": True}
        self.began.set()
        writing = asyncio.create_task(self._endlessly(send, piece)) if scope["path"] == "/much" else None
        while not (await receive())["type"].endswith(".disconnect"):
            pass
        self.ended.set()
        if writing is not None:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)

    async def stalled(self) -> None:
        """Until no more is taken of what it writes."""
        before = 0
        while self.pieces == 0 or self.pieces != before:
            before = self.pieces
            await asyncio.sleep(0.1)

    async def _endlessly(self, send: Any, piece: dict[str, Any]) -> None:
        while True:
            await send(piece)
            self.pieces += 1
            await asyncio.sleep(0)


class Peer:
    """A connection by hand, with hardly any room for what it does not read."""

    def __init__(self, port: int) -> None:
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.connect(("127.0.0.1", port))
        self.socket.setblocking(False)

    def ask(self, path: str, *, upgrade: bool) -> None:
        lines = [f"GET {path} HTTP/1.1", "Host: x"]
        if upgrade:
            key = base64.b64encode(os.urandom(16)).decode()
            lines += ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"]
            lines += [f"Sec-WebSocket-Key: {key}"]
        self.socket.send(("\r\n".join(lines) + "\r\n\r\n").encode())

    async def read(self) -> bytes:
        """What there is, and b"" at the end, however it comes."""
        try:
            return await asyncio.get_running_loop().sock_recv(self.socket, 65_536)
        except ConnectionResetError:
            return b""

    async def read_to_end(self) -> bytes:
        said = b""
        while piece := await self.read():
            said += piece
        return said


@asynccontextmanager
async def serving() -> AsyncIterator[tuple[Application, Peer, Callable[[], Coroutine[Any, Any, None]]]]:
    """An application under the gateway's own server, a peer, and how the server is asked to end and waited for."""
    application = Application()
    sockets = servers.bind(["127.0.0.1"], 0)
    server = servers._Server(servers.configure(application, bounds=Bounds(), timeout_graceful_shutdown=GRACE_SECONDS))
    task = asyncio.create_task(server.serve(sockets))
    async with asyncio.timeout(ENOUGH_SECONDS):
        while not server.started:  # noqa: ASYNC110 uvicorn offers a flag and no event
            await asyncio.sleep(0.005)

    async def end() -> None:
        server.should_exit = True
        await task

    peer = Peer(sockets[0].getsockname()[1])
    try:
        yield application, peer, end
    finally:
        server.force_exit = True
        peer.socket.close()
        await end()
        for one in sockets:
            one.close()


@pytest.mark.parametrize("upgrade", [False, True], ids=["stream", "websocket"])
async def test_a_peer_that_reads_nothing_is_let_go(upgrade: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the protocol itself, sooner than the system or a ping would notice."""
    monkeypatch.setattr(peers, "PAUSED_SECONDS", 0.2)
    monkeypatch.setattr(servers, "UNTAKEN_MILLISECONDS", 600_000)
    monkeypatch.setattr(servers, "PING_SECONDS", 600.0)
    async with serving() as (application, peer, _), asyncio.timeout(ENOUGH_SECONDS):
        peer.ask("/much", upgrade=upgrade)
        await application.ended.wait()


async def test_a_websocket_that_answers_no_ping_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "PING_SECONDS", 0.05)
    monkeypatch.setattr(servers, "PONG_SECONDS", 0.2)
    async with serving() as (application, peer, _), asyncio.timeout(ENOUGH_SECONDS):
        peer.ask("/", upgrade=True)
        await peer.read_to_end()
        await application.ended.wait()


async def test_a_websocket_is_notified_of_the_end_and_does_not_hold_it_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The peer reads, and never closes its side."""
    monkeypatch.setattr(websocket_protocol, "CLOSING_SECONDS", 0.2)
    async with serving() as (_, peer, end), asyncio.timeout(ENOUGH_SECONDS):
        peer.ask("/", upgrade=True)
        assert (await peer.read()).startswith(b"HTTP/1.1 101")
        ending = asyncio.create_task(end())
        assert CLOSE_1012 in await peer.read_to_end()
        await ending


async def test_a_websocket_that_reads_nothing_does_not_hold_up_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket_protocol, "CLOSING_SECONDS", 0.2)
    monkeypatch.setattr(peers, "PAUSED_SECONDS", 600.0)
    monkeypatch.setattr(servers, "UNTAKEN_MILLISECONDS", 600_000)
    monkeypatch.setattr(servers, "PING_SECONDS", 600.0)
    async with serving() as (application, peer, end), asyncio.timeout(ENOUGH_SECONDS):
        peer.ask("/much", upgrade=True)
        await application.stalled()
        await end()


def test_a_peer_that_leaves_its_body_unfinished_as_the_process_ends_is_no_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its refusal is due a second later, when nobody is there; uvloop does not write to a closed connection."""
    ending: list[GuardedHttp] = []

    def shutdown(connection: GuardedHttp) -> None:
        ending.append(connection)
        original(connection)

    async def scenario() -> None:
        async with serving() as (application, peer, end), asyncio.timeout(ENOUGH_SECONDS):
            peer.socket.send(b"POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nbegun")
            await application.began.wait()
            end_of_all = asyncio.create_task(end())
            await eventually(lambda: bool(ending), what="the connection is asked to end")
            peer.socket.close()
            await application.ended.wait()
            (connection,) = ending
            connection._refuse_unless_read()
            await end_of_all

    original = GuardedHttp.shutdown
    monkeypatch.setattr(GuardedHttp, "shutdown", shutdown)
    uvloop.run(scenario())
