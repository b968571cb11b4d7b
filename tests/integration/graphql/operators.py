"""An operator's words: the key, and a question that must be answered."""

import asyncio
from typing import Any

from tests.integration.graphql.conftest import ServedGateway, ask

KEY = "an-operators-key-of-the-tests"
ADMIN = {"Authorization": f"Bearer {KEY}"}
GENEROUS_SECONDS = 20


async def admin(gateway: ServedGateway, query: str, **variables: Any) -> dict[str, Any]:
    answer = (await ask(gateway, query, ADMIN, **variables)).json()
    assert "errors" not in answer, answer
    data: dict[str, Any] = answer["data"]
    return data


async def until(gateway: ServedGateway, session_id: str, status: str) -> None:
    read = "query ($id: ID!) { paymentStatus(sessionId: $id) { status } }"
    async with asyncio.timeout(GENEROUS_SECONDS):
        while (await ask(gateway, read, id=session_id)).json()["data"]["paymentStatus"]["status"] != status:
            pass
