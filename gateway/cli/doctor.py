"""`gateway doctor`: what is wrong with this installation, or with its data, and how to fix it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from gateway.cli.dev_folder import operators_settings
from gateway.cli.help_text import examples
from gateway.cli.output import clean, print_json
from gateway.cli.terminal import run, settings_of_a_database
from gateway.domain.duration import duration_seconds
from gateway.openers import audit_keys, load_catalogue, open_database, open_doctor, open_stripe
from gateway.services.integrity import invariants
from gateway.services.integrity.invariants import CHECKED, Report
from gateway.services.running import installation
from gateway.services.running.verdict import Mark, Verdict, passed, skipped
from gateway.settings import NO_STRIPE, Settings, SettingsError
from gateway.stripe_api.checkout import StripeCheckout

EXAMPLES = examples("gateway doctor", "gateway doctor --json", "gateway doctor --invariants --window 7d")
LEDGER_INVARIANT = "I9"
SIGNS = {Mark.OK: "[green]✓[/green]", Mark.FAILED: "[red]✗[/red]", Mark.SKIPPED: "–"}


def register(app: typer.Typer) -> None:
    app.command("doctor", epilog=EXAMPLES, short_help="What is wrong here, and how to fix it.")(doctor)


def doctor(
    of_data: Annotated[
        bool, typer.Option("--invariants", help="Check the data instead: everything that must hold, row by row.")
    ] = False,
    window: Annotated[
        str, typer.Option(help="With --invariants: how far back Stripe's sessions are compared, like 48h.")
    ] = "48h",
    json: Annotated[bool, typer.Option("--json", help="JSON instead of lines.")] = False,
) -> None:
    """Examine settings, database, migrations, Redis, Stripe and the clock; every point that fails comes with its fix.

    Exit 0 when nothing fails, 1 when something does, 2 when the data could not be read.
    """
    if of_data:
        _examine_data(window, json=json)
    verdicts = run(lambda: _verdicts(_Show(json=json)))
    bad = sum(verdict.mark is Mark.FAILED for verdict in verdicts)
    if json:
        print_json([_verdict_to_json(verdict) for verdict in verdicts])
    else:
        typer.echo(_summary(bad, len(verdicts)))
    raise typer.Exit(1 if bad else 0)


def _summary(bad: int, checks: int) -> str:
    return f"unhealthy: {bad} of {checks} checks failed" if bad else "healthy: no check failed"


class _Show:
    """Prints each verdict as it comes, unless JSON is wanted at the end."""

    def __init__(self, *, json: bool) -> None:
        self._console = None if json else Console(highlight=False, soft_wrap=True)

    def __call__(self, verdict: Verdict) -> Verdict:
        if self._console is not None:
            self._console.print(f"{SIGNS[verdict.mark]} {verdict.name}: ", end="")
            self._console.print(clean(verdict.sentence), markup=False)
            if verdict.fix is not None:
                self._console.print(f"    → {clean(verdict.fix)}", markup=False)
        return verdict


async def _verdicts(show: _Show) -> list[Verdict]:
    try:
        settings = operators_settings(needs_stripe=True)
        packages = len(load_catalogue(settings))
    except SettingsError as error:
        verdicts = [show(Verdict("settings", Mark.FAILED, problem, count=1)) for problem in error.problems]
        others = ("database", "migrations", "redis", "stripe key", "webhook endpoint", "prices", "clock")
        return verdicts + [show(skipped(name, "the settings could not be read")) for name in others]
    verdicts = [show(passed("settings", f"complete; {packages} packages in the catalogue"))]
    async with open_doctor(settings) as examiner:
        verdicts += [show(verdict) async for verdict in examiner.examine()]
    return verdicts


def _examine_data(window: str, *, json: bool) -> None:
    try:
        since = datetime.now(UTC) - timedelta(seconds=duration_seconds(window))
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter(str(error), param_hint="--window") from error
    settings = settings_of_a_database()
    report = run(lambda: _report(settings, since))
    if json:
        print_json(_report_to_json(report))
    else:
        _print_report(report)
    raise typer.Exit(0 if report.ok else 1)


async def _report(settings: Settings, since: datetime) -> Report:
    console = Console(stderr=True)
    async with open_database(settings) as database, _stripe_if_known(settings) as stripe:
        with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task("Checking", total=None)
            return await invariants.check(
                database,
                keys=audit_keys(settings),
                livemode=settings.livemode,
                instances=(await database.read(installation.peek)).instances,
                stripe=stripe,
                since=since,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )


@asynccontextmanager
async def _stripe_if_known(settings: Settings) -> AsyncIterator[StripeCheckout | None]:
    """Our own rows can be checked without a key; the report says what then was not."""
    if settings.stripe_api_key.get_secret_value() == NO_STRIPE["stripe_api_key"]:
        yield None
        return
    async with open_stripe(settings) as stripe:
        yield stripe


def _print_report(report: Report) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for name, meaning in CHECKED.items():
        count = report.counts.get(name, 0)
        sign = Mark.FAILED if count else Mark.SKIPPED if name in report.unchecked else Mark.OK
        unchecked = f" (not checked: {report.unchecked[name]})" if name in report.unchecked else ""
        note = f" ({count} violations)" if count else unchecked
        console.print(f"{SIGNS[sign]} {name} {meaning}{note}")
    for violation in report.violations:
        console.print(f"{violation.invariant}  {clean(violation.subject)}: {clean(violation.sentence)}", markup=False)
    for line in report.ledger:
        console.print(
            f"ledger {line.currency}: here {line.here_minor}, at Stripe {line.there_minor}, drift {line.drift_minor} "
            "(minor units, captured less refunds and disputes)"
        )
    console.print(_summary(sum(bool(report.counts.get(name)) for name in CHECKED), len(CHECKED)))


def _verdict_to_json(verdict: Verdict) -> dict[str, object]:
    return {
        "name": verdict.name,
        "ok": verdict.mark is not Mark.FAILED,
        "count": verdict.count,
        "skipped": verdict.mark is Mark.SKIPPED,
        "sentence": verdict.sentence,
        "fix": verdict.fix,
    }


def _report_to_json(report: Report) -> list[dict[str, object]]:
    """One object an invariant; what was compared with Stripe stands in that of the ledger."""
    ledger = [
        {
            "currency": line.currency,
            "hereMinor": line.here_minor,
            "thereMinor": line.there_minor,
            "driftMinor": line.drift_minor,
        }
        for line in report.ledger
    ]
    return [
        {
            "name": name,
            "ok": not report.counts.get(name),
            "count": report.counts.get(name, 0),
            "skipped": name in report.unchecked,
            "sentence": report.unchecked.get(name, meaning),
            "violations": [
                {"subject": v.subject, "sentence": v.sentence} for v in report.violations if v.invariant == name
            ],
        }
        | ({"ledger": ledger} if name == LEDGER_INVARIANT else {})
        for name, meaning in CHECKED.items()
    ]
