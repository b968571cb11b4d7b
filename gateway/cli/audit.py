"""`gateway audit verify`: walk the hash-chained history of every payment."""

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from gateway.bootstrap import open_database
from gateway.cli.house import run, settings_of_a_database
from gateway.cli.output import clean, print_json
from gateway.services.integrity.audit import Verdict
from gateway.services.integrity.audit import verify as walk
from gateway.settings import Settings


def register(app: typer.Typer) -> None:
    audit = typer.Typer(no_args_is_help=True, help="The append-only history of every payment.")
    audit.callback()(_several_verbs)
    audit.command("verify")(verify)
    app.add_typer(audit, name="audit")


def verify(json: Annotated[bool, typer.Option("--json", help="JSON instead of a sentence.")] = False) -> None:
    """Walk every payment's history. Exit 0 when all are whole, 1 at the first break, 2 when it could not be walked.

    A changed, missing or foreign line, a gap, and a payment ahead of its history are breaks.
    """
    settings = settings_of_a_database()
    verdict = run(lambda: _verdict(settings))
    found = verdict.first_break
    if json:
        broken = {"paymentId": found.payment_id, "version": found.version, "what": found.sentence} if found else None
        print_json({"payments": verdict.payments, "firstBreak": broken})
    elif found is not None:
        typer.echo(f"Broken: payment {clean(found.payment_id)}, version {found.version}: {clean(found.sentence)}.")
    else:
        typer.echo(f"The histories of {verdict.payments} payments are whole.")
    raise typer.Exit(1 if found is not None else 0)


async def _verdict(settings: Settings) -> Verdict:
    console = Console(stderr=True)
    async with open_database(settings) as database:
        with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task("Walking the history", total=None)
            return await walk(database, progress=lambda done, total: bar.update(task, completed=done, total=total))


def _several_verbs() -> None:
    """Keeps `verify` a word of its own while it is the only one."""
