"""Whose gateway this is: other accounts, other modes, other installations, and keys that may not say whose they are."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.domain.identifiers import INSTANCE_MARKER, MARKER, InstanceId
from gateway.services.inbox import Receipt
from gateway.services.running import installation
from gateway.settings import SettingsError
from tests.harness.bare_gateway import BareGateway, open_gateway
from tests.harness.rows import Rows, execute, rows_of
from tests.harness.stripe_account import Desk
from tests.harness.stripe_front import StripeFront
from tests.integration.services.conftest import Opener

ReadRows = Callable[[], Awaitable[Rows]]


async def completed_event(gateway: BareGateway) -> tuple[str, dict[str, Any]]:
    session_id = await gateway.created()
    await gateway.desk.pay(session_id)
    events = await gateway.desk.events()
    return session_id, next(event for event in events if event["type"] == "checkout.session.completed")


async def test_the_account_is_proven_once_and_kept(opened: Opener, rows: ReadRows) -> None:
    async with opened() as gateway:
        assert gateway.services.installation.current.account is None
        assert await gateway.services.installation.prove() == 1
        assert await gateway.services.installation.prove() == 0
        account = gateway.services.installation.current.account
    assert account is not None
    (row,) = (await rows()).installations
    assert (row["account"], row["livemode"]) == (account, False)
    async with opened() as gateway:
        assert gateway.services.installation.current.account == account


async def test_an_event_of_another_account_sets_nothing(gateway: BareGateway, rows: ReadRows) -> None:
    await gateway.services.installation.prove()
    session_id, event = await completed_event(gateway)
    assert await gateway.deliver(event | {"account": "acct_another"}) is Receipt.IGNORED
    await gateway.settled()
    assert (await rows()).payment(session_id)["status"] == "unpaid"


async def test_an_event_of_our_own_account_is_applied(gateway: BareGateway, rows: ReadRows) -> None:
    await gateway.services.installation.prove()
    session_id, event = await completed_event(gateway)
    account = gateway.services.installation.current.account
    assert await gateway.deliver(event | {"account": account}) is Receipt.STORED
    assert (await rows()).payment(session_id)["status"] == "paid"


async def test_an_event_with_an_account_while_ours_is_unknown_is_a_reason_to_ask(
    gateway: BareGateway, rows: ReadRows
) -> None:
    session_id, event = await completed_event(gateway)
    assert await gateway.deliver(event | {"account": "acct_somebody"}) is Receipt.STORED
    assert (await rows()).event(event["id"])["state"] == "unmatched", "it is tried again once the account is proven"
    await gateway.settled()
    found = await rows()
    assert found.payment(session_id)["status"] == "paid"
    assert found.changes[-1]["cause"] == "retrieve"


async def test_two_gateways_on_one_account_leave_each_other_alone(
    gateway: BareGateway, second_database_url: str, side: tuple[StripeFront, Desk], tmp_path: Path, rows: ReadRows
) -> None:
    theirs = await gateway.created()
    await gateway.desk.pay(theirs)
    events = await gateway.desk.events()
    async with open_gateway(second_database_url, tmp_path, side) as second:
        ours = await second.created()
        await second.desk.pay(ours)
        assert {await second.deliver(event) for event in events} == {Receipt.IGNORED}
        await second.deliver_news()
        report = await second.services.reconciliation.run(trigger="cli")
        assert (report.outcome, report.sessions, report.passed_over) == ("clean", 1, 1)
        assert [(line.here_minor, line.there_minor) for line in report.ledger] == [(500, 500)]
    found = await rows_of(second_database_url)
    assert [payment["session_id"] for payment in found.payments] == [ours]
    assert {event["state"] for event in found.events if event["id"] in {e["id"] for e in events}} == {"ignored"}
    assert found.desk == []


@pytest.mark.parametrize(
    ("whose", "state"),
    [("nobody's", "unmatched"), ("ours", "unmatched"), ("former", "unmatched"), ("another", "ignored")],
)
async def test_a_marker_without_its_row_waits_unless_it_is_another_installations(
    gateway: BareGateway, rows: ReadRows, database_url: str, whose: str, state: str
) -> None:
    _, event = await completed_event(gateway)
    view = gateway.services.installation.current
    instances = {"ours": view.instance, "former": InstanceId("f" * 32), "another": InstanceId("a" * 32)}
    if whose == "former":
        database: Any = gateway.services.health._database
        gateway.services.installation.current = await database.run(
            lambda connection: installation.claim(connection, instances["former"])
        )
    session = event["data"]["object"]
    session["id"], session["payment_intent"] = "cs_test_lost", "pi_lost"
    session["metadata"] = {MARKER: "0" * 32}
    if whose in instances:
        session["metadata"][INSTANCE_MARKER] = instances[whose]
    await gateway.deliver(event | {"id": "evt_lost"})
    assert (await rows()).event("evt_lost")["state"] == state


async def test_a_marker_of_another_installation_is_ours_where_the_row_is(gateway: BareGateway, rows: ReadRows) -> None:
    session_id, event = await completed_event(gateway)
    event["data"]["object"]["metadata"][INSTANCE_MARKER] = "a" * 32
    assert await gateway.deliver(event) is Receipt.STORED
    assert (await rows()).payment(session_id)["status"] == "paid"


async def test_a_key_of_the_other_mode_is_refused_with_a_sentence(opened: Opener) -> None:
    async with opened():
        pass
    with pytest.raises(SettingsError, match=r"a key of live mode.*a database of test mode.*gateway migrate"):
        async with opened(stripe_api_key="sk_live_bench"):
            pass


async def test_a_key_of_another_account_is_refused_with_a_sentence(opened: Opener, database_url: str) -> None:
    async with opened() as gateway:
        await gateway.services.installation.prove()
    await execute(database_url, "UPDATE installation SET account = 'acct_another'")
    async with opened() as gateway:
        with pytest.raises(SettingsError, match="a database of the account acct_another"):
            await gateway.services.installation.prove()
        await gateway.services.installation.prove_again()
        assert gateway.services.installation.contradiction is not None


async def test_a_key_that_may_not_read_the_account_is_proven_by_our_newest_session(opened: Opener) -> None:
    async with opened(stripe_api_key="rk_test_bench") as gateway:
        assert await gateway.services.installation.prove() == 0
        await gateway.created()
        assert await gateway.services.installation.prove() == 1
        assert gateway.services.installation.current.account is None


async def test_with_stripe_away_nothing_is_refused(gateway: BareGateway) -> None:
    await gateway.created()
    gateway.front.away = True
    assert await gateway.services.installation.prove() == 0
    gateway.front.away = False
    assert await gateway.services.installation.prove() == 1


async def test_a_copy_that_is_renewed_knows_the_sessions_of_both(gateway: BareGateway, rows: ReadRows) -> None:
    database: Any = gateway.services.health._database
    before = gateway.services.installation.current
    after = await database.run(installation.renew)
    assert after.instance != before.instance
    assert after.former == (before.instance,)
    again = await database.run(lambda connection: installation.claim(connection, before.instance))
    assert again == after
    assert (await rows()).installations[0]["former"] == [before.instance]
