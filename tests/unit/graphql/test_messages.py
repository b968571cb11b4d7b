"""Frames of the socket that are no messages of its protocol are distinguished before anything handles them."""

import pytest

from gateway.graphql.transport.connection_init import fault_in, parameter
from gateway.graphql.transport.websocket import fault_of


@pytest.mark.parametrize(
    "message",
    [
        [],
        None,
        5,
        "text",
        {},
        {"type": None},
        {"type": []},
        {"type": "start", "id": "1"},
        {"type": "connection_init", "payload": "key"},
        {"type": "connection_init", "payload": {"authorization": 5}},
        {"type": "connection_init", "payload": {"Authorization": ["Bearer key"]}},
        {"type": "connection_init", "payload": {"headers": "Bearer key"}},
        {"type": "connection_init", "payload": {"headers": []}},
        {"type": "connection_init", "payload": {"headers": {"authorization": {}}}},
        {"type": "ping", "payload": []},
        {"type": "subscribe"},
        {"type": "subscribe", "id": 1, "payload": {"query": "{ __typename }"}},
        {"type": "subscribe", "id": "", "payload": {"query": "{ __typename }"}},
        {"type": "subscribe", "id": "x" * 200, "payload": {"query": "{ __typename }"}},
        {"type": "subscribe", "id": "1"},
        {"type": "subscribe", "id": "1", "payload": None},
        {"type": "subscribe", "id": "1", "payload": {}},
        {"type": "subscribe", "id": "1", "payload": {"query": 5}},
        {"type": "subscribe", "id": "1", "payload": {"extensions": {"persistedQuery": 5}}},
        {"type": "subscribe", "id": "1", "payload": {"query": 5, "extensions": {"persistedQuery": {}}}},
        {"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }", "variables": []}},
        {"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }", "operationName": 1}},
        {"type": "complete"},
        {"type": "complete", "id": {}},
    ],
)
def test_junk_has_a_fault(message: object) -> None:
    assert fault_of(message)


@pytest.mark.parametrize(
    "message",
    [
        {"type": "connection_init"},
        {"type": "connection_init", "payload": None},
        {"type": "connection_init", "payload": {"authorization": "Bearer key"}},
        {"type": "connection_init", "payload": {"headers": {"X-Shop": 5}, "authorization": None}},
        {"type": "ping"},
        {"type": "pong", "payload": {}},
        {"type": "complete", "id": "1"},
        {"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }"}},
        {"type": "subscribe", "id": "1", "payload": {"extensions": {"persistedQuery": {"sha256Hash": "0"}}}},
        {
            "type": "subscribe",
            "id": "1",
            "payload": {"query": "{ __typename }", "variables": None, "operationName": None},
        },
    ],
)
def test_a_message_of_the_protocol_has_none(message: object) -> None:
    assert fault_of(message) is None


@pytest.mark.parametrize(
    "payload",
    [
        {"authorization": "Bearer key"},
        {"Authorization": "Bearer key"},
        {"AUTHORIZATION": "Bearer key", "headers": None},
        {"headers": {"Authorization": "Bearer key"}},
        {"Headers": {"authorization": "Bearer key"}},
        {"authorization": None, "headers": {"authorization": "Bearer key", "x": 1}},
        {"authorization": "Bearer key", "headers": {"Authorization": "Bearer another"}},
    ],
)
def test_a_key_is_found_where_clients_put_it(payload: dict[str, object]) -> None:
    assert fault_in(payload) is None
    assert parameter(payload, "authorization") == "Bearer key"


@pytest.mark.parametrize("payload", [{}, {"token": "Bearer key"}, {"headers": {}}, {"headers": {"cookie": "a"}}])
def test_no_key_is_found_where_there_is_none(payload: dict[str, object]) -> None:
    assert fault_in(payload) is None
    assert parameter(payload, "authorization") is None
