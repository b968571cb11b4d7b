"""The rules of docs/monitoring with their times made shorter: every duration is divided by `speed`, down to a floor.

Windows still hold several scrapes, and what must last stays longer than a leader takes to be followed.
"""

import re
from typing import Any

import yaml  # type: ignore[import-untyped]

from tests.harness.child import ROOT

RULES = ROOT / "docs" / "monitoring" / "rules.yml"
SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
WINDOW_SECONDS = 5.0
LASTING_SECONDS = 15.0
AGE = re.compile(r"(_oldest_seconds\)) > (\d+)")
DURATION = re.compile(r"(\d+)([smhd])")


OBJECTIVES = "gateway-budgets"
"""The group that judges how long calls took: on a machine that is busy with other tests it is right to fire."""


def quickened(speed: float, *, without: tuple[str, ...] = ()) -> str:
    """The file as Prometheus reads it, less the groups of these names."""
    document = yaml.safe_load(RULES.read_text("utf-8"))
    document["groups"] = [group for group in document["groups"] if group["name"] not in without]
    for group in document["groups"]:
        for rule in group["rules"]:
            _quicken(rule, speed)
    return str(yaml.safe_dump(document))


def _quicken(rule: dict[str, Any], speed: float) -> None:
    rule["expr"] = re.sub(
        r"(?<=\[)\d+[smhd](?=\])", lambda found: _short(found[0], speed, WINDOW_SECONDS), rule["expr"]
    )
    rule["expr"] = AGE.sub(lambda found: f"{found[1]} > {max(float(found[2]) / speed, LASTING_SECONDS)}", rule["expr"])
    if "for" in rule:
        rule["for"] = _short(rule["for"], speed, LASTING_SECONDS)


def _short(duration: str, speed: float, least: float) -> str:
    found = DURATION.fullmatch(duration)
    assert found is not None, duration
    seconds = int(found[1]) * SECONDS[found[2]]
    return f"{round(max(seconds / speed, least) * 1000)}ms" if seconds else "0s"
