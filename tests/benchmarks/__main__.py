"""The gateway beside what people would pick instead, in one run: `python -m tests.benchmarks [--database postgres]`.

Every figure is the server's own processor time for a request, or requests a second, as a multiple of its baseline's; in
rounds, one after the other, medians. Everything of the gateway is on: limits, headers, log. See docs/benchmarks.md.
"""

import argparse
import asyncio
import hashlib
import hmac
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count, repeat
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from tests.benchmarks.baselines import HOOK_PATH, SECRET, STATUS_PATH
from tests.benchmarks.load import Side, compare, get, post
from tests.harness.child import ROOT, clean_environment, free_port, lets_nobody_in
from tests.harness.databases import database
from tests.harness.deployment import WEBHOOK_SECRET, open_deployment
from tests.harness.stamp import stamp
from tests.harness.waiting import eventually

READ = "query Read($id: ID!) { paymentStatus(sessionId: $id) { sessionId status version isFinal } }"
PRICES = "query Prices { prices { id name unitAmount { formatted } } }"
NUMBERS = count()


async def measure(folder: Path, url: str, *, rounds: int, requests: int) -> list[dict[str, Any]]:
    """A row for each comparison: its name, and of each side the cost, the rate and the ratio to the first."""
    rows = []
    async with open_deployment(folder, database_url=url) as (deployment, stripe, shop), AsyncExitStack() as stack:
        gateway = await deployment.started_gateway(GATEWAY_STRIPE_RATE_LIMIT="100000/second")
        stack.push_async_callback(gateway.stop)
        session = await _created(shop)
        hooks_url = url.replace("gateway.db", "hooks.db")
        servers = {name: await stack.enter_async_context(_baseline(name, url)) for name in ("bare", "rest", "graphql")}
        servers["hooks"] = await stack.enter_async_context(_baseline("hooks", hooks_url))

        def side(name: str, requests: Iterator[bytes]) -> Side:
            port, pid = servers.get(name, (deployment.port, gateway.pid))
            return Side(name, port, pid, requests)

        status = repeat(get(STATUS_PATH + session))
        read = repeat(post("/graphql", orjson.dumps({"query": READ, "variables": {"id": session}})))
        prices = repeat(post("/graphql", orjson.dumps({"query": PRICES})))
        kinds = {
            "a status by REST": [side("bare", status), side("rest", status), side("gateway", status)],
            "paymentStatus, warm": [side("graphql", read), side("gateway", read)],
            "prices, warm": [side("graphql", prices), side("gateway", prices)],
            "prices, cold": [side("graphql", _cold()), side("gateway", _cold())],
        }
        for kind, sides in kinds.items():
            await compare(sides, rounds=rounds, count=requests)
            rows.append(_row(kind, sides))
        sides = [side("hooks", _events(SECRET, repeat({"id": "cs_test_benchmark"})))]
        sides.append(side("gateway", _events(WEBHOOK_SECRET, await _paid(shop, stripe, requests * (rounds + 1)))))
        await compare(sides, rounds=rounds, count=requests // 4)
        rows.append(_row("a webhook, applied", sides))
    return rows


def _row(kind: str, sides: list[Side]) -> dict[str, Any]:
    base = sides[0]
    found = [
        {
            "name": side.name,
            "microseconds": round(side.cost, 1),
            "per_second": round(side.rate),
            "cheaper": round(base.cost / side.cost, 2),
            "faster": round(side.rate / base.rate, 2),
        }
        for side in sides
    ]
    return {"kind": kind, "sides": found}


def _cold() -> Iterator[bytes]:
    """Texts that nobody has seen."""
    for number in NUMBERS:
        yield post("/graphql", orjson.dumps({"query": PRICES.replace("Prices", f"Prices{number}")}))


async def _created(shop: Any) -> str:
    return str((await shop.create()).body["sessionId"])


async def _paid(shop: Any, stripe: Any, most: int) -> Iterator[dict[str, Any]]:
    """Sessions as Stripe has them, made out to be paid: each event changes its payment."""
    sessions = [await stripe.session(await _created(shop)) for _ in range(max(16, most // 4))]
    paid = {"status": "complete", "payment_status": "paid"}
    return (session | paid | {"payment_intent": f"pi_benchmark{number}"} for number, session in enumerate(sessions))


def _events(secret: str, objects: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    for thing in objects:
        now = int(time.time())
        event = {"id": f"evt_benchmark{next(NUMBERS)}", "object": "event", "type": "checkout.session.completed"}
        event |= {"created": now, "livemode": False, "api_version": "2025-01-27.acacia", "data": {"object": thing}}  # type: ignore[dict-item]
        body = orjson.dumps(event)
        digest = hmac.new(secret.encode(), f"{now}.".encode() + body, hashlib.sha256).hexdigest()
        yield post(HOOK_PATH, body, f"Stripe-Signature: t={now},v1={digest}")


@asynccontextmanager
async def _baseline(name: str, url: str) -> AsyncIterator[tuple[int, int]]:
    """Its port and process id."""
    port = free_port()
    command = [sys.executable, "-m", "tests.benchmarks.baselines", name, str(port), url]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env=clean_environment(), stdin=subprocess.DEVNULL
    )

    async def is_there() -> bool:
        assert process.returncode is None, f"{name} ended with {process.returncode}"
        return not await lets_nobody_in(port)

    try:
        await eventually(is_there, what=f"{name} listens", seconds=60)
        yield port, process.pid
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def _print(rows: list[dict[str, Any]]) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("", "side", "µs of processor", "requests/s", "cheaper", "faster"):
        table.add_column(heading, justify="left" if heading in {"", "side"} else "right")
    for row in rows:
        for place, side in enumerate(row["sides"]):
            figures = [f"{side[name]:g}" for name in ("microseconds", "per_second", "cheaper", "faster")]
            table.add_row("" if place else row["kind"], side["name"], *figures)
    Console(width=110).print(table)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=2000, help="of each side in a round; of webhooks a quarter")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="gateway-benchmarks-") as name,
        database(chosen.database, Path(name)) as url,
    ):
        rows = asyncio.run(measure(Path(name), url, rounds=chosen.rounds, requests=chosen.requests))
    if chosen.json:
        print(json.dumps(rows, indent=2))
        return
    print("\n".join(stamp()))
    _print(rows)


if __name__ == "__main__":
    main()
