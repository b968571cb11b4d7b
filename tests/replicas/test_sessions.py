"""What PostgreSQL knows about our sessions, so that it lets go of what a machine that is gone had locked."""

from typing import Any

import pytest

from gateway.engines.database_config import LET_GO, connect_outside_the_pool
from gateway.settings import Settings
from tests.replicas.cluster import Engines

pytestmark = [pytest.mark.postgres, pytest.mark.asyncio(loop_scope="session")]


async def test_a_transaction_that_nobody_goes_on_with_is_ended_by_the_server(engines: Engines) -> None:
    required: dict[str, Any] = {"stripe_api_key": "sk_test_x", "stripe_webhook_secrets": "whsec_x"}
    connection = await connect_outside_the_pool(Settings(_env_file=None, database_url=engines.postgres.url, **required))
    try:
        setting = "idle_in_transaction_session_timeout"
        assert await connection.fetchval(f"SHOW {setting}") == LET_GO[setting] == "10s"
        assert await connection.fetchval(
            "SELECT application_name FROM pg_stat_activity WHERE pid = pg_backend_pid()"
        ) == ("gateway")
    finally:
        await connection.close()
