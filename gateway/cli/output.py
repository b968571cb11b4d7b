"""How commands print: tables on a terminal, tab-separated lines in a pipe, JSON when asked.

What is printed may have come from strangers (a reference, an error), so nothing of it may steer the terminal.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway.services.operators.paging import Page


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n")


def print_table(columns: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
    """Columns under their names."""
    rows = [[clean(cell) for cell in line] for line in lines]
    console = Console(highlight=False)
    if not console.is_terminal:
        for row in (columns, *rows):
            sys.stdout.write("\t".join(row) + "\n")
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)


def print_fields(fields: Mapping[str, object]) -> None:
    """One thing, a line a field; what is not known is left out."""
    known = [(name, clean(value)) for name, value in fields.items() if value is not None and value != ""]
    console = Console(highlight=False)
    if not console.is_terminal:
        for name, value in known:
            sys.stdout.write(f"{name}\t{value}\n")
        return
    table = Table.grid(padding=(0, 2))
    for name, value in known:
        table.add_row(Text(name, style="bold"), Text(value))
    console.print(table)


def next_cursor(page: Page[Any]) -> str | None:
    return page.end_cursor if page.has_next else None


def print_next(page: Page[Any]) -> None:
    """How to go on; on standard error, so that a pipe gets lines alone."""
    if page.has_next:
        print(f"There are more: --after {page.end_cursor}", file=sys.stderr)


def clean(value: object) -> str:
    """A cell: times in UTC to the second, nothing for None, no control characters."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict | list):
        value = orjson.dumps(value).decode()
    return "".join(letter if letter.isprintable() else "�" for letter in str(value))
