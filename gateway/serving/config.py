"""uvicorn's configuration, and what all connections of one server share."""

from collections.abc import Sequence
from typing import Any

import uvicorn

from gateway.rate_limit.client_address import Network
from gateway.serving.bounds import Bounds
from gateway.serving.connections import Connections
from gateway.serving.intake import Turns


class ServingConfig(uvicorn.Config):
    """Takes uvicorn's own options by keyword; protocols find here what bounds them."""

    def __init__(self, app: Any, *, bounds: Bounds, trusted_proxies: Sequence[Network] = (), **options: Any) -> None:
        super().__init__(app, **options)
        self.bounds = bounds
        self.turns = Turns()
        self.open_connections = Connections(bounds, trusted_proxies)
