"""How commands print: tables on a terminal, tab-separated lines in a pipe, JSON when asked.

A table fits the terminal, so that ids in it may be shortened; in a pipe and with `--wide` everything is whole. What is
printed may have come from anonymous clients (a reference, an error), so nothing of it may steer the terminal.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway.cli.columns import fitted, lines_of, shorten
from gateway.services.operators.paging import Page

Wide = Annotated[bool, typer.Option("--wide", help="Whole ids and texts, however long the lines become.")]

SHORT_ID = 20


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n")


def print_table(columns: Sequence[str], lines: Iterable[Sequence[object]], *, wide: bool = False) -> None:
    """Columns under their names."""
    rows = [list(columns), *([clean(cell) for cell in line] for line in lines)]
    console = Console(highlight=False, soft_wrap=True)
    if not console.is_terminal:
        for row in rows:
            sys.stdout.write("\t".join(row) + "\n")
        return
    heading, *body = lines_of(rows if wide else fitted(rows, console.width))
    console.print(Text(heading, style="bold"))
    for line in body:
        console.print(Text(line))


def short_id(text: str, *, wide: bool) -> str:
    """An id within a sentence: shortened on a terminal, unless `wide`."""
    return text if wide or not Console().is_terminal else shorten(text, SHORT_ID)


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
