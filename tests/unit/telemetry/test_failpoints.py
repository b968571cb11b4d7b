"""Failpoints: dead weight unless armed, impossible beside a live key."""

import subprocess
import sys
from typing import Any

import pytest
from pydantic import ValidationError

from gateway.settings import Settings, SettingsError, load_settings
from gateway.telemetry.failpoints import Failpoint, arm_failpoints, failpoint

_DIE = """
from gateway.telemetry.failpoints import Failpoint, arm_failpoints, failpoint
arm_failpoints({"after_commit": 1.0})
failpoint(Failpoint.BEFORE_COMMIT)
print("alive", flush=True)
failpoint(Failpoint.AFTER_COMMIT)
print("not reached", flush=True)
"""


def _settings(**values: Any) -> Settings:
    required: dict[str, Any] = {"stripe_api_key": "sk_test_x", "stripe_webhook_secrets": "whsec_x"}
    return Settings(_env_file=None, **(required | values))


def test_nothing_happens_unless_armed() -> None:
    for place in Failpoint:
        failpoint(place)


def test_an_armed_failpoint_kills_the_process_at_its_place_and_no_other() -> None:
    ran = subprocess.run([sys.executable, "-c", _DIE], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (-9, "alive\n")


def test_an_unknown_name_is_a_sentence_at_the_start() -> None:
    with pytest.raises(SettingsError, match="`teatime` is no failpoint"):
        arm_failpoints({"teatime": 1.0})


def test_settings_read_names_with_probabilities() -> None:
    assert _settings(failpoints="before_commit:0.25,after_commit:1").failpoints == {
        "before_commit": 0.25,
        "after_commit": 1.0,
    }


@pytest.mark.parametrize("text", ["before_commit", "before_commit:2", ":0.5", "before_commit:-1"])
def test_settings_refuse_what_is_no_probability(text: str) -> None:
    with pytest.raises(ValidationError, match=r"before_commit:0\.01"):
        _settings(failpoints=text)


def test_a_live_key_forbids_failpoints() -> None:
    live: dict[str, Any] = {"stripe_api_key": "sk_live_x", "public_url": "https://pay.example"}
    assert _settings(**live).livemode
    with pytest.raises(SettingsError, match="on purpose"):
        load_settings(**live, stripe_webhook_secrets="whsec_x", failpoints="before_commit:0.5")
