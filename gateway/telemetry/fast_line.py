"""A log line of plain values by one call of orjson, for what happens with every request.

It is the line that structlog would write, a tenth of the work: a test holds the two together. Nothing is redacted here,
so a text that a caller chose has gone through `logs.redact` before. Where lines are not JSON, structlog writes it.
"""

import logging
from datetime import UTC, datetime
from typing import Any

import orjson

from gateway.telemetry.logs import json_handler
from gateway.telemetry.request_id import current_request_id
from gateway.telemetry.tracing import current_trace_id


def info(log: Any, sentence: str, **values: str | float | None) -> None:
    """One line of level `info`. `log` is whose line it is otherwise."""
    handler = json_handler(logging.INFO)
    line: dict[str, Any] = values | {"event": sentence, "level": "info", "timestamp": datetime.now(UTC)}
    if request_id := current_request_id():
        line["request_id"] = request_id
    if trace_id := current_trace_id():
        line["trace_id"] = trace_id
    written = orjson.dumps(line, option=orjson.OPT_UTC_Z)
    if handler is None or not written.isascii():  # structlog escapes what is not ASCII, for a stream may not take it.
        log.info(sentence, **values)
        return
    handler.acquire()
    try:
        handler.stream.write(written.decode() + handler.terminator)
        handler.flush()
    finally:
        handler.release()
