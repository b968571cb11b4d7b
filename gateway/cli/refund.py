"""`gateway refund`: give a buyer's money back."""

import re
from dataclasses import replace
from decimal import Decimal
from typing import Annotated

import typer

from gateway.bootstrap import require_writable
from gateway.cli.discrepancies import By, operator_name
from gateway.cli.help_text import examples
from gateway.cli.output import print_json
from gateway.cli.terminal import ask, fail
from gateway.domain.currencies import decimal_digits
from gateway.domain.errors import SessionNotFound
from gateway.domain.language import Language
from gateway.services.container import Services
from gateway.services.refunds.requests import RefundReason, Wish
from gateway.services.refunds.service import Refunded

_AMOUNT = re.compile(r"\d{1,13}(\.\d{1,6})?", re.ASCII)
EXAMPLES = examples(
    "gateway refund cs_test_a1B2 --reason requested_by_customer",
    "gateway refund cs_test_a1B2 --amount 2.00 --key ticket-4711",
)


def register(app: typer.Typer) -> None:
    app.command("refund", epilog=EXAMPLES, short_help="Give a buyer's money back, through Stripe.")(refund)


def refund(
    *,
    session: Annotated[str, typer.Argument(metavar="SESSION", help="cs_…")],
    amount: Annotated[
        str | None, typer.Option(help="How much, like 2.00 in the payment's currency; all that is left if left out.")
    ] = None,
    reason: Annotated[
        RefundReason, typer.Option(metavar="REASON", help=f"Why: {', '.join(RefundReason)}.")
    ] = RefundReason.REQUESTED_BY_CUSTOMER,
    key: Annotated[
        str | None, typer.Option(help="One per refund, yours to choose: the same key refunds once, however often.")
    ] = None,
    by: By = None,
    json: Annotated[bool, typer.Option("--json", help="JSON instead of a sentence.")] = False,
) -> None:
    """Refund a payment through Stripe: a part, or all that is left. Its status stays paid.

    The refund is noted before Stripe is asked, so that a lost answer never refunds twice. Exit 2 when it is refused,
    or Stripe does not answer; in the latter case it is still made as soon as Stripe does.
    """
    made = ask(
        lambda services: _refunded(services, Wish(session, operator_name(by), None, reason, key), amount),
        needs_stripe=True,
    )
    snapshot, request = made.snapshot, made.request
    if json:
        print_json(
            {
                "refundId": request.stripe_id,
                "sessionId": snapshot.session_id,
                "amountMinor": request.amount.amount_minor,
                "currency": request.amount.currency,
                "refundedMinor": snapshot.refunded.amount_minor,
                "status": snapshot.status,
            }
        )
        return
    typer.echo(f"{request.amount.formatted} of {session} was refunded ({request.stripe_id}).")
    typer.echo(f"In all {snapshot.refunded.formatted} of {snapshot.paid.formatted} went back.")


async def _refunded(services: Services, wish: Wish, amount: str | None) -> Refunded:
    await require_writable(services)
    view = await services.operators.payment(wish.session_id)
    if view is None:
        fail(SessionNotFound().message(Language.EN), status=2)
    minor = minor_units(amount, view.snapshot.paid.currency) if amount is not None else None
    return await services.refunds.refund(replace(wish, amount_minor=minor))


def minor_units(text: str, currency: str) -> int:
    """`2.00` → 200. Ends the command for what is no amount of this currency."""
    digits, amount = decimal_digits(currency), Decimal(text) if _AMOUNT.fullmatch(text) else Decimal(0)
    if amount == 0:
        fail(f"--amount: `{text[:20]}` is no amount; write it like {2:.{digits}f}.", status=2)
    minor = amount.scaleb(digits)
    if minor != minor.to_integral_value():
        fail(f"--amount: {currency.upper()} has {digits} digits behind the point.", status=2)
    return int(minor)
