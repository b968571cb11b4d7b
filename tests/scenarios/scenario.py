"""A scenario: what happened, every message about it, and what a client must see once all of them have come."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from gateway.domain.money import Money
from gateway.domain.snapshot import Failure, Visible
from gateway.domain.status import Anomaly, Status
from gateway.domain.stripe_event import Mode
from tests.scenarios.delivery import Delivery
from tests.scenarios.story import Story

ASKED = Money(500, "usd")
FREE = Money(0, "usd")

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
    """What a client must see in the end; the failure as (code, decline code, message), its time is Stripe's."""

    status: Status
    is_final: bool = True
    is_payable: bool = False
    last_failure: tuple[str, str | None, str] | None = None
    refunded_minor: int = 0
    disputed: bool = False
    anomalies: frozenset[Anomaly] = frozenset()

    def agrees_with(self, seen: Visible, found: frozenset[Anomaly]) -> bool:
        return self == Ending(
            status=seen.status,
            is_final=seen.is_final,
            is_payable=seen.is_payable,
            last_failure=_spoken(seen.last_failure),
            refunded_minor=seen.refunded_minor,
            disputed=seen.disputed,
            anomalies=found,
        )


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    mode: Mode
    asked: Money
    deliveries: tuple[Delivery, ...]
    ending: Ending

    def __str__(self) -> str:
        return f"{self.name}, {self.mode} mode"


@dataclass(frozen=True, slots=True)
class Plot:
    """A scenario before it is played in a mode. `differs` is what ends otherwise in subscription mode, whose intents,
    charges and refunds do not name our payment (design/status.md, joining)."""

    name: str
    script: Script
    ending: Ending
    asked: Money = ASKED
    differs: Mapping[str, object] = field(default_factory=dict)

    def play(self, mode: Mode) -> Scenario:
        story = Story(mode=mode, asked=self.asked)
        self.script(story)
        ending = replace(self.ending, **self.differs) if mode is Mode.SUBSCRIPTION else self.ending  # type: ignore[arg-type]
        return Scenario(self.name, mode, self.asked, tuple(story.deliveries), ending)


def _spoken(failure: Failure | None) -> tuple[str, str | None, str] | None:
    return (failure.code, failure.decline_code, failure.message) if failure else None
