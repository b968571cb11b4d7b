"""The sandbox's own front page: what it is, the latest sessions and events, and how each event's delivery stands."""

from datetime import UTC, datetime
from itertools import islice

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gateway.sandbox import cards, money
from gateway.sandbox.checkout_view import Views
from gateway.sandbox.delivery import delivery_ids
from gateway.sandbox.due_actions import run_due
from gateway.sandbox.routes.controls import CONTROLS
from gateway.sandbox.runtime import Sandbox
from gateway.sandbox.store import Kind, Object

SESSIONS_SHOWN = 20
EVENTS_SHOWN = 40
STATES = ("failed", "pending", "delivered")


def routes(sandbox: Sandbox, views: Views) -> list[Route]:
    async def home(request: Request) -> Response:
        run_due(sandbox)
        store = sandbox.store
        return views.home(
            base_url=sandbox.config.base_url,
            webhook_urls=[webhook.url for webhook in sandbox.config.webhooks],
            cards=cards.TABLE,
            controls=CONTROLS,
            sessions=[session_row(each) for each in islice(store.newest_first(Kind.SESSION), SESSIONS_SHOWN)],
            events=[event_row(sandbox, each) for each in islice(store.newest_first(Kind.EVENT), EVENTS_SHOWN)],
            session_count=store.count(Kind.SESSION),
            event_count=store.count(Kind.EVENT),
        )

    async def healthz(request: Request) -> Response:
        return PlainTextResponse("ok")

    return [Route("/", home, methods=["GET"]), Route("/healthz", healthz, methods=["GET"])]


def session_row(session: Object) -> Object:
    return {
        "id": session["id"],
        "url": session["url"],
        "amount": money.shown(session["amount_total"], session["currency"]),
        "mode": session["mode"],
        "status": session["status"],
        "payment_status": session["payment_status"],
        "at": _clock_time(session["created"]),
    }


def event_row(sandbox: Sandbox, event: Object) -> Object:
    """With several endpoints, the delivery that stands worst."""
    keys = delivery_ids(event["id"], len(sandbox.config.webhooks))
    records = [record for key in keys if (record := sandbox.store.get(Kind.DELIVERY, key))]
    record = min(records, key=lambda each: STATES.index(each["state"]), default=None)
    return {
        "id": event["id"],
        "type": event["type"],
        "about": event["data"]["object"]["id"],
        "at": _clock_time(event["created"]),
        "state": record["state"] if record else "not sent",
        "tries": record["tries"] if record else 0,
        "answer": record["answer"] if record else None,
    }


def _clock_time(timestamp: int) -> str:
    return datetime.fromtimestamp(timestamp, UTC).strftime("%H:%M:%S")
