"""Answers of unknown length to HTTP/1.0, which has no chunks: they end with the connection (RFC 9112 §6.3).

uvicorn frames every such answer in chunks, and a client of 1.0 would take the frames for the answer. It concerns event
streams alone; whatever else we send has a length.
"""

from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle


class UntilClosed(RequestResponseCycle):
    """uvicorn's cycle of one request that came by HTTP/1.0."""

    _is_bare = False
    """This answer has no length, so it is written as it is."""

    @classmethod
    def take_over(cls, cycle: Any) -> None:
        """Before the application is called."""
        if cycle.scope["http_version"] == "1.0":
            cycle.__class__ = cls

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            names = {name.lower() for name, _ in message.get("headers", ())}
            has_body = self.scope["method"] != "HEAD" and message["status"] not in (204, 304)
            self._is_bare = has_body and b"content-length" not in names
        if not self._is_bare:
            await super().send(message)
            return
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        if message["type"] == "http.response.start":
            self._write_head(message)
        else:
            self._write_body(message)

    def _write_head(self, message: Any) -> None:
        self.response_started = True
        head = [STATUS_LINE[message["status"]]]
        for name, value in [*self.default_headers, *message.get("headers", ())]:
            if name.lower() != b"connection":
                head += [name, b": ", value, b"\r\n"]
        self.transport.write(b"".join([*head, b"connection: close\r\n\r\n"]))

    def _write_body(self, message: Any) -> None:
        self.transport.write(message.get("body", b""))
        if not message.get("more_body", False):
            self.response_complete = True
            self.message_event.set()
            self.transport.close()
            self.on_response()
