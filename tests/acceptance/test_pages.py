"""A few of the pages that `python -m tests.pages` looks at, as narrow as a small phone, in both languages."""

from collections.abc import Iterator

import pytest
from playwright.async_api import Browser

from tests.acceptance.processes import Addresses
from tests.pages.camera import look_at, visiting
from tests.pages.checks import axe_source
from tests.pages.shops import Shop, Shops
from tests.pages.states import STATES

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SAMPLE = ("shop", "checkout-challenge-failed", "success-paid", "cancel-open", "missing")


@pytest.fixture(scope="session")
def axe() -> str:
    try:
        return axe_source()
    except FileNotFoundError:
        pytest.skip("axe-core is not installed (`npm ci` in tests/clients)")


@pytest.fixture
def shops(running: Addresses) -> Iterator[Shops]:
    shop = Shop(running)
    yield Shops(shop)
    shop.close()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", SAMPLE)
async def test_a_page_fits_a_small_phone_speaks_one_language_and_has_no_barrier(
    browser: Browser, shops: Shops, axe: str, name: str, language: str
) -> None:
    async with visiting(browser, shops, language) as visit:
        seen = await look_at(visit, STATES[name], axe=axe, into=None, widths=[320], schemes=["dark"])
    assert seen.faults == ()
