"""Renders the buyer's pages and the overview. Decides nothing; what it is given is shown in the buyer's language."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from gateway.sandbox import cards, discounts, money, order, words
from gateway.sandbox.cards import Source
from gateway.sandbox.checkout_form import COUNTRIES, Checked, asked_by
from gateway.sandbox.runtime import Sandbox
from gateway.sandbox.store import Kind, Object

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Views:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._store = sandbox.store
        self._seeded = {price.id: price for price in sandbox.config.prices}
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def pay(
        self,
        request: Request,
        session: Object,
        form: Mapping[str, str],
        checked: Checked,
        *,
        message: str | None,
        bad_code: bool = False,
    ) -> Response:
        text = _words(request, session)
        return self._page(
            "pay.html",
            text,
            402 if message and request.method == "POST" else 400 if checked.faults or bad_code else 200,
            session=session,
            summary=self._summary(session, text),
            bad_code=bad_code,
            items=[self._item(item, text) for item in self._private(session)["line_items"]],
            total=_amount(session),
            form=form,
            faults=_fault_texts(checked, text),
            message=_message(message, text),
            cards=[card for card in cards.TABLE if card.on_page],
            guide=Source.GUIDE,
            sandbox=Source.SANDBOX,
            countries=COUNTRIES,
            button=_button(session, text),
            asked=asked_by(session),
            ships_to=(session["shipping_address_collection"] or {}).get("allowed_countries", []),
            trial=self._trial(session, text),
        )

    def paper(self, request: Request, **values: Any) -> Response:
        """A receipt or an invoice, as its buyer sees it."""
        text = words.choose(None, request.headers.get("accept-language", ""))
        return self._page("paper.html", text, 200, **values)

    def faults(self, request: Request, session: Object, checked: Checked, *, message: str | None) -> Object:
        """What a submit by fetch is answered with: the same messages, by field."""
        text = _words(request, session)
        return {"faults": _fault_texts(checked, text), "message": _message(message, text)}

    def challenge(self, request: Request, session: Object) -> Response:
        method = self._store.need(Kind.METHOD, self._private(session)["challenge"]["method"])
        text = _words(request, session)
        explanation = text["challenge_text"].format(
            amount=_amount(session), shop=self._shop(text), last4=method["card"]["last4"]
        )
        return self._page("challenge.html", text, 200, session=session, explanation=explanation)

    def closed(self, request: Request, session: Object | None) -> Response:
        """A session that cannot be paid (any more), or none at all. A paid one leads to where its payment is shown."""
        state = "unknown" if session is None else session["status"]
        back = None
        if session is not None:
            shown = success_url_of(session)
            back = shown if state == "complete" else session["cancel_url"] or shown.partition("?")[0]
        status = 404 if session is None else 200
        return self._page("closed.html", _words(request, session), status, state=state, back=back)

    def home(self, **values: Any) -> Response:
        return self._page("home.html", words.ENGLISH, 200, **values)

    def session(self, **values: Any) -> Response:
        return self._page("session.html", words.ENGLISH, 200, **values)

    def _page(self, template: str, text: Mapping[str, str], status: int, **values: Any) -> Response:
        html = self._templates.get_template(template).render(t=text, shop=self._shop(text), **values)
        return HTMLResponse(html, status, headers=HEADERS)

    def _summary(self, session: Object, text: Mapping[str, str]) -> Object:
        """What stands between the items and the total, and what the buyer may choose there."""
        currency, details = session["currency"], session["total_details"]
        discount = self._private(session)["discount"]
        rows = [
            (text["discount"], -details["amount_discount"]),
            (text["shipping"], details["amount_shipping"]),
            (text["tax"], details["amount_tax"]),
        ]
        shown = [(name, shown_signed(amount, currency)) for name, amount in rows if amount]
        return {
            "rows": [(text["subtotal"], shown_signed(session["amount_subtotal"], currency)), *shown] if shown else [],
            "currencies": order.currencies(self._sandbox, session),
            "discount": discounts.shown(self._store, discount) if discount else None,
            "rates": [self._rate(option, session) for option in session["shipping_options"]],
        }

    def _rate(self, option: Object, session: Object) -> Object:
        rate = self._store.need(Kind.SHIPPING_RATE, option["shipping_rate"])
        return {
            "id": rate["id"],
            "name": rate["display_name"],
            "amount": money.shown(option["shipping_amount"], session["currency"]),
            "chosen": session["shipping_cost"]["shipping_rate"] == rate["id"],
        }

    def _trial(self, session: Object, text: Mapping[str, str]) -> str | None:
        days = self._private(session)["trial_days"]
        return text["trial"].format(days=days) if days is not None else None

    def _private(self, session: Object) -> Object:
        return self._store.need(Kind.CHECKOUT, session["id"])

    def _shop(self, text: Mapping[str, str]) -> str:
        config = self._sandbox.config
        return (text["lang"] == "zh" and config.shop_name_zh) or config.shop_name

    def _item(self, item: Object, text: Mapping[str, str]) -> Object:
        product = self._store.get(Kind.PRODUCT, item["price"]["product"])
        recurring = item["price"]["recurring"]
        name, description = item["description"], product["description"] if product else None
        seeded = self._seeded.get(item["price"]["id"])
        # A product that was renamed through the API keeps its new name in every language, as at Stripe.
        if seeded and text["lang"] == "zh" and (name, description) == (seeded.name, seeded.description):
            name, description = seeded.name_zh or name, seeded.description_zh or description
        return {
            "name": name,
            "description": description,
            "amount": money.shown(item["amount_subtotal"], item["currency"]),
            "every": text[f"per_{recurring['interval']}"] if recurring else None,
            "quantity": text["quantity"].format(count=item["quantity"]) if item["quantity"] > 1 else None,
        }


def success_url_of(session: Object) -> str:
    """Where a buyer goes; the stored value keeps its placeholder."""
    url: str = session["success_url"]
    for placeholder in ("{CHECKOUT_SESSION_ID}", "%7BCHECKOUT_SESSION_ID%7D", "%7bCHECKOUT_SESSION_ID%7d"):
        url = url.replace(placeholder, session["id"])
    return url


def _words(request: Request, session: Object | None) -> Mapping[str, str]:
    locale = session["locale"] if session else None
    return words.choose(locale, request.headers.get("accept-language", ""))


def shown_signed(amount: int, currency: str) -> str:
    return f"−{money.shown(-amount, currency)}" if amount < 0 else money.shown(amount, currency)


def _amount(session: Object) -> str:
    return money.shown(session["amount_total"], session["currency"])


def _button(session: Object, text: Mapping[str, str]) -> str:
    if session["mode"] == "subscription":
        return text["subscribe"]
    return text["pay"].format(amount=_amount(session)) if session["amount_total"] else text["confirm"]


def _fault_texts(checked: Checked, text: Mapping[str, str]) -> dict[str, str]:
    return {name: text[fault.code] for name, fault in checked.faults.items()}


def _message(key: str | None, text: Mapping[str, str]) -> str | None:
    return text[key] if key else None
