"""A few peers of a few kinds at once, judged by answers, closes and memory; by command each kind has a hundred.

`python -m tests.attack` measures latencies, too, which belong into no test.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.attack.arena import Arena, open_arena
from tests.attack.elsewhere import KINDS
from tests.attack.rounds import attack
from tests.attack.trial import GROWTH_MB, Trial, breaches_of
from tests.harness.fork_server import ForkServer, open_fork_server

pytestmark = pytest.mark.asyncio(loop_scope="module")

PEERS = 2
TOGETHER = {
    "heads": ("endless_head", "endless_target", "head_behind_stream"),
    "bodies": ("trailers", "one_long_trailer", "chunk_extensions", "one_byte_chunks", "large_body", "endless_chunks"),
    "frames": (
        *("empty_pings", "empty_pongs", "fragments", "one_byte_fragments", "text_pings", "text_completes"),
        *("subscribe_pairs", "too_large_frames", "binary_frames"),
    ),
    "requests": ("handshakes", "bombs", "webhook_junk"),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def fork_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ForkServer]:
    async with open_fork_server(tmp_path_factory.mktemp("fork_server")) as fork_server:
        yield fork_server


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def arena(fork_server: ForkServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Arena]:
    folder = tmp_path_factory.mktemp("arena")
    url = f"sqlite://{folder / 'gateway.db'}"
    async with open_arena(folder, database_url=url, fork_server=fork_server, per_second=10.0) as arena:
        yield arena
        assert await arena.gateway.stop() == 0
        assert "Traceback" not in arena.gateway.said()


@pytest.mark.parametrize("together", sorted(TOGETHER))
async def test_hostile_peers_are_refused_while_others_are_served(together: str, arena: Arena) -> None:
    """By one gateway for all, so that whatever one kind leaves behind is there for the next."""
    session = await arena.new_session()
    await arena.honest.watch(session)
    before, began = arena.rss_mb(), asyncio.get_running_loop().time()
    kinds = [KINDS[name] for name in TOGETHER[together]]
    attacking = [attack(kind, arena.port, arena.target, peers=PEERS, window=0.5) for kind in kinds]
    found = await asyncio.gather(*attacking)
    for kind, one in zip(kinds, found, strict=True):
        trial = Trial(kind.name, PEERS, rss_before=before, honest_calls=1)
        assert breaches_of(trial, kind, one, "none") == [], kind.name
    assert arena.peak_mb(began, asyncio.get_running_loop().time()) - before < GROWTH_MB
    assert await arena.stripe.pay(session) == 200
    await arena.honest.final(session)
    assert arena.honest.finals[session] == "PAID"
