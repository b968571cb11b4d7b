"""The ways in which a total comes to be: what Stripe calls paid is paid, to the cent, and a discrepancy only where our
own figures do not explain it. `-s` prints how many ways there are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest

from gateway.domain.discrepancies import Condition, DiscrepancyKind, conditions
from gateway.domain.facts import Asked, Conversion
from gateway.domain.money import Money
from gateway.domain.movements import Totals, totals_of
from gateway.domain.ownership import asked_of
from gateway.domain.snapshot import visible
from gateway.domain.status import Status
from gateway.domain.stripe_event import Mode
from tests.scenarios.delivery import PAYMENT_ID, Delivery, State, learn, message_of
from tests.scenarios.scenario import Ending, Scenario, ending_of
from tests.scenarios.story import Story
from tests.scenarios.walk import walk

PAYMENT, SUBSCRIPTION = Mode
BOTH = tuple(Mode)
USD = {"usd": 500}
OPTIONS = {"usd": 500, "eur": 450, "gbp": 400, "jpy": 800}


@dataclass(frozen=True)
class Way:
    """A price's unit amounts by currency, how its quantity counts, and what Stripe asked for in the end."""

    name: str
    units: Mapping[str, int]
    asked: Asked
    quantity: int = 1
    divide_by: int = 1
    rounds_up: bool = False
    is_explained: bool = True
    is_delayed: bool = False
    modes: tuple[Mode, ...] = BOTH
    conversion: Conversion | None = None
    old_invoices: bool = False
    mode: Mode = field(default=PAYMENT)

    @property
    def expected(self) -> dict[str, int]:
        """Our own figures, before Stripe has answered."""
        whole, rest = divmod(self.quantity, self.divide_by)
        count = whole + (1 if rest and self.rounds_up else 0)
        return {currency: unit * count for currency, unit in self.units.items()}

    @property
    def is_free(self) -> bool:
        return self.asked.total == 0

    def __str__(self) -> str:
        return f"{self.name}, {self.mode}"


def _ways() -> Iterator[Way]:
    yield Way("one of five dollars", USD, Asked(500, "usd", 500))
    yield Way("three of them", USD, Asked(1500, "usd", 1500), quantity=3)
    yield Way("a bank debit", USD, Asked(500, "usd", 500), is_delayed=True)
    # Currencies
    yield Way("yen without decimals", {"jpy": 800}, Asked(1600, "jpy", 1600), quantity=2)
    yield Way("dinars in thousandths", {"kwd": 5000}, Asked(5000, "kwd", 5000))
    yield Way("shillings in hundredths", {"ugx": 500_000}, Asked(500_000, "ugx", 500_000))
    yield Way("rupiah beyond 31 bits", {"idr": 15 * 10**9}, Asked(15 * 10**9, "idr", 15 * 10**9))
    yield Way("pesos of ten digits", {"cop": 200_000_000}, Asked(4 * 10**9, "cop", 4 * 10**9), quantity=20)
    # Currency options
    yield Way("an option in euro", OPTIONS, Asked(450, "eur", 450))
    yield Way("an option in yen", OPTIONS, Asked(2400, "jpy", 2400), quantity=3)
    yield Way("an option, discounted", OPTIONS, Asked(405, "eur", 450, discount=45))
    yield Way("an option in pounds, delayed", OPTIONS, Asked(400, "gbp", 400), is_delayed=True)
    yield Way("a currency the price does not offer", USD, Asked(470, "eur", 470), is_explained=False)
    yield Way("another amount in an option", OPTIONS, Asked(460, "eur", 460), is_explained=False)
    # Discount, tax, shipping
    yield Way("a promotion code", USD, Asked(450, "usd", 500, discount=50))
    yield Way("a third off, rounded by Stripe", USD, Asked(333, "usd", 500, discount=167))
    yield Way("tax on top", USD, Asked(541, "usd", 500, tax=41))
    yield Way("tax within the price", USD, Asked(500, "usd", 500, tax=80))
    yield Way("shipping", USD, Asked(1299, "usd", 500, shipping=799), modes=(PAYMENT,))
    yield Way("discount and tax", USD, Asked(486, "usd", 500, discount=50, tax=36))
    yield Way("all three", USD, Asked(1285, "usd", 500, 50, 36, 799), modes=(PAYMENT,))
    yield Way("all three in euro, delayed", OPTIONS, Asked(700, "eur", 450, 50, 100, 200), is_delayed=True)
    yield Way("less than the least charge is for Stripe to judge", USD, Asked(1, "usd", 500, discount=499))
    # Quantity rules
    yield Way("packs of ten, begun ones count", USD, Asked(1500, "usd", 1500), 25, 10, rounds_up=True)
    yield Way("packs of ten, begun ones do not count", USD, Asked(1000, "usd", 1000), 25, 10)
    yield Way("packs of ten, exactly", USD, Asked(1000, "usd", 1000), 20, 10, rounds_up=True)
    yield Way("packs in euro with tax", OPTIONS, Asked(1071, "eur", 900, tax=171), 11, 10, rounds_up=True)
    yield Way("the buyer changes the quantity", USD, Asked(1000, "usd", 1000), is_explained=False)
    # Upsell, cross-sell
    yield Way("an upsell to a year", {"usd": 1500}, Asked(15_000, "usd", 15_000), is_explained=False)
    yield Way("an upsell, discounted", {"usd": 1500}, Asked(12_000, "usd", 15_000, 3000), is_explained=False)
    yield Way("a cross-sell", USD, Asked(700, "usd", 700), is_explained=False)
    yield Way("a cross-sell with tax and shipping", USD, Asked(1035, "usd", 700, 0, 56, 279), is_explained=False)
    yield Way("a cross-sell, delayed", USD, Asked(700, "usd", 700), is_explained=False, is_delayed=True)
    # Old event shapes
    pesos, dong = Conversion("mxn", 9250, "usd", 500), Conversion("vnd", 11_430_000, "usd", 450)
    yield Way("shown in pesos", USD, Asked(500, "usd", 500), modes=(PAYMENT,), conversion=pesos)
    yield Way("shown in dong, discounted", USD, Asked(450, "usd", 500, 50), modes=(PAYMENT,), conversion=dong)
    yield Way(
        "shown in pesos, delayed", USD, Asked(500, "usd", 500), is_delayed=True, modes=(PAYMENT,), conversion=pesos
    )
    yield Way(
        "shown in pesos, a cross-sell",
        {"usd": 300},
        Asked(500, "usd", 500),
        is_explained=False,
        modes=(PAYMENT,),
        conversion=pesos,
    )
    yield Way("an old invoice", USD, Asked(500, "usd", 500), modes=(SUBSCRIPTION,), old_invoices=True)
    yield Way("an old invoice with tax", USD, Asked(541, "usd", 500, tax=41), modes=(SUBSCRIPTION,), old_invoices=True)
    # Free
    yield Way("free", {"usd": 0}, Asked(0, "usd", 0))
    yield Way("free by a promotion code", USD, Asked(0, "usd", 500, discount=500))
    yield Way("free in an option", OPTIONS, Asked(0, "eur", 450, discount=450))
    yield Way("nothing in another currency", USD, Asked(0, "eur", 100, discount=100), is_explained=False)


