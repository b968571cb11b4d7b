"""The controls under `/_sandbox`: what the buyer, the bank, the clock or Stripe's dashboard would do at Stripe.

Stripe has none of these paths. They are called like the API, with any test key and a form, and answer with the object
that changed. `CONTROLS` is their documentation too: the sandbox's front page shows it.
"""

from dataclasses import dataclass

from gateway.sandbox import disputes, order, refunds, renewals, switches
from gateway.sandbox.api import Call, Entry, Handler
from gateway.sandbox.errors import invalid
from gateway.sandbox.line_items import MAX_QUANTITY
from gateway.sandbox.params import Params
from gateway.sandbox.permissions import all_names
from gateway.sandbox.store import Kind, Object

# What Stripe says when an account has no name yet: a refusal that no retry gets around.
REFUSAL_MESSAGE = (
    "In order to use Checkout, you must set an account or business name at https://dashboard.stripe.com/account."
)
_ERROR_TYPES = ("api_error", "card_error", "invalid_request_error")


@dataclass(frozen=True, slots=True)
class Control:
    """One path of the controls. `parameters` and `effect` are for people; a parameter in parentheses is optional."""

    method: str
    path: str
    handler: Handler
    parameters: str
    effect: str


def entries() -> tuple[Entry, ...]:
    return tuple((each.method, each.path, each.handler) for each in CONTROLS)


def _currency(call: Call) -> Object:
    session, currency = _session(call, ("currency",)), call.params.required_text("currency").lower()
    order.choose_currency(call.sandbox, session, currency)
    return session


def _promotion_code(call: Call) -> Object:
    """Without a code: take the entered one away."""
    session, code = _session(call, ("code",)), call.params.text("code")
    if code is None:
        order.remove_promotion_code(call.sandbox, session)
    else:
        order.enter_promotion_code(call.sandbox, session, code)
    return session


def _shipping_rate(call: Call) -> Object:
    session = _session(call, ("shipping_rate",))
    order.choose_shipping(call.sandbox, session, call.params.required_text("shipping_rate"))
    return session


def _cross_sell(call: Call) -> Object:
    session = _session(call, ("price", "quantity"))
    quantity = call.params.integer("quantity", least=1, most=MAX_QUANTITY) or 1
    order.cross_sell(call.sandbox, session, call.params.required_text("price"), quantity)
    return session


def _upsell(call: Call) -> Object:
    session = _session(call, ("price",))
    order.upsell(call.sandbox, session, call.params.required_text("price"))
    return session


def _fail_refund(call: Call) -> Object:
    call.params.allow(("failure_reason",))
    reason = call.params.text("failure_reason", max_length=100) or "lost_or_stolen_card"
    return refunds.fail_refund(call.sandbox, call.find(Kind.REFUND), reason)


def _succeed_refund(call: Call) -> Object:
    call.params.allow(())
    return refunds.succeed_refund(call.sandbox, call.find(Kind.REFUND))


def _cancel_refund(call: Call) -> Object:
    call.params.allow(())
    return refunds.cancel_refund(call.sandbox, call.find(Kind.REFUND))


def _pending_refunds(call: Call) -> Object:
    call.params.allow(("enabled",))
    enabled = call.params.boolean("enabled") is not False
    switches.let_refunds_begin_pending(call.sandbox.store, pending=enabled)
    return {"pending_refunds": enabled}


def _open_dispute(call: Call) -> Object:
    params = call.params
    params.allow(("status", "reason", "amount", "funds"))
    return disputes.open_dispute(
        call.sandbox,
        call.find(Kind.CHARGE),
        status=params.choice("status", tuple(disputes.STATES)) or "needs_response",
        reason=params.text("reason", max_length=100) or "fraudulent",
        amount=params.integer("amount", least=1),
        funds=params.choice("funds", disputes.FUNDS) or "auto",
    )


def _move_dispute(call: Call) -> Object:
    params = call.params
    params.allow(("status", "funds", "funds_amount"))
    dispute = call.find(Kind.DISPUTE)
    return disputes.move_dispute(
        call.sandbox,
        dispute,
        params.choice("status", tuple(disputes.STATES)) or dispute["status"],
        funds=params.choice("funds", disputes.FUNDS) or "auto",
        funds_amount=params.integer("funds_amount", least=1),
    )


