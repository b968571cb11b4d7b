"""`gateway events`: the webhook inbox, looked at and applied again."""

from typing import Annotated, Any

import orjson
import typer

from gateway.bootstrap import require_writable
from gateway.cli.help_text import examples
from gateway.cli.output import Wide, next_cursor, print_fields, print_json, print_next, print_table
from gateway.cli.terminal import ask, fail
from gateway.domain.identifiers import PaymentId
from gateway.domain.states import EventState
from gateway.services.container import Services
from gateway.services.operators.service import EventFilter
from gateway.services.operators.views import EventView, Replay

Json = Annotated[bool, typer.Option("--json", help="JSON instead of a table.")]
LIST = examples("gateway events list --state failed", "gateway events list --type charge.refunded --json")
REPLAY = examples("gateway events replay evt_1a2B3c", "gateway events replay --failed")
SETTLED = {EventState.APPLIED, EventState.IGNORED}


def register(app: typer.Typer) -> None:
    events = typer.Typer(no_args_is_help=True, help="The webhook inbox: list, show, replay.")
    events.command("list", epilog=LIST)(list_events)
    events.command("show", epilog=examples("gateway events show evt_1a2B3c"))(show)
    events.command("replay", epilog=REPLAY, short_help="Apply stored events once more.")(replay)
    app.add_typer(events, name="events")


def list_events(
    *,
    state: Annotated[
        EventState | None, typer.Option(metavar="STATE", help=f"Only this state: {', '.join(EventState)}.")
    ] = None,
    event_type: Annotated[str | None, typer.Option("--type", help="Only this type, like charge.refunded.")] = None,
    payment: Annotated[str | None, typer.Option(help="Only events of this payment (its 32-digit id).")] = None,
    first: Annotated[int, typer.Option(min=1, max=200, help="How many.")] = 50,
    after: Annotated[str | None, typer.Option(help="Go on from this cursor.")] = None,
    wide: Wide = False,
    json: Json = False,
) -> None:
    """List events, newest first."""
    where = EventFilter(state=state, type=event_type, payment_id=PaymentId(payment) if payment else None)
    page = ask(lambda services: services.operators.events(where, first=first, after=after))
    if json:
        print_json({"events": [_to_json(event) for event in page.nodes], "nextCursor": next_cursor(page)})
        return
    lines = [(e.received_at, e.id, e.type, e.state, e.tries, e.payment_id, e.error) for e in page.nodes]
    print_table(("received", "event", "type", "state", "tries", "payment", "error"), lines, wide=wide)
    print_next(page)


def show(event_id: Annotated[str, typer.Argument(metavar="ID", help="evt_…")], json: Json = False) -> None:
    """Show one event with its body, as Stripe sent it. Exit 1 when there is none."""
    detail = ask(lambda services: services.operators.event(event_id))
    if detail is None:
        fail(f"There is no event {event_id}.")
    body = orjson.loads(detail.body)
    if json:
        print_json(_to_json(detail.event) | {"body": body})
        return
    print_fields(_to_json(detail.event))
    print_json(body)


def replay(
    event_ids: Annotated[list[str] | None, typer.Argument(metavar="ID…", help="evt_…, several allowed.")] = None,
    failed: Annotated[bool, typer.Option("--failed", help="Everything that failed or waits for its payment.")] = False,
    wide: Wide = False,
    json: Json = False,
) -> None:
    """Apply stored events once more; harmless any number of times. Exit 1 when one is unknown or fails again."""
    if bool(event_ids) == failed:
        fail("Name the events, or give --failed.", status=2)
    outcomes = ask(lambda services: _replayed(services, event_ids or []), needs_stripe=True)
    if json:
        print_json([_outcome(event_id, outcome) for event_id, outcome in outcomes])
    else:
        cells = [tuple(_outcome(event_id, outcome).values()) for event_id, outcome in outcomes]
        print_table(("event", "state", "changed", "error"), cells, wide=wide)
    if any(outcome is None or outcome.event.state not in SETTLED for _, outcome in outcomes):
        raise typer.Exit(1)


async def _replayed(services: Services, event_ids: list[str]) -> list[tuple[str, Replay | None]]:
    await require_writable(services)
    wanted = event_ids or [str(event_id) for event_id in await services.operators.unsettled()]
    return [(event_id, await services.operators.replay(event_id)) for event_id in wanted]


def _outcome(event_id: str, outcome: Replay | None) -> dict[str, Any]:
    if outcome is None:
        return {"id": event_id, "state": "unknown", "changed": False, "error": "There is no such event."}
    return {
        "id": event_id,
        "state": outcome.event.state,
        "changed": outcome.changed,
        "error": outcome.event.error,
    }


def _to_json(event: EventView) -> dict[str, Any]:
    return {
        "id": event.id,
        "type": event.type,
        "createdAt": event.created_at,
        "receivedAt": event.received_at,
        "livemode": event.livemode,
        "state": event.state,
        "paymentId": event.payment_id,
        "tries": event.tries,
        "nextTryAt": event.next_try_at,
        "error": event.error,
    }
