"""Refunds of a payment, in both modes: a subscription's purchase is held to the same."""

from gateway.domain.discrepancies import DiscrepancyKind
from gateway.domain.status import Status
from tests.scenarios.aftermath import Refund
from tests.scenarios.scenario import Ending, Plan, paid
from tests.scenarios.story import Story


def plans() -> list[Plan]:
    failed = Ending(Status.PAID, totals=paid(), found=frozenset({DiscrepancyKind.REFUND_FAILED}))
    return [
        Plan("partial refund", _partial_refund, _refunded(200)),
        Plan("full refund", _full_refund, _refunded(500)),
        Plan("refund in two parts", _refund_in_parts, _refunded(500)),
        Plan("refund that fails late", _refund_fails, failed),
        Plan("refund first seen failed", _refund_first_seen_failed, failed),
        Plan("one refund fails, another does not", _one_of_two_fails, _one_failed(200)),
        Plan("refund under way", _refund_pending, _refunded(0)),
        Plan("refund under way, then taken", _refund_pending_then_taken, _refunded(300)),
        Plan("refund withdrawn before it moved", _refund_withdrawn, _refunded(0)),
    ]


def _refunded(minor: int) -> Ending:
    return Ending(Status.PAID, totals=paid(refunded=minor))


def _one_failed(minor: int) -> Ending:
    return Ending(Status.PAID, totals=paid(refunded=minor), found=frozenset({DiscrepancyKind.REFUND_FAILED}))


def _partial_refund(story: Story) -> None:
    story.pay()
    Refund(story, 200)
    story.look("after")


def _full_refund(story: Story) -> None:
    story.pay()
    Refund(story, 500)
    story.look("after")


def _refund_in_parts(story: Story) -> None:
    story.pay()
    Refund(story, 200)
    Refund(story, 300)
    story.look("after")


def _refund_fails(story: Story) -> None:
    story.pay()
    refund = Refund(story, 300)
    story.look("refunded")
    refund.fail()
    story.look("after")


def _refund_first_seen_failed(story: Story) -> None:
    story.pay()
    Refund(story, 300, is_reported=False).fail()
    story.look("after")


def _one_of_two_fails(story: Story) -> None:
    story.pay()
    Refund(story, 300).fail()
    Refund(story, 200)


def _refund_pending(story: Story) -> None:
    story.pay()
    Refund(story, 300, status="pending")
    story.look("after")


def _refund_pending_then_taken(story: Story) -> None:
    story.pay()
    Refund(story, 300, status="pending").succeed()
    story.look("after")


def _refund_withdrawn(story: Story) -> None:
    story.pay()
    Refund(story, 300, status="requires_action").cancel()
    story.look("after")
