"""The operators' feed over both streams: from a list to the feed without a gap, and on from any cursor."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.integration.graphql.conftest import House, ask, buy, opened, socket
from tests.integration.graphql.operators import ADMIN, GENEROUS_SECONDS, KEY, admin, until

FEED = """subscription Feed($after: String) {
  payments(after: $after) {
    feedCursor sessionId status version isFinal feedChange { version from to cause at } operator { clientReferenceId }
  }
}"""
CURSOR = "{ payments(first: 1) { feedCursor } }"


@pytest.fixture
async def house(folder: Path) -> AsyncIterator[House]:
    async with opened(folder, admin_keys=KEY) as house:
        yield house


async def test_the_feed_goes_on_where_a_list_ended(house: House) -> None:
    old = await buy(house)
    cursor = (await admin(house, CURSOR))["payments"]["feedCursor"]
    session_id = await buy(house, clientReferenceId="order-1")
    await house.pay(session_id)
    told = await _until_paid(house, session_id, cursor)
    assert old not in {payment["sessionId"] for payment in told}
    assert [payment["feedChange"]["version"] for payment in told] == list(range(1, len(told) + 1))
    assert told[0]["feedChange"]["from"] is None
    assert told[-1]["feedChange"]["to"] == "PAID"
    assert {payment["operator"]["clientReferenceId"] for payment in told} == {"order-1"}


async def test_a_client_that_was_away_resumes_behind_its_last_cursor(house: House) -> None:
    beginning = (await admin(house, CURSOR))["payments"]["feedCursor"]
    first = await buy(house)
    await house.pay(first)
    told = await _until_paid(house, first, beginning)
    second = await buy(house)
    await house.pay(second)
    await until(house, second, "PAID")
    rest = await _until_paid(house, second, told[-1]["feedCursor"])
    assert {payment["sessionId"] for payment in rest} == {second}


async def test_the_feed_travels_by_event_stream_too(house: House) -> None:
    body = {"query": "subscription { payments { status } }"}
    headers = {"Accept": "text/event-stream"} | ADMIN
    async with (
        asyncio.timeout(GENEROUS_SECONDS),
        house.shop.stream("POST", "/graphql", json=body, headers=headers) as answer,
    ):
        session_id = await buy(house)
        await house.pay(session_id)
        await _read_until(answer, "PAID")


async def test_a_bad_cursor_is_a_refusal_and_outside_the_feed_there_is_none(house: House) -> None:
    async with socket(house, authorization=f"Bearer {KEY}") as client:
        for cursor in ("", "nonsense", "x" * 5000):
            await client.subscribe(FEED, after=cursor)
            refused = await client.receive()
            assert (refused["type"], refused["payload"][0]["extensions"]) == ("error", {"code": "invalid_request"})
    session_id = await buy(house)
    read = "query ($id: ID!) { paymentStatus(sessionId: $id) { feedCursor feedChange { version } } }"
    answer = (await ask(house, read, id=session_id)).json()
    assert answer == {"data": {"paymentStatus": {"feedCursor": None, "feedChange": None}}}


async def _until_paid(house: House, session_id: str, after: str) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []
    async with asyncio.timeout(GENEROUS_SECONDS), socket(house, authorization=f"Bearer {KEY}") as client:
        await client.subscribe(FEED, after=after)
        while not told or told[-1]["feedChange"]["to"] != "PAID" or told[-1]["sessionId"] != session_id:
            told.append((await client.receive())["payload"]["data"]["payments"])
    return told


async def _read_until(answer: httpx.Response, word: str) -> None:
    async for text in answer.aiter_text():
        if word in text:
            return
