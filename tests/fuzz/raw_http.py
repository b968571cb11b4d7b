"""Requests broken at the level of bytes: request lines, heads, chunks, pipelines, cut off and sent in pieces.

What must hold: whatever is answered is valid HTTP/1.1, never a 5xx but 503, and an honest client hardly notices.
"""

import asyncio
import json
import random
import re
from collections.abc import Iterator

from tests.attack.http_kinds import CREATE, WEBHOOK
from tests.fuzz.bench import run
from tests.fuzz.serving import ServeBench, open_serving

LANES = 8
QUIET_SECONDS = 0.3
"""A server that waits for the rest of a request says nothing for longer than this, and is left alone."""
LONGEST_SECONDS = 20.0
LAST = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
STATUS_LINE = re.compile(rb"HTTP/1\.1 ([1-5]\d\d)( [\x20-\x7e\x80-\xff]*)?")
FIELD = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\x20-\x7e\x80-\xff\t]*")
WITHOUT_BODY = frozenset({204, 304})
BODY = b'{"query":"{ __typename }"}'
SPLICES = (
    *(b"\r\n", b"\n", b"\r", b"\r\n\r\n", b"\x00", b"\xff", b" ", b"\t", b":", b";", b",", b"%", b"/../", b"//"),
    *(
        b"Transfer-Encoding: chunked\r\n",
        b"Content-Length: 5\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: 1e9\r\n",
    ),
    *(b"Transfer-Encoding: gzip, chunked\r\n", b"Expect: 100-continue\r\n", b"Connection: close\r\n", b"Host: y\r\n"),
    *(b"Upgrade: h2c\r\nConnection: Upgrade\r\n", b"Upgrade: websocket\r\nConnection: Upgrade\r\n", b"Host:\r\n"),
    *(b"X: " + b"a" * 70_000 + b"\r\n", b"X-B: b\r\n" * 300, b" folded\r\n", b"0\r\n\r\n", b"ffffffffffffffff\r\n"),
    *(
        b"HTTP/1.0",
        b"HTTP/2.0",
        b"HTTP/9.9",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
        b"5;a=b\r\n",
    ),
)


async def fuzz(*, cases: int, seed: int) -> ServeBench:
    generator = random.Random(seed)
    async with open_serving() as bench:
        queue = _cases(generator, bench.session, cases)

        async def lane() -> None:
            for pieces in queue:
                heard = await _exchange(bench, pieces)
                for fault in _judge(bench, heard):
                    bench.fault(f"{fault}: {heard[:300]!r} after {b'|'.join(pieces)[:1200]!r}")

        await asyncio.gather(*(lane() for _ in range(LANES)))
        if not bench.answers.keys() & {"400", "431"}:
            bench.fault(f"proved nothing, for nothing was refused: {bench.answers}")
    return bench


def _cases(generator: random.Random, session: str, cases: int) -> Iterator[list[bytes]]:
    for _ in range(cases):
        yield _case(generator, session)


def _case(generator: random.Random, session: str) -> list[bytes]:
    """Bytes in the pieces in which they are sent; behind most of them a good request that asks for the end."""
    requests = [_request(generator, session) for _ in range(generator.choice([1, 1, 1, 2, 3, 25]))]
    raw = b"".join(requests)
    for _ in range(generator.choice([0, 1, 1, 2, 4])):
        raw = _mutated(generator, raw)
    if generator.random() < 0.1:
        raw = raw[: generator.randrange(len(raw) + 1)]
    if generator.random() < 0.9:
        raw += LAST
    cuts = sorted(generator.randrange(len(raw) + 1) for _ in range(generator.choice([0, 0, 1, 2, 5])))
    return [raw[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(raw)], strict=True)]


def _request(generator: random.Random, session: str) -> bytes:
    """A good one, its body with a length or in chunks."""
    method, path, body = generator.choice(
        [
            ("GET", f"/api/check-payment-status/{session}", b""),
            ("GET", "/graphql?query=%7B__typename%7D", b""),
            ("GET", "/healthz", b""),
            ("OPTIONS", "/graphql", b""),
            ("DELETE", "/", b""),
            ("POST", "/graphql", BODY),
            ("POST", CREATE, b'{"priceId":"price_none"}'),
            ("POST", WEBHOOK, b"{}"),
            ("POST", WEBHOOK, generator.randbytes(generator.choice([1, 100, 5000]))),
        ]
    )
    lines = [f"{method} {path} HTTP/1.1", "Host: x", "Accept: application/json"]
    if not body:
        return "\r\n".join([*lines, "", ""]).encode()
    lines.append("Content-Type: application/json")
    if generator.random() < 0.5:
        return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body
    size = generator.choice([1, 7, len(body)])
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    extension = generator.choice([b"", b"", b";a", b';a="b"'])
    chunks = b"".join(f"{len(part):x}".encode() + extension + b"\r\n" + part + b"\r\n" for part in parts)
    trailer = generator.choice([b"", b"", b"X-Forwarded-For: 198.51.100.1\r\n", b"Idempotency-Key: k\r\n"])
    return "\r\n".join([*lines, "Transfer-Encoding: chunked", "", ""]).encode() + chunks + b"0\r\n" + trailer + b"\r\n"


