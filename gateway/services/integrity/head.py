"""One line over all chains of the history, to be kept elsewhere: that nothing before it was changed or removed.

It is `lines:last id:hash`, over every line up to an id in the order of the ids. Whoever kept it can prove later that
these lines are the same; it says nothing about lines written since.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import partial

from gateway.engines.database import Connection, Database
from gateway.models import StatusChange

BATCH = 1000
_HEAD = re.compile(r"(\d{1,18}):(\d{1,18}):([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Head:
    """`lines` up to and including the line `last_id`."""

    lines: int
    last_id: int
    hash: str

    def __str__(self) -> str:
        return f"{self.lines}:{self.last_id}:{self.hash}"


def parse_head(text: str) -> Head | None:
    """What `str` of a head gives back, or None."""
    match = _HEAD.fullmatch(text.strip())
    return Head(int(match[1]), int(match[2]), match[3]) if match else None


async def head_of(database: Database, *, last_id: int) -> Head:
    """Over the lines up to this id; on PostgreSQL those that write now must have ended before."""
    running, count, place = hashlib.sha256(), 0, 0
    while lines := await database.read(partial(_after, place=place, last_id=last_id)):
        for line in lines:
            running.update(f"{line.id} {line.payment_id} {line.version} {line.hash}\n".encode())
        count, place = count + len(lines), lines[-1].id
    return Head(count, last_id, running.hexdigest())


async def _after(connection: Connection, *, place: int, last_id: int) -> list[StatusChange]:
    query = StatusChange.filter(id__gt=place, id__lte=last_id).using_db(connection).order_by("id").limit(BATCH)
    return await query.only("id", "payment_id", "version", "hash")
