"""A change is published once it is committed, and never before: who is rung reads what the ring is about."""

from collections.abc import Awaitable, Callable
from functools import partial

import pytest

from gateway.domain.facts import Facts
from gateway.domain.identifiers import PaymentId
from gateway.domain.stripe_objects import Reading
from gateway.services.recording.changes import Learned
from gateway.services.recording.recorder import Recorder, Recording
from tests.harness.bare_gateway import BareGateway
from tests.harness.rows import Rows

ReadRows = Callable[[], Awaitable[Rows]]


def recorder_of(gateway: BareGateway) -> Recorder:
    return gateway.services.inbox._recorder


async def test_who_is_rung_finds_the_version_committed(
    gateway: BareGateway, rows: ReadRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    session_id = await gateway.created()
    published: list[tuple[int, int]] = []
    hub = recorder_of(gateway)._hub
    really = hub.publish

    async def publish(payment_id: PaymentId, *, version: int) -> None:
        """Over a connection of the test's own, which sees what is committed and nothing else."""
        published.append((version, (await rows()).payment(session_id)["version"]))
        await really(payment_id, version=version)

    monkeypatch.setattr(hub, "publish", publish)
    await gateway.desk.pay(session_id)
    await gateway.deliver_news()
    assert published
    assert all(committed >= version for version, committed in published), published


async def test_what_was_rolled_back_is_published_to_nobody(
    gateway: BareGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment_id = (await gateway.create()).snapshot.payment_id
    recorder, published = recorder_of(gateway), list[PaymentId]()

    async def publish(payment_id: PaymentId, *, version: int) -> None:
        published.append(payment_id)

    async def work(recording: Recording, *, is_whole: bool) -> None:
        await recording.apply(payment_id, Reading(Facts(complete=True)), Learned(), cause="test")
        if not is_whole:
            raise LookupError

    monkeypatch.setattr(recorder._hub, "publish", publish)
    with pytest.raises(LookupError):
        await recorder.record(partial(work, is_whole=False))
    assert published == []
    await recorder.record(partial(work, is_whole=True))
    assert published == [payment_id]
