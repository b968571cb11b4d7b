"""Refusals that last: creates that Stripe will not have, and keys that may not do everything."""

from pathlib import Path
from typing import Any

import pytest
import stripe

from tests.integration.sandbox.conftest import KEY, Running, running

RESTRICTED = "rk_test_51restricted"


async def switch_off_refusal(sandbox: Running) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    async with sandbox.http.delete(f"{sandbox.url}/_sandbox/create_refusal", headers=headers) as answer:
        assert answer.status == 200


def with_key(key: str) -> Any:
    return {"api_key": key}


@pytest.mark.parametrize("status", ["400", "402", "404"])
async def test_every_create_is_refused_until_the_refusal_is_switched_off(sandbox: Running, status: str) -> None:
    await sandbox.control("create_refusal", status=status, message="Not for this account.", code="account_invalid")

    for _ in range(2):
        with pytest.raises(stripe.StripeError) as refused:
            await sandbox.create()
        assert (refused.value.http_status, refused.value.user_message) == (int(status), "Not for this account.")
        assert refused.value.code == "account_invalid"

    await switch_off_refusal(sandbox)
    assert (await sandbox.create()).status == "open"


async def test_a_restricted_key_is_refused_by_the_name_of_what_it_misses(sandbox: Running) -> None:
    status, _ = await sandbox.post(
        "/_sandbox/restricted_keys", {"key": RESTRICTED, "missing[]": "checkout_session_write"}
    )
    assert status == 200
    account = await sandbox.stripe.v1.accounts.retrieve_current_async()

    answer, body = await sandbox.post("/v1/checkout/sessions", {}, {"Authorization": f"Bearer {RESTRICTED}"})

    assert answer == 403
    assert body["error"]["message"] == (
        "The provided key 'rk_test_********cted' does not have the required permissions for this endpoint on account "
        f"'{account.id}'. Having the 'rak_checkout_session_write' permission would allow this request to continue."
    )
    listed = await sandbox.stripe.v1.checkout.sessions.list_async(None, with_key(RESTRICTED))
    assert listed.data == []
    assert (await sandbox.stripe.v1.accounts.retrieve_current_async(None, with_key(RESTRICTED))).id == account.id


async def test_a_restricted_key_may_not_read_the_account_unless_it_was_allowed_to(sandbox: Running) -> None:
    with pytest.raises(stripe.PermissionError, match="rak_accounts_kyc_basic_read"):
        await sandbox.stripe.v1.accounts.retrieve_current_async(None, with_key(RESTRICTED))

    await sandbox.control("restricted_keys", key=RESTRICTED)

    account = await sandbox.stripe.v1.accounts.retrieve_current_async(None, with_key(RESTRICTED))
    assert account.id.startswith("acct_")


async def test_a_permission_that_does_not_exist_is_refused(sandbox: Running) -> None:
    status, body = await sandbox.post("/_sandbox/restricted_keys", {"key": RESTRICTED, "missing[]": "tea_write"})

    assert (status, body["error"]["param"]) == (400, "missing")


async def test_the_account_and_what_was_switched_survive_a_restart(sandbox: Running, tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    async with running(sandbox.receiver, state_path=path) as first:
        account = await first.stripe.v1.accounts.retrieve_current_async()
        await first.control("create_refusal")

    async with running(sandbox.receiver, state_path=path) as second:
        assert (await second.stripe.v1.accounts.retrieve_current_async()).id == account.id
        with pytest.raises(stripe.InvalidRequestError, match="must set an account or business name"):
            await second.create()
    assert account.id != (await sandbox.stripe.v1.accounts.retrieve_current_async()).id


async def test_events_of_ones_own_account_do_not_name_it(sandbox: Running) -> None:
    await sandbox.paid()

    event = await sandbox.receiver.wait_for("checkout.session.completed")

    assert "account" not in event.to_dict()


async def test_an_unknown_control_answers_in_the_envelope(sandbox: Running) -> None:
    status, body = await sandbox.post("/_sandbox/teapots", {})

    assert (status, body["error"]["type"]) == (404, "invalid_request_error")
