"""`gateway assets`: bring in the files of the playground and of the REST documentation's page."""

from typing import Annotated

import typer

from gateway.cli.help_text import examples
from gateway.http.asset_fetching import NotFetched, fetch_assets
from gateway.http.assets import ALL, FOLDER, HOW, missing
from gateway.settings import SettingsError

EXAMPLES = examples("gateway assets", "gateway assets --check", "gateway assets && python -m build     a release")


def register(app: typer.Typer) -> None:
    app.command("assets", epilog=EXAMPLES, short_help="Fetch the files of the playground and REST docs.")(assets)


def assets(
    check: Annotated[bool, typer.Option("--check", help="Fetch nothing; exit 1 unless every file is there.")] = False,
) -> None:
    """Fetch GraphiQL's and Swagger UI's files from npm, each checked against its pinned hash.

    Wheels and images come with them; a checkout of the source does not. It needs npm, once. Without the files the
    playground and the page of the REST documentation say that they are missing, and everything else works.
    """
    if check:
        absent = missing()
        for asset in absent:
            typer.echo(f"{asset.name} is missing or is not the pinned file.")
        typer.echo(f"Fetch them: {HOW}" if absent else f"All {len(ALL)} files are there.")
        raise typer.Exit(1 if absent else 0)
    try:
        fetch_assets()
    except NotFetched as error:
        raise SettingsError([str(error)]) from error
    typer.echo(f"{len(ALL)} files are in {FOLDER}. A gateway that runs already needs a new start to serve them.")
