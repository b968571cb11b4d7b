"""Which answer makes Stripe come again: every one that is not 2xx. So 2xx is said only of what is on disk.

A refusal is an error of the tree, which `http.refusals` answers: 400 where sending it again would
change nothing, 503 where it would.
"""

from typing import assert_never

import orjson
from starlette.responses import Response

from gateway.services.inbox import Receipt


def reply(receipt: Receipt) -> Response:
    """The answer after which Stripe leaves this event alone."""
    body = orjson.dumps({"received": True, "state": _state(receipt)})
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})


def _state(receipt: Receipt) -> str:
    match receipt:
        case Receipt.STORED:
            return "stored"
        case Receipt.DUPLICATE:
            return "duplicate"
        case Receipt.IGNORED:
            return "ignored"
        case _:
            assert_never(receipt)
