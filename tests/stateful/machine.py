"""The machine: what clients, buyers, banks, the post and fate may do, in any order (docs/invariants.md).

Every rule is one step; after each one all invariants that can be seen from outside are checked. No rule is forbidden at
any time, it only does nothing then: what is drawn must not depend on where a crash happened to strike.
"""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from gateway.domain.callers import SIGNED, operator
from gateway.models.migrations import upgrade
from gateway.services.checkout.service import CheckoutRequest
from tests.harness.bare_gateway import settings_for
from tests.harness.stripe_account import FREE, MONTHLY, PRICE, stripe_side
from tests.harness.stripe_front import Fault
from tests.stateful.world import World

CARDS = (
    "pm_card_visa",
    "pm_card_chargeDeclined",
    "pm_card_chargeDeclinedInsufficientFunds",
    "pm_card_threeDSecure2Required",
    "pm_sandbox_processing",
    "pm_sandbox_processingFails",
    "pm_card_createDispute",
)
CLIENTS_AT_MOST = 6
CREATE_FAULTS = (None, None, None, Fault.LOSE_ANSWER, Fault.LOSE_REQUEST, Fault.BREAK_AFTER, Fault.BREAK_BEFORE)
EXPIRE_FAULTS = (None, None, Fault.LOSE_ANSWER, Fault.LOSE_REQUEST)

nth = st.integers(0, 7)
KEYS = (None, "a-key-that-nobody-can-guess-0", "a-key-that-nobody-can-guess-1")
anonymous = st.builds(
    CheckoutRequest,
    price_id=st.sampled_from([PRICE, PRICE, MONTHLY, FREE]),
    idempotency_key=st.sampled_from(KEYS),
    client_reference_id=st.sampled_from([None, "r0", "r1"]),
)
known = st.builds(
    CheckoutRequest,
    price_id=st.sampled_from([PRICE, PRICE, MONTHLY, FREE]),
    idempotency_key=st.sampled_from(KEYS),
    client_reference_id=st.sampled_from([None, "r0", "r1"]),
    customer_email=st.sampled_from([None, None, "jo@shop.example"]),
    allow_repeat=st.sampled_from([False, False, True]),
    caller=st.sampled_from([SIGNED, operator("jo")]),
)
requests = anonymous | known
STATES = "warning_needs_response warning_under_review warning_closed needs_response under_review prevented won lost"
DISPUTE_STATES = tuple(STATES.split())


