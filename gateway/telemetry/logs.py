"""Structured logs: one line per thing that happened, and never a secret, a card, an e-mail or a session id in clear.

Redaction is the last processor, over the whole event, so that no caller has to remember it.
"""

import hashlib
import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from gateway.telemetry.request_id import current_request_id

_SESSION = re.compile(r"cs_(?:test|live)_[A-Za-z0-9]+")
_SECRETS = re.compile(
    r"(?:sk|rk|pk|whsec)_[A-Za-z0-9_]{4,}|Bearer\s+\S+|[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
    r"|(?:postgres(?:ql)?|asyncpg|rediss?)://[^\s\"']+",
    re.IGNORECASE,
)


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


def get_logger(name: str) -> Any:
    """`log.info("A sentence.", action="…", …)`."""
    return structlog.get_logger(name)


def hash_id(session_id: str) -> str:
    """How a session id appears in logs: enough to follow one payment, not enough to open it."""
    return "cs#" + hashlib.sha256(session_id.encode()).hexdigest()[:12]


def redact(text: str) -> str:
    """The text with secrets and addresses blanked and session ids hashed."""
    return _SECRETS.sub("[redacted]", _SESSION.sub(lambda match: hash_id(match[0]), text))


def _redact(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = redact(value)
        elif isinstance(value, BaseException | dict | list | tuple) and not key.startswith("_"):
            event[key] = redact(str(value))
    return event


def _add_request_id(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    request_id = current_request_id()
    if request_id:
        event.setdefault("request_id", request_id)
    return event
