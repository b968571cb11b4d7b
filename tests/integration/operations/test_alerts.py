"""What somebody has to look at is reported: an error in the log and a count, once it is committed."""

import hashlib
import hmac
import json
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from prometheus_client import REGISTRY

from gateway.domain.identifiers import MARKER
from gateway.services.inbox import Receipt
from tests.integration.reconciliation.pair import SECRET, Pair

Event = dict[str, Any]


async def test_late_money_is_reported(pair: Pair) -> None:
    """The intent that an expired session names is paid after all."""
    session_id, marker = await _created(pair)
    await pair.pay(session_id, "pm_card_chargeDeclined")
    await pair.settled()
    intent_id = (await pair.call("GET", f"/v1/checkout/sessions/{session_id}"))["payment_intent"]
    await pair.call("POST", f"/v1/checkout/sessions/{session_id}/expire")
    await pair.settled()
    before = _count("gateway_discrepancies_total", kind="late_money")
    lines = await _received(pair, _succeeded(marker, amount=500, intent_id=intent_id))
    assert _errors(lines) == ["discrepancy.late_money"]
    assert _count("gateway_discrepancies_total", kind="late_money") == before + 1
    assert await pair.stored(session_id) == "paid"


async def test_an_intent_that_only_bears_our_marker_is_never_paid_and_is_shown_once(pair: Pair) -> None:
    session_id, marker = await _created(pair)
    await pair.call("POST", f"/v1/checkout/sessions/{session_id}/expire")
    await pair.settled()
    before = _count("gateway_discrepancies_total", kind="foreign_intent")
    lines = await _received(pair, _succeeded(marker, amount=499))
    assert _errors(lines) == ["discrepancy.foreign_intent"]
    assert await pair.stored(session_id) == "expired"
    again = _succeeded(marker, amount=499) | {"id": "evt_again"}
    assert _errors(await _received(pair, again)) == []
    assert _count("gateway_discrepancies_total", kind="foreign_intent") == before + 1


async def test_an_event_of_the_other_mode_is_reported(pair: Pair) -> None:
    session_id, marker = await _created(pair)
    before = _count("gateway_livemode_mismatch_total")
    lines = await _received(pair, _succeeded(marker, amount=500) | {"livemode": True}, receipt=Receipt.IGNORED)
    assert _errors(lines) == ["webhook.livemode_mismatch"]
    assert _count("gateway_livemode_mismatch_total") == before + 1
    assert await pair.stored(session_id) == "unpaid"


async def test_a_value_that_stripe_never_documented_is_reported(pair: Pair) -> None:
    session_id, marker = await _created(pair)
    before = _count("gateway_unknown_stripe_values_total", field="payment_intent.status")
    event = _succeeded(marker, amount=500)
    event["data"]["object"]["status"] = "blessed"
    lines = await _received(pair, event)
    assert _errors(lines) == ["stripe.unknown_value", "discrepancy.unknown_value"]
    assert _count("gateway_unknown_stripe_values_total", field="payment_intent.status") == before + 1
    assert await pair.stored(session_id) == "unpaid"


async def test_an_event_that_waits_for_a_minute_is_reported(pair: Pair, folder: Path) -> None:
    assert _errors(await _watched(pair)) == []
    assert (_gauge("gateway_inbox_backlog"), _gauge("gateway_inbox_oldest_seconds")) == (0, 0)
    _wait_in_the_inbox(folder, timedelta(seconds=90))
    lines = await _watched(pair)
    assert _errors(lines) == ["inbox.stale"]
    assert _gauge("gateway_inbox_backlog") == 1
    assert _gauge("gateway_inbox_oldest_seconds") == pytest.approx(90, abs=30)
    assert _errors(await _watched(pair)) == []  # Said once; again in five minutes.


async def _created(pair: Pair) -> tuple[str, str]:
    session_id = await pair.create()
    session = await pair.call("GET", f"/v1/checkout/sessions/{session_id}")
    return session_id, str(session["metadata"][MARKER])


def _succeeded(marker: str, *, amount: int, intent_id: str | None = None) -> Event:
    intent = {
        "id": intent_id or f"pi_{marker}",
        "object": "payment_intent",
        "status": "succeeded",
        "amount_received": amount,
        "currency": "usd",
        "metadata": {MARKER: marker},
    }
    return _event(f"evt_{marker}{amount}", "payment_intent.succeeded", intent)


def _event(event_id: str, event_type: str, thing: Event) -> Event:
    return {
        "id": event_id,
        "object": "event",
        "type": event_type,
        "created": int(time.time()),
        "livemode": False,
        "data": {"object": thing},
    }


async def _received(pair: Pair, event: Event, *, receipt: Receipt = Receipt.STORED) -> list[Any]:
    body = json.dumps(event).encode()
    stamp = int(time.time())
    signature = hmac.new(SECRET.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    with structlog.testing.capture_logs() as lines:
        assert await pair.services.inbox.receive(body, f"t={stamp},v1={signature}") is receipt
    return list(lines)


async def _watched(pair: Pair) -> list[Any]:
    with structlog.testing.capture_logs() as lines:
        assert await pair.services.upkeep.watch_inbox() == 0
    return list(lines)


def _wait_in_the_inbox(folder: Path, age: timedelta) -> None:
    came = str(datetime.now(UTC) - age)
    columns = "id, type, created_at, received_at, livemode, body, state, tries"
    with closing(sqlite3.connect(folder / "gateway.db")) as database:
        row = ("evt_waits", "charge.succeeded", came, came, 0, "{}", "unmatched", 1)
        database.execute(f"INSERT INTO webhook_event ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        database.commit()


def _errors(lines: list[Any]) -> list[str]:
    return [line["action"] for line in lines if line["log_level"] == "error"]


def _count(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def _gauge(name: str) -> float:
    value = REGISTRY.get_sample_value(name)
    assert value is not None
    return value
