"""Webhooks as no honest sender writes them: headers and bodies at random, and junk inside events that are truly signed.

What must hold: never a 5xx, nothing unsigned is stored, and no signed event stays `failed`, for Stripe would not send
it better the next time.
"""

import json
import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from gateway.domain.stripe_event import KINDS
from tests.fuzz.bench import Bench, open_bench, run, signature, spread
from tests.fuzz.values import any_bytes, mutated, weird_text, writable
from tests.fuzz.wire import Header, Wire

WEBHOOK = "/api/stripe/webhook"
TARGETS = 20
AMOUNTS = [500, 0, -1, 501, -500, 2**31, 2**53, 2**63, 10**19]
STATUSES = [
    *("open", "complete", "expired", "succeeded", "failed", "pending", "canceled", "processing", "requires_action"),
    *("warning_needs_response", "warning_closed", "needs_response", "under_review", "prevented", "won", "lost"),
]


@dataclass(frozen=True, slots=True)
class Target:
    """A payment that is really there."""

    payment_id: str
    session_id: str
    instance: str


@dataclass(frozen=True, slots=True)
class Case:
    body: bytes
    headers: tuple[Header, ...]
    is_signed: bool


async def fuzz(*, cases: int, seed: int) -> Bench:
    with open_bench() as bench:
        targets = await _targets(bench)
        generator, outcomes = random.Random(seed), Counter[str]()

        async def deliver(wire: Wire, case: Case) -> None:
            answer = await wire.post(WEBHOOK, case.body, *case.headers)
            bench.count(answer, case)
            outcomes[("signed, " if case.is_signed else "forged, ") + str(answer.status)] += 1
            if answer.status == 200 and not case.is_signed:
                bench.fault(f"stored without a signature: {case}")
            if answer.status >= 400 and set(answer.json()) != {"error"}:
                bench.fault(f"no envelope: {answer.body!r} for {case}")

        await spread(bench, generate(generator, cases, targets), deliver)
        bench.proof.needs("signed events that were stored", outcomes["signed, 200"])
        bench.proof.needs("signed bodies that are no event", outcomes["signed, 400"])
        bench.proof.needs("forgeries refused", outcomes["forged, 400"])
    return bench


def generate(generator: random.Random, cases: int, targets: list[Target]) -> Iterator[Case]:
    for number in range(cases):
        if generator.random() < 0.6:
            yield _signed(generator, number, targets)
        else:
            yield _forged(generator, number, targets)


def event(generator: random.Random, number: int, targets: list[Target]) -> dict[str, Any]:
    """A well-formed event whose object is junk to a varying degree."""
    target = generator.choice(targets)
    kind = generator.choice([*KINDS, "product.created", "customer.created"])
    thing = mutated(generator, _object(generator, target), chance=generator.choice([0.0, 0.1, 0.3, 0.8]))
    event_id = f"evt_{number}" if generator.random() < 0.9 else weird_text(generator)
    document: dict[str, Any] = {
        "id": event_id,
        "object": "event",
        "type": kind,
        "created": 1_760_000_000 + number,
        "livemode": generator.random() < 0.02,
        "data": {"object": thing},
    }
    if generator.random() < 0.05:
        document["account"] = generator.choice(["acct_another", weird_text(generator)])
    if generator.random() < 0.05:  # An event of Stripe's API v2.
        document |= {"object": "v2.core.event", "created": "2026-11-01T12:00:00.000Z"}
    changed: dict[str, Any] = mutated(generator, document, chance=0.02)
    return changed


def _object(generator: random.Random, target: Target) -> dict[str, Any]:
    """Every field that the gateway reads of any of Stripe's objects, all at once."""
    marker = {
        "known": target.payment_id,
        "unknown": f"{generator.getrandbits(128):032x}",
        "weird": weird_text(generator),
    }[generator.choices(["known", "unknown", "weird"], [6, 2, 2])[0]]
    amount = generator.choice(AMOUNTS)
    error = {
        "code": "card_declined",
        "decline_code": weird_text(generator),
        "message": weird_text(generator),
        "charge": f"ch_{generator.randrange(50)}",
        "payment_method": {"id": "pm_1", "created": generator.choice([1, 2**33, -1]), "card": _card(generator)},
    }
    return {
        "id": generator.choice([target.session_id, f"pi_{generator.randrange(50)}", weird_text(generator)]),
        "object": "checkout.session",
        "metadata": {"gateway_payment_id": marker, "gateway_instance": generator.choice([target.instance, "0" * 32])},
        "status": generator.choice(STATUSES),
        "payment_status": generator.choice(["paid", "unpaid", "no_payment_required", "owed"]),
        "mode": "payment",
        "currency": generator.choice(["usd", "USD", "jpy", weird_text(generator)]),
        "amount": amount,
        "amount_total": amount,
        "amount_subtotal": generator.choice(AMOUNTS),
        "total_details": {f"amount_{part}": generator.choice(AMOUNTS) for part in ("discount", "tax", "shipping")},
        "currency_conversion": generator.choice(
            [None, None, {"source_currency": "usd", "amount_total": amount, "amount_subtotal": amount}]
        ),
        "amount_received": amount,
        "amount_captured": amount,
        "amount_refunded": amount,
        "paid": True,
        "captured": True,
        "disputed": generator.random() < 0.1,
        "created": generator.choice([1_760_000_000, 0, 2**33, 2**62]),
        "expires_at": generator.choice([1_760_000_000, 0, -5, 2**33 - 1, 2**62]),
        "url": weird_text(generator),
        "payment_intent": generator.choice([f"pi_{generator.randrange(50)}", weird_text(generator), {"id": "pi_x"}]),
        **_money_back(generator),
        **_subscription(generator),
        "last_payment_error": error,
        "failure_code": "card_declined",
        "failure_message": weird_text(generator),
        "outcome": {"reason": weird_text(generator)},
        "payment_method_details": {"card": _card(generator)},
    }


