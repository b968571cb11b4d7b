"""The parts of one running sandbox, and the two verbs all of it shares: emit an event, and commit."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from gateway.sandbox import ids
from gateway.sandbox.config import API_VERSION, SandboxConfig
from gateway.sandbox.delivery import Delivery, delivery_ids
from gateway.sandbox.idempotency import Idempotency
from gateway.sandbox.schedule import Schedule
from gateway.sandbox.store import Kind, Object, Store, copy_of


@dataclass(frozen=True, slots=True)
class RequestMark:
    """Which API request caused an event; no request's when the buyer or the clock did."""

    request_id: str | None = None
    idempotency_key: str | None = None


@dataclass(slots=True)
class Sandbox:
    """Handlers are synchronous: from the first change to `commit` nothing else runs, so a double submit finds the
    first done.
    """

    config: SandboxConfig
    store: Store
    schedule: Schedule
    delivery: Delivery
    idempotency: Idempotency
    mark: RequestMark = RequestMark()
    _outbox: list[str] = field(default_factory=list)

    def emit(self, event_type: str, value: Object, *, previous: Object | None = None) -> Object:
        """Record an event that shows `value` as it is now. It leaves with the next `commit`, never before."""
        data: Object = {"object": copy_of(value)}
        if previous is not None:
            data["previous_attributes"] = previous
        event: Object = {
            "id": ids.mint("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.store.now(),
            "data": data,
            "livemode": False,
            "pending_webhooks": len(self.config.webhooks),
            "request": {"id": self.mark.request_id, "idempotency_key": self.mark.idempotency_key},
            "type": event_type,
        }
        self.store.put(Kind.EVENT, event)
        self.send(event["id"])
        return event

    def send(self, event_id: str) -> None:
        """Deliver to every endpoint (again) after the next commit, with the full number of tries."""
        for delivery_id in delivery_ids(event_id, len(self.config.webhooks)):
            self.store.put(Kind.DELIVERY, {"id": delivery_id, "state": "pending", "tries": 0, "answer": None})
            self._outbox.append(delivery_id)

    @contextmanager
    def caused_by(self, mark: RequestMark) -> Iterator[None]:
        """Events emitted inside name this request. Only synchronous code may run inside."""
        self.mark, before = mark, self.mark
        try:
            yield
        finally:
            self.mark = before

    def commit(self) -> None:
        """Make all changes durable, then let their events go."""
        self.store.commit()
        outbox, self._outbox = self._outbox, []
        for delivery_id in outbox:
            self.delivery.enqueue(delivery_id)
