"""Every show of this folder, small. The figures that count are made by the modules' own commands."""

from typing import Any

import pytest

from tests.harness.figures import Outcome
from tests.harness.fork_server import ForkServer
from tests.replicas.cluster import Engines
from tests.replicas.fan_out import fan_out
from tests.replicas.killed_replica import killed_replica
from tests.replicas.one_leader import one_leader
from tests.replicas.one_limit import one_limit
from tests.replicas.postgres_away import postgres_away
from tests.replicas.redis_away import redis_away
from tests.replicas.schema_mismatch import schema_mismatch
from tests.replicas.stuck_readers import stuck_readers
from tests.replicas.watcher_cost import watcher_cost

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.asyncio(loop_scope="session")]


def _holds(outcome: Outcome) -> None:
    assert outcome.breaches == [], outcome.figures
    assert outcome.proof.verdicts() == [], outcome.figures


async def test_watchers_on_one_replica_hear_webhooks_to_the_other(
    engines: Engines, fork_server: ForkServer, nginx: str
) -> None:
    _holds(await fan_out(engines, watchers=30, sessions=10, per_second=100, fork_server=fork_server))


@pytest.mark.parametrize("how", ["kill", "roll"])
async def test_no_final_status_is_missed_when_replicas_end(how: str, engines: Engines, fork_server: ForkServer) -> None:
    _holds(await killed_replica(engines, how=how, watchers=30, sessions=8, fork_server=fork_server))


async def test_one_limit_holds_across_replicas_and_transports(engines: Engines, fork_server: ForkServer) -> None:
    _holds(await one_limit(engines, calls=120, limit=40, fork_server=fork_server))


@pytest.mark.parametrize("how", ["kill", "black-hole"])
async def test_nobody_misses_a_final_status_while_redis_is_away(
    how: str, engines: Engines, fork_server: ForkServer
) -> None:
    _holds(await redis_away(engines, how=how, watchers=20, sessions=8, per_second=50, fork_server=fork_server))


async def test_no_acknowledged_event_is_lost_by_what_becomes_of_postgres(
    engines: Engines, fork_server: ForkServer
) -> None:
    few: Any = {"restarts": 1, "freezes": 1, "frozen_seconds": 1.0, "locked_seconds": 0.0}
    _holds(await postgres_away(engines, watchers=10, sessions=5, per_second=30, fork_server=fork_server, **few))


async def test_a_leader_that_dies_is_followed_by_one_other(engines: Engines, fork_server: ForkServer) -> None:
    _holds(await one_leader(engines, harms="kill", fork_server=fork_server))


async def test_readers_that_are_stuck_are_let_go(engines: Engines, fork_server: ForkServer) -> None:
    _holds(await stuck_readers(engines, stuck=10, watchers=10, rounds=1, fork_server=fork_server))


async def test_what_a_watcher_costs_is_measured_among_few_and_among_many(
    engines: Engines, fork_server: ForkServer
) -> None:
    """The figures mean something at full size alone; here it is seen that every one is woken."""
    outcome = await watcher_cost(engines, few=10, many=20, rounds=3, at_most=1000.0, fork_server=fork_server)
    _holds(outcome)


async def test_a_program_refuses_a_schema_that_is_not_its_own(engines: Engines, fork_server: ForkServer) -> None:
    _holds(await schema_mismatch(engines, fork_server=fork_server))
