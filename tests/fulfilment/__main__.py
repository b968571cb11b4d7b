"""`python -m tests.fulfilment --payments 500 --kills 50 [--database postgres] [--poisoned 2000]`: exit 0: all held."""

import argparse
import asyncio
import random
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from tests.fulfilment.run import Outcome, killed, seconds_to_deliver
from tests.harness.back_end import HANGS
from tests.harness.databases import database
from tests.harness.deployment import Deployment
from tests.harness.fork_server import open_fork_server
from tests.harness.proof import Proof
from tests.harness.stamp import stamp

Result = TypeVar("Result")

MOST_SLOWDOWN = 1.25
"""With one payment poisoned, the others may take so many times as long: the machine itself varies by as much."""


def main() -> None:
    options = _options()
    print("\n".join(stamp(options.seed)))
    proof, broken = Proof(), []
    if options.payments:
        after = run_killed(options.payments, options.kills, options.database, options.seed)
        print("\n".join(report(after)))
        broken += after.breaches
        proof.needs("kills", after.kills, at_least=options.kills)
        proof.needs("changes notified of", len(after.ledger.changes))
        proof.needs("notices refused", len(after.back_end.notices) - len(after.back_end.taken))
        proof.needs("stretches in which the back end hung", after.phases[HANGS])
    if options.poisoned:
        without, poisoned = run_poisoned(options.poisoned, options.database, options.seed)
        ratio = poisoned / without
        print(f"one of {options.poisoned} poisoned      {poisoned:.1f} s, without {without:.1f} s: {ratio:.2f} times")
        broken += [f"a poisoned payment made the others {ratio:.2f} times as slow"] if ratio > MOST_SLOWDOWN else []
        proof.needs("payments beside the poisoned one", options.poisoned - 1)
    proof.finish(broken=broken)


def run_killed(payments: int, kills: int, dialect: str, seed: int) -> Outcome:
    async def work(deployment: Deployment) -> Outcome:
        return await killed(deployment, payments=payments, kills=kills, seed=seed)

    return _deployed(dialect, work)


def run_poisoned(payments: int, dialect: str, seed: int) -> tuple[float, float]:
    """Seconds without a poisoned payment, and with one."""
    times = []
    for is_poisoned in (False, True):

        async def work(deployment: Deployment, poisoned: bool = is_poisoned) -> float:
            return await seconds_to_deliver(deployment, payments=payments, is_poisoned=poisoned, seed=seed)

        times.append(_deployed(dialect, work))
    return times[0], times[1]


def report(after: Outcome) -> list[str]:
    ledger, states = after.ledger, [row["state"] for row in after.ledger.deliveries]
    kinds = Counter(str(row["kind"]).removeprefix("payment.") for row in ledger.changes)
    return [
        f"changes               {len(ledger.changes)} of {len({c['payment_id'] for c in ledger.changes})} payments",
        f"                      {', '.join(f'{count} {kind}' for kind, count in kinds.most_common())}",
        f"deliveries            {', '.join(f'{states.count(one)} {one}' for one in sorted(set(states)))}",
        f"notices that came     {len(after.back_end.notices)}, {after.repeats} of them taken before",
        f"breaches              {len(after.breaches)}",
        f"took                  {after.seconds:.0f} s",
    ]


def _deployed(dialect: str, work: Callable[[Deployment], Awaitable[Result]]) -> Result:
    with tempfile.TemporaryDirectory(prefix="gateway-fulfilment-") as name, database(dialect, Path(name)) as url:

        async def run() -> Result:
            async with open_fork_server(Path(name)) as fork_server:
                deployment = Deployment(Path(name), url, fork_server=fork_server)
                await deployment.migrate()
                return await work(deployment)

        return asyncio.run(run())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fulfilment", description=__doc__)
    parser.add_argument("--payments", type=int, default=500, help="under kills and faults; 0: not at all")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--poisoned", type=int, default=0, help="payments side by side, one of them poisoned")
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    return parser.parse_args()


if __name__ == "__main__":
    main()
