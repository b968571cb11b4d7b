"""Many reads of nested fields at once, beside an honest client: `python -m tests.sweeps.nested_reads --calls 300`.

A gateway in a process of its own. Each call asks for one payment's history under fifteen aliases, on a connection of
its own. Meanwhile an honest client reads a status again and again; how long it waits is printed beside the same
client's waiting alone, and beside as many plain reads at once. Exit 1 when a call was not answered whole.
"""

import argparse
import asyncio
import random
import statistics
import sys

import orjson

from tests.fuzz.bench import Bench, open_bench
from tests.fuzz.wire import Wire
from tests.harness.child import ROOT
from tests.harness.stamp import stamp

ALIASES = "abcdefghijklmno"
NESTED = " ".join(f"{alias}: history {{ version cause }}" for alias in ALIASES)
READS = 200


def document(fields: str) -> str:
    return f"query ($id: ID!) {{ paymentStatus(sessionId: $id) {{ status {fields} }} }}"


async def crowd(bench: Bench, session_id: str, query: str, calls: int) -> list[str]:
    """So many calls at once. What went wrong, as sentences."""
    body = orjson.dumps({"query": query, "variables": {"id": session_id}})

    async def call() -> str | None:
        async with Wire(bench.port) as wire:
            answer = await wire.post_json("/graphql", body)
        whole = answer.status == 200 and b'"errors"' not in answer.body and b"paymentStatus" in answer.body
        return None if whole else f"{answer.status}: {answer.body[:200]!r}"

    return [problem for problem in await asyncio.gather(*(call() for _ in range(calls))) if problem]


async def beside(bench: Bench, session_id: str, query: str | None, calls: int) -> tuple[str, list[str]]:
    """An honest client's figures while these calls run, once alone; and what went wrong.

    The client is a process of its own: in this one it would wait for the crowd's own work.
    """
    reader = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.sweeps.honest_reader", str(bench.port), session_id, str(READS if query is None else 1)),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert reader.stdin is not None
    assert reader.stdout is not None
    await reader.stdout.readline()  # It has had its first answer.
    problems = await crowd(bench, session_id, query, calls) if query is not None else []
    reader.stdin.close()
    waits = sorted(orjson.loads(await reader.stdout.readline()))
    if await reader.wait():
        problems.append("an honest read was not answered with 200")
    p99 = waits[min(len(waits) - 1, int(len(waits) * 0.99))]
    figures = f"{len(waits):5} reads, median {statistics.median(waits):7.1f} ms, p99 {p99:7.1f} ms"
    return figures, problems


async def sweep(calls: int) -> list[str]:
    """Prints the figures; what went wrong, as sentences."""
    with open_bench(rate_limit="1000000/minute") as bench:
        session_id = await bench.buy()
        kinds = {"alone": None, f"{calls} plain reads": document(""), f"{calls} nested reads": document(NESTED)}
        found: list[str] = []
        for kind, query in kinds.items():
            figures, problems = await beside(bench, session_id, query, calls)
            sys.stdout.write(f"honest client, {kind:20} {figures}\n")
            found += problems
    return [*found, *bench.faults, *bench.tracebacks]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--calls", type=int, default=300)
    chosen = parser.parse_args()
    sys.stdout.write("\n".join(stamp(random.SystemRandom().randrange(1_000_000))[1:]) + "\n")
    found = asyncio.run(sweep(chosen.calls))
    for problem in found[:10]:
        sys.stdout.write(f"! {problem}\n")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
