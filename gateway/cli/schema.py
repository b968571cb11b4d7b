"""`gateway schema`: the GraphQL SDL, exactly as `schema.graphql` at the root of the repository holds it."""

import typer

from gateway.cli.help_text import examples
from gateway.graphql.schema import print_sdl


def register(app: typer.Typer) -> None:
    app.command("schema", epilog=examples("gateway schema > schema.graphql"))(schema)


def schema() -> None:
    """Print the GraphQL schema in SDL."""
    typer.echo(print_sdl(), nl=False)
