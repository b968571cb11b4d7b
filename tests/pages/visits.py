"""A page in one state, and the tab that is brought there. `shop_states` and `payment_states` have them all."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Page, expect

from tests.pages.shops import STARTER, Session, Shop, Shops

Reach = Callable[["Visit"], Awaitable[None]]
WAIT_MS = 20_000

STATES: dict[str, "State"] = {}


@dataclass(frozen=True)
class State:
    """`is_chinese`: there is a Chinese page too. `has_foreign_text`: texts of the shop's owner, in one language."""

    name: str
    reach: Reach
    is_chinese: bool = True
    has_foreign_text: bool = False
    needs_all_shops: bool = False


@dataclass(frozen=True)
class Visit:
    """A fresh tab in one language."""

    page: Page
    shops: Shops
    language: str

    @property
    def shop(self) -> Shop:
        return self.shops.usual

    def begin(self, shop: Shop | None = None, price_id: str = STARTER, **more: Any) -> Session:
        return (shop or self.shop).begin(price_id, locale=self.language, **more)

    async def success(self, session: Session, status: str, *, shop: Shop | None = None, final: bool = True) -> None:
        await self.page.goto(f"{(shop or self.shop).gateway}/success?session_id={session.id}")
        await expect(self.page.locator("main")).to_have_attribute("data-status", status, timeout=WAIT_MS)
        await expect(self.page.locator("main")).to_have_attribute("data-final", str(final).lower(), timeout=WAIT_MS)

    async def buy(self) -> None:
        await self.page.goto(f"{self.shop.gateway}/")
        await self.page.locator("#buy-1").click()
        await self.page.wait_for_url("**/c/pay/**")

    async def fill(self, card: str) -> None:
        fields = {"email": "buyer@example.com", "card_number": card, "expiry": "12 / 34", "cvc": "123"}
        for name, value in {**fields, "name": "Jenny Rosen", "postal_code": "94107"}.items():
            await self.page.locator(f"#{name}").fill(value)
        await self.page.locator("#submit").click()


def state(name: str, **more: bool) -> Callable[[Reach], Reach]:
    def keep(reach: Reach) -> Reach:
        STATES[name] = State(name, reach, **more)
        return reach

    return keep
