"""The page of one session, for whoever develops against the sandbox: what it is, what happened to it, which webhooks
were sent about it and how their delivery stands. In English, as the overview; a buyer is never sent here.
"""

import json
from collections.abc import Iterator
from itertools import islice

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.sandbox import money
from gateway.sandbox.checkout_view import Views
from gateway.sandbox.due_actions import run_due
from gateway.sandbox.home_page import event_row, session_row
from gateway.sandbox.runtime import Sandbox
from gateway.sandbox.store import Kind, Object

EVENTS_SHOWN = 100
EVENTS_LOOKED_AT = 5_000


def routes(sandbox: Sandbox, views: Views) -> list[Route]:
    async def show(request: Request) -> Response:
        run_due(sandbox)
        session = sandbox.store.get(Kind.SESSION, request.path_params["id"])
        if session is None:
            return views.closed(request, None)
        about = (event for event in _newest_events(sandbox) if _is_about(event, session))
        return views.session(
            session=session_row(session),
            events=[event_row(sandbox, each) for each in islice(about, EVENTS_SHOWN)],
            buyer=(session["customer_details"] or {}).get("email") or "",
            asked=money.shown(session["amount_total"], session["currency"]),
            raw=json.dumps(session, indent=2, ensure_ascii=False),
        )

    return [Route("/sessions/{id}", show, methods=["GET"])]


def _newest_events(sandbox: Sandbox) -> Iterator[Object]:
    return islice(sandbox.store.newest_first(Kind.EVENT), EVENTS_LOOKED_AT)


def _is_about(event: Object, session: Object) -> bool:
    """Its own events, and those of the payment that belongs to it."""
    shown = event["data"]["object"]
    intent = session["payment_intent"]
    return shown["id"] in {session["id"], intent} or (intent is not None and shown.get("payment_intent") == intent)
