"""Each fuzzer, small; by command it takes any size."""

import random

import pytest

from tests.fuzz import documents, frames, schemas, webhooks

CASES = 150


@pytest.mark.parametrize("fuzzer", [webhooks, documents, frames, schemas], ids=lambda it: it.__name__)
async def test_anonymous_clients_break_no_promise(fuzzer: object) -> None:
    seed = random.SystemRandom().randrange(1_000_000)
    bench = await fuzzer.fuzz(cases=CASES, seed=seed)  # type: ignore[attr-defined]
    bench.judge(seed=seed)
