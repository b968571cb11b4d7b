"""The history under an audit key: what a forger cannot do, what a lost key leaves open, and the head kept elsewhere."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from gateway.services.integrity import audit, invariants
from gateway.services.integrity.head import Head, head_of, parse_head
from gateway.services.recording.history import AuditKeys, key_id_of
from tests.harness.bare_gateway import BareGateway
from tests.harness.oracle import violations
from tests.harness.rows import Rows, execute, execute_unguarded
from tests.integration.services.conftest import Opener

ReadRows = Callable[[], Awaitable[Rows]]

KEY, OTHER = "an-audit-key-as-long-as-it-must-be-0001", "an-audit-key-as-long-as-it-must-be-0002"
KEYS = AuditKeys((KEY,))


def database_of(gateway: BareGateway) -> Any:
    return gateway.services.health._database


async def bought(gateway: BareGateway) -> str:
    session_id = await gateway.created()
    await gateway.desk.decline(session_id)
    await gateway.learn_news()
    await gateway.desk.pay(session_id)
    await gateway.learn_news()
    return session_id


async def breaks_of(gateway: BareGateway, keys: AuditKeys = KEYS) -> list[tuple[str, str]]:
    return [(found.invariant, found.sentence) async for found in audit.breaks(database_of(gateway), keys)]


async def test_a_keyed_chain_verifies_with_its_key(opened: Opener, rows: ReadRows) -> None:
    async with opened(audit_keys=KEY) as gateway:
        await bought(gateway)
        verdict = await audit.verify(database_of(gateway), KEYS)
        assert (verdict.first_break, verdict.unkeyed, verdict.unjudged) == (None, 0, {})
        assert {line["key_id"] for line in (await rows()).changes} == {key_id_of(KEY)}
        assert violations(await rows(), await gateway.desk.sessions(), keys=KEYS) == []


async def test_without_its_key_lines_are_not_judged_and_are_no_break(opened: Opener) -> None:
    async with opened(audit_keys=KEY) as gateway:
        await bought(gateway)
        for keys in (AuditKeys(), AuditKeys((OTHER,))):
            verdict = await audit.verify(database_of(gateway), keys)
            assert verdict.first_break is None
            assert set(verdict.unjudged) == {key_id_of(KEY)}


async def test_a_new_key_goes_on_from_the_old_one(opened: Opener) -> None:
    async with opened(audit_keys=KEY) as gateway:
        session_id = await bought(gateway)
    async with opened(audit_keys=f"{OTHER},{KEY}") as gateway:
        await gateway.desk.refund_charge(session_id, 100)
        await gateway.learn_news()
        assert (await audit.verify(database_of(gateway), AuditKeys((OTHER, KEY)))).first_break is None
        verdict = await audit.verify(database_of(gateway), AuditKeys((OTHER,)))
        assert (verdict.first_break, set(verdict.unjudged)) == (None, {key_id_of(KEY)})


async def test_unkeyed_lines_are_legal_only_before_the_first_keyed_one(opened: Opener) -> None:
    async with opened() as gateway:
        session_id = await gateway.created()
    async with opened(audit_keys=KEY) as gateway:
        await gateway.desk.decline(session_id)
        await gateway.learn_news()
        assert await breaks_of(gateway) == []
    async with opened() as gateway:
        await gateway.desk.pay(session_id)
        await gateway.learn_news()
        found = await breaks_of(gateway)
    assert found
    assert {invariant for invariant, _ in found} == {"I13"}
    assert any("has no key" in sentence for _, sentence in found)


FORGERIES = {
    "status": "UPDATE payment SET status = 'expired'",
    "facts": "UPDATE payment SET facts = '{\"complete\": true}'",
    "an unkeyed seal": "UPDATE payment SET seal = ':' || seal",
    "no seal": "UPDATE payment SET seal = NULL",
}


@pytest.mark.parametrize("what", sorted(FORGERIES))
async def test_a_row_changed_behind_its_back_is_found(opened: Opener, database_url: str, what: str) -> None:
    async with opened(audit_keys=KEY) as gateway:
        await bought(gateway)
        assert await breaks_of(gateway) == []
        await execute(database_url, FORGERIES[what])
        found = await breaks_of(gateway)
    assert any(invariant == "I13" and "seal" in sentence for invariant, sentence in found), found


async def test_a_forger_without_the_key_cannot_write_a_seal(opened: Opener, rows: ReadRows, database_url: str) -> None:
    """The plain seal that the gateway itself would write without a key, over facts that never were."""
    from gateway.domain.facts_json import facts_from_json
    from gateway.domain.identifiers import PaymentId
    from gateway.domain.status import Status
    from gateway.services.recording.history import digest_of, seal_of

    async with opened(audit_keys=KEY) as gateway:
        session_id = await bought(gateway)
        row = (await rows()).payment(session_id)
        digest = digest_of(Status.PAID, facts_from_json({"session_paid": True}))
        seal = seal_of(PaymentId(row["id"]), row["version"], digest, AuditKeys())
        await execute(database_url, f"UPDATE payment SET facts = '{{\"session_paid\": true}}', seal = '{seal}'")
        assert any("seal" in sentence for _, sentence in await breaks_of(gateway))


async def test_a_movement_changed_behind_its_back_is_found(opened: Opener, database_url: str) -> None:
    async with opened(audit_keys=KEY) as gateway:
        await bought(gateway)
        with pytest.raises(Exception, match="append-only"):
            await execute(database_url, "UPDATE movement SET amount_minor = 1")
        await execute_unguarded(database_url, "movement", "UPDATE movement SET amount_minor = 1")
        report = await invariants.check(database_of(gateway), keys=KEYS, livemode=False)
    assert report.counts == {"I16": 1}


async def test_invariants_are_clean_after_a_purchase(opened: Opener) -> None:
    async with opened(audit_keys=KEY) as gateway:
        session_id = await bought(gateway)
        await gateway.desk.refund_charge(session_id, 100)
        await gateway.learn_news()
        report = await invariants.check(database_of(gateway), keys=KEYS, livemode=False)
    assert report.violations == ()


async def test_a_head_kept_elsewhere_shows_that_nothing_before_it_was_changed_or_removed(
    gateway: BareGateway, rows: ReadRows, database_url: str
) -> None:
    await bought(gateway)
    database = database_of(gateway)
    last = max(line["id"] for line in (await rows()).changes)
    kept = parse_head(str(await head_of(database, last_id=last)))
    assert kept is not None
    assert kept.lines == len((await rows()).changes)
    await bought(gateway)
    assert await head_of(database, last_id=kept.last_id) == kept
    await execute_unguarded(database_url, "status_change", f"DELETE FROM status_change WHERE id = {last}")
    assert await head_of(database, last_id=kept.last_id) != kept


async def test_a_head_over_nothing_has_no_lines(gateway: BareGateway) -> None:
    assert (await head_of(database_of(gateway), last_id=0)).lines == 0


@pytest.mark.parametrize("text", ["", "1:2", "1:2:zz", f"-1:2:{'0' * 64}", f"1:2:{'0' * 63}"])
async def test_what_is_no_head_is_none(text: str) -> None:
    assert parse_head(text) is None
    assert parse_head(str(Head(3, 4, "0" * 64))) == Head(3, 4, "0" * 64)
