"""Idle connections make room: of one address, of a process, and before its descriptors are used up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from gateway.serving import servers
from gateway.serving.bounds import Bounds
from tests.fuzz.wire import Wire

ASK = b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n"
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Application:
    """Answers 200, and `/slow` only when it is released."""

    def __init__(self) -> None:
        self.released = asyncio.Event()
        self.waiting = 0

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        if scope["path"] == "/slow":
            self.waiting += 1
            await self.released.wait()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})


@asynccontextmanager
async def served(**bounds: int) -> AsyncIterator[tuple[Application, int]]:
    application = Application()
    sockets = servers.bind(["127.0.0.1"], 0)
    config = servers.configure(application, bounds=Bounds(**bounds), timeout_graceful_shutdown=2)
    server = servers._Server(config)
    port = sockets[0].getsockname()[1]
    task = asyncio.create_task(server.serve(sockets))
    async with asyncio.timeout(60):
        while not server.started:  # noqa: ASYNC110 uvicorn offers a flag and no event
            await asyncio.sleep(0.005)
    try:
        yield application, port
    finally:
        application.released.set()
        server.should_exit = server.force_exit = True
        await task


@pytest.fixture
async def opened() -> AsyncIterator[list[Streams]]:
    streams: list[Streams] = []
    yield streams
    for _, writer in streams:
        writer.close()
    await asyncio.gather(*(writer.wait_closed() for _, writer in streams), return_exceptions=True)


async def _open(opened: list[Streams], port: int, count: int, *, address: str = "127.0.0.1") -> list[Streams]:
    mine = [await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0)) for _ in range(count)]
    opened += mine
    return mine


async def _status(streams: Streams, path: bytes) -> int:
    streams[1].write(ASK % path)
    return int((await streams[0].readuntil(b"\r\n\r\n")).split()[1])


async def test_an_address_keeps_its_newest_idle_connections(opened: list[Streams]) -> None:
    async with served(most_idle_per_address=5) as (_, port), asyncio.timeout(60):
        others = await _open(opened, port, 1, address="127.0.0.2")
        mine = await _open(opened, port, 12)
        assert [await one[0].read() for one in mine[:7]] == [b""] * 7
        assert [await _status(one, b"/") for one in [*mine[7:], *others]] == [200] * 6


async def test_a_full_process_lets_an_idle_connection_go_for_a_new_one(opened: list[Streams]) -> None:
    async with served(most_connections=10) as (_, port), asyncio.timeout(60):
        idle = await _open(opened, port, 30)
        assert [await one[0].read() for one in idle[:20]] == [b""] * 20
        assert [await _status(one, b"/") for one in idle[20:]] == [200] * 10


async def test_health_is_answered_while_every_place_is_taken(opened: list[Streams]) -> None:
    async with served(most_connections=5, most_spare_connections=2) as (application, port), asyncio.timeout(60):
        for one in await _open(opened, port, 5):
            one[1].write(ASK % b"/slow")
        while application.waiting < 5:  # noqa: ASYNC110 the application tells in no other way
            await asyncio.sleep(0.005)
        for path, status in ((b"/healthz", 200), (b"/readyz", 200), (b"/", 503), (b"/healthz", 200)):
            async with Wire(port) as wire:
                assert (await wire.exchange(ASK % path))[0].status == status
        assert application.waiting == 5
        application.released.set()
        assert [int((await one[0].readuntil(b"\r\n\r\n")).split()[1]) for one in opened] == [200] * 5
        async with Wire(port) as wire:
            assert (await wire.get("/")).status == 200


async def test_what_finds_no_room_waits_with_the_system_until_there_is_some(opened: list[Streams]) -> None:
    async with served(most_connections=3, most_spare_connections=0) as (application, port), asyncio.timeout(60):
        for one in await _open(opened, port, 3):
            one[1].write(ASK % b"/slow")
        while application.waiting < 3:  # noqa: ASYNC110 the application tells in no other way
            await asyncio.sleep(0.005)
        (late,) = await _open(opened, port, 1)
        asking = asyncio.create_task(_status(late, b"/"))
        application.released.set()
        assert await asking == 200


async def test_hundreds_of_keep_alive_connections_are_served_again_and_again(opened: list[Streams]) -> None:
    async with served() as (_, port), asyncio.timeout(100):
        mine = await _open(opened, port, 300)
        for _ in range(3):
            assert await asyncio.gather(*(_status(one, b"/") for one in mine)) == [200] * 300
