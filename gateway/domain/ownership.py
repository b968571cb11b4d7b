"""Which intents are this payment's own, and what its own objects say it received.

An intent is own when the row's session names it, or its first invoice does. A marker in metadata is a hint where to
look and never a proof, since shop code copies metadata.
"""

from gateway.domain.facts import Amounts, Asked, Charge, Facts, greatest
from gateway.domain.money import Money


def first_invoices(facts: Facts) -> frozenset[str]:
    """What the session names, and the invoice that opened the subscription which the session names: with Stripe the
    same one, and together they only grow, so that nothing that was own ever stops being it."""
    opened = [facts.opening_invoices.get(each, frozenset()) for each in facts.named_subscriptions]
    return facts.named_invoices.union(*opened)


def unexplained_invoices(facts: Facts) -> frozenset[str]:
    """Invoices joined by a marker alone: a look at the session says which subscription is its own."""
    others = [opened for each, opened in facts.opening_invoices.items() if each not in facts.named_subscriptions]
    return frozenset().union(*others) - first_invoices(facts)


def own_intents(facts: Facts) -> frozenset[str]:
    invoices = first_invoices(facts)
    if not invoices:
        return facts.named_intents
    of_invoices = [facts.invoice_intents.get(invoice, frozenset()) for invoice in invoices]
    return facts.named_intents.union(*of_invoices)


def foreign_intents(facts: Facts) -> frozenset[str]:
    """Intents that bear our marker and that the session, now that it has shown what is its own, does not name."""
    has_shown = bool(own_intents(facts)) or facts.complete or facts.expired
    return unexplained_intents(facts) if has_shown else frozenset()


def unexplained_intents(facts: Facts) -> frozenset[str]:
    """Intents joined by a marker alone: a look at the session says whose they are."""
    of_charges = {charge.intent_id for charge in facts.charges.values() if charge.intent_id is not None}
    return frozenset((facts.intents.keys() | of_charges) - own_intents(facts))


def is_paid(facts: Facts) -> bool:
    """Whoever paid what Stripe asked has paid: the session says so, or an own intent paid in full does."""
    own = own_intents(facts)
    return (
        facts.session_paid
        or any(intent.is_paid for intent_id, intent in facts.intents.items() if intent_id in own)
        or any(charge.is_paid for charge in facts.charges.values() if charge.intent_id in own)
    )


def asked_of(facts: Facts) -> Asked | None:
    """What the buyer was asked for, once Stripe has frozen it; of two values the least."""
    return min(facts.asked, default=None)


def received_by_intent(facts: Facts) -> dict[str, Money]:
    """Own intent → what it brought: by its charge, else by itself, else by the word of the session that names it."""
    own = sorted(own_intents(facts))
    figures: dict[str, Money] = {}
    for intent_id in own:
        of_charges: Amounts = {}
        for charge in facts.charges.values():
            if charge.intent_id == intent_id:
                of_charges = greatest(of_charges, charge.captured)
        intent = facts.intents.get(intent_id)
        money = one_money(of_charges, facts) or (one_money(intent.received, facts) if intent is not None else None)
        if money is not None:
            figures[intent_id] = money
    asked = asked_of(facts)
    if own and not figures and facts.session_paid and asked is not None and asked.total:
        figures[own[0]] = Money(asked.total, asked.currency)
    return figures


def session_word(facts: Facts) -> Money | None:
    """What the session alone says was received; it stands only where no intent exists."""
    asked = asked_of(facts)
    if own_intents(facts) or not facts.session_paid or asked is None or not asked.total:
        return None
    return Money(asked.total, asked.currency)


def one_money(amounts: Amounts, facts: Facts) -> Money | None:
    """The amount in the currency that was asked for, else converted to it, else as it is; None for nothing.

    An object that names no currency is in the one that was asked for.
    """
    held = {currency: amount for currency, amount in amounts.items() if amount and currency}
    asked = asked_of(facts)
    if not held:
        unnamed = amounts.get("", 0)
        return Money(unnamed, asked.currency) if unnamed and asked is not None else None
    if asked is not None and asked.currency not in held:
        for conversion in sorted(facts.conversions):
            if conversion.currency == asked.currency and conversion.shown in held and conversion.shown_total:
                share = _share(held[conversion.shown], conversion.total, conversion.shown_total)
                return Money(share, conversion.currency)
    currency = asked.currency if asked is not None and asked.currency in held else min(held)
    return Money(held[currency], currency)


def known_money(amounts: Amounts, facts: Facts) -> Money | None:
    """The same, or None where the currency is neither the one that was asked for nor converts to it."""
    asked, money = asked_of(facts), one_money(amounts, facts)
    return money if money is None or asked is None or money.currency == asked.currency else None


def charges_of(facts: Facts) -> dict[str, Charge]:
    """The charges of own intents."""
    own = own_intents(facts)
    return {key: charge for key, charge in facts.charges.items() if charge.intent_id in own}


def _share(amount: int, whole: int, shown_whole: int) -> int:
    """`amount` of `shown_whole`, as the same share of `whole`, to the nearest minor unit."""
    return (2 * amount * whole + shown_whole) // (2 * shown_whole)


def share_of(amount: int, *, part: int, whole: int) -> int:
    """The share of `amount` that `part` is of `whole`, to the nearest minor unit."""
    return _share(part, amount, whole)
