"""`gateway`: the list of commands, each of which is imported when it is run, and what becomes of an error.

A command imports what it needs and no more, so that `--help` answers at once.
"""

import importlib
import sys
from collections.abc import Iterator, MutableMapping
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from gateway import __version__

VERBS = {
    "dev": "Run all of it here, with a pretend Stripe beside it.",
    "serve": "Serve payments, in production.",
    "sandbox": "A pretend Stripe alone, for front ends and CI.",
    "migrate": "Bring the schema of the database up to date.",
    "schema": "Print the GraphQL schema in SDL.",
    "reconcile": "Compare us with Stripe, and repair what can be.",
    "events": "The webhook inbox: list, show, replay.",
    "payments": "Payments: list, show, explain.",
    "discrepancies": "What somebody has to look at.",
    "catalogue": "The file of what is sold: pull, check.",
    "refund": "Give a buyer's money back, through Stripe.",
    "deliveries": "Notices to the shop's own back ends.",
    "export": "Write rows as CSV or JSON lines.",
    "audit": "The append-only history of every payment.",
    "installation": "Whose gateway this is: show, renew, claim.",
    "doctor": "What is wrong here, and how to fix it.",
    "assets": "Fetch the files of the playground and REST docs.",
}
"""Each is the module of that name beside this one; a test holds the sentence to the command's own."""
_PLAIN: dict[str, Any] = {
    "pretty_exceptions_enable": False,
    "add_completion": False,
    "rich_markup_mode": None,  # Plain help reads the same on a terminal of 80 columns, in a pipe and aloud.
}


def load(name: str) -> Any:
    """The module of that name in this folder."""
    return importlib.import_module(f"gateway.cli.{name}")


class _Commands(MutableMapping[str, Any]):
    """The commands by name; to ask for one imports its module."""

    def __init__(self) -> None:
        self._loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in VERBS:
            raise KeyError(name)
        if name not in self._loaded:
            verb = typer.Typer(**_PLAIN)
            load(name).register(verb)
            self._loaded[name] = get_group(verb).commands[name]
        return self._loaded[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        del self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(VERBS)

    def __len__(self) -> int:
        return len(VERBS)


class _Verbs(TyperGroup):
    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = _Commands()

    def list_commands(self, ctx: Any) -> list[str]:
        return list(self.commands)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))


app = typer.Typer(
    name="gateway",
    cls=_Verbs,
    help="A GraphQL gateway in front of Stripe Checkout: create a session, send the buyer, watch the payment.",
    epilog="New here? Run: gateway dev",
    no_args_is_help=True,
    **_PLAIN,
)


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
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        problems = load("refusals").problems_of(error)
        if not problems:
            raise
        typer.echo("The gateway cannot run:\n", err=True)
        for problem in problems:
            typer.echo(f"  • {problem}", err=True)
        sys.exit(2)
