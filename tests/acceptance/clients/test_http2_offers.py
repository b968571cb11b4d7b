"""Clients that offer HTTP/2 (`Upgrade: h2c`) with every first request over plain http, and are answered as ever."""

import json
import subprocess

import pytest

from tests.acceptance.clients.conftest import CLIENTS, Servers
from tests.acceptance.clients.test_other_clients import CREATE, ORDER, STATUS, curl, installed

pytestmark = [pytest.mark.timeout(600)]


@pytest.mark.parametrize("framing", [{}, {"Transfer-Encoding": "chunked"}], ids=["with a length", "in chunks"])
def test_curl_offers_http2_and_buys(framing: dict[str, str], servers: Servers) -> None:
    headers = {"Content-Type": "application/json", **framing}
    _, bought = curl(servers.gateway + CREATE, headers, json.dumps(ORDER), "--http2")
    servers.pay(bought["sessionId"])
    _, answer = curl(f"{servers.gateway}{STATUS}/{bought['sessionId']}", {}, None, "--http2")
    assert answer == {"status": "paid"}


def test_javas_own_client_buys_and_watches(servers: Servers) -> None:
    command = [installed("java"), str(CLIENTS / "java" / "Client.java"), servers.gateway, servers.sandbox]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    seen = ran.stdout.split()
    assert (seen[0], seen[-2:]) == ("UNPAID", ["PAID", "paid"])
