"""`gateway deliveries`: the signed notices to the shop's own back ends, and sending them once more."""

from datetime import datetime
from typing import Annotated, Any

import typer

from gateway.cli.discrepancies import By, operator_name
from gateway.cli.help_text import examples
from gateway.cli.output import Wide, next_cursor, print_fields, print_json, print_next, print_table
from gateway.cli.terminal import as_utc, ask, fail
from gateway.domain.errors import NotFound
from gateway.domain.notices import NoticeType
from gateway.domain.states import DeliveryState
from gateway.services.container import Services
from gateway.services.operators.deliveries import DeliveryFilter, DeliveryView, shown_url

Json = Annotated[bool, typer.Option("--json", help="JSON instead of a table.")]
State = Annotated[
    DeliveryState | None, typer.Option(metavar="STATE", help=f"Only this state: {', '.join(DeliveryState)}.")
]
Type = Annotated[
    NoticeType | None, typer.Option("--type", metavar="TYPE", help="Only this type, like payment.refunded.")
]
Session = Annotated[str | None, typer.Option(help="Only those of this session.")]
From = Annotated[datetime | None, typer.Option("--from", help="Only those made then or later (UTC).")]
To = Annotated[datetime | None, typer.Option("--to", help="Only those made before then (UTC).")]
LIST = examples("gateway deliveries list --state failed", "gateway deliveries list --session cs_test_a1B2 --json")
REPLAY = examples(
    "gateway deliveries replay msg_0f1e2d3c",
    "gateway deliveries replay --state failed",
    "gateway deliveries replay --from 2026-11-01 --to 2026-11-02",
)
RESUME = examples("gateway deliveries resume", "gateway deliveries resume https://shop.example/notices")


def register(app: typer.Typer) -> None:
    deliveries = typer.Typer(
        no_args_is_help=True,
        help="Signed notices to the shop's own back ends: list, show, replay, resume.",
        short_help="Notices to the shop's own back ends.",
    )
    deliveries.command("list", epilog=LIST)(list_deliveries)
    deliveries.command("show", epilog=examples("gateway deliveries show msg_0f1e2d3c"))(show)
    deliveries.command("replay", epilog=REPLAY, short_help="Send notices once more.")(replay)
    deliveries.command("resume", epilog=RESUME, short_help="Send again to a back end that answered 410.")(resume)
    app.add_typer(deliveries, name="deliveries")


def list_deliveries(
    *,
    state: State = None,
    notice_type: Type = None,
    session: Session = None,
    first: Annotated[int, typer.Option(min=1, max=200, help="How many.")] = 50,
    after: Annotated[str | None, typer.Option(help="Go on from this cursor.")] = None,
    wide: Wide = False,
    json: Json = False,
) -> None:
    """List notices, newest first: one line a change and back end."""
    where = DeliveryFilter(state=state, type=notice_type, session_id=session)
    page = ask(lambda services: services.deliveries.page(where, first=first, after=after))
    if json:
        print_json({"deliveries": [_to_json(view) for view in page.nodes], "nextCursor": next_cursor(page)})
        return
    lines = [(v.created_at, v.id, v.type, v.state, v.tries, v.status_code, v.session_id) for v in page.nodes]
    print_table(("made", "id", "type", "state", "tries", "answer", "session"), lines, wide=wide)
    print_next(page)


def show(
    delivery: Annotated[str, typer.Argument(metavar="ID", help="msg_…, or the beginning of it.")], json: Json = False
) -> None:
    """Show one notice with its last answer. Exit 2 when there is none."""
    view = ask(lambda services: services.deliveries.find(delivery))
    print_json(_to_json(view)) if json else print_fields(_to_json(view))


def replay(
    *,
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID…", help="msg_…, several allowed.")] = None,
    state: State = None,
    notice_type: Type = None,
    session: Session = None,
    start: From = None,
    end: To = None,
    by: By = None,
    json: Json = False,
) -> None:
    """Send notices once more, taken before or not, with the same webhook-id. The gateway that runs sends them.

    Name them, or say which: by state, type, session or the window in which they were made. Exit 1 when one is unknown.
    """
    where = DeliveryFilter(state, notice_type, session, as_utc(start), as_utc(end))
    if bool(ids) == (where != DeliveryFilter()):
        fail("Name the notices, or say which: --state, --type, --session, --from, --to.", status=2)
    if not ids:
        count = ask(lambda services: services.deliveries.replay_all(where, by=operator_name(by)))
        print_json({"replayed": count}) if json else typer.echo(f"{count} notices will be sent once more.")
        return
    known, unknown = ask(lambda services: _replayed(services, ids, operator_name(by)))
    if json:
        print_json([_to_json(view) for view in known])
    else:
        print_table(("id", "type", "state"), [(view.id, view.type, view.state) for view in known])
    if unknown:
        fail(f"There is no delivery {', '.join(unknown)}.")


def resume(
    url: Annotated[str | None, typer.Argument(help="The back end; all that are paused when left out.")] = None,
    by: By = None,
) -> None:
    """Send again to a back end that answered 410; whatever waited for it is sent. Exit 1 when none is paused."""
    resumed = ask(lambda services: services.deliveries.resume(url, by=operator_name(by)))
    if not resumed:
        fail("No back end is paused." if url is None else f"{url} is not paused.")
    for one in resumed:
        typer.echo(f"{shown_url(one)} is sent notices again.")


async def _replayed(services: Services, ids: list[str], by: str) -> tuple[list[DeliveryView], list[str]]:
    known, unknown = [], []
    for delivery_id in ids:
        try:
            known.append(await services.deliveries.replay(delivery_id, by=by))
        except NotFound:
            unknown.append(delivery_id)
    return known, unknown


def _to_json(view: DeliveryView) -> dict[str, Any]:
    return {
        "id": view.id,
        "type": view.type,
        "url": shown_url(view.url),
        "sessionId": view.session_id,
        "paymentId": view.payment_id,
        "version": view.version,
        "state": view.state,
        "tries": view.tries,
        "nextTryAt": view.next_try_at,
        "statusCode": view.status_code,
        "answer": view.answer,
        "isPaused": view.is_paused,
        "createdAt": view.created_at,
        "settledAt": view.settled_at,
    }
