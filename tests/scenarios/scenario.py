"""A scenario: what happened, every message about it, and what a client must see once all of them have come."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from gateway.domain.discrepancies import Control, DiscrepancyKind, conditions
from gateway.domain.facts import Asked, Conversion
from gateway.domain.money import Money
from gateway.domain.movements import Totals, totals_of
from gateway.domain.snapshot import Failure, visible
from gateway.domain.status import Status
from gateway.domain.stripe_event import Mode
from tests.scenarios.delivery import PAYMENT_ID, Delivery, State
from tests.scenarios.story import Story

ASKED = Asked(500, "usd", 500)
FREE = Asked(0, "usd", 0)
FIVE = Money(500, "usd")

Script = Callable[[Story], None]

DECLINED = ("card_declined", "generic_decline", "Your card was declined.")
NO_FUNDS = ("card_declined", "insufficient_funds", "Your card has insufficient funds.")
RETURNED = ("card_declined", "generic_decline", "The bank debit was returned.")
NOT_AUTHENTICATED = (
    "payment_intent_authentication_failure",
    None,
    "The provided PaymentMethod has failed authentication.",
)


@dataclass(frozen=True, slots=True)
class Ending:
    """What must be seen in the end; the failure as (code, decline code, message), its time is Stripe's.

    `totals` are the sums of the journal; `found` are the kinds of discrepancy that hold.
    """

    status: Status
    is_final: bool = True
    is_payable: bool = False
    last_failure: tuple[str, str | None, str] | None = None
    asked: Money | None = FIVE
    disputed: bool = False
    totals: tuple[Totals, ...] = ()
    found: frozenset[DiscrepancyKind] = frozenset()


def paid(minor: int = 500, currency: str = "usd", *, refunded: int = 0, disputed: int = 0) -> tuple[Totals, ...]:
    """The journal of a payment in one currency."""
    return (Totals(currency, minor, refunded, disputed),)


def ending_of(state: State, control: Control) -> Ending:
    """What is seen now."""
    seen = visible(state.facts, state.seen)
    return Ending(
        status=seen.status,
        is_final=seen.is_final,
        is_payable=seen.is_payable,
        last_failure=_words(seen.last_failure),
        asked=seen.asked,
        disputed=seen.disputed,
        totals=totals_of(state.facts),
        found=frozenset(condition.kind for condition in conditions(state.facts, control)),
    )


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    mode: Mode
    deliveries: tuple[Delivery, ...]
    ending: Ending
    expected: Mapping[str, int]

    @property
    def control(self) -> Control:
        return Control(PAYMENT_ID, self.expected)

    def __str__(self) -> str:
        return f"{self.name}, {self.mode} mode"


@dataclass(frozen=True, slots=True)
class Plan:
    """A scenario before it is played in a mode. `expected` are the subtotals we hold for right, by currency.

    `differs` is what ends otherwise in subscription mode: before its completion a session names no invoice there, and
    so nothing joins the attempts to it.
    """

    name: str
    script: Script
    ending: Ending
    asked: Asked = ASKED
    expected: Mapping[str, int] = field(default_factory=lambda: {"usd": 500})
    differs: Mapping[str, Any] = field(default_factory=dict)
    modes: tuple[Mode, ...] = tuple(Mode)
    conversion: Conversion | None = None
    old_invoices: bool = False

    def play(self, mode: Mode) -> Scenario:
        story = Story(mode=mode, asked=self.asked, conversion=self.conversion, old_invoices=self.old_invoices)
        self.script(story)
        ending = replace(self.ending, **self.differs) if mode is Mode.SUBSCRIPTION else self.ending
        return Scenario(self.name, mode, tuple(story.deliveries), ending, self.expected)


def _words(failure: Failure | None) -> tuple[str, str | None, str] | None:
    return (failure.code, failure.decline_code, failure.message) if failure else None
