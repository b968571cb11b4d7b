"""A programme proves that it met what it is about, or fails: no fault found says nothing where no fault was tried."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Proof:
    """What must have happened for a run to mean anything: counted, printed, and at least once."""

    met: dict[str, float] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    def needs(self, what: str, count: float, *, at_least: float = 1) -> None:
        """`what` happened `count` times (or took so many seconds); fewer than `at_least` prove nothing."""
        self.met[what] = count
        if count < at_least:
            self.missing.append(f"{what}: {count:g}, and at least {at_least:g} is needed")

    def lines(self) -> list[str]:
        """As reports print them."""
        return [f"met                   {what}: {count:g}" for what, count in self.met.items()]

    def verdicts(self) -> list[str]:
        """One sentence for each thing that was never met; none when the run proves something."""
        missing = self.missing if self.met else ["nothing was counted"]
        return [f"proved nothing: {sentence}" for sentence in missing]

    def finish(self, *, broken: Sequence[str] = ()) -> None:
        """Print it, and exit 1 when something broke or nothing was proved."""
        sys.stdout.write("\n".join(self.lines()) + "\n")
        failures = [*(f"BROKEN: {sentence}" for sentence in broken), *self.verdicts()]
        if failures:
            sys.exit("\n".join(failures))
