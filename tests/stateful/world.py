"""What the machine acts on: one sandbox, one mortal house, the post between them, and what clients have been told.

Everything a client was ever answered is kept here and held against each later answer.
"""

import asyncio
import random
import shutil
from collections.abc import Coroutine
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from gateway.domain.errors import IdempotencyConflict, StripeUnavailable
from gateway.domain.status import Status
from gateway.services.checkout.service import CheckoutRequest
from tests.integration.services.oracle import refunded_minor, truth, violations
from tests.integration.services.rig import Desk, House, eventually, fresh_sandbox
from tests.integration.services.rows import Row, Rows, execute, rows_of
from tests.integration.services.stripe_front import CREATE, EXPIRE, Fault, StripeFront
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
        self.mortal = Mortal(self.database_url, self.scratch, (self.front, self.desk))
        await self.mortal.open()
        self.sessions: list[str] = []
        self.unsent: list[Event] = []
        self.dropped: list[Event] = []
        self.clients: list[Client] = []
        self.keys: dict[str, CheckoutRequest] = {}
        self.answers: dict[str, tuple[str, str]] = {}
        self.before: Rows | None = None

    async def end(self) -> None:
        await self.mortal.kill()
        await self.stack.aclose()
        asyncio.get_running_loop().set_task_factory(None)

    @property
    def house(self) -> House:
        return self.mortal.house

    # What a client of the gateway does

    async def create(self, request: CheckoutRequest, fault: Fault | None) -> None:
        conflict = request.idempotency_key in self.keys and self.keys[request.idempotency_key] != request
        if fault is not None:
            self.front.next(CREATE, fault)
        if request.idempotency_key is not None:
            self.keys.setdefault(request.idempotency_key, request)
        try:
            created = await self.mortal.spawn(self.house.services.checkout.create(request))
        except IdempotencyConflict:
            _expect(conflict, f"I8: {request} was called a conflict")
        except StripeUnavailable:
            _expect(fault is not None or await self._url_is_lost(request), f"{request} was refused without a reason")
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
            await self.mortal.spawn(self.house.services.checkout.cancel(session_id))
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
        snapshot = await self.mortal.spawn(self.house.services.payments.read(session_id))
        _expect(snapshot is not None, f"{session_id} is not found")

    async def compare(self) -> str:
        """Reconcile; how the run ended."""
        done = await self.mortal.spawn(self.house.services.reconciliation.run(trigger="cli"))
        _expect(done.outcome != "failed", f"the comparison failed: {done.problem}")
        return str(done.outcome)

    def subscribe(self, session_id: str, *, since: int) -> None:
        client = Client(session_id, since)
        self.clients.append(client)
        client.task = self.mortal.spawn(self._listen(client))

    # What Stripe does

    async def collect(self) -> None:
        """Fetch what has happened at Stripe since the last time: it is on its way now."""
        self.unsent += await self.desk.events()

    async def deliver(self, event: Event) -> None:
        await self.mortal.spawn(self.house.deliver(event))

    # What goes wrong

    async def kill_during(self, call: Coroutine[Any, Any, Any] | None, *, ticks: int) -> None:
        """Kill the house some moments into a call, and open it again; its subscribers come back."""
        if call is not None:
            task = self.mortal.spawn(call)
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
            for _ in range(ticks):
                if task.done():
                    break
                await asyncio.sleep(0.0005)
        await self.mortal.kill()
        self.front.calm()
        await self.mortal.open()
        for client in self.clients:
            if not client.ended:
                client.task = self.mortal.spawn(self._listen(client))

    async def die_in_create(self, request: CheckoutRequest, *, ticks: int) -> None:
        """Nobody was answered; whether the key stands for this request now is what was committed."""
        await self.kill_during(self.house.services.checkout.create(request), ticks=ticks)
        rows = await rows_of(self.database_url)
        if request.idempotency_key in {key["key"] for key in rows.keys}:
            self.keys.setdefault(request.idempotency_key or "", request)

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
        if not self.dropped:
            await self._agree()  # Events alone are enough.
        await self._reconcile()
        await self._agree()
        for event in [*self.dropped, *self.desk.seen.values()]:
            await self.deliver(event)
        await self._agree()
        await self.check()
        await self._all_clients_are_told()

    async def _finish_creates(self) -> None:
        """Rows without a session are older than a minute, says their clock, and the job comes by."""
        old = "UPDATE payment SET created_at = '2026-01-01 00:00:00+00:00' WHERE creation = 'creating'"
        await execute(self.database_url, old)
        await self.mortal.spawn(self.house.services.completer.complete_abandoned())
        left = [row["id"] for row in (await rows_of(self.database_url)).payments if row["creation"] == "creating"]
        _expect(not left, f"I7: {left} never got a session")

    async def _reconcile(self) -> None:
        await self.compare()
        _expect(await self.compare() == "clean", "I9: a second comparison still found differences")

    async def _agree(self) -> None:
        rows, sessions = await rows_of(self.database_url), await self.desk.sessions()
        found = violations(rows, sessions)
        for session in sessions:
            found += _disagreements(rows.payment(session["id"]), session)
        _expect(not found, "; ".join(found))

    async def _all_clients_are_told(self) -> None:
        rows = await rows_of(self.database_url)
        for client in self.clients:
            await eventually(partial(_is_told, client, rows.payment(client.session_id)))
        await self.check()

    async def _listen(self, client: Client) -> None:
        watch = self.house.services.payments.watch(client.session_id, since_version=client.seen)
        async with aclosing(watch) as snapshots:
            async for snapshot in snapshots:
                client.versions.append(snapshot.version)
                client.seen = max(client.seen, snapshot.version)
        client.ended = True

    async def _rest(self) -> None:
        """Let calls to Stripe that nobody waits for come back, so that the next step starts from rest."""
        refresher: Any = self.house.services.payments._refresher
        while refresher._flights:
            await asyncio.wait(refresher._flights.values(), timeout=1)

    def _answered(self, request: CheckoutRequest, session_id: str, url: str) -> None:
        if session_id not in self.sessions:
            self.sessions.append(session_id)
        if request.idempotency_key is not None:
            first = self.answers.setdefault(request.idempotency_key, (session_id, url))
            _expect(first == (session_id, url), f"I8: key {request.idempotency_key} answered {first} and {session_id}")

    async def _url_is_lost(self, request: CheckoutRequest) -> bool:
        """A crash ate the answer to create and the session ended before anybody asked again: no url to hand out."""
        rows = await rows_of(self.database_url)
        return any(row["url"] is None and row["request_hash"] == request.hash for row in rows.payments)


def _is_told(client: Client, row: Row) -> bool:
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


def _disagreements(row: Row, session: dict[str, Any]) -> list[str]:
    allowed = truth(session, cancel_recorded="cancel_requested" in row["facts"])
    found = []
    if Status(row["status"]) not in allowed:
        found.append(f"I2: {row['id']} is {row['status']}, Stripe tells {sorted(allowed)}")
    facts = row["facts"]
    told = sum(amount for _, amount in facts.get("refunds", {}).values())
    if max(told, facts.get("refunded_peak_minor", 0)) != refunded_minor(session):
        found.append(f"I9: {row['id']} refunded {told}, Stripe {refunded_minor(session)}")
    charge = (session["payment_intent"] or {}).get("latest_charge") or {}
    if bool(charge.get("disputed")) != bool(facts.get("disputed")):
        found.append(f"I2: {row['id']} disagrees about a dispute")
    return found


def _expect(holds: bool, problem: str) -> None:
    if not holds:
        raise Violation(problem)
