"""What a forger without the audit key leaves behind in a whole chain, in a seal and in the journal, is found."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from gateway.domain.facts_json import facts_from_json
from gateway.domain.identifiers import PaymentId
from gateway.domain.status import Status
from gateway.services.integrity import audit
from gateway.services.recording.history import (
    GENESIS,
    AuditKeys,
    StatusChangeView,
    digest_of,
    linked_text,
    seal_of,
)
from tests.harness.bare_gateway import BareGateway
from tests.harness.rows import Rows, execute, execute_unguarded
from tests.integration.services.conftest import Opener

ReadRows = Callable[[], Awaitable[Rows]]

KEY = "an-audit-key-as-long-as-it-must-be-0001"
KEYS, WITHOUT_A_KEY = AuditKeys((KEY,)), AuditKeys()


@pytest.fixture
async def keyed(opened: Opener) -> AsyncIterator[BareGateway]:
    async with opened(audit_keys=KEY) as gateway:
        yield gateway


async def paid(gateway: BareGateway) -> str:
    session_id = await gateway.created()
    await gateway.desk.pay(session_id)
    await gateway.learn_news()
    return session_id


async def rewritten_without_a_key(found: Rows, database_url: str, session_id: str) -> None:
    """Every line and the seal of one payment, as the gateway itself would write them without a key."""
    row = found.payment(session_id)
    payment_id, previous = PaymentId(row["id"]), GENESIS
    for line in found.history(payment_id):
        before = Status(line["from_status"]) if line["from_status"] else None
        view = StatusChangeView(line["version"], before, Status(line["to_status"]), line["cause"], line["at"])
        digest = WITHOUT_A_KEY.mac(None, linked_text(previous, payment_id, view, line["digest"]))
        columns = f"previous_hash = '{previous}', hash = '{digest}', key_id = NULL"
        await execute_unguarded(
            database_url, "status_change", f"UPDATE status_change SET {columns} WHERE id = {line['id']}"
        )
        previous = digest
    covered = digest_of(Status(row["status"]), facts_from_json(row["facts"]))
    seal = seal_of(payment_id, row["version"], covered, WITHOUT_A_KEY)
    await execute(database_url, f"UPDATE payment SET seal = '{seal}' WHERE id = '{payment_id}'")


async def test_a_whole_chain_rewritten_without_a_key_is_a_break(
    keyed: BareGateway, rows: ReadRows, database_url: str
) -> None:
    await paid(keyed)
    session_id = await paid(keyed)
    assert (await audit.verify(keyed.services.database, KEYS)).first_break is None
    await rewritten_without_a_key(await rows(), database_url, session_id)
    broken = (await audit.verify(keyed.services.database, KEYS)).first_break
    assert broken is not None
    assert (broken.invariant, broken.payment_id) == ("I13", (await rows()).payment(session_id)["id"])
    assert "has no key" in broken.sentence


async def test_a_seal_of_an_unknown_key_is_counted_as_not_judged(keyed: BareGateway, database_url: str) -> None:
    await paid(keyed)
    assert (await audit.verify(keyed.services.database, KEYS)).unjudged == {}
    unknown = "0123456789abcdef"
    await execute(database_url, f"UPDATE payment SET seal = '{unknown}:{'0' * 64}'")
    verdict = await audit.verify(keyed.services.database, KEYS)
    assert (verdict.first_break, verdict.unjudged) == (None, {unknown: 1})


@pytest.mark.parametrize("change", ["UPDATE movement SET amount_minor = 1", "DELETE FROM movement"])
async def test_a_changed_journal_is_a_break(keyed: BareGateway, database_url: str, change: str) -> None:
    await paid(keyed)
    await execute_unguarded(database_url, "movement", change)
    broken = (await audit.verify(keyed.services.database, KEYS)).first_break
    assert broken is not None
    assert broken.invariant == "I16"
