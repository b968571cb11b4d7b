"""The scenarios of the card, one function each, with the ending it must have; the same plots in both modes."""

from gateway.domain.money import Money
from gateway.domain.status import Anomaly, Status
from gateway.domain.stripe_event import Mode
from tests.scenarios.scenario import (
    DECLINED,
    FREE,
    NO_FUNDS,
    NOT_AUTHENTICATED,
    RETURNED,
    Ending,
    Plot,
    Scenario,
)
from tests.scenarios.story import Story

PAID = Ending(Status.PAID)
LATE = frozenset({Anomaly.LATE_MONEY})
WRONG = frozenset({Anomaly.WRONG_MONEY})


def every_scenario() -> list[Scenario]:
    """All plots, each in payment and in subscription mode."""
    return [plot.play(mode) for mode in Mode for plot in _plots()]


def _plots() -> list[Plot]:
    return [*_cards(), *_delayed(), *_closings(), *_money(), *_afterwards()]


def _cards() -> list[Plot]:
    no_failure = {"last_failure": None}
    declined = Ending(Status.PAID, last_failure=DECLINED)
    open_failed = Ending(Status.FAILED, is_final=False, is_payable=True, last_failure=NO_FUNDS)
    unseen = {"last_failure": None, "status": Status.UNPAID}
    return [
        Plot("card success", _card_success, PAID),
        Plot("decline, the buyer is still there", _decline, open_failed, differs=unseen),
        Plot("decline then success", _decline_then_success, declined, differs=no_failure),
        Plot("3-D Secure passed", _authentication_passed, PAID),
        Plot(
            "3-D Secure failed then success",
            _authentication_failed_then_success,
            Ending(Status.PAID, last_failure=NOT_AUTHENTICATED),
            differs=no_failure,
        ),
        Plot("nothing due", _nothing_due, Ending(Status.NO_PAYMENT_REQUIRED), asked=FREE),
    ]


def _delayed() -> list[Plot]:
    two_declines = Ending(Status.PAID, last_failure=NO_FUNDS)
    failed, canceled = Ending(Status.FAILED, last_failure=RETURNED), Ending(Status.CANCELED)
    no_failure: dict[str, object] = {"last_failure": None}
    under_way: dict[str, object] = {"status": Status.PROCESSING, "is_final": False}
    return [
        Plot("async under way", _async_under_way, Ending(Status.PROCESSING, is_final=False)),
        Plot("async ok", _async_ok, PAID),
        Plot("async failed", _async_failed, failed, differs=no_failure),
        Plot("async canceled", _async_canceled, canceled, differs=under_way),
        Plot("two declines then async", _two_declines_then_async, two_declines, differs=no_failure),
    ]


def _closings() -> list[Plot]:
    expired, canceled = Ending(Status.EXPIRED), Ending(Status.CANCELED)
    no_failure: dict[str, object] = {"last_failure": None}
    return [
        Plot("expired", _expired, expired),
        Plot(
            "decline then expired",
            _decline_then_expired,
            Ending(Status.EXPIRED, last_failure=DECLINED),
            differs=no_failure,
        ),
        Plot("canceled by us before the expired event", _canceled_by_us, canceled),
        Plot(
            "decline then canceled by us",
            _decline_then_canceled_by_us,
            Ending(Status.CANCELED, last_failure=DECLINED),
            differs=no_failure,
        ),
        Plot("cancel refused, expired already", _cancel_refused, expired),
        Plot("cancel asked for, the buyer was faster", _cancel_too_late, PAID),
    ]


def _money() -> list[Plot]:
    late = Ending(Status.PAID, anomalies=LATE)
    never_seen: dict[str, object] = {"status": Status.EXPIRED, "anomalies": frozenset()}
    wrong = Ending(Status.PROCESSING, is_final=False, anomalies=WRONG)
    return [
        Plot("late money after expiry", _late_money, late, differs=never_seen),
        Plot(
            "late money after our cancel",
            _late_money_after_cancel,
            late,
            differs=never_seen | {"status": Status.CANCELED},
        ),
        Plot("another amount", _another_amount, wrong),
        Plot("another currency", _another_currency, wrong),
    ]


def _afterwards() -> list[Plot]:
    nothing_back: dict[str, object] = {"refunded_minor": 0}
    return [
        Plot("partial refund", _partial_refund, Ending(Status.PAID, refunded_minor=200), differs=nothing_back),
        Plot("full refund", _full_refund, Ending(Status.PAID, refunded_minor=500), differs=nothing_back),
        Plot("refund in two parts", _refund_in_parts, Ending(Status.PAID, refunded_minor=500), differs=nothing_back),
        Plot("refund that came back", _refund_lost, Ending(Status.PAID, refunded_minor=0)),
        Plot("dispute", _dispute, Ending(Status.PAID, disputed=True), differs={"disputed": False}),
    ]


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
    story.settle(well=True)
    story.look("after")


def _async_failed(story: Story) -> None:
    story.pay_later()
    story.look("under way")
    story.settle(well=False)
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
    story.settle(well=True)


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


def _another_amount(story: Story) -> None:
    story.pay(charged=Money(450, "usd"))
    story.look("after")


def _another_currency(story: Story) -> None:
    story.pay(charged=Money(500, "eur"))
    story.look("after")


def _partial_refund(story: Story) -> None:
    story.pay()
    story.refund(200)
    story.look("after")


def _full_refund(story: Story) -> None:
    story.pay()
    story.refund(500)
    story.look("after")


def _refund_in_parts(story: Story) -> None:
    story.pay()
    story.refund(200)
    story.refund(300)
    story.look("after")


def _refund_lost(story: Story) -> None:
    story.pay()
    story.refund(300)
    story.lose_refund()
    story.look("after")


def _dispute(story: Story) -> None:
    story.pay()
    story.dispute()
    story.look("after")
