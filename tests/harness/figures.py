"""How a show is run by hand: options in, a stamp, figures and breaches out, and an exit code that says which."""

import argparse
import asyncio
import inspect
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.harness.proof import Proof
from tests.harness.stamp import stamp
from tests.replicas.cluster import Engines, running_engines


@dataclass
class Outcome:
    """What was measured, what did not hold, and what was met at all."""

    figures: dict[str, Any] = field(default_factory=dict)
    breaches: list[str] = field(default_factory=list)
    proof: Proof = field(default_factory=Proof)

    def require(self, holds: bool, sentence: str) -> None:
        if not holds:
            self.breaches.append(sentence)


Show = Callable[..., Any]


def percentile(values: Sequence[float], percent: int) -> float:
    if len(values) < 2:
        return values[0] if values else 0.0
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def main(show: Show, description: str | None) -> None:
    """Every keyword of `show` with a default is an option of the command. Exit 0: nothing broke, and it proved that."""
    parser = argparse.ArgumentParser(description=description)
    for name, parameter in inspect.signature(show).parameters.items():
        if isinstance(parameter.default, int | float | str):
            option = "--" + name.replace("_", "-")
            parser.add_argument(option, type=type(parameter.default), default=parameter.default)
    options = vars(parser.parse_args())
    print("\n".join(stamp()), flush=True)
    with running_engines() as engines:
        outcome = asyncio.run(_run(show, engines, options))
    width = max(len(name) for name in outcome.figures)
    print("\n".join(f"{name:<{width}}  {value}" for name, value in outcome.figures.items()))
    print("\n".join(f"  ! {breach}" for breach in outcome.breaches) or "0 breaches")
    outcome.proof.finish(broken=outcome.breaches)


async def _run(show: Show, engines: Engines, options: dict[str, Any]) -> Outcome:
    outcome: Outcome = await show(engines, **options)
    return outcome