def _renew(call: Call) -> Object:
    call.params.allow(("payment_method",))
    card = renewals.card_named(call.params.text("payment_method") or "pm_card_visa")
    return renewals.renew(call.sandbox, call.find(Kind.SUBSCRIPTION), card)


def _refuse_creates(call: Call) -> Object:
    params = call.params
    params.allow(("status", "message", "type", "code", "param"))
    status = int(params.choice("status", ("400", "402", "404")) or "400")
    error = {
        "type": params.choice("type", _ERROR_TYPES) or "invalid_request_error",
        "message": params.text("message") or REFUSAL_MESSAGE,
        **{name: text for name in ("code", "param") if (text := params.text(name))},
    }
    return switches.refuse_creates(call.sandbox.store, status=status, error=error)


def _accept_creates(call: Call) -> Object:
    call.params.allow(())
    switches.accept_creates(call.sandbox.store)
    return {"create_refusal": None}


def _restrict_key(call: Call) -> Object:
    call.params.allow(("key", "missing"))
    key, missing = call.params.required_text("key"), _permissions(call.params)
    if not key.startswith("rk_test_"):
        raise invalid("Only a key that begins with rk_test_ is restricted.", param="key")
    switches.restrict_key(call.sandbox.store, key, missing)
    return {"key": key, "missing": missing}


def _permissions(params: Params) -> list[str]:
    names = [name if name.startswith("rak_") else f"rak_{name}" for name in params.texts("missing") if name]
    unknown = sorted(set(names) - all_names())
    if unknown:
        raise invalid(f"No such permission: {unknown[0]}. There are: {', '.join(sorted(all_names()))}", param="missing")
    return names


def _session(call: Call, allowed: tuple[str, ...]) -> Object:
    call.params.allow(allowed)
    return call.find(Kind.SESSION)


_SESSION = "/_sandbox/checkout/sessions/{id}"
_REFUND = "/_sandbox/refunds/{id}"
_CREATES = "/_sandbox/create_refusal"

CONTROLS = (
    Control(
        "POST",
        _SESSION + "/currency",
        _currency,
        "currency",
        "The buyer's country brings this currency, unless the create pinned one.",
    ),
    Control("POST", _SESSION + "/promotion_code", _promotion_code, "(code)", "The buyer enters a code, or removes it."),
    Control("POST", _SESSION + "/shipping_rate", _shipping_rate, "shipping_rate", "The buyer chooses a shipping rate."),
    Control("POST", _SESSION + "/cross_sell", _cross_sell, "price (quantity)", "The buyer adds a line to the order."),
    Control("POST", _SESSION + "/upsell", _upsell, "price", "The buyer takes another recurring price instead."),
    Control("POST", _REFUND + "/fail", _fail_refund, "(failure_reason)", "The refund comes back to the account."),
    Control("POST", _REFUND + "/succeed", _succeed_refund, "", "A pending refund reaches the buyer."),
    Control("POST", _REFUND + "/cancel", _cancel_refund, "", "A pending refund is called off."),
    Control(
        "POST",
        "/_sandbox/pending_refunds",
        _pending_refunds,
        "(enabled)",
        "New refunds begin as pending, or no longer.",
    ),
    Control(
        "POST",
        "/_sandbox/charges/{id}/dispute",
        _open_dispute,
        "(status reason amount funds)",
        "Open a dispute in any state; funds is auto, none or withdrawn.",
    ),
    Control(
        "POST",
        "/_sandbox/disputes/{id}",
        _move_dispute,
        "(status funds funds_amount)",
        "Move a dispute into any state; funds is auto, none, withdrawn or reinstated.",
    ),
    Control(
        "POST",
        "/_sandbox/subscriptions/{id}/renew",
        _renew,
        "(payment_method)",
        "Bill the next period with this test card.",
    ),
    Control(
        "POST",
        _CREATES,
        _refuse_creates,
        "(status message type code param)",
        "Answer every create of a session with 400, 402 or 404.",
    ),
    Control("DELETE", _CREATES, _accept_creates, "", "Creates are accepted again."),
    Control(
        "POST",
        "/_sandbox/restricted_keys",
        _restrict_key,
        "key (missing[])",
        "Exactly these permissions are missing to this rk_test_ key.",
    ),
)
