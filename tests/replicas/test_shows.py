"""Every show of this folder, small. The figures that count are made by the modules' own commands."""

import pytest

from tests.houses.zygote import Zygote
from tests.replicas.fan_out import fan_out
from tests.replicas.figures import Outcome
from tests.replicas.killed_replica import killed_replica
from tests.replicas.one_limit import one_limit
from tests.replicas.rig import Engines

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.asyncio(loop_scope="session")]


def _holds(outcome: Outcome) -> None:
    assert outcome.breaches == [], outcome.figures


async def test_watchers_on_one_replica_hear_webhooks_to_the_other(engines: Engines, zygote: Zygote, nginx: str) -> None:
    _holds(await fan_out(engines, watchers=30, sessions=10, zygote=zygote))


@pytest.mark.parametrize("how", ["kill", "roll"])
async def test_no_final_status_is_missed_when_replicas_end(how: str, engines: Engines, zygote: Zygote) -> None:
    _holds(await killed_replica(engines, how=how, watchers=30, sessions=10, zygote=zygote))


async def test_one_limit_holds_across_replicas_and_transports(engines: Engines, zygote: Zygote) -> None:
    _holds(await one_limit(engines, calls=120, limit=40, zygote=zygote))
