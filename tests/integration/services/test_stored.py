"""The fast read of a row is the slow one, on whichever database this runs."""

import asyncio
from dataclasses import fields
from typing import Any

import orjson
import pytest

from gateway.domain.identifiers import SessionId
from gateway.engines.database import Database
from gateway.models import Payment
from gateway.services.recording import rows
from gateway.services.recording.stored import PaymentReader, StoredPayment
from tests.harness.bare_gateway import BareGateway


def database_of(gateway: BareGateway) -> Database:
    return gateway.services.payments._database


async def compare(gateway: BareGateway, session_id: str) -> None:
    database = database_of(gateway)
    fast = await PaymentReader(database).by_session(SessionId(session_id), livemode=False)
    slow = await database.read(lambda connection: rows.by_session(connection, SessionId(session_id)))
    assert fast is not None
    assert slow is not None
    assert {column.name: _value(fast, column.name) for column in fields(StoredPayment)} == {
        column.name: getattr(slow, column.name) for column in fields(StoredPayment)
    }
    assert rows.snapshot_of(fast) == rows.snapshot_of(slow)


def _value(row: StoredPayment, name: str) -> Any:
    """Some JSON stays text until a snapshot is made of it."""
    value = getattr(row, name)
    return orjson.loads(value) if name in {"facts", "attempts_seen"} else value


async def test_a_row_read_by_fixed_sql_is_the_row_of_the_model_at_every_step(gateway: BareGateway) -> None:
    session_id = await gateway.created()
    await compare(gateway, session_id)
    await gateway.desk.pay(session_id)
    await gateway.learn_news()
    await compare(gateway, session_id)
    assert (await gateway.services.payments.read(session_id)) is not None


async def test_rows_of_every_nullable_column_are_read_alike(gateway: BareGateway) -> None:
    session_id = await gateway.created()
    nothing = dict.fromkeys(("asked", "url", "expires_at", "retrieved_at"))
    await database_of(gateway).run(
        lambda connection: Payment.filter(session_id=session_id).using_db(connection).update(**nothing)
    )
    await compare(gateway, session_id)


async def test_many_reads_at_once_are_each_given_their_own_row_or_none(gateway: BareGateway) -> None:
    known = [await gateway.created() for _ in range(5)]
    reader, wanted = PaymentReader(database_of(gateway)), [*known, "cs_test_nobody", *known]
    found = await asyncio.gather(*(reader.by_session(SessionId(one), livemode=False) for one in wanted))
    assert [row and row.session_id for row in found] == [*known, None, *known]


async def test_a_row_of_the_other_mode_is_not_there(gateway: BareGateway) -> None:
    session_id = SessionId(await gateway.created())
    assert await PaymentReader(database_of(gateway)).by_session(session_id, livemode=True) is None


async def test_where_the_fast_way_cannot_answer_the_slow_one_does(
    gateway: BareGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    session_id = await gateway.created()
    monkeypatch.setattr(Database, "read_now", lambda *_: None)
    await compare(gateway, session_id)
