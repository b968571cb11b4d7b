"""`gateway audit`: walk the hash-chained history of every payment, and print one line to keep elsewhere."""

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from gateway.cli.help_text import examples
from gateway.cli.output import clean, print_json
from gateway.cli.terminal import run, settings_of_a_database
from gateway.engines.database import Database
from gateway.openers import audit_keys, open_database
from gateway.services.integrity.audit import Verdict
from gateway.services.integrity.audit import verify as walk
from gateway.services.integrity.head import Head, head_of, parse_head
from gateway.services.recording.lines import settled_head
from gateway.settings import Settings

Json = Annotated[bool, typer.Option("--json", help="JSON instead of a sentence.")]

VERIFY = examples("gateway audit verify", 'gateway audit verify --head "$(cat kept-head.txt)"')
HEAD = examples("gateway audit head > kept-head.txt")


def register(app: typer.Typer) -> None:
    audit = typer.Typer(no_args_is_help=True, help="The append-only history of every payment.")
    audit.command("verify", epilog=VERIFY, short_help="Walk every payment's history.")(verify)
    audit.command("head", epilog=HEAD, short_help="Print one line over all histories, to keep elsewhere.")(head)
    app.add_typer(audit, name="audit")


def verify(
    kept: Annotated[
        str | None,
        typer.Option(
            "--head",
            metavar="LINE",
            help="A line of `gateway audit head` that you kept: nothing before it may have been changed or removed.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Walk every payment's history. Exit 0 when all are whole, 1 at the first break, 2 when it could not be walked.

    A changed, missing or foreign line, a gap, a payment ahead of its history, and a payment whose sealed status or
    facts were changed are breaks. With GATEWAY_AUDIT_KEY lines cannot be forged by somebody who has the database
    alone; without it mistakes are found, and forgers are not. Lines made with a key that is not given are named.
    """
    known = parse_head(kept) if kept is not None else None
    if kept is not None and known is None:
        raise typer.BadParameter("write it as `gateway audit head` prints it", param_hint="--head")
    settings = settings_of_a_database()
    verdict, now = run(lambda: _verdict(settings, known))
    is_kept = known is None or now == known
    if json:
        print_json(_to_json(verdict, is_kept=is_kept if known is not None else None))
    else:
        for sentence in _sentences(verdict, is_kept=is_kept, is_keyed=bool(settings.audit_keys)):
            typer.echo(sentence)
    raise typer.Exit(0 if verdict.first_break is None and is_kept else 1)


def head(json: Json = False) -> None:
    """Print one line over all histories. Keep it elsewhere: `gateway audit verify --head LINE` proves later that
    nothing before it was changed or removed. It says nothing about what came after it."""
    settings = settings_of_a_database()
    line = run(lambda: _head(settings))
    print_json({"head": str(line), "lines": line.lines}) if json else typer.echo(str(line))


async def _head(settings: Settings) -> Head:
    async with open_database(settings) as database:
        return await head_of(database, last_id=await settled_head(database))


async def _verdict(settings: Settings, known: Head | None) -> tuple[Verdict, Head | None]:
    console = Console(stderr=True)
    async with open_database(settings) as database:
        with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task("Walking the history", total=None)
            verdict = await walk(
                database,
                audit_keys(settings),
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
        return verdict, await _head_then(database, known)


async def _head_then(database: Database, known: Head | None) -> Head | None:
    return await head_of(database, last_id=known.last_id) if known is not None else None


def _sentences(verdict: Verdict, *, is_kept: bool, is_keyed: bool) -> list[str]:
    found, said = verdict.first_break, []
    if found is not None:
        said.append(f"Broken: payment {clean(found.payment_id)}, version {found.version}: {clean(found.sentence)}.")
    if not is_kept:
        said.append("Broken: lines before the given head were changed or removed.")
    if not said:
        said.append(f"The histories of {verdict.payments} payments are whole.")
    for key_id, count in sorted(verdict.unjudged.items()):
        said.append(
            f"{count} lines were made with the key {key_id}, which GATEWAY_AUDIT_KEY does not hold: they could not be "
            "judged. That is no break; give the key to judge them."
        )
    if not is_keyed:
        said.append("GATEWAY_AUDIT_KEY is not set: this finds mistakes, and does not find a forger.")
    return said


def _to_json(verdict: Verdict, *, is_kept: bool | None) -> dict[str, object]:
    found = verdict.first_break
    broken = {"paymentId": found.payment_id, "version": found.version, "what": found.sentence} if found else None
    return {
        "payments": verdict.payments,
        "firstBreak": broken,
        "unjudged": dict(verdict.unjudged),
        "unkeyed": verdict.unkeyed,
        "headHolds": is_kept,
    }