class Bench:
    """One loop, one sandbox server and one template database for all histories of a process."""

    def __init__(self) -> None:
        self.runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        # In memory where that is possible: what is tested is the death of a process, not the loss of power.
        memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
        self._scratch = tempfile.TemporaryDirectory(prefix="stateful-", dir=memory)
        self.scratch = self._scratch.name
        self.world = self.runner.run(self._open(Path(self.scratch)))
        self.counts: Counter[str] = Counter()

    def run(self, call: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(call)

    def close(self) -> None:
        self.runner.run(self._stack.aclose())
        self.runner.close()
        self._scratch.cleanup()

    async def _open(self, scratch: Path) -> World:
        template = scratch / "template.db"
        await upgrade(settings_for(f"sqlite://{template}", scratch))
        front, desk = await self._stack.enter_async_context(stripe_side())
        return World(front, desk, template, scratch)


class Purchases(RuleBasedStateMachine):
    """A few purchases at a time, and everything that can happen to them."""

    bench: ClassVar[Bench]

    def __init__(self) -> None:
        super().__init__()
        self.world = self.bench.world
        self.began = False

    @initialize(request=requests, is_lossy=st.booleans())
    def begin(self, request: CheckoutRequest, is_lossy: bool) -> None:
        self.is_lossy = is_lossy
        self.bench.run(self.world.begin())
        self.began = True
        self.bench.counts["histories"] += 1
        self._step(self.world.create(request, None))

    # Clients of the gateway

    @rule(request=requests, fault=st.sampled_from(CREATE_FAULTS))
    def create(self, request: CheckoutRequest, fault: Fault | None) -> None:
        self._step(self.world.create(request, fault))

    @rule(number=nth, fault=st.sampled_from(EXPIRE_FAULTS))
    def cancel(self, number: int, fault: Fault | None) -> None:
        self._step(self.world.cancel(self._session(number), fault))

    @rule(number=nth)
    def read(self, number: int) -> None:
        self._step(self.world.read(self._session(number)))

    @rule(number=nth, since=st.sampled_from([0, 0, 1, 2, 9]))
    def subscribe(self, number: int, since: int) -> None:
        async def begin() -> None:
            if len(self.world.clients) < CLIENTS_AT_MOST:
                self.world.subscribe(self._session(number), since=since)

        self._step(begin())

    # Buyers, banks and the Dashboard

    @rule(number=nth, card=st.sampled_from(CARDS))
    def pay(self, number: int, card: str) -> None:
        self._step(self.world.desk.pay(self._session(number), card))

    @rule(number=nth, well=st.booleans())
    def answer_challenge(self, number: int, well: bool) -> None:
        self._step(self.world.desk.answer_challenge(self._session(number), well=well))

    @rule()
    def settle(self) -> None:
        self._step(self.world.desk.settle())

    @rule(number=nth)
    def expire(self, number: int) -> None:
        self._step(self.world.desk.expire(self._session(number)))

    @rule(number=nth, amount_minor=st.sampled_from([100, 250, 500]))
    def refund(self, number: int, amount_minor: int) -> None:
        self._step(self.world.refund(self._session(number), amount_minor))

    @rule(number=nth, amount_minor=st.sampled_from([100, 300]))
    def add_a_line(self, number: int, amount_minor: int) -> None:
        """The total of an open session moves: the shop's dashboard offers another price, and the buyer takes it."""
        self._step(self.world.add_a_line(self._session(number), amount_minor))

    @rule(number=nth, code=st.sampled_from(["TENTH", "ALL", None]))
    def enter_a_code(self, number: int, code: str | None) -> None:
        self._step(self.world.enter_a_code(self._session(number), code))

    @rule(number=nth, state=st.sampled_from(DISPUTE_STATES), amount_minor=st.sampled_from([None, 100]))
    def dispute(self, number: int, state: str, amount_minor: int | None) -> None:
        self._step(self.world.dispute(self._session(number), state, amount_minor))

    @rule(
        number=nth,
        state=st.sampled_from(DISPUTE_STATES),
        funds=st.sampled_from(["auto", "auto", "none", "reinstated", "withdrawn"]),
    )
    def move_a_dispute(self, number: int, state: str, funds: str) -> None:
        self._step(self.world.move_a_dispute(number, state, funds))

    @rule(number=nth, end=st.sampled_from(["fail", "fail", "succeed", "cancel"]))
    def end_a_refund(self, number: int, end: str) -> None:
        self._step(self.world.end_a_refund(number, end))

    @rule(enabled=st.booleans())
    def let_refunds_begin_pending(self, enabled: bool) -> None:
        self._step(self.world.desk.control("pending_refunds", enabled=str(enabled).lower()))

    @rule(number=nth, card=st.sampled_from(["pm_card_visa", "pm_card_chargeDeclined"]))
    def renew(self, number: int, card: str) -> None:
        self._step(self.world.renew(self._session(number), card))

    @rule(refuses=st.booleans())
    def refuse_creates(self, refuses: bool) -> None:
        self._step(self.world.refuse_creates(refuses))

    # The post

    @rule(number=st.integers(0, 40))
    def deliver_one(self, number: int) -> None:
        unsent = self.world.unsent
        if unsent:
            place = number % len(unsent)
            self.world.met["deliveries in another order"] += place > 0
            self._step(self.world.deliver(unsent.pop(place)))

    @rule(backwards=st.booleans())
    def deliver_all_at_once(self, backwards: bool) -> None:
        async def deliver() -> None:
            unsent, self.world.unsent = self.world.unsent, []
            self.world.met["deliveries in another order"] += backwards and len(unsent) > 1
            await asyncio.gather(*(self.world.deliver(e) for e in (reversed(unsent) if backwards else unsent)))

        self._step(deliver())

    @rule(number=st.integers(0, 80))
    def deliver_again(self, number: int) -> None:
        seen = list(self.world.desk.seen.values())
        if seen:
            self._step(self.world.deliver(seen[number % len(seen)]))

    @rule(number=st.integers(0, 40))
    def drop(self, number: int) -> None:
        unsent = self.world.unsent
        if unsent and self.is_lossy:
            self.world.dropped.append(unsent.pop(number % len(unsent)))
            self.world.met["events lost"] += 1

    # Fate

    @rule(request=requests, ticks=st.integers(0, 30))
    def die_in_create(self, request: CheckoutRequest, ticks: int) -> None:
        self._step(self.world.die_in_create(request, ticks=ticks))

    @rule(number=nth, ticks=st.integers(0, 20))
    def die_in_cancel(self, number: int, ticks: int) -> None:
        call = self.world.gateway.services.checkout.cancel(self._session(number))
        self._step(self.world.kill_during(call, ticks=ticks))

    @rule(number=st.integers(0, 40), ticks=st.integers(0, 12))
    def die_in_receive(self, number: int, ticks: int) -> None:
        """Not acknowledged, so Stripe keeps it and comes again."""
        unsent = self.world.unsent
        if unsent:
            self._step(self.world.kill_during(self.world.gateway.deliver(unsent[number % len(unsent)]), ticks=ticks))

    @rule()
    def reconcile(self) -> None:
        self._step(self.world.compare())

    @invariant()
    def all_invariants_hold(self) -> None:
        if self.began:
            self.bench.run(self.world.check())

    def teardown(self) -> None:
        if not self.began:
            return
        try:
            self.bench.run(self.world.check_in_the_end())
        finally:
            self.bench.run(self.world.end())

    def _session(self, number: int) -> str:
        return self.world.sessions[number % len(self.world.sessions)]

    def _step(self, call: Any) -> None:
        async def step() -> None:
            await call
            await self.world.collect()

        self.bench.counts["steps"] += 1
        self.bench.run(step())
