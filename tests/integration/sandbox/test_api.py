"""The API as a client sees it: errors in Stripe's words, idempotency keys, lists, headers."""

from typing import Any

import pytest
import stripe

from tests.integration.sandbox.conftest import Running

FORM = {
    "mode": "payment",
    "line_items[0][price]": "price_starter",
    "line_items[0][quantity]": "1",
    "success_url": "http://shop.test/done",
}


async def refusal(sandbox: Running, **changes: Any) -> stripe.InvalidRequestError:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await sandbox.create(**changes)
    return caught.value


async def test_an_unknown_price_is_a_missing_resource(sandbox: Running) -> None:
    error = await refusal(sandbox, price="price_x")

    assert (error.http_status, error.code, error.param) == (400, "resource_missing", "line_items[0][price]")
    assert error.user_message == "No such price: 'price_x'"


async def test_an_inactive_price_is_refused_until_it_is_active_again(sandbox: Running) -> None:
    error = await refusal(sandbox, price="price_retired")
    assert (error.param, error.user_message) == (
        "line_items[0][price]",
        "The price specified is inactive. This field only accepts active prices.",
    )

    await sandbox.stripe.v1.prices.update_async("price_retired", {"active": True})

    assert (await sandbox.create("price_retired")).status == "open"


async def test_amounts_outside_the_limits_are_refused(sandbox: Running) -> None:
    small = await refusal(sandbox, price="price_cents")
    assert (small.code, small.user_message) == (
        "amount_too_small",
        "The Checkout Session's total amount due must add up to at least $0.50 usd",
    )
    large = await refusal(sandbox, line_items=[{"price": "price_starter", "quantity": 999_999}])
    assert (large.code, large.user_message) == ("amount_too_large", "Amount must be no more than $999,999.99")


async def test_mode_and_price_must_agree(sandbox: Running) -> None:
    recurring = await refusal(sandbox, price="price_monthly")
    assert recurring.user_message == (
        "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use "
        "only one-time prices."
    )
    one_time = await refusal(sandbox, mode="subscription")
    assert one_time.user_message == (
        "You must provide at least one recurring price in `subscription` mode when using prices."
    )


async def test_unknown_missing_and_misfit_parameters_are_named(sandbox: Running) -> None:
    unknown = await refusal(sandbox, colour="red")
    assert (unknown.code, unknown.user_message) == ("parameter_unknown", "Received unknown parameter: colour")
    status, body = await sandbox.post("/v1/checkout/sessions", {"mode": "payment"})
    assert (status, body["error"]["code"], body["error"]["param"]) == (400, "parameter_missing", "success_url")
    too_soon = await refusal(sandbox, expires_at=int(sandbox.clock.now) + 60)
    assert too_soon.param == "expires_at"


async def test_an_unknown_session_is_not_found(sandbox: Running) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await sandbox.retrieve("cs_test_nothing")

    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")
    assert caught.value.user_message == "No such checkout.session: cs_test_nothing"


async def test_a_live_key_or_none_is_refused(sandbox: Running) -> None:
    with pytest.raises(stripe.AuthenticationError, match="Invalid API Key provided: sk_live_"):
        await sandbox.stripe.v1.prices.retrieve_async("price_starter", None, {"api_key": "sk_live_51Hxyzxyzxyzxyz"})
    async with sandbox.http.get(f"{sandbox.url}/v1/prices/price_starter") as answer:
        assert answer.status == 401


async def test_an_unknown_path_answers_in_the_envelope(sandbox: Running) -> None:
    status, body = await sandbox.post("/v1/teapots", {})

    assert (status, body["error"]["type"]) == (404, "invalid_request_error")


async def test_the_same_key_and_request_give_the_first_answer_again(sandbox: Running) -> None:
    headers = {"Authorization": "Bearer sk_test_1", "Idempotency-Key": "once"}
    answers = []
    for _ in range(2):
        async with sandbox.http.post(f"{sandbox.url}/v1/checkout/sessions", data=FORM, headers=headers) as answer:
            answers.append((await answer.read(), answer.headers))

    assert answers[0][0] == answers[1][0]
    assert "Idempotent-Replayed" not in answers[0][1]
    assert answers[1][1]["Idempotent-Replayed"] == "true"
    assert answers[1][1]["Original-Request"] == answers[0][1]["Request-Id"]
    assert len((await sandbox.stripe.v1.checkout.sessions.list_async()).data) == 1


async def test_the_same_key_with_another_request_is_an_idempotency_error(sandbox: Running) -> None:
    await sandbox.post("/v1/checkout/sessions", FORM, {"Idempotency-Key": "k"})

    status, body = await sandbox.post(
        "/v1/checkout/sessions", {**FORM, "line_items[0][quantity]": "2"}, {"Idempotency-Key": "k"}
    )

    assert (status, body["error"]["type"]) == (400, "idempotency_error")


