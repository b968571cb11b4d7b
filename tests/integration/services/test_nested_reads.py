"""Fields that read the database beneath a payment: a constant number of queries, however many payments or aliases.

Queries are counted where they leave: in the log of the database's client.
"""

import logging
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from typing import Any

import pytest

from gateway.domain.language import Language
from gateway.graphql.context import Context
from gateway.graphql.transport.operations import Request
from gateway.services.running.admission import Operator
from tests.harness.bare_gateway import BareGateway
from tests.unit.graphql.scripted import OPERATIONS

ANN = Operator("ann", may_write=True)
NESTED = (
    "history { version }",
    "movements { number }",
    "attempts { id }",
    "discrepancies { id }",
    "operator { paymentId }",
    "disputes { id }",
    "explanation { facts }",
)
EVERYTHING = " ".join(NESTED)
LIST = f"query ($first: Int) {{ payments(first: $first) {{ edges {{ node {{ sessionId {EVERYTHING} }} }} }} }}"
BARE = "query ($first: Int) { payments(first: $first) { edges { node { sessionId } } } }"
FEW, MANY = 2, 9
AT_MOST = 11
"""Two for attempts, four for discrepancies, three for history and its times, one each for movements and what operators
see."""


class Queries(logging.Handler):
    """How many statements were sent."""

    count = 0

    def emit(self, _record: logging.LogRecord) -> None:
        self.count += 1


@contextmanager
def counted() -> Iterator[Queries]:
    log, queries = logging.getLogger("tortoise.db_client"), Queries(logging.DEBUG)
    level, propagates = log.level, log.propagate
    log.setLevel(logging.DEBUG)
    log.propagate = False
    log.addHandler(queries)
    try:
        yield queries
    finally:
        log.removeHandler(queries)
        log.setLevel(level)
        log.propagate = propagates


def context(gateway: BareGateway, operator: Operator | None = ANN) -> Context:
    return Context(services=gateway.services, address="192.0.2.1", language=Language.EN, operator=operator)


async def ask(
    gateway: BareGateway, query: str, *, operator: Operator | None = ANN, **variables: Any
) -> tuple[Any, int]:
    """The data, and how many statements it took."""
    caller = context(gateway, operator)
    prepared = await OPERATIONS.prepare(Request(query, variables), caller)
    with counted() as queries:
        answer = await OPERATIONS.execute(prepared, caller)
    assert "errors" not in answer, answer
    return answer["data"], queries.count


async def declined_and_paid(gateway: BareGateway) -> str:
    session_id = await gateway.created()
    await gateway.desk.decline(session_id)
    await gateway.desk.pay(session_id)
    return session_id


async def test_a_page_takes_as_many_queries_for_many_payments_as_for_few(gateway: BareGateway) -> None:
    for number in range(MANY):
        await (gateway.created() if number < MANY - FEW else declined_and_paid(gateway))
    await gateway.deliver_news()
    bare = (await ask(gateway, BARE, first=MANY))[1]
    few, (data, many) = (await ask(gateway, LIST, first=FEW))[1], await ask(gateway, LIST, first=MANY)
    assert bare < many
    assert few == many <= bare + AT_MOST
    nodes = [edge["node"] for edge in data["payments"]["edges"]]
    assert len(nodes) == MANY
    assert [len(node["attempts"]) for node in nodes] == [2] * FEW + [0] * (MANY - FEW)
    assert [len(node["movements"]) for node in nodes] == [1] * FEW + [0] * (MANY - FEW)
    for node in nodes:
        assert [change["version"] for change in node["history"]] == list(range(1, len(node["history"]) + 1))


@pytest.mark.parametrize("field", NESTED)
async def test_aliases_of_a_nested_field_are_read_once(field: str, gateway: BareGateway) -> None:
    session_id = await declined_and_paid(gateway)
    await gateway.deliver_news()

    def query(aliases: str) -> str:
        fields = " ".join(f"{alias}: {field}" for alias in aliases)
        return f"query ($id: ID!) {{ paymentStatus(sessionId: $id) {{ status {fields} }} }}"

    (once, one), (often, fifteen) = (
        await ask(gateway, query("a"), id=session_id),
        await ask(gateway, query("abcdefghijklmno"), id=session_id),
    )
    assert one == fifteen
    payment = often["paymentStatus"]
    assert {alias: payment[alias] for alias in "abcdefghijklmno"} == dict.fromkeys(
        "abcdefghijklmno", once["paymentStatus"]["a"]
    )


async def test_differences_of_many_runs_are_read_at_once(gateway: BareGateway) -> None:
    query = """query ($first: Int) { reconciliations(first: $first) { edges { node {
      a: differences { kind } b: differences { kind } c: differences(first: 1, skip: 1) { kind } } } } }"""
    for _ in range(3):
        assert "errors" not in (await _reconcile(gateway))
    one, three = (await ask(gateway, query, first=1))[1], (await ask(gateway, query, first=3))[1]
    assert one == three


async def test_every_event_of_a_subscription_reads_anew(gateway: BareGateway) -> None:
    """A version is never shown with the history of the one before it."""
    session_id = await gateway.created()
    watch = "subscription ($id: ID!) { paymentStatus(sessionId: $id) { version a: history { to } b: history { to } } }"
    caller = context(gateway, None)
    prepared = await OPERATIONS.prepare(Request(watch, {"id": session_id}), caller)
    seen = []
    async with aclosing(OPERATIONS.subscribe(prepared, caller)) as answers:
        async for answer in answers:
            seen.append(answer["data"]["paymentStatus"])
            if len(seen) == 1:
                await gateway.desk.pay(session_id)
                await gateway.deliver_news()
    assert len(seen) > 1
    assert [len(payment["a"]) for payment in seen] == [payment["version"] for payment in seen]


async def _reconcile(gateway: BareGateway) -> Any:
    caller = context(gateway)
    prepared = await OPERATIONS.prepare(Request("mutation { reconcile { id } }"), caller)
    return await OPERATIONS.execute(prepared, caller)
