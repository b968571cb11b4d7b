"""Pages of a list, newest first, as GraphQL's connections want them: opaque cursors, bounded pages.

A cursor is the time and the id of the row it stands behind, so that a page stays right while rows are added.
"""

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from tortoise.expressions import Q

from gateway.domain.errors import InvalidRequest
from gateway.domain.language import Text

FIRST_AT_MOST = 200
CURSOR_AT_MOST = 1000

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Edge(Generic[Item]):
    cursor: str
    node: Item


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """`end_cursor` is what to ask for `after` next, while `has_next`."""

    edges: tuple[Edge[Item], ...]
    has_next: bool

    @property
    def end_cursor(self) -> str | None:
        return self.edges[-1].cursor if self.edges else None

    @property
    def nodes(self) -> tuple[Item, ...]:
        return tuple(edge.node for edge in self.edges)


def check_first(first: int) -> int:
    """Raises InvalidRequest outside 1 to 200."""
    if not 1 <= first <= FIRST_AT_MOST:
        raise InvalidRequest(
            problem=Text(
                en=f"`first` must be between 1 and {FIRST_AT_MOST}.", zh=f"first 必须在 1 到 {FIRST_AT_MOST} 之间。"
            )
        )
    return first


def cursor_of(at: datetime, key: str) -> str:
    return base64.urlsafe_b64encode(f"{at.isoformat()},{key}".encode()).decode().rstrip("=")


def after_cursor(cursor: str, *, at: str) -> Q:
    """What comes after the row of this cursor in a list ordered by the column `at`, then by id, both descending.

    Raises InvalidRequest when it is no cursor of ours.
    """
    place = _parse(cursor)
    if place is None:
        raise InvalidRequest(problem=Text(en="`after` is no cursor of this list.", zh="after 不是此列表的有效游标。"))
    moment, key = place
    earlier: dict[str, Any] = {f"{at}__lt": moment}
    same: dict[str, Any] = {at: moment, "id__lt": key}
    return Q(**earlier) | Q(**same)


def _parse(cursor: str) -> tuple[datetime, str] | None:
    if len(cursor) > CURSOR_AT_MOST:
        return None
    padded = cursor + "=" * (-len(cursor) % 4)
    try:
        at, _, key = base64.b64decode(padded, altchars=b"-_", validate=True).decode().partition(",")
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None or not key or "\x00" in key:
            return None
        return moment.astimezone(UTC), key
    except (ValueError, OverflowError, binascii.Error):
        return None
