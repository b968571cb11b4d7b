"""Walking every chain of the history, in bounded memory, and saying what is broken where (I4, I5, I13).

A line made with a key that is not given cannot be judged, and that is said; it is no break.

It reads what is committed and changes nothing. A payment may be written while it is walked, so whatever looks broken is
looked at again under the payment's lock before it is reported.
"""

from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial

from tortoise.expressions import Q

from gateway.domain.facts_json import facts_from_json
from gateway.domain.identifiers import PaymentId
from gateway.domain.status import Status
from gateway.engines.database import Connection, Database
from gateway.models import Payment, StatusChange
from gateway.services.integrity.journal import Sums, booked, unbooked
from gateway.services.recording.history import GENESIS, AuditKeys, digest_of, linked_text, sealed_text

PAYMENTS = 200
LINES = 1000
ENDED = {Status.PAID.value, Status.EXPIRED.value, Status.NO_PAYMENT_REQUIRED.value}
"""Statuses that are final whatever the facts; `failed` and `canceled` may be either."""

Progress = Callable[[int, int], None]
"""Called with how many of how many payments are done."""


@dataclass(frozen=True, slots=True)
class Break:
    """One thing wrong with the history of a payment: which invariant, at which version, and what, in a sentence."""

    invariant: str
    payment_id: PaymentId
    version: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """`first_break` is None when every chain of the `payments` is whole. `unjudged`: how many lines were made with each
    key that is not known here; `unkeyed`: lines without a key, which show mistakes and not a forger."""

    payments: int
    first_break: Break | None
    unjudged: Mapping[str, int] = field(default_factory=dict)
    unkeyed: int = 0


@dataclass(slots=True)
class _Chain:
    """What one payment's lines must go on from."""

    payment: Payment
    version: int = 0
    previous: str = GENESIS
    status: str | None = None
    is_keyed: bool = False
    breaks: list[Break] = field(default_factory=list)


@dataclass(slots=True)
class Tally:
    """What a walk has met beside breaks."""

    unjudged: Counter[str] = field(default_factory=Counter)
    unkeyed: int = 0


@dataclass(frozen=True, slots=True)
class Judge:
    """What lines are judged by: the keys, and the id of the first line with a key, None where there is none."""

    keys: AuditKeys
    seam: int | None
    tally: Tally

    def count(self, key_id: str | None) -> None:
        if key_id is None:
            self.tally.unkeyed += 1
        elif not self.keys.knows(key_id):
            self.tally.unjudged[key_id] += 1


async def verify(database: Database, keys: AuditKeys, *, progress: Progress | None = None) -> Verdict:
    """Walk all chains up to the first break: a gap, a changed line, a missing end, a line without its payment."""
    total = await database.read(lambda connection: Payment.all().using_db(connection).count())
    tally = Tally()
    async with aclosing(breaks(database, keys, progress=progress, tally=tally)) as found:
        async for broken in found:
            if broken.invariant != "I4":  # A chain that records a forbidden change is still whole.
                return Verdict(total, broken, tally.unjudged, tally.unkeyed)
    return Verdict(total, None, tally.unjudged, tally.unkeyed)


async def breaks(
    database: Database, keys: AuditKeys, *, progress: Progress | None = None, tally: Tally | None = None
) -> AsyncGenerator[Break, None]:
    """Everything wrong with any history, payment by payment; then the lines that belong to no payment."""
    total = await database.read(lambda connection: Payment.all().using_db(connection).count())
    seam = await database.read(_first_keyed)
    done, last = 0, ""
    while payments := await database.read(partial(_payments_after, last=last)):
        last = payments[-1].id
        for suspect in await _suspects(database, Judge(keys, seam, tally or Tally()), payments):
            again = Judge(keys, seam, Tally())
            for broken in await database.run(partial(_look_again, judge=again, payment_id=suspect)):
                yield broken
        done += len(payments)
        if progress is not None:
            progress(done, max(done, total))
    async for broken in _strays(database):
        yield broken


async def _suspects(database: Database, judge: Judge, payments: list[Payment]) -> list[PaymentId]:
    """Those whose rows or lines, read without a lock, do not fit together."""
    chains = {payment.id: _Chain(payment) for payment in payments}
    await _walk(database.read, chains, judge)
    return [PaymentId(payment_id) for payment_id, chain in chains.items() if chain.breaks]


async def _look_again(connection: Connection, *, judge: Judge, payment_id: PaymentId) -> list[Break]:
    locked = Payment.filter(id=payment_id).using_db(connection).select_for_update()
    chain = _Chain(await locked.get())
    await _walk(lambda query: query(connection), {payment_id: chain}, judge)
    return chain.breaks


