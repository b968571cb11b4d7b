"""Spans, where an OTLP endpoint is set (OTEL_EXPORTER_OTLP_ENDPOINT) and the extra `[otel]` is installed.

Everywhere else nothing is imported, and `span` gives one empty block. A span's name and attributes are our own words
and numbers: no id of a session, an event or a payment, no address, no key. What a payment's change causes later in this
process (a notice) goes on in the trace that brought the change; from another process it begins a trace of its own.
"""

import importlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

SERVICE = "payments-gateway"
CHANGES_REMEMBERED = 4_096
FLUSH_SECONDS = 3.0
_NO_EXCEPTIONS = {"record_exception": False, "set_status_on_exception": False}
"""Their texts may name what no span may name."""
_NOTHING: AbstractContextManager[None] = nullcontext()

Value = str | int | float | bool


class TracingNotInstalled(Exception):
    """The endpoint is set and the extra is missing."""


@dataclass
class _Tracing:
    """None of it until `start_tracing`."""

    tracer: Any = None
    trace: Any = None
    propagate: Any = None
    brought_by: "OrderedDict[str, Any]" = field(default_factory=OrderedDict)


_TRACING = _Tracing()


def start_tracing(endpoint: str) -> Callable[[], None]:
    """Send spans there (OTLP over HTTP) from now on. What it returns flushes and stops. Raises TracingNotInstalled.

    The exporter reads the other standard variables itself (OTEL_EXPORTER_OTLP_HEADERS, OTEL_SERVICE_NAME, …).
    """
    try:
        otlp = importlib.import_module("gateway.telemetry.otlp")
    except ImportError as error:
        raise TracingNotInstalled from error
    provider = otlp.provider(endpoint, service=SERVICE)
    _TRACING.tracer, _TRACING.trace, _TRACING.propagate = provider.get_tracer("gateway"), otlp.trace, otlp.propagate

    def stop() -> None:
        _TRACING.tracer = None
        _TRACING.brought_by.clear()
        # A collector that is away must not hold up the end of the process.
        last = threading.Thread(target=provider.shutdown, daemon=True)
        last.start()
        last.join(FLUSH_SECONDS)

    return stop


def is_tracing() -> bool:
    return _TRACING.tracer is not None


def span(name: str, *, after: str | None = None, **attributes: Value) -> AbstractContextManager[Any]:
    """A block of work. `after`: the payment whose latest change brought it about."""
    if _TRACING.tracer is None:
        return _NOTHING
    context = _TRACING.brought_by.get(after) if after is not None else None
    begun: AbstractContextManager[Any] = _TRACING.tracer.start_as_current_span(
        name, context=context, attributes=attributes, **_NO_EXCEPTIONS
    )
    return begun


@contextmanager
def request_span(headers: Mapping[str, str]) -> Iterator[Any]:
    """The span of a request, in the trace that its `traceparent` names; named when it is over."""
    context = _TRACING.propagate.extract(headers)
    kind = _TRACING.trace.SpanKind.SERVER
    with _TRACING.tracer.start_as_current_span("request", context=context, kind=kind, **_NO_EXCEPTIONS) as begun:
        yield begun


def remember(payment_id: str) -> None:
    """What is under way has changed this payment."""
    if _TRACING.tracer is None:
        return
    here = _TRACING.trace.get_current_span()
    if here.get_span_context().is_valid:
        _TRACING.brought_by[payment_id] = _TRACING.trace.set_span_in_context(here)
        _TRACING.brought_by.move_to_end(payment_id)
        if len(_TRACING.brought_by) > CHANGES_REMEMBERED:
            _TRACING.brought_by.popitem(last=False)


def current_trace_id() -> str:
    """32 hex digits, for a line of the log; empty outside a trace."""
    if _TRACING.tracer is None:
        return ""
    context = _TRACING.trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else ""
