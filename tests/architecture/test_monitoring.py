"""docs/monitoring: rules that Prometheus takes, over metrics that there are, each alert explained and seen firing."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from prometheus_client import REGISTRY

from gateway.telemetry import metrics
from tests.architecture.source import ROOT

FOLDER = ROOT / "docs" / "monitoring"
RULES, TESTS, DASHBOARD = FOLDER / "rules.yml", FOLDER / "rules.test.yml", FOLDER / "dashboard.json"
PROMTOOL = shutil.which("promtool")
NAME = re.compile(r"gateway_[a-z_]+")


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(RULES.read_text("utf-8"))["groups"] for rule in group["rules"]]


def alerts() -> set[str]:
    return {rule["alert"] for rule in rules() if "alert" in rule}


def queries() -> Iterator[str]:
    yield from (rule["expr"] for rule in rules())
    for panel in json.loads(DASHBOARD.read_text("utf-8"))["panels"]:
        yield from (target["expr"] for target in panel["targets"])


def test_every_query_names_metrics_that_there_are() -> None:
    metrics.start_at_zero()
    known = set()
    for family in REGISTRY.collect():
        endings = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("_total",)}.get(family.type, ("",))
        known |= {family.name + ending for ending in endings}
    asked = {name for query in queries() for name in NAME.findall(query)}
    assert len(asked) > 15
    assert asked - known == set()


def test_every_alert_is_tried_and_explained() -> None:
    tried = {
        case["alertname"]
        for test in yaml.safe_load(TESTS.read_text("utf-8"))["tests"]
        for case in test["alert_rule_test"]
        if case["exp_alerts"]
    }
    explained = set(
        re.findall(r"^\| `(Gateway\w+)`", (ROOT / "docs" / "monitoring.md").read_text("utf-8"), re.MULTILINE)
    )
    assert alerts() == tried == explained


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed (apt-get install prometheus)")
@pytest.mark.parametrize("command", [("check", "rules", RULES), ("test", "rules", TESTS)], ids=["check", "test"])
def test_prometheus_takes_the_rules_and_each_alert_fires_on_its_fault_alone(command: tuple[str, ...]) -> None:
    assert PROMTOOL is not None
    done = subprocess.run([PROMTOOL, *command], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
