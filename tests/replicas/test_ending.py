"""How connections end: what a replica that is asked to end still answers, and what peers that hang up leave behind."""

import asyncio
import os
import select
import signal
import socket

import pytest

from gateway.serving.http_protocol import MOST_PIPELINED
from tests.harness.child import close, lets_nobody_in
from tests.harness.fork_server import ForkServer
from tests.harness.proxy import read_message
from tests.harness.waiting import eventually
from tests.replicas.cluster import Engines, open_cluster

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.asyncio(loop_scope="session")]

ASK = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
UPGRADE = (
    b"GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


@pytest.mark.parametrize(("question", "status"), [(ASK, b"200"), (UPGRADE, b"503")], ids=["request", "upgrade"])
async def test_what_is_on_its_way_is_answered_and_is_the_last(
    question: bytes, status: bytes, engines: Engines, fork_server: ForkServer
) -> None:
    async with open_cluster(engines, replicas=1, fork_server=fork_server) as cluster:
        replica = cluster.replicas[0]
        reader, writer = await asyncio.open_connection("127.0.0.1", replica.deployment.port)
        try:
            writer.write(ASK)
            head, _ = await read_message(reader)
            assert head.startswith(b"HTTP/1.1 200")
            os.kill(replica.child.pid, signal.SIGTERM)
            await eventually(
                lambda: lets_nobody_in(replica.deployment.port), seconds=5, what="it lets nobody in any more"
            )
            writer.write(question)
            head, _ = await read_message(reader)
            assert head.split()[1] == status
            assert b"connection: close" in head.lower()
            assert await reader.read() == b""
        finally:
            await close(writer)
        assert await replica.child.wait() == 0


async def test_who_asks_much_reads_nothing_and_hangs_up_leaves_no_traceback(
    engines: Engines, fork_server: ForkServer
) -> None:
    """The answer to one of several requests waits to be written when its peer is gone; the cluster reads the log."""
    async with open_cluster(engines, replicas=1, fork_server=fork_server) as cluster:
        replica = cluster.replicas[0]
        peers = [_deaf(replica.deployment.port) for _ in range(20)]
        question = b"GET /api/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
        for peer in peers:
            peer.sendall(question * MOST_PIPELINED)

        async def all_are_being_answered() -> bool:
            return len(select.select(peers, [], [], 0)[0]) == len(peers)

        await eventually(all_are_being_answered, seconds=5, what="every peer is sent something")
        for peer in peers:
            peer.close()
        await replica.child.wait_until_it_answers(f"{replica.url}/healthz")


def _deaf(port: int) -> socket.socket:
    """A connection with hardly any room for what it will not read."""
    peer = socket.socket()
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
    peer.setsockopt(
        socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536
    )  # Loopback's own would mean much room on the other side.
    peer.connect(("127.0.0.1", port))
    return peer
