"""The one way anything learned is written, whoever learned it: webhook, read, create, cancel, reconciliation, replay.

A unit of work runs in one transaction. In it, facts are applied to a locked row, and the events that had waited for
what the row now names are applied after it. Once it is committed, and never before, every change is published, and
payments that leave a question open are handed on to be asked about.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from gateway.domain.discrepancies import Condition, DiscrepancyKind
from gateway.domain.facts import Facts
from gateway.domain.identifiers import PaymentId
from gateway.domain.states import EventState
from gateway.domain.status import Status
from gateway.domain.stripe_event import read_event
from gateway.domain.stripe_objects import Reading
from gateway.engines.database import Connection, Database
from gateway.models import Payment
from gateway.pubsub.hub import Hub
from gateway.services.recording import discrepancies, events, history, projection, rows
from gateway.services.recording.changes import Change, Learned, announce
from gateway.services.recording.history import AuditKeys, StatusChangeView
from gateway.telemetry.failpoints import Failpoint, failpoint
from gateway.telemetry.tracing import remember

TRIES = 20

Result = TypeVar("Result")


class Asks(Protocol):
    """Hands a payment on to be asked about: for what its facts leave open, or `whatever` they say."""

    def __call__(self, payment_id: PaymentId, *, whatever: bool = False) -> None: ...


class Recording:
    """One transaction's work: what is applied through it is published when it has been committed."""

    def __init__(self, connection: Connection, keys: AuditKeys) -> None:
        self.connection = connection
        self.changes: list[Change] = []
        self.asked: set[PaymentId] = set()
        self._keys = keys

    async def begin(self, columns: dict[str, Any], *, cause: str) -> Payment:
        """Write the row of a new payment and the first line of its history. IntegrityError passes."""
        now = datetime.now(UTC)
        payment_id, status = PaymentId(columns["id"]), Status.UNPAID
        digest = history.digest_of(status, Facts())
        row = await Payment.create(
            facts={},
            attempts_seen={},
            answered=[],
            status=status.value,
            updated_at=now,
            seal=history.seal_of(payment_id, 1, digest, self._keys),
            using_db=self.connection,
            **({"created_at": now} | columns),
        )
        first = StatusChangeView(1, None, status, cause, now)
        await history.append(self.connection, payment_id, first, kind=None, digest=digest, keys=self._keys)
        return row

    async def apply(self, payment_id: PaymentId, reading: Reading, learned: Learned, *, cause: str) -> Change:
        """Fold what was learned into the row, then the events that waited for what it now names."""
        row = await rows.locked(self.connection, payment_id)
        if row.session_id is not None and learned.session_id not in {None, row.session_id}:
            return await self._refuse_second_session(row, str(learned.session_id))
        change = await projection.fold(self.connection, row, reading, learned, cause=cause, keys=self._keys)
        self.changes.append(change)
        if change.reveals:
            await self._apply_waiting(payment_id, change.reveals)
        return change

    def ask(self, payment_id: PaymentId) -> None:
        """Ask Stripe about this payment once the work is committed, whatever its facts leave open."""
        self.asked.add(payment_id)

    async def _refuse_second_session(self, row: Payment, session_id: str) -> Change:
        """Another session bears this payment's marker: nothing of it counts, and somebody has to look."""
        condition = Condition(DiscrepancyKind.SECOND_SESSION, session_id)
        detail = f"a second session names payment {row.id}; nothing of it counts"
        payments, now = [PaymentId(row.id)], datetime.now(UTC)
        await discrepancies.show(self.connection, condition, detail, payments=payments, now=now)
        status = Status(row.status)
        return Change(PaymentId(row.id), row.version, False, status, status, row.has_questions, frozenset())

    async def _apply_waiting(self, payment_id: PaymentId, stripe_ids: frozenset[str]) -> None:
        await events.queue_for_all(self.connection, stripe_ids)
        while found := await events.waiting(self.connection, stripe_ids, payment_id):
            for event, state in found:
                await events.mark(self.connection, event.id, EventState.APPLIED, payment_id=payment_id)
                if state not in {EventState.IGNORED, EventState.APPLIED}:
                    await events.settle(self.connection, event.id)
                await self.apply(payment_id, read_event(event), Learned(), cause=f"webhook {event.id}")


class Recorder:
    """`asks` is called after the commit for each payment that leaves a question to Stripe open."""

    def __init__(self, database: Database, hub: Hub, keys: AuditKeys) -> None:
        self._database = database
        self._hub = hub
        self._keys = keys
        self.asks: Asks | None = None

    async def record(self, work: Callable[[Recording], Awaitable[Result]]) -> Result:
        """Run `work` in one transaction and publish what it changed. When this returns, it is committed.

        `work` may run again after a conflict, so it must have no effect outside its recording. Raises
        ServiceUnavailable when the database is away; what `work` raises passes, and nothing is written then.
        """
        for left in reversed(range(TRIES)):
            try:
                result, recording = await self._database.run(lambda connection: self._worked(work, connection))
            except projection.Collision:
                if not left:
                    raise
                continue
            await self._publish(recording)
            return result
        raise AssertionError("the last try either returns or raises")

    async def learn(self, payment_id: PaymentId, reading: Reading, learned: Learned, *, cause: str) -> Change:
        """The plain case: one payment, one thing learned."""
        return await self.record(lambda recording: recording.apply(payment_id, reading, learned, cause=cause))

    async def _worked(
        self, work: Callable[[Recording], Awaitable[Result]], connection: Connection
    ) -> tuple[Result, Recording]:
        recording = Recording(connection, self._keys)
        return await work(recording), recording

    async def _publish(self, recording: Recording) -> None:
        """Count each change and ring once for each visible one."""
        failpoint(Failpoint.BEFORE_PUBLISH)
        for change in recording.changes:
            announce(change)
            if change.is_visible:
                remember(change.payment_id)
                await self._hub.publish(change.payment_id, version=change.version)
        if self.asks is None:
            return
        for payment_id in recording.asked:
            self.asks(payment_id, whatever=True)
        for payment_id in {change.payment_id for change in recording.changes if change.has_questions}:
            self.asks(payment_id)