def _mutated(generator: random.Random, raw: bytes) -> bytes:
    place = generator.randrange(len(raw) + 1)
    match generator.randrange(6):
        case 0:
            return raw[:place] + generator.choice(SPLICES) + raw[place:]
        case 1:  # Between two lines, where a header would be.
            ends = [found.end() for found in re.finditer(rb"\r\n", raw)] or [0]
            place = generator.choice(ends)
            return raw[:place] + generator.choice(SPLICES) + raw[place:]
        case 2:
            return raw[:place] + bytes([generator.randrange(256)]) + raw[place + 1 :]
        case 3:
            return raw[:place] + raw[place + generator.randrange(1, 30) :]
        case 4:
            end = place + generator.randrange(1, 60)
            return raw[:end] + raw[place:end] * generator.choice([1, 3]) + raw[end:]
        case _:
            return raw.replace(b"\r\n", generator.choice([b"\n", b"\r", b"\r\r\n"]), generator.choice([1, -1]))


async def _exchange(bench: ServeBench, pieces: list[bytes]) -> bytes:
    """All that was answered until the end of the connection, or until nothing more comes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", bench.port)
    heard = b""
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)
            while data := await asyncio.wait_for(reader.read(1 << 16), QUIET_SECONDS):
                heard += data
        bench.answers["closed"] += 1
    except TimeoutError:
        bench.answers["waited"] += 1
    except ConnectionError:
        bench.answers["reset"] += 1
    finally:
        writer.transport.abort()
    return heard


def _judge(bench: ServeBench, heard: bytes) -> Iterator[str]:
    """Answer by answer. The last one may be cut off by the end of our patience."""
    rest = heard
    while rest:
        head, end, after = rest.partition(b"\r\n\r\n")
        if not end:
            if b"\r\n" in head and not STATUS_LINE.fullmatch(head.partition(b"\r\n")[0]):
                yield "no status line"
            return
        first, *fields = head.split(b"\r\n")
        known = STATUS_LINE.fullmatch(first)
        if known is None:
            yield f"no status line: {first[:100]!r}"
            return
        status = int(known[1])
        bench.answers[str(status)] += 1
        if status >= 500 and status != 503:
            yield f"status {status}"
        if strange := [field for field in fields if not FIELD.fullmatch(field)]:
            yield f"no header: {strange[0]!r}"
        named = {name.lower(): value.strip() for name, _, value in (field.partition(b":") for field in fields)}
        if status < 200 or status in WITHOUT_BODY:
            rest = after
            continue
        body, rest, fault = _body(named, after)
        if fault:
            yield fault
        if body is None:
            return
        if named.get(b"content-type", b"").startswith(b"application/json") and not _is_json(body):
            yield f"no JSON: {body[:100]!r}"


def _body(named: dict[bytes, bytes], after: bytes) -> tuple[bytes | None, bytes, str | None]:
    """The body, what comes behind it, and what is wrong; no body when it is not all there."""
    if b"content-length" in named:
        if b"transfer-encoding" in named:
            return None, b"", "a length and chunks"
        length = int(named[b"content-length"])
        return (after[:length], after[length:], None) if len(after) >= length else (None, b"", None)
    if named.get(b"transfer-encoding") != b"chunked":
        return None, b"", "neither a length nor chunks"
    return _unchunked(after)


def _unchunked(after: bytes) -> tuple[bytes | None, bytes, str | None]:
    body = b""
    while True:
        line, end, after = after.partition(b"\r\n")
        if end and not re.fullmatch(rb"[0-9a-fA-F]+", line):
            return None, b"", f"no chunk: {line[:50]!r}"
        size = int(line, 16) if end else 0
        if not end or len(after) < size + 2:
            return None, b"", None
        body, after = body + after[:size], after[size + 2 :]
        if size == 0:
            return body, after, None


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


if __name__ == "__main__":
    run(fuzz, cases=20_000)
