"""`python -m tests.stateful --histories 2000 --seed N`: random histories over the real services on SQLite.

Prints seed, histories, steps and violations; exits 1 when there was one, after its shortest form.
"""

import argparse
import random
import time
import traceback

import structlog
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.harness.proof import Proof
from tests.stateful.machine import Bench, Purchases

MET = (
    "deliveries",
    "deliveries that changed nothing",
    "deliveries in another order",
    "events lost",
    "calls that a death cut off",
    "comparisons with Stripe",
)
"""What histories must have met; 2,000 meet each of these many times."""


def run(*, histories: int, steps: int, seed_number: int, shrink: bool) -> tuple[Bench, str | None]:
    """The bench with its counts, and the traceback of a violation."""
    Purchases.bench = Bench()
    chosen = settings(
        max_examples=histories,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
    )
    problem = None
    try:
        run_state_machine_as_test(seed(seed_number)(Purchases), settings=chosen)
    except Exception:
        problem = traceback.format_exc()
    finally:
        Purchases.bench.close()
    return Purchases.bench, problem


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--histories", type=int, default=2000)
    parser.add_argument("--steps", type=int, default=25)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--no-shrink", action="store_true")
    given = parser.parse_args()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    began = time.monotonic()
    bench, problem = run(
        histories=given.histories, steps=given.steps, seed_number=given.seed, shrink=not given.no_shrink
    )
    spent = time.monotonic() - began
    print(problem or "", end="")
    print(
        f"seed {given.seed}: {bench.counts['histories']} histories, {bench.counts['steps']} steps in {spent:.0f} s, "
        f"{1 if problem else 0} violations"
    )
    proof = Proof()
    for what in MET:
        proof.needs(what, bench.world.met[what])
    proof.needs("faults of Stripe", bench.world.front.met.total())
    proof.finish(broken=["an invariant"] if problem else [])


if __name__ == "__main__":
    main()
