"""GraphQL documents and variables at random, over POST, GET and event streams, by anonymous clients and by operators.

What must hold: never a 5xx, every error with a code of the contract, and any document of up to 16 KiB judged in a
bounded number of steps, counted here with the gateway's own rules.
"""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import orjson
from graphql import GraphQLError, GraphQLSchema

from gateway.domain.errors import ALL_ERRORS
from gateway.graphql.schema import build_schema
from gateway.graphql.transport.document_cache import Rules
from tests.fuzz.bench import Bench, open_bench, run, spread
from tests.fuzz.grammar import LONGEST_BYTES, Grammar
from tests.fuzz.server import ADMIN_KEY
from tests.fuzz.values import writable
from tests.fuzz.wire import Answer, Header, Wire
from tests.unit.graphql.documents import MAX_STEPS
from tests.unit.graphql.steps import TooManySteps, counted_steps

CODES = {error.code for error in ALL_ERRORS} - {"internal_error"}
_ACCEPTS = (b"application/json", b"application/graphql-response+json", b"text/event-stream", b"*/*", b"\xff;q=2")
_OPERATOR = (b"Authorization", f"Bearer {ADMIN_KEY}".encode())


async def fuzz(*, cases: int, seed: int) -> Bench:
    schema: GraphQLSchema = build_schema()._schema
    rules = Rules(schema, introspection=False)
    generator = random.Random(seed)
    with open_bench() as bench:
        grammar = Grammar(schema, generator, [await bench.buy() for _ in range(5)])
        bench.most_steps = 0
        outcomes = Counter[str]()

        async def ask(wire: Wire, body: dict[str, Any]) -> None:
            query = body["query"]
            if len(query.encode("utf-8", "replace")) <= LONGEST_BYTES:
                _judge(bench, rules, query)
            answer = await send(wire, generator, body)
            bench.count(answer, body)
            has_data = b'"data":{' in answer.body
            outcomes["answered" if has_data else "refused"] += 1
            for fault in faults_of(answer):
                bench.fault(f"{fault}: {answer.body[:500]!r} for {body!r}")

        await spread(bench, _bodies(grammar, cases), ask, lanes=2)
        bench.proof.needs("documents that were answered with data", outcomes["answered"], at_least=cases // 1000)
        bench.proof.needs("documents that were refused", outcomes["refused"])
        bench.proof.needs("most steps of a judgement", bench.most_steps)
    return bench


def _judge(bench: Bench, rules: Rules, query: str) -> None:
    """Parse, weigh and validate, and count the steps."""
    try:
        with counted_steps(at_most=MAX_STEPS) as steps, suppress(GraphQLError):
            rules.validate(rules.prepare(query))
    except TooManySteps as error:
        bench.fault(f"{error}: {query!r}")
    bench.most_steps = max(bench.most_steps or 0, steps.lines)


async def send(wire: Wire, generator: random.Random, body: dict[str, Any]) -> Answer:
    """By any transport of HTTP. Streams would last, so a subscription is asked for as JSON, which refuses it."""
    is_stream = "subscription" not in body["query"] and generator.random() < 0.2
    accept: Header = (
        b"Accept",
        b"text/event-stream" if is_stream else generator.choice([*_ACCEPTS[:2], *_ACCEPTS[3:]]),
    )
    headers = [accept]
    if generator.random() < 0.3 and "reconcile" not in body["query"]:
        headers.append(_OPERATOR)
    if generator.random() < 0.15:
        parameters = {key: value if isinstance(value, str) else orjson.dumps(value) for key, value in body.items()}
        target = "&".join(f"{key}={quote(value)}" for key, value in parameters.items())
        if len(target) < 20_000:
            return await wire.get(f"/graphql?{target}", *headers)
    return await wire.post_json("/graphql", orjson.dumps(body), *headers)


def faults_of(answer: Answer) -> Iterator[str]:
    """What is wrong with the shape of an answer."""
    media = (answer.header("content-type") or "").split(";")[0]
    if media == "text/event-stream":
        frames = [line.removeprefix(b"data: ") for line in answer.body.splitlines() if line.startswith(b"data: {")]
        documents = [orjson.loads(frame) for frame in frames]
    elif media in {"application/json", "application/graphql-response+json"}:
        documents = [answer.json()]
    else:
        yield f"media type {media!r}"
        return
    for document in documents:
        if not ({"data", "errors"} & set(document)) or set(document) - {"data", "errors"}:
            yield "neither data nor errors"
        for error in document.get("errors", ()):
            if error.get("extensions", {}).get("code") not in CODES or not error.get("message"):
                yield "an error without a code of the contract"


def _bodies(grammar: Grammar, cases: int) -> Iterator[dict[str, Any]]:
    for _ in range(cases):
        body: dict[str, Any] = writable(grammar.request())
        yield _sendable(body)


def _sendable(body: dict[str, Any]) -> dict[str, Any]:
    """Integers of more than 64 bits are for the strict reader's own tests; orjson does not write them."""
    try:
        orjson.dumps(body)
    except TypeError:
        return {"query": body["query"]}
    return body


if __name__ == "__main__":
    run(fuzz, cases=20_000)
