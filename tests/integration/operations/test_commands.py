"""`gateway payments`, `gateway events` and `gateway doctor`, as an operator runs them."""

import json

import pytest

from tests.harness.serving import free_socket, url_of
from tests.integration.reconciliation.pair import KEY, SECRET

from .conftest import Sample

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_payments_are_listed_a_line_each(sample: Sample) -> None:
    status, out, err = await sample.pair.gateway("payments", "list", "--first", "2", STRIPE_API_KEY="")
    assert status == 0
    heading, *lines = [line.split("\t") for line in out.splitlines()]
    assert heading[:4] == ["created", "session", "status", "amount"]
    assert [line[1:4] for line in lines] == [[sample.open, "unpaid", "$5.00"], [sample.refunded, "paid", "$5.00"]]
    assert err.startswith("There are more: --after ")
    status, out, err = await sample.pair.gateway("payments", "list", "--json", "--after", err.split()[-1])
    page = json.loads(out)
    assert ([one["sessionId"] for one in page["payments"]], page["nextCursor"]) == ([sample.paid], None)


async def test_a_payment_is_explained(sample: Sample) -> None:
    status, out, err = await sample.pair.gateway("payments", "explain", sample.paid)
    assert (status, err) == (0, "")
    assert "paid, final, because of rule 1: money received." in out
    assert "Stripe was last asked: 20" in out
    status, out, _ = await sample.pair.gateway("payments", "explain", sample.paid, "--json")
    reported = json.loads(out)
    assert (status, reported["rule"]["number"], reported["facts"]["session_paid"]) == (0, "1", True)
    assert list(dict.fromkeys(line["to"] for line in reported["history"])) == ["unpaid", "failed", "paid"]


async def test_events_are_listed_shown_and_replayed(sample: Sample) -> None:
    status, out, _ = await sample.pair.gateway("events", "list", "--type", "charge.refunded", "--json")
    (event,) = json.loads(out)["events"]
    assert (status, event["state"]) == (0, "applied")
    status, out, _ = await sample.pair.gateway("events", "show", event["id"], "--json")
    assert (status, json.loads(out)["body"]["id"]) == (0, event["id"])
    status, out, _ = await sample.pair.gateway("events", "replay", event["id"], "evt_unknown", "--json")
    assert status == 1
    assert [(one["state"], one["changed"]) for one in json.loads(out)] == [("applied", False), ("unknown", False)]
    status, out, _ = await sample.pair.gateway("events", "replay", "--failed")
    assert (status, out) == (0, "event\tstate\tchanged\terror\n")


async def test_what_is_not_there_exits_1_and_what_makes_no_sense_2(sample: Sample) -> None:
    for arguments in (("payments", "show", "cs_test_unknown"), ("events", "show", "evt_unknown")):
        status, out, err = await sample.pair.gateway(*arguments)
        assert (status, out, err.startswith("There is no ")) == (1, "", True)
    for command in ("events replay", "payments list --after nonsense"):
        status, out, err = await sample.pair.gateway(*command.split())
        assert (status, out, "Traceback" in err, err != "") == (2, "", False, True)
    status, _, err = await sample.pair.gateway("events", "replay", "evt_x", STRIPE_API_KEY="")
    assert (status, "STRIPE_API_KEY is missing" in err) == (2, True)


async def test_a_healthy_gateway_passes_every_point(sample: Sample) -> None:
    endpoints = {"object": "list", "data": [_endpoint("https://pay.example/api/stripe/webhook")]}
    sample.pair.line.answers["/v1/webhook_endpoints"] = endpoints
    await sample.pair.services.installation.prove()  # At the start of this pair its Stripe was not up yet.
    status, out, err = await sample.pair.gateway("doctor", GATEWAY_PUBLIC_URL="https://pay.example")
    assert (status, err) == (0, "")
    marks = {line[2:].partition(":")[0]: line[0] for line in out.splitlines() if line[0] in "✓✗–"}
    expected = (
        "settings database migrations redis stripe_key webhook_endpoint api_version clock"
        " audit_key installation permission prices"
    )
    not_set = {"redis", "audit key"}
    assert marks.keys() >= {name.replace("_", " ") for name in expected.split()}
    assert marks == {name: "–" if name in not_set else "✓" for name in marks}
    assert KEY not in out
    assert SECRET not in out


@pytest.mark.parametrize(
    ("point", "environment", "fix"),
    [
        ("settings", {"STRIPE_API_KEY": "pk_test_x"}, "a publishable pk_ key cannot create sessions"),
        ("settings", {"GATEWAY_CATALOGUE": "/nowhere.toml"}, "cannot be read"),
        ("database", {"DATABASE_URL": "sqlite:///nowhere/at/all.db"}, "→ gateway migrate"),
        ("stripe key", {"STRIPE_API_BASE": "http://127.0.0.1:9"}, "→ check the network from here to Stripe"),
        ("stripe key", {"STRIPE_API_KEY": "sk_test_"}, "→ check STRIPE_API_KEY"),
        ("webhook endpoint", {"GATEWAY_PUBLIC_URL": "https://other.example"}, "→ add https://other.example/api/"),
        ("api version", {"GATEWAY_PUBLIC_URL": "https://old.example"}, "→ create an endpoint with the API version"),
        (
            "webhook endpoint",
            {"GATEWAY_PUBLIC_URL": "https://deaf.example"},
            "it is not sent checkout.session.async_payment_failed, checkout.session.expired",
        ),
    ],
)
async def test_a_failing_point_exits_1_with_its_fix(
    sample: Sample, point: str, environment: dict[str, str], fix: str
) -> None:
    old = _endpoint("https://old.example/api/stripe/webhook") | {"api_version": "2020-08-27"}
    deaf = _endpoint("https://deaf.example/api/stripe/webhook")
    deaf["enabled_events"] = sorted(f"checkout.session.{name}" for name in ("completed", "async_payment_succeeded"))
    sample.pair.line.answers["/v1/webhook_endpoints"] = {"object": "list", "data": [old, deaf]}
    if environment.get("STRIPE_API_KEY") == "sk_test_":
        environment = {"STRIPE_API_KEY": "sk_wrong_key"}
    status, out, err = await sample.pair.gateway("doctor", **environment)
    assert (status, "Traceback" in err) == (1, False)
    assert f"✗ {point}: " in out
    assert fix in out


async def test_a_silent_redis_is_unhealthy(sample: Sample) -> None:
    nobody = free_socket()
    url = url_of(nobody).replace("http", "redis")
    nobody.close()
    status, out, _ = await sample.pair.gateway("doctor", "--json", REDIS_URL=url)
    assert status == 1
    (redis,) = [one for one in json.loads(out) if one["name"] == "redis"]
    assert not redis["ok"]


def _endpoint(url: str) -> dict[str, object]:
    return {"url": url, "status": "enabled", "api_version": "2026-10-28.endive", "enabled_events": ["*"]}
