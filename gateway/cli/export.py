"""`gateway export`: movements, payments or discrepancies as CSV or JSON lines, streamed to standard output."""

import csv
import io
import sys
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import orjson
import typer

from gateway.cli.help_text import examples
from gateway.cli.terminal import as_utc, run, settings_of_a_database
from gateway.domain.duration import duration_seconds
from gateway.openers import open_database
from gateway.services.operators.export import COLUMNS, Exported, ExportService
from gateway.settings import Settings

BYTE_ORDER_MARK = "\ufeff"
"""By which spreadsheets know that a file is UTF-8."""
EXAMPLES = examples(
    "gateway export movements > movements.csv",
    "gateway export payments --from 2026-11-01 --to 2026-12-01 > november.csv",
    "gateway export discrepancies --window 7d --json",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def register(app: typer.Typer) -> None:
    app.command("export", epilog=EXAMPLES, short_help="Write rows as CSV or JSON lines.")(export)


def export(
    what: Annotated[Exported, typer.Argument(help="movements (by when recorded), payments or discrepancies.")],
    *,
    window: Annotated[str, typer.Option(help="How far back, like 48h or 35d.")] = "35d",
    start: Annotated[datetime | None, typer.Option("--from", help="From then, UTC, in place of --window.")] = None,
    end: Annotated[datetime | None, typer.Option("--to", help="Before then, UTC; by default now.")] = None,
    json: Annotated[bool, typer.Option("--json", help="JSON lines instead of CSV.")] = False,
) -> None:
    """Write rows to standard output: CSV for spreadsheets (UTF-8 with a byte order mark), or JSON lines.

    Amounts are signed minor units, so that their sums are the ledger's. A cell that begins with = + - or @ is made
    safe by an apostrophe before it, except numbers.
    """
    until = as_utc(end) or datetime.now(UTC)
    try:
        since = as_utc(start) or until - timedelta(seconds=duration_seconds(window))
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter(str(error), param_hint="--window") from error
    if since >= until:
        raise typer.BadParameter("the window must begin before it ends", param_hint="--from")
    settings = settings_of_a_database()
    run(lambda: _write(settings, what, since, until, json=json))


async def _write(settings: Settings, what: Exported, start: datetime, end: datetime, *, json: bool) -> None:
    columns = COLUMNS[what]
    if not json:
        sys.stdout.write(BYTE_ORDER_MARK + _csv(columns))
    async with open_database(settings) as database:
        async for line in ExportService(database).lines(what, start=start, end=end):
            sys.stdout.write(
                orjson.dumps(line).decode() + "\n" if json else _csv([_cell(line[column]) for column in columns])
            )
    sys.stdout.flush()


def _csv(cells: Any) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerow(cells)
    return written.getvalue()


def _cell(value: Any) -> Any:
    """As a spreadsheet may open it: text never begins a formula."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        value = " ".join(value)
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return "" if value is None else value
