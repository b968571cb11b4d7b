"""The run itself: a gateway, its load, its troubles, its samples, and what did not hold."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import psutil  # type: ignore[import-untyped]

from tests.attack.http_kinds import HTTP_KINDS
from tests.attack.kinds import Kind, Target
from tests.attack.socket_kinds import SOCKET_KINDS
from tests.harness.child import Child
from tests.harness.deployment import Deployment
from tests.harness.fork_server import ForkServer
from tests.harness.proxy import Proxy, open_proxy
from tests.harness.stripe import Stripe
from tests.soak.purchases import Purchases
from tests.soak.samples import Growth, Sample, growths, take
from tests.soak.trouble import Attackers, cause_faults, over

KINDS = tuple(kind for kind in (*HTTP_KINDS, *SOCKET_KINDS) if kind.addresses != "proxy" and not kind.open_files)
LONG_ENOUGH_MINUTES = 10.0
"""A shorter run is all warming up, and its quarters say nothing."""
WAVES_EVERY = 20.0


@dataclass(frozen=True)
class Plan:
    """Seconds, but for `minutes`. `hold` is how long a payment is watched before it is paid, on average."""

    minutes: float = 60.0
    watchers: int = 500
    hold: float = 120.0
    faults_every: float = 60.0
    waves_every: float = WAVES_EVERY
    sample_every: float = 5.0
    seed: int = 0
    kinds: tuple[Kind, ...] = KINDS


@dataclass
class Outcome:
    """All that was seen, also of a run that was interrupted."""

    samples: list[Sample] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    waves: int = 0
    growths: list[Growth] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)
    seconds: float = 0.0


@dataclass
class _World:
    deployment: Deployment
    gateway: Child
    stripe: Stripe
    proxy: Proxy


async def soak(
    plan: Plan,
    folder: Path,
    *,
    database_url: str,
    stop: asyncio.Event,
    say: Callable[[str], None] = lambda _line: None,
    fork_server: ForkServer | None = None,
) -> Outcome:
    """Until its time is over or `stop` is set. What did not hold is in `breaches`."""
    outcome, dice = Outcome(), random.Random(plan.seed)
    async with _open_world(folder, database_url, fork_server) as world, world.deployment.shop() as shop:
        url = world.deployment.url
        buying = Purchases(shop, world.stripe, url, watchers=plan.watchers, hold=plan.hold, dice=dice)
        answer = await shop.create()
        assert answer is not None, "the gateway hung up"
        assert answer.ok, answer.body
        target = Target(f"127.0.0.1:{world.deployment.port}", (answer.body["sessionId"],))
        attackers = Attackers(plan.kinds, world.deployment.port, target)
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            group.create_task(_end_after(stop, plan.minutes * 60))
            group.create_task(buying.run(stop))
            faults = group.create_task(cause_faults(world.proxy, stop, every=plan.faults_every, dice=dice))
            group.create_task(attackers.run(stop, every=plan.waves_every, dice=dice))
            group.create_task(_sample(world, plan, stop, outcome.samples))
            group.create_task(_progress(outcome, buying, attackers, stop, say))
        outcome.seconds = time.monotonic() - began
        outcome.counts, outcome.faults = buying.counts, faults.result()
        outcome.refused, outcome.waves = attackers.refused, attackers.waves
        outcome.growths = growths(outcome.samples)
        outcome.breaches += _breaches(plan, outcome, buying)
        outcome.breaches += await _last_words(world)
    return outcome


@asynccontextmanager
async def _open_world(folder: Path, database_url: str, fork_server: ForkServer | None) -> AsyncIterator[_World]:
    """Watchers come as through a proxy that is believed, each with an address; hostile peers come directly."""
    deployment = Deployment(folder, database_url, fork_server=fork_server)
    await deployment.migrate()
    async with deployment.sandbox() as stripe, open_proxy(deployment.sandbox_port) as proxy:
        deployment.stripe_base = proxy.url
        gateway = await deployment.started_gateway(GATEWAY_TRUSTED_PROXIES="127.0.0.1", GATEWAY_RECONCILE_EVERY="15m")
        try:
            yield _World(deployment, gateway, stripe, proxy)
        finally:
            if gateway.is_running:
                await gateway.kill()


def _breaches(plan: Plan, outcome: Outcome, buying: Purchases) -> list[str]:
    rules = {
        f"{len(buying.missed)} final statuses missed: {buying.missed[:5]}": bool(buying.missed),
        f"{buying.backwards} versions went backwards": bool(buying.backwards),
        "proved nothing: nothing was paid": not buying.counts["paid"],
        "proved nothing: there was no fault": not outcome.faults,
        "proved nothing: no hostile peer was refused": not outcome.refused.total(),
        "proved nothing: nobody left and came back": not buying.counts["left and came back"],
    }
    found = [sentence for sentence, is_broken in rules.items() if is_broken]
    if plan.minutes >= LONG_ENOUGH_MINUTES:
        if not outcome.growths:
            found.append("proved nothing: too few samples")
        found += [
            f"{one.name} grew: {one.second:.1f} in the second quarter, {one.last:.1f} in the last"
            for one in outcome.growths
            if one.is_growth
        ]
    return found


async def _last_words(world: _World) -> list[str]:
    """The gateway's own opinion of its rows, and how it ended."""
    if not world.gateway.is_running:
        return [f"the gateway ended with {world.gateway.exit_code}: {world.gateway.said()[-2000:]}"]
    found = []
    code, said = await world.deployment.run("doctor", "--invariants")
    if code != 0:
        found.append(f"doctor --invariants: {said[-2000:]}")
    try:
        code = await world.gateway.stop()
    except TimeoutError:
        code = -9
    if code != 0:
        found.append(f"after SIGTERM it ended with {code}")
    _, broken, after = world.gateway.said().partition("Traceback")
    return [*found, *([f"a traceback in the log: {after[:2000]}"] if broken else [])]


async def _end_after(stop: asyncio.Event, seconds: float) -> None:
    await over(stop, seconds)
    stop.set()


async def _sample(world: _World, plan: Plan, stop: asyncio.Event, samples: list[Sample]) -> None:
    timeout = aiohttp.ClientTimeout(total=10)
    async with aiohttp.ClientSession(world.deployment.url, timeout=timeout) as http:
        while not await over(stop, plan.sample_every):
            try:
                samples.append(await take(http, world.gateway.pid))
            except psutil.NoSuchProcess:
                stop.set()


async def _progress(
    outcome: Outcome, buying: Purchases, attackers: Attackers, stop: asyncio.Event, say: Callable[[str], None]
) -> None:
    minute = 0
    while not await over(stop, 60.0):
        minute += 1
        last: Any = outcome.samples[-1] if outcome.samples else None
        held = f"{last.rss_mb:.0f} MB, {last.descriptors} descriptors, {last.tasks} tasks" if last else "no sample"
        say(
            f"minute {minute:>3}: {held}; {last.watchers if last else 0} watching, {buying.counts['paid']} paid, "
            f"{len(buying.missed)} missed, {attackers.waves} waves, {attackers.refused.total()} refused"
        )
