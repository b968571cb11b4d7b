import asyncio
from collections.abc import AsyncIterator, Iterable

import pytest
from starlette.types import Message, Receive, Scope, Send

from gateway.domain.errors import PayloadTooLarge, RequestTimeout
from gateway.http.reader import StrictReader


class Endpoint:
    """Keeps the body it was given, as an endpoint would read it."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.after: Message | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        message = await receive()
        assert message["more_body"] is False
        self.bodies.append(message["body"])
        self.after = await receive()


def scope_of(path: str, **headers: str) -> Scope:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "path": path, "method": "POST", "headers": raw}


def messages(chunks: Iterable[bytes], *, complete: bool = True) -> Receive:
    async def stream() -> AsyncIterator[Message]:
        for chunk in chunks:
            yield {"type": "http.request", "body": chunk, "more_body": True}
        if complete:
            yield {"type": "http.request", "body": b"", "more_body": False}
        yield {"type": "http.disconnect"}

    return stream().__anext__


async def nothing(_message: Message) -> None:
    raise AssertionError("the reader itself answers nothing")


async def test_a_body_in_many_pieces_is_replayed_as_one_and_then_the_disconnect_is_heard() -> None:
    endpoint = Endpoint()
    await StrictReader(endpoint)(scope_of("/api/x", transfer_encoding="chunked"), messages([b"a"] * 100), nothing)
    assert endpoint.bodies == [b"a" * 100]
    assert endpoint.after == {"type": "http.disconnect"}


@pytest.mark.parametrize(
    ("path", "limit"), [("/api/stripe/webhook", 512 * 1024), ("/graphql", 64 * 1024), ("/api/x", 4096), ("/", 4096)]
)
async def test_each_entry_point_has_its_cap_to_the_byte_chunked_or_announced(path: str, limit: int) -> None:
    endpoint = Endpoint()
    chunked = scope_of(path, transfer_encoding="chunked")
    await StrictReader(endpoint)(chunked, messages([b"x" * limit]), nothing)
    await StrictReader(endpoint)(scope_of(path, content_length=str(limit)), messages([b"x" * limit]), nothing)
    with pytest.raises(PayloadTooLarge):
        await StrictReader(endpoint)(chunked, messages([b"x" * limit, b"x"]), nothing)
    assert [len(body) for body in endpoint.bodies] == [limit, limit]


@pytest.mark.parametrize("announced", ["4097", "9" * 30])
async def test_a_length_beyond_the_cap_is_refused_before_a_byte_is_read(announced: str) -> None:
    async def never() -> Message:
        raise AssertionError("it was read")

    with pytest.raises(PayloadTooLarge):
        await StrictReader(Endpoint())(scope_of("/api/x", content_length=announced), never, nothing)


async def test_a_body_that_trickles_is_a_timeout_however_regular_its_bytes() -> None:
    async def trickle() -> Message:
        await asyncio.sleep(0.01)
        return {"type": "http.request", "body": b"x", "more_body": True}

    with pytest.raises(RequestTimeout):
        await StrictReader(Endpoint(), read_seconds=0.1)(scope_of("/api/x", content_length="4000"), trickle, nothing)


async def test_a_client_that_leaves_half_way_reaches_no_entry_point() -> None:
    endpoint = Endpoint()
    await StrictReader(endpoint)(scope_of("/api/x", content_length="9"), messages([b"x"], complete=False), nothing)
    assert endpoint.bodies == []


@pytest.mark.parametrize("headers", [{}, {"content_length": "0"}])
async def test_a_request_without_a_body_is_not_touched(headers: dict[str, str]) -> None:
    seen: list[Receive] = []

    async def endpoint(_scope: Scope, receive: Receive, _send: Send) -> None:
        seen.append(receive)

    receive = messages([])
    await StrictReader(endpoint)(scope_of("/api/x", **headers), receive, nothing)
    assert seen == [receive]
