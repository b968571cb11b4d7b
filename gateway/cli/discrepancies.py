"""`gateway discrepancies`: what somebody has to look at, and what an operator says of it."""

import getpass
import sys
from typing import Annotated, Any

import orjson
import typer

from gateway.cli.help_text import examples
from gateway.cli.output import Wide, print_fields, print_next, print_table
from gateway.cli.terminal import ask
from gateway.domain.discrepancies import DiscrepancyKind, DiscrepancyState
from gateway.services.operators.desk import DeskFilter, DiscrepancyView
from gateway.services.operators.export import discrepancy_line

Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
LIST = examples(
    "gateway discrepancies list --kind late_money",
    "gateway discrepancies list --all --json",
)
ACKNOWLEDGE = examples('gateway discrepancies acknowledge 3f1c9a52 --note "asked the bank"')
RESOLVE = examples('gateway discrepancies resolve 3f1c9a52 --note "refunded by hand"')
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="The row's id, or the beginning of it.")]
By = Annotated[str | None, typer.Option("--by", help="Who says so; by default the user of this machine.")]


def register(app: typer.Typer) -> None:
    desk = typer.Typer(
        no_args_is_help=True,
        help="What somebody has to look at: list, show, acknowledge, resolve.",
        short_help="What somebody has to look at.",
    )
    desk.command("list", epilog=LIST, short_help="List what is open, the latest first.")(list_discrepancies)
    desk.command("show", epilog=examples("gateway discrepancies show 3f1c9a52"))(show)
    desk.command("acknowledge", epilog=ACKNOWLEDGE, short_help="Say that you have seen it.")(acknowledge)
    desk.command("resolve", epilog=RESOLVE, short_help="Say that it was dealt with, and how.")(resolve)
    app.add_typer(desk, name="discrepancies")


def list_discrepancies(
    *,
    kind: Annotated[
        DiscrepancyKind | None, typer.Option(metavar="KIND", help="Only this kind, like late_money.")
    ] = None,
    state: Annotated[
        DiscrepancyState | None, typer.Option(metavar="STATE", help=f"Only this state: {', '.join(DiscrepancyState)}.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Those that are resolved too.")] = False,
    session: Annotated[str | None, typer.Option(help="Only those that concern this session.")] = None,
    first: Annotated[int, typer.Option(min=1, max=200, help="How many.")] = 50,
    after: Annotated[str | None, typer.Option(help="Go on from this cursor.")] = None,
    wide: Wide = False,
    json: Json = False,
) -> None:
    """List what is open or acknowledged, the latest opened first. Nothing ages out of this list.

    Exit 0, whether there is something or not: `gateway reconcile --strict` is the check for scripts.
    """
    where = DeskFilter(kind=kind, state=state, unresolved=state is None and not everything, session_id=session)
    page = ask(lambda services: services.desk.page(where, first=first, after=after))
    if json:
        for view in page.nodes:
            _print_line(view)
    else:
        lines = [(v.opened_at, v.id[:8], v.kind, v.state, v.subject, v.detail) for v in page.nodes]
        print_table(("opened", "id", "kind", "state", "subject", "detail"), lines, wide=wide)
    print_next(page)


def show(discrepancy: IdArgument, json: Json = False, wide: Wide = False) -> None:
    """Show one with every step it took. Exit 2 when there is none."""
    view = ask(lambda services: services.desk.find(discrepancy))
    if json:
        _print_line(view, with_changes=True)
        return
    print_fields(_fields(view))
    typer.echo("\nSteps")
    lines = [(c.at, c.from_state, c.to_state, c.by, c.note) for c in view.changes]
    print_table(("at", "from", "to", "by", "note"), lines, wide=wide)


def acknowledge(
    discrepancy: IdArgument,
    note: Annotated[str | None, typer.Option(help="What you want others to know.")] = None,
    by: By = None,
    json: Json = False,
) -> None:
    """Say that you have seen it. It stays until its cause is gone or somebody resolves it."""
    view = ask(lambda services: services.desk.acknowledge(discrepancy, by=operator_name(by), note=note))
    _print_done(view, json=json)


def resolve(
    discrepancy: IdArgument,
    note: Annotated[str, typer.Option(help="How it was dealt with. Required.")],
    by: By = None,
    json: Json = False,
) -> None:
    """Say that it was dealt with, and how. It opens again only when something else is found."""
    view = ask(lambda services: services.desk.resolve(discrepancy, by=operator_name(by), note=note))
    _print_done(view, json=json)


def operator_name(name: str | None) -> str:
    """Who is noted: the name that was given, else the user of this machine."""
    if name:
        return name
    try:
        return f"{getpass.getuser()} (command line)"
    except (KeyError, OSError):
        return "command line"


def _print_done(view: DiscrepancyView, *, json: bool) -> None:
    _print_line(view) if json else typer.echo(f"{view.kind} of {view.subject} is {view.state}.")


def _print_line(view: DiscrepancyView, *, with_changes: bool = False) -> None:
    line: dict[str, Any] = discrepancy_line(view, list(view.payments))
    if with_changes:
        line["changes"] = [
            {"from": c.from_state, "to": c.to_state, "by": c.by, "note": c.note, "detail": c.detail, "at": c.at}
            for c in view.changes
        ]
    sys.stdout.write(orjson.dumps(line).decode() + "\n")


def _fields(view: DiscrepancyView) -> dict[str, object]:
    return {
        "id": view.id,
        "kind": view.kind,
        "subject": view.subject,
        "detail": view.detail,
        "state": view.state,
        "payments": ", ".join(view.payments),
        "opened": view.opened_at,
        "last seen": view.last_seen_at,
    }
