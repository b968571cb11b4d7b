"""Hostile HTTP: heads, bodies, trailers and connections that never end, and requests that cost more than they look."""

import json
from itertools import count
from urllib.parse import quote

from tests.attack.kinds import REFUSALS, Kind, Target
from tests.attack.peer import Peer

BLOCK = 16 * 1024
FILL = b"a" * (BLOCK - 9)
LINES = (b"X-A: " + b"a" * 1000 + b"\r\n") * 16
CREATE = "/api/create-checkout-session"
WEBHOOK = "/api/stripe/webhook"
WATCH = "subscription { paymentStatus(sessionId: %s) { status version } }"
ENOUGH = 64 * 2**20
"""So much is sent at least, where nothing is refused: a gateway that keeps it is seen to grow."""
CREATES = 130
"""Of one address, in a limit of 100 a minute."""


def head(target: Target, method: str, path: str, *lines: str) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", f"Host: {target.host}", *lines, "", ""]).encode()


def chunked(target: Target, path: str = CREATE) -> bytes:
    return head(target, "POST", path, "Content-Type: application/json", "Transfer-Encoding: chunked")


async def trailers(peer: Peer, target: Target) -> None:
    await peer.send(chunked(target) + b"2\r\n{}\r\n0\r\n")
    await peer.flood(LINES)


async def one_long_trailer(peer: Peer, target: Target) -> None:
    await peer.send(chunked(target) + b"2\r\n{}\r\n0\r\nX-A: ")
    await peer.flood(FILL)


async def forged_addresses(peer: Peer, target: Target) -> None:
    """From the address of a proxy that is believed: another caller's address in each request's trailers."""
    body = b'{"query":"{ __typename }"}'
    start = chunked(target, "/graphql") + f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n"
    for number in range(CREATES):
        await peer.send(start + f"X-Forwarded-For: 198.51.100.{number}\r\n\r\n".encode())
        await peer.answer()


async def endless_head(peer: Peer, target: Target) -> None:
    await peer.send(f"GET / HTTP/1.1\r\nHost: {target.host}\r\n".encode())
    await peer.flood(LINES)


async def endless_target(peer: Peer, _target: Target) -> None:
    await peer.send(b"GET /")
    await peer.flood(FILL)


async def head_behind_stream(peer: Peer, target: Target) -> None:
    """The answer to the first request never ends, so the second waits for ever, and its head has no end."""
    query = quote(WATCH % json.dumps(target.sessions[0]))
    await peer.send(head(target, "GET", f"/graphql?query={query}", "Accept: text/event-stream"))
    await peer.answer()
    await peer.send(b"GET / HTTP/1.1\r\n")
    await peer.flood(LINES)


