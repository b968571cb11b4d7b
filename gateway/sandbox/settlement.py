"""The end of an asynchronous payment: some seconds after its session is complete, the money comes or it does not."""

from gateway.sandbox import papers, subscriptions
from gateway.sandbox.runtime import Sandbox
from gateway.sandbox.steps import decline_error, fail_charge, fail_intent, succeed
from gateway.sandbox.store import Kind, Object


def settle(sandbox: Sandbox, session: Object) -> None:
    """The asynchronous payment of a complete session ends, successfully or not. Does nothing the second time."""
    private = sandbox.store.need(Kind.CHECKOUT, session["id"])
    if private["settles_at"] is None:
        return
    private["settles_at"] = None
    sandbox.store.put(Kind.CHECKOUT, private)
    intent = sandbox.store.need(Kind.INTENT, private["intent"])
    charge = sandbox.store.need(Kind.CHARGE, intent["latest_charge"])
    succeeded = bool(private["settles_successfully"])
    if succeeded:
        charge.update(status="succeeded", paid=True, captured=True, amount_captured=charge["amount"])
        succeed(sandbox, intent, charge)
        session["payment_status"] = "paid"
        papers.issue_invoice(sandbox, session, private)
    else:
        fail_charge(charge, code="card_declined", message="Your card was declined.")
        sandbox.store.put(Kind.CHARGE, charge)
        sandbox.emit("charge.failed", charge)
        method = sandbox.store.need(Kind.METHOD, charge["payment_method"])
        fail_intent(sandbox, intent, decline_error(charge, method, "generic_decline"))
    if session["subscription"]:
        subscriptions.settle(sandbox, session, succeeded=succeeded)
    sandbox.store.put(Kind.SESSION, session)
    sandbox.emit(f"checkout.session.async_payment_{'succeeded' if succeeded else 'failed'}", session)
