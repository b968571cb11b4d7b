"""What `--help` and `--version` print."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from gateway import __version__
from gateway.cli.main import VERBS, app


def _commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    children = getattr(command, "commands", None)
    if children is None:
        yield path
        return
    for name, child in children.items():
        yield from _commands(child, (*path, name))


COMMANDS = sorted(_commands(get_command(app)))


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_the_help_of_a_command_fits_80_columns_and_has_an_example(path: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(app, [*path, "--help"], env={"COLUMNS": "80"})
    assert shown.exit_code == 0
    assert [line for line in shown.output.splitlines() if len(line) > 80] == []
    assert "Examples:\n  " in shown.output
    assert f"gateway {' '.join(path)}" in shown.output.partition("Examples:")[2]


def test_the_list_of_commands_says_of_each_what_it_does() -> None:
    shown = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "80"})
    cut_off = [line for line in shown.output.splitlines() if line.endswith("...") and not line.startswith("Usage:")]
    assert cut_off == []
    assert "gateway dev" in shown.output


@pytest.mark.parametrize("verb", VERBS)
def test_what_the_list_says_of_a_command_is_what_the_command_says(verb: str) -> None:
    command: Any = get_command(app).commands[verb]  # type: ignore[attr-defined]
    assert command.get_short_help_str(200) == VERBS[verb]


def test_help_imports_no_command() -> None:
    """Neither the web framework, nor the database, nor Stripe: help is printed before they could be imported."""
    script = "import sys; from gateway.cli.main import app; app(['--help'], standalone_mode=False); print(*sys.modules)"
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(shown.stdout.rpartition("\n\n")[2].split())
    assert "typer" in loaded
    assert loaded & {"fastapi", "strawberry", "tortoise", "stripe", "pydantic", "uvicorn", "gateway.settings"} == set()


def test_the_version_is_printed() -> None:
    shown = CliRunner().invoke(app, ["--version"])
    assert (shown.exit_code, shown.output) == (0, f"gateway {__version__}\n")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ("dev --port many", "--port"),
        ("dev --sandbox-port 70000", "--sandbox-port"),
        ("serve --workers 0", "--workers"),
        ("payments list --status lost", "--status"),
        ("reconcile --window soon", "--window"),
        ("dev --dta x", "--dta"),
    ],
)
def test_a_mistake_names_the_option(arguments: str, named: str) -> None:
    shown = CliRunner().invoke(app, arguments.split())
    assert shown.exit_code == 2
    assert named in shown.output
