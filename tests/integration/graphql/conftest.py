"""The whole gateway on real ports, and a client for each of GraphQL's transports."""

import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from tests.harness.served_gateway import STARTER, ServedGateway, folder, gateway, migrated, opened

__all__ = ["STARTER", "ServedGateway", "Socket", "folder", "gateway", "migrated", "opened"]

CREATE = """mutation Create($input: CreateCheckoutSessionInput!) {
  createCheckoutSession(input: $input) {
    __typename
    ... on CheckoutSession { sessionId url reused expiresAt payment { status version isFinal checkoutUrl } }
    ... on Refusal { code message type existing: sessionId }
  }
}"""
CANCEL = """mutation Cancel($id: ID!) {
  cancelCheckoutSession(sessionId: $id) {
    __typename
    ... on Payment { status isFinal }
    ... on Refusal { code message type existing: sessionId }
  }
}"""
WATCH = """subscription Watch($id: ID!, $since: Int) {
  paymentStatus(sessionId: $id, sinceVersion: $since) { status version isFinal }
}"""


async def ask(
    gateway: ServedGateway, query: str, headers: dict[str, str] | None = None, **variables: Any
) -> httpx.Response:
    return await gateway.shop.post("/graphql", json={"query": query, "variables": variables}, headers=headers)


async def buy(gateway: ServedGateway, **fields: Any) -> str:
    """A new session's id."""
    answer = await ask(gateway, CREATE, input={"priceId": STARTER, **fields})
    created = answer.json()["data"]["createCheckoutSession"]
    assert created["__typename"] == "CheckoutSession", created
    return str(created["sessionId"])


@dataclass
class Socket:
    """A `graphql-transport-ws` client that sees every frame."""

    connection: ClientConnection

    async def send(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def receive(self) -> dict[str, Any]:
        frame = await self.connection.recv()
        assert isinstance(frame, str), "the protocol has text frames alone"
        message: dict[str, Any] = json.loads(frame)
        return message

    async def subscribe(self, query: str, operation: str = "1", **variables: Any) -> None:
        await self.send(id=operation, type="subscribe", payload={"query": query, "variables": variables})

    async def closed(self) -> tuple[int | None, str | None]:
        await self.connection.wait_closed()
        return self.connection.close_code, self.connection.close_reason


@asynccontextmanager
async def raw_socket(
    gateway: ServedGateway, *, origin: str | None = None, protocol: str = "graphql-transport-ws"
) -> AsyncIterator[Socket]:
    """Connected, nothing said yet."""
    url = gateway.url.replace("http", "ws") + "/graphql"
    named = Origin(origin) if origin else None
    async with connect(url, subprotocols=[Subprotocol(protocol)], origin=named, open_timeout=10) as connection:
        yield Socket(connection)


@asynccontextmanager
async def socket(gateway: ServedGateway, **payload: Any) -> AsyncIterator[Socket]:
    """Connected and acknowledged."""
    async with raw_socket(gateway) as opened_socket:
        await opened_socket.send(type="connection_init", payload=payload)
        assert await opened_socket.receive() == {"type": "connection_ack"}
        yield opened_socket


async def events(gateway: ServedGateway, query: str, **variables: Any) -> AsyncGenerator[tuple[str, Any], None]:
    """The events of a stream, as graphql-sse would split them."""
    body, headers = {"query": query, "variables": variables}, {"Accept": "text/event-stream"}
    async with gateway.shop.stream("POST", "/graphql", json=body, headers=headers) as answer:
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"].startswith("text/event-stream")
        pending = ""
        async for text in answer.aiter_text():
            assert "\r" not in text
            pending += text
            while "\n\n" in pending:
                frame, pending = pending.split("\n\n", 1)
                fields = dict(line.split(":", 1) for line in frame.splitlines() if not line.startswith(":"))
                if fields:
                    yield fields["event"].strip(), json.loads(fields["data"]) if fields["data"].strip() else None