async def test_a_validation_failure_does_not_use_up_the_key(sandbox: Running) -> None:
    bad = {**FORM, "line_items[0][price]": "price_x"}
    assert (await sandbox.post("/v1/checkout/sessions", bad, {"Idempotency-Key": "k"}))[0] == 400

    assert (await sandbox.post("/v1/checkout/sessions", FORM, {"Idempotency-Key": "k"}))[0] == 200


async def test_a_declined_payment_is_replayed_and_not_tried_again(sandbox: Running) -> None:
    session = await sandbox.create()
    form, key = {"payment_method": "pm_card_chargeDeclined"}, {"Idempotency-Key": "decline"}

    first = await sandbox.post(f"/v1/payment_pages/{session.id}/confirm", form, key)
    second = await sandbox.post(f"/v1/payment_pages/{session.id}/confirm", form, key)

    assert first == second
    assert first[0] == 402
    assert len((await sandbox.stripe.v1.charges.list_async()).data) == 1


async def test_a_session_cannot_be_paid_twice(sandbox: Running) -> None:
    session = await sandbox.create()
    assert (await sandbox.pay(session.id))[0] == 200

    assert (await sandbox.pay(session.id))[0] == 400
    assert len((await sandbox.stripe.v1.charges.list_async()).data) == 1


async def test_lists_are_newest_first_and_page_in_both_directions(sandbox: Running) -> None:
    made = []
    for _ in range(5):
        made.append((await sandbox.create()).id)
        sandbox.clock.now += 10
    newest = made[::-1]
    sessions = sandbox.stripe.v1.checkout.sessions

    first = await sessions.list_async({"limit": 2})
    assert ([each.id for each in first.data], first.has_more) == (newest[:2], True)
    rest = await sessions.list_async({"limit": 3, "starting_after": newest[1]})
    assert ([each.id for each in rest.data], rest.has_more) == (newest[2:], False)
    back = await sessions.list_async({"limit": 1, "ending_before": newest[2]})
    assert ([each.id for each in back.data], back.has_more) == (newest[1:2], True)
    since = first.data[1].created
    ranged = await sessions.list_async({"created": {"gte": since}})
    assert [each.id for each in ranged.data] == newest[:2]
    everything = [each.id async for each in (await sessions.list_async({"limit": 2})).auto_paging_iter()]
    assert everything == newest


async def test_lists_filter_by_status_and_by_intent(sandbox: Running) -> None:
    open_one, paid_one = await sandbox.create(), await sandbox.create()
    await sandbox.pay(paid_one.id)
    sessions = sandbox.stripe.v1.checkout.sessions

    assert [each.id for each in (await sessions.list_async({"status": "open"})).data] == [open_one.id]
    intent = (await sandbox.retrieve(paid_one.id)).payment_intent
    assert [each.id for each in (await sessions.list_async({"payment_intent": intent})).data] == [paid_one.id]


async def test_bracketed_arrays_without_an_index_are_understood(sandbox: Running) -> None:
    form = {**FORM, "payment_method_types[]": "card", "expand[]": "line_items"}

    status, body = await sandbox.post("/v1/checkout/sessions", form)

    assert status == 200
    assert body["line_items"]["data"][0]["quantity"] == 1


async def test_answers_carry_a_request_id_and_echo_the_version(sandbox: Running) -> None:
    session = await sandbox.create()

    assert session.last_response.request_id.startswith("req_")
    assert session.last_response.headers["Stripe-Version"] == "2026-10-28.endive"


async def test_prices_can_be_made_in_any_supported_currency(sandbox: Running) -> None:
    price = await sandbox.stripe.v1.prices.create_async(
        {"currency": "jpy", "unit_amount": 700, "product_data": {"name": "Tea"}}
    )
    session = await sandbox.create(price.id)
    assert (session.currency, session.amount_total) == ("jpy", 700)
    with pytest.raises(stripe.InvalidRequestError, match=r"Invalid currency: zzz\. Stripe currently supports"):
        await sandbox.stripe.v1.prices.create_async(
            {"currency": "zzz", "unit_amount": 1, "product_data": {"name": "?"}}
        )


async def test_account_and_endpoint_are_there_for_whoever_checks_a_setup(sandbox: Running) -> None:
    endpoints = await sandbox.stripe.v1.webhook_endpoints.list_async()

    assert [(each.url, each.api_version) for each in endpoints.data] == [(sandbox.receiver.url, "2026-10-28.endive")]
    assert (await sandbox.stripe.v1.accounts.retrieve_current_async()).charges_enabled
