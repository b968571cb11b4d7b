"""Totals: other than expected, moving while the session is open, shown in the buyer's currency, or not ours at all."""

from gateway.domain.discrepancies import DiscrepancyKind
from gateway.domain.facts import Asked, Conversion
from gateway.domain.money import Money
from gateway.domain.status import Status
from gateway.domain.stripe_event import Mode
from tests.scenarios import aftermath, others
from tests.scenarios.scenario import Ending, Plan, paid
from tests.scenarios.story import Story

PAYMENT, SUBSCRIPTION = (Mode.PAYMENT,), (Mode.SUBSCRIPTION,)
PAID = Ending(Status.PAID, totals=paid())
DISCOUNTED = Asked(450, "usd", 500, discount=50)
TAXED = Asked(700, "usd", 500, discount=50, tax=100, shipping=150)
PESOS = Conversion("mxn", 9250, "usd", 500)
LIFETIME = 40_000


def plans() -> list[Plan]:
    return [*_totals(), *_old_versions(), *_of_others()]


def found(*kinds: DiscrepancyKind) -> frozenset[DiscrepancyKind]:
    return frozenset(kinds)


def _totals() -> list[Plan]:
    differs = found(DiscrepancyKind.TOTAL_DIFFERS)
    return [
        Plan("another amount", _another_amount, _paid_with(Money(450, "usd"), differs)),
        Plan("another currency", _another_currency, _paid_with(Money(500, "eur"), differs)),
        Plan(
            "a currency option of the price",
            _currency_option,
            _paid_with(Money(450, "eur")),
            expected={"usd": 500, "eur": 450},
        ),
        Plan("the total moves while open", _moving_total, _paid_with(Money(450, "usd"))),
        Plan("taxed, shipped and delayed", _taxed_and_delayed, _paid_with(Money(700, "usd"))),
        Plan(
            "expired with a moved total",
            _moved_and_expired,
            Ending(Status.EXPIRED, asked=Money(450, "usd")),
        ),
        Plan(
            "two frozen totals",
            _two_totals,
            Ending(
                Status.PAID,
                asked=Money(450, "usd"),
                totals=paid(500),
                found=found(DiscrepancyKind.TOTAL_DIFFERS, DiscrepancyKind.OVERPAID),
            ),
        ),
        Plan("captured by hand", _captured_by_hand, PAID, modes=PAYMENT),
        Plan(
            "captured in part, the rest released",
            _captured_in_part,
            Ending(Status.PAID, totals=paid(300), found=found(DiscrepancyKind.UNDERPAID)),
            modes=PAYMENT,
        ),
        Plan("authorized and released", _released, Ending(Status.CANCELED), modes=PAYMENT),
    ]


def _old_versions() -> list[Plan]:
    return [
        Plan("old events in the buyer's currency", _old_events, PAID, modes=PAYMENT, conversion=PESOS),
        Plan(
            "old events in the buyer's currency, refunded",
            _old_events_refunded,
            Ending(Status.PAID, totals=paid(refunded=200)),
            modes=PAYMENT,
            conversion=PESOS,
        ),
        Plan("old invoices that name their intent", _old_events, PAID, modes=SUBSCRIPTION, old_invoices=True),
        Plan("old invoices, renewed", _renewed, PAID, modes=SUBSCRIPTION, old_invoices=True),
        Plan(
            "old invoices, a decline before",
            _declined_before,
            Ending(
                Status.PAID,
                totals=paid(),
                last_failure=("card_declined", "generic_decline", "Your card was declined."),
            ),
            modes=SUBSCRIPTION,
            old_invoices=True,
        ),
    ]


