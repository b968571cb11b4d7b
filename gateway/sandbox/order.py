"""What changes an open session's total before it is paid, by the buyer or by offers of the shop's dashboard.

Every verb works on copies: a change that is refused leaves the session as it was. None sends an event of the session,
as at Stripe. A bank's question that still waits belongs to the old total and is dropped.
"""

from collections.abc import Callable

from gateway.sandbox import discounts, line_items, shipping, subscriptions, totals
from gateway.sandbox.checkout import cancel_intent
from gateway.sandbox.errors import invalid
from gateway.sandbox.payment import refuse_unless_open
from gateway.sandbox.runtime import Sandbox
from gateway.sandbox.store import Kind, Object, copy_of

Change = Callable[[Object, Object], None]


def choose_currency(sandbox: Sandbox, session: Object, currency: str) -> None:
    """The currency that the buyer's country brings. Raises StripeRefusal where it is pinned or not offered."""

    def change(draft: Object, private: Object) -> None:
        if currency not in currencies(sandbox, draft):
            raise invalid(f"This Checkout Session cannot be paid in `{currency}`.", param="currency")
        discounts.refuse_other_currency(sandbox.store, private["discount"], currency)
        offered = [sandbox.store.need(Kind.SHIPPING_RATE, each["shipping_rate"]) for each in draft["shipping_options"]]
        shipping.refuse_other_currency(offered, currency)
        draft["currency"] = currency

    _apply(sandbox, session, change)


def currencies(sandbox: Sandbox, session: Object) -> list[str]:
    """What the buyer may choose among; only the session's own when the create pinned it."""
    private = sandbox.store.need(Kind.CHECKOUT, session["id"])
    if private["currency_is_pinned"]:
        return [session["currency"]]
    return line_items.offered_by_all(sandbox.store, private["line_items"])


def enter_promotion_code(sandbox: Sandbox, session: Object, code: str) -> None:
    """Raises StripeRefusal for a code that gives nothing here."""

    def change(draft: Object, private: Object) -> None:
        if not draft["allow_promotion_codes"]:
            raise invalid("This Checkout Session does not allow promotion codes.", param="promotion_code")
        private["discount"] = discounts.typed(
            sandbox.store, code, subtotal=draft["amount_subtotal"], currency=draft["currency"]
        )

    _apply(sandbox, session, change)


def remove_promotion_code(sandbox: Sandbox, session: Object) -> None:
    """A discount that the create brought stays."""

    def change(draft: Object, private: Object) -> None:
        if draft["allow_promotion_codes"]:
            private["discount"] = None

    _apply(sandbox, session, change)


def choose_shipping(sandbox: Sandbox, session: Object, rate_id: str) -> None:
    def change(draft: Object, private: Object) -> None:
        if rate_id not in [each["shipping_rate"] for each in draft["shipping_options"]]:
            raise invalid("This Checkout Session does not offer that shipping rate.", param="shipping_rate")
        private["shipping_rate"] = rate_id

    _apply(sandbox, session, change)


def cross_sell(sandbox: Sandbox, session: Object, price_id: str, quantity: int) -> None:
    """Add a line, as a cross-sell set up in the dashboard does when the buyer takes it."""

    def change(draft: Object, private: Object) -> None:
        price = line_items.active_price(sandbox.store, price_id, param="price")
        if draft["mode"] == "payment" and price["recurring"]:
            raise invalid("A session in `payment` mode cannot sell a recurring price.", param="price")
        private["line_items"].append(line_items.item_of(sandbox.store, price, quantity))
        _refuse_other_currency(sandbox, draft, private)

    _apply(sandbox, session, change)


def upsell(sandbox: Sandbox, session: Object, price_id: str) -> None:
    """Replace the recurring price by another, as an upsell (monthly to yearly) does when the buyer takes it."""

    def change(draft: Object, private: Object) -> None:
        price = line_items.active_price(sandbox.store, price_id, param="price")
        items = private["line_items"]
        place = next((number for number, item in enumerate(items) if item["price"]["recurring"]), None)
        if place is None or not price["recurring"]:
            raise invalid("An upsell replaces a recurring price by another recurring price.", param="price")
        items[place] = line_items.item_of(sandbox.store, price, items[place]["quantity"])
        _refuse_other_currency(sandbox, draft, private)

    _apply(sandbox, session, change)


def _refuse_other_currency(sandbox: Sandbox, draft: Object, private: Object) -> None:
    if draft["currency"] not in line_items.offered_by_all(sandbox.store, private["line_items"]):
        raise invalid(f"The price has no amount in the session's currency `{draft['currency']}`.", param="price")


def _apply(sandbox: Sandbox, session: Object, change: Change) -> None:
    refuse_unless_open(session)
    private = sandbox.store.need(Kind.CHECKOUT, session["id"])
    draft, draft_private = copy_of(session), copy_of(private)
    change(draft, draft_private)
    totals.reprice(sandbox.store, draft, draft_private)
    totals.check_total(draft["amount_total"], draft["currency"])
    draft_private["challenge"] = None
    if private["billing"]:
        _abandon_attempt(sandbox, private, draft_private)
    session.update(draft)
    private.update(draft_private)
    sandbox.store.put(Kind.SESSION, session)
    sandbox.store.put(Kind.CHECKOUT, private)


def _abandon_attempt(sandbox: Sandbox, private: Object, draft_private: Object) -> None:
    """An invoice cannot change once it is open: the next attempt makes a new one, with an intent of its own."""
    cancel_intent(sandbox, sandbox.store.need(Kind.INTENT, private["intent"]))
    subscriptions.abandon(sandbox, private)
    draft_private.update(intent=None, billing=None)
