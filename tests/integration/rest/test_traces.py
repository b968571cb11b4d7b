"""Spans reach a collector as one trace from Stripe's post to the notice, and name nobody."""

import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway import app as application
from gateway.telemetry import tracing
from tests.harness.back_end import SECRET, BackEnd, back_end
from tests.harness.served_gateway import ServedGateway, opened
from tests.harness.serving import free_socket, served, url_of
from tests.harness.waiting import eventually

KEY = "a-key-that-may-write"
EMAIL = "jenny@example.com"
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@dataclass
class Collector:
    """What an OTLP collector was sent."""

    url: str
    bodies: list[bytes] = field(default_factory=list)

    def spans(self) -> list[Span]:
        requests = [ExportTraceServiceRequest.FromString(body) for body in self.bodies]
        scopes = [scope for one in requests for resource in one.resource_spans for scope in resource.scope_spans]
        return [span for scope in scopes for span in scope.spans]


@asynccontextmanager
async def collector() -> AsyncIterator[Collector]:
    async def take(request: Request) -> Response:
        found.bodies.append(await request.body())
        return Response(media_type="application/x-protobuf")

    listener = free_socket()
    found = Collector(url_of(listener))
    async with served(Starlette(routes=[Route("/v1/traces", take, methods=["POST"])]), listener):
        yield found


async def _bought(gateway: ServedGateway, shop: BackEnd) -> str:
    """Nobody asks meanwhile: a read could learn it before the webhook does."""
    made = await gateway.create(customerEmail=EMAIL, clientReferenceId="order-118")
    session_id = str(made.json()["sessionId"])
    await gateway.pay(session_id)

    async def is_delivered() -> bool:
        return any(notice.type == "payment.paid" for notice in shop.of(session_id))

    await eventually(is_delivered, what="the notice is delivered")
    return session_id


async def test_one_trace_leads_from_stripes_post_to_the_notice_and_names_nobody(folder: Path) -> None:
    async with back_end() as shop, collector() as collected:
        settings = {"notify_urls": shop.url, "notify_secrets": SECRET, "admin_keys": KEY}
        async with opened(folder, otlp_endpoint=collected.url, **settings) as gateway:
            session_id = await _bought(gateway, shop)
            carried = {"traceparent": f"00-{TRACE}-{PARENT}-01", "Authorization": f"Bearer {KEY}"}
            query = f'query Mine {{ paymentStatus(sessionId: "{session_id}") {{ status }} }}'
            await gateway.shop.post("/graphql", json={"query": query}, headers=carried)
    assert not tracing.is_tracing()
    spans = collected.spans()
    by_trace: dict[bytes, set[str]] = {}
    for span in spans:
        by_trace.setdefault(span.trace_id, set()).add(span.name)
    assert any({"webhook receive_webhook", "inbox.apply", "notice.deliver"} <= names for names in by_trace.values())
    assert any({"rest create_checkout_session", "stripe sessions.create"} <= names for names in by_trace.values())
    assert "graphql paymentStatus" in by_trace[bytes.fromhex(TRACE)]
    everything = b"".join(collected.bodies)
    for canary in (session_id, "cs_test", "evt_", "pi_", EMAIL, "order-118", KEY, SECRET, "sk_test"):
        assert canary.encode() not in everything, canary


async def test_a_collector_that_is_away_delays_nothing(folder: Path) -> None:
    listener = free_socket()
    url = url_of(listener)
    listener.close()
    async with opened(folder, otlp_endpoint=url) as gateway:
        assert (await gateway.create()).status_code == 200


async def test_without_the_extra_it_is_said_once_and_everything_works(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_endpoint: str) -> None:
        raise tracing.TracingNotInstalled

    monkeypatch.setattr(application, "start_tracing", missing)
    async with opened(folder, otlp_endpoint="http://127.0.0.1:9") as gateway:
        assert (await gateway.create()).status_code == 200
    assert tracing.current_trace_id() == ""


def test_where_the_extra_is_missing_the_gateway_is_loaded_and_spans_are_refused_by_name() -> None:
    code = """
import sys
sys.modules["opentelemetry.sdk"] = sys.modules["opentelemetry.exporter"] = None
import gateway.app
from gateway.telemetry.tracing import TracingNotInstalled, span, start_tracing
with span("nothing"):
    pass
try:
    start_tracing("http://127.0.0.1:9")
except TracingNotInstalled:
    print("not installed")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "not installed\n"
