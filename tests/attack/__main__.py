"""`python -m tests.attack [--peers 100] [--kinds trailers,mute] [--database postgres] [--front nginx] [--json]`.

Each kind of peer has a gateway of its own. Exit 1: a promise broke, or a kind proved nothing.
"""

import argparse
import asyncio
import json
import signal
import sys
import tempfile
from pathlib import Path

import asyncpg
from rich.console import Console
from rich.table import Table

from tests.attack.arena import folder_in, open_arena
from tests.attack.elsewhere import KINDS
from tests.attack.kinds import Kind
from tests.attack.trial import Trial, run_trial
from tests.harness.engines import Postgres, new_name, running_postgres
from tests.harness.stamp import stamp


def main() -> int:
    options = _options()
    for number in (signal.SIGINT, signal.SIGTERM):  # Also where a shell has begun it in the background.
        signal.signal(number, signal.default_int_handler)
    chosen = [KINDS[name] for name in options.kinds.split(",")] if options.kinds else list(KINDS.values())
    lines = stamp()
    if not options.json:
        print("\n".join(lines), flush=True)
    with tempfile.TemporaryDirectory(prefix="gateway-attack-") as name:
        trials = _all(chosen, options, Path(name))
    if options.json:
        print(json.dumps({"stamp": lines, "trials": [trial.as_json() for trial in trials]}, indent=1))
    else:
        Console(width=200).print(_table(trials))
    for trial in trials:
        for breach in trial.breaches:
            print(f"BROKEN {trial.kind}: {breach}", file=sys.stderr)
    return 1 if len(trials) < len(chosen) or any(trial.breaches for trial in trials) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.attack", description=__doc__)
    parser.add_argument("--peers", type=int, default=100)
    parser.add_argument("--kinds", help=f"comma-separated, of: {', '.join(KINDS)}")
    parser.add_argument("--seconds", type=float, default=8.0, help="how long peers come again")
    parser.add_argument("--baseline", type=float, default=5.0, help="seconds without attackers before each")
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--front", choices=["none", "nginx"], default="none")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if unknown := set((options.kinds or "").split(",")) - {""} - set(KINDS):
        parser.error(f"no kind of peer: {', '.join(sorted(unknown))}")
    return options


def _all(chosen: list[Kind], options: argparse.Namespace, folder: Path) -> list[Trial]:
    trials: list[Trial] = []
    try:
        if options.database == "sqlite":
            for kind in chosen:
                trials.append(_one(kind, options, folder, None))
        else:
            with running_postgres(folder) as postgres:
                for kind in chosen:
                    trials.append(_one(kind, options, folder, _new_database(postgres)))
    except KeyboardInterrupt:
        print("interrupted; what is finished:", file=sys.stderr)
    return trials


def _new_database(postgres: Postgres) -> str:
    name = new_name()

    async def create() -> None:
        connection = await asyncpg.connect(postgres.url)
        await connection.execute(f"CREATE DATABASE {name}")
        await connection.close()

    asyncio.run(create())
    return postgres.database(name)


def _one(kind: Kind, options: argparse.Namespace, folder: Path, database_url: str | None) -> Trial:
    with folder_in(folder) as name:
        url = database_url or f"sqlite://{name}/gateway.db"
        trial = asyncio.run(_trial(kind, options, Path(name), url))
    verdict = "held" if not trial.breaches else f"BROKEN: {'; '.join(trial.breaches)[:200]}"
    print(f"{kind.name:<24}{verdict}", file=sys.stderr, flush=True)
    return trial


async def _trial(kind: Kind, options: argparse.Namespace, folder: Path, database_url: str) -> Trial:
    opened = open_arena(folder, database_url=database_url, front=options.front, open_files=kind.open_files)
    try:
        async with opened as arena:
            return await run_trial(
                *(arena, kind),
                peers=options.peers,
                window=options.seconds,
                baseline=options.baseline,
                front=options.front,
                judge_clock=True,
            )
    except (AssertionError, OSError) as error:
        return Trial(kind.name, options.peers, breaches=[f"the trial came to no end: {error!r}"[:1000]])


def _table(trials: list[Trial]) -> Table:
    table = Table(
        title="status reads: p50/p99 in ms; creates and the machine's own lateness: p99; RSS in MB: before/peak/after"
    )
    heads = (
        "kind",
        "conn.",
        "sent MB",
        "statuses",
        "closes",
        "closed",
        "no conn.",
        "slowest s",
        "quiet",
        "amid",
        "creates",
        "machine",
        "starved",
    )
    for name in (*heads, "unserved", "RSS", "SIGTERM s", "verdict"):
        table.add_column(name)
    for trial in trials:
        slowest = "-" if trial.slowest is None else f"{trial.slowest:.1f}"
        table.add_row(
            *(trial.kind, str(trial.connections), f"{trial.sent_mb:.1f}", _counts(trial.statuses)),
            *(_counts(trial.codes), str(trial.closed), str(trial.turned_away), slowest),
            f"{trial.baseline_p50:.0f}/{trial.baseline_p99:.0f}",
            f"{trial.honest_p50:.0f}/{trial.honest_p99:.0f}",
            f"{trial.create_p99:.0f}",
            f"{trial.machine_p99:.0f}",
            f"{trial.starved:.0%}",
            str(sum(trial.honest_unserved.values())),
            f"{trial.rss_before:.0f}/{trial.rss_peak:.0f}/{trial.rss_after:.0f}",
            f"{trial.stop_seconds:.1f}",
            "BROKEN" if trial.breaches else "held",
        )
    return table


def _counts(counts: dict[int, int]) -> str:
    return " ".join(f"{number}×{times}" for number, times in counts.items())


if __name__ == "__main__":
    sys.exit(main())
