"""What callers see of a failed attempt: buyers a safe code and a sentence of ours, operators Stripe's own codes."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.domain.attempts import AttemptsSeen, LastFailure
from gateway.domain.buyer_sentences import DECLINED, NOT_AUTHENTICATED
from gateway.domain.decline_codes import HIDDEN
from gateway.domain.facts import NO_FACTS
from gateway.domain.language import Language
from gateway.domain.snapshot import visible
from gateway.graphql.transport.connection_init import parameter
from gateway.services.running.admission import Operator
from tests.unit.graphql.scripted import ANN, EVE, ScriptedServices, run
from tests.unit.rest.stand_in import SESSION, UNPAID

READ = "query ($id: ID!) { paymentStatus(sessionId: $id) { lastFailure { code declineCode message advice } } }"


async def failure(
    code: str, decline_code: str, *, operator: Operator | None = None, language: Language = Language.EN
) -> Any:
    attempts = AttemptsSeen(latest_failed=True, last_failure=LastFailure(code, decline_code, "Stripe's own words.", 1))
    scripted = ScriptedServices()
    scripted.payments.snapshot = replace(UNPAID, attempts=attempts, visible=visible(NO_FACTS, attempts))
    answer = await run(scripted, READ, operator=operator, language=language, id=SESSION)
    return answer["data"]["paymentStatus"]["lastFailure"]


@pytest.mark.parametrize("reason", HIDDEN)
@pytest.mark.parametrize("language", Language)
async def test_a_buyer_sees_the_generic_decline_and_nothing_of_the_reason(reason: str, language: Language) -> None:
    generic = await failure("card_declined", HIDDEN[reason], language=language)
    seen = await failure("card_declined", reason, language=language)
    assert seen | {"code": generic["code"]} == generic
    assert reason not in str(seen)


@pytest.mark.parametrize("reason", HIDDEN)
@pytest.mark.parametrize("operator", [ANN, EVE], ids=["writes", "reads"])
async def test_operators_see_the_true_reason_and_what_the_buyer_was_advised(reason: str, operator: Operator) -> None:
    seen = await failure("card_declined", reason, operator=operator)
    assert (seen["code"], seen["declineCode"]) == ("card_declined", reason)
    buyers = await failure("card_declined", reason)
    assert (seen["message"], seen["advice"]) == (buyers["message"], buyers["advice"])


@pytest.mark.parametrize("operator", [None, ANN], ids=["buyer", "operator"])
async def test_the_sentence_is_ours_in_the_callers_language(operator: Operator | None) -> None:
    for language in Language:
        seen = await failure("card_declined", "generic_decline", operator=operator, language=language)
        assert seen["message"] == DECLINED.in_(language)


async def test_3d_secure_has_a_sentence_of_its_own() -> None:
    seen = await failure("payment_intent_authentication_failure", "", language=Language.ZH)
    assert seen["message"] == NOT_AUTHENTICATED.zh
    assert seen["advice"] == "RETRY"


@pytest.mark.parametrize(
    "sent",
    [
        {"acceptLanguage": "zh"},
        {"Accept-Language": "zh"},
        {"accept_language": "zh"},
        {"headers": {"accept-language": "zh"}},
        {"accept-language": "zh", "headers": {"accept-language": "en"}},
    ],
)
def test_connection_init_may_spell_a_header_in_many_ways(sent: dict[str, Any]) -> None:
    assert parameter(sent, "accept-language") == "zh"


@pytest.mark.parametrize(
    "sent", [{}, {"headers": None}, {"headers": []}, {"headers": {"accept-language": 5}}, {"acceptLanguage": ["zh"]}]
)
def test_what_is_no_text_says_nothing(sent: dict[str, Any]) -> None:
    assert parameter(sent, "accept-language") is None
