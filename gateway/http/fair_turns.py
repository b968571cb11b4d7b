"""A request begins when it is its caller's turn (`rate_limit/fair_queue.py`), once its body is there.

WebSockets pass: each operation on them takes a turn of its own.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.http.scope import PROBES
from gateway.services.container import Services


class FairTurns:
    """The turn ends with the first part of the answer; what streams on after it is no work of the request's."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        services: Services | None = getattr(scope["app"].state, "services", None)
        if scope["type"] != "http" or services is None or scope["path"] in PROBES:
            await self.app(scope, receive, send)
            return
        async with services.admission.turn(services.admission.client_address(scope)) as end:

            async def answer(message: Message) -> None:
                await send(message)
                if message["type"] == "http.response.body":
                    end()

            await self.app(scope, receive, answer)
