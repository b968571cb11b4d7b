"""One bucket for all entry points: of 500 tokens asked for at once, exactly 100 pass a limit of 100."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from tests.fuzz.bench import open_bench
from tests.integration.graphql.conftest import ServedGateway, socket

ONE = "{ __typename }"
FOUR = "{ a: __typename b: __typename c: __typename d: __typename }"
UNKNOWN = 'subscription { paymentStatus(sessionId: "cs_test_unknown") { status } }'


async def test_exactly_the_limit_passes_over_all_entry_points_together() -> None:
    passed: Counter[str] = Counter()
    refused: Counter[str] = Counter()

    def book(transport: str, *, is_refused: bool, cost: int = 1) -> None:
        (refused if is_refused else passed)[transport] += cost

    async with _gateway() as gateway:
        await asyncio.gather(
            *(_rest(gateway, book) for _ in range(100)),
            *(_post(gateway, book, ONE, 1) for _ in range(60)),
            *(_post(gateway, book, FOUR, 4) for _ in range(25)),
            *(_get(gateway, book) for _ in range(40)),
            *(_stream(gateway, book) for _ in range(50)),
            *(_sockets(gateway, book, operations=5) for _ in range(30)),
        )
        assert passed.total() + refused.total() == 500
        # Four tokens are taken all or none, so one to three may be left over when everybody has asked.
        left = 100 - passed.total()
        for _ in range(left):
            await _rest(gateway, book)
        assert passed.total() == 100, (passed, refused)
        assert left < 4
        await _rest(gateway, book)
        assert passed.total() == 100
        assert len(refused) >= 5


@asynccontextmanager
async def _gateway() -> AsyncIterator[ServedGateway]:
    """In a process of its own: 300 clients in the server's own loop would be in its way. No connection serves twice: on
    a slow machine the server may end an idle one in the moment it is used again."""
    unbounded = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    with open_bench(rate_limit="100/hour") as bench:
        url = f"http://127.0.0.1:{bench.port}"
        async with httpx.AsyncClient(base_url=url, timeout=60, limits=unbounded) as shop:
            yield ServedGateway(url, shop, shop)


async def _rest(gateway: ServedGateway, book) -> None:  # type: ignore[no-untyped-def]
    answer = await gateway.status("cs_test_unknown")
    assert answer.status_code in {404, 429}
    assert "ratelimit-remaining" in answer.headers
    book("REST", is_refused=answer.status_code == 429)


async def _post(gateway: ServedGateway, book, query: str, cost: int) -> None:  # type: ignore[no-untyped-def]
    answer = await gateway.shop.post("/graphql", json={"query": query})
    assert answer.status_code in {200, 429}
    book(f"POST of {cost}", is_refused=answer.status_code == 429, cost=cost)


async def _get(gateway: ServedGateway, book) -> None:  # type: ignore[no-untyped-def]
    answer = await gateway.shop.get("/graphql", params={"query": ONE})
    book("GET", is_refused=answer.status_code == 429)


async def _stream(gateway: ServedGateway, book) -> None:  # type: ignore[no-untyped-def]
    body, headers = {"query": UNKNOWN}, {"Accept": "text/event-stream"}
    answer = await gateway.shop.post("/graphql", json=body, headers=headers)
    assert answer.status_code in {200, 429}
    book("event stream", is_refused=answer.status_code == 429)


async def _sockets(gateway: ServedGateway, book, *, operations: int) -> None:  # type: ignore[no-untyped-def]
    """A connection of its own each, with several operations at once."""
    async with socket(gateway) as client:
        for number in range(operations):
            await client.subscribe(UNKNOWN, str(number))
        for _ in range(operations):
            message = await client.receive()
            code = message["payload"][0]["extensions"]["code"]
            assert code in {"session_not_found", "rate_limit_exceeded"}
            book("WebSocket", is_refused=code == "rate_limit_exceeded")