def _money_back(generator: random.Random) -> dict[str, Any]:
    """What a charge, a refund and a dispute show of money that went back."""
    refund = {
        "id": f"re_{generator.randrange(20)}",
        "object": "refund",
        "amount": generator.choice(AMOUNTS),
        "currency": generator.choice(["usd", "jpy"]),
        "status": generator.choice(STATUSES),
        "charge": f"ch_{generator.randrange(50)}",
        "payment_intent": f"pi_{generator.randrange(50)}",
        "balance_transaction": generator.choice([None, "txn_1"]),
        "created": 1_760_000_000,
    }
    transaction = {
        "id": f"txn_{generator.randrange(9)}",
        "amount": generator.choice(AMOUNTS),
        "currency": generator.choice(["usd", "eur", weird_text(generator)]),
        "created": generator.choice([1_760_000_000, 2**62]),
    }
    return {
        "charge": generator.choice([f"ch_{generator.randrange(50)}", {"id": "ch_x"}]),
        "latest_charge": generator.choice([None, f"ch_{generator.randrange(50)}"]),
        "refunds": generator.choice([None, {"object": "list", "data": [refund]}]),
        "balance_transaction": generator.choice([None, "txn_1", {"id": "txn_2"}]),
        "failure_balance_transaction": generator.choice([None, "txn_3"]),
        "balance_transactions": [transaction] * generator.choice([0, 1, 3]),
        "evidence_details": {"due_by": generator.choice([None, 1_790_000_000, -1, 2**62])},
        "reason": generator.choice(["fraudulent", weird_text(generator)]),
    }


def _subscription(generator: random.Random) -> dict[str, Any]:
    """What a session in subscription mode, its invoice and the payment of that invoice show."""
    paying = {"type": "payment_intent", "payment_intent": f"pi_{generator.randrange(50)}"}
    return {
        "invoice": generator.choice([None, f"in_{generator.randrange(20)}"]),
        "subscription": generator.choice([None, f"sub_{generator.randrange(20)}"]),
        "billing_reason": generator.choice(["subscription_create", "subscription_cycle", weird_text(generator)]),
        "parent": {"subscription_details": {"subscription": f"sub_{generator.randrange(20)}"}},
        "payment": paying,
        "payments": {"object": "list", "data": [{"object": "invoice_payment", "payment": paying}]},
    }


def _card(generator: random.Random) -> dict[str, Any]:
    return {"brand": generator.choice(["visa", weird_text(generator)]), "last4": "4242"}


def _signed(generator: random.Random, number: int, targets: list[Target]) -> Case:
    """Signed by the right secret: mostly events, sometimes bytes that are none."""
    is_event = generator.random() < 0.9
    body = _encoded(generator, event(generator, number, targets)) if is_event else any_bytes(generator)
    return Case(body, tuple(_written(generator, signature(body))), is_signed=True)


def _written(generator: random.Random, good: bytes) -> Iterator[Header]:
    """As Stripe writes it, with blanks behind the commas, or on several lines: proxies may do either."""
    form = generator.choice(["plain", "plain", "blanks", "lines"])
    for line in good.split(b",") if form == "lines" else [good.replace(b",", b", ") if form == "blanks" else good]:
        yield b"Stripe-Signature", line


def _forged(generator: random.Random, number: int, targets: list[Target]) -> Case:
    body = generator.choice([any_bytes(generator), _encoded(generator, event(generator, number, targets))])
    good = signature(body)
    forgeries = [
        b"",
        good[:-1],
        good + b"0",
        good.replace(b"v1=", b"v0="),
        good.replace(b"t=", b"T="),
        good.replace(b",", b";"),
        signature(body, secret="whsec_other"),
        signature(body, at=1),
        signature(body, at=10**11),
        b"t=" + b"9" * 5000 + b",v1=" + b"a" * 64,
        b"t=,v1=",
        b"," * 3000,
        b"=" * 3000,
        b"t=1," * 1000,
        b"v1=" + b"0" * 64,
        "t=é,v1=ü".encode(),
        bytes(generator.choice([*range(0x20, 0x7F), *range(0x80, 0x100)]) for _ in range(generator.randrange(200))),
    ]
    lines = generator.choice([0, 1, 1, 1, 2])
    if lines == 2:  # Two lines are one list: the right timestamp in one and the right digest in another are no forgery.
        forgeries = [forgery for forgery in forgeries if good.partition(b"v1=")[2] not in forgery]
    headers = [(b"Stripe-Signature", generator.choice(forgeries)) for _ in range(lines)]
    if generator.random() < 0.3:
        headers.append((b"Content-Type", generator.choice([b"text/plain", b"application/json", b"\xff", b"a" * 500])))
    return Case(body, tuple(headers), is_signed=False)


def _encoded(generator: random.Random, document: Any) -> bytes:
    """Mostly JSON as Stripe could write it: one NaN or lone surrogate, and nothing else would be looked at."""
    if generator.random() < 0.85:
        document = writable(document)
    return json.dumps(document, ensure_ascii=generator.random() < 0.5).encode("utf-8", "surrogatepass")


async def _targets(bench: Bench) -> list[Target]:
    bought = [await bench.buy() for _ in range(TARGETS)]
    with closing(sqlite3.connect(bench.database)) as connection:
        rows = connection.execute("SELECT payment.id, session_id, instance FROM payment, installation").fetchall()
    assert {row[1] for row in rows} == set(bought)
    return [Target(*row) for row in rows]


if __name__ == "__main__":
    run(fuzz, cases=20_000)
