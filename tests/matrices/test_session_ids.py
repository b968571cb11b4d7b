"""Someone else's session id: unknown, foreign and malformed ones answer alike, whoever asks and however."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import prometheus_client
import pytest

from tests.fuzz.bench import Bench
from tests.fuzz.wire import Wire
from tests.harness.served_gateway import ServedGateway, folder, migrated, opened
from tests.integration.graphql.conftest import CANCEL, WATCH, ask, events, socket

__all__ = ["folder", "migrated"]

READ = "query ($id: ID!) { paymentStatus(sessionId: $id) { status } }"
FOREIGN = {
    "unknown": "cs_test_a1unknownunknownunknown",
    "of the other mode": "cs_live_a1unknownunknownunknown",
    "another kind of id": "pi_3QlYNRHVMy0i1BlJ0",
    "empty": "",
    "a space": " ",
    "a word": "nonsense",
    "NUL": "cs_test_a\x00",
    "not ASCII": "cs_test_\u00e9",
    "SQL": "cs_test_' OR 1=1 --",
    "a path": "../../etc/passwd",
    "as long as can be": "cs_test_" + "a" * 200,
    "too long": "cs_test_" + "a" * 1500,
}
VARYING = {"date", "x-request-id", "ratelimit-remaining", "ratelimit-reset", "content-length"}


@pytest.fixture
async def gateway(folder: Path) -> AsyncIterator[ServedGateway]:
    async with opened(folder, rate_limit="1000000/minute") as gateway:
        yield gateway


async def test_every_entry_point_answers_all_of_them_alike_and_asks_nobody(gateway: ServedGateway) -> None:
    async def sse(identity: str) -> Any:
        return [event async for event in events(gateway, WATCH, id=identity)]

    async def ws(identity: str) -> Any:
        async with socket(gateway) as client:
            await client.subscribe(WATCH, id=identity)
            return await client.receive()

    entry_points: dict[str, Callable[[str], Awaitable[Any]]] = {
        "REST": lambda identity: _seen(gateway.shop.get("/api/check-payment-status/" + _quoted(identity))),
        "REST, waiting": lambda identity: _seen(
            gateway.shop.get("/api/check-payment-status/" + _quoted(identity), headers={"Prefer": "wait=20"})
        ),
        "query": lambda identity: _seen(ask(gateway, READ, id=identity)),
        "cancel": lambda identity: _seen(ask(gateway, CANCEL, id=identity)),
        "event stream": sse,
        "WebSocket": ws,
    }
    before = _calls_to_stripe()
    for name, asked in entry_points.items():
        answers = {which: await asked(identity) for which, identity in FOREIGN.items()}
        first = answers["unknown"]
        assert {which: answer for which, answer in answers.items() if answer != first} == {}, name
    assert _calls_to_stripe() == before


async def test_none_takes_longer_than_another(bench: Bench) -> None:
    """The quickest of many, by turns, for a busy machine slows any of them. A malformed one saves a look-up."""
    taken: dict[str, list[float]] = {which: [] for which in ("unknown", "of the other mode", "a word", "too long")}
    async with Wire(bench.port) as wire:
        for _ in range(100):
            for which, seconds in taken.items():
                began = time.perf_counter()
                answer = await wire.get("/api/check-payment-status/" + _quoted(FOREIGN[which]))
                seconds.append(time.perf_counter() - began)
                assert answer.status == 404
    quickest_ms = {which: min(seconds) * 1000 for which, seconds in taken.items()}
    assert max(quickest_ms.values()) - min(quickest_ms.values()) < 3, quickest_ms


async def _seen(answering: Awaitable[httpx.Response]) -> tuple[int, dict[str, str], str]:
    """What an anonymous caller can distinguish."""
    answer = await answering
    headers = {name: value for name, value in answer.headers.items() if name not in VARYING}
    return answer.status_code, headers, answer.text


def _quoted(identity: str) -> str:
    return "".join(f"%{byte:02x}" for byte in identity.encode())


def _calls_to_stripe() -> str:
    """The gateway's own count of its calls to Stripe."""
    lines = prometheus_client.generate_latest().decode().splitlines()
    return "\n".join(line for line in lines if line.startswith("gateway_stripe_request_seconds_count"))
