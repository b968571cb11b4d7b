"""Each fuzzer, small; by command it takes any size."""

import random

import pytest

from tests.fuzz import documents, frame_flood, frames, raw_http, schemas, webhooks

CASES = 150


@pytest.mark.parametrize("fuzzer", [webhooks, documents, frames, schemas], ids=lambda it: it.__name__)
async def test_anonymous_clients_break_no_promise(fuzzer: object) -> None:
    seed = random.SystemRandom().randrange(1_000_000)
    bench = await fuzzer.fuzz(cases=CASES, seed=seed)  # type: ignore[attr-defined]
    bench.judge(seed=seed)


@pytest.mark.parametrize(("fuzzer", "cases"), [(raw_http, CASES), (frame_flood, 10)], ids=["raw_http", "frame_flood"])
async def test_the_real_server_answers_hostile_bytes_and_honest_clients(fuzzer: object, cases: int) -> None:
    seed = random.SystemRandom().randrange(1_000_000)
    bench = await fuzzer.fuzz(cases=cases, seed=seed)  # type: ignore[attr-defined]
    bench.judge(seed=seed)