async def line_ends(peer: Peer, _target: Target) -> None:
    await peer.flood(b"\r\n" * (BLOCK // 2))


async def slow_head(peer: Peer, target: Target) -> None:
    await peer.send(f"GET / HTTP/1.1\r\nHost: {target.host}\r\nX-A: ".encode())
    await peer.trickle(b"a", every=0.5)


async def slow_body(peer: Peer, target: Target) -> None:
    await peer.send(head(target, "POST", CREATE, "Content-Type: application/json", "Content-Length: 1000"))
    await peer.trickle(b" ", every=0.5)


async def large_body(peer: Peer, target: Target) -> None:
    await peer.send(head(target, "POST", CREATE, "Content-Type: application/json", "Content-Length: 1000000000"))
    await peer.flood(FILL)


async def endless_chunks(peer: Peer, target: Target) -> None:
    await peer.send(chunked(target, WEBHOOK))
    await peer.flood(f"{len(FILL):x}\r\n".encode() + FILL + b"\r\n")


async def chunk_extensions(peer: Peer, target: Target) -> None:
    await peer.send(chunked(target))
    await peer.flood(b"1;" + b"e" * 4000 + b"\r\n \r\n")


async def one_byte_chunks(peer: Peer, target: Target) -> None:
    await peer.send(chunked(target, WEBHOOK))
    await peer.flood(b"1\r\n \r\n" * 2000)


async def pipelined(peer: Peer, target: Target) -> None:
    """And reads none of the answers."""
    peer.stop_reading()
    await peer.flood(head(target, "GET", "/api/openapi.json") * 8, most=ENOUGH)


async def idle(_peer: Peer, _target: Target) -> None:
    """Connects and says nothing."""


async def keep_alive(peer: Peer, target: Target) -> None:
    await peer.send(head(target, "GET", "/healthz"))
    await peer.answer()


async def handshakes(peer: Peer, target: Target) -> None:
    lines = ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 99", "Sec-WebSocket-Key: \xff"]
    await peer.send(head(target, "GET", "/graphql", *lines, "Sec-WebSocket-Extensions: " + 'x="' * 2000))
    await peer.answer()
    await peer.flood(b"\x00\xff" * 4000)


async def bombs(peer: Peer, target: Target) -> None:
    """Documents that are small and mean much."""
    nested = "{ a " * 400 + "}" * 400
    spreads = " ".join(f"fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }}" for n in range(40))
    for number in count():
        query = [
            "query { ...f0 } " + spreads + " fragment f40 on Query { __typename }",
            nested,
            "{ " + " ".join(f"a{n}: __typename" for n in range(900)) + " }",
            "query " + "@a" * 4000 + " { __typename }",
            "{ prices(a: " + "[" * 3000 + "]" * 3000 + ") { id } }",
        ][number % 5]
        body = json.dumps({"query": query}).encode()
        lines = ("Content-Type: application/json", f"Content-Length: {len(body)}")
        await peer.send(head(target, "POST", "/graphql", *lines) + body)
        await peer.answer()


async def webhook_junk(peer: Peer, target: Target) -> None:
    body = b'{"id":"evt_1","object":"event","data":' + b"[" * 30 + b"]" * 30 + b" " * 100_000 + b"}"
    lines = ("Stripe-Signature: t=1,v1=" + "0" * 64, f"Content-Length: {len(body)}")
    while True:
        await peer.send(head(target, "POST", WEBHOOK, *lines) + body)
        await peer.answer()


HTTP_KINDS = (
    Kind("trailers", trailers, least_bytes=BLOCK, statuses=REFUSALS | {422}, held_by_proxy=True),
    Kind("one_long_trailer", one_long_trailer, least_bytes=BLOCK, statuses=REFUSALS | {422}, held_by_proxy=True),
    Kind(
        "forged_addresses",
        forged_addresses,
        must="answer",
        statuses=frozenset({200, 429}),
        addresses="proxy",
        most_accepted=200,
    ),
    Kind("endless_head", endless_head, least_bytes=BLOCK),
    Kind("endless_target", endless_target, least_bytes=BLOCK),
    Kind("head_behind_stream", head_behind_stream, least_bytes=BLOCK, statuses=REFUSALS | {200}, held_by_proxy=True),
    Kind("line_ends", line_ends, least_bytes=BLOCK, held_by_proxy=True),
    Kind("slow_head", slow_head, held_by_proxy=True),
    Kind("slow_body", slow_body, held_by_proxy=True),
    Kind("large_body", large_body),
    Kind("endless_chunks", endless_chunks, least_bytes=BLOCK),
    Kind("chunk_extensions", chunk_extensions, least_bytes=4000, held_by_proxy=True),
    Kind("one_byte_chunks", one_byte_chunks, least_bytes=BLOCK),
    Kind("pipelined", pipelined, least_bytes=BLOCK, statuses=REFUSALS | {200}, small_buffer=True, held_by_proxy=True),
    Kind("idle", idle, least_bytes=0, seconds=30, held_by_proxy=True),
    Kind("idle_from_one_address", idle, least_bytes=0, seconds=30, addresses="one", times=4, held_by_proxy=True),
    Kind("keep_alive", keep_alive, statuses=REFUSALS | {200}, seconds=40, held_by_proxy=True),
    Kind("descriptors", idle, least_bytes=0, seconds=30, times=4, open_files=256, held_by_proxy=True),
    Kind("handshakes", handshakes, statuses=REFUSALS | {426}),
    Kind("bombs", bombs, must="answer", statuses=REFUSALS | {200}, must_be_refused=False),
    Kind("webhook_junk", webhook_junk, must="answer"),
)
