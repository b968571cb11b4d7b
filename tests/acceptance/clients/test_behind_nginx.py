"""The shipped nginx before `gateway dev`: as it comes, and with the gateway under a path of the shop's own address."""

import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext

from tests.acceptance.clients.conftest import CLIENTS, run_node
from tests.acceptance.clients.test_other_clients import installed
from tests.acceptance.processes import Addresses, gateway_dev
from tests.acceptance.shopper import Shopper
from tests.harness.child import free_port
from tests.harness.nginx import NGINX, open_front

pytestmark = [pytest.mark.timeout(600), pytest.mark.asyncio(loop_scope="session")]

PATHS = {"at the root": "", "under a path": "/pay"}
ORDER = '{"priceId": "price_1QlYNRHVMy0i1BlJA1y0DxB2"}'


@dataclass(frozen=True)
class Behind:
    """`proxied` is the address that callers know, its path included; `direct` the gateway's own, with the same path."""

    proxied: Addresses
    direct: str
    path: str


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=list(PATHS.values()), ids=list(PATHS))
async def behind(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Behind]:
    if NGINX is None:
        pytest.skip("nginx is not installed (apt-get install nginx-light)")
    port, path = free_port(), str(request.param)
    public_url = f"http://127.0.0.1:{port}{path}"
    environment = {"GATEWAY_PUBLIC_URL": public_url, "GATEWAY_RATE_LIMIT": "10000/minute"}
    folder = tmp_path_factory.mktemp("behind")
    with gateway_dev(folder / "dev", **environment) as running:
        async with open_front([running.gateway], folder, port=port, path=path) as front:
            yield Behind(Addresses(front.url, running.sandbox), running.gateway + path, path)


@pytest.mark.usefixtures("built")
async def test_every_client_of_node_works_through_it(behind: Behind) -> None:
    suites = ["node_http.test.mjs", *(["clients.test.mjs"] if behind.path else [])]
    ran = run_node("node", "--test", "--test-reporter=tap", *suites, addresses=behind.proxied)
    assert ran.returncode == 0, ran.stdout + ran.stderr


async def test_clients_that_offer_http2_work_through_it(behind: Behind) -> None:
    address = f"{behind.proxied.gateway}/api/create-checkout-session"
    json_body = ["-H", "Content-Type: application/json", "-d", ORDER]
    curl = _printed(installed("curl"), "-sS", "--http2", *json_body, address)
    assert '"sessionId"' in curl
    java = _printed(installed("java"), str(CLIENTS / "java/Client.java"), *_both(behind.proxied)).split()
    assert (java[0], java[-2:]) == ("UNPAID", ["PAID", "paid"])


@pytest.mark.browser
async def test_a_buyer_buys_in_the_shop_behind_it(behind: Behind, context: BrowserContext) -> None:
    shopper = Shopper(await context.new_page(), behind.proxied)
    await shopper.open_shop()
    await shopper.buy("Starter Plan")
    await shopper.pay("4242 4242 4242 4242")
    await shopper.page.wait_for_url(f"{behind.proxied.gateway}/success?**")
    await shopper.expect_status("paid", final=True)
    ours = [url for url in shopper.requested if url.startswith(behind.proxied.gateway.removesuffix(behind.path))]
    assert [url for url in ours if not url.startswith(f"{behind.proxied.gateway}/")] == []
    shopper.assert_never_polled()


async def test_probes_and_figures_are_the_operators(behind: Behind) -> None:
    root = behind.direct.removesuffix(behind.path)
    async with httpx.AsyncClient() as client:
        for path in ("/healthz", "/readyz", "/metrics"):
            assert (await client.get(root + path)).status_code == 200
            assert (await client.get(behind.direct + path)).status_code == 200
        for address in {behind.proxied.gateway, behind.proxied.gateway.removesuffix(behind.path)}:
            assert (await client.get(f"{address}/metrics")).status_code == 404


def _both(addresses: Addresses) -> tuple[str, str]:
    return addresses.gateway, addresses.sandbox


def _printed(*command: str) -> str:
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout
