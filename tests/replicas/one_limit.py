"""One limit across replicas and transports: of 500 calls at once, by REST, POST, WebSocket and SSE, exactly 100 pass.

`python -m tests.replicas.one_limit --calls 500 --limit 100`
"""

import asyncio
import json
from collections import Counter
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.harness.figures import Outcome, main
from tests.harness.fork_server import ForkServer
from tests.replicas.cluster import Engines, open_cluster

QUERY = "{ prices { id } }"
A_SOCKET = 5
"""Operations on one socket."""


async def one_limit(
    engines: Engines, *, calls: int = 500, limit: int = 100, replicas: int = 2, fork_server: ForkServer | None = None
) -> Outcome:
    async with open_cluster(
        engines, replicas=replicas, fork_server=fork_server, GATEWAY_RATE_LIMIT=f"{limit}/minute"
    ) as cluster:
        async with AsyncExitStack() as stack:
            connector = aiohttp.TCPConnector(limit=calls)
            http = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
            each = calls // 4
            urls = [cluster.urls[number % len(cluster.urls)] for number in range(each)]
            sockets = [await stack.enter_async_context(_socket(url)) for url in urls[: -(-each // A_SOCKET)]]
            for socket in sockets:
                await socket.send(json.dumps({"type": "connection_init"}))
                assert json.loads(await socket.recv())["type"] == "connection_ack"
            answers = await asyncio.gather(
                *(_rest(http, url) for url in urls),
                *(_post(http, url) for url in urls),
                *(_sse(http, url) for url in urls),
                *(_operations(socket) for socket in sockets),
            )
        away = cluster.reported("redis.away")
        passed: Counter[str] = sum((answer for answer in answers), Counter())
    outcome = Outcome({"calls": each * 4, "passed": passed.total(), "by transport": dict(passed)})
    outcome.proof.needs("calls that passed", passed.total())
    outcome.proof.needs("calls that were refused", each * 4 - passed.total())
    outcome.proof.needs("transports by which some passed", sum(count > 0 for count in passed.values()))
    outcome.require(not away, f"Redis counted as away: {away}")
    outcome.require(passed.total() == limit, f"{passed.total()} calls passed a limit of {limit}")
    return outcome


def _socket(url: str) -> Any:
    address = url.replace("http", "ws", 1) + "/graphql"
    return connect(address, subprotocols=[Subprotocol("graphql-transport-ws")], compression=None)


async def _rest(http: aiohttp.ClientSession, url: str) -> Counter[str]:
    async with http.get(f"{url}/api/check-payment-status/cs_test_nobody") as answer:
        assert answer.status in {404, 429}, await answer.text()
        return Counter(REST=int(answer.status == 404))


async def _post(http: aiohttp.ClientSession, url: str) -> Counter[str]:
    async with http.post(f"{url}/graphql", json={"query": QUERY}) as answer:
        return Counter(POST=int(_passed(await answer.json())))


async def _sse(http: aiohttp.ClientSession, url: str) -> Counter[str]:
    headers = {"Accept": "text/event-stream"}
    async with http.get(f"{url}/graphql", params={"query": QUERY}, headers=headers) as answer:
        text = await answer.text()
        return Counter(SSE=int(answer.status == 200 and '"data":{"prices"' in text))


async def _operations(socket: ClientConnection) -> Counter[str]:
    """One after the other, so that the sockets do not come before everybody else."""
    passed = 0
    for number in range(A_SOCKET):
        payload = {"query": QUERY}
        await socket.send(json.dumps({"id": str(number), "type": "subscribe", "payload": payload}))
        while (message := json.loads(await socket.recv()))["type"] not in {"complete", "error"}:
            passed += _passed(message["payload"])
    return Counter(WebSocket=passed)


def _passed(answer: dict[str, Any]) -> bool:
    return "prices" in (answer.get("data") or {})


if __name__ == "__main__":
    main(one_limit, __doc__)
