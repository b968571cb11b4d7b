"""schemathesis over what we promise: every operation of /api/openapi.json, and every field of GraphQL.

What must hold: never a 5xx, only documented statuses, content types, headers and bodies, every error in its envelope.
"""

import json
import urllib.request
from contextlib import suppress
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import booleans
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from gateway.graphql.schema import print_sdl
from tests.fuzz.bench import Bench, open_bench, run
from tests.fuzz.documents import CODES
from tests.fuzz.server import ADMIN_KEY, PRICE

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
"""Whether a value that fits the schema is accepted is not asked: a catalogue and a signature say more than a schema."""


async def fuzz(*, cases: int, seed: int) -> Bench:
    """`cases` are shared out evenly among the operations."""
    with open_bench() as bench:
        document = json.loads(_read(f"http://127.0.0.1:{bench.port}/api/openapi.json"))
        rest = schemathesis.openapi.from_dict(document)
        graphql = schemathesis.graphql.from_file(print_sdl())
        for schema, path in ((rest, ""), (graphql, "/graphql")):
            schema.config.update(base_url=f"http://127.0.0.1:{bench.port}{path}")
        operations = [*_operations(rest), *_operations(graphql)]
        session_id = await bench.buy()
        for operation in operations:
            is_rest = operation.schema is rest
            for mode in GenerationMode if is_rest else [GenerationMode.POSITIVE]:
                share = max(1, cases // len(operations) // (2 if is_rest else 1))
                _try(bench, operation, mode, session_id, cases=share, seed=seed)
        statuses = {int(answer.rpartition(" ")[2]) for answer in bench.answers}
        tried = {answer.rpartition(" ")[0] for answer in bench.answers}
        bench.proof.needs("operations that were called", len(tried), at_least=len(operations))
        bench.proof.needs("kinds of success", sum(status < 300 for status in statuses))
        bench.proof.needs("kinds of refusal", sum(status >= 400 for status in statuses))
    return bench


def _operations(schema: Any) -> list[Any]:
    return [result.ok() for result in schema.get_all_operations()]


def _try(bench: Bench, operation: Any, mode: GenerationMode, session_id: str, *, cases: int, seed: int) -> None:
    @seeded(seed)
    @settings(
        max_examples=cases,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), is_real=booleans())
    def one(case: Case[Any], is_real: bool) -> None:
        if is_real:
            _make_real(case, session_id)
        is_anybodys = "reconcile" in case.operation.label or not is_real
        response = case.call(headers=None if is_anybodys else {"Authorization": f"Bearer {ADMIN_KEY}"})
        bench.answers[f"{operation.label} {response.status_code}"] += 1
        for fault in _faults(case, response):
            bench.fault(f"{operation.label}: {fault}")

    with suppress(Unsatisfiable):  # No request breaks the schema of an operation that takes any string.
        one()


def _make_real(case: Case[Any], session_id: str) -> None:
    """Ids that exist, so that what lies behind them is tried as well."""
    if isinstance(case.body, dict) and "priceId" in case.body:
        case.body = {"priceId": PRICE}
    if case.path_parameters and "sessionId" in case.path_parameters:
        case.path_parameters["sessionId"] = session_id


def _faults(case: Case[Any], response: Any) -> list[str]:
    """schemathesis takes any error of GraphQL's for the server's own; there we ask for a code of the contract."""
    if response.status_code >= 500:
        return [f"{response.status_code} {response.content[:300]!r}"]
    if case.operation.method.upper() == "POST" and case.path.endswith("graphql"):
        errors = response.json().get("errors") or ()
        return [f"no code: {error}" for error in errors if error.get("extensions", {}).get("code") not in CODES]
    try:
        case.validate_response(response, checks=CHECKS)
    except (Failure, FailureGroup) as failure:
        return [f"{failure} {response.status_code} {response.content!r}"]
    return []


def _read(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=30) as answer:
        body: bytes = answer.read()
        return body


if __name__ == "__main__":
    run(fuzz, cases=5_000)
