"""`gateway catalogue`: the file of what is sold, written from Stripe's prices and compared with them."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.dev_folder import operators_settings
from gateway.cli.help_text import examples
from gateway.cli.output import Wide, print_json, print_table
from gateway.cli.terminal import fail, run
from gateway.openers import load_catalogue, open_account
from gateway.services.running import catalogue_file
from gateway.services.running.catalogue_file import ComparedPackage
from gateway.settings import Settings
from gateway.stripe_api.errors import StripeFault

PULL = examples("gateway catalogue pull > catalogue.toml", "gateway catalogue pull --output catalogue.toml")
CHECK = examples("gateway catalogue check", "GATEWAY_CATALOGUE=new.toml gateway catalogue check --json")


def register(app: typer.Typer) -> None:
    catalogue = typer.Typer(no_args_is_help=True, help="The file of what is sold: pull, check.")
    catalogue.command("pull", epilog=PULL, short_help="Write it from Stripe's active prices.")(pull)
    catalogue.command("check", epilog=CHECK, short_help="Compare what is shown with what is charged.")(check)
    app.add_typer(catalogue, name="catalogue")


def pull(
    output: Annotated[
        Path | None, typer.Option(help="A file to write, which must not be there yet; by default standard output.")
    ] = None,
) -> None:
    """Write a catalogue file from the account's active prices. Then name it in GATEWAY_CATALOGUE."""
    settings = operators_settings(needs_stripe=True, asks_stripe=True)
    if output is not None and output.exists():
        fail(f"--output: {output} is there already; name another, or remove it.", status=2)
    toml = run(lambda: _pulled(settings))
    if output is None:
        typer.echo(toml, nl=False)
        return
    try:
        output.write_text(toml, "utf-8")
    except OSError as error:
        fail(f"--output: {output} cannot be written: {error.strerror}.", status=2)
    typer.echo(f"Wrote {output}. Use it with: GATEWAY_CATALOGUE={output}")


def check(
    json: Annotated[bool, typer.Option("--json", help="JSON instead of a table.")] = False, wide: Wide = False
) -> None:
    """Compare what the catalogue shows with what Stripe charges, and its options with what the account has.

    Exit 0 when all agrees, 1 when something differs, 2 when Stripe does not answer.
    """
    settings = operators_settings(needs_stripe=True, asks_stripe=True)
    compared, lacking = run(lambda: _compared(settings))
    bad = [one for one in compared if one.problem is not None]
    if json:
        lines = [{"priceId": one.price_id, "shown": one.shown, "problem": one.problem} for one in compared]
        print_json({"packages": lines, "lacking": lacking})
    else:
        table = [(one.price_id, one.shown, one.problem or "as charged") for one in compared]
        print_table(("price", "shown", "at Stripe"), table, wide=wide)
        for problem in lacking:
            typer.echo(problem)
    raise typer.Exit(1 if bad or lacking else 0)


async def _pulled(settings: Settings) -> str:
    try:
        async with open_account(settings) as (account, _):
            return catalogue_file.toml_of([price async for price in account.active_prices()])
    except StripeFault as fault:
        raise fault.error from fault


async def _compared(settings: Settings) -> tuple[list[ComparedPackage], list[str]]:
    catalogue = load_catalogue(settings)
    try:
        async with open_account(settings) as (account, stripe):
            compared = [one async for one in catalogue_file.compare(catalogue, stripe)]
            return compared, await catalogue_file.lacking(catalogue, account)
    except StripeFault as fault:
        raise fault.error from fault
