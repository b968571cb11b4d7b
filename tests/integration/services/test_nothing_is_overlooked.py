"""Lists longer than a page, several things about one, and rows that come back: the desk and the doctor see them all."""

import copy
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from gateway.domain.identifiers import MARKER
from gateway.services.running import upkeep
from gateway.services.running.doctor_stripe import StripeExaminer
from gateway.services.running.verdict import Mark, Verdict
from gateway.stripe_api.account import StripeAccount
from gateway.stripe_api.checkout import StripeCheckout
from gateway.stripe_api.client import build_client, close_client
from gateway.stripe_api.gate import Gate
from tests.harness.bare_gateway import BareGateway
from tests.harness.oracle import violations
from tests.harness.rows import Rows, execute
from tests.integration.services.answers import answering
from tests.integration.services.conftest import Opener

ReadRows = Callable[[], Awaitable[Rows]]


async def paid(gateway: BareGateway) -> str:
    session_id = await gateway.created()
    await gateway.desk.pay(session_id)
    await gateway.learn_news()
    return session_id


async def aftermath_verdict(gateway: BareGateway) -> Verdict:
    """What the doctor says of refunds and disputes."""
    client = build_client(gateway.settings)
    examiner = StripeExaminer(
        webhook_url=f"{gateway.settings.base_url}/api/stripe/webhook",
        catalogue=gateway.services.catalogue,
        database=gateway.services.database,
        account=StripeAccount(client),
        stripe=StripeCheckout(client, Gate(gateway.settings.stripe_rate_limit)),
        control=gateway.services.price_control,
    )
    try:
        (verdict,) = [one async for one in examiner.examine(with_database=True) if one.name == "refunds and disputes"]
    finally:
        await close_client(client)
    return verdict


async def test_more_refunds_than_a_page_are_all_known_after_a_reconciliation(
    gateway: BareGateway, rows: ReadRows
) -> None:
    session_id = await paid(gateway)
    for _ in range(105):
        await gateway.desk.refund_charge(session_id, 2)
    report = await gateway.services.reconciliation.run(trigger="cli")
    assert (report.differences, report.repaired) == (1, 1)
    found = await rows()
    booked = found.booked(found.payment(session_id)["id"])
    assert booked[0] == ("capture", 500)
    assert booked[1:] == [("refund", -2)] * 105
    assert [(line.here_minor, line.drift_minor) for line in report.ledger] == [(290, 0)]
    assert (await gateway.services.reconciliation.run(trigger="cli")).outcome == "clean"
    assert violations(found, await gateway.desk.sessions()) == []


async def test_an_account_without_an_id_proves_nothing_and_contradicts_nothing(opened: Opener, rows: ReadRows) -> None:
    async with opened() as gateway:
        with answering(gateway.front, "GET", "/v1/account", lambda call: (200, {})):
            assert await gateway.services.installation.prove() == 0
        assert gateway.services.installation.current.account is None
        assert (await rows()).installations[0]["account"] is None
        assert await gateway.services.installation.prove() == 1
        account = gateway.services.installation.current.account
        assert account
    async with opened() as gateway:
        with answering(gateway.front, "GET", "/v1/account", lambda call: (200, {})):
            assert await gateway.services.installation.prove_again() == 0
        assert (gateway.services.installation.contradiction, gateway.services.installation.current.account) == (
            None,
            account,
        )


async def test_what_is_missing_here_closes_when_a_row_for_the_session_is_back(
    gateway: BareGateway, rows: ReadRows, database_url: str
) -> None:
    session_id = await gateway.created()
    payment_id = (await rows()).payment(session_id)["id"]
    aside = f"UPDATE payment SET id = '{'0' * 32}', session_id = 'cs_test_aside', livemode = true"
    await execute(database_url, aside)
    await gateway.services.reconciliation.run(trigger="cli")
    assert (await rows()).on_desk("missing_here") == [(session_id, "open")]
    back = f"UPDATE payment SET id = '{payment_id}', session_id = '{session_id}', livemode = false"
    await execute(database_url, back)
    await gateway.services.reconciliation.run(trigger="cli")
    found = await rows()
    assert found.on_desk("missing_here") == [(session_id, "resolved")]
    assert found.open_kinds() == []


async def test_the_doctor_sees_an_unknown_refund_among_several_of_one_intent(gateway: BareGateway) -> None:
    session_id = await paid(gateway)
    await gateway.desk.refund_charge(session_id, 100)
    await gateway.learn_news()
    assert (await aftermath_verdict(gateway)).mark is Mark.OK
    await gateway.desk.refund_charge(session_id, 50)
    verdict = await aftermath_verdict(gateway)
    assert (verdict.mark, verdict.count) == (Mark.FAILED, 1)
    await gateway.desk.refund_charge(session_id, 25)
    assert (await aftermath_verdict(gateway)).count == 2
    await gateway.learn_news()
    assert (await aftermath_verdict(gateway)).mark is Mark.OK


async def test_unmatched_events_are_all_on_the_desk_however_many(
    gateway: BareGateway, rows: ReadRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "UNMATCHED_AFTER", timedelta(0))
    monkeypatch.setattr(upkeep, "BATCH", 50)
    session_id = await gateway.created()
    await gateway.desk.decline(session_id)
    declined = copy.deepcopy(
        next(one for one in await gateway.desk.events() if one["type"] == "payment_intent.payment_failed")
    )
    declined["data"]["object"]["metadata"] = {MARKER: "0" * 32}
    events = [f"evt_unmatched{number:02}" for number in range(52)]
    for event_id in events:
        await gateway.deliver(declined | {"id": event_id})
    for expected in (50, 52, 52):
        await gateway.services.upkeep.watch_inbox()
        assert len((await rows()).on_desk("event_unmatched")) == expected
    assert (await rows()).on_desk("event_unmatched") == [(event_id, "open") for event_id in events]
