"""reconcile: compare with Stripe now. One at a time, and nobody waits long: a long run is answered while it runs."""

from typing import Annotated

import strawberry

from gateway.graphql.context import Info
from gateway.graphql.filters import ReconciliationWindow, moment_of
from gateway.graphql.types.reconciliation import Reconciliation

Window = Annotated[
    ReconciliationWindow | None, strawberry.argument(description="What to compare; the last 48 hours when left out.")
]


async def reconcile(info: Info, window: Window = strawberry.UNSET) -> Reconciliation:
    """Raises InvalidRequest while another runs, or for a window out of bounds."""
    report = await info.context.services.reconciliation.request(
        window_start=moment_of(window.start, field="window.from") if window else None,
        window_end=moment_of(window.end, field="window.to") if window else None,
        trigger="graphql",
    )
    return Reconciliation.of(report)
