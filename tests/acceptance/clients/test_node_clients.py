"""The audits, the clients and the tools of tests/clients, against a running gateway: in Node and in Chromium."""

import re
from functools import partial
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext

from tests.acceptance.clients.conftest import CLIENTS, Servers, pay, run_node

pytestmark = [pytest.mark.timeout(600)]

TRACING = {"sentry-trace", "baggage", "traceparent"}
BUY = """async (module) => {
  const { createCheckout } = await import(module);
  return (await createCheckout({ priceId: "price_1QlYNRHVMy0i1BlJA1y0DxB2" })).sessionId;
}"""
WATCH = "async ([module, session]) => (await (await import(module)).watchPayment(session)).status"
FETCH = """async (url) => {
  const answer = await fetch(url, { headers: { Accept: "application/json" } }).then(() => "read", () => "kept out");
  const socket = new WebSocket(url.replace(/^http/, "ws"), "graphql-transport-ws");
  const handshake = await new Promise((resolve) => {
    socket.onopen = () => resolve("open");
    socket.onerror = () => resolve("kept out");
  });
  return [answer, handshake];
}"""


@pytest.mark.parametrize("suite", ["audits", "clients", "close_codes", "node_http"])
def test_every_check_of_the_suite_passes(suite: str, servers: Servers) -> None:
    expect_all_pass(f"{suite}.test.mjs", servers)


@pytest.mark.usefixtures("built")
def test_the_tools_take_the_schema() -> None:
    expect_all_pass("tools.test.mjs")


def test_the_lock_names_no_registry() -> None:
    assert '"resolved"' not in (CLIENTS / "package-lock.json").read_text("utf-8")


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_every_client_works_in_a_browser_from_another_origin(context: BrowserContext, servers: Servers) -> None:
    page = await context.new_page()
    page.set_default_timeout(60_000)
    # Not the method itself: Playwright leaves a mark on a method's owner, and the servers are frozen.
    await page.expose_function("pay", partial(pay, servers.sandbox))
    await page.goto(f"{servers.pages.origin}/checks")
    reported = await page.evaluate("window.runChecks()")
    assert len(reported) >= 43
    assert {name: outcome for name, outcome in reported.items() if outcome != "ok"} == {}


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_a_page_with_sentry_and_opentelemetry_buys_and_watches(context: BrowserContext, servers: Servers) -> None:
    page = await context.new_page()
    calls: list[tuple[str, dict[str, str]]] = []
    page.on("request", lambda sent: calls.append((sent.url, sent.headers)))
    await page.expose_function("pay", partial(pay, servers.sandbox))
    await page.goto(f"{servers.pages.origin}/traced")
    seen = await page.evaluate("window.buyAndWatch()")
    assert (seen[0], seen[-1]) == ("UNPAID", "PAID")
    ours = [headers for url, headers in calls if url.startswith(servers.gateway)]
    assert len(ours) >= 3
    assert [sorted(TRACING & headers.keys()) for headers in ours] == [sorted(TRACING)] * len(ours)


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_a_page_loads_the_module_from_the_gateway_and_does_not_know_its_address(
    context: BrowserContext, servers: Servers
) -> None:
    page = await context.new_page()
    await page.goto(f"{servers.pages.origin}/checks")
    bought = await page.evaluate(BUY, f"{servers.gateway}/client/v1.js")
    servers.pay(bought)
    final = await page.evaluate(WATCH, [f"{servers.gateway}/client/v1.js", bought])
    assert final == "PAID"


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_a_page_of_an_origin_nobody_named_is_kept_out(context: BrowserContext, servers: Servers) -> None:
    query = f"{servers.gateway}/graphql?query=%7Bprices%7Bid%7D%7D"
    page = await context.new_page()
    await page.goto(f"{servers.pages.foreign_origin}/checks")
    assert await page.evaluate(FETCH, query) == ["kept out", "kept out"]
    await page.goto(f"{servers.pages.origin}/checks")
    assert await page.evaluate(FETCH, query) == ["read", "open"]


def expect_all_pass(suite: str, servers: Servers | None = None) -> None:
    assert (Path(CLIENTS) / suite).is_file()
    ran = run_node("node", "--test", "--test-reporter=tap", suite, addresses=servers)
    failed = re.findall(r"^\s*not ok \d+ - (.*)$", ran.stdout, re.MULTILINE)
    assert failed == [], ran.stdout
    assert ran.returncode == 0, ran.stdout + ran.stderr
