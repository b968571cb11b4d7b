"""Breakages of creating, canceling and reading, and of how Stripe is asked."""

from tests.mutants.mutant import Mutant

COMPLETION = "gateway/services/checkout/completion.py"
REQUEST = "gateway/services/checkout/request.py"
_CREATE_TESTS = "tests/integration/services/test_create.py::test_"
_CALLER_TESTS = "tests/integration/services/test_callers.py::test_"
_READ_TESTS = "tests/integration/services/test_read.py::test_"

MUTANTS = (
    Mutant(
        "Stripe's idempotency key is not raised after an answer that it would repeat for ever",
        COMPLETION,
        "attempt=row.attempt + 1",
        "attempt=row.attempt",
        (_CREATE_TESTS + "a_retry_with_the_key_opens_no_second_session",),
    ),
    Mutant(
        "Stripe's idempotency key is made from a clock",
        COMPLETION,
        'idempotency_key=f"{row.id}-{row.attempt}"',
        "idempotency_key=f\"{row.id}-{__import__('time').time()}\"",
        (_CREATE_TESTS + "a_retry_with_the_key_opens_no_second_session",),
    ),
    Mutant(
        "nobody looks for the session that a broken answer left behind",
        COMPLETION,
        "                found = await self._made_already(row)\n                if found is not None:\n"
        "                    return await self._link(row, found)\n                await self._raise_attempt",
        "                await self._raise_attempt",
        (_CREATE_TESTS + "a_retry_with_the_key_opens_no_second_session",),
    ),
    Mutant(
        "the parameters of a create are made anew for every try",
        COMPLETION,
        "create_session(row.parameters, ",
        "create_session(row.parameters | {'expires_at': row.parameters['expires_at'] - "
        "__import__('random').randrange(1, 3600)}, ",
        (_CREATE_TESTS + "every_try_with_one_key_of_stripes_asks_for_the_same",),
    ),
    Mutant(
        "rows that a crash left without a session are never completed",
        "gateway/worker/jobs.py",
        '        Job("complete abandoned sessions", 15.0, services.completer.complete_abandoned),\n',
        "",
        ("tests/unit/services/test_jobs.py",),
    ),
    Mutant(
        "unmatched and failed events are never tried again",
        "gateway/worker/jobs.py",
        '        Job("try inbox again", 5.0, services.inbox.retry_due),\n',
        "",
        ("tests/unit/services/test_jobs.py",),
    ),
    Mutant(
        "a create has no deadline",
        "gateway/services/checkout/service.py",
        "asyncio.timeout(DEADLINE_SECONDS)",
        "asyncio.timeout(None)",
        ("tests/integration/services/test_deadlines.py",),
    ),
    Mutant(
        "a key with another request is given the first one's session",
        "gateway/services/checkout/idempotency.py",
        "if key.request_hash != request.hash:",
        "if False:",
        (_CREATE_TESTS + "a_key_with_another_request_is_a_conflict_and_changes_nothing",),
    ),
    Mutant(
        "all callers share one space of keys",
        REQUEST,
        r'f"{self.caller.label}\0{self.idempotency_key}"',
        "self.idempotency_key",
        (_CALLER_TESTS + "a_key_is_its_own_class_of_callers_alone",),
    ),
    Mutant(
        "an anonymous key may be short enough to be guessed",
        REQUEST,
        "len(key) < SHORTEST_ANONYMOUS_KEY",
        "len(key) < 1",
        (_CALLER_TESTS + "only_anonymous_keys_have_a_least_length",),
    ),
    Mutant(
        "a buyer is sent to any address",
        REQUEST,
        " or not is_allowed:",
        ":",
        ("tests/matrices/test_hosts_and_redirects.py::test_a_buyer_is_sent_only_to_pages_we_know",),
    ),
    Mutant(
        "a cancel is not recorded before Stripe is asked",
        "gateway/services/checkout/service.py",
        "Reading(Facts(cancel_requested=True))",
        "Reading(Facts())",
        ("tests/integration/services/test_cancel.py",),
    ),
    Mutant(
        "an unknown session id is asked about at Stripe",
        "gateway/services/payments/service.py",
        "        snapshot = await self._stored(session_id)\n        if snapshot is None or snapshot.is_final:\n"
        "            return snapshot\n",
        "        snapshot = await self._stored(session_id)\n        if snapshot is None:\n"
        "            await asyncio.wait([asyncio.ensure_future("
        "self._refresher._stripe.retrieve_session(session_id))])\n"
        "        if snapshot is None or snapshot.is_final:\n            return snapshot\n",
        (_READ_TESTS + "unknown_and_malformed_ids_are_answered_alike_without_a_call",),
    ),
    Mutant(
        "every reader of a status is a call to Stripe",
        "gateway/services/payments/refresh.py",
        "        flight = self._flights.get(snapshot.payment_id)\n",
        "        flight = None\n        self._asked_at.clear()\n",
        (_READ_TESTS + "a_hundred_reads_at_once_cost_one_call",),
    ),
    Mutant(
        "the breaker never opens",
        "gateway/stripe_api/gate.py",
        "return self._failures >= FAILURES_TO_OPEN",
        "return False",
        (_READ_TESTS + "three_silent_calls_open_the_breaker_and_reads_answer_at_once",),
    ),
    Mutant(
        "a status read waits as long as Stripe does",
        "gateway/services/payments/refresh.py",
        "timeout=WAIT_SECONDS",
        "timeout=None",
        (_READ_TESTS + "with_stripe_silent_the_last_known_answer_comes_within_a_second",),
    ),
    Mutant(
        "`Prefer: wait` is not heard",
        "gateway/rest/status.py",
        "    if wait_seconds:\n",
        "    if False:\n",
        ("tests/unit/rest/test_status.py",),
    ),
    Mutant(
        "pages leave out rows of the same moment",
        "gateway/services/operators/paging.py",
        "return Q(**earlier) | Q(**same)",
        "return Q(**earlier)",
        ("tests/integration/operations/test_paging.py",),
    ),
)
