"""A card that was taken for fraud, wherever its buyer can look: no transport says so, in either language."""

import asyncio
import json
from contextlib import aclosing
from pathlib import Path
from typing import Any

from gateway.domain.buyer_sentences import DECLINED
from gateway.domain.decline_codes import HIDDEN
from tests.harness.served_gateway import KEY as STRIPE_KEY
from tests.integration.graphql.conftest import ServedGateway, ask, buy, events, opened, socket
from tests.integration.graphql.operators import ADMIN, GENEROUS_SECONDS, KEY

FIELDS = """{ status amount { formatted } lastFailure { code declineCode message advice }
  history { cause from to } explanation { rule { name } facts } }"""
READ = f"query ($id: ID!) {{ paymentStatus(sessionId: $id) {FIELDS} }}"
WATCH = f"subscription ($id: ID!) {{ paymentStatus(sessionId: $id) {FIELDS} }}"
GENERIC = {"code": "card_declined", "declineCode": "generic_decline", "advice": "CONTACT_ISSUER"}


async def test_no_transport_tells_a_buyer_that_the_card_was_taken_for_fraud(folder: Path) -> None:
    async with opened(folder, admin_keys=KEY, development=True) as gateway:
        session_id = await buy(gateway)
        await _declined_for_fraud(gateway, session_id)
        seen = {
            "query": (await ask(gateway, READ, id=session_id)).json()["data"]["paymentStatus"],
            "socket": await _on_a_socket(gateway, session_id),
            "socket, zh": await _on_a_socket(gateway, session_id, acceptLanguage="zh-CN"),
            "events": await _on_a_stream(gateway, session_id),
        }
        pages = [
            (await gateway.status(session_id)).text,
            (await gateway.shop.get(f"/success?session_id={session_id}")).text,
        ]
        operator = (await ask(gateway, READ, ADMIN, id=session_id)).json()["data"]["paymentStatus"]["lastFailure"]
    for where, payment in seen.items():
        message = DECLINED.zh if where.endswith("zh") else DECLINED.en
        assert payment["lastFailure"] == {**GENERIC, "message": message}, where
    text = json.dumps(seen) + "".join(pages)
    assert [word for word in HIDDEN if word in text] == []
    assert (operator["code"], operator["declineCode"]) == ("card_declined", "fraudulent")


async def _declined_for_fraud(gateway: ServedGateway, session_id: str) -> None:
    await gateway.buyer.post(
        f"/v1/payment_pages/{session_id}/confirm",
        data={"payment_method": "pm_card_visa_chargeDeclinedFraudulent"},
        headers={"Authorization": f"Bearer {STRIPE_KEY}"},
    )
    async with asyncio.timeout(GENEROUS_SECONDS):
        while not (await ask(gateway, READ, id=session_id)).json()["data"]["paymentStatus"]["lastFailure"]:
            pass


async def _on_a_socket(gateway: ServedGateway, session_id: str, **payload: Any) -> Any:
    async with asyncio.timeout(GENEROUS_SECONDS), socket(gateway, **payload) as watcher:
        await watcher.subscribe(WATCH, id=session_id)
        return (await watcher.receive())["payload"]["data"]["paymentStatus"]


async def _on_a_stream(gateway: ServedGateway, session_id: str) -> Any:
    async with asyncio.timeout(GENEROUS_SECONDS), aclosing(events(gateway, WATCH, id=session_id)) as stream:
        _, answer = await anext(stream)
        return answer["data"]["paymentStatus"]
