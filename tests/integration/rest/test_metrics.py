"""/metrics: everything the contract names is there, nothing of anybody is, and it costs no token."""

import asyncio
import re

import httpx
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from tests.harness.served_gateway import KEY, WEBHOOK_SECRET, ServedGateway

PROMISED = {
    "gateway_payments",
    "gateway_payment_success_ratio",
    "gateway_payment_changes",
    "gateway_webhook_lag_seconds",
    "gateway_inbox_backlog",
    "gateway_inbox_oldest_seconds",
    "gateway_watchers",
    "gateway_feeds",
    "gateway_tasks",
    "gateway_stripe_request_seconds",
    "gateway_stripe_errors",
    "gateway_rate_limited",
    "gateway_discrepancies_open",
    "gateway_status_reads",
    "gateway_request_duration_seconds",
    "gateway_request_failures",
}
LABELS = {"status", "outcome", "reason", "field", "operation", "kind", "currency", "verb", "door", "le", "entry_point"}
AN_ID = re.compile(r"cs_(test|live)_|evt_|pi_|[0-9a-f]{32}|@|Bearer|127\.0\.0\.1")


async def test_what_the_contract_names_is_counted(gateway: ServedGateway) -> None:
    session_id = str((await gateway.create()).json()["sessionId"])
    await gateway.pay(session_id)
    async with asyncio.timeout(20):
        while (await gateway.status(session_id)).json()["status"] != "paid":
            pass
    await gateway.status(session_id, Prefer="wait=1")
    answer = await gateway.shop.get("/metrics")
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, "text/plain")
    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    assert families.keys() >= PROMISED
    assert _sum(families["gateway_webhook_lag_seconds"], "gateway_webhook_lag_seconds_count") > 0
    by_entry_point = {sample.labels["door"]: sample.value for sample in families["gateway_status_reads"].samples}
    assert by_entry_point["rest"] > 0
    assert by_entry_point["rest_wait"] > 0


async def test_each_request_is_timed_under_our_name_for_it_and_never_under_the_callers(gateway: ServedGateway) -> None:
    before = await _timed(gateway)
    session_id = str((await gateway.create()).json()["sessionId"])
    await gateway.status(session_id)
    await gateway.status(session_id, Prefer="wait=1", **{"If-None-Match": "nothing"})
    for query in (
        'query MyOwnWords { paymentStatus(sessionId: "cs_test_x") { status } }',
        'query Mine { mine: paymentStatus(sessionId: "cs_test_x") { status } prices { id } }',
        "{ __typename }",
        "{ thisIsNoFieldOfOurs }",
        "{",
    ):
        await gateway.shop.post("/graphql", json={"query": query})
    await gateway.shop.get("/no/such/page")
    rose = {name: count - before.get(name, 0) for name, count in (await _timed(gateway)).items()}
    assert {name: count for name, count in rose.items() if count and name[0] != "webhook"} == {
        ("rest", "create_checkout_session"): 1,
        ("rest", "check_payment_status"): 1,
        ("rest", "wait_for_payment_status"): 1,
        ("graphql", "paymentStatus"): 1,
        ("graphql", "several"): 1,
        ("graphql", "other"): 1,
        ("graphql", "refused"): 2,
        ("other", "other"): 1,
    }


async def _timed(gateway: ServedGateway) -> dict[tuple[str, str], float]:
    answer = await gateway.shop.get("/metrics")
    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    return {
        (sample.labels["entry_point"], sample.labels["operation"]): sample.value
        for sample in families["gateway_request_duration_seconds"].samples
        if sample.name.endswith("_count")
    }


async def test_open_discrepancies_are_counted_by_kind_as_soon_as_a_process_leads(gateway: ServedGateway) -> None:
    async with asyncio.timeout(20):
        while not {"late_money", "total_differs"} <= await _open_kinds(gateway):
            pass


async def _open_kinds(gateway: ServedGateway) -> set[str]:
    answer = await gateway.shop.get("/metrics")
    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    return {sample.labels["kind"] for sample in families["gateway_discrepancies_open"].samples}


async def test_it_tells_of_nobody_and_costs_nothing(gateway: ServedGateway) -> None:
    session_id = str((await gateway.create(clientReferenceId="order-of-somebody")).json()["sessionId"])
    await gateway.status(session_id)
    await gateway.shop.post("/api/stripe/webhook", content="{}", headers={"Stripe-Signature": "t=1,v1=junk"})
    answer = await gateway.shop.get("/metrics", headers={"Host": "10.0.0.7:3002"})
    assert "ratelimit-limit" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"
    for secret in (session_id, KEY, WEBHOOK_SECRET, "order-of-somebody"):
        assert secret not in answer.text
    _assert_plain(answer)
    for _ in range(120):
        assert (await gateway.shop.get("/metrics")).status_code == 200


def _assert_plain(answer: httpx.Response) -> None:
    ours = [f for f in text_string_to_metric_families(answer.text) if f.name.startswith("gateway_")]
    for family in ours:
        for sample in family.samples:
            assert sample.labels.keys() <= LABELS, sample
            assert not any(AN_ID.search(value) for value in sample.labels.values()), sample


def _sum(family: Metric, name: str) -> float:
    return float(sum(sample.value for sample in family.samples if sample.name == name))
