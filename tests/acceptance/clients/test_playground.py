"""GraphiQL in Chromium while nothing but the gateway can be reached: its five files are installed in a copy of it."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page, Route, expect

from gateway.http.assets import PLAYGROUND
from tests.acceptance.clients.conftest import pay
from tests.acceptance.processes import Addresses, gateway_dev
from tests.harness.child import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(600)]

ALIASES = {"react": "playground-react", "react-dom": "playground-react-dom"}
"""The pages of docs/frontend use a newer React than GraphiQL's last script for browsers."""


@pytest.fixture(scope="module")
def furnished(node_modules: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Addresses]:
    """`gateway dev` from a copy of the package that has the playground's files in `assets/`."""
    copy = tmp_path_factory.mktemp("furnished")
    shutil.copytree(ROOT / "gateway", copy / "gateway", ignore=shutil.ignore_patterns("__pycache__", "assets"))
    shutil.copytree(ROOT / "migrations", copy / "migrations")
    assets = copy / "gateway" / "assets"
    assets.mkdir()
    for asset in (PLAYGROUND.style, *PLAYGROUND.scripts):
        shutil.copy(node_modules / ALIASES.get(asset.package, asset.package) / asset.path, assets)
    with gateway_dev(copy / "data", PYTHONPATH=str(copy)) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def playground(context: BrowserContext, furnished: Addresses) -> Page:
    """The page with the network closed: what is not the gateway's own is refused and held against us."""
    sought: list[str] = []

    async def guard(route: Route) -> None:
        if route.request.url.startswith((furnished.gateway, "data:")):
            await route.continue_()
        else:
            sought.append(route.request.url)
            await route.abort()

    await context.route("**", guard)
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    await page.goto(f"{furnished.gateway}/graphql")
    await expect(page.locator(".graphiql-container")).to_be_visible(timeout=20_000)
    assert sought == []
    assert faults == []
    return page


async def test_a_query_a_mutation_and_a_subscription_run(playground: Page, furnished: Addresses) -> None:
    assert len((await _run_tab(playground, "Prices"))["data"]["prices"]) == 7
    session = (await _run_tab(playground, "Create"))["data"]["createCheckoutSession"]
    assert session["url"].startswith(furnished.sandbox)

    await _open_tab(playground, "Watch")
    await _write(playground, ".graphiql-editor-tool", json.dumps({"sessionId": session["sessionId"]}))
    assert (await _press_run(playground))["data"]["paymentStatus"]["status"] == "UNPAID"
    pay(furnished.sandbox, session["sessionId"])
    await _until_shown(playground, "PAID")
    await _keep_picture(playground)

    await _open_tab(playground, "Explain")
    await _write(playground, ".graphiql-editor-tool", json.dumps({"sessionId": session["sessionId"]}))
    assert "MONEY" in (await _press_run(playground))["data"]["paymentStatus"]["explanation"]["facts"]


async def test_the_schema_is_there_to_read(playground: Page) -> None:
    await playground.get_by_role("button", name="Show Documentation Explorer").click()
    explorer = playground.locator(".graphiql-doc-explorer")
    await explorer.get_by_role("link", name="Subscription", exact=True).first.click()
    await expect(explorer).to_contain_text("it completes after a final status")


async def test_a_link_opens_its_own_query_beside_the_tabs_that_were_kept(
    playground: Page, furnished: Addresses
) -> None:
    for visit in ("without tabs of its own", "with the tabs of the visit before"):
        await playground.goto("about:blank")
        linked = urlencode({"query": f"query Linked {{ prices {{ id }} }} # {visit}", "variables": '{"a": 1}'})
        await playground.goto(f"{furnished.gateway}/graphql#{linked}")
        shown = "document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.getValue()"
        await playground.wait_for_function(f"word => {shown}.includes(word)", arg=visit, timeout=15_000)
        assert len((await _press_run(playground))["data"]["prices"]) == 7


async def _run_tab(page: Page, operation: str) -> dict[str, Any]:
    await _open_tab(page, operation)
    return await _press_run(page)


async def _open_tab(page: Page, operation: str) -> None:
    """GraphiQL learns the document's operation a little after it shows the tab, and would send the old name."""
    await page.locator(".graphiql-tab-button", has_text=operation).click()
    await page.wait_for_function(
        "name => document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.operationName === name",
        arg=operation,
    )


async def _write(page: Page, editor: str, text: str) -> None:
    await page.locator(f"{editor} .CodeMirror").first.evaluate(
        "(element, text) => element.CodeMirror.setValue(text)", text
    )


async def _press_run(page: Page) -> dict[str, Any]:
    # By its name: while the operation before still ends, the same button says "Stop".
    await page.get_by_role("button", name="Execute query").click()
    await _until_shown(page, "data")
    shown: str = await page.evaluate("document.querySelector('.result-window .CodeMirror').CodeMirror.getValue()")
    answer: dict[str, Any] = json.loads(shown)
    return answer


async def _until_shown(page: Page, word: str) -> None:
    await page.wait_for_function(
        "word => document.querySelector('.result-window .CodeMirror').CodeMirror.getValue().includes(word)",
        arg=word,
        timeout=15_000,
    )


async def _keep_picture(page: Page) -> None:
    """For somebody to look at: TEST_PICTURES names the folder."""
    folder = os.environ.get("TEST_PICTURES")
    if folder:
        await page.screenshot(path=Path(folder) / "playground.png")
