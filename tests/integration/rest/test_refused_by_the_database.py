"""What the database refused is not acknowledged, for whatever reason: Stripe comes again, and it is stored once."""

import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.harness.served_gateway import ServedGateway
from tests.integration.rest.test_raw_requests import WEBHOOK, _signature

REFUSALS = {
    "its table is away": ("ALTER TABLE webhook_event RENAME TO away", "ALTER TABLE away RENAME TO webhook_event"),
    "a rule of the database forbids the row": (
        "CREATE TRIGGER refuses BEFORE INSERT ON webhook_event BEGIN SELECT RAISE(ABORT, 'no room'); END",
        "DROP TRIGGER refuses",
    ),
    "a column wants more than we know": (
        "ALTER TABLE webhook_event ADD COLUMN more TEXT CHECK (more IS NOT NULL)",
        "ALTER TABLE webhook_event DROP COLUMN more",
    ),
}


@pytest.mark.parametrize("reason", REFUSALS)
async def test_a_webhook_that_the_database_refuses_is_503_until_it_is_stored(
    reason: str, gateway: ServedGateway, folder: Path
) -> None:
    refuse, heal = REFUSALS[reason]
    product = {"id": "prod_1", "object": "product"}
    event = {"id": "evt_refused", "object": "event", "type": "product.created", "data": {"object": product}}
    body = json.dumps(event | {"created": int(time.time()), "livemode": False}).encode()
    headers = {"Stripe-Signature": _signature(body, int(time.time()))}
    with closing(sqlite3.connect(folder / "gateway.db")) as database:
        database.execute(refuse)
        for _ in range(2):
            refused = await gateway.shop.post(WEBHOOK, content=body, headers=headers)
            assert (refused.status_code, refused.json()["error"]["code"]) == (503, "service_unavailable")
            assert refused.headers["retry-after"]
        database.execute(heal)
        assert database.execute("SELECT count(*) FROM webhook_event").fetchone() == (0,)
        states = [(await gateway.shop.post(WEBHOOK, content=body, headers=headers)).json()["state"] for _ in range(2)]
        assert states == ["ignored", "duplicate"]
        assert database.execute("SELECT count(*) FROM webhook_event").fetchone() == (1,)
