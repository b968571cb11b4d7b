"""The narrow seam between processes: who rings, and who hears. `memory` and `redis` are its two makings."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from gateway.domain.identifiers import PaymentId


@dataclass(frozen=True, slots=True)
class Doorbell:
    """Something visible changed, or (without a version) may have. It carries no status: who hears it reads the row."""

    payment_id: PaymentId
    version: int | None


ANY_PAYMENT = PaymentId("*")
"""Opened instead of a payment: hear every doorbell. Rung by itself when some may have been missed."""

Ring = Callable[[Doorbell], None]


class Bus(Protocol):
    """Delivers doorbells at most once; one lost is caught by the hub's sweep."""

    @property
    def is_heard(self) -> bool:
        """Whether doorbells of other processes reach this one now."""
        ...

    async def start(self, ring: Ring) -> None: ...

    async def stop(self) -> None: ...

    async def publish(self, doorbell: Doorbell) -> None:
        """Never raises: the change is committed already."""
        ...

    async def open(self, payment_id: PaymentId) -> None:
        """Hear this payment, or ANY_PAYMENT, from now on; when this returns, no later doorbell is missed."""
        ...

    async def close(self, payment_id: PaymentId) -> None: ...
