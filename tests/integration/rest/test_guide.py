"""The integration guide's two calls against the real gateway, each error from its real cause."""

import asyncio
from pathlib import Path

import httpx
import pytest

from tests.harness.served_gateway import (
    CENTS,
    EXPENSIVE,
    RETIRED,
    STARTER,
    UNKNOWN_AT_STRIPE,
    YEN,
    ServedGateway,
    opened,
)


async def test_a_buyer_pays_and_the_polled_status_becomes_paid(gateway: ServedGateway) -> None:
    created = await gateway.create()
    assert created.status_code == 200
    assert set(created.json()) == {"url", "sessionId"}
    session_id = created.json()["sessionId"]
    before = await gateway.status(session_id)
    await gateway.pay(session_id)
    after = await gateway.status(session_id, **{"Prefer": "wait=20", "If-None-Match": before.headers["etag"]})
    assert before.json() == {"status": "unpaid"}
    assert after.json()["status"] in {"processing", "paid"}
    if after.json()["status"] == "processing":
        after = await gateway.status(session_id, **{"Prefer": "wait=20", "If-None-Match": after.headers["etag"]})
    assert after.json() == {"status": "paid"}
    assert after.headers["preference-applied"] == "wait=20"
    unchanged = await gateway.status(session_id, **{"If-None-Match": after.headers["etag"]})
    assert unchanged.status_code == 304


async def test_a_long_poll_is_answered_by_the_payment_and_not_by_its_end(gateway: ServedGateway) -> None:
    session_id = (await gateway.create()).json()["sessionId"]
    known = {"Prefer": "wait=30", "If-None-Match": (await gateway.status(session_id)).headers["etag"]}
    async with asyncio.timeout(15):
        waiting = asyncio.create_task(gateway.status(session_id, **known))
        await gateway.pay(session_id)
        answer = await waiting
    assert answer.json()["status"] in {"processing", "paid"}


@pytest.mark.parametrize(
    ("price_id", "status", "code"),
    [
        ("nonsense", 400, "invalid_price_id"),
        ("price_NotInTheCatalogue", 400, "invalid_price_id"),
        (UNKNOWN_AT_STRIPE, 404, "price_not_found"),
        (RETIRED, 404, "price_not_found"),
        (YEN, 400, "currency_not_supported"),
        (CENTS, 400, "amount_too_small"),
    ],
)
async def test_each_code_of_the_guide_comes_from_its_real_cause(
    gateway: ServedGateway, price_id: str, status: int, code: str
) -> None:
    answer = await gateway.create(price_id)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.json()["error"]["type"] == "invalid_request_error"


async def test_too_much_and_a_foreign_redirect_and_a_used_key_are_refused(gateway: ServedGateway) -> None:
    assert _code(await gateway.create(EXPENSIVE, quantity=2)) == "amount_too_large"
    assert _code(await gateway.create(successUrl="https://evil.example/")) == "redirect_not_allowed"
    key = {"Idempotency-Key": "a-key-that-nobody-can-guess"}
    body = {"priceId": STARTER}
    path = "/api/create-checkout-session"
    first = await gateway.shop.post(path, json=body, headers=key)
    again = await gateway.shop.post(path, json=body, headers=key)
    other = await gateway.shop.post(path, json=body | {"quantity": 2}, headers=key)
    assert first.json() == again.json()
    assert (other.status_code, _code(other)) == (409, "idempotency_conflict")


async def test_the_call_after_the_hundredth_is_refused_and_probes_still_answer(gateway: ServedGateway) -> None:
    answers = [await gateway.status("cs_test_unknown") for _ in range(101)]
    assert [answer.status_code for answer in answers] == [404] * 100 + [429]
    assert _code(answers[-1]) == "rate_limit_exceeded"
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    assert answers[-1].headers["ratelimit-limit"] == "100"
    assert answers[-1].headers["ratelimit-remaining"] == "0"
    assert (await gateway.shop.get("/readyz")).status_code == 200


async def test_stripe_away_is_503_with_a_time_to_come_again(folder: Path) -> None:
    async with opened(folder, stripe_api_base="http://127.0.0.1:9") as gateway:
        answer = await gateway.create()
    assert (answer.status_code, _code(answer)) == (503, "stripe_unavailable")
    assert int(answer.headers["retry-after"]) >= 1


def _code(answer: httpx.Response) -> str:
    return str(answer.json()["error"]["code"])
