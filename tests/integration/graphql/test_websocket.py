"""`graphql-transport-ws`: the protocol's close codes, and that no frame is a traceback."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from tests.integration.graphql.conftest import (
    STARTER,
    WATCH,
    ServedGateway,
    ask,
    buy,
    opened,
    raw_socket,
    socket,
)

JUNK = ["[]", "null", "5", '"text"', "{}", "{", "", b"{}", '{"type": "start"}', '{"type": ["ping"]}', "[" * 5_000]
HELLO = json.dumps({"type": "connection_init"})
TYPENAME = {"query": "{ __typename }"}


@pytest.fixture(autouse=True)
async def _bounded() -> Any:
    async with asyncio.timeout(30):
        yield


@pytest.mark.parametrize("frame", JUNK)
@pytest.mark.parametrize("said_hello", [False, True])
async def test_junk_closes_with_4400(
    frame: str | bytes, said_hello: bool, gateway: ServedGateway, caplog: pytest.LogCaptureFixture
) -> None:
    async with raw_socket(gateway) as client:
        if said_hello:
            await client.connection.send(HELLO)
            await client.receive()
        await client.connection.send(frame)
        assert (await client.closed())[0] == 4400
    assert "Traceback" not in caplog.text


async def test_the_protocols_other_close_codes(gateway: ServedGateway) -> None:
    async with raw_socket(gateway) as client:
        await client.send(id="1", type="subscribe", payload=TYPENAME)
        assert (await client.closed())[0] == 4401
    async with socket(gateway) as client:
        await client.send(type="connection_init")
        assert (await client.closed())[0] == 4429
    session_id = await buy(gateway)
    async with socket(gateway) as client:
        await client.subscribe(WATCH, id=session_id)
        await client.receive()
        await client.subscribe(WATCH, id=session_id)
        assert (await client.closed())[0] == 4409


async def test_a_silent_client_is_closed_after_five_seconds(gateway: ServedGateway) -> None:
    async with raw_socket(gateway) as client:
        started = asyncio.get_running_loop().time()
        assert (await client.closed())[0] == 4408
        assert 4 < asyncio.get_running_loop().time() - started < 9


async def test_the_legacy_protocol_is_not_spoken(gateway: ServedGateway) -> None:
    async with raw_socket(gateway, protocol="graphql-transport-ws") as client:
        assert client.connection.subprotocol == "graphql-transport-ws"
    with pytest.raises(Exception, match=r"subprotocol|4406"):
        async with raw_socket(gateway, protocol="graphql-ws") as client:
            assert (await client.closed())[0] != 4406, "4406"


async def test_queries_run_and_mutations_do_not(gateway: ServedGateway) -> None:
    async with socket(gateway) as client:
        await client.subscribe("{ prices { id } }")
        answer = await client.receive()
        assert answer["type"] == "next"
        assert answer["payload"]["data"]["prices"]
        assert await client.receive() == {"id": "1", "type": "complete"}
        session_id = await buy(gateway)
        await client.subscribe(f'mutation {{ cancelCheckoutSession(sessionId: "{session_id}") {{ __typename }} }}')
        refused = await client.receive()
        assert (refused["type"], refused["payload"][0]["extensions"]["code"]) == ("error", "invalid_request")
    assert (await gateway.status(session_id)).json() == {"status": "unpaid"}


async def test_documents_at_fault_are_errors_and_the_socket_lives(gateway: ServedGateway) -> None:
    async with socket(gateway) as client:
        for query in ("{", "{ nothing }", "query ($a: ID!) { paymentStatus(sessionId: $a) { status } }", "x" * 20_000):
            await client.subscribe(query)
            assert (await client.receive())["type"] == "error"
        await client.subscribe(WATCH, id="cs_test_unknown")
        refused = await client.receive()
        assert refused["payload"][0]["extensions"] == {"code": "session_not_found"}
        await client.send(type="ping")
        assert await client.receive() == {"type": "pong"}


async def test_a_hash_alone_is_declined_and_the_socket_lives(gateway: ServedGateway) -> None:
    async with socket(gateway) as client:
        by_hash = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}}
        await client.send(id="1", type="subscribe", payload=by_hash)
        declined = await client.receive()
        assert (declined["type"], declined["payload"][0]["message"]) == ("error", "PersistedQueryNotSupported")
        await client.send(id="1", type="subscribe", payload=by_hash | {"query": "{ prices { id } }"})
        assert (await client.receive())["payload"]["data"]["prices"]


async def test_a_connection_carries_five_operations(gateway: ServedGateway) -> None:
    session_id = await buy(gateway)
    async with socket(gateway) as client:
        for number in range(5):
            await client.subscribe(WATCH, str(number), id=session_id)
            assert (await client.receive())["type"] == "next"
        await client.subscribe(WATCH, "one too many", id=session_id)
        refused = await client.receive()
        assert (refused["id"], refused["type"]) == ("one too many", "error")
        await client.send(id="0", type="complete")
        await client.subscribe(WATCH, "in its place", id=session_id)
        assert (await client.receive())["type"] == "next"


async def test_an_operations_id_is_free_again_at_its_end(gateway: ServedGateway) -> None:
    async with socket(gateway) as client:
        for _ in range(3):
            await client.subscribe("{ __typename }")
            assert [(await client.receive())["type"] for _ in range(2)] == ["next", "complete"]


async def test_the_limit_is_one_for_all_transports(folder: Path) -> None:
    async with opened(folder, rate_limit="5/minute") as gateway:
        for _ in range(3):
            assert (await ask(gateway, "{ __typename }")).status_code == 200
        async with socket(gateway) as client:
            await client.subscribe("{ a: __typename b: __typename }")
            assert [(await client.receive())["type"] for _ in range(2)] == ["next", "complete"]
            await client.subscribe("{ __typename }")
            refused = await client.receive()
        assert refused["payload"][0]["extensions"] == {"code": "rate_limit_exceeded"}
        assert (await ask(gateway, "{ __typename }")).status_code == 429


async def test_too_many_sockets_and_foreign_pages_are_refused_at_the_handshake(folder: Path) -> None:
    async with opened(folder, sockets_per_address=1) as gateway:
        async with raw_socket(gateway, origin=gateway.url):
            with pytest.raises(InvalidStatus) as refused:
                async with raw_socket(gateway):
                    pass
            assert refused.value.response.status_code == 429
        with pytest.raises(InvalidStatus) as foreign:
            async with raw_socket(gateway, origin="https://evil.example"):
                pass
        assert foreign.value.response.status_code == 403


async def test_churning_subscriptions_leave_the_database_answering(gateway: ServedGateway) -> None:
    session_id = await buy(gateway)
    async with socket(gateway) as client:
        for number in range(80):
            await client.subscribe(WATCH, str(number), id=session_id)
            await client.send(id=str(number), type="complete")
    assert (await gateway.create(STARTER)).status_code in {200, 429}
    assert (await gateway.shop.get("/readyz")).status_code == 200
