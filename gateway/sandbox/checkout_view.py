"""Renders the buyer's pages and the overview. Decides nothing; what it is given is shown in the buyer's language."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from gateway.sandbox import cards, money, words
from gateway.sandbox.cards import Source
from gateway.sandbox.checkout_form import COUNTRIES, Checked
from gateway.sandbox.store import Kind, Object, Store

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Views:
    def __init__(self, store: Store, *, shop_name: str) -> None:
        self._store = store
        self._shop = shop_name
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
    ) -> Response:
        text = _words(request, session)
        return self._page(
            "pay.html",
            text,
            402 if message and request.method == "POST" else 400 if checked.faults else 200,
            session=session,
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
        )

    def faults(self, request: Request, session: Object, checked: Checked, *, message: str | None) -> Object:
        """What a submit by fetch is answered with: the same messages, by field."""
        text = _words(request, session)
        return {"faults": _fault_texts(checked, text), "message": _message(message, text)}

    def challenge(self, request: Request, session: Object) -> Response:
        method = self._store.need(Kind.METHOD, self._private(session)["challenge"]["method"])
        text = _words(request, session)
        explanation = text["challenge_text"].format(
            amount=_amount(session), shop=self._shop, last4=method["card"]["last4"]
        )
        return self._page("challenge.html", text, 200, session=session, explanation=explanation)

    def closed(self, request: Request, session: Object | None) -> Response:
        """A session that cannot be paid (any more), or none at all."""
        state = "unknown" if session is None else session["status"]
        back = None
        if session is not None:
            back = session["cancel_url"] or session["success_url"].partition("?")[0]
        status = 404 if session is None else 200
        return self._page("closed.html", _words(request, session), status, state=state, back=back)

    def home(self, **values: Any) -> Response:
        return self._page("home.html", words.ENGLISH, 200, **values)

    def _page(self, template: str, text: Mapping[str, str], status: int, **values: Any) -> Response:
        html = self._templates.get_template(template).render(t=text, shop=self._shop, **values)
        return HTMLResponse(html, status, headers=HEADERS)

    def _private(self, session: Object) -> Object:
        return self._store.need(Kind.CHECKOUT, session["id"])

    def _item(self, item: Object, text: Mapping[str, str]) -> Object:
        product = self._store.get(Kind.PRODUCT, item["price"]["product"])
        recurring = item["price"]["recurring"]
        return {
            "name": item["description"],
            "description": product["description"] if product else None,
            "amount": money.shown(item["amount_total"], item["currency"]),
            "every": text[f"per_{recurring['interval']}"] if recurring else None,
            "quantity": text["quantity"].format(count=item["quantity"]) if item["quantity"] > 1 else None,
        }


def _words(request: Request, session: Object | None) -> Mapping[str, str]:
    locale = session["locale"] if session else None
    return words.choose(locale, request.headers.get("accept-language", ""))


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
