"""Delivery: signed, tried again, sent again on request."""

from gateway.sandbox.config import SandboxWebhook
from tests.harness.waiting import eventually
from tests.integration.sandbox.conftest import SECRET, Receiver, Running, receiving, running


async def test_a_refused_delivery_is_tried_again_with_a_fresh_timestamp(sandbox: Running) -> None:
    sandbox.receiver.refusals = [500, 302]
    session = await sandbox.create()

    await sandbox.stripe.v1.checkout.sessions.expire_async(session.id)
    await sandbox.receiver.wait_for("checkout.session.expired")

    assert len(sandbox.receiver.timestamps) == 3
    event_id = sandbox.receiver.events[0].id

    async def delivered() -> bool:
        event = await sandbox.stripe.v1.events.retrieve_async(event_id)
        return event.pending_webhooks == 0

    await eventually(delivered)


async def test_tries_are_bounded_and_a_resend_begins_anew(sandbox: Running) -> None:
    sandbox.receiver.refusals = [500] * 4
    session = await sandbox.create()
    await sandbox.stripe.v1.checkout.sessions.expire_async(session.id)
    await eventually(lambda: len(sandbox.receiver.timestamps) == 4)
    event = (await sandbox.stripe.v1.events.list_async()).data[0]
    assert (event.pending_webhooks, sandbox.receiver.events) == (1, [])

    status, _ = await sandbox.post(f"/v1/events/{event.id}/retry", {})

    assert status == 200
    again = await sandbox.receiver.wait_for("checkout.session.expired")
    assert again.id == event.id


async def test_an_event_names_the_request_that_caused_it_and_shows_its_object_as_it_was(sandbox: Running) -> None:
    session = await sandbox.create()
    headers = {"Idempotency-Key": "close"}
    await sandbox.post(f"/v1/checkout/sessions/{session.id}/expire", {}, headers)

    event = await sandbox.receiver.wait_for("checkout.session.expired")

    assert event.request.idempotency_key == "close"
    assert event.request.id.startswith("req_")
    assert (event.object, event.api_version, event.livemode) == ("event", "2026-10-28.endive", False)
    listed = await sandbox.stripe.v1.events.list_async({"type": "checkout.session.*"})
    assert [each.id for each in listed.data] == [event.id]


async def test_every_endpoint_gets_every_event_signed_with_its_own_secret(receiver: Receiver) -> None:
    async with receiving("whsec_another") as other:
        webhooks = (SandboxWebhook(receiver.url, SECRET), SandboxWebhook(other.url, other.secret))
        async with running(receiver, webhooks=webhooks) as sandbox:
            other.refusals = [500]
            session = await sandbox.create()
            await sandbox.stripe.v1.checkout.sessions.expire_async(session.id)
            first = await receiver.wait_for("checkout.session.expired")
            second = await other.wait_for("checkout.session.expired")
            assert first.id == second.id

            async def delivered() -> bool:
                return (await sandbox.stripe.v1.events.retrieve_async(first.id)).pending_webhooks == 0

            await eventually(delivered)
            endpoints = await sandbox.stripe.v1.webhook_endpoints.list_async()
            assert {endpoint.url for endpoint in endpoints.data} == {receiver.url, other.url}
            assert (len(receiver.timestamps), len(other.timestamps)) == (1, 2)