def _in_each_mode() -> Iterator[Way]:
    for way in _ways():
        for mode in way.modes:
            yield Way(**(vars(way) | {"mode": mode}))


WAYS = list(_in_each_mode())


def deliveries(way: Way) -> list[Delivery]:
    """A session opens at five dollars, comes to its total while open, and is paid."""
    begun = Asked(0, "usd", 0) if way.is_free else Asked(500, "usd", 500)
    story = Story(mode=way.mode, asked=begun, conversion=way.conversion, old_invoices=way.old_invoices)
    story.look("open")
    story.change_total(way.asked)
    if way.is_free:
        story.take_for_free()
    elif way.is_delayed:
        story.pay_later()
        story.settle(succeeds=True)
    else:
        story.pay()
    story.look("after")
    return story.deliveries


def scenario(way: Way) -> Scenario:
    return Scenario(way.name, way.mode, tuple(deliveries(way)), ending(way), way.expected)


def ending(way: Way) -> Ending:
    asked = way.asked
    return Ending(
        status=Status.NO_PAYMENT_REQUIRED if way.is_free else Status.PAID,
        asked=Money(asked.total, asked.currency),
        totals=() if way.is_free else (Totals(asked.currency, asked.total, 0, 0),),
        found=frozenset() if way.is_explained else frozenset({DiscrepancyKind.TOTAL_DIFFERS}),
    )


def after(*these: Delivery) -> State:
    messages = [message_of(delivery) for delivery in these]
    state = State()
    for place in range(len(messages)):
        state = learn(state, place, messages)
    return state


def judge(way: Way, state: State) -> None:
    """Everything that is seen of it now."""
    control = scenario(way).control
    shown, found = visible(state.facts, state.seen), conditions(state.facts, control)
    assert ending_of(state, control) == ending(way)
    assert (shown.is_final, shown.is_payable, shown.refunded) == (True, False, None)
    assert shown.paid == (None if way.is_free else Money(way.asked.total, way.asked.currency))
    differs = Condition(DiscrepancyKind.TOTAL_DIFFERS, PAYMENT_ID)
    assert list(found) == ([] if way.is_explained else [differs])


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_what_stripe_calls_paid_is_paid_after_one_session_event(way: Way) -> None:
    ending_type = "checkout.session.async_payment_succeeded" if way.is_delayed else "checkout.session.completed"
    (event,) = [delivery for delivery in deliveries(way) if delivery.label == ending_type]
    state = after(event)
    judge(way, state)
    asked = asked_of(state.facts)
    if way.conversion is None:
        assert asked == way.asked
    else:
        assert asked is not None
        assert (asked.total, asked.currency, asked.subtotal) == (way.asked.total, "usd", way.asked.subtotal)


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_what_stripe_calls_paid_is_paid_after_one_retrieve(way: Way) -> None:
    (retrieve,) = [delivery for delivery in deliveries(way) if delivery.label == "retrieve (after)"]
    state = after(retrieve)
    judge(way, state)
    assert asked_of(state.facts) == way.asked


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_it_is_the_same_in_every_order_of_everything_that_is_sent(way: Way) -> None:
    done = walk(scenario(way))
    judge(way, done.end.state)
    assert sum(done.end.booked.values()) == way.asked.total


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_while_the_session_is_open_its_total_is_no_fact(way: Way) -> None:
    (retrieve,) = [delivery for delivery in deliveries(way) if delivery.label == "retrieve (open)"]
    state = after(retrieve)
    assert (asked_of(state.facts), totals_of(state.facts)) == (None, ())
    assert conditions(state.facts, scenario(way).control) == {}


def test_there_are_at_least_forty_ways_and_their_number_is_printed() -> None:
    names = {way.name for way in WAYS}
    print(f"\n{len(names)} ways for a total to come to be, {len(WAYS)} with both modes")
    assert len(names) >= 40
    assert len({str(way) for way in WAYS}) == len(WAYS)
