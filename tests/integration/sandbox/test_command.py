"""`gateway sandbox` as other projects start it: it reads nothing of ours, and ends as soon as it is asked to."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.harness.child import Child, free_port
from tests.integration.sandbox.conftest import KEY, receiving

DOT_ENV = """
GATEWAY_NO_SUCH_SETTING=1
GATEWAY_CATALOGUE=/nowhere.toml
GATEWAY_PORT=many
STRIPE_API_KEY=pk_live_wrong
DATABASE_URL=mysql://nobody
"""


@asynccontextmanager
async def started(folder: Path, port: int, *options: str) -> AsyncIterator[Child]:
    """The command in a folder whose `.env`, like the environment, would stop every other command."""
    (folder / ".env").write_text(DOT_ENV)
    environment = {"GATEWAY_ALSO_NO_SETTING": "1", "STRIPE_API_KEY": "pk_live_wrong"}
    child = Child("sandbox", "--port", str(port), *options, log=folder / "sandbox.log", environment=environment)
    await child.start()
    try:
        await child.wait_until_it_answers(f"http://127.0.0.1:{port}/healthz")
        yield child
    finally:
        await child.stop()


async def _create(http: aiohttp.ClientSession, port: int) -> dict[str, str]:
    data = {
        "mode": "payment",
        "line_items[0][price]": "price_1QlYNRHVMy0i1BlJA1y0DxB2",
        "line_items[0][quantity]": "1",
        "success_url": "http://shop.test/done",
    }
    url = f"http://127.0.0.1:{port}/v1/checkout/sessions"
    async with http.post(url, data=data, headers={"Authorization": f"Bearer {KEY}"}) as answer:
        session: dict[str, str] = await answer.json()
        assert answer.status == 200, session
        return session


async def test_it_starts_beside_anybodys_settings_and_serves_several_back_ends(tmp_path: Path) -> None:
    port = free_port()
    async with receiving("whsec_one") as one, receiving("whsec_two") as two, aiohttp.ClientSession() as http:
        options = [word for each in (one, two) for word in ("--webhook", f"{each.url}={each.secret}")]
        base = ("--base-url", "http://stripe.test:9999/")
        async with started(tmp_path, port, "--host", "127.0.0.1", *base, *options):
            session = await _create(http, port)
            assert session["url"].startswith("http://stripe.test:9999/c/pay/cs_test_")
            url = f"http://127.0.0.1:{port}/v1/checkout/sessions/{session['id']}/expire"
            async with http.post(url, headers={"Authorization": f"Bearer {KEY}"}) as answer:
                assert answer.status == 200
            await one.wait_for("checkout.session.expired")
            await two.wait_for("checkout.session.expired")


async def test_it_remembers_only_where_a_folder_is_given(tmp_path: Path) -> None:
    port = free_port()
    async with aiohttp.ClientSession() as http:
        async with started(tmp_path, port, "--data", str(tmp_path / "deep" / "memory")):
            session = await _create(http, port)
        for options, status in ((("--data", str(tmp_path / "deep" / "memory")), 200), ((), 404)):
            async with started(tmp_path, port, *options):
                url = f"http://127.0.0.1:{port}/v1/checkout/sessions/{session['id']}"
                async with http.get(url, headers={"Authorization": f"Bearer {KEY}"}) as answer:
                    assert answer.status == status


async def test_sigterm_ends_it_though_a_client_keeps_its_connection(tmp_path: Path) -> None:
    port = free_port()
    async with started(tmp_path, port) as child, aiohttp.ClientSession() as http:
        await _create(http, port)
        assert await child.stop() == 0
    assert "Traceback" not in (tmp_path / "sandbox.log").read_text()


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--webhook", "http://localhost:3000/stripe"), "--webhook"),
        (("--webhook", "localhost:3000=whsec_x"), "--webhook"),
        (("--base-url", "stripe:12111"), "--base-url"),
        (("--catalogue", "nowhere.toml"), "--catalogue"),
        (("--data", "sandbox.log"), "--data"),
        (("--port", "0"), "--port"),
    ],
)
async def test_a_mistake_ends_with_2_and_names_the_option(tmp_path: Path, options: tuple[str, ...], named: str) -> None:
    child = Child("sandbox", *options, log=tmp_path / "sandbox.log")
    await child.start()
    said = await child.wait(), (tmp_path / "sandbox.log").read_text()
    assert said[0] == 2
    assert named in said[1]
    assert "Traceback" not in said[1]
