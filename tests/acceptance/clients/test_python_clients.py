"""Python's clients against the running gateway: `gql`, and the client that `ariadne-codegen` writes."""

import os
import shutil
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.clients.conftest import CLIENTS, Servers
from tests.conftest import REQUIRE_ALL
from tests.harness.child import ROOT

pytestmark = [pytest.mark.timeout(600)]

STARTER = "price_1QlYNRHVMy0i1BlJA1y0DxB2"
CREATE = """mutation ($input: CreateCheckoutSessionInput!) {
  createCheckoutSession(input: $input) { ... on CheckoutSession { sessionId url } ... on Refusal { code } }
}"""
READ = "query ($id: ID!) { paymentStatus(sessionId: $id) { status version } }"
WATCH = "subscription ($id: ID!) { paymentStatus(sessionId: $id) { status isFinal version } }"


async def test_gql_asks_creates_and_watches_over_websockets(servers: Servers) -> None:
    gql = pytest.importorskip("gql", reason="gql is not installed (pip install -e '.[test]')")
    aiohttp = pytest.importorskip("gql.transport.aiohttp")
    websockets = pytest.importorskip("gql.transport.websockets")
    address = f"{servers.gateway}/graphql"

    over_http = gql.Client(transport=aiohttp.AIOHTTPTransport(url=address, ssl=False), fetch_schema_from_transport=True)
    async with over_http as session:
        variables = {"input": {"priceId": STARTER}}
        created = await session.execute(gql.GraphQLRequest(CREATE, variable_values=variables))
        session_id = created["createCheckoutSession"]["sessionId"]
        read = await session.execute(gql.GraphQLRequest(READ, variable_values={"id": session_id}))
        assert read == {"paymentStatus": {"status": "UNPAID", "version": 1}}

    seen: list[dict[str, Any]] = []
    transport = websockets.WebsocketsTransport(url=address.replace("http", "ws", 1))
    async with gql.Client(transport=transport) as session:
        async for change in session.subscribe(gql.GraphQLRequest(WATCH, variable_values={"id": session_id})):
            seen.append(change["paymentStatus"])
            if len(seen) == 1:
                servers.pay(session_id)
    assert (seen[0]["status"], seen[-1]["status"]) == ("UNPAID", "PAID")
    assert [change["version"] for change in seen] == sorted({change["version"] for change in seen})


@pytest.fixture(scope="session")
def python_clients(pytestconfig: pytest.Config) -> Path:
    """An environment of its own, made once: its `graphql-core` and ours exclude each other."""
    cache: pytest.Cache | None = getattr(pytestconfig, "cache", None)
    if cache is None:
        pytest.skip("pytest's cache is off, so there is no place for an environment")
    wanted = CLIENTS / "python" / "requirements.txt"
    home = cache.mkdir(f"python-clients-{zlib.crc32(wanted.read_bytes())}")
    if not (home / "ready").exists():
        shutil.rmtree(home / "venv", ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(home / "venv")], check=True)
        command = [str(home / "venv/bin/pip"), "install", "-q", "-r", str(wanted)]
        installed = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
        if installed.returncode != 0 and os.environ.get(REQUIRE_ALL) != "1":
            pytest.skip(f"ariadne-codegen cannot be installed: {installed.stderr.strip()[-300:]}")
        assert installed.returncode == 0, installed.stderr
        (home / "ready").touch()
    return home / "venv" / "bin"


def test_the_client_that_ariadne_codegen_writes_buys_and_watches(
    python_clients: Path, servers: Servers, tmp_path: Path
) -> None:
    shutil.copy(ROOT / "schema.graphql", tmp_path)
    shutil.copy(ROOT / "docs" / "frontend" / "operations.graphql", tmp_path)
    settings = CLIENTS / "python" / "ariadne-codegen.toml"
    _run([str(python_clients / "ariadne-codegen"), "--config", str(settings)], tmp_path)
    script = [str(python_clients / "python"), str(CLIENTS / "python" / "watch_a_payment.py")]
    reported = _run([*script, servers.gateway, servers.sandbox], tmp_path).split()
    assert (reported[0], reported[-1]) == ("UNPAID", "PAID")


def _run(command: list[str], folder: Path) -> str:
    ran = subprocess.run(
        command,
        check=False,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout
