"""Which connections a process has, so that idle ones make room before the descriptors are used up.

It counts TCP connections, whatever they speak. It knows nothing of requests beyond whether one is in progress.
"""

import enum
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from gateway.rate_limit.client_address import Network, client_address, is_in
from gateway.serving.bounds import Bounds


class Place(enum.Enum):
    """What a new connection gets."""

    FULL = "full"
    SPARE = "spare"
    """It may ask for health alone."""
    NONE = "none"


class Connections:
    """Keyed by transport. Addresses of trusted proxies are not bounded: they carry everybody's requests."""

    def __init__(self, bounds: Bounds, trusted: Sequence[Network] = ()) -> None:
        self._bounds = bounds
        self._trusted = trusted
        self._addresses: dict[Any, str | None] = {}
        self._idle: OrderedDict[Any, None] = OrderedDict()
        self._idle_by_address: dict[str, OrderedDict[Any, None]] = {}

    def __len__(self) -> int:
        return len(self._addresses)

    def has_room(self, connecting: int) -> bool:
        """Whether one more may come, beside so many that are about to: there is a place, or an idle one to close."""
        bounds = self._bounds
        places = bounds.most_connections + bounds.most_spare_connections - len(self._addresses)
        return connecting < places + len(self._idle)

    def opened(self, transport: Any, peer: str | None) -> Place:
        """Counts it as idle. The oldest idle one is closed where there are too many."""
        place = Place.FULL
        if len(self) >= self._bounds.most_connections:
            self._close_oldest(self._idle)
        if len(self) >= self._bounds.most_connections + self._bounds.most_spare_connections:
            return Place.NONE
        if len(self) >= self._bounds.most_connections:
            place = Place.SPARE
        self._addresses[transport] = None if is_in(peer, self._trusted) else client_address(peer, None, ())
        self.idle(transport)
        return place

    def busy(self, transport: Any) -> None:
        """A request has been read, or it is a WebSocket now."""
        self._leave_idle(transport)

    def idle(self, transport: Any) -> None:
        """No request is in progress."""
        if transport not in self._addresses:
            return
        self._idle[transport] = None
        address = self._addresses[transport]
        if address is not None:
            of_address = self._idle_by_address.setdefault(address, OrderedDict())
            of_address[transport] = None
            if len(of_address) > self._bounds.most_idle_per_address:
                self._close_oldest(of_address)

    def closed(self, transport: Any) -> None:
        self._leave_idle(transport)
        self._addresses.pop(transport, None)

    def _leave_idle(self, transport: Any) -> None:
        self._idle.pop(transport, None)
        address = self._addresses.get(transport)
        of_address = self._idle_by_address.get(address) if address is not None else None
        if address is not None and of_address is not None:
            of_address.pop(transport, None)
            if not of_address:
                del self._idle_by_address[address]

    def _close_oldest(self, idle: OrderedDict[Any, None]) -> None:
        """Counted out at once, though its end is noticed only a moment later."""
        transport = next(iter(idle), None)
        if transport is not None:
            self.closed(transport)
            transport.close()
