"""`gateway payments`: list, show, and explain why a payment has its status. Nothing here asks Stripe.

Session ids are shown in clear: they are the operator's own data.
"""

from datetime import datetime
from typing import Annotated, Any

import typer

from gateway.cli.house import as_utc, ask, fail
from gateway.cli.output import next_cursor, print_fields, print_json, print_next, print_table
from gateway.domain.identifiers import PriceId
from gateway.domain.status import Anomaly, Status
from gateway.services.operators.service import PaymentFilter
from gateway.services.operators.views import PaymentExplanation, PaymentView

Json = Annotated[bool, typer.Option("--json", help="JSON instead of a table.")]
SessionArgument = Annotated[str, typer.Argument(metavar="SESSION", help="cs_test_… or cs_live_…")]


def register(app: typer.Typer) -> None:
    payments = typer.Typer(no_args_is_help=True, help="Payments: list, show, explain.")
    payments.command("list")(list_payments)
    payments.command("show")(show)
    payments.command("explain")(explain)
    app.add_typer(payments, name="payments")


def list_payments(
    *,
    status: Annotated[Status | None, typer.Option(help="Only payments with this status.")] = None,
    anomaly: Annotated[Anomaly | None, typer.Option(help="Only payments somebody has to look at, for this.")] = None,
    price: Annotated[str | None, typer.Option(help="Only this price id.")] = None,
    reference: Annotated[str | None, typer.Option(help="Only this clientReferenceId.")] = None,
    created_from: Annotated[datetime | None, typer.Option("--from", help="Created then or later, UTC.")] = None,
    created_to: Annotated[datetime | None, typer.Option("--to", help="Created before, UTC.")] = None,
    first: Annotated[int, typer.Option(min=1, max=200, help="How many.")] = 50,
    after: Annotated[str | None, typer.Option(help="Go on from this cursor.")] = None,
    json: Json = False,
) -> None:
    """List payments, newest first."""
    where = PaymentFilter(
        status=status,
        anomaly=anomaly,
        price_id=PriceId(price) if price else None,
        client_reference_id=reference,
        created_from=as_utc(created_from),
        created_to=as_utc(created_to),
    )
    page = ask(lambda services: services.operations.payments(where, first=first, after=after))
    if json:
        print_json({"payments": [_to_json(payment) for payment in page.nodes], "nextCursor": next_cursor(page)})
        return
    print_table(("created", "session", "status", "amount", "price", "reference", "look at"), map(_line, page.nodes))
    print_next(page)


def show(session: SessionArgument, json: Json = False) -> None:
    """Show one payment as it is stored. Exit 1 when there is none."""
    payment = ask(lambda services: services.operations.payment(session))
    if payment is None:
        fail(f"There is no payment with the session {session}.")
    print_json(_to_json(payment)) if json else print_fields(_fields(payment))


def explain(session: SessionArgument, json: Json = False) -> None:
    """Say why a payment has its status: the facts, the rule that decided, the history. Exit 1 when there is none."""
    told = ask(lambda services: services.operations.explain(session))
    if told is None:
        fail(f"There is no payment with the session {session}.")
    if json:
        print_json(_explanation_to_json(told))
        return
    print_fields(_fields(told.payment))
    final = ", final" if told.rule.is_final else ""
    typer.echo(f"\n{told.rule.status.value}{final}, because of rule {told.rule.number}: {told.rule.name}.")
    asked = told.asked_at.strftime("%Y-%m-%d %H:%M:%S UTC") if told.asked_at else "never"
    typer.echo(f"Stripe was last asked: {asked}.\n\nFacts")
    if told.facts:
        print_fields(told.facts)
    else:
        typer.echo("none yet")
    typer.echo("\nHistory")
    lines = [(c.version, c.at, c.from_status, c.to_status, c.cause) for c in told.history]
    print_table(("version", "at", "from", "to", "cause"), lines)
    typer.echo("\nEvents")
    print_table(("received", "event", "type", "state"), [(e.received_at, e.id, e.type, e.state) for e in told.events])


def _line(payment: PaymentView) -> tuple[object, ...]:
    snapshot = payment.snapshot
    return (
        snapshot.created_at,
        snapshot.session_id or f"({payment.creation})",
        snapshot.status,
        snapshot.amount.formatted,
        snapshot.price_id,
        payment.client_reference_id,
        ", ".join(payment.anomalies),
    )


def _fields(payment: PaymentView) -> dict[str, object]:
    snapshot = payment.snapshot
    return {
        "session": snapshot.session_id,
        "payment": snapshot.payment_id,
        "intent": payment.intent_id,
        "status": f"{snapshot.status}{' (final)' if snapshot.is_final else ''}",
        "version": snapshot.version,
        "amount": f"{snapshot.amount.formatted} ({snapshot.quantity} × {snapshot.price_id})",
        "refunded": _refunded(payment),
        "disputed": "yes" if snapshot.visible.disputed else None,
        "look at": ", ".join(payment.anomalies),
        "reference": payment.client_reference_id,
        "creation": payment.creation,
        "refusal": payment.refusal,
        "mode": "live" if payment.livemode else "test",
        "pay at": snapshot.checkout_url,
        "created": snapshot.created_at,
        "updated": snapshot.updated_at,
        "expires": snapshot.expires_at,
    }


def _refunded(payment: PaymentView) -> str | None:
    refunded = payment.snapshot.visible.refunded_minor
    return f"{refunded} {payment.snapshot.amount.currency} (minor units)" if refunded else None


def _to_json(payment: PaymentView) -> dict[str, Any]:
    snapshot = payment.snapshot
    failure = snapshot.visible.last_failure
    return {
        "sessionId": snapshot.session_id or None,
        "paymentId": snapshot.payment_id,
        "intentId": payment.intent_id,
        "status": snapshot.status,
        "isFinal": snapshot.is_final,
        "version": snapshot.version,
        "priceId": snapshot.price_id,
        "quantity": snapshot.quantity,
        "amountMinor": snapshot.amount.amount_minor,
        "currency": snapshot.amount.currency,
        "refundedMinor": snapshot.visible.refunded_minor,
        "disputed": snapshot.visible.disputed,
        "lastFailure": {"code": failure.code, "declineCode": failure.decline_code} if failure else None,
        "anomalies": payment.anomalies,
        "clientReferenceId": payment.client_reference_id,
        "creation": payment.creation,
        "refusal": payment.refusal,
        "livemode": payment.livemode,
        "createdAt": snapshot.created_at,
        "updatedAt": snapshot.updated_at,
        "expiresAt": snapshot.expires_at,
    }


def _explanation_to_json(told: PaymentExplanation) -> dict[str, Any]:
    return {
        "payment": _to_json(told.payment),
        "rule": {"number": told.rule.number, "name": told.rule.name},
        "facts": told.facts,
        "askedAt": told.asked_at,
        "history": [
            {"version": c.version, "from": c.from_status, "to": c.to_status, "cause": c.cause, "at": c.at}
            for c in told.history
        ],
        "events": [{"id": e.id, "type": e.type, "state": e.state, "receivedAt": e.received_at} for e in told.events],
    }
