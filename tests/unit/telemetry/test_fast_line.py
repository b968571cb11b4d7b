"""The fast line is the slow one."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from gateway.telemetry import fast_line
from gateway.telemetry.logs import configure_logs, get_logger
from gateway.telemetry.request_id import reset_request_id, set_request_id

VALUES: dict[str, str | float | None] = {
    "action": "request",
    "method": "GET",
    "path": '/pay/中文/"quoted"\\\u2028',
    "status": 200,
    "milliseconds": 0.25,
    "nothing": None,
}


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What `gateway serve` writes."""
    root, text = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers, root.level
    monkeypatch.setattr("gateway.telemetry.logs.JSON_LINES.handler", None)
    configure_logs(json=True)
    for handler in root.handlers:
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(text)
    yield text
    root.handlers, root.level = handlers, level
    logging.getLogger("gateway").setLevel(logging.NOTSET)
    structlog.reset_defaults()


@pytest.mark.parametrize("request_id", ["", "a-request"])
def test_the_fast_line_is_what_structlog_writes(request_id: str, written: io.StringIO) -> None:
    log = get_logger("gateway.access")
    token = set_request_id(request_id)
    fast_line.info(log, "A request was answered.", **VALUES)
    log.info("A request was answered.", **VALUES)
    reset_request_id(token)
    fast, slow = (_parsed(line) for line in written.getvalue().splitlines())
    assert list(fast.items()) == list(slow.items())


def test_a_level_that_is_off_is_off_here_too(written: io.StringIO) -> None:
    configure_logs(json=True, level=logging.ERROR)
    for handler in logging.getLogger().handlers:
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(written)
    fast_line.info(get_logger("gateway.access"), "A request was answered.")
    assert written.getvalue() == ""


def test_where_lines_are_not_json_structlog_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.telemetry.logs.JSON_LINES.handler", None)
    with structlog.testing.capture_logs() as lines:
        fast_line.info(get_logger("gateway.access"), "A request was answered.", status=200)
    assert lines == [{"event": "A request was answered.", "status": 200, "log_level": "info"}]


def _parsed(line: str) -> dict[str, Any]:
    """The times differ by their figures alone."""
    values: dict[str, Any] = json.loads(line)
    stamp = values["timestamp"]
    assert (len(stamp), stamp[10], stamp[-1]) == (27, "T", "Z")
    return values | {"timestamp": "then"}
