"""Buying: cards, delayed payments, and the ways a session closes; the same plans in both modes."""

from gateway.domain.discrepancies import DiscrepancyKind
from gateway.domain.money import Money
from gateway.domain.status import Status
from tests.scenarios.scenario import (
    DECLINED,
    FREE,
    NO_FUNDS,
    NOT_AUTHENTICATED,
    RETURNED,
    Ending,
    Plan,
    paid,
)
from tests.scenarios.story import Story

PAID = Ending(Status.PAID, totals=paid())
UNSEEN = {"last_failure": None}
"""In subscription mode nothing ever joins the attempt: the session never came to name an invoice."""


def plans() -> list[Plan]:
    return [*_cards(), *_delayed(), *_closings()]


def _cards() -> list[Plan]:
    open_failed = Ending(Status.FAILED, is_final=False, is_payable=True, last_failure=NO_FUNDS, asked=None)
    return [
        Plan("card success", _card_success, PAID),
        Plan(
            "decline, the buyer is still there",
            _decline,
            open_failed,
            differs=UNSEEN | {"status": Status.UNPAID},
        ),
        Plan(
            "decline that nobody looked at",
            _decline_unseen,
            Ending(Status.UNPAID, is_final=False, is_payable=True, asked=None),
        ),
        Plan("decline then success", _decline_then_success, _paid_after(DECLINED)),
        Plan("3-D Secure passed", _authentication_passed, PAID),
        Plan("3-D Secure failed then success", _authentication_failed_then_success, _paid_after(NOT_AUTHENTICATED)),
        Plan(
            "nothing due",
            _nothing_due,
            Ending(Status.NO_PAYMENT_REQUIRED, asked=Money(0, "usd")),
            asked=FREE,
            expected={"usd": 0},
        ),
    ]


def _delayed() -> list[Plan]:
    return [
        Plan("async under way", _async_under_way, Ending(Status.PROCESSING, is_final=False)),
        Plan("async ok", _async_ok, PAID),
        Plan("async failed", _async_failed, Ending(Status.FAILED, last_failure=RETURNED)),
        Plan("async canceled", _async_canceled, Ending(Status.CANCELED)),
        Plan("two declines then async", _two_declines_then_async, _paid_after(NO_FUNDS)),
    ]


def _closings() -> list[Plan]:
    expired, canceled = Ending(Status.EXPIRED), Ending(Status.CANCELED)
    late = Ending(Status.PAID, totals=paid(), found=frozenset({DiscrepancyKind.LATE_MONEY}))
    never_seen = {"status": Status.EXPIRED, "totals": (), "found": frozenset()}
    return [
        Plan("expired", _expired, expired),
        Plan(
            "decline then expired",
            _decline_then_expired,
            Ending(Status.EXPIRED, last_failure=DECLINED),
            differs=UNSEEN,
        ),
        Plan(
            "intent canceled while open, then expired",
            _canceled_while_open,
            Ending(Status.EXPIRED, last_failure=DECLINED),
            differs=UNSEEN,
        ),
        Plan(
            "intent canceled while open",
            _open_and_canceled,
            Ending(Status.CANCELED, is_final=False, is_payable=True, last_failure=DECLINED, asked=None),
            differs=UNSEEN | {"status": Status.UNPAID},
        ),
        Plan("canceled by us before the expired event", _canceled_by_us, canceled),
        Plan(
            "decline then canceled by us",
            _decline_then_canceled_by_us,
            Ending(Status.CANCELED, last_failure=DECLINED),
            differs=UNSEEN,
        ),
        Plan("cancel refused, expired already", _cancel_refused, expired),
        Plan("cancel asked for, the buyer was faster", _cancel_too_late, PAID),
        Plan("late money after expiry", _late_money, late, differs=never_seen),
        Plan(
            "late money after our cancel",
            _late_money_after_cancel,
            late,
            differs=never_seen | {"status": Status.CANCELED},
        ),
    ]


def _paid_after(failure: tuple[str, str | None, str]) -> Ending:
    return Ending(Status.PAID, last_failure=failure, totals=paid())


def _card_success(story: Story) -> None:
    story.look("before")
    story.pay()
    story.look("after")


def _decline(story: Story) -> None:
    story.decline(decline_code="insufficient_funds", message="Your card has insufficient funds.")
    story.look("after")


def _decline_then_success(story: Story) -> None:
    story.decline()
    story.look("between")
    story.pay()
    story.look("after")


def _authentication_passed(story: Story) -> None:
    story.ask_authentication()
    story.look("at the bank")
    story.pay()
    story.look("after")


def _authentication_failed_then_success(story: Story) -> None:
    story.ask_authentication()
    story.fail_authentication()
    story.look("between")
    story.pay()
    story.look("after")


def _nothing_due(story: Story) -> None:
    story.look("before")
    story.take_for_free()
    story.look("after")


def _async_under_way(story: Story) -> None:
    story.pay_later()
    story.look("under way")


def _async_ok(story: Story) -> None:
    story.pay_later()
    story.look("under way")
    story.settle(succeeds=True)
    story.look("after")


def _async_failed(story: Story) -> None:
    story.pay_later()
    story.look("under way")
    story.settle(succeeds=False)
    story.look("after")


def _async_canceled(story: Story) -> None:
    story.pay_later()
    story.look("under way")
    story.cancel_intent()
    story.look("after")


def _two_declines_then_async(story: Story) -> None:
    story.decline()
    story.decline(decline_code="insufficient_funds", message="Your card has insufficient funds.")
    story.pay_later()
    story.look("under way")
    story.settle(succeeds=True)


def _expired(story: Story) -> None:
    story.look("before")
    story.expire()
    story.look("after")


def _decline_then_expired(story: Story) -> None:
    story.decline()
    story.look("between")
    story.expire()
    story.look("after")


def _canceled_by_us(story: Story) -> None:
    story.look("before")
    story.request_cancel()
    story.look("before Stripe was asked")
    story.expire()
    story.look("after")


def _decline_then_canceled_by_us(story: Story) -> None:
    story.decline()
    story.request_cancel()
    story.expire()
    story.look("after")


def _cancel_refused(story: Story) -> None:
    story.look("before")
    story.expire()
    story.request_cancel_when_final()
    story.look("after")


def _cancel_too_late(story: Story) -> None:
    story.request_cancel()
    story.pay()
    story.look("after the refusal")


def _late_money(story: Story) -> None:
    story.expire()
    story.look("expired")
    story.receive_late_money()
    story.look("after")


def _late_money_after_cancel(story: Story) -> None:
    story.request_cancel()
    story.expire()
    story.receive_late_money()
    story.look("after")


def _decline_unseen(story: Story) -> None:
    story.look("before")
    story.decline()


def _canceled_while_open(story: Story) -> None:
    story.decline()
    story.cancel_intent()
    story.look("canceled")
    story.expire()


def _open_and_canceled(story: Story) -> None:
    story.decline()
    story.cancel_intent()
    story.look("canceled")
