"""Breakages of who may call, in which form, how often, and of what is written down about it."""

from tests.mutants.mutant import Mutant

LOGS = "gateway/telemetry/logs.py"

MUTANTS = (
    Mutant(
        "anybody's X-Forwarded-For is believed",
        "gateway/rate_limit/client_address.py",
        "while hops and any(address in network for network in trusted):",
        "while hops:",
        ("tests/matrices/test_addresses.py",),
    ),
    Mutant(
        "every IPv6 address of a household is a caller of its own",
        "gateway/rate_limit/client_address.py",
        "int(address) >> 64 << 64, 64",
        "int(address), 128",
        ("tests/matrices/test_addresses.py",),
    ),
    Mutant(
        "a trailer is a header",
        "gateway/serving/http_protocol.py",
        "        if self._is_in_head:\n",
        "        if True:\n",
        ("tests/matrices/test_around_requests.py::test_a_trailer_is_no_header",),
    ),
    Mutant(
        "each operation of a WebSocket has a limit of its own",
        "gateway/graphql/transport/websocket.py",
        "        prepared = await operations.prepare(request, self.context)\n",
        "        self.context.address = __import__('uuid').uuid4().hex\n"
        "        prepared = await operations.prepare(request, self.context)\n",
        ("tests/integration/graphql/test_websocket.py::test_the_limit_is_one_for_all_transports",),
    ),
    Mutant(
        "whoever asked first is served first, however much",
        "gateway/rate_limit/fair_queue.py",
        "return max(self._now - CREDIT_SECONDS, self._used.get(caller, self._now))",
        "return self._now",
        ("tests/unit/rate_limit/test_fair_queue.py",),
    ),
    Mutant(
        "a refused call costs its caller nothing",
        "gateway/rate_limit/fair_queue.py",
        "self._used[caller] = self._used.get(caller, self._now) + REFUSED_SECONDS",
        "pass",
        ("tests/unit/rate_limit/test_fair_queue.py::test_refused_calls_count_more_than_others",),
    ),
    Mutant(
        "the fast read shows a payment of the other mode",
        "gateway/services/recording/stored.py",
        "return row if row.livemode == livemode else None",
        "return row",
        ("tests/integration/services/test_stored.py::test_a_row_of_the_other_mode_is_not_there",),
    ),
    Mutant(
        "a WebSocket may send as many frames as it likes",
        "gateway/serving/frame_budget.py",
        "        if self._frames > 0 and self._bytes > 0:\n",
        "        if True:\n",
        ("tests/unit/serving/test_bounds.py",),
    ),
    Mutant(
        "all root fields of an operation cost one token",
        "gateway/graphql/transport/document_limits.py",
        "max(len(weight.keys), 1)",
        "1",
        ("tests/unit/graphql/test_document_limits.py",),
    ),
    Mutant(
        "a WebSocket carries mutations",
        "gateway/graphql/transport/websocket.py",
        "                raise InvalidRequest(problem=text)\n            case OperationType.SUBSCRIPTION:\n",
        "                yield await operations.execute(prepared, self.context)\n"
        "            case OperationType.SUBSCRIPTION:\n",
        ("tests/integration/graphql/test_websocket.py::test_queries_run_and_mutations_do_not",),
    ),
    Mutant(
        "operators' fields answer anybody",
        "gateway/graphql/operators.py",
        "        require(info.context)\n",
        "        pass\n",
        ("tests/integration/graphql/test_operators.py::test_no_operator_field_answers_an_anonymous_caller",),
    ),
    Mutant(
        "a key that may only read changes things",
        "gateway/graphql/operators.py",
        "if not operator.may_write:",
        "if False:",
        ("tests/unit/graphql/test_operator_answers.py::test_a_step_needs_a_key_that_may_write",),
    ),
    Mutant(
        "pages of every origin may speak to GraphQL",
        "gateway/graphql/transport/origin.py",
        "        return self.loopback and is_loopback(origin)",
        "        return True",
        ("tests/unit/graphql/test_http_request.py",),
    ),
    Mutant(
        "a content type that only contains `application/json` is accepted",
        "gateway/http/media_type.py",
        'len(given) == 1 and _JSON.fullmatch(given[0].strip(" \\t")) is not None',
        'any("application/json" in one for one in given)',
        ("tests/integration/graphql/test_http.py::test_only_exact_json_is_read",),
    ),
    Mutant(
        "a body may be as long as its sender likes",
        "gateway/http/reader.py",
        "        if len(body) > limit:\n",
        "        if False:\n",
        ("tests/unit/http/test_reader.py",),
    ),
    Mutant(
        "a body may take as long as its sender likes",
        "gateway/http/reader.py",
        "asyncio.timeout(self.read_seconds)",
        "asyncio.timeout(None)",
        ("tests/unit/http/test_reader.py",),
    ),
    Mutant(
        "an error that nobody expected is shown to the caller",
        "gateway/http/refusals.py",
        "            await self._refuse(scope, receive, send, InternalError(request_id=current_request_id()))\n",
        "            raise\n",
        ("tests/unit/rest/test_errors.py",),
    ),
    Mutant(
        "session ids stand in the log as they are",
        LOGS,
        '    return "cs#" + hashlib',
        '    return session_id or "cs#" + hashlib',
        ("tests/unit/http/test_middlewares.py",),
    ),
    Mutant(
        "e-mail addresses stand in the log",
        LOGS,
        '    rf"|[^{_NOT_IN_ADDRESS}]{{1,64}}@[^{_NOT_IN_ADDRESS}]+",\n',
        "    ,\n",
        ("tests/matrices/test_secrets.py::test_no_logger_spells_a_secret_out",),
    ),
    Mutant(
        "secrets stand in the log",
        LOGS,
        '_SECRETS.sub("[redacted]", text)',
        "text",
        ("tests/matrices/test_secrets.py::test_no_logger_spells_a_secret_out",),
    ),
    Mutant(
        "a refused setting is repeated",
        "gateway/settings.py",
        "    return f\"{name}: {hide_keys(reason, detail.get('input'))}\"\n",
        "    return f\"{name}: {reason} ({detail['input']})\"\n",
        ("tests/unit/test_settings.py::test_no_refusal_repeats_what_may_be_a_secret",),
    ),
)
