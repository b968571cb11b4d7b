"""Values at the edge of the lexer, over every transport: an error of the caller's or data, never one of ours."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import orjson
import pytest

from gateway.domain.errors import ALL_ERRORS
from tests.fuzz.documents import faults_of
from tests.fuzz.extremes import LITERALS, PLACES, VARIABLE_PLACES, bodies, documents
from tests.fuzz.wire import Answer
from tests.integration.graphql.conftest import ServedGateway, opened, socket
from tests.integration.graphql.operators import ADMIN, KEY

CODES = {error.code for error in ALL_ERRORS} - {"internal_error"}
GENEROUS_SECONDS = 60
LONGEST_URL = 40_000
A_FEW_PLACES = ("an ID", "an Int", "a default")
SOME = [shape for name, shape in PLACES.items() if name in A_FEW_PLACES]
MULTIPART = "multipart/mixed; boundary=graphql; subscriptionSpec=1.0, application/json"


@pytest.fixture
async def patient(folder: Any) -> AsyncIterator[ServedGateway]:
    async with opened(folder, rate_limit="1000000/minute", admin_keys=KEY) as gateway:
        yield gateway


async def test_every_document_is_answered_by_post(patient: ServedGateway) -> None:
    faults = []
    for what, document in documents():
        faults += await _posted(patient, what, json.dumps({"query": document}).encode("utf-8", "surrogatepass"))
    assert faults == []


@pytest.mark.parametrize("accept", ["text/event-stream", "application/graphql-response+json", MULTIPART])
async def test_and_as_a_stream_or_in_parts(patient: ServedGateway, accept: str) -> None:
    faults = []
    for shape in SOME:
        for what, literal in LITERALS.items():
            body = json.dumps({"query": shape.format(literal)}).encode()
            faults += await _posted(patient, what, body, Accept=accept)
    assert faults == []


async def test_and_in_a_url(patient: ServedGateway) -> None:
    faults = []
    for shape in SOME:
        for what, literal in LITERALS.items():
            target = "/graphql?query=" + quote(shape.format(literal))
            if "mutation" not in target and len(target) < LONGEST_URL:
                answer = await patient.shop.get(target, headers=ADMIN)
                faults += _faults(what, answer.status_code, answer.headers, answer.content)
    assert faults == []


async def test_every_variable_is_answered_by_post(patient: ServedGateway) -> None:
    faults = []
    for what, body in bodies():
        faults += await _posted(patient, what, body.encode())
    assert faults == []


async def test_and_over_a_socket(patient: ServedGateway) -> None:
    """Frames that are JSON are answered under their own id, and the socket stays; others are the protocol's 4400."""
    some = [(what, shape.format(literal)) for shape in SOME for what, literal in LITERALS.items()]
    frames = [*((what, json.dumps({"query": document})) for what, document in some), *bodies()]
    faults = []
    async with asyncio.timeout(GENEROUS_SECONDS), socket(patient, authorization=ADMIN["Authorization"]) as client:
        for number, (what, payload) in enumerate(frames):
            if not _is_json(payload):
                continue
            await client.connection.send(f'{{"id": "{number}", "type": "subscribe", "payload": {payload}}}')
            message = await client.receive()
            while message["type"] == "next":
                faults += [f"{what}: {error}" for error in _ours(message["payload"].get("errors", ()))]
                message = await client.receive()
            assert message["id"] == str(number)
            faults += [f"{what}: {error}" for error in _ours(message["payload"] if message["type"] == "error" else ())]
    assert faults == []


def test_the_places_of_variables_are_those_of_literals() -> None:
    assert set(A_FEW_PLACES) <= PLACES.keys()
    assert {"an ID", "an Int", "a String", "an enum", "a Boolean"} <= VARIABLE_PLACES.keys()


async def _posted(gateway: ServedGateway, what: str, body: bytes, **headers: str) -> list[str]:
    given = {"Content-Type": "application/json", **ADMIN, **headers}
    answer = await gateway.shop.post("/graphql", content=body, headers=given)
    return _faults(what, answer.status_code, answer.headers, answer.content)


def _faults(what: str, status: int, headers: Any, body: bytes) -> list[str]:
    answer = Answer(status, tuple((key.encode(), value.encode()) for key, value in headers.items()), body)
    found = [f"{status}"] if status not in {200, 400} else []
    if not (answer.header("content-type") or "").startswith("multipart/"):
        found += faults_of(answer)
    elif b"internal_error" in body:
        found.append("one of ours")
    return [f"{what}: {fault}: {body[:200]!r}" for fault in found]


def _ours(errors: Any) -> list[Any]:
    return [error for error in errors if error["extensions"]["code"] not in CODES]


def _is_json(text: str) -> bool:
    """As the gateway reads frames: a lone surrogate is none, nor is a number beyond every float."""
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True
