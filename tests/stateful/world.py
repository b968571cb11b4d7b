"""What the machine acts on: one sandbox, one mortal gateway, the post between them, and the answers to clients.

Everything a client was ever answered is kept here and held against each later answer.
"""

import asyncio
import random
import shutil
from collections import Counter
from collections.abc import Coroutine
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from gateway.domain.errors import (
    AlreadyPaid,
    CheckoutRefused,
    IdempotencyConflict,
    PaymentInProgress,
    StripeUnavailable,
)
from gateway.domain.facts import DisputeState
from gateway.domain.facts_json import facts_from_json
from gateway.domain.snapshot import is_disputed as is_shown_disputed
from gateway.domain.status import Status
from gateway.services.checkout.service import CheckoutRequest
from gateway.services.inbox import Receipt
from gateway.services.integrity import invariants
from gateway.services.recording.history import AuditKeys
from tests.harness.bare_gateway import BareGateway
from tests.harness.oracle import intents_of, is_disputed, kept_minor, truth, violations
from tests.harness.rows import Row, Rows, execute, rows_of
from tests.harness.stripe_account import Desk, fresh_sandbox
from tests.harness.stripe_front import CREATE, EXPIRE, Fault, StripeFront
from tests.harness.waiting import eventually
from tests.stateful.mortal import Mortal

Event = dict[str, Any]


class Violation(AssertionError):
    """An invariant does not hold; the message says which."""


@dataclass
class Client:
    """A subscriber that resumes after a crash with the last version it saw."""

    session_id: str
    seen: int
    versions: list[int] = field(default_factory=list)
    ended: bool = False
    task: "asyncio.Task[None] | None" = None


