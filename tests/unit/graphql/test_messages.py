"""Frames of the socket that are no messages of its protocol are told apart before anything handles them."""

import pytest

from gateway.graphql.websocket import fault_of


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
        {"type": "ping", "payload": []},
        {"type": "subscribe"},
        {"type": "subscribe", "id": 1, "payload": {"query": "{ __typename }"}},
        {"type": "subscribe", "id": "", "payload": {"query": "{ __typename }"}},
        {"type": "subscribe", "id": "x" * 200, "payload": {"query": "{ __typename }"}},
        {"type": "subscribe", "id": "1"},
        {"type": "subscribe", "id": "1", "payload": None},
        {"type": "subscribe", "id": "1", "payload": {}},
        {"type": "subscribe", "id": "1", "payload": {"query": 5}},
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
        {"type": "ping"},
        {"type": "pong", "payload": {}},
        {"type": "complete", "id": "1"},
        {"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }"}},
        {
            "type": "subscribe",
            "id": "1",
            "payload": {"query": "{ __typename }", "variables": None, "operationName": None},
        },
    ],
)
def test_a_message_of_the_protocol_has_none(message: object) -> None:
    assert fault_of(message) is None
