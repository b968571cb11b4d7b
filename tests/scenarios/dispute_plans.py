"""Disputes in every state they may end in, in both modes."""

from gateway.domain.discrepancies import DiscrepancyKind
from gateway.domain.status import Status
from tests.scenarios.aftermath import Dispute, Refund
from tests.scenarios.scenario import Ending, Plan, paid
from tests.scenarios.story import Story


def plans() -> list[Plan]:
    opened = frozenset({DiscrepancyKind.DISPUTE_OPEN})
    lost = frozenset({DiscrepancyKind.DISPUTE_LOST})
    share = frozenset({DiscrepancyKind.AMOUNT})
    return [
        Plan("dispute known by its charge alone", _unnamed, _disputed(0, frozenset())),
        Plan("dispute, money withdrawn", _open, _disputed(500, opened)),
        Plan("dispute under review", _under_review, _disputed(500, opened)),
        Plan("dispute won", _won, _ended()),
        Plan("dispute lost", _lost, _disputed(500, lost)),
        Plan("dispute prevented", _prevented, _ended()),
        Plan("inquiry", _inquiry, _disputed(0, opened)),
        Plan("inquiry closed", _inquiry_closed, _ended()),
        Plan("inquiry that became a dispute", _inquiry_escalated, _disputed(500, opened)),
        Plan("dispute lost from the beginning", _created_lost, _disputed(500, lost)),
        Plan("money back although not won", _reinstated, _disputed(0, opened)),
        Plan("two closed states, Stripe says won", _contradiction_won, _ended(500)),
        Plan("two closed states, Stripe says lost", _contradiction_lost, _disputed(500, lost)),
        Plan("a part came back in the settlement's currency", _partial_share, _disputed(250, opened | share)),
        Plan("all came back in the settlement's currency", _whole_share, _ended()),
        Plan("refunded and disputed", _refunded_and_disputed, _refunded_disputed(opened)),
    ]


def _disputed(minor: int, found: frozenset[DiscrepancyKind]) -> Ending:
    return Ending(Status.PAID, disputed=True, totals=paid(disputed=minor), found=found)


def _ended(minor: int = 0) -> Ending:
    """Closed, and not lost."""
    return Ending(Status.PAID, totals=paid(disputed=minor))


def _refunded_disputed(found: frozenset[DiscrepancyKind]) -> Ending:
    return Ending(Status.PAID, disputed=True, totals=paid(refunded=200, disputed=500), found=found)


def _unnamed(story: Story) -> None:
    story.pay()
    Dispute(story)
    story.look("after")


def _open(story: Story) -> None:
    story.pay()
    dispute = Dispute(story)
    dispute.open()
    dispute.withdraw(500)
    story.look("after")


def _under_review(story: Story) -> None:
    story.pay()
    dispute = Dispute(story)
    dispute.open()
    dispute.withdraw(500)
    dispute.update("under_review")


def _won(story: Story) -> None:
    story.pay()
    dispute = Dispute(story)
    dispute.open()
    dispute.withdraw(500)
    dispute.close("won")
    dispute.reinstate(500)
    story.look("after")


def _lost(story: Story) -> None:
    story.pay()
    dispute = Dispute(story)
    dispute.open()
    dispute.withdraw(500)
    dispute.close("lost")
    story.look("after")


def _prevented(story: Story) -> None:
    story.pay()
    dispute = Dispute(story)
    dispute.open()
    dispute.close("prevented")
    story.look("after")


def _inquiry(story: Story) -> None:
    story.pay()
    Dispute(story, status="warning_needs_response").open()
    story.look("after")


def _inquiry_closed(story: Story) -> None:
    story.pay()
    dispute = Dispute(story, status="warning_needs_response")
    dispute.open()
    dispute.update("warning_under_review")
    dispute.close("warning_closed")


def _inquiry_escalated(story: Story) -> None:
    story.pay()
    dispute = Dispute(story, status="warning_needs_response")
    dispute.open()
    dispute.update("needs_response")
    dispute.withdraw(500)


def _created_lost(story: Story) -> None:
    """A bank debit that the buyer's bank took back months later."""
    story.pay()
    dispute = Dispute(story, status="lost")
    dispute.withdraw(500, is_reported=False)
    dispute.open()
    story.look("after")


def _reinstated(story: Story) -> None:
    story.pay()
    dispute = Dispute(story)
    dispute.open()
    dispute.withdraw(500)
    dispute.reinstate(500)


def _contradiction_won(story: Story) -> None:
    """No new balance transaction says which of the two is newer; the money comes back later."""
    story.pay()
    dispute = Dispute(story)
    dispute.withdraw(500)
    dispute.close("lost")
    dispute.close("won")
    dispute.answer("won")


def _contradiction_lost(story: Story) -> None:
    story.pay()
    dispute = Dispute(story)
    dispute.withdraw(500)
    dispute.close("won")
    dispute.close("lost")
    dispute.answer("lost")


def _partial_share(story: Story) -> None:
    """460 euro cents left for 500 US cents, half of them came back."""
    story.pay()
    dispute = Dispute(story, settlement="eur")
    dispute.open()
    dispute.withdraw(460)
    dispute.reinstate(230)


def _whole_share(story: Story) -> None:
    story.pay()
    dispute = Dispute(story, settlement="eur")
    dispute.withdraw(460)
    dispute.close("won")
    dispute.reinstate(460)


def _refunded_and_disputed(story: Story) -> None:
    story.pay()
    Refund(story, 200)
    dispute = Dispute(story)
    dispute.open()
    dispute.withdraw(500)
