"""OpenTelemetry's SDK, of the extra `[otel]`: this module is loaded where spans go somewhere, and nowhere else."""

from opentelemetry import propagate, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

__all__ = ["propagate", "provider", "trace"]


def provider(endpoint: str, *, service: str) -> TracerProvider:
    """Sends spans in batches by a thread of its own. OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES beat `service`."""
    resource = Resource({"service.name": service}).merge(OTELResourceDetector().detect())
    made = TracerProvider(resource=resource, shutdown_on_exit=False)
    made.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")))
    return made