@dataclass
class World:
    front: StripeFront
    desk: Desk
    template: Path
    scratch: Path
    met: Counter[str] = field(default_factory=Counter)
    """What all histories so far have met."""

    async def begin(self) -> None:
        """A new history: empty database, empty Stripe."""
        path = self.scratch / "gateway.db"
        for old in self.scratch.glob("gateway.db*"):
            old.unlink()
        shutil.copy(self.template, path)
        self.database_url = f"sqlite://{path}"
        self.desk.seen.clear()
        self.desk.clock.ahead_seconds = 0.0
        self.stack = AsyncExitStack()
        await self.stack.enter_async_context(fresh_sandbox(self.front, self.desk.clock, self.desk.url))
        self.front.adds_to_creates = b"&allow_promotion_codes=true"
        self.mortal = Mortal(self.database_url, self.scratch, (self.front, self.desk))
        await self.mortal.open()
        self.sessions: list[str] = []
        self.unsent: list[Event] = []
        self.dropped: list[Event] = []
        self.went_back = False
        """A dispute went to a lower state without money: events in any order do not show which is newer."""
        self.clients: list[Client] = []
        self.keys: dict[str, CheckoutRequest] = {}
        """By the key as it is stored: of its class of callers alone."""
        self.refuses_creates = False
        self.answers: dict[str, tuple[str, str]] = {}
        self.before: Rows | None = None

    async def end(self) -> None:
        await self.mortal.kill()
        await self.stack.aclose()
        asyncio.get_running_loop().set_task_factory(None)

    @property
    def gateway(self) -> BareGateway:
        return self.mortal.gateway

    # What a client of the gateway does

    async def create(self, request: CheckoutRequest, fault: Fault | None) -> None:
        known = self.keys.get(request.stored_key or "")
        conflict = known is not None and known.hash != request.hash
        if fault is not None:
            self.front.next(CREATE, fault)
        held = {key["key"] for key in (await rows_of(self.database_url)).keys}
        if request.stored_key is not None:
            self.keys.setdefault(request.stored_key, request)
        try:
            created = await self.mortal.spawn(self.gateway.services.checkout.create(request))
        except IdempotencyConflict:
            _expect(conflict, f"I8: {request} was called a conflict")
        except (AlreadyPaid, PaymentInProgress) as refusal:
            _expect(not conflict, f"I8: {request} was refused instead of being called a conflict")
            await self._check_refused(request, refusal)
            self._forget_refused(request, held)
        except CheckoutRefused:
            _expect(self.refuses_creates, f"{request} was refused for good without a reason")
            self._forget_refused(request, held)
        except StripeUnavailable:
            _expect(fault is not None or await self._url_is_lost(request), f"{request} was refused without a reason")
            await self._forget_unkept(request)
        else:
            _expect(not conflict, f"I8: {request} was answered, its key stands for {request.idempotency_key}")
            self._answered(request, str(created.snapshot.session_id), created.url)
        finally:
            self.front.calm()

    async def cancel(self, session_id: str, fault: Fault | None) -> None:
        if fault is not None:
            self.front.next(EXPIRE, fault)
        before, asked_before = (await rows_of(self.database_url)).payment(session_id), self.front.calls[EXPIRE]
        try:
            await self.mortal.spawn(self.gateway.services.checkout.cancel(session_id))
        except StripeUnavailable:
            _expect(fault is not None, "a cancel was refused without a reason")
        finally:
            self.front.calm()
        after = (await rows_of(self.database_url)).payment(session_id)
        # Not final a moment ago, it may be so by now: a watcher's question to Stripe can be faster than the cancel.
        was_asked, is_kept = self.front.calls[EXPIRE] > asked_before, "cancel_requested" in after["facts"]
        _expect(is_kept or not was_asked, f"{session_id} was expired before the wish to cancel it was kept")
        _expect(is_kept or after["is_final"], f"the wish to cancel {session_id} is lost")
        _expect(not before["is_final"] or before == after, f"I12: a cancel changed {session_id}, which was final")

    async def read(self, session_id: str) -> None:
        snapshot = await self.mortal.spawn(self.gateway.services.payments.read(session_id))
        _expect(snapshot is not None, f"{session_id} is not found")

    async def compare(self) -> str:
        """Reconcile; how the run ended."""
        done = await self.mortal.spawn(self.gateway.services.reconciliation.run(trigger="cli"))
        _expect(done.outcome != "failed", f"the comparison failed: {done.problem}")
        self.met["comparisons with Stripe"] += 1
        return str(done.outcome)

    def subscribe(self, session_id: str, *, since: int) -> None:
        client = Client(session_id, since)
        self.clients.append(client)
        client.task = self.mortal.spawn(self._listen(client))

    # What buyers, banks and the Dashboard do beside paying: refused by Stripe where it makes no sense

    async def add_a_line(self, session_id: str, amount_minor: int) -> None:
        recurring = {"recurring[interval]": "month"} if await self._is_subscription(session_id) else {}
        price = await self.desk.price(amount_minor, **recurring)
        await self.desk._post(f"/_sandbox/checkout/sessions/{session_id}/cross_sell", {"price": price})

    async def enter_a_code(self, session_id: str, code: str | None) -> None:
        await self.desk.promotion_codes()
        form = {"code": code} if code is not None else {}
        await self.desk._post(f"/_sandbox/checkout/sessions/{session_id}/promotion_code", form)

    async def refund(self, session_id: str, amount_minor: int) -> None:
        for charge in await self._charges(session_id):
            await self.desk._post("/v1/refunds", {"charge": charge, "amount": str(amount_minor)})

    async def end_a_refund(self, number: int, end: str) -> None:
        refunds = [refund async for refund in self.desk._all("/v1/refunds")]
        if refunds:
            await self.desk._post(f"/_sandbox/refunds/{refunds[number % len(refunds)]['id']}/{end}", {})

    async def dispute(self, session_id: str, state: str, amount_minor: int | None) -> None:
        amount = {"amount": str(amount_minor)} if amount_minor is not None else {}
        for charge in await self._charges(session_id):
            await self.desk._post(f"/_sandbox/charges/{charge}/dispute", {"status": state, **amount})

    async def move_a_dispute(self, number: int, state: str, funds: str) -> None:
        disputes = [dispute async for dispute in self.desk._all("/v1/disputes")]
        if disputes:
            dispute = disputes[number % len(disputes)]
            await self.desk._post(f"/_sandbox/disputes/{dispute['id']}", {"status": state, "funds": funds})
            moved = [one async for one in self.desk._all("/v1/disputes") if one["id"] == dispute["id"]]
            self.went_back |= _rank(moved[0]) < _rank(dispute)

    async def renew(self, session_id: str, card: str) -> None:
        subscription = (await self.desk.session(session_id))["subscription"]
        if subscription is not None:
            path = f"/_sandbox/subscriptions/{subscription['id']}/renew"
            await self.desk._post(path, {"payment_method": card})

    async def refuse_creates(self, refuses: bool) -> None:
        self.refuses_creates = refuses
        if refuses:
            await self.desk.control("create_refusal", message="No account name.")
        else:
            await self.desk.accept_creates()

    async def _is_subscription(self, session_id: str) -> bool:
        return bool((await self.desk.session(session_id))["mode"] == "subscription")

    async def _charges(self, session_id: str) -> list[str]:
        """The charge of its intent, or of its first invoice's; Stripe refuses what it has no money for."""
        (session,) = [one for one in await self.desk.sessions() if one["id"] == session_id]
        charges = [intent["latest_charge"] for intent in intents_of(session)]
        return [charge["id"] for charge in charges if charge is not None]

    # What Stripe does

    async def collect(self) -> None:
        """Fetch what has happened at Stripe since the last time: it is on its way now."""
        self.unsent += await self.desk.events()

    async def deliver(self, event: Event) -> None:
        receipt = await self.mortal.spawn(self.gateway.deliver(event))
        self.met["deliveries that changed nothing" if receipt is Receipt.DUPLICATE else "deliveries"] += 1

    # What goes wrong

    async def kill_during(self, call: Coroutine[Any, Any, Any] | None, *, ticks: int) -> None:
        """Kill the gateway some moments into a call, and open it again; its subscribers come back."""
        if call is not None:
            task = self.mortal.spawn(call)
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
            for _ in range(ticks):
                if task.done():
                    break
                await asyncio.sleep(0.0005)
            self.met["calls that a death cut off"] += not task.done()
        await self.mortal.kill()
        self.front.calm()
        await self.mortal.open()
        for client in self.clients:
            if not client.ended:
                client.task = self.mortal.spawn(self._listen(client))

    async def die_in_create(self, request: CheckoutRequest, *, ticks: int) -> None:
        """Nobody was answered; whether the key stands for this request now is what was committed."""
        await self.kill_during(self.gateway.services.checkout.create(request), ticks=ticks)
        rows = await rows_of(self.database_url)
        if request.stored_key in {key["key"] for key in rows.keys}:
            self.keys.setdefault(request.stored_key or "", request)

    # What must hold

    async def check(self) -> None:
        """After each step, from committed rows."""
        await self._rest()
        rows = await rows_of(self.database_url)
        found = violations(rows, await self.desk.sessions(), settled=False)
        found += _forgotten(self.before, rows) if self.before else []
        found += [problem for client in self.clients for problem in _of_client(client)]
        self.before = rows
        _expect(not found, "; ".join(found))

    async def check_in_the_end(self) -> None:
        """Everything arrives but what was dropped; then one reconciliation, and all must agree with Stripe."""
        await self.collect()
        random.Random(len(self.unsent)).shuffle(self.unsent)
        for event in self.unsent:
            await self.deliver(event)
        await self._finish_creates()
        if not (self.dropped or self.went_back):
            await self._agree()  # Events alone are enough.
        await self._reconcile()
        await self._agree()
        await self._doctor_agrees()
        for event in [*self.dropped, *self.desk.seen.values()]:
            await self.deliver(event)
        await self._agree()
        await self.check()
        await self._all_clients_are_notified()

    async def _finish_creates(self) -> None:
        """Rows without a session are older than a minute, says their clock, and the job comes by."""
        old = "UPDATE payment SET created_at = '2026-01-01 00:00:00+00:00' WHERE creation = 'creating'"
        await execute(self.database_url, old)
        await self.mortal.spawn(self.gateway.services.completer.complete_abandoned())
        left = [row["id"] for row in (await rows_of(self.database_url)).payments if row["creation"] == "creating"]
        _expect(not left, f"I7: {left} never got a session")

    async def _reconcile(self) -> None:
        await self.compare()
        _expect(await self.compare() == "clean", "I9: a second comparison still found differences")

    async def _agree(self) -> None:
        rows, sessions = await rows_of(self.database_url), await self.desk.sessions()
        found = violations(rows, sessions)
        for session in sessions:
            row = rows.payment(session["id"])
            found += _disagreements(row, [one for one in rows.movements if one["payment_id"] == row["id"]], session)
        _expect(not found, "; ".join(found))

    async def _doctor_agrees(self) -> None:
        """The gateway's own check of its invariants, Stripe's side included."""
        services: Any = self.gateway.services
        report = await self.mortal.spawn(
            invariants.check(
                services.health._database,
                keys=AuditKeys(),
                livemode=False,
                instances=services.installation.current.instances,
                stripe=services.checkout._stripe,
            )
        )
        _expect(report.ok, "; ".join(f"{one.invariant} of {one.subject}: {one.sentence}" for one in report.violations))

    async def _all_clients_are_notified(self) -> None:
        rows = await rows_of(self.database_url)
        for client in self.clients:
            await eventually(partial(_is_reported, client, rows.payment(client.session_id)))
        await self.check()

    async def _listen(self, client: Client) -> None:
        watch = self.gateway.services.payments.watch(client.session_id, since_version=client.seen)
        async with aclosing(watch) as snapshots:
            async for snapshot in snapshots:
                client.versions.append(snapshot.version)
                client.seen = snapshot.version  # Less than it asked to go on from, where that was more than there is.
        client.ended = True

    async def _rest(self) -> None:
        """Let calls to Stripe that nobody waits for come back, so that the next step starts from rest."""
        refresher: Any = self.gateway.services.payments._refresher
        while refresher._flights:
            await asyncio.wait(refresher._flights.values(), timeout=1)
        await self.gateway.settled()

    def _answered(self, request: CheckoutRequest, session_id: str, url: str) -> None:
        if session_id not in self.sessions:
            self.sessions.append(session_id)
        if request.stored_key is not None:
            first = self.answers.setdefault(request.stored_key, (session_id, url))
            _expect(first == (session_id, url), f"I8: key {request.idempotency_key} answered {first} and {session_id}")

    async def _url_is_lost(self, request: CheckoutRequest) -> bool:
        """A crash ate the answer to create and the session ended before anybody asked again: no url to hand out."""
        rows = await rows_of(self.database_url)
        return any(
            row["url"] is None and (row["request_hash"] == request.hash or row["purchase_key"] == request.purchase_key)
            for row in rows.payments
        )

    async def _check_refused(self, request: CheckoutRequest, refusal: AlreadyPaid | PaymentInProgress) -> None:
        """I18: only a known caller is given the session of a reference; and what it is refused for is so."""
        _expect(request.caller.is_known and not request.allow_repeat, f"{request} was refused as {refusal.code}")
        row = (await rows_of(self.database_url)).payment(str(refusal.session_id))
        _expect(row["client_reference_id"] == request.client_reference_id, f"{refusal.code} names another purchase")
        wanted = {"paid", "no_payment_required"} if isinstance(refusal, AlreadyPaid) else {"processing"}
        _expect(row["status"] in wanted, f"{refusal.code} for a payment that is {row['status']}")

    def _forget_refused(self, request: CheckoutRequest, held: set[str]) -> None:
        """A refusal is never remembered: the key stands for what it stood for before."""
        if request.stored_key is not None and request.stored_key not in held:
            self.keys.pop(request.stored_key, None)

    async def _forget_unkept(self, request: CheckoutRequest) -> None:
        """A create that failed before its row was written, or whose row was closed, keeps no key."""
        held = {key["key"] for key in (await rows_of(self.database_url)).keys}
        self._forget_refused(request, held)


