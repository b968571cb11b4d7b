"""`gateway migrate`: bring the schema of DATABASE_URL up to date."""

import asyncio
from typing import Annotated

import typer

from gateway.cli.help_text import examples
from gateway.models.migrations import upgrade
from gateway.openers import read_schema_state
from gateway.settings import NO_STRIPE, load_settings

EXAMPLES = examples("gateway migrate", "gateway migrate --check")


def register(app: typer.Typer) -> None:
    app.command("migrate", epilog=EXAMPLES, short_help="Bring the schema of the database up to date.")(migrate)


def migrate(
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit 1 when not current.")] = False,
) -> None:
    """Apply the migrations the database lacks. Safe to run from several machines at once."""
    settings = load_settings(defaults=NO_STRIPE)
    if check:
        state = asyncio.run(read_schema_state(settings))
        typer.echo(state.sentence)
        raise typer.Exit(0 if state.is_current else 1)
    applied = asyncio.run(upgrade(settings, waiting=lambda: typer.echo("Another process migrates; waiting for it.")))
    for name in applied:
        typer.echo(f"Applied {name}")
    state = asyncio.run(read_schema_state(settings))
    typer.echo(state.sentence)
    raise typer.Exit(0 if state.is_current else 1)
