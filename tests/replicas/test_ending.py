"""What a connection sees when its replica is told to end: nobody is cut off in the middle of a sentence."""

import asyncio
import os
import signal

import pytest

from tests.houses.child import eventually, lets_nobody_in
from tests.houses.proxy import read_message
from tests.houses.zygote import Zygote
from tests.replicas.rig import Engines, open_rig

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.asyncio(loop_scope="session")]

ASK = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
UPGRADE = (
    b"GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


@pytest.mark.parametrize(("question", "status"), [(ASK, b"200"), (UPGRADE, b"503")], ids=["request", "upgrade"])
async def test_what_is_on_its_way_is_answered_and_is_the_last(
    question: bytes, status: bytes, engines: Engines, zygote: Zygote
) -> None:
    async with open_rig(engines, replicas=1, zygote=zygote) as rig:
        replica = rig.replicas[0]
        reader, writer = await asyncio.open_connection("127.0.0.1", replica.house.port)
        writer.write(ASK)
        head, _ = await read_message(reader)
        assert head.startswith(b"HTTP/1.1 200")
        os.kill(replica.child.pid, signal.SIGTERM)
        await eventually(lambda: lets_nobody_in(replica.house.port), seconds=5, what="it lets nobody in any more")
        writer.write(question)
        head, _ = await read_message(reader)
        assert head.split()[1] == status
        assert b"connection: close" in head.lower()
        assert await reader.read() == b""
        writer.close()
        assert await replica.child.wait() == 0
