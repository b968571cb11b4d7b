"""Services as a resolver asks for them, with answers that a test chooses, and one operation run against them."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from gateway.domain.attempts import Attempt
from gateway.domain.discrepancies import DiscrepancyKind, DiscrepancyState
from gateway.domain.identifiers import PaymentId
from gateway.domain.language import Language
from gateway.domain.snapshot import Snapshot
from gateway.graphql.context import Context
from gateway.graphql.schema import build_schema
from gateway.graphql.transport.operations import Operations, Request
from gateway.openers import load_catalogue
from gateway.services.operators.desk import DeskFilter, DiscrepancyStep, DiscrepancyView
from gateway.services.operators.paging import Edge, Page
from gateway.services.operators.views import MovementView
from gateway.services.running.admission import Operator
from tests.unit.rest.stand_in import UNPAID, StandIn, settings_with

AT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
ANN = Operator("ann", may_write=True)
EVE = Operator("eve", may_write=False)
OPERATIONS = Operations(build_schema(), introspection=False)
VIEW = DiscrepancyView(
    id="d1",
    kind=DiscrepancyKind.TOTAL_DIFFERS,
    subject="0" * 32,
    detail="Stripe asked for $4.00, expected $5.00",
    state=DiscrepancyState.OPEN,
    opened_at=AT,
    last_seen_at=AT,
    payments=(PaymentId("0" * 32),),
    changes=(DiscrepancyStep(None, DiscrepancyState.OPEN, "itself", None, "Stripe asked for $4.00", AT),),
)


@dataclass
class Desk:
    """One discrepancy; `calls` holds what was asked."""

    fails: Exception | None = None
    calls: list[tuple[Any, ...]] = field(default_factory=list)

    async def page(self, where: DeskFilter, *, first: int, after: str | None) -> Page[DiscrepancyView]:
        self.calls.append(("page", where, first, after))
        return Page((Edge("c1", VIEW),), has_next=True)

    async def of_payments(self, payment_ids: list[PaymentId]) -> dict[PaymentId, list[DiscrepancyView]]:
        self.calls.append(("of_payments", payment_ids))
        return {payment_id: [VIEW] for payment_id in payment_ids}

    async def acknowledge(self, discrepancy_id: str, *, by: str, note: str | None) -> DiscrepancyView:
        return self._step("acknowledge", discrepancy_id, by, note)

    async def resolve(self, discrepancy_id: str, *, by: str, note: str) -> DiscrepancyView:
        return self._step("resolve", discrepancy_id, by, note)

    def _step(self, *call: Any) -> DiscrepancyView:
        self.calls.append(call)
        if self.fails is not None:
            raise self.fails
        return VIEW


@dataclass
class Journal:
    """What operators see of one payment."""

    movements: list[MovementView] = field(default_factory=list)
    attempts: list[tuple[str, Attempt]] = field(default_factory=list)

    async def movements_of(self, payment_ids: list[PaymentId]) -> dict[PaymentId, list[MovementView]]:
        return dict.fromkeys(payment_ids, self.movements)

    async def attempts_of(self, payment_ids: list[PaymentId]) -> dict[PaymentId, list[tuple[str, Attempt]]]:
        return dict.fromkeys(payment_ids, self.attempts)


class Checkout(StandIn):
    """Creates as the stand-in does, and writes off."""

    async def write_off(self, session_id: str, *, by: str, note: str) -> Snapshot:
        self.written_off = (session_id, by, note)
        self._fail()
        return UNPAID


class ScriptedServices:
    """The `Services` of one test."""

    def __init__(self, *, signing_secrets: tuple[str, ...] = ()) -> None:
        self.settings = settings_with(signing_secrets=signing_secrets)
        self.catalogue = load_catalogue(self.settings)
        self.checkout = self.payments = self.admission = Checkout()
        self.desk = Desk()
        self.operators = Journal()
        self.nested_reads = asyncio.Semaphore(1)


async def run(
    scripted: ScriptedServices,
    query: str,
    *,
    operator: Operator | None = None,
    is_signed: bool = False,
    language: Language = Language.EN,
    **variables: Any,
) -> Any:
    """The answer to one operation of this caller."""
    services: Any = scripted
    context = Context(services=services, address="192.0.2.1", language=language, operator=operator, is_signed=is_signed)
    prepared = await OPERATIONS.prepare(Request(query, variables), context)
    return await OPERATIONS.execute(prepared, context)
