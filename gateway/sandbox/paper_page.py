"""The pages of a receipt and of an invoice: what `receipt_url` and `hosted_invoice_url` lead to."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.sandbox import money
from gateway.sandbox.checkout_view import Views, shown_signed
from gateway.sandbox.runtime import Sandbox
from gateway.sandbox.store import Kind, Object


def routes(sandbox: Sandbox, views: Views) -> list[Route]:
    async def receipt(request: Request) -> Response:
        charge = sandbox.store.get(Kind.CHARGE, request.path_params["id"])
        if charge is None or not charge["paid"]:
            return views.closed(request, None)
        return views.paper(
            request,
            kind="receipt",
            number=charge["id"],
            on=_day(charge["created"]),
            to=charge["billing_details"]["email"],
            lines=[],
            total=money.shown(charge["amount_captured"], charge["currency"]),
            refunded=money.shown(charge["amount_refunded"], charge["currency"]) if charge["amount_refunded"] else None,
            card=charge["payment_method_details"]["card"],
        )

    async def invoice(request: Request) -> Response:
        found = sandbox.store.get(Kind.INVOICE, request.path_params["id"])
        if found is None:
            return views.closed(request, None)
        return views.paper(
            request,
            kind="invoice",
            number=found["number"],
            on=_day(found["created"]),
            to=found["customer_email"],
            lines=[*(_line(line) for line in found["lines"]["data"]), *_rest(found)],
            total=money.shown(found["total"], found["currency"]),
            refunded=None,
            card=None,
        )

    return [
        Route("/receipts/{id}", receipt, methods=["GET"]),
        Route("/invoices/{id}", invoice, methods=["GET"]),
    ]


def _line(line: Object) -> Object:
    return {
        "word": None,
        "name": line["description"],
        "quantity": line["quantity"],
        "amount": money.shown(line["amount"], line["currency"]),
    }


def _rest(invoice: Object) -> list[Object]:
    """What stands between the lines and the total, where there is any."""
    tax, shipping = sum(each["amount"] for each in invoice["total_taxes"]), invoice["amount_shipping"]
    discount = invoice["subtotal"] + tax + shipping - invoice["total"]
    rows = {"discount": -discount, "shipping": shipping, "tax": tax}
    return [
        {"word": word, "quantity": 1, "amount": shown_signed(amount, invoice["currency"])}
        for word, amount in rows.items()
        if amount
    ]


def _day(created: int) -> str:
    return datetime.fromtimestamp(created, UTC).strftime("%Y-%m-%d")
