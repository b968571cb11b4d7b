"""The receivers of docs/fulfilment.md, started as the page says, beside a real `gateway dev`."""

import asyncio
import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.harness.child import ROOT, Child, free_port
from tests.harness.shop import Shop
from tests.harness.stripe import Stripe
from tests.harness.waiting import eventually

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLwSwMfKQ9r8GKYo="
RECEIVERS = ROOT / "docs" / "fulfilment"
MODULES = ROOT / "tests" / "clients" / "node_modules"
needs_node = pytest.mark.skipif(
    shutil.which("node") is None or not (MODULES / "standardwebhooks").is_dir(),
    reason="needs Node and `npm ci` in tests/clients",
)


@pytest.mark.parametrize("receiver", ["receiver.py", pytest.param("receiver.mjs", marks=needs_node)])
async def test_a_receiver_of_the_page_fulfils_what_is_paid(receiver: str, tmp_path: Path) -> None:
    port, gateway_port, sandbox_port = free_port(), free_port(), free_port()
    (tmp_path / "node_modules").symlink_to(MODULES)
    shutil.copy(RECEIVERS / receiver, tmp_path)
    program = sys.executable if receiver.endswith(".py") else "node"
    environment = os.environ | {"GATEWAY_NOTIFY_SECRETS": SECRET, "PORT": str(port)}
    with (tmp_path / "said").open("wb") as said:
        process = await asyncio.create_subprocess_exec(program, receiver, cwd=tmp_path, env=environment, stdout=said)
    options = ("--port", str(gateway_port), "--sandbox-port", str(sandbox_port), "--data", str(tmp_path / "data"))
    notify = {"GATEWAY_NOTIFY_URLS": f"http://localhost:{port}/notices", "GATEWAY_NOTIFY_SECRETS": SECRET}
    gateway = Child("dev", *options, log=tmp_path / "dev.log", environment=notify)
    try:
        await gateway.start()
        await gateway.wait_until_it_answers(f"http://127.0.0.1:{gateway_port}/readyz")
        async with (
            Shop(f"http://127.0.0.1:{gateway_port}", webhook_secret="whsec_unused") as shop,
            Stripe(f"http://127.0.0.1:{sandbox_port}", key="sk_test_sandbox") as stripe,
        ):
            made = await shop.create(clientReferenceId="order-7")
            assert made is not None
            assert made.ok, made.body
            await stripe.pay(made.body["sessionId"])
            await eventually(lambda: "fulfil order-7 $5.00" in (tmp_path / "said").read_text(), what="it is fulfilled")
    finally:
        await gateway.stop()
        process.kill()
        await process.wait()
