"""Each fuzzer, small; by command it takes any size."""

import random

import pytest

from tests.fuzz import documents, frames, schemas, webhooks

CASES = 150
LAG_BESIDE_OTHERS_MS = 100.0
"""Twice what the commands ask: where other tests share the processor, a second of its time does less."""


@pytest.mark.parametrize("fuzzer", [webhooks, documents, frames, schemas], ids=lambda it: it.__name__)
async def test_strangers_break_no_promise(fuzzer: object) -> None:
    seed = random.SystemRandom().randrange(1_000_000)
    bench = await fuzzer.fuzz(cases=CASES, seed=seed)  # type: ignore[attr-defined]
    bench.judge(seed=seed, lag_ms=LAG_BESIDE_OTHERS_MS)
