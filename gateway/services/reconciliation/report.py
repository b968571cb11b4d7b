"""Runs and differences as operators read them, and how they are stored: each difference the moment it is found."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tortoise.expressions import Q

from gateway.domain.states import DifferenceKind, Outcome
from gateway.engines.database import Connection
from gateway.models import Reconciliation, ReconciliationDifference
from gateway.models.columns import table_of
from gateway.services.reconciliation.ledger import LedgerLine, lines_from_json, lines_to_json
from gateway.services.recording.sql import first_of_each

__all__ = ["Difference", "DifferenceKind", "Outcome", "ReconciliationReport", "RunRequest"]

KEPT = timedelta(days=90)
PRUNED_AT_ONCE = 200
ABANDONED_AFTER = timedelta(hours=12)
LONGEST_WORDS = 120
LONGEST_ID = 32


@dataclass(frozen=True, slots=True)
class Difference:
    """One disagreement with Stripe. `before` is what we had, `after` what we have now, both in words for people.

    `repaired`: we now agree. Otherwise somebody has to look.
    """

    kind: DifferenceKind
    session_id: str | None
    payment_id: str | None
    before: str
    after: str
    repaired: bool


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What a run is asked to do. `trigger` is `background`, `cli` or `graphql`."""

    window_start: datetime
    window_end: datetime
    trigger: str
    adopt: bool


@dataclass(frozen=True, slots=True)
class ReconciliationReport:
    """One run, under way or ended. `sessions` were compared; `passed_over` were seen at Stripe and are not ours."""

    id: str
    request: RunRequest
    started_at: datetime
    finished_at: datetime | None
    outcome: Outcome
    problem: str | None
    sessions: int
    passed_over: int
    differences: int
    repaired: int
    ledger: tuple[LedgerLine, ...]


@dataclass(slots=True)
class Tally:
    """What a run has counted so far."""

    sessions: int = 0
    passed_over: int = 0
    differences: int = 0
    repaired: int = 0


async def begin(connection: Connection, request: RunRequest) -> str:
    """Write the run's row, and tidy: old runs go, and one whose process died is no longer running."""
    now = datetime.now(UTC)
    await _prune(connection, now - KEPT)
    dead = Reconciliation.filter(outcome=Outcome.RUNNING.value, started_at__lt=now - ABANDONED_AFTER)
    await dead.using_db(connection).update(
        outcome=Outcome.FAILED.value, finished_at=now, problem="The run was interrupted."
    )
    run = await Reconciliation.create(
        id=uuid.uuid4().hex,
        trigger=request.trigger,
        adopt=request.adopt,
        window_start=request.window_start,
        window_end=request.window_end,
        started_at=now,
        using_db=connection,
    )
    return run.id


async def note(connection: Connection, run_id: str, difference: Difference) -> None:
    await ReconciliationDifference.create(
        run_id=run_id,
        kind=difference.kind.value,
        session_id=difference.session_id,
        payment_id=difference.payment_id,
        before=difference.before[:LONGEST_WORDS],
        after=difference.after[:LONGEST_WORDS],
        repaired=difference.repaired,
        using_db=connection,
    )


async def finish(
    connection: Connection,
    run_id: str,
    tally: Tally,
    ledger: tuple[LedgerLine, ...],
    *,
    outcome: Outcome,
    problem: str | None,
) -> ReconciliationReport:
    await (
        Reconciliation.filter(id=run_id)
        .using_db(connection)
        .update(
            finished_at=datetime.now(UTC),
            outcome=outcome.value,
            problem=problem,
            sessions=tally.sessions,
            passed_over=tally.passed_over,
            differences=tally.differences,
            repaired=tally.repaired,
            ledger=lines_to_json(ledger),
        )
    )
    return _report(await Reconciliation.get(id=run_id, using_db=connection))


async def runs(connection: Connection, *, first: int, after: str | None) -> list[ReconciliationReport]:
    """Newest first, those that started before the run named by `after`."""
    query = Reconciliation.all()
    if after is not None:
        known = len(after) <= LONGEST_ID
        last = await Reconciliation.get_or_none(id=after, using_db=connection) if known else None
        if last is None:
            return []
        query = query.filter(Q(started_at__lt=last.started_at) | Q(started_at=last.started_at, id__lt=last.id))
    return [_report(row) for row in await query.using_db(connection).order_by("-started_at", "-id").limit(first)]


async def differences(
    connection: Connection, run_ids: Collection[str], *, first: int, skip: int
) -> dict[str, list[Difference]]:
    """Of each run, in the order they were found."""
    table = table_of(ReconciliationDifference)
    places = await first_of_each(connection, table, by="run_id", among=run_ids, order='"id"', first=first, skip=skip)
    found: dict[str, list[Difference]] = {run_id: [] for run_id in run_ids}
    for row in await ReconciliationDifference.filter(id__in=places).using_db(connection).order_by("id"):
        found[row.run_id].append(
            Difference(
                kind=DifferenceKind(row.kind),
                session_id=row.session_id,
                payment_id=row.payment_id,
                before=row.before,
                after=row.after,
                repaired=row.repaired,
            )
        )
    return found


async def last_started_at(connection: Connection, *, trigger: str) -> datetime | None:
    row = await Reconciliation.filter(trigger=trigger).using_db(connection).order_by("-started_at").first()
    return row.started_at if row is not None else None


async def _prune(connection: Connection, before: datetime) -> None:
    old = Reconciliation.filter(started_at__lt=before).using_db(connection).order_by("started_at")
    keys = await old.limit(PRUNED_AT_ONCE).values_list("id", flat=True)
    if keys:
        await ReconciliationDifference.filter(run_id__in=keys).using_db(connection).delete()
        await Reconciliation.filter(id__in=keys).using_db(connection).delete()


def _report(row: Reconciliation) -> ReconciliationReport:
    return ReconciliationReport(
        id=row.id,
        request=RunRequest(
            window_start=row.window_start, window_end=row.window_end, trigger=row.trigger, adopt=row.adopt
        ),
        started_at=row.started_at,
        finished_at=row.finished_at,
        outcome=Outcome(row.outcome),
        problem=row.problem,
        sessions=row.sessions,
        passed_over=row.passed_over,
        differences=row.differences,
        repaired=row.repaired,
        ledger=lines_from_json(row.ledger),
    )
