"""Starts the gateway under fuzz, keeps the books, and judges what the server said of itself."""

import argparse
import asyncio
import hashlib
import hmac
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Protocol

from tests.fuzz.server import PRICE, WEBHOOK_SECRET
from tests.fuzz.wire import Answer, Wire
from tests.harness.child import ROOT, clean_environment
from tests.harness.proof import Proof
from tests.harness.stamp import stamp

LONGEST_STOP = 200.0
"""In units of `tests.fuzz.server.unit_of_work`, which the same process measured in the same run."""

STOP_SECONDS = 30.0
CREATE = "/api/create-checkout-session"


@dataclass
class Bench:
    """A running server. The figures are there once its block has ended."""

    port: int
    sandbox_port: int
    database: Path
    answers: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    most_steps: int | None = None
    log: str = ""
    figures: dict[str, Any] = field(default_factory=dict)
    proof: Proof = field(default_factory=Proof)

    def count(self, answer: Answer, case: object) -> None:
        """Book an answer; one of ours that is a 5xx is a fault."""
        self.answers[str(answer.status)] += 1
        if answer.status >= 500:
            self.fault(f"{answer.status} for {case!r}: {answer.body!r}")

    def fault(self, sentence: str) -> None:
        self.faults.append(sentence[:2000])

    async def buy(self) -> str:
        """The id of a new session."""
        async with Wire(self.port) as wire:
            answer = await wire.post_json(CREATE, json.dumps({"priceId": PRICE}).encode())
        assert answer.status == 200, answer.body
        return str(answer.json()["sessionId"])

    @property
    def tracebacks(self) -> list[str]:
        return [line for line in self.log.splitlines() if "Traceback" in line]

    def judge(self, *, seed: int) -> None:
        """Raises AssertionError with what broke."""
        assert self.faults == [], f"seed {seed}: {self.faults[:5]}"
        assert self.proof.missing == [], f"seed {seed}: proved nothing: {self.proof.missing}"
        assert self.tracebacks == [], f"seed {seed}: {self.tracebacks[0]}"
        assert self.figures["longest_stop"] < LONGEST_STOP, f"seed {seed}: {self.figures}"
        assert self.figures["events"].get("failed", 0) == 0, f"seed {seed}: {self.figures}"

    def lines(self) -> list[str]:
        """The figures as a report prints them."""
        figures = self.figures
        return [
            f"answers               {dict(sorted(self.answers.items()))}",
            f"faults                {len(self.faults)} (5xx, broken promises)",
            f"tracebacks in the log {len(self.tracebacks)} in {len(self.log.splitlines())} lines",
            f"loop stood still for  {figures['longest_stop']} units of work at most, each {figures['unit_ms']} ms here "
            f"(median of {figures['units']})",
            f"                      {figures['worst_cpu_ms']} ms of its processor time, "
            f"{figures['worst_wall_ms']} ms by the clock, {figures['ticks']} ticks",
            f"worst collection      {figures['worst_collection_ms']} ms of garbage, within the above",
            f"stored events         {figures['events'] or 'none'}",
            *self.proof.lines(),
            *([] if self.most_steps is None else [f"longest judgement     {self.most_steps} steps"]),
            *(f"FAULT {fault}" for fault in self.faults[:20]),
            *(f"TRACEBACK {line[:4000]}" for line in self.tracebacks[:3]),
        ]


@contextmanager
def open_bench(**overrides: Any) -> Iterator[Bench]:
    """A server in a process of its own; settings by field name, and under `bounds` those of the connections."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.fuzz.server", json.dumps(overrides)],
            cwd=ROOT,
            env=clean_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
        )
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            said = process.stdout.readline()
            assert said, f"the server did not start:\n{_read(log)[-4000:]}"
            where = json.loads(said)
            bench = Bench(where["port"], where["sandbox_port"], Path(where["database"]))
            yield bench
            process.stdin.close()
            bench.figures = json.loads(process.stdout.readline())
            process.wait(STOP_SECONDS)
            bench.log = _read(log)
        finally:
            process.kill()
            process.wait()
            process.stdin.close()
            process.stdout.close()


async def spread(
    bench: Bench, cases: Iterator[Any], one: Callable[[Wire, Any], Awaitable[None]], *, lanes: int = 4
) -> None:
    """Every case once, over a few connections at a time."""

    async def lane() -> None:
        async with Wire(bench.port) as wire:
            for case in cases:
                try:
                    await one(wire, case)
                except (ConnectionError, asyncio.IncompleteReadError, TimeoutError) as error:
                    wire.close()
                    bench.fault(f"no answer ({error!r}) for {case!r}")

    await asyncio.gather(*(lane() for _ in range(lanes)))


def signature(body: bytes, *, at: int | None = None, secret: str = WEBHOOK_SECRET) -> bytes:
    stamp_ = int(time.time()) if at is None else at
    digest = hmac.new(secret.encode(), f"{stamp_}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={stamp_},v1={digest}".encode()


class Judged(Protocol):
    """What a fuzzer gives: figures, and a judgement that raises AssertionError."""

    def judge(self, *, seed: int) -> None: ...

    def lines(self) -> list[str]: ...


def run(fuzz: Callable[..., Awaitable[Judged]], *, cases: int) -> None:
    """The command line of a fuzzer: its figures on standard output, exit 1 when a promise broke."""
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    parser.add_argument("--cases", type=int, default=cases)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    chosen = parser.parse_args()
    began = time.perf_counter()
    bench = asyncio.run(_awaited(fuzz, chosen.cases, chosen.seed))
    spec = sys.modules["__main__"].__spec__
    command = f"command               python -m {spec.name if spec else sys.argv[0]} --cases {chosen.cases}"
    lines = [f"{command} --seed {chosen.seed}", *stamp(chosen.seed)[1:], *bench.lines()]
    lines.append(f"took                  {time.perf_counter() - began:.0f} s")
    sys.stdout.write("\n".join(lines) + "\n")
    try:
        bench.judge(seed=chosen.seed)
    except AssertionError as broken:
        sys.exit(f"BROKEN: {broken}")


async def _awaited(fuzz: Callable[..., Awaitable[Judged]], cases: int, seed: int) -> Judged:
    return await fuzz(cases=cases, seed=seed)


def _read(log: IO[bytes]) -> str:
    log.seek(0)
    return log.read().decode("utf-8", "replace")
