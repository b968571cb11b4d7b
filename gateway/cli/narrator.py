"""What `gateway dev` says while it runs: one line for each change of a payment, for the person who looks on.

It reads the operators' feed, as any reader would, and changes nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager, suppress

from gateway.cli.columns import shorten
from gateway.cli.explanation import in_words
from gateway.cli.output import SHORT_ID, clean
from gateway.domain.errors import ServiceUnavailable
from gateway.services.container import Services
from gateway.services.operators.feed import FeedEntry

PAUSE_SECONDS = 5.0
"""Before the feed is opened again, when the database was away."""
STATUS_COLUMNS = 19


@asynccontextmanager
async def narrated(services: Services, say: Callable[[str], None]) -> AsyncIterator[None]:
    """Every change goes to `say`, as a line, until the block ends."""
    after = await services.feed.head()
    task = asyncio.create_task(_narrate(services, say, after), name="dev-narrator")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _narrate(services: Services, say: Callable[[str], None], after: str) -> None:
    while True:
        try:
            async with aclosing(services.feed.follow(after)) as entries:
                async for entry in entries:
                    say(line_of(entry, await _event_types(services, entry.change.cause)))
                    after = entry.cursor
        except ServiceUnavailable:
            await asyncio.sleep(PAUSE_SECONDS)


def line_of(entry: FeedEntry, types: dict[str, str]) -> str:
    """`12:00:07  paid  $5.00  cs_tes…9xYz  by the event checkout.session.completed (evt_…)`, the time as it is here."""
    change, snapshot = entry.change, entry.payment.snapshot
    at = change.at.astimezone().strftime("%H:%M:%S")
    name = _short(snapshot.session_id or snapshot.payment_id)
    status = f"{change.to_status:<{STATUS_COLUMNS}}" if change.to_status != change.from_status else " " * STATUS_COLUMNS
    return f"{at}  {status}  {snapshot.amount.formatted:>9}  {name}  {in_words(change.cause, types, _short)}"


def _short(text: str) -> str:
    return shorten(clean(text), SHORT_ID)


async def _event_types(services: Services, cause: str) -> dict[str, str]:
    """The type of the event that a change was caused by."""
    kind, _, event_id = cause.partition(" ")
    detail = await services.operators.event(event_id) if kind == "webhook" else None
    return {event_id: detail.event.type} if detail is not None else {}
