"""A WebSocket client that may break every rule of RFC 6455, and reads what comes back."""

import asyncio
import base64
import os
import struct
from dataclasses import dataclass, field

HANDSHAKE = (
    "GET {target} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
    "Sec-WebSocket-Protocol: graphql-transport-ws\r\n{extra}\r\n"
)
PATIENCE_SECONDS = 0.3
"""How long a server may wait for the rest of a broken frame before we hang up."""

TEXT, CLOSE = 1, 8


@dataclass
class Talk:
    """One conversation: what was heard, and how it ended."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    heard: list[str] = field(default_factory=list)
    close_code: int | None = None
    close_reason: str = ""

    async def say(self, frames: list[bytes], *, hang_up: bool = False) -> None:
        """All frames, then a ping whose pong tells that they were read; then close, or just hang up."""
        try:
            self.writer.write(b"".join(frames) + LAST)
            await self._listen(until=LAST_HEARD)
            if not hang_up and self.close_code is None:
                self.writer.write(closing(1000))
                await self._listen(until=None)
        except (ConnectionError, asyncio.IncompleteReadError, TimeoutError):
            pass  # The server cut the line, or waits for the rest of a frame: either is an end.
        finally:
            self.writer.close()

    async def _listen(self, *, until: str | None) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while self.close_code is None:
                text = await self._frame()
                if text is not None:
                    self.heard.append(text)
                if until is not None and text == until:
                    return

    async def _frame(self) -> str | None:
        """A text frame's text; of a close frame, code and reason are noted."""
        first, second = await self.reader.readexactly(2)
        length = second & 127
        if length == 126:
            (length,) = struct.unpack("!H", await self.reader.readexactly(2))
        elif length == 127:
            (length,) = struct.unpack("!Q", await self.reader.readexactly(8))
        body = await self.reader.readexactly(length)
        if first & 15 == CLOSE:
            self.close_code = struct.unpack("!H", body[:2])[0] if len(body) >= 2 else 1005
            self.close_reason = body[2:].decode()
        return body.decode() if first & 15 == TEXT else None


class Refused(ConnectionError):
    """The handshake got another answer than 101."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(f"{status} {body!r}")
        self.status = status


async def shaken(port: int, *, extra: str = "", target: str = "/graphql", host: str | None = None) -> Talk:
    """Connected; `extra` are more headers, each with its line end. Raises Refused."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    key = base64.b64encode(os.urandom(16)).decode()
    writer.write(
        HANDSHAKE.format(host=host or f"127.0.0.1:{port}", key=key, extra=extra, target=target).encode(
            "latin-1", "replace"
        )
    )
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
    if not head.startswith(b"HTTP/1.1 101"):
        writer.close()
        raise Refused(int(head[9:12]), head)
    return Talk(reader, writer)


def encoded(body: bytes, *, opcode: int = TEXT, is_last: bool = True, masked: bool = True, reserved: int = 0) -> bytes:
    """A client's frame."""
    head = bytes([opcode | reserved | (0x80 if is_last else 0)])
    mask_bit = 0x80 if masked else 0
    if len(body) < 126:
        head += bytes([mask_bit | len(body)])
    elif len(body) < 65_536:
        head += bytes([mask_bit | 126]) + struct.pack("!H", len(body))
    else:
        head += bytes([mask_bit | 127]) + struct.pack("!Q", len(body))
    if not masked:
        return head + body
    # A mask of zeros is a mask: the server takes it off all the same.
    return head + b"\x00\x00\x00\x00" + body


def closing(code: int) -> bytes:
    return encoded(struct.pack("!H", code), opcode=CLOSE)


LAST = encoded(b'{"type":"ping","payload":{"last":true}}')
LAST_HEARD = '{"type":"pong"}'
