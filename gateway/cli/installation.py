"""`gateway installation`: whose gateway this is, and what a restored or lost database needs."""

from typing import Annotated

import typer

from gateway.cli.help_text import examples
from gateway.cli.output import print_fields, print_json
from gateway.cli.terminal import fail, run, settings_of_a_database
from gateway.domain.identifiers import parse_instance_id
from gateway.openers import open_database
from gateway.services.running import installation
from gateway.services.running.installation import InstallationView
from gateway.settings import Settings

Json = Annotated[bool, typer.Option("--json", help="JSON instead of lines.")]

RENEW = examples("DATABASE_URL=postgres://staging/… gateway installation renew")
CLAIM = examples("gateway installation claim 0f9a3c5e7b1d4f68a2c4e6f80b1d3f57", "gateway reconcile --adopt")


def register(app: typer.Typer) -> None:
    verbs = typer.Typer(no_args_is_help=True, help="Whose gateway this is: show, renew, claim.")
    verbs.command("show", epilog=examples("gateway installation show --json"), short_help="Show whose it is.")(show)
    verbs.command("renew", epilog=RENEW, short_help="Make a copy an installation of its own.")(renew)
    verbs.command("claim", epilog=CLAIM, short_help="Take over the sessions of a lost database.")(claim)
    app.add_typer(verbs, name="installation")


def show(json: Json = False) -> None:
    """Show the instance id, the mode, and the Stripe account once it is proven. Exit 1 before the first start."""
    settings = settings_of_a_database()

    async def look() -> InstallationView:
        async with open_database(settings) as database:
            return await database.read(installation.peek)

    view = run(look)
    if not view.is_written:
        fail("There is no installation yet: it is written when `gateway serve` or `gateway dev` first starts.")
    _print(view, json=json)


def renew(json: Json = False) -> None:
    """Make a copy an installation of its own, such as a backup restored to staging.

    It gets a new instance id and forgets its account until it is proven again; the old id is kept as a former one, so
    that the sessions in this database stay known.
    """
    settings = settings_of_a_database()
    _print(run(lambda: _renewed(settings)), json=json)


def claim(
    instance: Annotated[str, typer.Argument(metavar="ID", help="The instance id of the lost database, 32 hex digits.")],
    json: Json = False,
) -> None:
    """Take over the sessions of a lost database: those that Stripe has with that id are then treated as ours.

    Run `gateway reconcile --adopt` after it.
    """
    known = parse_instance_id(instance.strip().lower())
    if known is None:
        raise typer.BadParameter("an instance id has 32 hex digits", param_hint="ID")
    settings = settings_of_a_database()

    async def work() -> InstallationView:
        async with open_database(settings) as database:
            return await database.run(lambda connection: installation.claim(connection, known))

    _print(run(work), json=json)


async def _renewed(settings: Settings) -> InstallationView:
    async with open_database(settings) as database:
        return await database.run(installation.renew)


def _print(view: InstallationView, *, json: bool) -> None:
    if json:
        print_json(
            {
                "instance": view.instance,
                "livemode": view.livemode,
                "account": view.account,
                "former": view.former,
                "createdAt": view.created_at,
            }
        )
        return
    print_fields(
        {
            "instance": view.instance,
            "mode": "live" if view.livemode else "test",
            "account": view.account or "not proven yet",
            "former ids": ", ".join(view.former),
            "since": view.created_at,
        }
    )
