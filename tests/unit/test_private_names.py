"""Private names of libraries that the gateway relies on: each in one file, each library pinned to its minor version.

uvicorn's are held by `serving/test_uvicorn.py`.
"""

import inspect
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import stripe
from aerich import Command
from tortoise import Tortoise
from tortoise.transactions import in_transaction

from gateway.engines.database import Database
from gateway.graphql.schema import build_schema
from gateway.models.columns import columns_of, field_of, table_of
from gateway.models.webhook_event import WebhookEvent
from gateway.settings import Settings
from tests.architecture.source import ROOT

PINNED = ("aerich", "strawberry-graphql", "stripe", "tortoise-orm", "uvicorn")
ONE_FILE = {
    r"\bschema\._schema\b": "gateway/graphql/transport/operations.py",
    r"\b_requestor\b": "gateway/stripe_api/client.py",
    r"\b_trxlock\b|\b_parent\b|client\._connection\b": "gateway/engines/database.py",
    r"\._meta\b": "gateway/models/columns.py",
    r"\b_enable_global_fallback\b": "gateway/engines/database.py",
    r"super\(\)\._upgrade\b": "gateway/models/whole_migrations.py",
}
"""Name → the one file that knows it."""


@pytest.mark.parametrize("library", PINNED)
def test_a_library_whose_private_names_are_used_is_pinned_to_its_minor_version(library: str) -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    range_ = next(line for line in wanted if re.match(rf"{library}(?:\[[a-z]+\])?[><=]", line))
    least, below = re.fullmatch(r"[^>]+>=(\d+\.\d+)[\d.]*,<(\d+\.\d+)", range_).groups()  # type: ignore[union-attr]
    major, minor = least.split(".")
    assert below == f"{major}.{int(minor) + 1}"


@pytest.mark.parametrize("name", ONE_FILE)
def test_a_private_name_is_known_to_one_file(name: str) -> None:
    paths = [path for path in (ROOT / "gateway").rglob("*.py") if re.search(name, path.read_text("utf-8"))]
    assert [path.relative_to(ROOT).as_posix() for path in paths] == [ONE_FILE[name]]


def test_strawberry_keeps_graphql_core_s_schema() -> None:
    assert build_schema()._schema.query_type is not None


def test_stripe_s_client_keeps_the_connections_that_are_closed_at_the_end() -> None:
    client: Any = stripe.StripeClient("sk_test_nothing", http_client=stripe.AIOHTTPClient(timeout=1))
    assert inspect.iscoroutinefunction(client._requestor._client.close_async)


async def test_tortoise_s_transactions_keep_what_must_be_given_back(tmp_path: Path) -> None:
    required: dict[str, Any] = {"stripe_api_key": "sk_test_1", "stripe_webhook_secrets": "whsec_1"}
    database = await Database.open(Settings(_env_file=None, database_url=f"sqlite://{tmp_path}/a.db", **required))
    try:
        await database.read(lambda connection: connection.execute_query("SELECT 1"))
        connection: Any = Tortoise.get_connection("default")
        assert inspect.iscoroutinefunction(connection._connection.interrupt)
        context: Any = in_transaction("default")
        async with context as inside:
            assert context._trxlock.locked()
            assert inside._parent is connection
    finally:
        await database.close()


def test_aerich_s_upgrade_takes_what_is_handed_on() -> None:
    assert list(inspect.signature(Command._upgrade).parameters) == [
        *("self", "conn", "version_file", "fake", "version_module")
    ]


def test_tortoise_s_models_keep_their_table_and_columns() -> None:
    assert table_of(WebhookEvent) == "webhook_event"
    assert "id" in columns_of(WebhookEvent)
    assert field_of(WebhookEvent, "received_at").source_field is None


def test_tortoise_can_be_opened_for_every_task_of_the_process() -> None:
    assert "_enable_global_fallback" in inspect.signature(Tortoise.init).parameters
