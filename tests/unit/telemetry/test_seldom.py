"""Warnings that callers can cause are bounded: one a minute, and never longer than a line."""

import structlog

from gateway.telemetry.logs import get_logger
from gateway.telemetry.seldom import SeldomWarning, clipped


def test_one_line_a_minute_says_how_many_were_left_out() -> None:
    now = 0.0
    warn = SeldomWarning(get_logger("test"), "Name it in A_SETTING.", action="refused.thing", clock_seconds=lambda: now)
    with structlog.testing.capture_logs() as lines:
        for refused in ("first", "second", "third"):
            warn(refused)
        now = 59.9
        warn("fourth")
        now = 60.0
        warn("fifth")
    assert [(line["refused"], line["left_out"]) for line in lines] == [("first", 0), ("fifth", 3)]
    assert {line["log_level"] for line in lines} == {"warning"}


def test_what_was_refused_is_clipped_and_cannot_steer_a_terminal() -> None:
    assert clipped("https://shop.example") == "https://shop.example"
    assert clipped("a\x1b[31mb\nc\u202ed") == "a?[31mb?c?d"
    assert clipped("x" * 1_000_000) == "x" * 100 + "..."
