"""One span per HTTP request, named as it is counted. It stands in the application only where spans go somewhere."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.http.durations import SERVER_ERROR, named
from gateway.http.scope import PROBES, header
from gateway.telemetry.tracing import is_tracing, request_span

_CARRIERS = ("traceparent", "tracestate")


class Traced:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in PROBES or not is_tracing():
            await self.app(scope, receive, send)
            return
        carried = {name: value for name in _CARRIERS if (value := header(scope, name.encode()))}
        with request_span(carried) as span:
            span.set_attribute("http.request.method", scope["method"])

            async def note(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                    if message["status"] >= SERVER_ERROR:
                        span.set_attribute("error.type", str(message["status"]))
                await send(message)

            try:
                await self.app(scope, receive, note)
            finally:
                entry_point, operation = named(scope)
                span.update_name(f"{entry_point} {operation}")
