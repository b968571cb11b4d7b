"""Breakages of what a payment is and what it is worth, and of the comparison with Stripe."""

from tests.mutants.mutant import Mutant

MOVEMENTS = "gateway/domain/movements.py"
OWNERSHIP = "gateway/domain/ownership.py"
WALK = "gateway/services/reconciliation/walk.py"
_MOVEMENT_TESTS = "tests/unit/domain/test_movements.py::test_"
_ADOPT_TESTS = "tests/integration/reconciliation/test_adopt.py::test_"
_REPAIR_TESTS = "tests/integration/reconciliation/test_repair.py::test_"

MUTANTS = (
    Mutant(
        "what was known of a payment is forgotten by the next event",
        "gateway/domain/facts.py",
        "getattr(one, flag) or getattr(other, flag)",
        "getattr(other, flag)",
        ("tests/unit/domain/test_every_order.py",),
    ),
    Mutant(
        "a paid payment becomes canceled when its intent is canceled",
        "gateway/domain/status.py",
        "lambda f, _: is_paid(f), Status.PAID",
        "lambda f, _: is_paid(f) and not intent_canceled(f), Status.PAID",
        ("tests/unit/domain/test_status.py",),
    ),
    Mutant(
        "any intent with the marker pays a payment",
        OWNERSHIP,
        "any(intent.is_paid for intent_id, intent in facts.intents.items() if intent_id in own)",
        "any(intent.is_paid for intent_id, intent in facts.intents.items())",
        ("tests/unit/domain/test_ownership.py",),
    ),
    Mutant(
        "an intent that was paid in part pays a payment",
        "gateway/domain/stripe_objects.py",
        "is_paid=has_money and is_whole,",
        "is_paid=has_money,",
        ("tests/unit/domain/test_junk.py", "tests/unit/domain/test_stripe_objects.py"),
    ),
    Mutant(
        "the amount shown is the one we expected and not the one Stripe asked for",
        "gateway/services/recording/rows.py",
        "amount=Money(asked.total, asked.currency) if asked else expected or",
        "amount=expected or",
        ("tests/unit/services/test_rows.py",),
    ),
    Mutant(
        "money is booked by the session and by its intent",
        OWNERSHIP,
        "if own_intents(facts) or not facts.session_paid",
        "if not facts.session_paid",
        (_MOVEMENT_TESTS + "as_soon_as_an_intent_is_named_the_sessions_word_is_booked_under_the_intent",),
    ),
    Mutant(
        "a refund is booked again whenever something else is learned",
        "gateway/services/recording/movements.py",
        "after.get(target, 0) - before.get(target, 0)",
        "after.get(target, 0)",
        ("tests/integration/services/test_refunds.py::test_refunds_in_parts_are_never_counted_twice",),
    ),
    Mutant(
        "a refund counts before its money has moved",
        MOVEMENTS,
        "if money is None or not refund.has_moved:",
        "if money is None:",
        (_MOVEMENT_TESTS + "a_refund_counts_once_money_has_moved_and_until_it_fails",),
    ),
    Mutant(
        "a refund that failed stays booked",
        MOVEMENTS,
        "if refund.state in {RefundState.FAILED, RefundState.CANCELED}:",
        "if False:",
        (_MOVEMENT_TESTS + "a_refund_that_failed_is_booked_out_and_back_even_when_first_seen_failed",),
    ),
    Mutant(
        "totals leave out what came back from disputes",
        MOVEMENTS,
        "disputed=-(kinds[MovementKind.DISPUTE] + kinds[MovementKind.DISPUTE_REVERSED]),",
        "disputed=-kinds[MovementKind.DISPUTE],",
        (_MOVEMENT_TESTS + "sums_by_kind_make_totals_by_currency",),
    ),
    Mutant(
        "the statistics sum captures instead of the whole journal",
        "gateway/services/operators/statistics.py",
        "(MovementKind(line.kind), line.currency, line.amount_minor) for line in lines)",
        "(MovementKind(line.kind), line.currency, line.amount_minor) for line in lines if line.kind == "
        "MovementKind.CAPTURE)",
        ("tests/integration/services/test_statistics.py",),
    ),
    Mutant(
        "nobody looks at a total that our own figures do not explain",
        "gateway/services/recording/projection.py",
        "    await discrepancies.settle(connection, payment_id, held, holds, now=now)\n",
        "    await discrepancies.settle(connection, payment_id, held, held, now=now)\n",
        (_REPAIR_TESTS + "a_total_that_our_figures_do_not_explain_is_paid_and_on_the_desk_once",),
    ),
    Mutant(
        "reconciliation looks at our rows and not at Stripe's sessions",
        "gateway/services/reconciliation/pairs.py",
        "self._of_sessions(page.items)",
        "self._of_sessions([])",
        (_ADOPT_TESTS + "a_session_with_our_marker_and_no_row_is_reported_until_it_is_adopted",),
    ),
    Mutant(
        "reconciliation passes over sessions that have no row here",
        WALK,
        "                await self._compare_unknown(pair.session)\n",
        "                pass\n",
        (_ADOPT_TESTS + "a_session_with_our_marker_and_no_row_is_reported_until_it_is_adopted",),
    ),
    Mutant(
        "reconciliation forgets rows that are older than its window",
        WALK,
        "for unsettled in (Q(is_settled=False), on_the_desk()):",
        "for unsettled in ():",
        (_REPAIR_TESTS + "a_payment_older_than_the_window_is_still_found_while_it_is_not_final",),
    ),
    Mutant(
        "reconciliation passes over rows that Stripe has no session for",
        WALK,
        '            await self._miss(row, "Stripe has no such session")\n',
        "            pass\n",
        (_REPAIR_TESTS + "sessions_stripe_does_not_have_are_reported_and_left_alone",),
    ),
    Mutant(
        "a session that sells something else is adopted",
        "gateway/services/reconciliation/adoption.py",
        "if price_id is None or self._catalogue.find(price_id) is None:",
        "if price_id is None:",
        (_ADOPT_TESTS + "what_is_not_in_the_catalogue_is_not_ours",),
    ),
)
