"""GATEWAY_SIGNING_SECRETS: signed creates pass over both entry points, every other one is refused and opens nothing."""

import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from gateway.http.signing import HEADER, sign
from tests.harness.served_gateway import ServedGateway, folder, migrated, opened
from tests.integration.graphql.conftest import CREATE, STARTER

__all__ = ["folder", "migrated"]

OLD, NEW = "signing-secret-that-is-old-0123456789", "signing-secret-that-is-new-0123456789"
BODIES = {
    "REST": ("/api/create-checkout-session", json.dumps({"priceId": STARTER}).encode()),
    "GraphQL": ("/graphql", json.dumps({"query": CREATE, "variables": {"input": {"priceId": STARTER}}}).encode()),
}
ROWS = {
    "signed": (lambda body, now: sign(body, secret=NEW, at_seconds=now), True),
    "signed with the old secret": (lambda body, now: sign(body, secret=OLD, at_seconds=now), True),
    "four minutes ago": (lambda body, now: sign(body, secret=NEW, at_seconds=now - 240), True),
    "unsigned": (lambda body, now: None, False),
    "empty": (lambda body, now: "", False),
    "another secret": (lambda body, now: sign(body, secret="x" * 40, at_seconds=now), False),
    "another body": (lambda body, now: sign(body + b" ", secret=NEW, at_seconds=now), False),
    "six minutes ago": (lambda body, now: sign(body, secret=NEW, at_seconds=now - 360), False),
    "in six minutes": (lambda body, now: sign(body, secret=NEW, at_seconds=now + 360), False),
    "another time": (lambda body, now: sign(body, secret=NEW, at_seconds=now).replace("t=", "t=1"), False),
    "two times": (lambda body, now: f"t={now - 1}," + sign(body, secret=NEW, at_seconds=now), False),
    "junk": (lambda body, now: "t=now,v1=yes", False),
}


@pytest.fixture
async def gateway(folder: Path) -> AsyncIterator[ServedGateway]:
    async with opened(folder, signing_secrets=f"{OLD},{NEW}") as gateway:
        yield gateway


@pytest.mark.parametrize("transport", BODIES)
async def test_a_create_passes_when_it_is_signed_and_only_then(transport: str, gateway: ServedGateway) -> None:
    path, body = BODIES[transport]
    for name, (signature, is_accepted) in ROWS.items():
        header = signature(body, int(time.time()))  # type: ignore[no-untyped-call]
        headers = {"Content-Type": "application/json"} | ({} if header is None else {HEADER: header})
        answer = await gateway.shop.post(path, content=body, headers=headers)
        assert _code(answer) == (None if is_accepted else "unauthenticated"), name
        if transport == "REST" and not is_accepted:
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, HEADER)
    accepted = sum(is_accepted for _, is_accepted in ROWS.values())
    assert len((await gateway.buyer.get("/v1/checkout/sessions", headers=_KEY)).json()["data"]) == accepted


async def test_a_signature_is_asked_of_creates_alone(gateway: ServedGateway) -> None:
    answer = await gateway.shop.post("/graphql", json={"query": "{ prices { id } }"})
    assert answer.json()["data"]["prices"]
    assert (await gateway.status("cs_test_unknown")).status_code == 404


_KEY = {"Authorization": "Bearer sk_test_anything"}


def _code(answer: httpx.Response) -> str | None:
    document = answer.json()
    created = (document.get("data") or {}).get("createCheckoutSession", document)
    refusal = created.get("error", created)
    code = refusal.get("code")
    return None if code is None else str(code).lower()
