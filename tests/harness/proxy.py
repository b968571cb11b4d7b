"""A proxy before the sandbox that misbehaves on request, call by call, and may be changed while it runs.

It speaks just enough HTTP/1.1 to know one call from the next: heads, and bodies with a length.
"""

import asyncio
import contextlib
import json
import re
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

CREATE = ("POST", r"/v1/checkout/sessions")
RETRIEVE = ("GET", r"/v1/checkout/sessions/cs_\w+\?.*")
PRICE = ("GET", r"/v1/prices/\w+")
ANYTHING = (r"[A-Z]+", r".*")


@dataclass
class Call:
    """One request that came in, and the ways to answer it."""

    method: str
    path: str
    headers: dict[str, str]
    raw: bytes
    upstream: tuple[str, int]
    client: asyncio.StreamWriter

    @property
    def key(self) -> str:
        return self.headers.get("idempotency-key", "")

    async def forward(self) -> bytes:
        """Let the sandbox do it. Its whole answer, which nobody has seen yet."""
        reader, writer = await asyncio.open_connection(*self.upstream)
        try:
            writer.write(self.raw)
            await writer.drain()
            head, body = await read_message(reader)
            return head + body
        finally:
            writer.close()

    async def answer(self, raw: bytes) -> None:
        self.client.write(raw)
        await self.client.drain()

    def hang_up(self) -> None:
        """Close the connection in good order, whatever was promised on it."""
        self.client.close()

    def reset(self) -> None:
        """Close it as a crashed machine does: RST, no goodbye."""
        raw: socket.socket = self.client.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.client.transport.abort()


Action = Callable[[Call], Awaitable[None]]


@dataclass
class Proxy:
    """The first rule that matches a call decides; without one it passes. `seen` counts calls by method and path,
    `misbehaved` those that a rule has met."""

    upstream: tuple[str, int]
    port: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    misbehaved: int = 0
    _rules: list[tuple[re.Pattern[str], Action]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def when(self, calls: tuple[str, str], action: Action) -> None:
        """From now on, also for connections that are open already. Earlier rules come first."""
        method, path = calls
        self._rules.append((re.compile(f"{method} {path}"), action))

    def heal(self) -> None:
        """No more misbehaviour towards new calls; what hangs goes on hanging."""
        self._rules.clear()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while not writer.is_closing():
                head, body = await read_message(reader)
                call = _call(head, body, self.upstream, writer)
                self.seen[f"{call.method} {call.path.partition('?')[0]}"] += 1
                action = self._action(f"{call.method} {call.path}")
                self.misbehaved += action is not pass_on
                await action(call)
        writer.close()

    def _action(self, line: str) -> Action:
        return next((action for pattern, action in self._rules if pattern.fullmatch(line)), pass_on)


@asynccontextmanager
async def open_proxy(upstream_port: int) -> AsyncIterator[Proxy]:
    proxy = Proxy(("127.0.0.1", upstream_port))
    serving: set[asyncio.Task[None]] = set()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(proxy.serve(reader, writer))
        serving.add(task)
        task.add_done_callback(serving.discard)

    server = await asyncio.start_server(begin, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        for task in list(serving):
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)


async def pass_on(call: Call) -> None:
    await call.answer(await call.forward())


async def black_hole(call: Call) -> None:
    """The call arrives nowhere and is never answered."""
    await asyncio.Event().wait()


async def swallow_answer(call: Call) -> None:
    """Stripe does the work, and nobody ever hears of it."""
    await call.forward()
    await asyncio.Event().wait()


async def reset(call: Call) -> None:
    call.reset()


async def reset_after_work(call: Call) -> None:
    await call.forward()
    call.reset()


async def truncate(call: Call) -> None:
    """Half of the answer, then the end of the connection."""
    answer = await call.forward()
    await call.answer(answer[: len(answer) // 2 + 200])
    call.hang_up()


async def garble(call: Call) -> None:
    """A complete answer that says 200 and is half a JSON document."""
    answer = await call.forward()
    body = answer.partition(b"\r\n\r\n")[2]
    await call.answer(response(200, body[: len(body) // 2]))


async def trickle(call: Call) -> None:
    """The answer comes, one byte a second: no read ever times out."""
    for byte in await call.forward():
        await call.answer(bytes([byte]))
        await asyncio.sleep(1)


async def too_many(call: Call) -> None:
    error = {"type": "invalid_request_error", "code": "rate_limit", "message": "Too many requests."}
    await call.answer(refusal(429, error))


async def key_in_use(call: Call) -> None:
    """The first use of this key is still being worked on."""
    error = {"type": "idempotency_error", "code": "idempotency_key_in_use", "message": "Another request has this key."}
    await call.answer(refusal(409, error))


async def bad_gateway_page(call: Call) -> None:
    """Something between us and Stripe lost patience; Stripe may be at work all the same."""
    await call.answer(response(502, b"<html><h1>502 Bad Gateway</h1></html>", content_type="text/html"))


def slow(seconds: float) -> Action:
    async def action(call: Call) -> None:
        await asyncio.sleep(seconds)
        await pass_on(call)

    return action


def hold_answer(until: Callable[[str], Awaitable[None]]) -> Action:
    """Stripe has done it; the answer waits for `until`, which is given the id of what was made."""

    async def action(call: Call) -> None:
        answer = await call.forward()
        await until(made_by(answer))
        await call.answer(answer)

    return action


class LateWork:
    """502 at once from something in between, while the call reaches Stripe after all and is done some seconds later."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._late: list[asyncio.Task[bytes]] = []

    async def __call__(self, call: Call) -> None:
        self._late.append(asyncio.create_task(self._forward_late(call)))
        await bad_gateway_page(call)

    async def finish(self) -> None:
        """Until all of it is done."""
        await asyncio.gather(*self._late)

    async def _forward_late(self, call: Call) -> bytes:
        await asyncio.sleep(self._seconds)
        return await call.forward()


def broken(*, does_work: bool) -> Action:
    """500, stored with the key and replayed for ever, as Stripe does; the work behind it was done, or was not."""
    stored: dict[str, bytes] = {}

    async def action(call: Call) -> None:
        if call.key not in stored:
            if does_work:
                await call.forward()
            stored[call.key] = refusal(500, {"type": "api_error", "message": "An unknown error occurred."})
        await call.answer(stored[call.key])

    return action


def refusal(status: int, error: dict[str, str]) -> bytes:
    return response(status, json.dumps({"error": error}).encode())


def response(status: int, body: bytes, *, content_type: str = "application/json") -> bytes:
    head = f"HTTP/1.1 {status} Status\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def made_by(answer: bytes) -> str:
    """The id of the object in a whole answer of the sandbox's."""
    made: str = json.loads(answer.partition(b"\r\n\r\n")[2])["id"]
    return made


async def read_message(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """Head, with the empty line, and body of the next request or answer."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(_headers(head).get("content-length", "0"))
    return head, await reader.readexactly(length)


def _call(head: bytes, body: bytes, upstream: tuple[str, int], client: asyncio.StreamWriter) -> Call:
    method, path, _ = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
    return Call(method, path, _headers(head), head + body, upstream, client)


def _headers(head: bytes) -> dict[str, str]:
    lines = head.decode("latin-1").split("\r\n")[1:]
    pairs = [line.partition(":") for line in lines if line]
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
