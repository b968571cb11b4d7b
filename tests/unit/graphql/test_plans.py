"""A plan answers what strawberry's own execution answers, or leaves it to graphql-core."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type, parse

from gateway.domain.attempts import AttemptsSeen, LastFailure
from gateway.domain.errors import ServiceUnavailable, SessionNotFound
from gateway.domain.facts import Asked, Facts
from gateway.domain.identifiers import PriceId
from gateway.domain.language import Language
from gateway.domain.snapshot import Snapshot, visible
from gateway.graphql.context import Context
from gateway.graphql.schema import build_schema
from gateway.graphql.transport.operations import Operations, Rejected, Request
from gateway.graphql.transport.plans import Plan, compile_plan
from gateway.openers import load_catalogue
from gateway.services.running.admission import Operator
from tests.unit.rest.stand_in import PAID, SESSION, UNPAID, StandIn, settings_with

SCHEMA = build_schema()
PAYMENT = SCHEMA._schema.type_map["Payment"]
assert isinstance(PAYMENT, GraphQLObjectType)
FAILED = AttemptsSeen(latest_failed=True, last_failure=LastFailure("card_declined", "lost_card", "Stripe's words", 1))
FACTS = Facts(asked=frozenset({Asked(1234, "jpy", 1234)}), complete=True)
FULFILLED = Facts(session_paid=True, delivered_at=7)
SNAPSHOTS: dict[str, Snapshot] = {
    "unpaid": UNPAID,
    "paid": PAID,
    "failed": replace(UNPAID, attempts=FAILED, visible=visible(UNPAID.facts, FAILED), expires_at=None),
    "another currency": replace(UNPAID, facts=FACTS, visible=visible(FACTS), url=None, retrieved_at=datetime.now(UTC)),
    "fulfilled": replace(PAID, facts=FULFILLED, visible=visible(FULFILLED)),
    "of no package": replace(UNPAID, price_id=PriceId("price_gone")),
}
WAITING = {
    "history",
    "expectedAmount",
    "totals",
    "movements",
    "disputes",
    "discrepancies",
    "attempts",
    "deliveries",
    "refundRequests",
    "operator",
}
PLAIN = sorted(PAYMENT.fields.keys() - WAITING)
ONE_ID = 'paymentStatus(sessionId: "' + SESSION + '")'


def selection(type_: Any, *, depth: int = 4) -> str:
    """Everything below it, as a document writes it; nothing for a leaf."""
    named: Any = get_named_type(type_)
    if is_leaf_type(named):
        return ""
    below = (f"{name} {selection(field.type, depth=depth - 1)}" for name, field in named.fields.items() if depth)
    return "{ __typename " + " ".join(below) + " }"


EVERYTHING = " ".join(f"{name} {selection(PAYMENT.fields[name].type)}" for name in PLAIN)
COVERED = {
    **{name: f"{{ {ONE_ID} {{ {name} {selection(PAYMENT.fields[name].type)} }} }}" for name in PLAIN},
    "everything": f"query Q {{ mine: {ONE_ID} {{ {EVERYTHING} }} }}",
    "aliases": f"{{ {ONE_ID} {{ a: status b: status status amount {{ x: amountMinor formatted }} }} }}",
    "a leaf twice": f"{{ {ONE_ID} {{ version status version }} }}",
    "a fragment": f"{{ {ONE_ID} {{ version ...F }} }} fragment F on Payment {{ status paidAmount {{ ...M }} }}"
    " fragment M on Money { currency }",
    "inline fragments": f"{{ ... {{ {ONE_ID} {{ ... on Payment {{ status }} ... {{ version }} }} }} }}",
    "the name of the type": f"{{ {ONE_ID} {{ __typename }} }}",
    "prices": f"{{ prices {selection(SCHEMA._schema.type_map['Price'])} }}",
    "a variable": "query ($id: ID!) { paymentStatus(sessionId: $id) { sessionId status } }",
}
LEFT = {
    **{
        name: f"{{ {ONE_ID} {{ {name} {selection(PAYMENT.fields[name].type, depth=1)} }} }}"
        for name in sorted(WAITING - {"operator"})
    },
    "two root fields": f"{{ a: {ONE_ID} {{ status }} b: {ONE_ID} {{ status }} }}",
    "one root field twice": f"{{ {ONE_ID} {{ status }} {ONE_ID} {{ version }} }}",
    "one root field in two fragments": f"{{ ...A ...B }} fragment A on Query {{ {ONE_ID} {{ status }} }}"
    f" fragment B on Query {{ {ONE_ID} {{ version }} }}",
    "the name of the root": "{ __typename }",
    "payments": "{ payments { totalCount } }",
    "a directive": f"query ($if: Boolean!) {{ {ONE_ID} {{ status @include(if: $if) version }} }}",
    "a directive on a fragment": f"{{ {ONE_ID} {{ ... @skip(if: true) {{ status }} version }} }}",
    "an object twice": f"{{ {ONE_ID} {{ amount {{ currency }} amount {{ formatted }} }} }}",
    "a default": f'query ($id: ID! = "{SESSION}") {{ paymentStatus(sessionId: $id) {{ status }} }}',
    "a mutation": f'mutation {{ cancelCheckoutSession(sessionId: "{SESSION}") {{ __typename }} }}',
}
VARIABLES = {"id": SESSION, "if": True}


@pytest.fixture
def scripted() -> Any:
    class Services:
        payments = admission = notices = StandIn()
        catalogue = load_catalogue(settings_with())

    return Services()


@pytest.mark.parametrize("snapshot", SNAPSHOTS.values(), ids=SNAPSHOTS)
@pytest.mark.parametrize("document", COVERED.values(), ids=COVERED)
async def test_a_plan_answers_as_strawberry_does(document: str, snapshot: Snapshot, scripted: Any) -> None:
    plan = compile_plan(SCHEMA._schema, parse(document), None)
    assert plan is not None
    scripted.payments.snapshot = snapshot
    for language in Language:
        for operator in (None, Operator("ann", may_write=False)):
            context = Context(scripted, "192.0.2.1", language, operator)
            slow = await SCHEMA.execute(document, VARIABLES, context_value=context)
            assert slow.errors is None
            fast = await plan.execute(VARIABLES, context)
            assert repr(fast) == repr({"data": slow.data})  # Their order is part of the answer.


@pytest.mark.parametrize("document", LEFT.values(), ids=LEFT)
def test_what_a_plan_does_not_cover_is_left_to_graphql_core(document: str) -> None:
    assert compile_plan(SCHEMA._schema, parse(document), None) is None


async def test_an_unknown_session_is_null(scripted: Any) -> None:
    plan = _plan(COVERED["a variable"])
    context = Context(scripted, "192.0.2.1", Language.EN)
    assert await plan.execute({"id": "cs_test_unknown"}, context) == {"data": {"paymentStatus": None}}


@pytest.mark.parametrize("value", [None, 5, "", SESSION, [SESSION], {}, True, 1.5])
async def test_a_variable_of_any_type_meets_the_same_answer(value: object, scripted: Any) -> None:
    scripted.payments.snapshot = UNPAID
    context, variables = Context(scripted, "192.0.2.1", Language.EN), {"id": value}
    slow, fast = [await _run(scripted, context, variables, tries=tries) for tries in (1, 2)]
    assert slow == fast


async def test_a_service_that_fails_meets_the_same_answer(scripted: Any) -> None:
    scripted.payments.snapshot, scripted.payments.fails = UNPAID, ServiceUnavailable()
    context = Context(scripted, "192.0.2.1", Language.ZH)
    slow, fast = [await _run(scripted, context, {"id": SESSION}, tries=tries) for tries in (1, 2)]
    scripted.payments.fails = None
    assert slow == fast
    assert "service_unavailable" in slow


def test_a_plan_is_made_for_the_operation_that_is_named() -> None:
    document = parse(f"query A {{ {ONE_ID} {{ status }} }} query B {{ b: {ONE_ID} {{ version }} }}")
    assert [_plan_of(document, name).key for name in ("A", "B")] == ["paymentStatus", "b"]


async def _run(scripted: Any, context: Context, variables: dict[str, Any], *, tries: int) -> str:
    """The last of so many answers of one cache; the second one of a document comes by its plan."""
    operations, answer = Operations(SCHEMA, introspection=False), ""
    request = Request(COVERED["a variable"], variables)
    for _ in range(tries):
        try:
            answer = repr(await operations.execute(await operations.prepare(request, context), context))
        except Exception as error:
            answer = repr(error)
    return answer


def _plan(document: str) -> Plan:
    return _plan_of(parse(document), None)


def _plan_of(document: Any, name: str | None) -> Plan:
    plan = compile_plan(SCHEMA._schema, document, name)
    assert plan is not None
    return plan


WATCH = (
    "subscription ($id: ID!, $since: Int) { paymentStatus(sessionId: $id, sinceVersion: $since) { status version } }"
)


@pytest.mark.parametrize("since", [None, 0, 1, 2, "1", True, 2**31, -1])
@pytest.mark.parametrize("session_id", [SESSION, "cs_test_unknown", 7])
async def test_a_subscription_is_answered_alike(session_id: object, since: object, scripted: Any) -> None:
    scripted.payments = _Watched()
    context = Context(scripted, "192.0.2.1", Language.EN)
    slow, fast = [await _heard(scripted, context, {"id": session_id, "since": since}, tries=tries) for tries in (1, 2)]
    assert slow == fast
    assert slow or since == 2  # Then there is nothing newer.


async def _heard(scripted: Any, context: Context, variables: dict[str, Any], *, tries: int) -> list[str]:
    operations = Operations(SCHEMA, introspection=False)
    heard: list[str] = []
    for number in range(tries):
        heard = []
        prepared = await operations.prepare(Request(WATCH, variables), context)
        assert (prepared.plan is not None) == (number > 0)
        try:
            heard += [repr(answer) async for answer in operations.subscribe(prepared, context)]
        except Rejected as rejected:
            heard.append(repr(rejected.answer))
    return heard


class _Watched:
    """Two versions of one payment."""

    async def watch(self, session_id: str, *, since_version: int | None = None) -> AsyncGenerator[Snapshot, None]:
        if session_id != SESSION:
            raise SessionNotFound
        for snapshot in (UNPAID, PAID):
            if snapshot.version > (since_version or 0):
                yield snapshot