async def _walk(read: Callable[..., object], chains: dict[str, _Chain], judge: Judge) -> None:
    """Give every line of these chains to its chain, a page at a time, then close them."""
    last: StatusChange | None = None
    while True:
        page: list[StatusChange] = await read(partial(_lines_after, payment_ids=list(chains), last=last))  # type: ignore[misc]
        for line in page:
            chain = chains[line.payment_id]
            chain.breaks.extend(_step(chain, line, judge))
            judge.count(line.key_id)
        if len(page) < LINES:
            break
        last = page[-1]
    for chain in chains.values():
        chain.breaks.extend([*_close(chain), *_of_seal(chain, judge)])
    journal: dict[str, Sums] = await read(partial(booked, ids=list(chains)))  # type: ignore[misc]
    for payment_id, chain in chains.items():
        facts = facts_from_json(chain.payment.facts)
        for kind, sentence in unbooked(chain.payment, facts, journal.get(payment_id, Counter())):
            chain.breaks.append(Break("I16", PaymentId(payment_id), chain.version, f"{kind}: {sentence}"))


def _step(chain: _Chain, line: StatusChange, judge: Judge) -> Iterator[Break]:
    broken = partial(Break, payment_id=PaymentId(chain.payment.id), version=line.version)
    if line.version != chain.version + 1:
        yield broken("I5", sentence=f"version {chain.version + 1} is missing: the next line is version {line.version}")
    elif line.previous_hash != chain.previous:
        yield broken("I13", sentence="the line does not carry the hash of the line before it")
    keys = judge.keys
    if line.key_id is None and judge.seam is not None and line.id > judge.seam:
        yield broken("I13", sentence="the line has no key, and one before it has: it was not written by the gateway")
    if keys.knows(line.key_id):
        text = linked_text(line.previous_hash, PaymentId(line.payment_id), line, line.digest)
        if line.hash != keys.mac(line.key_id, text):
            yield broken("I13", sentence="the line was changed after it was written: its hash is of other contents")
    if line.from_status != chain.status:
        came, was = line.from_status or "nothing", chain.status or "nothing"
        yield broken("I5", sentence=f"the line says it came from {came}, and the line before ended in {was}")
    if _is_regression(chain, line):
        yield broken("I4", sentence=f"the payment went from {chain.status}, which is final, to {line.to_status}")
    chain.version, chain.previous, chain.status = line.version, line.hash, line.to_status
    chain.is_keyed = line.key_id is not None


def _is_regression(chain: _Chain, line: StatusChange) -> bool:
    """Out of paid there is no way; out of the other ends only to paid, unless Stripe contradicted itself."""
    if chain.status not in ENDED or line.to_status in {chain.status, Status.PAID.value}:
        return False
    facts = facts_from_json(chain.payment.facts)
    excused = facts.complete and facts.expired
    return chain.status == Status.PAID.value or not excused


def _close(chain: _Chain) -> Iterator[Break]:
    payment = chain.payment
    broken = partial(Break, "I5", PaymentId(payment.id))
    if payment.version > chain.version:
        yield broken(
            chain.version + 1, f"the payment is at version {payment.version}, and its history ends at {chain.version}"
        )
    elif payment.version < chain.version:
        yield broken(
            chain.version, f"the history goes up to version {chain.version}, and the payment is at {payment.version}"
        )
    elif payment.status != chain.status:
        yield broken(chain.version, f"the history ends in {chain.status}, and the payment says {payment.status}")


def _of_seal(chain: _Chain, judge: Judge) -> Iterator[Break]:
    """The row as it is now is covered too, by the key that its seal names; rows carried over have none yet."""
    payment, keys = chain.payment, judge.keys
    key_id, _, mac = (payment.seal or "").partition(":")
    if key_id:
        judge.count(key_id)
    if chain.is_keyed and not key_id:
        sentence = "the payment's seal has no key, and its history has: it was not written by the gateway"
        yield Break("I13", PaymentId(payment.id), payment.version, sentence)
        return
    if payment.seal is None or not keys.knows(key_id or None):
        return
    digest = digest_of(Status(payment.status), facts_from_json(payment.facts))
    if mac != keys.mac(key_id or None, sealed_text(PaymentId(payment.id), payment.version, digest)):
        sentence = "the payment's status or facts were changed by somebody else: its seal is of other contents"
        yield Break("I13", PaymentId(payment.id), payment.version, sentence)


async def _strays(database: Database) -> AsyncIterator[Break]:
    """Histories whose payment is gone."""
    last = ""
    while page := await database.read(partial(_histories_after, last=last)):
        last = page[-1]
        known = await database.read(partial(_existing, payment_ids=page))
        for payment_id in page:
            if payment_id not in known:
                yield Break("I5", PaymentId(payment_id), 1, "there is a history, and no such payment")


async def _first_keyed(connection: Connection) -> int | None:
    """After it no line without a key is legal."""
    first = await StatusChange.filter(key_id__isnull=False).using_db(connection).order_by("id").only("id").first()
    return first.id if first is not None else None


async def _payments_after(connection: Connection, *, last: str) -> list[Payment]:
    query = Payment.filter(id__gt=last).using_db(connection).order_by("id").limit(PAYMENTS)
    return await query.only("id", "session_id", "version", "status", "facts", "seal")


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
