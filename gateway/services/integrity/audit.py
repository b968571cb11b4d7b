"""Walking every chain of the history, in bounded memory, and saying what is broken where (I4, I5, I13).

It reads what is committed and changes nothing. A payment may be written while it is walked, so whatever looks broken is
looked at again under the payment's lock before it is told.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial

from tortoise.expressions import Q

from gateway.database import Connection, Database
from gateway.domain.identifiers import PaymentId
from gateway.domain.status import Anomaly, Status
from gateway.models import Payment, StatusChange
from gateway.services.recording.history import GENESIS, link

PAYMENTS = 200
LINES = 1000
ENDED = {Status.PAID.value, Status.EXPIRED.value, Status.NO_PAYMENT_REQUIRED.value}
"""Statuses that are final whatever the facts; `failed` and `canceled` may be either."""

Progress = Callable[[int, int], None]
"""Told how many of how many payments are done."""


@dataclass(frozen=True, slots=True)
class Break:
    """One thing wrong with the history of a payment: which invariant, at which version, and what, in a sentence."""

    invariant: str
    payment_id: PaymentId
    version: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """`first_break` is None when every chain of the `payments` is whole."""

    payments: int
    first_break: Break | None


@dataclass(slots=True)
class _Chain:
    """What one payment's lines must go on from."""

    payment: Payment
    version: int = 0
    previous: str = GENESIS
    status: str | None = None
    breaks: list[Break] = field(default_factory=list)


async def verify(database: Database, *, progress: Progress | None = None) -> Verdict:
    """Walk all chains up to the first break: a gap, a changed line, a missing end, a line without its payment."""
    total = await database.read(lambda connection: Payment.all().using_db(connection).count())
    async with aclosing(breaks(database, progress=progress)) as found:
        async for broken in found:
            if broken.invariant != "I4":  # A chain that tells of a forbidden change is still whole.
                return Verdict(total, broken)
    return Verdict(total, None)


async def breaks(database: Database, *, progress: Progress | None = None) -> AsyncGenerator[Break, None]:
    """Everything wrong with any history, payment by payment; then the lines that belong to no payment."""
    total = await database.read(lambda connection: Payment.all().using_db(connection).count())
    done, last = 0, ""
    while payments := await database.read(partial(_payments_after, last=last)):
        last = payments[-1].id
        for suspect in await _suspects(database, payments):
            for broken in await database.run(partial(_look_again, payment_id=suspect)):
                yield broken
        done += len(payments)
        if progress is not None:
            progress(done, max(done, total))
    async for broken in _strays(database):
        yield broken


async def _suspects(database: Database, payments: list[Payment]) -> list[PaymentId]:
    """Those whose rows or lines, read without a lock, do not fit together."""
    chains = {payment.id: _Chain(payment) for payment in payments}
    await _walk(database.read, chains)
    return [PaymentId(payment_id) for payment_id, chain in chains.items() if chain.breaks]


async def _look_again(connection: Connection, *, payment_id: PaymentId) -> list[Break]:
    locked = Payment.filter(id=payment_id).using_db(connection).select_for_update()
    chain = _Chain(await locked.get())
    await _walk(lambda query: query(connection), {payment_id: chain})
    return chain.breaks


async def _walk(read: Callable[..., object], chains: dict[str, _Chain]) -> None:
    """Give every line of these chains to its chain, a page at a time, then close them."""
    last: StatusChange | None = None
    while True:
        page: list[StatusChange] = await read(partial(_lines_after, payment_ids=list(chains), last=last))  # type: ignore[misc]
        for line in page:
            chain = chains[line.payment_id]
            chain.breaks.extend(_step(chain, line))
        if len(page) < LINES:
            break
        last = page[-1]
    for chain in chains.values():
        chain.breaks.extend(_close(chain))


def _step(chain: _Chain, line: StatusChange) -> Iterator[Break]:
    tell = partial(Break, payment_id=PaymentId(chain.payment.id), version=line.version)
    if line.version != chain.version + 1:
        yield tell("I5", sentence=f"version {chain.version + 1} is missing: the next line is version {line.version}")
    elif line.previous_hash != chain.previous:
        yield tell("I13", sentence="the line does not carry the hash of the line before it")
    if line.hash != link(line.previous_hash, PaymentId(line.payment_id), line):
        yield tell("I13", sentence="the line was changed after it was written: its hash is of other contents")
    if line.from_status != chain.status:
        came, was = line.from_status or "nothing", chain.status or "nothing"
        yield tell("I5", sentence=f"the line says it came from {came}, and the line before ended in {was}")
    if _is_regression(chain, line):
        yield tell("I4", sentence=f"the payment went from {chain.status}, which is final, to {line.to_status}")
    chain.version, chain.previous, chain.status = line.version, line.hash, line.to_status


def _is_regression(chain: _Chain, line: StatusChange) -> bool:
    """Out of paid there is no way; out of the other ends only to paid, unless Stripe told what it excludes itself."""
    if chain.status not in ENDED or line.to_status in {chain.status, Status.PAID.value}:
        return False
    excused = Anomaly.COMPLETE_AND_EXPIRED.value in chain.payment.anomalies.split(",")
    return chain.status == Status.PAID.value or not excused


def _close(chain: _Chain) -> Iterator[Break]:
    payment = chain.payment
    tell = partial(Break, "I5", PaymentId(payment.id))
    if payment.version > chain.version:
        yield tell(
            chain.version + 1, f"the payment is at version {payment.version}, and its history ends at {chain.version}"
        )
    elif payment.version < chain.version:
        yield tell(
            chain.version, f"the history goes up to version {chain.version}, and the payment is at {payment.version}"
        )
    elif payment.status != chain.status:
        yield tell(chain.version, f"the history ends in {chain.status}, and the payment says {payment.status}")


async def _strays(database: Database) -> AsyncIterator[Break]:
    """Histories whose payment is gone."""
    last = ""
    while page := await database.read(partial(_histories_after, last=last)):
        last = page[-1]
        known = await database.read(partial(_existing, payment_ids=page))
        for payment_id in page:
            if payment_id not in known:
                yield Break("I5", PaymentId(payment_id), 1, "there is a history, and no such payment")


async def _payments_after(connection: Connection, *, last: str) -> list[Payment]:
    query = Payment.filter(id__gt=last).using_db(connection).order_by("id").limit(PAYMENTS)
    return await query.only("id", "version", "status", "anomalies")


async def _lines_after(
    connection: Connection, *, payment_ids: list[str], last: StatusChange | None
) -> list[StatusChange]:
    query = StatusChange.filter(payment_id__in=payment_ids)
    if last is not None:
        query = query.filter(
            Q(payment_id__gt=last.payment_id) | Q(payment_id=last.payment_id, version__gt=last.version)
        )
    return await query.using_db(connection).order_by("payment_id", "version").limit(LINES)


async def _histories_after(connection: Connection, *, last: str) -> list[str]:
    query = StatusChange.filter(payment_id__gt=last).using_db(connection).order_by("payment_id").limit(LINES)
    return [str(payment_id) for payment_id in await query.distinct().values_list("payment_id", flat=True)]


async def _existing(connection: Connection, *, payment_ids: list[str]) -> set[str]:
    query = Payment.filter(id__in=payment_ids).using_db(connection)
    return {str(payment_id) for payment_id in await query.values_list("id", flat=True)}
