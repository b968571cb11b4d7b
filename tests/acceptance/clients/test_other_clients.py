"""The clients of back ends and terminals, as they come: each buys, and watches the payment to its end."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from urllib.parse import quote, urlsplit

import aiohttp
import httpx
import pytest
import requests

from tests.acceptance.clients.conftest import Servers
from tests.conftest import REQUIRE_ALL

pytestmark = [pytest.mark.timeout(600)]

CREATE = "/api/create-checkout-session"
STATUS = "/api/check-payment-status"
ORDER = {"priceId": "price_1QlYNRHVMy0i1BlJA1y0DxB2"}
WATCH = "subscription ($id: ID!) { paymentStatus(sessionId: $id) { status } }"

Call = Callable[[str, dict[str, str], str | None], tuple[dict[str, str], dict[str, str]]]
"""url, headers and body → the answer's headers (lower case) and its JSON. A body makes it a POST."""


def with_requests(url: str, headers: dict[str, str], body: str | None) -> tuple[dict[str, str], dict[str, str]]:
    answer = requests.request("POST" if body else "GET", url, headers=headers, data=body, timeout=30)
    answer.raise_for_status()
    return {name.lower(): value for name, value in answer.headers.items()}, answer.json()


def with_httpx(url: str, headers: dict[str, str], body: str | None) -> tuple[dict[str, str], dict[str, str]]:
    answer = httpx.request("POST" if body else "GET", url, headers=headers, content=body, timeout=30)
    answer.raise_for_status()
    return dict(answer.headers), answer.json()


def with_http_client(url: str, headers: dict[str, str], body: str | None) -> tuple[dict[str, str], dict[str, str]]:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=30)
    connection.request("POST" if body else "GET", parts.path, body, headers)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    assert answer.status == 200, text
    return {name.lower(): value for name, value in answer.getheaders()}, json.loads(text)


def with_curl(url: str, headers: dict[str, str], body: str | None) -> tuple[dict[str, str], dict[str, str]]:
    return curl(url, headers, body, "--http1.1")


def with_curl_http1_0(url: str, headers: dict[str, str], body: str | None) -> tuple[dict[str, str], dict[str, str]]:
    return curl(url, headers, body, "--http1.0")


CALLS = [
    with_requests,
    with_httpx,
    with_http_client,
    with_curl,
    with_curl_http1_0,
]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.__name__)
def test_a_back_end_buys_and_waits_for_the_payment(call: Call, servers: Servers) -> None:
    _, bought = call(servers.gateway + CREATE, {"Content-Type": "application/json"}, json.dumps(ORDER))
    address = f"{servers.gateway}{STATUS}/{bought['sessionId']}"
    headers, answer = call(address, {}, None)
    assert answer == {"status": "unpaid"}
    known = {"If-None-Match": headers["etag"], "Prefer": "wait=20"}
    with ThreadPoolExecutor(1) as background:
        waiting = background.submit(call, address, known, None)
        servers.pay(bought["sessionId"])
        assert waiting.result()[1] == {"status": "paid"}


@pytest.mark.parametrize("version", ["--http1.0", "--http1.1"])
def test_curl_watches_an_event_stream_to_its_end(version: str, servers: Servers) -> None:
    _, bought = with_curl(servers.gateway + CREATE, {"Content-Type": "application/json"}, json.dumps(ORDER))
    query = f"query={quote(WATCH)}&variables={quote(json.dumps({'id': bought['sessionId']}))}"
    address = f"{servers.gateway}/graphql?{query}"
    command = [installed("curl"), "-sSN", version, "-H", "Accept: text/event-stream", address]
    seen = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as stream:
        for status in _statuses(stream):
            seen.append(status)
            if len(seen) == 1:
                servers.pay(bought["sessionId"])
    assert (stream.returncode, seen[0], seen[-1]) == (0, "UNPAID", "PAID")


async def test_aiohttp_buys_and_watches_over_a_websocket(servers: Servers) -> None:
    socket_address = servers.gateway.replace("http", "ws", 1) + "/graphql"
    async with aiohttp.ClientSession() as session:
        async with session.post(servers.gateway + CREATE, json=ORDER) as answer:
            bought = await answer.json()
        seen = []
        async with session.ws_connect(socket_address, protocols=("graphql-transport-ws",), heartbeat=5) as socket:
            await socket.send_json({"type": "connection_init"})
            assert await socket.receive_json() == {"type": "connection_ack"}
            variables = {"id": bought["sessionId"]}
            await socket.send_json(
                {"id": "1", "type": "subscribe", "payload": {"query": WATCH, "variables": variables}}
            )
            while (message := await socket.receive_json())["type"] == "next":
                seen.append(message["payload"]["data"]["paymentStatus"]["status"])
                if len(seen) == 1:
                    servers.pay(bought["sessionId"])
    assert (message["type"], seen[0], seen[-1]) == ("complete", "UNPAID", "PAID")


def curl(url: str, headers: dict[str, str], body: str | None, version: str) -> tuple[dict[str, str], dict[str, str]]:
    named = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    sent = ["--data-binary", body] if body else []
    command = [installed("curl"), "-sS", "-i", version, *named, *sent, url]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 0, ran.stderr
    *heads, text = ran.stdout.replace("\r\n", "\n").split("\n\n")  # A protocol that was switched has a head before.
    head = heads[-1].splitlines()
    assert " 200" in head[0], ran.stdout
    pairs = (line.partition(":") for line in head[1:])
    return {name.strip().lower(): value.strip() for name, _, value in pairs}, json.loads(text)


def _statuses(stream: "subprocess.Popen[str]") -> Iterator[str]:
    assert stream.stdout is not None
    for line in stream.stdout:
        if line.startswith("data: {"):
            yield json.loads(line.removeprefix("data: "))["data"]["paymentStatus"]["status"]


def installed(program: str) -> str:
    found = shutil.which(program)
    if found is None and os.environ.get(REQUIRE_ALL) == "1":
        pytest.fail(f"{program} is not installed, and {REQUIRE_ALL}=1")
    if found is None:
        pytest.skip(f"{program} is not installed (apt-get install curl default-jdk-headless)")
    return found
