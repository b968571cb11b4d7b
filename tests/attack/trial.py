"""One trial: before, during and after the attack of one kind of peer, and SIGTERM amid the next one."""

import asyncio
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

from tests.attack.arena import Arena, met, milliseconds
from tests.attack.elsewhere import attack_elsewhere
from tests.attack.kinds import Kind
from tests.attack.rounds import Round

P99_MS = 100.0
GROWTH_MB = 100.0
STOP_SECONDS = 10.0
BEFORE_STOP_SECONDS = 1.5
PROXY_STATUSES = frozenset({502, 504})


@dataclass
class Trial:
    """The figures of one kind, and what did not hold. Milliseconds of status reads, megabytes of RSS, seconds."""

    kind: str
    peers: int
    baseline_p50: float = 0.0
    baseline_p99: float = 0.0
    honest_p50: float = 0.0
    honest_p99: float = 0.0
    create_p99: float = 0.0
    machine_p99: float = 0.0
    """How late the honest client's own process ran: what the machine adds to every figure."""
    starved: float = 0.0
    """The share of the time for which the gateway had work and the machine no processor for it."""
    honest_calls: int = 0
    honest_unserved: dict[str, int] = field(default_factory=dict)
    rss_before: float = 0.0
    rss_peak: float = 0.0
    rss_after: float = 0.0
    sent_mb: float = 0.0
    connections: int = 0
    closed: int = 0
    turned_away: int = 0
    slowest: float | None = None
    statuses: dict[int, int] = field(default_factory=dict)
    codes: dict[int, int] = field(default_factory=dict)
    stop_seconds: float = 0.0
    breaches: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


async def run_trial(
    arena: Arena, kind: Kind, *, peers: int, window: float, baseline: float, front: str, judge_clock: bool
) -> Trial:
    """Raises nothing for what the gateway did: that is in `breaches`. It has ended afterwards."""
    trial = Trial(kind.name, peers * kind.times)
    trial.rss_before, began = arena.rss_mb(), time.monotonic()
    await asyncio.sleep(baseline)
    quiet = arena.honest.between(began, time.monotonic(), "read")
    watched = arena.target.sessions[1]
    await arena.honest.watch(watched)
    paying = asyncio.create_task(_pay_amid(arena, watched, window))
    waited = arena.waited_seconds()
    found = await attack_elsewhere(kind, arena.port, arena.target, peers=peers, window=window)
    trial.starved = (arena.waited_seconds() - waited) / (found.ended - found.began)
    await paying
    with suppress(AssertionError):
        await arena.honest.final(watched)
    amid = arena.honest.between(found.began, found.ended, "read")
    creates = arena.honest.between(found.began, found.ended, "create")
    trial.rss_peak = arena.peak_mb(found.began, found.ended + 1)
    trial.rss_after = arena.rss_mb() if arena.gateway.is_running else 0.0
    trial.baseline_p50, trial.baseline_p99 = milliseconds(quiet, 50), milliseconds(quiet, 99)
    trial.honest_p50, trial.honest_p99 = milliseconds(amid, 50), milliseconds(amid, 99)
    trial.create_p99 = milliseconds(creates, 99)
    trial.machine_p99 = milliseconds(arena.honest.between(found.began, found.ended, "tick"), 99)
    trial.honest_calls, trial.honest_unserved = len(amid) + len(creates), met([*amid, *creates])
    _note(trial, found)
    trial.breaches += breaches_of(trial, kind, found, front)
    if judge_clock and trial.honest_p99 >= P99_MS:
        trial.breaches.append(
            f"honest p99 {trial.honest_p99:.0f} ms (the machine's own {trial.machine_p99:.0f} ms, "
            f"the gateway without a processor for {trial.starved:.0%} of the time)"
        )
    if arena.honest.finals.get(watched) != "PAID":
        trial.breaches.append("the honest watcher was not given the final status")
    await _stop_amid(arena, kind, trial, peers)
    return trial


def breaches_of(trial: Trial, kind: Kind, found: Round, front: str) -> list[str]:
    """What did not hold, and whether the kind met what it is about."""
    is_proxied = front == "nginx"
    allowed = kind.statuses | (PROXY_STATUSES if is_proxied else frozenset())
    strange = sorted(set(found.statuses) - allowed) + sorted(set(found.codes) - kind.codes)
    least = kind.least_bytes * trial.peers
    rules = {
        f"answered with {strange}": bool(strange),
        f"{found.unmet} connections neither ended nor answered in time": bool(found.unmet)
        and not (is_proxied and kind.held_by_proxy),
        f"RSS grew by {trial.rss_peak - trial.rss_before:.0f} MB": trial.rss_peak - trial.rss_before > GROWTH_MB,
        f"honest calls met {trial.honest_unserved}": bool(trial.honest_unserved),
        "proved nothing: no honest call was made": trial.honest_calls == 0,
        f"proved nothing: only {found.sent} bytes were sent": found.sent < least,
        "proved nothing: nobody was refused or closed": kind.must_be_refused
        and found.refused == 0
        and not (is_proxied and kind.held_by_proxy),
        f"{found.statuses[200]} answers of 200": kind.most_accepted is not None
        and found.statuses[200] > kind.most_accepted,
    }
    return [sentence for sentence, is_broken in rules.items() if is_broken]


def _note(trial: Trial, found: Round) -> None:
    trial.sent_mb, trial.connections = found.sent / 1e6, len(found.meetings)
    trial.closed, trial.turned_away = found.closed, found.turned_away
    trial.slowest = found.slowest()
    trial.statuses, trial.codes = dict(sorted(found.statuses.items())), dict(sorted(found.codes.items()))


async def _pay_amid(arena: Arena, session: str, window: float) -> None:
    await asyncio.sleep(window / 2)
    assert await arena.stripe.pay(session) == 200


async def _stop_amid(arena: Arena, kind: Kind, trial: Trial, peers: int) -> None:
    """The same peers again, and SIGTERM when they are at it."""
    if not arena.gateway.is_running:
        trial.breaches.append(f"the gateway ended with {arena.gateway.exit_code}")
        return
    attacking = asyncio.create_task(attack_elsewhere(kind, arena.port, arena.target, peers=peers, window=60))
    await asyncio.sleep(BEFORE_STOP_SECONDS)
    began = time.monotonic()
    try:
        code = await arena.gateway.stop()
    except TimeoutError:
        code = -9
    trial.stop_seconds = time.monotonic() - began
    attacking.cancel()
    await asyncio.gather(attacking, return_exceptions=True)
    if code != 0:
        trial.breaches.append(f"after SIGTERM it ended with {code}")
    if trial.stop_seconds > STOP_SECONDS:
        trial.breaches.append(f"SIGTERM took {trial.stop_seconds:.1f} s")
    _, broken, after = arena.gateway.said().partition("Traceback")
    if broken:
        trial.breaches.append(f"a traceback in the log: {after[:600]} … {after[-600:]}")
