"""What goes wrong, how it is put right, and which alerts are about it.

`fires`: each of these, or the alert does not do its work. `follows`: what the same fault leads to after a while, and
may be seen or not. Anything else is a false alarm.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import aiohttp

from tests.alerts.world import World
from tests.harness import proxy
from tests.harness.deployment import ADMIN_KEY
from tests.harness.shop import Shop
from tests.harness.waiting import eventually
from tests.replicas.cluster import Replica

Play = Callable[[World], AbstractAsyncContextManager[None]]
BURNS = ("GatewayBudgetBurnsFast", "GatewayBudgetBurns", "GatewayBudgetBurnsSlowly")
QUIET_SECONDS = 20.0
"""How long what must raise no alert goes on."""


def burns(*objectives: str) -> frozenset[str]:
    return frozenset(f"{alert} {objective}" for alert in BURNS for objective in objectives)


@dataclass(frozen=True, slots=True)
class Fault:
    name: str
    play: Play
    fires: frozenset[str] = frozenset()
    follows: frozenset[str] = frozenset()


@asynccontextmanager
async def _replica_dies(world: World) -> AsyncIterator[None]:
    async with _killed(await replica_that(world, leads=False)):
        yield


@asynccontextmanager
async def _leader_dies(world: World) -> AsyncIterator[None]:
    async with _killed(await replica_that(world, leads=True)):
        yield


@asynccontextmanager
async def _killed(replica: Replica) -> AsyncIterator[None]:
    await replica.child.kill()
    try:
        yield
    finally:
        await replica.start()


@asynccontextmanager
async def _lock_is_taken(world: World) -> AsyncIterator[None]:
    """Somebody else's session holds the leader's lock, from the moment that the leader dies until the end."""
    held = await world.cluster.query(
        "SELECT l.classid, l.objid, l.objsubid, l.pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database "
        "WHERE l.locktype = 'advisory' AND l.granted AND d.datname = current_database()"
    )
    lock = held[0]
    async with world.cluster.session() as connection:
        await connection.execute("SELECT pg_terminate_backend($1)", lock["pid"])
        key = (lock["classid"] << 32) | lock["objid"]
        asked = "SELECT pg_advisory_lock($1)" if lock["objsubid"] == 1 else "SELECT pg_advisory_lock($1, $2)"
        values = (key,) if lock["objsubid"] == 1 else (lock["classid"], lock["objid"])
        await connection.execute(asked, *values)
        yield


@asynccontextmanager
async def _stripe_is_away(world: World) -> AsyncIterator[None]:
    async with _stripe(world, proxy.reset):
        yield


@asynccontextmanager
async def _stripe_is_silent(world: World) -> AsyncIterator[None]:
    async with _stripe(world, proxy.black_hole):
        yield


@asynccontextmanager
async def _stripe_breaks(world: World) -> AsyncIterator[None]:
    async with _stripe(world, proxy.broken(does_work=True)):
        yield


@asynccontextmanager
async def _stripe(world: World, action: proxy.Action) -> AsyncIterator[None]:
    world.proxy.when(proxy.ANYTHING, action)
    try:
        yield
    finally:
        world.proxy.heal()


@asynccontextmanager
async def _postgres_is_away(world: World) -> AsyncIterator[None]:
    await asyncio.to_thread(world.engines.postgres.stop)
    try:
        yield
    finally:
        await asyncio.to_thread(world.engines.postgres.restart)


@asynccontextmanager
async def _postgres_is_frozen(world: World) -> AsyncIterator[None]:
    world.engines.postgres.freeze()
    try:
        yield
    finally:
        world.engines.postgres.thaw()


@asynccontextmanager
async def _redis_is_away(world: World) -> AsyncIterator[None]:
    world.engines.redis.kill()
    try:
        yield
    finally:
        world.engines.redis.start()


@asynccontextmanager
async def _endpoint_is_gone(world: World) -> AsyncIterator[None]:
    await world.webhooks.close()
    try:
        yield
    finally:
        await world.webhooks.open()


@asynccontextmanager
async def _signatures_are_forged(world: World) -> AsyncIterator[None]:
    async def forge() -> None:
        async with Shop(world.cluster.urls[0], webhook_secret="whsec_of_somebody_else") as forger:
            while True:
                await forger.deliver({"id": f"evt_{uuid4().hex}", "object": "event", "type": "charge.succeeded"})
                await asyncio.sleep(0.2)

    async with _beside(forge()):
        yield


@asynccontextmanager
async def _other_mode(world: World) -> AsyncIterator[None]:
    event = (await world.stripe.latest_events(1))[0] | {"id": f"evt_{uuid4().hex}", "livemode": True}
    answer = await world.shop.deliver(event)
    assert answer is not None
    assert answer.ok, answer.body
    yield


@asynccontextmanager
async def _event_is_poisoned(world: World) -> AsyncIterator[None]:
    """The database refuses every change of one payment."""
    answer = await world.shop.create()
    assert answer is not None
    session = answer.body["sessionId"]
    await world.cluster.query(
        "CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'poisoned'; END $$"
    )
    await world.cluster.query(
        "CREATE TRIGGER poison BEFORE UPDATE ON payment FOR EACH ROW "
        f"WHEN (OLD.session_id = '{session}') EXECUTE FUNCTION poison()"
    )
    try:
        assert await world.stripe.pay(session) == 200
        yield
    finally:
        await world.cluster.query("DROP TRIGGER poison ON payment")
        await world.cluster.query("DROP FUNCTION poison")
        await world.cluster.query("UPDATE webhook_event SET next_try_at = now() WHERE state = 'failed'")


@asynccontextmanager
async def _back_end_is_away(world: World) -> AsyncIterator[None]:
    world.back_end.decide = lambda _: 503
    try:
        yield
    finally:
        world.back_end.decide = lambda _: 200
        await world.cluster.query("UPDATE delivery SET next_try_at = now() WHERE state = 'pending'")


@asynccontextmanager
async def _buyer_disputes(world: World) -> AsyncIterator[None]:
    answer = await world.shop.create()
    assert answer is not None
    assert await world.stripe.pay(answer.body["sessionId"], "pm_card_createDispute") == 200
    try:
        yield
    finally:
        await _resolve_all(world)


@asynccontextmanager
async def _facts_are_wrong(world: World) -> AsyncIterator[None]:
    """Somebody wrote into the database by hand: a charge that brought a dollar more than Stripe says."""
    paid = (await world.cluster.query("SELECT id, facts FROM payment WHERE status = 'paid' LIMIT 1"))[0]
    wrong = _dearer(paid["facts"])
    await world.cluster.query("UPDATE payment SET facts = $2::jsonb WHERE id = $1", paid["id"], wrong)
    try:
        yield
    finally:
        await world.cluster.query("UPDATE payment SET facts = $2::jsonb WHERE id = $1", paid["id"], paid["facts"])
        await _resolve_all(world)


def _dearer(facts: str) -> str:
    found = facts.replace('"amount_captured": 500', '"amount_captured": 600')
    assert found != facts, facts
    return found


@asynccontextmanager
async def _events_come_fifty_times(world: World) -> AsyncIterator[None]:
    events = await world.stripe.latest_events(10)
    await asyncio.gather(*(world.shop.deliver(event) for event in events for _ in range(50)))
    await asyncio.sleep(QUIET_SECONDS)
    yield


@asynccontextmanager
async def _clients_misbehave(world: World) -> AsyncIterator[None]:
    """Bombs, junk, bodies too large, sessions of others: refused, and nobody is woken."""

    async def misbehave() -> None:
        async with aiohttp.ClientSession(world.cluster.urls[0]) as http:
            while True:
                for path, body in _JUNK:
                    with suppress(aiohttp.ClientError):
                        async with http.post(path, data=body, headers={"Content-Type": "application/json"}) as answer:
                            world.counts[f"junk {answer.status}"] += 1
                async with http.get("/api/check-payment-status/cs_test_somebody_elses") as answer:
                    world.counts[f"junk {answer.status}"] += 1

    async with _beside(misbehave()):
        await asyncio.sleep(QUIET_SECONDS)
        yield


_JUNK: tuple[tuple[str, bytes], ...] = (
    ("/graphql", b'{"query": "{ ' + b"a: prices { __typename } " * 20 + b'}"}'),
    ("/graphql", b'{"query": "' + b"{ a " * 200 + b'"}'),
    ("/graphql", b"[" * 100),
    ("/api/create-checkout-session", b'{"priceId": "price_nobody_has"}'),
    ("/api/create-checkout-session", b"x" * 5000),
    ("/api/stripe/webhook", b"x" * 600_000),
)


async def replica_that(world: World, *, leads: bool) -> Replica:
    async with aiohttp.ClientSession() as http:

        async def is_leading(replica: Replica) -> bool:
            async with http.get(f"{replica.url}/metrics") as answer:
                return "gateway_leading 1.0" in await answer.text()

        async def somebody_leads() -> bool:
            return any([await is_leading(replica) for replica in world.cluster.replicas])

        await eventually(somebody_leads, seconds=60, what="somebody leads")
        found = [replica for replica in world.cluster.replicas if await is_leading(replica) is leads]
        return found[0]


async def _resolve_all(world: World) -> None:
    """As an operator does it at the desk."""
    for row in await world.cluster.query("SELECT id FROM discrepancy WHERE state <> 'resolved'"):
        await _as_operator(world, _RESOLVE, id=str(row["id"]))


async def _as_operator(world: World, query: str, **variables: Any) -> None:
    headers = {"Authorization": f"Bearer {ADMIN_KEY}"}
    async with (
        aiohttp.ClientSession(world.cluster.urls[0], headers=headers) as http,
        http.post("/graphql", json={"query": query, "variables": variables}) as answer,
    ):
        body = await answer.json()
        assert "errors" not in body, body


_RESOLVE = (
    'mutation ($id: ID!) { resolveDiscrepancy(id: $id, note: "The programme\'s own doing.") '
    "{ __typename ... on Refusal { code message } } }"
)


@asynccontextmanager
async def _beside(work: Any) -> AsyncIterator[None]:
    task = asyncio.ensure_future(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


_STRIPE = Fault(
    "Stripe refuses connections",
    _stripe_is_away,
    fires=frozenset({"GatewayCannotReachStripe"}) | burns("create"),
)
_DATABASE = Fault(
    "PostgreSQL is away",
    _postgres_is_away,
    fires=frozenset({"GatewayNobodyLeads"}) | burns("create", "status"),
    follows=burns("event", "delivery"),
)
FAULTS = (
    Fault("events come fifty times", _events_come_fifty_times),
    Fault("clients misbehave", _clients_misbehave),
    Fault("a replica dies", _replica_dies, fires=frozenset({"GatewayDown"})),
    Fault("the leader dies", _leader_dies, fires=frozenset({"GatewayDown"})),
    Fault("the leader's lock is taken", _lock_is_taken, fires=frozenset({"GatewayNobodyLeads"})),
    Fault("Redis is away", _redis_is_away, fires=frozenset({"GatewayWithoutRedis"})),
    Fault("signatures are forged", _signatures_are_forged, fires=frozenset({"GatewayRefusesSignatures"})),
    Fault("an event of the other mode", _other_mode, fires=frozenset({"GatewayOtherMode"})),
    Fault(
        "an event cannot be applied",
        _event_is_poisoned,
        fires=frozenset({"GatewayInboxWaits"}),
        follows=frozenset({"GatewayDiscrepancyOpen event_failed"}),
    ),
    Fault("a buyer disputes", _buyer_disputes, fires=frozenset({"GatewayDiscrepancyOpen dispute_open"})),
    Fault(
        "the facts are wrong",
        _facts_are_wrong,
        fires=frozenset({"GatewayLedgerDrifts usd"}),
        follows=frozenset({"GatewayDiscrepancyOpen amount"}),
    ),
    Fault(
        "the back end is away",
        _back_end_is_away,
        fires=frozenset({"GatewayNoticesWait"}),
        follows=burns("delivery"),
    ),
    Fault(
        "the endpoint at Stripe is gone",
        _endpoint_is_gone,
        fires=frozenset({"GatewayHearsNothing"}),
        follows=burns("event"),
    ),
    _STRIPE,
    replace(_STRIPE, name="Stripe answers nothing", play=_stripe_is_silent),
    replace(_STRIPE, name="Stripe answers 500", play=_stripe_breaks),
    _DATABASE,
    replace(_DATABASE, name="PostgreSQL is frozen", play=_postgres_is_frozen),
)
