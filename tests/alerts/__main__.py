"""`python -m tests.alerts [--speed 120] [--only WORDS]`: each fault fires its own alerts, no other, and then they end.

Three gateways, PostgreSQL, Redis, nginx and a real Prometheus, whose rules are docs/monitoring/rules.yml with every
duration divided by the speed. Half an hour for all. Exit 1: an alert was silent, false, or did not end.
"""

import argparse
import asyncio
import sys

from tests.alerts.faults import FAULTS
from tests.alerts.play import Played, play_all
from tests.alerts.rules import quickened
from tests.harness.stamp import stamp
from tests.replicas.cluster import running_engines


def main() -> None:
    options = _options()
    faults = [fault for fault in FAULTS if options.only in fault.name]
    sys.stdout.write("\n".join(stamp()) + "\n" + _line("fault", "fired", "ended", "alerts"))
    with running_engines() as engines:
        played = asyncio.run(play_all(engines, faults, rules=quickened(options.speed), say=_say))
    breaches = [sentence for one in played for sentence in one.breaches]
    sys.stdout.write("".join(f"BROKEN: {sentence}\n" for sentence in breaches))
    sys.stdout.write(f"{len(played)} faults played, {len(breaches)} breaches\n")
    sys.exit(1 if breaches or not played else 0)


def _say(played: Played) -> None:
    fired, ended = ("-" if value is None else f"{value:.0f} s" for value in (played.fired_after, played.ended_after))
    short = ", ".join(sorted(name.removeprefix("Gateway") for name in played.seen)) or "none"
    sys.stdout.write(_line(played.fault.name, fired, ended, short))
    sys.stdout.flush()


def _line(fault: str, fired: str, ended: str, alerts: str) -> str:
    return f"{fault:<32}{fired:>8}{ended:>8}  {alerts}\n"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.alerts", description=__doc__)
    parser.add_argument("--speed", type=float, default=120.0, help="how many times as fast as the rules say")
    parser.add_argument("--only", default="", help="faults whose name contains this")
    return parser.parse_args()


if __name__ == "__main__":
    main()
