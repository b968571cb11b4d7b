"""`gateway playground`: bring GraphiQL's files into the house, so that the playground works without a network."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.graphql.playground import SCRIPTS, STYLE, assets_directory, install_assets
from gateway.settings import SettingsError

PACKAGES = " ".join(dict.fromkeys(f"{asset.package}@{asset.version}" for asset in (STYLE, *SCRIPTS)))
HOW = f"npm install --no-save {PACKAGES} && gateway playground node_modules"


def register(app: typer.Typer) -> None:
    app.command("playground")(playground)


def playground(
    node_modules: Annotated[Path, typer.Argument(help="An npm folder that holds the pinned packages.")],
) -> None:
    """Install GraphiQL's files from npm packages, each checked against its pinned hash.

    Without them the playground at /graphql loads them from unpkg.com.
    """
    try:
        install_assets(node_modules)
    except (OSError, ValueError) as error:
        raise SettingsError([f"The playground's files could not be installed: {error}.", f"First: {HOW}"]) from error
    typer.echo(f"Installed in {assets_directory()}")
