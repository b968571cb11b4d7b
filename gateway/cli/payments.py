"""`gateway payments`: list, show, and explain why a payment has its status. Nothing here asks Stripe.

Session ids are shown in clear: they are the operator's own data.
"""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

import typer

from gateway.cli.explanation import explained
from gateway.cli.help_text import examples
from gateway.cli.output import Wide, next_cursor, print_fields, print_json, print_next, print_table, short_id
from gateway.cli.terminal import as_utc, ask, fail
from gateway.domain.discrepancies import DiscrepancyKind
from gateway.domain.identifiers import PriceId
from gateway.domain.money import Money
from gateway.domain.movements import totals_of
from gateway.domain.snapshot import Snapshot
from gateway.domain.status import Status
from gateway.services.operators.service import PaymentFilter
from gateway.services.operators.views import PaymentExplanation, PaymentView

Json = Annotated[bool, typer.Option("--json", help="JSON instead of a table.")]
LIST = examples(
    "gateway payments list --status processing",
    "gateway payments list --reference order-1042 --json",
    "gateway payments list --from 2026-11-01 --to 2026-12-01 --first 200",
)
EXPLAIN = examples("gateway payments explain cs_test_a1B2c3", "gateway payments explain cs_test_a1B2c3 --json")
SessionArgument = Annotated[str, typer.Argument(metavar="SESSION", help="cs_test_… or cs_live_…")]


def register(app: typer.Typer) -> None:
    payments = typer.Typer(no_args_is_help=True, help="Payments: list, show, explain.")
    payments.command("list", epilog=LIST, short_help="List payments, newest first.")(list_payments)
    payments.command("show", epilog=examples("gateway payments show cs_test_a1B2c3"))(show)
    payments.command("explain", epilog=EXPLAIN, short_help="Say why a payment has its status.")(explain)
    app.add_typer(payments, name="payments")


def list_payments(
    *,
    status: Annotated[
        Status | None, typer.Option(metavar="STATUS", help=f"Only this status: {', '.join(Status)}.")
    ] = None,
    discrepancy: Annotated[
        DiscrepancyKind | None,
        typer.Option(metavar="KIND", help="Only with an open discrepancy of this kind, like late_money."),
    ] = None,
    price: Annotated[str | None, typer.Option(help="Only this price id.")] = None,
    reference: Annotated[str | None, typer.Option(help="Only this clientReferenceId.")] = None,
    created_from: Annotated[datetime | None, typer.Option("--from", help="Created then or later, UTC.")] = None,
    created_to: Annotated[datetime | None, typer.Option("--to", help="Created before, UTC.")] = None,
    first: Annotated[int, typer.Option(min=1, max=200, help="How many.")] = 50,
    after: Annotated[str | None, typer.Option(help="Go on from this cursor.")] = None,
    wide: Wide = False,
    json: Json = False,
) -> None:
    """List payments, newest first.

    On a terminal the table fits it, and ids are shortened in the middle; --wide or a pipe gives them whole.
    """
    where = PaymentFilter(
        status=status,
        discrepancy=discrepancy,
        price_id=PriceId(price) if price else None,
        client_reference_id=reference,
        created_from=as_utc(created_from),
        created_to=as_utc(created_to),
    )
    page = ask(lambda services: services.operators.payments(where, first=first, after=after))
    if json:
        print_json({"payments": [_to_json(payment) for payment in page.nodes], "nextCursor": next_cursor(page)})
        return
    columns = ("created", "session", "status", "amount", "kept", "price", "reference")
    print_table(columns, map(_line, page.nodes), wide=wide)
    print_next(page)


def show(session: SessionArgument, json: Json = False) -> None:
    """Show one payment as it is stored. Exit 1 when there is none."""
    payment = ask(lambda services: services.operators.payment(session))
    if payment is None:
        fail(f"There is no payment with the session {session}.")
    print_json(_to_json(payment)) if json else print_fields(_fields(payment))


def explain(session: SessionArgument, json: Json = False, wide: Wide = False) -> None:
    """Say in sentences why a payment has its status: what Stripe said, the rule that decided, the history.

    Exit 1 when there is no such payment. --json has the facts as they are stored.
    """
    found = ask(lambda services: services.operators.explain(session))
    if found is None:
        fail(f"There is no payment with the session {session}.")
    if json:
        print_json(_explanation_to_json(found))
        return
    for line in explained(found, partial(short_id, wide=wide)):
        typer.echo(line)


