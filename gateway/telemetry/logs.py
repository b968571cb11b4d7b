"""Structured logs: one line per thing that happened, and never a secret, a card, an e-mail or a session id in clear.

Redaction is the last processor, over the whole event, so that no caller has to remember it.
"""

import hashlib
import logging
import re
import sys
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any, TextIO

import structlog

from gateway.telemetry.request_id import current_request_id
from gateway.telemetry.tracing import current_trace_id

_SESSION = re.compile(r"cs_(?:test|live)_[A-Za-z0-9]+")
_NOT_IN_ADDRESS = r"\s@<>\"'(),:;\[\]\\/"
_SECRETS = re.compile(
    r"(?:sk|rk|pk|whsec)_[A-Za-z0-9_]{4,}|(?:pi|seti|cs)_[A-Za-z0-9_]+_secret_[A-Za-z0-9]+|Bearer\s+\S+"
    r"|(?:postgres(?:ql)?|asyncpg|rediss?)://[^\s\"']+"
    rf"|[^{_NOT_IN_ADDRESS}]{{1,64}}@[^{_NOT_IN_ADDRESS}]+",
    re.IGNORECASE,
)


@dataclass
class JsonLines:
    """What `configure_logs` has set up, where that is JSON: where lines go, and from which level on."""

    handler: logging.StreamHandler[TextIO] | None = None
    level: int = logging.INFO


JSON_LINES = JsonLines()


def configure_logs(*, json: bool, level: int = logging.INFO) -> None:
    """JSON lines for machines, or coloured lines on a developer's terminal; the standard library's loggers as well."""
    renderer = (
        structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_request_id,
        structlog.processors.format_exc_info,
        _redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _redact, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("gateway").setLevel(level)
    JSON_LINES.handler, JSON_LINES.level = handler if json else None, level
    # uvicorn's own configuration, where something has loaded it, would print past ours.
    logging.getLogger("uvicorn").handlers = []
    logging.getLogger("uvicorn").propagate = True


def json_handler(level: int) -> logging.StreamHandler[TextIO] | None:
    """Where lines of this level go as JSON; None where they go nowhere, or not as JSON."""
    return JSON_LINES.handler if level >= JSON_LINES.level else None


def get_logger(name: str) -> Any:
    """`log.info("A sentence.", action="…", …)`."""
    return structlog.get_logger(name)


def hash_id(session_id: str) -> str:
    """How a session id appears in logs: enough to follow one payment, not enough to open it."""
    return "cs#" + hashlib.sha256(session_id.encode()).hexdigest()[:12]


def redact(text: str) -> str:
    """The text with secrets and addresses blanked and session ids hashed."""
    return _SESSION.sub(lambda match: hash_id(match[0]), _SECRETS.sub("[redacted]", text))


def _redact(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Numbers are left as they are; whatever else a renderer would spell out is spelt here, and read through."""
    for key, value in event.items():
        if not key.startswith("_") and not isinstance(value, int | float | None):
            event[key] = redact(str(value))
    return event


def _add_request_id(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    request_id = current_request_id()
    if request_id:
        event.setdefault("request_id", request_id)
    trace_id = current_trace_id()
    if trace_id:
        event.setdefault("trace_id", trace_id)
    return event
