"""What operators see of payments and events, and what they may filter by. Data alone; `operations` fills it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.domain.attempts import Attempt
from gateway.domain.catalogue import Item
from gateway.domain.discrepancies import DiscrepancyKind
from gateway.domain.facts_json import facts_to_json
from gateway.domain.identifiers import EventId, PaymentId, PriceId
from gateway.domain.money import Money
from gateway.domain.movements import MovementKind
from gateway.domain.ownership import own_intents
from gateway.domain.snapshot import Snapshot
from gateway.domain.states import Creation, EventState
from gateway.domain.status import Rule, Status, derive
from gateway.models import Movement, Payment, WebhookEvent
from gateway.services.recording.history import StatusChangeView
from gateway.services.recording.rows import items_of, snapshot_of


@dataclass(frozen=True, slots=True)
class PaymentFilter:
    """Everything given must hold. `created_from` is included, `created_to` is not."""

    status: Status | None = None
    discrepancy: DiscrepancyKind | None = None
    price_id: PriceId | None = None
    client_reference_id: str | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Everything given must hold."""

    state: EventState | None = None
    type: str | None = None
    payment_id: PaymentId | None = None


@dataclass(frozen=True, slots=True)
class PaymentView:
    """A payment with what its buyer is not shown. `snapshot.session_id` is empty while it has no session."""

    snapshot: Snapshot
    creation: Creation
    refusal: str | None
    items: tuple[Item, ...]
    metadata: Mapping[str, str]
    intent_ids: tuple[str, ...]
    client_reference_id: str | None
    caller: str
    allow_repeat: bool
    livemode: bool


@dataclass(frozen=True, slots=True)
class EventView:
    """A webhook event and what became of it. The body is left out: it may be large."""

    id: EventId
    type: str
    created_at: datetime
    received_at: datetime
    livemode: bool
    state: EventState
    payment_id: PaymentId | None
    tries: int
    next_try_at: datetime | None
    error: str | None


@dataclass(frozen=True, slots=True)
class EventDetail:
    """`body` is the event exactly as Stripe sent it."""

    event: EventView
    body: str


@dataclass(frozen=True, slots=True)
class MovementView:
    """One row of the journal. `amount` is signed; `occurred_at` is None where no object says when."""

    number: int
    stripe_id: str
    kind: MovementKind
    amount: Money
    occurred_at: datetime | None
    recorded_at: datetime
    cause: str


@dataclass(frozen=True, slots=True)
class PaymentExplanation:
    """Why the payment has its status: the rule that decided, from these facts, reported by these events."""

    payment: PaymentView
    rule: Rule
    facts: dict[str, Any]
    history: tuple[StatusChangeView, ...]
    events: tuple[EventView, ...]
    attempts: tuple[tuple[str, Attempt], ...]
    movements: tuple[MovementView, ...]
    retrieved_at: datetime | None


@dataclass(frozen=True, slots=True)
class Replay:
    """`changed`: something a client can see is different now."""

    event: EventView
    changed: bool


def payment_view(row: Payment) -> PaymentView:
    snapshot = snapshot_of(row)
    return PaymentView(
        snapshot=snapshot,
        creation=Creation(row.creation),
        refusal=row.refusal,
        items=items_of(row),
        metadata=row.metadata or {},
        intent_ids=tuple(sorted(own_intents(snapshot.facts))),
        client_reference_id=row.client_reference_id,
        caller=row.caller,
        allow_repeat=row.allow_repeat,
        livemode=row.livemode,
    )


def event_view(row: WebhookEvent) -> EventView:
    return EventView(
        id=EventId(row.id),
        type=row.type,
        created_at=row.created_at,
        received_at=row.received_at,
        livemode=row.livemode,
        state=EventState(row.state),
        payment_id=PaymentId(row.payment_id) if row.payment_id else None,
        tries=row.tries,
        next_try_at=row.next_try_at,
        error=row.error,
    )


def movement_view(row: Movement) -> MovementView:
    return MovementView(
        number=row.number,
        stripe_id=row.stripe_id,
        kind=MovementKind(row.kind),
        amount=Money(row.amount_minor, row.currency),
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
        cause=row.cause,
    )


def explanation(
    row: Payment,
    *,
    history: tuple[StatusChangeView, ...],
    events: tuple[EventView, ...],
    attempts: tuple[tuple[str, Attempt], ...],
    movements: tuple[MovementView, ...],
) -> PaymentExplanation:
    view = payment_view(row)
    snapshot = view.snapshot
    return PaymentExplanation(
        payment=view,
        rule=derive(snapshot.facts, snapshot.attempts),
        facts=facts_to_json(snapshot.facts),
        history=history,
        events=events,
        attempts=attempts,
        movements=movements,
        retrieved_at=row.retrieved_at,
    )
