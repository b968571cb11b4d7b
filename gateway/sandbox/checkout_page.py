"""The hosted checkout page and the bank's page behind it: what a buyer sees and submits.

Works as plain forms; with JavaScript the same submits come by fetch and are answered in JSON. The back link is only a
link: it fires no event and leaves the session open.
"""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from gateway.sandbox import order
from gateway.sandbox.checkout_form import MAX_FIELD_LENGTH, Checked, asked_by, check
from gateway.sandbox.checkout_view import Views, success_url_of
from gateway.sandbox.due_actions import run_due
from gateway.sandbox.errors import StripeRefusal
from gateway.sandbox.payment import Outcome, Result, answer_challenge, attempt
from gateway.sandbox.runtime import Sandbox
from gateway.sandbox.store import Kind, Object

PATH = "/c/pay/{id}"
_SHOWN_AGAIN = ("email", "card_number", "expiry", "name", "country", "postal_code")
"""All but the security code, which nobody keeps."""


def routes(sandbox: Sandbox, views: Views) -> list[Route]:
    page = CheckoutPage(sandbox, views)
    return [
        Route(PATH, page.show, methods=["GET"]),
        Route(PATH, page.submit, methods=["POST"]),
        Route(PATH + "/order", page.change_order, methods=["POST"]),
        Route(PATH + "/challenge", page.show_challenge, methods=["GET"]),
        Route(PATH + "/challenge", page.submit_challenge, methods=["POST"]),
    ]


class CheckoutPage:
    def __init__(self, sandbox: Sandbox, views: Views) -> None:
        self._sandbox = sandbox
        self._views = views

    async def show(self, request: Request) -> Response:
        session = self._session(request)
        if session is None or session["status"] != "open":
            return self._closed(request, session)
        # After a challenge the buyer comes back to the form as it was sent.
        form = self._private(session).get("form") or {"email": session["customer_email"] or ""}
        message = "payment_intent_authentication_failure" if "unauthenticated" in request.query_params else None
        return self._views.pay(request, session, form, Checked(), message=message)

    async def submit(self, request: Request) -> Response:
        form = await _form(request)
        session = self._session(request)
        if session is None or session["status"] != "open":
            return self._moved_on(request, session)
        checked = check(form, session, now=self._sandbox.store.now())
        if checked.payer is None:
            return self._again(request, session, form, checked, message=None)
        outcome = attempt(self._sandbox, session, checked.card, checked.payer)
        self._sandbox.store.put(Kind.CHECKOUT, {**self._private(session), "form": _kept(form, session)})
        self._sandbox.commit()
        if outcome.result is Result.DECLINED:
            return self._again(request, session, form, checked, message=_message_key(outcome))
        if outcome.result is Result.CHALLENGE:
            return _redirect(request, f"{_page_of(session)}/challenge")
        return self._moved_on(request, session)

    async def change_order(self, request: Request) -> Response:
        """The buyer chooses a currency or a shipping rate, or enters or removes a promotion code."""
        form = await _form(request)
        session = self._session(request)
        if session is None or session["status"] != "open":
            return self._moved_on(request, session)
        try:
            _change(self._sandbox, session, form)
        except StripeRefusal as refusal:
            if refusal.error.get("param") != "promotion_code" and refusal.error.get("code") != "amount_too_small":
                raise
            self._sandbox.commit()
            code = form.get("promotion_code", "")[:MAX_FIELD_LENGTH]
            kept = {**(self._private(session).get("form") or {}), "promotion_code": code}
            kept.setdefault("email", session["customer_email"] or "")
            return self._views.pay(request, session, kept, Checked(), message=None, bad_code=True)
        self._sandbox.commit()
        return RedirectResponse(_page_of(session), 303)

    async def show_challenge(self, request: Request) -> Response:
        session = self._session(request)
        if session is None or session["status"] != "open":
            return self._closed(request, session)
        if not self._challenge_waits(session):
            return RedirectResponse(_page_of(session), 303)
        return self._views.challenge(request, session)

    async def submit_challenge(self, request: Request) -> Response:
        form = await _form(request)
        session = self._session(request)
        if session is None or session["status"] != "open":
            return self._moved_on(request, session)
        if not self._challenge_waits(session) or form.get("outcome") not in ("complete", "fail"):
            return _redirect(request, _page_of(session))
        try:
            outcome = answer_challenge(self._sandbox, session, succeeded=form["outcome"] == "complete")
        finally:
            self._sandbox.commit()
        if outcome.result is Result.DECLINED:
            return _redirect(request, f"{_page_of(session)}?unauthenticated=1")
        return self._moved_on(request, session)

    def _session(self, request: Request) -> Object | None:
        run_due(self._sandbox)
        return self._sandbox.store.get(Kind.SESSION, request.path_params["id"])

    def _challenge_waits(self, session: Object) -> bool:
        return self._private(session)["challenge"] is not None

    def _private(self, session: Object) -> Object:
        return self._sandbox.store.need(Kind.CHECKOUT, session["id"])

    def _moved_on(self, request: Request, session: Object | None) -> Response:
        """A complete session sends its buyer to the shop, also when the button was pressed twice."""
        if session is None or session["status"] != "complete":
            return self._closed(request, session)
        return _redirect(request, success_url_of(session))

    def _closed(self, request: Request, session: Object | None) -> Response:
        if _wants_json(request):
            return JSONResponse({"redirect": request.url.path})
        return self._views.closed(request, session)

    def _again(
        self,
        request: Request,
        session: Object,
        form: Mapping[str, str],
        checked: Checked,
        *,
        message: str | None,
    ) -> Response:
        if _wants_json(request):
            return JSONResponse(self._views.faults(request, session, checked, message=message), 402 if message else 400)
        return self._views.pay(request, session, _kept(form, session), checked, message=message)


def _kept(form: Mapping[str, str], session: Object) -> dict[str, str]:
    return {name: form.get(name, "")[:MAX_FIELD_LENGTH] for name in (*_SHOWN_AGAIN, *asked_by(session))}


def _message_key(outcome: Outcome) -> str:
    key: str = outcome.error.get("decline_code") or outcome.error["code"]
    return key


def _page_of(session: Object) -> str:
    return f"/c/pay/{session['id']}"


def _change(sandbox: Sandbox, session: Object, form: Mapping[str, str]) -> None:
    if currency := form.get("currency"):
        order.choose_currency(sandbox, session, currency)
    if rate_id := form.get("shipping_rate"):
        order.choose_shipping(sandbox, session, rate_id)
    if code := form.get("promotion_code", "").strip():
        order.enter_promotion_code(sandbox, session, code)
    if form.get("remove_promotion_code"):
        order.remove_promotion_code(sandbox, session)


async def _form(request: Request) -> dict[str, str]:
    body = (await request.body()).decode("utf-8", errors="replace")
    try:
        return dict(parse_qsl(body, keep_blank_values=True, max_num_fields=50))
    except ValueError as error:
        raise StripeRefusal(400, {"type": "invalid_request_error", "message": "Too many fields."}) from error


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


def _redirect(request: Request, url: str) -> Response:
    return JSONResponse({"redirect": url}) if _wants_json(request) else RedirectResponse(url, 303)
