"""Who calls decides what a create may do, and a refusal names the session that the purchase has already."""

from typing import Any

import pytest

from gateway.domain.callers import ANONYMOUS, SIGNED, Caller, operator
from gateway.domain.errors import AlreadyPaid, CheckoutRefused, IdempotencyConflict, PaymentInProgress
from gateway.services.checkout.request import CheckoutRequest
from gateway.services.running.admission import Operator
from tests.unit.graphql.scripted import ANN, EVE, ScriptedServices, run
from tests.unit.rest.stand_in import PRICE, SESSION

# Of one name and another nullability, the two session ids cannot be selected side by side without an alias.
CREATE = """
mutation ($input: CreateCheckoutSessionInput!) {
  createCheckoutSession(input: $input) {
    __typename
    ... on CheckoutSession { sessionId }
    ... on Refusal { code message type existing: sessionId }
  }
}
"""
SECRETS = ("a-signing-secret",)


async def create(scripted: ScriptedServices, **more: Any) -> Any:
    given = {"priceId": PRICE} | more.pop("fields", {})
    return (await run(scripted, CREATE, input=given, **more))["data"]["createCheckoutSession"]


@pytest.mark.parametrize(
    ("secrets", "by", "is_signed", "caller"),
    [
        ((), None, False, ANONYMOUS),
        ((), ANN, False, operator("ann")),
        (SECRETS, None, True, SIGNED),
        (SECRETS, ANN, False, operator("ann")),
        (SECRETS, ANN, True, operator("ann")),
    ],
)
async def test_a_create_knows_its_caller(
    secrets: tuple[str, ...], by: Operator | None, is_signed: bool, caller: Caller
) -> None:
    scripted = ScriptedServices(signing_secrets=secrets)
    assert await create(scripted, operator=by, is_signed=is_signed) == {
        "__typename": "CheckoutSession",
        "sessionId": SESSION,
    }
    assert scripted.checkout.created == [CheckoutRequest(price_id=PRICE, caller=caller)]


@pytest.mark.parametrize(("secrets", "by"), [(SECRETS, None), ((), EVE), (SECRETS, EVE)])
async def test_a_create_that_is_not_signed_where_it_must_be_or_whose_key_only_reads_is_refused(
    secrets: tuple[str, ...], by: Operator | None
) -> None:
    scripted = ScriptedServices(signing_secrets=secrets)
    refusal = await create(scripted, operator=by)
    assert (refusal["__typename"], refusal["code"]) == ("Refusal", "UNAUTHENTICATED")
    assert scripted.checkout.created == []


async def test_the_inputs_of_a_purchase_reach_the_service() -> None:
    scripted = ScriptedServices()
    url = "https://shop.example/ok?id=%7BCHECKOUT_SESSION_ID%7d"
    fields = {"currency": "EUR", "allowRepeat": True, "locale": "pt_BR.utf8", "successUrl": url}
    await create(scripted, fields=fields, operator=ANN)
    await create(scripted, fields=dict.fromkeys(fields))
    assert scripted.checkout.created == [
        CheckoutRequest(
            price_id=PRICE,
            currency="EUR",
            allow_repeat=True,
            locale="pt_BR.utf8",
            success_url="https://shop.example/ok?id={CHECKOUT_SESSION_ID}",
            caller=operator("ann"),
        ),
        CheckoutRequest(price_id=PRICE),
    ]


@pytest.mark.parametrize(
    ("error", "session_id"),
    [
        (AlreadyPaid(SESSION), SESSION),
        (PaymentInProgress(SESSION), SESSION),
        (CheckoutRefused(), None),
        (IdempotencyConflict(), None),
    ],
)
async def test_a_refusal_names_the_session_that_the_purchase_has(error: Any, session_id: str | None) -> None:
    scripted = ScriptedServices()
    scripted.checkout.fails = error
    refusal = await create(scripted)
    assert refusal == {
        "__typename": "Refusal",
        "code": error.code.upper(),
        "message": error.text.en,
        "type": error.type.value,
        "existing": session_id,
    }
