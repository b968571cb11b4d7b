"""A WebSocket peer that sends too much is read more slowly, then closed; one that keeps to its budget never notices."""

import asyncio
from contextlib import suppress

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame

from gateway.serving.bounds import Bounds
from tests.fuzz.bench import Bench
from tests.fuzz.wire import Wire

MASK = b"\x00\x00\x00\x00"
FLOOD_FRAMES = 30_000
POLICY_VIOLATION = 1008
PROTOCOL_ERROR = 4400
"""Of graphql-transport-ws: an empty text is no message, and ends the connection at once."""
INIT = '{"type":"connection_init"}'
KINDS = {
    "empty pings": b"\x89\x80" + MASK,
    "empty pongs": b"\x8a\x80" + MASK,
    "empty texts": b"\x81\x80" + MASK,
    "protocol pings": b"\x81\x8f" + MASK + b'{"type":"ping"}',
    "protocol pongs": b"\x81\x8f" + MASK + b'{"type":"pong"}',
    "completes": b"\x81\x9d" + MASK + b'{"type":"complete","id":"a"}\n',
    "pieces of one message": b"\x00\x80" + MASK,
}


def _opened(bench: Bench) -> connect:
    return connect(f"ws://127.0.0.1:{bench.port}/graphql", subprotocols=["graphql-transport-ws"], ping_interval=None)  # type: ignore[list-item]


async def test_a_flood_of_any_frames_is_closed_after_a_fraction_of_it_was_read(bench: Bench) -> None:
    closed = dict(await asyncio.gather(*(_flood(bench, kind) for kind in KINDS)))
    assert {kind: code for kind, (code, _) in closed.items()} == {
        kind: PROTOCOL_ERROR if kind == "empty texts" else POLICY_VIOLATION for kind in KINDS
    }
    assert {kind: answers for kind, (_, answers) in closed.items() if answers > FLOOD_FRAMES // 10} == {}


async def test_others_are_served_while_peers_flood(bench: Bench) -> None:
    """Counted, not timed: an honest client gets all its answers before a single flood has ended."""
    floods = [asyncio.create_task(_flood(bench, "empty pings")) for _ in range(3)]
    async with Wire(bench.port) as wire:
        answers = [await wire.exchange(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n") for _ in range(20)]
    assert [answer.status for answer, _ in answers] == [200] * 20
    assert [flood.done() for flood in floods] == [False] * 3
    await asyncio.gather(*floods)


async def test_a_burst_within_the_budget_is_answered_in_full(bench: Bench) -> None:
    count = Bounds().frames_at_once // 2
    async with _opened(bench) as socket:
        await _initialised(socket)
        for _ in range(count):
            await socket.send('{"type":"ping"}')
        assert [await socket.recv() for _ in range(count)] == ['{"type":"pong"}'] * count
        assert socket.close_code is None


async def test_a_peer_over_its_budget_for_a_moment_is_answered_later(bench: Bench) -> None:
    count = Bounds().frames_at_once + 20
    async with _opened(bench) as socket:
        await _initialised(socket)
        for _ in range(count):
            await socket.send('{"type":"ping"}')
        assert len([await socket.recv() for _ in range(count)]) == count


async def test_a_large_message_in_one_frame_is_read_whole(bench: Bench) -> None:
    text = '{"type":"ping","payload":{"a":"' + "x" * 60_000 + '"}}'
    async with _opened(bench) as socket:
        await _initialised(socket)
        await socket.send(text)
        assert "pong" in str(await socket.recv())


async def test_a_message_of_a_few_pieces_is_read(bench: Bench) -> None:
    async with _opened(bench) as socket:
        await _initialised(socket)
        await socket.send(list('{"type":"ping"}'))
        assert await socket.recv() == '{"type":"pong"}'


async def _initialised(socket: ClientConnection) -> None:
    await socket.send(INIT)
    assert "connection_ack" in str(await socket.recv())


async def _flood(bench: Bench, kind: str) -> tuple[str, tuple[int | None, int]]:
    """All at once; the code by which the gateway closes, and how many frames it answered before."""
    async with _opened(bench) as socket:
        await _initialised(socket)
        start = b"\x01\x80" + MASK if kind == "pieces of one message" else b""
        socket.transport.write(start + KINDS[kind] * FLOOD_FRAMES)
        heard = _count_frames(socket)
        with suppress(ConnectionClosed):
            async for _ in socket:
                pass
        return kind, (socket.close_code, heard[0])


def _count_frames(socket: ClientConnection) -> list[int]:
    """Every frame that the gateway sends from now on, pongs included."""
    heard = [0]
    receive = socket.protocol.recv_frame

    def count(frame: Frame) -> None:
        heard[0] += 1
        receive(frame)

    socket.protocol.recv_frame = count  # type: ignore[method-assign]
    return heard
