"""The operators' feed over both streams: from a list to the feed without a gap, and on from any cursor."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.integration.graphql.conftest import ServedGateway, ask, buy, opened, socket
from tests.integration.graphql.operators import ADMIN, GENEROUS_SECONDS, KEY, admin, until

FEED = """subscription Feed($after: String) {
  payments(after: $after) {
    feedCursor sessionId status version isFinal feedChange { version from to cause at } operator { clientReferenceId }
  }
}"""
CURSOR = "{ payments(first: 1) { feedCursor } }"


@pytest.fixture
async def gateway(folder: Path) -> AsyncIterator[ServedGateway]:
    async with opened(folder, admin_keys=KEY) as gateway:
        yield gateway


async def test_the_feed_goes_on_where_a_list_ended(gateway: ServedGateway) -> None:
    old = await buy(gateway)
    cursor = (await admin(gateway, CURSOR))["payments"]["feedCursor"]
    session_id = await buy(gateway, clientReferenceId="order-1")
    await gateway.pay(session_id)
    reported = await _until_paid(gateway, session_id, cursor)
    assert old not in {payment["sessionId"] for payment in reported}
    assert [payment["feedChange"]["version"] for payment in reported] == list(range(1, len(reported) + 1))
    assert reported[0]["feedChange"]["from"] is None
    assert reported[-1]["feedChange"]["to"] == "PAID"
    assert {payment["operator"]["clientReferenceId"] for payment in reported} == {"order-1"}


async def test_a_client_that_was_away_resumes_behind_its_last_cursor(gateway: ServedGateway) -> None:
    beginning = (await admin(gateway, CURSOR))["payments"]["feedCursor"]
    first = await buy(gateway)
    await gateway.pay(first)
    reported = await _until_paid(gateway, first, beginning)
    second = await buy(gateway)
    await gateway.pay(second)
    await until(gateway, second, "PAID")
    rest = await _until_paid(gateway, second, reported[-1]["feedCursor"])
    assert {payment["sessionId"] for payment in rest} == {second}


async def test_the_feed_travels_by_event_stream_too(gateway: ServedGateway) -> None:
    body = {"query": "subscription { payments { status } }"}
    headers = {"Accept": "text/event-stream"} | ADMIN
    async with (
        asyncio.timeout(GENEROUS_SECONDS),
        gateway.shop.stream("POST", "/graphql", json=body, headers=headers) as answer,
    ):
        session_id = await buy(gateway)
        await gateway.pay(session_id)
        await _read_until(answer, "PAID")


async def test_a_bad_cursor_is_a_refusal_and_outside_the_feed_there_is_none(gateway: ServedGateway) -> None:
    async with socket(gateway, authorization=f"Bearer {KEY}") as client:
        for cursor in ("", "nonsense", "x" * 5000):
            await client.subscribe(FEED, after=cursor)
            refused = await client.receive()
            assert (refused["type"], refused["payload"][0]["extensions"]) == ("error", {"code": "invalid_request"})
    session_id = await buy(gateway)
    read = "query ($id: ID!) { paymentStatus(sessionId: $id) { feedCursor feedChange { version } } }"
    answer = (await ask(gateway, read, id=session_id)).json()
    assert answer == {"data": {"paymentStatus": {"feedCursor": None, "feedChange": None}}}


async def _until_paid(gateway: ServedGateway, session_id: str, after: str) -> list[dict[str, Any]]:
    reported: list[dict[str, Any]] = []
    async with asyncio.timeout(GENEROUS_SECONDS), socket(gateway, authorization=f"Bearer {KEY}") as client:
        await client.subscribe(FEED, after=after)
        while not reported or reported[-1]["feedChange"]["to"] != "PAID" or reported[-1]["sessionId"] != session_id:
            reported.append((await client.receive())["payload"]["data"]["payments"])
    return reported


async def _read_until(answer: httpx.Response, word: str) -> None:
    async for text in answer.aiter_text():
        if word in text:
            return