def _line(payment: PaymentView) -> tuple[object, ...]:
    snapshot = payment.snapshot
    return (
        snapshot.created_at,
        snapshot.session_id or f"({payment.creation})",
        snapshot.status,
        snapshot.amount.formatted,
        _kept(snapshot),
        snapshot.price_id,
        payment.client_reference_id,
    )


def _fields(payment: PaymentView) -> dict[str, object]:
    snapshot = payment.snapshot
    return {
        "session": snapshot.session_id,
        "payment": snapshot.payment_id,
        "intents": ", ".join(payment.intent_ids),
        "status": f"{snapshot.status}{' (final)' if snapshot.is_final else ''}",
        "version": snapshot.version,
        "amount": f"{snapshot.amount.formatted} ({snapshot.quantity} × {snapshot.price_id})",
        "expected": snapshot.expected.formatted if snapshot.expected else None,
        "kept": _kept(snapshot),
        "disputed": "yes" if snapshot.visible.disputed else None,
        "caller": payment.caller,
        "reference": payment.client_reference_id,
        "creation": payment.creation,
        "refusal": payment.refusal,
        "mode": "live" if payment.livemode else "test",
        "pay at": snapshot.checkout_url,
        "created": snapshot.created_at,
        "updated": snapshot.updated_at,
        "expires": snapshot.expires_at,
    }


def _kept(snapshot: Snapshot) -> str:
    """What came less what went back, of each currency; nothing before money came."""
    return ", ".join(Money(line.net, line.currency).formatted for line in totals_of(snapshot.facts))


def _to_json(payment: PaymentView) -> dict[str, Any]:
    snapshot = payment.snapshot
    failure = snapshot.visible.last_failure
    return {
        "sessionId": snapshot.session_id or None,
        "paymentId": snapshot.payment_id,
        "intentIds": payment.intent_ids,
        "status": snapshot.status,
        "isFinal": snapshot.is_final,
        "version": snapshot.version,
        "priceId": snapshot.price_id,
        "quantity": snapshot.quantity,
        "amountMinor": snapshot.amount.amount_minor,
        "currency": snapshot.amount.currency,
        "expectedMinor": snapshot.expected.amount_minor if snapshot.expected else None,
        "paidMinor": snapshot.paid.amount_minor,
        "refundedMinor": snapshot.refunded.amount_minor,
        "totals": [
            {
                "currency": line.currency,
                "capturedMinor": line.captured,
                "refundedMinor": line.refunded,
                "disputedMinor": line.disputed,
                "netMinor": line.net,
            }
            for line in totals_of(snapshot.facts)
        ],
        "disputed": snapshot.visible.disputed,
        "lastFailure": {"code": failure.code, "declineCode": failure.decline_code} if failure else None,
        "caller": payment.caller,
        "clientReferenceId": payment.client_reference_id,
        "creation": payment.creation,
        "refusal": payment.refusal,
        "livemode": payment.livemode,
        "createdAt": snapshot.created_at,
        "updatedAt": snapshot.updated_at,
        "expiresAt": snapshot.expires_at,
    }


def _explanation_to_json(found: PaymentExplanation) -> dict[str, Any]:
    return {
        "payment": _to_json(found.payment),
        "rule": {"number": found.rule.number, "name": found.rule.name},
        "facts": found.facts,
        "askedAt": found.retrieved_at,
        "history": [
            {"version": c.version, "from": c.from_status, "to": c.to_status, "cause": c.cause, "at": c.at}
            for c in found.history
        ],
        "movements": [
            {
                "number": m.number,
                "kind": m.kind,
                "stripeId": m.stripe_id,
                "amountMinor": m.amount.amount_minor,
                "currency": m.amount.currency,
                "occurredAt": m.occurred_at,
                "recordedAt": m.recorded_at,
                "cause": m.cause,
            }
            for m in found.movements
        ],
        "attempts": [
            {"key": key, "state": a.state.name.lower(), "at": datetime.fromtimestamp(a.created.value, UTC)}
            for key, a in found.attempts
        ],
        "events": [{"id": e.id, "type": e.type, "state": e.state, "receivedAt": e.received_at} for e in found.events],
    }