def _is_reported(client: Client, row: Row) -> bool:
    return client.ended or (not row["is_final"] and client.seen >= row["version"])


def _of_client(client: Client) -> list[str]:
    versions = client.versions
    grows = all(one < two for one, two in pairwise(versions))
    found = [] if grows else [f"I11: a watcher of {client.session_id} saw {versions}"]
    crashed = client.task is not None and client.task.done() and not client.task.cancelled()
    error = client.task.exception() if crashed and client.task else None
    return [*found, f"a watch ended with {error!r}"] if error is not None else found


def _forgotten(before: Rows, now: Rows) -> list[str]:
    """I4, I13: versions and final statuses stay, history and event bodies are only added to."""
    found = []
    lines = {(line["payment_id"], line["version"]): line for line in now.changes}
    found += [f"I13: {x} changed" for x in before.changes if lines.get((x["payment_id"], x["version"])) != x]
    bodies = {event["id"]: event["body"] for event in now.events}
    found += [f"I13: {x['id']} changed" for x in before.events if bodies.get(x["id"]) != x["body"]]
    rows = {row["id"]: row for row in now.payments}
    for old in before.payments:
        new = rows.get(old["id"])
        if new is None or new["version"] < old["version"] or new["revision"] < old["revision"]:
            found.append(f"I5: {old['id']} went backwards")
        elif old["is_final"] and new["status"] not in {old["status"], "paid"}:
            found.append(f"I4: {old['id']} was {old['status']}, is {new['status']}")
        elif old["session_id"] is not None and new["session_id"] != old["session_id"]:
            found.append(f"I6: {old['id']} changed its session")
    return found


def _rank(dispute: dict[str, Any]) -> tuple[int, DisputeState]:
    return len(dispute["balance_transactions"]), DisputeState[dispute["status"].upper()]


def _disagreements(row: Row, movements: list[Row], session: dict[str, Any]) -> list[str]:
    allowed = truth(session, cancel_recorded="cancel_requested" in row["facts"])
    found = []
    if Status(row["status"]) not in allowed:
        found.append(f"I2: {row['id']} is {row['status']}, Stripe tells {sorted(allowed)}")
    kept = sum(movement["amount_minor"] for movement in movements)
    if kept != kept_minor(session):
        found.append(f"I9: {row['id']} kept {kept}, Stripe {kept_minor(session)}")
    if is_shown_disputed(facts_from_json(row["facts"])) != is_disputed(session):
        found.append(f"I2: {row['id']} disagrees about a dispute")
    return found


def _expect(holds: bool, problem: str) -> None:
    if not holds:
        raise Violation(problem)
