"""HTTP/1.1 byte for byte: what no client library would send, and an answer read by its length."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import orjson

Header = tuple[bytes, bytes]
ANSWER_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: tuple[Header, ...]
    body: bytes

    def header(self, name: str) -> str | None:
        wanted = name.lower().encode()
        return next((value.decode("latin-1") for key, value in self.headers if key == wanted), None)

    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def code(self) -> str | None:
        """The contract's code in either of its shapes."""
        document = self.json()
        if "error" in document:
            return str(document["error"]["code"])
        errors = document.get("errors") or [{}]
        code = errors[0].get("extensions", {}).get("code")
        return None if code is None else str(code)


class Wire:
    """One connection, opened again when the server has closed it."""

    def __init__(self, port: int, *, local_address: str | None = None) -> None:
        self._port = port
        self._local = (local_address, 0) if local_address else None
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._streams:
            self._streams[1].close()
            self._streams = None

    async def post(self, target: str, body: bytes, *headers: Header) -> Answer:
        length = (b"Content-Length", str(len(body)).encode())
        return await self.request("POST", target, (*headers, length), body)

    async def post_json(self, target: str, body: bytes, *headers: Header) -> Answer:
        return await self.post(target, body, (b"Content-Type", b"application/json"), *headers)

    async def get(self, target: str, *headers: Header) -> Answer:
        return await self.request("GET", target, headers)

    async def request(
        self, method: str, target: str, headers: Sequence[Header] = (), body: bytes = b"", *, host: bytes | None = None
    ) -> Answer:
        """`host` is written as it is; b"" leaves the header out."""
        named = f"127.0.0.1:{self._port}".encode() if host is None else host
        lines = [f"{method} {target} HTTP/1.1".encode("latin-1")]
        lines += [b"Host: " + named] if named else []
        lines += [key + b": " + value for key, value in headers]
        answer, keeps = await self.exchange(b"\r\n".join(lines) + b"\r\n\r\n" + body)
        if not keeps:
            self.close()
        return answer

    async def exchange(self, request: bytes) -> tuple[Answer, bool]:
        """These bytes, and one answer to them. A connection that was closed while idle is opened again, once."""
        for is_last in (self._streams is None, True):
            reader, writer = await self._connected()
            try:
                writer.write(request)
                async with asyncio.timeout(ANSWER_SECONDS):
                    return await read_answer(reader)
            except (ConnectionError, asyncio.IncompleteReadError):
                self.close()
                if is_last:
                    raise
        raise AssertionError("the last try either returns or raises")

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is None:
            self._streams = await asyncio.open_connection(
                "127.0.0.1", self._port, local_addr=self._local, limit=1 << 20
            )
        return self._streams


async def read_answer(reader: asyncio.StreamReader) -> tuple[Answer, bool]:
    """The answer, and whether the connection lives on."""
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head[:-4].split(b"\r\n")
    pairs = [line.partition(b":") for line in lines]
    headers = tuple((key.strip().lower(), value.strip()) for key, _, value in pairs)
    known = dict(headers)
    status = int(first.split(b" ")[1])
    if b"content-length" in known:
        body = await reader.readexactly(int(known[b"content-length"]))
    elif known.get(b"transfer-encoding") == b"chunked":
        body = await _read_chunks(reader)
    else:
        body = b"" if status in {204, 304} else await reader.read()
    return Answer(status, headers, body), known.get(b"connection", b"").lower() != b"close"


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    body = bytearray()
    while size := int((await reader.readline()).split(b";")[0], 16):
        body += await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readline()
    return bytes(body)
