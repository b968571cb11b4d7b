"""Fan-out inside one process."""

from gateway.domain.identifiers import PaymentId
from gateway.pubsub.bus import Doorbell, Ring


class MemoryBus:
    """What is published here is heard here, at once."""

    def __init__(self) -> None:
        self._ring: Ring | None = None

    @property
    def is_heard(self) -> bool:
        return self._ring is not None

    async def start(self, ring: Ring) -> None:
        self._ring = ring

    async def stop(self) -> None:
        self._ring = None

    async def publish(self, doorbell: Doorbell) -> None:
        if self._ring is not None:
            self._ring(doorbell)

    async def open(self, payment_id: PaymentId) -> None:
        """Nothing to open: the hub drops what nobody watches."""

    async def close(self, payment_id: PaymentId) -> None:
        """Nothing to close."""
