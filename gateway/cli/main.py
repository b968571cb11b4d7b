"""`gateway`: the one entry point, and what becomes of an error on its way to the terminal."""

import sys
from typing import Annotated, Any, NoReturn

import typer

from gateway import __version__
from gateway.cli import (
    assets,
    audit,
    dev,
    discrepancies,
    doctor,
    events,
    export,
    installation,
    migrate,
    payments,
    reconcile,
    sandbox,
    schema,
    serve,
)
from gateway.domain.errors import ServiceUnavailable
from gateway.settings import SettingsError
from gateway.telemetry.logs import redact

app = typer.Typer(
    name="gateway",
    help="A GraphQL gateway in front of Stripe Checkout: create a session, send the buyer, watch the payment.",
    epilog="New here? Run: gateway dev",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,  # Plain help reads the same on a terminal of 80 columns, in a pipe and aloud.
)
NO_DATABASE = (
    "The database of DATABASE_URL does not answer. PostgreSQL: is it running, do user and password fit? "
    "SQLite: does the folder exist, and may we write in it?"
)

VERBS: tuple[Any, ...] = (
    dev,
    serve,
    sandbox,
    migrate,
    schema,
    reconcile,
    events,
    payments,
    discrepancies,
    export,
    audit,
    installation,
    doctor,
    assets,
)
for verb in VERBS:
    verb.register(app)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gateway {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Exit 2 when a command cannot run, with every problem in one message; 130 after Ctrl-C."""
    try:
        app()
    except SettingsError as error:
        _refuse(error.problems)
    except ServiceUnavailable as error:
        said = redact(str(error.__cause__ or "")).strip()
        _refuse([f"{NO_DATABASE} It said: {said}" if said else NO_DATABASE])
    except KeyboardInterrupt:
        sys.exit(130)


def _refuse(problems: list[str]) -> NoReturn:
    typer.echo("The gateway cannot run:\n", err=True)
    for problem in problems:
        typer.echo(f"  • {problem}", err=True)
    sys.exit(2)
