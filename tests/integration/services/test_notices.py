"""Notices to the shop's back ends: every visible change, signed, in order per payment, until it is taken."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from gateway.domain.errors import InvalidRequest, NotFound
from gateway.domain.fulfilment import FulfilmentState
from gateway.domain.notices import NoticeType
from gateway.domain.states import DeliveryState
from gateway.graphql.notice_body import notice_body
from gateway.models import Delivery
from gateway.notifying.sender import NoticeSender
from gateway.services.notices import outbox
from gateway.services.notices.settling import GIVEN_UP_AFTER
from gateway.services.operators.deliveries import DeliveryFilter, DeliveryView
from gateway.services.operators.desk import DeskFilter
from tests.harness.back_end import DIES, HANGS, OTHER_SECRET, SECRET, BackEnd, back_end
from tests.harness.bare_gateway import BareGateway
from tests.harness.waiting import eventually
from tests.integration.services.conftest import Opener

BY = "ann"


@pytest.fixture
async def shop() -> AsyncIterator[BackEnd]:
    async with back_end() as shop:
        yield shop


@pytest.fixture
async def gateway(opened: Opener, shop: BackEnd) -> AsyncIterator[BareGateway]:
    async with notifying(opened, shop.url) as gateway:
        yield gateway


@asynccontextmanager
async def notifying(opened: Opener, *urls: str, secrets: str = SECRET) -> AsyncIterator[BareGateway]:
    """The gateway with these back ends. A second call is a restart."""
    async with opened(notify_urls=",".join(urls), notify_secrets=secrets) as gateway:
        gateway.services.notices.describe = partial(notice_body, gateway.services)
        await gateway.services.notices.register()
        yield gateway


async def sent(gateway: BareGateway) -> None:
    """Rounds until nothing is due and nothing is under way."""
    while await gateway.services.notices.round() or gateway.services.notices._flights:
        await asyncio.gather(*gateway.services.notices._flights.values())


async def make_due(gateway: BareGateway, **columns: Any) -> None:
    """The pause before the next try is over."""
    pending = Delivery.filter(state="pending", next_try_at__isnull=False)
    earlier = {"next_try_at": datetime.now(UTC) - timedelta(seconds=1)}
    await gateway.services.database.run(lambda connection: pending.using_db(connection).update(**earlier, **columns))


async def paid(gateway: BareGateway, **wishes: Any) -> str:
    session_id = await gateway.created(**wishes)
    await gateway.desk.pay(session_id)
    await gateway.deliver_news()
    return session_id


async def all_deliveries(gateway: BareGateway, **where: Any) -> list[DeliveryView]:
    """Oldest first."""
    page = await gateway.services.deliveries.page(DeliveryFilter(**where), first=200)
    return list(reversed(page.nodes))


def refusing(*session_ids: str, status: int = 500) -> Callable[[dict[str, Any]], int]:
    return lambda body: status if body["sessionId"] in session_ids else 200


async def fulfilment(gateway: BareGateway, session_id: str) -> FulfilmentState | None:
    snapshot = await gateway.services.payments.read(session_id)
    assert snapshot is not None
    found = gateway.services.notices.fulfilment(snapshot)
    return found.state if found is not None else None


async def open_kinds(gateway: BareGateway) -> set[str]:
    page = await gateway.services.desk.page(DeskFilter(unresolved=True))
    return {str(view.kind) for view in page.nodes}


async def test_a_paid_order_reaches_the_back_end_signed_and_whole(gateway: BareGateway, shop: BackEnd) -> None:
    session_id = await paid(gateway, client_reference_id="order-7")
    assert await fulfilment(gateway, session_id) is FulfilmentState.PENDING
    await sent(gateway)
    [notice] = [one for one in shop.of(session_id) if one.type == "payment.paid"]
    body = notice.body
    assert (body["status"], body["clientReferenceId"], body["metadata"]) == ("PAID", "order-7", {})
    assert body["paidAmount"] == {"amountMinor": 500, "currency": "usd", "formatted": "$5.00"}
    assert [line["kind"] for line in body["movements"]] == ["CAPTURE"]
    assert await fulfilment(gateway, session_id) is FulfilmentState.DELIVERED


async def test_every_change_but_the_beginning_and_fulfilment_is_sent_in_order(
    gateway: BareGateway, shop: BackEnd
) -> None:
    session_id = await gateway.created()
    for step in (gateway.desk.decline, gateway.desk.pay, gateway.desk.refund):
        await step(session_id)
        await gateway.learn_news()
        await sent(gateway)
    await gateway.desk.dispute(session_id)
    await gateway.learn_news()
    await sent(gateway)
    [explained] = [await gateway.services.operators.explain(session_id)]
    assert explained is not None
    history = [line.version for line in explained.history if line.version > 1 and "delivery" not in line.cause]
    assert [notice.body["version"] for notice in shop.of(session_id)] == history
    types = [notice.type for notice in shop.of(session_id) if notice.type != "payment.updated"]
    assert types == ["payment.failed", "payment.paid", "payment.refunded", "payment.disputed"]
    assert len({notice.id for notice in shop.notices}) == len(shop.notices)


@pytest.mark.parametrize("answer", [500, 404, 302, DIES])
async def test_a_notice_that_is_not_taken_comes_again_with_the_same_id(
    gateway: BareGateway, shop: BackEnd, answer: int
) -> None:
    shop.decide = lambda _: answer
    session_id = await paid(gateway)
    await sent(gateway)
    assert not shop.taken
    first = shop.of(session_id)
    assert await fulfilment(gateway, session_id) is FulfilmentState.PENDING
    [waiting] = [one for one in await all_deliveries(gateway) if one.next_try_at is not None]
    assert (waiting.state, waiting.tries) == (DeliveryState.PENDING, 1)
    assert waiting.next_try_at is not None
    assert waiting.next_try_at - datetime.now(UTC) < timedelta(seconds=10)
    shop.decide = lambda _: 200
    await make_due(gateway)
    await sent(gateway)
    assert shop.taken[0].id == first[0].id
    assert await fulfilment(gateway, session_id) is FulfilmentState.DELIVERED


async def test_a_back_end_that_hangs_is_given_up_on_in_time_and_asked_again(opened: Opener) -> None:
    async with back_end() as shop, notifying(opened, shop.url) as gateway:
        gateway.services.notices._sender = NoticeSender([SECRET], seconds=0.2)
        shop.decide = lambda _: HANGS
        await paid(gateway)
        await sent(gateway)
        [failed] = [one for one in await all_deliveries(gateway) if one.tries]
        assert (failed.status_code, failed.answer) == (None, "no answer within 0.2 seconds")


async def test_what_is_paid_replaces_the_notices_that_nobody_took(gateway: BareGateway, shop: BackEnd) -> None:
    shop.decide = lambda body: 200 if body["type"] == "payment.paid" else 500
    session_id = await gateway.created()
    await gateway.desk.decline(session_id)
    await gateway.learn_news()
    await sent(gateway)
    await gateway.desk.pay(session_id)
    await gateway.deliver_news()
    await sent(gateway)
    assert [notice.type for notice in shop.taken] == ["payment.paid"]
    states = {view.type: view.state for view in await all_deliveries(gateway)}
    assert states[NoticeType.FAILED] is DeliveryState.SUPERSEDED
    assert states[NoticeType.PAID] is DeliveryState.DELIVERED


async def test_a_payment_that_is_not_taken_holds_up_itself_alone(gateway: BareGateway, shop: BackEnd) -> None:
    poisoned, *others = [await gateway.created() for _ in range(12)]
    shop.decide = refusing(poisoned)
    for session_id in (poisoned, *others):
        await gateway.desk.pay(session_id)
    await gateway.deliver_news()
    await sent(gateway)
    assert {notice.body["sessionId"] for notice in shop.taken} == set(others)
    await gateway.desk.refund(poisoned, 100)
    await gateway.learn_news()
    await make_due(gateway)
    await sent(gateway)
    assert {notice.type for notice in shop.of(poisoned)} == {"payment.paid"}
    shop.decide = lambda _: 200
    await make_due(gateway)
    await sent(gateway)
    taken = [notice.type for notice in shop.taken if notice.body["sessionId"] == poisoned]
    assert (taken[0], taken[-1]) == ("payment.paid", "payment.refunded")


async def test_after_three_days_it_is_given_up_and_somebody_has_to_look(gateway: BareGateway, shop: BackEnd) -> None:
    shop.decide = lambda _: 503
    session_id = await paid(gateway)
    await sent(gateway)
    await make_due(gateway, first_tried_at=datetime.now(UTC) - GIVEN_UP_AFTER)
    await sent(gateway)
    [failed] = await all_deliveries(gateway, state=DeliveryState.FAILED)
    assert (failed.type, failed.tries, failed.status_code) == (NoticeType.PAID, 2, 503)
    assert await fulfilment(gateway, session_id) is FulfilmentState.FAILED
    assert "notice_failed" in await open_kinds(gateway)
    shop.decide = lambda _: 200
    await gateway.services.deliveries.replay(failed.id, by=BY)
    await sent(gateway)
    assert failed.id in {notice.id for notice in shop.taken}
    assert await fulfilment(gateway, session_id) is FulfilmentState.DELIVERED
    assert "notice_failed" not in await open_kinds(gateway)


async def test_a_back_end_that_is_gone_is_sent_nothing_until_it_is_resumed(gateway: BareGateway, shop: BackEnd) -> None:
    shop.decide = lambda _: 410
    session_id = await paid(gateway)
    await sent(gateway)
    assert "back_end_gone" in await open_kinds(gateway)
    assert await gateway.services.deliveries.paused() == [shop.url]
    before = len(shop.notices)
    other = await paid(gateway)
    await sent(gateway)
    assert len(shop.notices) == before
    shop.decide = lambda _: 200
    assert await gateway.services.deliveries.resume(by=BY) == [shop.url]
    assert await gateway.services.deliveries.resume(by=BY) == []
    await sent(gateway)
    assert {notice.body["sessionId"] for notice in shop.taken} == {session_id, other}
    assert "back_end_gone" not in await open_kinds(gateway)


async def test_a_back_end_that_comes_back_is_not_kept_waiting(gateway: BareGateway, shop: BackEnd) -> None:
    shop.decide = lambda _: 500
    sessions = [await paid(gateway) for _ in range(6)]
    await sent(gateway)
    await make_due(gateway)
    await sent(gateway)
    shop.decide = lambda _: 200
    late = await paid(gateway)
    await sent(gateway)
    paid_for = {notice.body["sessionId"] for notice in shop.taken if notice.type == "payment.paid"}
    assert paid_for == {*sessions, late}


async def test_what_was_under_way_when_the_process_died_is_sent_again_with_the_same_id(opened: Opener) -> None:
    async with back_end() as shop:
        shop.decide = lambda _: HANGS
        async with notifying(opened, shop.url) as gateway:
            session_id = await paid(gateway)
            await gateway.services.notices.round()
            await eventually(lambda: bool(shop.notices))
        shop.released.set()
        shop.decide = lambda _: 200
        async with notifying(opened, shop.url) as gateway:
            await sent(gateway)
            assert shop.taken[0].type == "payment.paid"
            assert shop.taken[0].id == shop.notices[0].id
            assert await fulfilment(gateway, session_id) is FulfilmentState.DELIVERED


async def test_what_happened_while_nothing_ran_is_sent_at_the_next_start(opened: Opener) -> None:
    async with back_end() as shop:
        async with notifying(opened, shop.url) as gateway:
            session_id = await paid(gateway)
        assert not shop.notices
        async with notifying(opened, shop.url) as gateway:
            await sent(gateway)
    assert "payment.paid" in {notice.type for notice in shop.of(session_id)}


async def test_a_new_back_end_begins_now_and_each_gets_every_change(opened: Opener) -> None:
    async with back_end() as first, back_end() as second:
        async with notifying(opened, first.url) as gateway:
            early = await paid(gateway)
            await sent(gateway)
        async with notifying(opened, first.url, second.url) as gateway:
            late = await paid(gateway)
            await sent(gateway)
        assert {notice.body["sessionId"] for notice in first.taken} == {early, late}
        assert {notice.body["sessionId"] for notice in second.taken} == {late}
        assert not {notice.id for notice in first.taken} & {notice.id for notice in second.taken}


async def test_while_secrets_change_both_sign(opened: Opener) -> None:
    both = f"{OTHER_SECRET},{SECRET}"
    async with (
        back_end(SECRET) as old,
        back_end(OTHER_SECRET) as new,
        notifying(opened, old.url, new.url, secrets=both) as gateway,
    ):
        session_id = await paid(gateway)
        await sent(gateway)
    assert [notice.type for notice in old.of(session_id)] == [notice.type for notice in new.of(session_id)]


async def test_processes_that_make_notices_at_once_make_each_once(gateway: BareGateway, shop: BackEnd) -> None:
    database = gateway.services.database
    await paid(gateway)
    copies = [await database.read(partial(outbox.endpoints, urls=[shop.url])) for _ in range(4)]
    made = await asyncio.gather(*(outbox.place(database, endpoint) for [endpoint] in copies))
    assert sum(made) == len(await all_deliveries(gateway)) > 0


async def test_without_a_back_end_nothing_is_made_and_fulfilment_is_null(opened: Opener) -> None:
    async with opened() as gateway:
        await gateway.services.notices.register()
        session_id = await paid(gateway)
        assert await gateway.services.notices.round() == 0
        assert await fulfilment(gateway, session_id) is None
        assert await all_deliveries(gateway) == []


async def test_a_watch_of_what_is_paid_ends_when_the_back_end_knows(gateway: BareGateway, shop: BackEnd) -> None:
    session_id = await gateway.created()
    seen: list[tuple[str, object]] = []

    async def watch() -> None:
        async for snapshot in gateway.services.payments.watch(session_id):
            seen.append((snapshot.status.value, snapshot.visible.fulfilment))

    watching = asyncio.create_task(watch())
    await gateway.desk.pay(session_id)
    await gateway.deliver_news()
    await eventually(lambda: bool(seen) and seen[-1][0] == "paid")
    assert not watching.done()
    await sent(gateway)
    await asyncio.wait_for(watching, 10)
    assert seen[-1][1] is not None


async def test_notices_are_replayed_by_id_by_session_and_by_window(gateway: BareGateway, shop: BackEnd) -> None:
    start = datetime.now(UTC)
    session_id, other = await paid(gateway), await paid(gateway)
    await sent(gateway)
    before = len(shop.taken)
    desk = gateway.services.deliveries
    of_one = await all_deliveries(gateway, session_id=session_id)
    assert await desk.replay_all(DeliveryFilter(session_id=session_id), by=BY) == len(of_one)
    await sent(gateway)
    assert [notice.id for notice in shop.taken[before:]] == [view.id for view in of_one]
    everything = await desk.replay_all(DeliveryFilter(created_from=start), by=BY)
    await sent(gateway)
    assert everything == before
    assert len(shop.taken) == before + len(of_one) + everything
    assert {notice.body["sessionId"] for notice in shop.taken} == {session_id, other}
    with pytest.raises(InvalidRequest):
        await desk.replay_all(DeliveryFilter(), by=BY)
    with pytest.raises(NotFound):
        await desk.replay("msg_0000", by=BY)
    assert (await desk.find(of_one[0].id[:20])).id == of_one[0].id
