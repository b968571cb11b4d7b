"""One notice, one POST: signed by Standard Webhooks, in bounded time, no redirect followed.

The answer's status is the answer; of its body the beginning is kept for operators.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import aiohttp
from standardwebhooks import Webhook

from gateway import __version__
from gateway.notifying.addresses import PublicResolver
from gateway.telemetry.metrics import NOTICE_SECONDS

SECONDS = 10.0
KEPT_BYTES = 1024
CONNECTIONS = 100
GONE = 410


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` is None where no answer came; `text` is then the reason, else the beginning of the body."""

    status: int | None
    text: str

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        return self.status == GONE


class NoticeSender:
    """Opens its connections when the first notice is sent."""

    def __init__(self, secrets: Sequence[str], *, seconds: float = SECONDS) -> None:
        self._signers = [Webhook(secret) for secret in secrets]
        self._seconds = seconds
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, *, webhook_id: str, body: bytes) -> Answer:
        """Never raises: whatever keeps a back end from answering is the answer."""
        try:
            with NOTICE_SECONDS.time():
                async with self._opened().post(
                    url, data=body, headers=self._headers(webhook_id, body), allow_redirects=False
                ) as answer:
                    return Answer(answer.status, await _beginning(answer))
        except TimeoutError:
            return Answer(None, f"no answer within {self._seconds:g} seconds")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Answer(None, str(error)[:KEPT_BYTES] or type(error).__name__)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=CONNECTIONS, resolver=PublicResolver()),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=self._seconds),
            )
        return self._session

    def _headers(self, webhook_id: str, body: bytes) -> dict[str, str]:
        now, text = datetime.now(UTC), body.decode()
        return {
            "content-type": "application/json",
            "user-agent": f"payments-gateway/{__version__}",
            "webhook-id": webhook_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signer.sign(webhook_id, now, text) for signer in self._signers),
        }


async def _beginning(answer: aiohttp.ClientResponse) -> str:
    """What is there of the body, up to what is kept. That it breaks off takes nothing from the status."""
    kept = b""
    try:
        while len(kept) < KEPT_BYTES and (piece := await answer.content.read(KEPT_BYTES - len(kept))):
            kept += piece
    except (aiohttp.ClientError, OSError, TimeoutError):
        pass
    return kept.decode("utf-8", "replace").replace("\x00", "\ufffd")
