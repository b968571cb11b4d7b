"""`python -m tests.mutants [--only NAME] [--list] [--jobs 2]`: break the gateway in each known way, one at a time.

Prints what was broken, in which file, which tests were run, and which of them saw it. Exits 1 when a breakage stays
green, no longer applies, or its tests did not run.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from tests.harness.databases import database
from tests.harness.proof import Proof
from tests.harness.stamp import stamp
from tests.mutants.all import MUTANTS
from tests.mutants.mutant import Mutant
from tests.mutants.verdicts import Colour, Verdict, faults_without_a_mutant, judged


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--only", metavar="NAME", help="those whose name or file contains this")
    parser.add_argument("--list", action="store_true", help="print them and run nothing")
    parser.add_argument("--jobs", type=int, default=2)
    chosen = parser.parse_args()
    mutants = [one for one in MUTANTS if not chosen.only or chosen.only in f"{one.name} {one.file}"]
    if chosen.list:
        sys.stdout.writelines(f"{one.file:52} {one.name}\n" for one in mutants)
        return
    began = time.perf_counter()
    sys.stdout.write("\n".join(stamp()) + "\n")
    with _postgres(mutants) as url:
        faults = faults_without_a_mutant(mutants, postgres_url=url)
        if faults:
            sys.exit(f"{faults}\nThese tests fail though nothing is broken: they say nothing of a mutant.")
        verdicts = _printed(mutants, url, jobs=chosen.jobs)
    sys.stdout.write(f"took {time.perf_counter() - began:.0f} s\n")
    missed = [verdict for verdict in verdicts if verdict.colour is not Colour.RED]
    proof = Proof()
    proof.needs("mutants that were seen", len(verdicts) - len(missed))
    proof.finish(broken=[f"{verdict.colour}: {verdict.mutant.name}" for verdict in missed])


def _printed(mutants: Sequence[Mutant], postgres_url: str | None, *, jobs: int) -> list[Verdict]:
    verdicts = []
    with ThreadPoolExecutor(jobs) as pool:
        for verdict in pool.map(lambda one: judged(one, postgres_url=postgres_url), mutants):
            verdicts.append(verdict)
            mutant = verdict.mutant
            seen = f"seen by {verdict.seen_by}" if verdict.colour is Colour.RED else verdict.seen_by
            sys.stdout.write(f"{verdict.colour:5}  {mutant.name}\n       {mutant.file}\n")
            sys.stdout.write(f"       run {' '.join(mutant.tests)}\n       {seen}\n")
            sys.stdout.flush()
    return verdicts


@contextmanager
def _postgres(mutants: Sequence[Mutant]) -> Iterator[str | None]:
    """A server for those that need one."""
    if not any(mutant.on_postgres for mutant in mutants):
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="gateway-mutants-") as folder, database("postgres", Path(folder)) as url:
        yield url


if __name__ == "__main__":
    main()
