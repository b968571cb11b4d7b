"""An operator's words: the key, and a question that must be answered."""

import asyncio
from typing import Any

from tests.integration.graphql.conftest import House, ask

KEY = "an-operators-key-of-the-tests"
ADMIN = {"Authorization": f"Bearer {KEY}"}
GENEROUS_SECONDS = 20


async def admin(house: House, query: str, **variables: Any) -> dict[str, Any]:
    answer = (await ask(house, query, ADMIN, **variables)).json()
    assert "errors" not in answer, answer
    data: dict[str, Any] = answer["data"]
    return data


async def until(house: House, session_id: str, status: str) -> None:
    read = "query ($id: ID!) { paymentStatus(sessionId: $id) { status } }"
    async with asyncio.timeout(GENEROUS_SECONDS):
        while (await ask(house, read, id=session_id)).json()["data"]["paymentStatus"]["status"] != status:
            pass
