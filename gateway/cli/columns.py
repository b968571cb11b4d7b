"""How wide each column of a table may be on a terminal, and how a cell that is too long is shortened.

An id is shortened in the middle, because its beginning says what it is and its end which one. A time loses its seconds,
then its year. Everything else loses its end.
"""

import re
from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

GAP = 2
LEAST = 8
"""No column is made narrower than this; where that is not enough, the terminal wraps the line."""
ELLIPSIS = "…"
_ID = re.compile(r"[A-Za-z]{2,8}_[A-Za-z0-9_]{8,}|[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_TIME = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}", re.ASCII)
_SHORT_TIMES = ((16, slice(0, 16)), (11, slice(5, 16)))


def fitted(rows: Sequence[Sequence[str]], width: int) -> list[list[str]]:
    """The rows with their cells shortened so that a line has at most `width` columns, padding not included."""
    if not rows:
        return []
    widths = [max(cell_len(cell) for cell in column) for column in zip(*rows, strict=True)]
    room = width - GAP * (len(widths) - 1)
    while sum(widths) > room:
        widest = max(range(len(widths)), key=widths.__getitem__)
        if widths[widest] <= LEAST:
            break
        widths[widest] -= 1
    return [[shorten(cell, most) for cell, most in zip(row, widths, strict=True)] for row in rows]


def lines_of(rows: Sequence[Sequence[str]]) -> list[str]:
    """The rows as lines with aligned columns."""
    if not rows:
        return []
    widths = [max(cell_len(cell) for cell in column) for column in zip(*rows, strict=True)]
    gap = " " * GAP
    return [
        gap.join(set_cell_size(cell, most) for cell, most in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def shorten(text: str, most: int) -> str:
    """The text in at most `most` columns of a terminal; a wide letter takes two."""
    if cell_len(text) <= most:
        return text
    if _TIME.fullmatch(text):
        return next((text[part] for length, part in _SHORT_TIMES if length <= most), text[11:16])
    if _ID.fullmatch(text):
        head = (most - 1) // 3
        return text[:head] + ELLIPSIS + text[len(text) - (most - 1 - head) :]
    return set_cell_size(text, most - 1).rstrip() + ELLIPSIS