def _of_others() -> list[Plan]:
    foreign = found(DiscrepancyKind.FOREIGN_INTENT)
    lifetime, four_hundred = Asked(LIFETIME, "usd", LIFETIME), Money(LIFETIME, "usd")
    expected = {"usd": LIFETIME}
    return [
        Plan(
            "a foreign dollar while open",
            _foreign_while_open,
            Ending(Status.UNPAID, is_final=False, is_payable=True, asked=None),
            asked=lifetime,
            expected=expected,
        ),
        Plan(
            "a foreign dollar, then paid",
            _foreign_then_paid,
            Ending(Status.PAID, asked=four_hundred, totals=paid(LIFETIME), found=foreign),
            asked=lifetime,
            expected=expected,
        ),
        Plan(
            "a foreign dollar, then expired",
            _foreign_then_expired,
            Ending(Status.EXPIRED, asked=four_hundred, found=foreign),
            asked=lifetime,
            expected=expected,
        ),
        Plan(
            "a foreign decline after completion",
            _foreign_decline,
            Ending(Status.PROCESSING, is_final=False, found=foreign),
        ),
        Plan("renewed", _renewed, PAID, modes=SUBSCRIPTION),
        Plan(
            "a foreign subscription while open",
            _foreign_subscription,
            Ending(Status.UNPAID, is_final=False, is_payable=True, asked=None),
            modes=SUBSCRIPTION,
        ),
        Plan("a foreign subscription, then paid", _foreign_subscription_then_paid, PAID, modes=SUBSCRIPTION),
        Plan(
            "old invoices, a foreign subscription",
            _foreign_subscription_then_paid,
            PAID,
            modes=SUBSCRIPTION,
            old_invoices=True,
        ),
    ]


def _paid_with(asked: Money, found_kinds: frozenset[DiscrepancyKind] = frozenset()) -> Ending:
    totals = paid(asked.amount_minor, asked.currency)
    return Ending(Status.PAID, asked=asked, totals=totals, found=found_kinds)


def _another_amount(story: Story) -> None:
    story.change_total(Asked(450, "usd", 450))
    story.pay()
    story.look("after")


def _another_currency(story: Story) -> None:
    story.change_total(Asked(500, "eur", 500))
    story.pay()
    story.look("after")


def _currency_option(story: Story) -> None:
    story.change_total(Asked(450, "eur", 450))
    story.pay()
    story.look("after")


def _moving_total(story: Story) -> None:
    story.look("before")
    story.change_total(TAXED)
    story.look("taxed")
    story.change_total(DISCOUNTED)
    story.pay()
    story.look("after")


def _taxed_and_delayed(story: Story) -> None:
    story.change_total(TAXED)
    story.pay_later()
    story.look("under way")
    story.settle(succeeds=True)


def _moved_and_expired(story: Story) -> None:
    story.look("before")
    story.change_total(DISCOUNTED)
    story.look("discounted")
    story.expire()


def _two_totals(story: Story) -> None:
    story.pay_later()
    story.look("under way")
    story.change_total(DISCOUNTED)
    story.settle(succeeds=True)
    story.look("after")


def _captured_by_hand(story: Story) -> None:
    story.authorize()
    story.look("authorized")
    aftermath.capture(story, 500)
    story.look("after")


def _captured_in_part(story: Story) -> None:
    story.authorize()
    story.look("authorized")
    aftermath.capture(story, 300)
    story.look("after")


def _released(story: Story) -> None:
    story.authorize()
    aftermath.release(story)
    story.look("after")


def _old_events(story: Story) -> None:
    story.pay()
    story.look("after")


def _old_events_refunded(story: Story) -> None:
    story.pay()
    aftermath.Refund(story, 200)
    story.look("after")


def _declined_before(story: Story) -> None:
    story.decline()
    story.pay()


def _foreign_while_open(story: Story) -> None:
    others.pay_foreign_intent(story, 100)
    story.look("open")


def _foreign_then_paid(story: Story) -> None:
    others.pay_foreign_intent(story, 100)
    story.pay()
    story.look("after")


def _foreign_then_expired(story: Story) -> None:
    others.pay_foreign_intent(story, 100)
    story.expire()
    story.look("after")


def _foreign_subscription(story: Story) -> None:
    story.look("open")
    others.pay_foreign_subscription(story)


def _foreign_subscription_then_paid(story: Story) -> None:
    others.pay_foreign_subscription(story)
    story.pay()


def _foreign_decline(story: Story) -> None:
    story.pay_later()
    others.pay_foreign_intent(story, 100, succeeds=False)
    story.look("after")


def _renewed(story: Story) -> None:
    story.pay()
    story.look("after")
    others.renew(story)
    story.look("renewed")
