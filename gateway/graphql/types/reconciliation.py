"""A comparison with Stripe: what was looked at, what was different, and the ledger."""

from datetime import datetime
from enum import Enum
from functools import partial
from typing import Annotated

import strawberry

from gateway.domain.money import Money as DomainMoney
from gateway.graphql.batches import Batches
from gateway.graphql.context import Info
from gateway.graphql.operators import operator_field
from gateway.graphql.types.money import Money
from gateway.services.operators.paging import check_first
from gateway.services.reconciliation import service

DEFAULT_DIFFERENCES = 50


@strawberry.enum(description="How a reconciliation ended.")
class ReconciliationOutcome(Enum):
    RUNNING = strawberry.enum_value("running", description="It has not ended.")
    CLEAN = strawberry.enum_value("clean", description="Nothing was different.")
    DIFFERENCES = strawberry.enum_value("differences", description="Something was different; see `differences`.")
    FAILED = strawberry.enum_value("failed", description="It broke off, `problem` says why; its repairs stand.")


@strawberry.enum(description="Where we and Stripe disagreed.")
class ReconciliationDifferenceKind(Enum):
    MISSING_HERE = strawberry.enum_value("missing_here", description="A session of ours that has no payment here.")
    MISSING_THERE = strawberry.enum_value("missing_there", description="A payment whose session Stripe does not have.")
    STATUS = strawberry.enum_value("status", description="Another status.")
    AMOUNT = strawberry.enum_value("amount", description="Another amount.")


@strawberry.type(description="One disagreement with Stripe.")
class ReconciliationDifference:
    kind: ReconciliationDifferenceKind = strawberry.field(description="Where we disagreed.")
    session_id: strawberry.ID | None = strawberry.field(description="Stripe's session.")
    payment_id: strawberry.ID | None = strawberry.field(description="Our payment.")
    before: str = strawberry.field(description="What we had, in words.")
    after: str = strawberry.field(description="What we have now, in words.")
    repaired: bool = strawberry.field(description="We agree now; otherwise somebody has to look.")

    @classmethod
    def of(cls, difference: service.Difference) -> "ReconciliationDifference":
        return cls(
            kind=ReconciliationDifferenceKind(difference.kind.value),
            session_id=strawberry.ID(difference.session_id) if difference.session_id else None,
            payment_id=strawberry.ID(difference.payment_id) if difference.payment_id else None,
            before=difference.before,
            after=difference.after,
            repaired=difference.repaired,
        )


@strawberry.type(description="Paid minus refunded of the compared sessions, in one currency.")
class LedgerLine:
    here: Money = strawberry.field(description="By what we know.")
    there: Money = strawberry.field(description="By what Stripe shows.")
    drift: Money = strawberry.field(description="Ours minus Stripe's: nothing, or somebody has to look.")

    @classmethod
    def of(cls, line: service.LedgerLine) -> "LedgerLine":
        here, there, drift = (
            Money.of(DomainMoney(minor, line.currency))
            for minor in (line.here_minor, line.there_minor, line.drift_minor)
        )
        return cls(here=here, there=there, drift=drift)


@strawberry.type(description="One comparison with Stripe.")
class Reconciliation:
    batches: strawberry.Private[Batches]
    id: strawberry.ID = strawberry.field(description="Our id of the run.")
    trigger: str = strawberry.field(description="Who asked for it: `background`, `cli` or `graphql`.")
    window_start: datetime = strawberry.field(
        name="from", description="Sessions created from then on; of older payments those that are not final."
    )
    window_end: datetime = strawberry.field(name="to", description="Until then.")
    started_at: datetime = strawberry.field(description="When it began.")
    finished_at: datetime | None = strawberry.field(description="When it ended; null while it runs.")
    outcome: ReconciliationOutcome = strawberry.field(description="How it ended.")
    problem: str | None = strawberry.field(description="Why it failed, in a sentence.")
    sessions: int = strawberry.field(description="How many sessions were compared.")
    passed_over: int = strawberry.field(description="How many sessions at Stripe are not ours.")
    difference_count: int = strawberry.field(description="How many differences it found.")
    repaired: int = strawberry.field(description="How many of them it repaired.")
    ledger: list[LedgerLine] = strawberry.field(description="A line per currency.")

    @classmethod
    def of(cls, report: service.ReconciliationReport, *, batches: Batches | None = None) -> "Reconciliation":
        """`batches` are shared by the runs of one list; a run alone has its own."""
        return cls(
            batches=batches or Batches(),
            id=strawberry.ID(report.id),
            trigger=report.request.trigger,
            window_start=report.request.window_start,
            window_end=report.request.window_end,
            started_at=report.started_at,
            finished_at=report.finished_at,
            outcome=ReconciliationOutcome(report.outcome.value),
            problem=report.problem,
            sessions=report.sessions,
            passed_over=report.passed_over,
            difference_count=report.differences,
            repaired=report.repaired,
            ledger=[LedgerLine.of(line) for line in report.ledger],
        )

    async def _differences(
        self,
        info: Info,
        first: Annotated[int | None, strawberry.argument(description="How many, from 1 to 200.")] = DEFAULT_DIFFERENCES,
        skip: Annotated[int | None, strawberry.argument(description="How many to pass over.")] = 0,
    ) -> list[ReconciliationDifference]:
        count, start = check_first(DEFAULT_DIFFERENCES if first is None else first), max(skip or 0, 0)
        fetch = partial(info.context.services.reconciliation.differences, first=count, skip=start)
        gate = info.context.services.nested_reads
        found = await self.batches.load(f"differences {count} {start}", self.id, fetch, gate)
        return [ReconciliationDifference.of(difference) for difference in found or ()]

    differences: list[ReconciliationDifference] = operator_field(
        _differences, description="The differences, in the order they were found."
    )
