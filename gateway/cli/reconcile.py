"""`gateway reconcile`: compare with Stripe, repair, and print what was different."""

import asyncio
import logging
import sys
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from gateway.bootstrap import open_services, require_writable
from gateway.cli.dev_folder import operators_settings
from gateway.cli.help_text import examples
from gateway.cli.output import Wide, short_id
from gateway.domain.duration import duration_seconds
from gateway.domain.errors import GatewayError
from gateway.domain.language import Language
from gateway.services.reconciliation.service import Difference, Outcome, ReconciliationReport
from gateway.services.reconciliation.service import Progress as Step
from gateway.settings import Settings
from gateway.telemetry.logs import configure_logs

EXIT = {Outcome.CLEAN: 0, Outcome.DIFFERENCES: 1, Outcome.FAILED: 2, Outcome.RUNNING: 2}
LONGEST_DAYS = 366
EXAMPLES = examples(
    "gateway reconcile",
    "gateway reconcile --window 7d --json",
    "gateway reconcile --window 30d --adopt --strict",
)


def register(app: typer.Typer) -> None:
    app.command("reconcile", epilog=EXAMPLES, short_help="Compare us with Stripe, and repair what can be.")(reconcile)


def reconcile(
    window: Annotated[str, typer.Option(help="How far back to look, like 90m, 48h or 7d.")] = "48h",
    adopt: Annotated[
        bool, typer.Option("--adopt", help="Take in sessions without a row that sell a package of the catalogue.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit 1 for any open discrepancy, not only for this run's differences.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON line a difference, then the summary.")] = False,
    wide: Wide = False,
) -> None:
    """Compare us with Stripe, repair what can be, and print what was different. The run is stored.

    What is not settled is compared however old it is: payments that may still change, refunds and disputes on their
    way, open discrepancies. Exit status: 0 we agree, 1 this run found a difference (missing_here, missing_there, status
    or amount, repaired or not), 2 the comparison could not be made. Other open discrepancies are printed, and change
    the exit status only with --strict.
    """
    reach = _window(window)
    settings = operators_settings(needs_stripe=True, asks_stripe=True)
    configure_logs(json=True, level=logging.ERROR)
    printer = _JsonPrinter() if json else _Printer(wide=wide)
    try:
        report, others = asyncio.run(_run(settings, reach, adopt, printer))
    except GatewayError as error:
        _complain(error.message(Language.EN))
        raise typer.Exit(2) from error
    printer.end(report, others)
    if report.problem is not None:
        _complain(report.problem)
    status = EXIT[report.outcome]
    raise typer.Exit(1 if strict and others and status == 0 else status)


async def _run(
    settings: Settings, reach: timedelta, adopt: bool, printer: "_Printer"
) -> tuple[ReconciliationReport, dict[str, int]]:
    """The report, and what else is open on the desk, by kind."""
    end = datetime.now(UTC)
    async with open_services(settings) as services:
        await require_writable(services)
        with printer:
            report = await services.reconciliation.run(
                window_start=end - reach, window_end=end, adopt=adopt, trigger="cli", progress=printer.step
            )
        return report, await services.desk.open_counts()


class _Printer:
    """Lines for people; on a terminal a bar below them, which vanishes at the end."""

    def __init__(self, *, wide: bool = False) -> None:
        self._wide = wide
        self._console = Console(highlight=False, soft_wrap=True)
        self._bar = Progress(
            TextColumn("Comparing with Stripe"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%  {task.fields[sessions]} sessions"),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._task = self._bar.add_task("", total=1.0, sessions=0)

    def __enter__(self) -> None:
        self._bar.start()

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def step(self, step: Step) -> None:
        if step.found is not None:
            self.difference(step.found)
        self._bar.update(self._task, completed=step.done, sessions=step.sessions)

    def difference(self, found: Difference) -> None:
        verdict = "repaired" if found.repaired else "NOT REPAIRED"
        subject = short_id(found.session_id or found.payment_id or "", wide=self._wide)
        line = f"{found.kind:<13}  {subject}  {found.before} → {found.after}  ({verdict})"
        self._console.print(line, markup=False)

    def end(self, report: ReconciliationReport, open_counts: dict[str, int]) -> None:
        if open_counts:
            listed = ", ".join(f"{count} {kind}" for kind, count in sorted(open_counts.items()))
            self._console.print(f"Open discrepancies: {listed}. Look: gateway discrepancies list", markup=False)
        for line in report.ledger:
            self._console.print(
                f"ledger {line.currency}: here {line.here_minor}, at Stripe {line.there_minor}, "
                f"drift {line.drift_minor} (minor units, captured less refunds and disputes)"
            )
        passed_over = f"; {report.passed_over} at Stripe are not ours" if report.passed_over else ""
        self._console.print(
            f"{report.sessions} sessions compared, {report.differences} differences, {report.repaired} repaired"
            f"{passed_over}. Run {report.id}: {report.outcome}."
        )


class _JsonPrinter(_Printer):
    """Lines for machines, and nothing else on standard output."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        pass

    def step(self, step: Step) -> None:
        if step.found is not None:
            self.difference(step.found)

    def difference(self, found: Difference) -> None:
        _print_json(
            {
                "type": "difference",
                "kind": found.kind,
                "sessionId": found.session_id,
                "paymentId": found.payment_id,
                "before": found.before,
                "after": found.after,
                "repaired": found.repaired,
            }
        )

    def end(self, report: ReconciliationReport, open_counts: dict[str, int]) -> None:
        _print_json(
            {
                "type": "summary",
                "id": report.id,
                "outcome": report.outcome,
                "problem": report.problem,
                "windowStart": report.request.window_start,
                "windowEnd": report.request.window_end,
                "sessions": report.sessions,
                "passedOver": report.passed_over,
                "differences": report.differences,
                "repaired": report.repaired,
                "openDiscrepancies": open_counts,
                "ledger": [
                    {
                        "currency": line.currency,
                        "hereMinor": line.here_minor,
                        "thereMinor": line.there_minor,
                        "driftMinor": line.drift_minor,
                    }
                    for line in report.ledger
                ],
            }
        )


def _window(text: str) -> timedelta:
    try:
        reach = timedelta(seconds=duration_seconds(text))
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--window") from error
    if not timedelta(0) < reach <= timedelta(days=LONGEST_DAYS):
        raise typer.BadParameter(f"give more than nothing and at most {LONGEST_DAYS}d", param_hint="--window")
    return reach


def _print_json(line: dict[str, Any]) -> None:
    sys.stdout.write(orjson.dumps(line).decode() + "\n")
    sys.stdout.flush()


def _complain(sentence: str) -> None:
    print(f"The comparison could not be made: {sentence}", file=sys.stderr)
