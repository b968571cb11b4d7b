"""Sockets that stop reading while much is pushed at them: gone within 30 s, the memory back, and the end still quick.

`python -m tests.replicas.stuck_readers --stuck 500 --watchers 500`. Each stuck client takes the smallest receive buffer
there is and the smallest segments, asks and asks without reading an answer, and keeps its socket open.
"""

import asyncio
import base64
import json
import os
import socket
import struct
import time
from contextlib import suppress

import aiohttp
import psutil  # type: ignore[import-untyped]

from tests.harness.figures import Outcome, main
from tests.harness.fork_server import ForkServer
from tests.harness.waiting import eventually
from tests.harness.watchers import WATCH, Crowd
from tests.replicas.cluster import Engines, Replica, open_cluster, some_at_once

GONE_SECONDS = 30.0
STOP_SECONDS = 10.0
MEMORY_MB = 60
GROWTH_MB = 15
"""What may stay at first, for allocators keep some; and what later rounds may add, for leaks add as much again."""
PAUSE_SECONDS = 0.1
QUERY = "{ " + " ".join(f"p{number}: prices {{ id name description }}" for number in range(8)) + " }"


async def stuck_readers(
    engines: Engines,
    *,
    stuck: int = 500,
    watchers: int = 500,
    bursts: int = 16,
    rounds: int = 2,
    fork_server: ForkServer | None = None,
) -> Outcome:
    outcome = Outcome()
    async with open_cluster(engines, replicas=1, fork_server=fork_server) as cluster:
        replica = cluster.replicas[0]
        sessions = await cluster.paid_sessions(5)
        crowd = Crowd(sessions, watchers)
        await crowd.gather(cluster.urls, seconds=120)
        memory = [_memory_mb(replica)]
        for _ in range(rounds):
            sockets = await _stick(replica, sessions, stuck, bursts)
            outcome.proof.needs("sockets with answers that they never read", sum(map(_holds_unread, sockets)))
            outcome.figures["stuck sockets"] = f"{stuck}, gone after {await _gone(replica, watchers, outcome):.1f} s"
            left = max(0, _connections(replica) - watchers)
            outcome.proof.needs("stuck sockets that were let go", len(sockets) - left)
            memory.append(_memory_mb(replica))
            _let_go(sockets)
        outcome.figures["memory before, and after each round"] = " ".join(f"{mb:.0f} MB" for mb in memory)
        outcome.require(memory[-1] - memory[0] <= MEMORY_MB, f"{memory[-1] - memory[0]:.0f} MB stayed")
        outcome.require(memory[-1] - memory[1] <= GROWTH_MB, f"each round kept more: {memory}")
        sockets = await _stick(replica, sessions, stuck // 5, bursts)
        began = time.perf_counter()
        code = await replica.child.stop()
        took = time.perf_counter() - began
        _let_go(sockets)
        await crowd.finish(seconds=0)
        outcome.require(code == 0, f"it ended with {code}")
        outcome.require(took <= STOP_SECONDS, f"SIGTERM to end took {took:.1f} s")
        reported = f"{took:.1f} s, with {watchers} watchers and {len(sockets)} stuck sockets"
        outcome.proof.needs("stuck sockets at the end", len(sockets))
        outcome.proof.needs("watchers' connections that the end closed", sum(crowd.closes.values()))
        outcome.figures |= {"SIGTERM to end": reported, "watchers closed with": crowd.closes}
    return outcome


async def _stick(replica: Replica, sessions: list[str], count: int, bursts: int) -> list[socket.socket]:
    return await some_at_once(
        lambda number: _stuck(replica, sessions[number % len(sessions)], bursts), range(count), at_once=50
    )


def _holds_unread(one: socket.socket) -> bool:
    """Something was sent to it that it has not taken; so is a connection that was broken off meanwhile."""
    try:
        return bool(one.recv(1, socket.MSG_PEEK))
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


def _let_go(sockets: list[socket.socket]) -> None:
    for one in sockets:
        one.close()


async def _gone(replica: Replica, watchers: int, outcome: Outcome) -> float:
    """Seconds until the replica has dropped all but its watchers, answering others all the while."""
    began = time.perf_counter()

    async def all_gone() -> bool:
        outcome.require(await _answers(replica), "the replica did not answer beside stuck sockets")
        return _connections(replica) <= watchers + 5

    await eventually(all_gone, seconds=2 * GONE_SECONDS, what="stuck sockets are gone")
    seconds = time.perf_counter() - began
    outcome.require(seconds <= GONE_SECONDS, f"stuck sockets were gone after {seconds:.1f} s only")
    return seconds


async def _stuck(replica: Replica, session: str, bursts: int) -> socket.socket:
    """A handshake by hand, then questions without end and never a look at the answers."""
    loop = asyncio.get_running_loop()
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)  # Loopback's own would mean a huge buffer there.
    raw.setblocking(False)
    await loop.sock_connect(raw, ("127.0.0.1", replica.deployment.port))
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        "GET /graphql HTTP/1.1",
        f"Host: 127.0.0.1:{replica.deployment.port}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Protocol: graphql-transport-ws",
        f"Sec-WebSocket-Key: {key}",
    ]
    await loop.sock_sendall(raw, ("\r\n".join(lines) + "\r\n\r\n").encode())
    assert (await loop.sock_recv(raw, 12)) == b"HTTP/1.1 101"
    watch = {"query": WATCH, "variables": {"id": session}}
    asked = [[{"type": "connection_init"}, {"id": "watch", "type": "subscribe", "payload": watch}]]
    for burst in range(bursts):
        names = [f"{burst}-{number}" for number in range(4)]  # With the watch it is five at once, and more are refused.
        asked.append([{"id": name, "type": "subscribe", "payload": {"query": QUERY}} for name in names])
    with suppress(TimeoutError, OSError):  # It reads us no longer because we do not read it.
        for messages in asked:
            async with asyncio.timeout(2):
                await loop.sock_sendall(raw, b"".join(_frame(message) for message in messages))
            await asyncio.sleep(PAUSE_SECONDS)
    return raw


def _frame(message: object) -> bytes:
    """A client's text frame; the mask is zeros, which masks nothing and is allowed."""
    body = json.dumps(message).encode().ljust(126)  # So long that its length always takes two bytes.
    length = struct.pack("!BH", 0x80 | 126, len(body))
    return b"\x81" + length + b"\0\0\0\0" + body


async def _answers(replica: Replica) -> bool:
    async with aiohttp.ClientSession() as http, http.get(f"{replica.url}/readyz") as answer:
        return answer.status == 200


def _memory_mb(replica: Replica) -> float:
    return float(psutil.Process(replica.child.pid).memory_info().rss) / 1e6


def _connections(replica: Replica) -> int:
    """Established TCP connections to its port."""
    connections = psutil.Process(replica.child.pid).net_connections("tcp")
    return sum(one.status == "ESTABLISHED" and one.laddr.port == replica.deployment.port for one in connections)


if __name__ == "__main__":
    main(stuck_readers, __doc__)
