"""The sockets that servers are given."""

import asyncio
import socket

from gateway.serving.servers import bind


async def test_an_accepted_connection_does_not_hold_small_answers_back() -> None:
    """asyncio turns Nagle off only where the listening socket says that it is TCP."""
    (listener,) = bind(["127.0.0.1"], 0)
    accepted: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found: socket.socket = writer.get_extra_info("socket")
        accepted.set_result(found.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    async with await asyncio.start_server(answer, sock=listener):
        _, writer = await asyncio.open_connection(*listener.getsockname())
        assert await accepted
        writer.close()
        await writer.wait_closed()
