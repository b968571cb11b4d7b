"""Answers of a test's own, given instead of the sandbox's: what Stripe says to some calls of one operation."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import orjson

from tests.harness.stripe_front import DESK, App, Receive, Send, StripeFront


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the gateway."""

    path: str
    idempotency_key: str


Answer = tuple[int, object]
"""The status and the JSON body."""


@contextmanager
def answering(
    front: StripeFront, method: str, path_begins: str, say: Callable[[Call], Answer | None]
) -> Iterator[None]:
    """While the block lasts, `say` answers the gateway's calls of this method below this path; None: the sandbox does.

    The bench's own calls always reach the sandbox.
    """
    sandbox = front.app
    assert sandbox is not None
    front.app = _instead_of(sandbox, method, path_begins, say)
    try:
        yield
    finally:
        front.app = sandbox


def _instead_of(sandbox: App, method: str, path_begins: str, say: Callable[[Call], Answer | None]) -> App:
    async def app(scope: object, receive: Receive, send: Send) -> None:
        assert isinstance(scope, dict)
        headers = dict(scope.get("headers", ()))
        is_meant = scope.get("method") == method and str(scope.get("path", "")).startswith(path_begins)
        answer = None
        if is_meant and DESK not in headers:
            answer = say(Call(scope["path"], headers.get(b"idempotency-key", b"").decode()))
        if answer is None:
            await sandbox(scope, receive, send)
            return
        status, body = answer[0], orjson.dumps(answer[1])
        content = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": content})
        await send({"type": "http.response.body", "body": body})

    return app
