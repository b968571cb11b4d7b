"""Which forms of a good signature the webhook takes, over HTTP, and what it says of the others."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.fuzz.bench import Bench, signature
from tests.fuzz.wire import Answer, Wire

WEBHOOK = "/api/stripe/webhook"
HOUR_SECONDS = 3600


def _thin(number: int) -> dict[str, Any]:
    """An event of Stripe's API v2: it has no object, and its time is text."""
    return {
        "id": f"evt_thin_{number}",
        "object": "v2.core.event",
        "type": "v2.core.account_person.created",
        "created": "2026-11-01T12:00:00.000Z",
        "livemode": False,
        "related_object": {"id": "acct_1", "type": "v2.core.account", "url": "/v2/core/accounts/acct_1"},
    }


def _event(number: int) -> dict[str, Any]:
    return {
        "id": f"evt_form_{number}",
        "object": "event",
        "type": "product.created",
        "created": int(time.time()),
        "livemode": False,
        "data": {"object": {"id": "prod_1", "object": "product"}},
    }


async def test_a_thin_event_is_acknowledged_and_ignored(bench: Bench) -> None:
    body = json.dumps(_thin(1)).encode()
    answers = [await _post(bench, body, signature(body)) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 200]
    assert [answer.json()["state"] for answer in answers] == ["ignored", "duplicate"]


async def test_a_thin_event_needs_a_signature_as_every_event_does(bench: Bench) -> None:
    body = json.dumps(_thin(2)).encode()
    assert (await _post(bench, body, signature(body, secret="whsec_another"))).status == 400


def _on_two_lines(good: bytes) -> list[bytes]:
    return good.split(b",")


FORMS: dict[str, Callable[[bytes], list[bytes]]] = {
    "as Stripe writes it": lambda good: [good],
    "a blank behind the comma": lambda good: [good.replace(b",", b", ")],
    "blanks and tabs around it": lambda good: [b" \t" + good.replace(b",", b" \t, \t") + b" "],
    "on two lines": _on_two_lines,
    "on two lines, the timestamp last": lambda good: _on_two_lines(good)[::-1],
    "with a signature of an older scheme": lambda good: [good + b",v0=" + b"0" * 64],
    "with a second signature": lambda good: [good + b",v1=" + b"0" * 64],
    "the second signature on a line of its own": lambda good: [good, b"v1=" + b"0" * 64],
}


@pytest.mark.parametrize("form", FORMS)
async def test_a_good_signature_is_taken_in_every_form_that_a_proxy_may_give_it(form: str, bench: Bench) -> None:
    body = json.dumps(_event(list(FORMS).index(form))).encode()
    answer = await _post(bench, body, *FORMS[form](signature(body)))
    assert (answer.status, answer.json()["state"]) == (200, "ignored")


async def test_a_wrong_secret_and_a_wrong_clock_are_refused_with_the_same_code_and_different_sentences(
    bench: Bench,
) -> None:
    """Whoever sets the endpoint up needs to know which of the two it is."""
    body = json.dumps(_event(100)).encode()
    now = int(time.time())
    refused = {
        "another secret": await _post(bench, body, signature(body, secret="whsec_another")),
        "too old": await _post(bench, body, signature(body, at=now - HOUR_SECONDS)),
        "no signature": await _post(bench, body),
    }
    errors = {name: answer.json()["error"] for name, answer in refused.items()}
    assert {answer.status for answer in refused.values()} == {400}
    assert {error["code"] for error in errors.values()} == {"invalid_request"}
    assert len({error["message"] for error in errors.values()}) == len(refused), errors
    ahead = (await _post(bench, body, signature(body, at=now + HOUR_SECONDS))).json()["error"]
    assert ahead == errors["too old"]
    assert "STRIPE_WEBHOOK_SECRET" in errors["another secret"]["message"]
    assert "clock" in errors["too old"]["message"]


async def test_an_old_signature_of_another_secret_is_reported_as_another_secret(bench: Bench) -> None:
    """The clock is judged only where the secret is right: otherwise anybody could learn what it says."""
    body = json.dumps(_event(101)).encode()
    old = int(time.time()) - HOUR_SECONDS
    both = await _post(bench, body, signature(body, at=old, secret="whsec_another"))
    one = await _post(bench, body, signature(body, secret="whsec_another"))
    assert both.json()["error"] == one.json()["error"]


async def _post(bench: Bench, body: bytes, *lines: bytes) -> Answer:
    async with Wire(bench.port) as wire:
        return await wire.post(WEBHOOK, body, *((b"Stripe-Signature", line) for line in lines))
